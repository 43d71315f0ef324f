//! Inputs as programs give them, in any combination: one generator for each property of the definition.
//!
//! A new property gets its line in the list of its message, and with it every law. `covered` compares these lists with the
//! definition.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::json;

use super::policies;
use crate::spec::generated::{AccountAccess, DeletionPolicy, KeySpec, ReplacementPolicy, UnknownUsage};
use crate::spec::key_kinds::key_kind;
use crate::value::{PropertyMap, PropertyValue};

/// What one run of a program gives: the inputs of a key, and the default tags of its provider.
#[derive(Debug, Clone, Default)]
pub(super) struct Program {
    pub(super) inputs: PropertyMap,
    pub(super) default_tags: PropertyMap,
}

impl Program {
    /// The same provider with other inputs.
    pub(super) fn with(&self, inputs: PropertyMap) -> Self {
        Self { inputs, default_tags: self.default_tags.clone() }
    }
}

/// A property with its values.
pub(super) type Property = (&'static str, BoxedStrategy<PropertyValue>);

pub(super) fn property(name: &'static str, values: impl Strategy<Value = PropertyValue> + 'static) -> Property {
    (name, values.boxed())
}

/// Properties of a key that stay its own: KMS can change them, or the state remembers them.
fn of_a_key() -> Vec<Property> {
    vec![
        property("region", text(&["eu-central-1"])),
        property("alias", text(&["alias/x", "alias/y"])),
        property("aliases", names(&["alias/a", "alias/b", "alias/c"])),
        property("description", text(&["", "d", "e"])),
        property("enabled", flag()),
        property("enableRotation", flag()),
        property("rotationPeriodDays", number(&[90, 365, 2560])),
        property("deletionWindowDays", number(&[7, 30])),
        property("deletionPolicy", any_of(DeletionPolicy::ALL, DeletionPolicy::as_str)),
        property("replacementPolicy", any_of(ReplacementPolicy::ALL, ReplacementPolicy::as_str)),
        property("deletionGuard", deletion_guard()),
        property("policy", policy()),
        property("policyDocument", policy_document()),
        property("bypassPolicyLockoutSafetyCheck", flag()),
        property("tags", tags()),
        property("adopt", text(&["NONE", "alias/z"])),
        property("rotateOnDemandTrigger", text(&["1", "2"])),
        property("waitForReplicas", flag()),
        property("lints", lints()),
    ]
}

/// Properties of a replica beside its Region.
fn of_a_replica() -> Vec<Property> {
    vec![
        property("description", text(&["", "d", "r"])),
        property("policy", policy()),
        property("policyDocument", policy_document()),
        property("tags", tags()),
        property("aliases", names(&["alias/a", "alias/r", "alias/x"])),
        property("enabled", flag()),
        property("deletionWindowDays", number(&[7, 30])),
        property("deletionPolicy", any_of(DeletionPolicy::ALL, DeletionPolicy::as_str)),
        property("deletionGuard", deletion_guard()),
    ]
}

fn deletion_guard() -> impl Strategy<Value = PropertyValue> {
    let days = property("minIdleDays", number(&[1, 90]));
    let unknown = property("onUnknown", any_of(UnknownUsage::ALL, UnknownUsage::as_str));
    (days.1, some_of(vec![unknown])).prop_map(move |(idle, mut guard)| {
        guard.insert(days.0.to_owned(), idle);
        guard.into()
    })
}

fn lints() -> impl Strategy<Value = PropertyValue> {
    let reason = text(&["it is meant so", "a"]);
    let sid = proptest::option::of(text(&["one", "all"]));
    let entry = (text(&["KP009", "KP010"]), sid, reason).prop_map(|(rule, sid, reason)| {
        let given = [("rule", Some(rule)), ("sid", sid), ("reason", Some(reason))];
        let given = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        PropertyValue::Map(given.collect())
    });
    let entries = proptest::collection::vec(entry, 0..3).prop_map(PropertyValue::List);
    some_of(vec![property("ignore", entries), property("asError", names(&["KP005", "KP008"]))]).prop_map(Into::into)
}

pub(super) const ROLES: [&str; 4] = [
    "arn:aws:iam::123456789012:role/A",
    "arn:aws:iam::123456789012:role/B",
    "arn:aws:iam::123456789012:user/c",
    "team/Named",
];

fn policy() -> impl Strategy<Value = PropertyValue> {
    let context = proptest::collection::btree_map(select(&["App", "Env"][..]), select(&["x", "y"][..]), 0..3);
    let properties = vec![
        property("adminRole", text(&ROLES)),
        property("adminRoles", names(&ROLES)),
        property("usageRoles", names(&ROLES)),
        property("encryptionContext", context.prop_map(map)),
        property("accountAccess", any_of(AccountAccess::ALL, AccountAccess::as_str)),
        property("additionalStatements", policies::additional_statements()),
        property("services", policies::services()),
        property("access", policies::access()),
        property("trustedAccounts", policies::trusted_accounts()),
        property("organization", policies::organization()),
        property("protect", policies::protection()),
    ];
    some_of(properties).prop_map(|mut policy| {
        policies::fit_roles(&mut policy);
        // Check wants somebody who can manage the key.
        let named = |name: &str| policy.get(name).is_some_and(|value| value.as_list() != Some(&[]));
        if policy.get("accountAccess").and_then(PropertyValue::as_str) == Some(AccountAccess::None.as_str())
            && !named("adminRole")
            && !named("adminRoles")
        {
            policy.remove("accountAccess");
        }
        policy.into()
    })
}

/// A document as an object or as text; the first one is what a typed policy can say too.
fn policy_document() -> impl Strategy<Value = PropertyValue> {
    let statement = |sid: &str, principal: &str, action: &str| {
        json!({
            "Sid": sid, "Effect": "Allow", "Principal": { "AWS": principal }, "Action": [action], "Resource": "*"
        })
    };
    let document = |statements: &[serde_json::Value]| json!({ "Version": "2012-10-17", "Statement": statements });
    let root = "arn:aws:iam::123456789012:root";
    let documents = vec![
        document(&[statement("AccountFullAccess", root, "kms:*")]),
        document(&[statement("all", root, "kms:*"), statement("one", ROLES[0], "kms:Decrypt")]),
    ];
    (select(documents), any::<bool>()).prop_map(|(document, as_text)| {
        if as_text { document.to_string().into() } else { PropertyValue::from_json(&document) }
    })
}

fn tags() -> impl Strategy<Value = PropertyValue> {
    let keys = select(&["a", "b", "a.b", "team"][..]);
    proptest::collection::btree_map(keys, select(&["", "1", "2"][..]), 0..4).prop_map(map)
}

/// The provider's default tags: some that programs give too, and one that they do not.
fn default_tags() -> impl Strategy<Value = PropertyMap> {
    let keys = select(&["a", "team", "owner"][..]);
    let tags = proptest::collection::btree_map(keys, select(&["1", "2"][..]), 0..3).prop_map(map);
    tags.prop_map(|tags| tags.as_map().cloned().unwrap_or_default())
}

fn map(entries: std::collections::BTreeMap<&str, &str>) -> PropertyValue {
    PropertyValue::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect())
}

fn text(choices: &'static [&'static str]) -> impl Strategy<Value = PropertyValue> {
    select(choices).prop_map(PropertyValue::from)
}

fn number(choices: &'static [i32]) -> impl Strategy<Value = PropertyValue> {
    select(choices).prop_map(PropertyValue::from)
}

pub(super) fn flag() -> impl Strategy<Value = PropertyValue> {
    any::<bool>().prop_map(PropertyValue::Bool)
}

/// Some of the texts, in any order.
pub(super) fn names(choices: &'static [&'static str]) -> impl Strategy<Value = PropertyValue> {
    let some = subsequence(choices, 0..=choices.len()).prop_shuffle();
    some.prop_map(|items| PropertyValue::List(items.into_iter().map(PropertyValue::from).collect()))
}

pub(super) fn any_of<T: Copy + std::fmt::Debug>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl Strategy<Value = PropertyValue> {
    select(all).prop_map(move |value| name(value).into())
}

/// Each property or none.
pub(super) fn some_of(properties: Vec<Property>) -> impl Strategy<Value = PropertyMap> {
    let (names, values): (Vec<_>, Vec<_>) =
        properties.into_iter().map(|(name, values)| (name, proptest::option::of(values))).unzip();
    values.prop_map(move |values| {
        let given = names.iter().zip(values).filter_map(|(name, value)| Some(((*name).to_owned(), value?)));
        given.collect()
    })
}

/// What KMS cannot change of a key.
#[derive(Debug, Clone)]
pub(super) struct Class {
    spec: KeySpec,
    usage: &'static str,
    /// Given in words, or left to Check where it can be.
    in_words: bool,
    multi_region: Option<bool>,
}

fn classes() -> impl Strategy<Value = Class> {
    let specs = prop_oneof![2 => Just(KeySpec::SymmetricDefault), 1 => select(KeySpec::ALL)];
    let specs = specs.prop_flat_map(|spec| (Just(spec), select(key_kind(spec.as_str()).expect("a kind").usages)));
    (specs, any::<bool>(), proptest::option::of(any::<bool>())).prop_map(|((spec, usage), in_words, multi_region)| {
        let kind = key_kind(spec.as_str()).expect("a kind");
        let plain = kind.default_usage == Some(usage);
        Class { spec, usage, in_words: in_words || !plain, multi_region }
    })
}

/// The inputs brought to what Check lets through for a key of a class.
fn fitted(class: &Class, mut inputs: PropertyMap) -> PropertyMap {
    let kind = key_kind(class.spec.as_str()).expect("a kind");
    if class.in_words || class.spec != KeySpec::SymmetricDefault {
        inputs.insert("keySpec".into(), class.spec.as_str().into());
    }
    if class.in_words {
        inputs.insert("keyUsage".into(), class.usage.into());
    }
    inputs.extend(class.multi_region.map(|multi| ("multiRegion".to_owned(), multi.into())));
    if !kind.rotates {
        inputs.remove("rotationPeriodDays");
        inputs.remove("rotateOnDemandTrigger");
        inputs.entry("enableRotation".into()).and_modify(|enable| *enable = false.into());
    }
    if inputs.contains_key("policyDocument") && inputs.contains_key("policy") {
        inputs.remove("policyDocument");
    }
    policies::fit_key(class.spec.as_str(), class.usage, &mut inputs);
    inputs
}

/// Programs with a key that stands alone, of every kind.
pub(super) fn programs() -> impl Strategy<Value = Program> {
    (classes(), some_of(of_a_key()), default_tags())
        .prop_map(|(class, inputs, default_tags)| Program { inputs: fitted(&class, inputs), default_tags })
}

/// Two runs of a program: what KMS cannot change is the same in both.
pub(super) fn changes() -> impl Strategy<Value = (Program, Program)> {
    let run = || (some_of(of_a_key()), default_tags());
    (classes(), run(), run()).prop_map(|(class, old, new)| {
        let program = |(inputs, default_tags)| Program { inputs: fitted(&class, inputs), default_tags };
        (program(old), program(new))
    })
}

/// Inputs of a symmetric key.
pub(super) fn inputs() -> impl Strategy<Value = PropertyMap> {
    let class =
        Class { spec: KeySpec::SymmetricDefault, usage: "ENCRYPT_DECRYPT", in_words: false, multi_region: None };
    some_of(of_a_key()).prop_map(move |inputs| fitted(&class, inputs))
}

pub(super) const REGIONS: [&str; 4] = ["eu-central-1", "eu-west-1", "eu-south-1", "eu-north-1"];

fn replica(region: &'static str) -> impl Strategy<Value = PropertyMap> {
    some_of(of_a_replica()).prop_map(move |mut replica| {
        replica.insert("region".into(), region.into());
        if replica.contains_key("policy") {
            replica.remove("policyDocument");
        }
        policies::fit_key("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", &mut replica);
        replica
    })
}

/// Programs with a set: a primary in one of the Regions, replicas in some of the others.
pub(super) fn sets() -> impl Strategy<Value = Program> {
    let replicas = REGIONS.map(|region| proptest::option::of(replica(region)));
    (inputs(), 0..REGIONS.len(), replicas, any::<bool>(), default_tags()).prop_map(
        |(mut inputs, home, replicas, reversed, default_tags)| {
            inputs.insert("region".into(), REGIONS[home].into());
            inputs.insert("multiRegion".into(), true.into());
            // A replica that stays cannot go with a key that is scheduled for deletion.
            let scheduled = inputs.get("deletionPolicy").is_none_or(|policy| policy.as_str() == Some("SCHEDULE"));
            let bypass = inputs.get("bypassPolicyLockoutSafetyCheck").and_then(PropertyValue::as_bool) == Some(true);
            let others = replicas.into_iter().enumerate().filter(|(index, _)| *index != home);
            let mut list: Vec<PropertyValue> = others
                .filter_map(|(_, replica)| {
                    let mut replica = replica?;
                    policies::fit_bypass(bypass, &mut replica);
                    let stays = replica.get("deletionPolicy").and_then(PropertyValue::as_str);
                    if scheduled && stays.is_some_and(|policy| ["DISABLE", "RETAIN"].contains(&policy)) {
                        replica.remove("deletionPolicy");
                    }
                    Some(PropertyValue::Map(replica))
                })
                .collect();
            if reversed {
                list.reverse();
            }
            inputs.insert("replicas".into(), PropertyValue::List(list));
            Program { inputs, default_tags }
        },
    )
}
