//! Laws that hold for every key: what Check, Diff, plan, effect and reading back promise each other.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::Value;

use crate::desired::{Account, Desired, Managed, managed, resolve};
use crate::diff::diff;
use crate::observed::{KeyState, Metadata, Observed, Reading};
use crate::outputs::outputs;
use crate::plan::{Claim, Intent, Plan, Step, guard, plan_update};
use crate::policy;
use crate::read_back::{self, IgnoredTags, Surroundings};
use crate::spec::check::{CheckContext, check};
use crate::spec::normal::normal;
use crate::value::{PropertyMap, PropertyValue};

const ARN: &str = "arn:aws:kms:eu-central-1:123456789012:key/0f0c4d1e-0000-4000-8000-000000000000";

pub(crate) fn account() -> Account {
    Account { partition: "aws".into(), id: "123456789012".into() }
}

pub(crate) fn default_policy() -> Value {
    policy::default_policy("aws", "123456789012")
}

fn context() -> CheckContext<'static> {
    CheckContext { provider_region: Some("eu-central-1"), ..CheckContext::default() }
}

pub(crate) fn list(items: Vec<&str>) -> PropertyValue {
    PropertyValue::List(items.into_iter().map(PropertyValue::from).collect())
}

pub(crate) fn maybe(value: impl Strategy<Value = PropertyValue>) -> impl Strategy<Value = Option<PropertyValue>> {
    proptest::option::of(value)
}

pub(crate) fn text(choices: &'static [&'static str]) -> impl Strategy<Value = PropertyValue> {
    select(choices).prop_map(PropertyValue::from)
}

pub(crate) fn tags() -> impl Strategy<Value = PropertyValue> {
    proptest::collection::btree_map(select(&["a", "b", "a.b", "team"][..]), select(&["", "1", "2"][..]), 0..4).prop_map(
        |map| PropertyValue::Map(map.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect()),
    )
}

const ROLES: [&str; 3] =
    ["arn:aws:iam::123456789012:role/A", "arn:aws:iam::123456789012:role/B", "arn:aws:iam::123456789012:user/c"];

pub(crate) fn typed_policy() -> impl Strategy<Value = PropertyValue> {
    let roles = || subsequence(ROLES.to_vec(), 0..=3).prop_shuffle().prop_map(list);
    let context = proptest::collection::btree_map(select(&["App", "Env"][..]), select(&["x", "y"][..]), 0..3);
    (roles(), roles(), context, maybe(text(&["ADMINISTRATION", "FULL"]))).prop_map(
        |(admins, users, context, access)| {
            let context = context.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect();
            let mut map = PropertyMap::from([
                ("adminRoles".to_owned(), admins),
                ("usageRoles".to_owned(), users),
                ("encryptionContext".to_owned(), PropertyValue::Map(context)),
            ]);
            map.extend(access.map(|access| ("accountAccess".to_owned(), access)));
            PropertyValue::Map(map)
        },
    )
}

/// Inputs as programs give them: mutable properties of a symmetric key, in any combination.
pub(crate) fn inputs() -> impl Strategy<Value = PropertyMap> {
    let properties = (
        maybe(text(&["alias/x", "alias/y"])),
        maybe(subsequence(vec!["alias/a", "alias/b", "alias/c"], 0..=3).prop_shuffle().prop_map(list)),
        maybe(text(&["", "d", "e"])),
        maybe(any::<bool>().prop_map(PropertyValue::Bool)),
        maybe(any::<bool>().prop_map(PropertyValue::Bool)),
        maybe(select(&[90, 365, 2560][..]).prop_map(PropertyValue::from)),
        maybe(tags()),
        maybe(typed_policy()),
    );
    properties.prop_map(|(alias, aliases, description, enabled, rotation, period, tags, policy)| {
        let all = [
            ("alias", alias),
            ("aliases", aliases),
            ("description", description),
            ("enabled", enabled),
            ("enableRotation", rotation),
            ("rotationPeriodDays", period),
            ("tags", tags),
            ("policy", policy),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    })
}

fn checked(inputs: &PropertyMap) -> PropertyMap {
    normal(&given(inputs)).expect("readable")
}

/// The inputs as Check keeps them.
fn given(inputs: &PropertyMap) -> PropertyMap {
    let checked = check(&PropertyMap::new(), inputs, &context());
    assert!(checked.failures.is_empty(), "{:?}", checked.failures);
    checked.inputs
}

fn desired(inputs: &PropertyMap) -> Desired {
    resolve(inputs, Some(&account())).expect("everything is known")
}

/// A key right after `CreateKey`.
pub(crate) fn newborn(desired: &Desired) -> Observed {
    Observed {
        metadata: Metadata {
            key_id: ARN.rsplit('/').next().unwrap_or_default().to_owned(),
            arn: ARN.to_owned(),
            state: KeyState::Enabled,
            key_spec: desired.key_spec.clone(),
            key_usage: desired.key_usage.clone(),
            origin: "AWS_KMS".into(),
            manager: "CUSTOMER".into(),
            multi_region: false,
            primary_region: None,
            replica_regions: BTreeSet::new(),
            description: desired.description.clone(),
            creation_date: "2026-01-01T00:00:00Z".into(),
            deletion_date: None,
        },
        aliases: Reading::Seen(BTreeSet::new()),
        policy: Reading::Seen(desired.policy.clone().unwrap_or_else(default_policy)),
        rotation_period_days: Reading::Seen(None),
        tags: Reading::Seen(desired.tags.clone()),
        owner: None,
        rotation_mark: None,
        public_key: None,
    }
}

fn apply(observed: &mut Observed, plan: &Plan) {
    for step in plan.steps() {
        allowed(observed, step);
        observed.follow(step);
    }
}

/// What KMS demands of the key's state (AWS KMS developer guide, "Key states of AWS KMS keys").
pub(crate) fn allowed(observed: &Observed, step: &Step) {
    let state = &observed.metadata.state;
    let needs_enabled =
        matches!(step, Step::EnableKeyRotation { .. } | Step::DisableKeyRotation | Step::RotateKeyOnDemand { .. });
    assert!(!needs_enabled || *state == KeyState::Enabled, "{step:?} in {state:?}");
    let (pending, is_cancel) = (state.is_pending_deletion(), matches!(step, Step::CancelKeyDeletion));
    assert!(!is_cancel || pending, "{step:?} in {state:?}");
    let while_pending = is_cancel || matches!(step, Step::DeleteAlias { .. } | Step::PutKeyPolicy { .. });
    assert!(!pending || while_pending, "{step:?} in {state:?}");
}

fn plan(desired: &Desired, observed: &Observed, managed: &Managed) -> Plan {
    plan_update(desired, observed, managed, &Claim::default(), &default_policy())
}

/// A key that `inputs` have led to.
pub(crate) fn made(inputs: &PropertyMap) -> Observed {
    let desired = desired(inputs);
    let mut observed = newborn(&desired);
    let plan = plan(&desired, &observed, &Managed::default());
    guard(&plan, Intent::Create).expect("nothing unsafe");
    apply(&mut observed, &plan);
    observed
}

pub(crate) fn assert_is(observed: &Observed, desired: &Desired) {
    assert_eq!(observed.aliases.seen(), Some(&desired.aliases));
    assert_eq!(observed.metadata.description, desired.description);
    assert_eq!(observed.metadata.state == KeyState::Enabled, desired.enabled);
    assert_eq!(observed.rotation_period_days.seen(), Some(&desired.rotation_period_days));
    assert_eq!(observed.tags.seen(), Some(&desired.tags));
    let policy = desired.policy.clone().unwrap_or_else(default_policy);
    assert!(policy::equal(observed.policy.seen().expect("seen"), &policy));
}

/// Gives back what AWS may make of a policy: single values instead of lists, statements in another order.
pub(crate) fn rewritten(policy: &Value) -> Value {
    let mut policy = policy.clone();
    if let Some(Value::Array(statements)) = policy.get_mut("Statement") {
        statements.reverse();
        for statement in statements {
            for element in ["Action", "Resource"] {
                if let Some(Value::Array(items)) = statement.get(element).cloned()
                    && items.len() == 1
                {
                    statement[element] = items[0].clone();
                }
            }
        }
    }
    policy
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn check_is_idempotent(inputs in inputs()) {
        let once = given(&inputs);
        prop_assert_eq!(&given(&once), &once);
        let once = checked(&inputs);
        prop_assert_eq!(&checked(&once), &once);
        prop_assert!(diff(&once, &once).is_empty());
    }

    #[test]
    fn a_new_key_is_what_was_asked_for_and_then_nothing_is_left_to_do(inputs in inputs()) {
        let inputs = checked(&inputs);
        let observed = made(&inputs);
        assert_is(&observed, &desired(&inputs));
        prop_assert!(plan(&desired(&inputs), &observed, &managed(&inputs)).is_empty());
    }

    #[test]
    fn a_preview_of_a_new_key_names_every_output_and_contradicts_none(inputs in inputs()) {
        let inputs = checked(&inputs);
        let observed = made(&inputs);
        let real = outputs(&inputs, &observed, &PropertyMap::new());
        let policy = desired(&inputs).policy.unwrap_or_else(default_policy).to_string();
        let shown = crate::outputs::preview_of_new(&inputs, Some(policy));
        prop_assert_eq!(shown.keys().collect::<Vec<_>>(), real.keys().collect::<Vec<_>>());
        for (name, value) in shown.iter().filter(|(_, value)| !value.has_unknowns()) {
            prop_assert_eq!(value, &real[name], "{}", name);
        }
    }

    #[test]
    fn a_preview_of_a_change_names_every_output_and_contradicts_none(old in inputs(), new in inputs()) {
        let (old, new) = (checked(&old), checked(&new));
        let mut observed = made(&old);
        let before = outputs(&old, &observed, &PropertyMap::new());
        let plan = plan(&desired(&new), &observed, &managed(&old));
        apply(&mut observed, &plan);
        let real = outputs(&new, &observed, &before);
        let policy = desired(&new).policy.unwrap_or_else(default_policy).to_string();
        let shown = crate::outputs::preview_of_change(&new, &before, Some(policy));
        prop_assert_eq!(shown.keys().collect::<Vec<_>>(), real.keys().collect::<Vec<_>>());
        for (name, value) in shown.iter().filter(|(_, value)| !value.has_unknowns()) {
            prop_assert_eq!(value, &real[name], "{}", name);
        }
    }

    #[test]
    fn a_change_leads_from_one_key_to_the_other(old in inputs(), new in inputs(), pending in any::<bool>()) {
        let (old, new) = (checked(&old), checked(&new));
        let mut observed = made(&old);
        if pending {
            observed.metadata.state = KeyState::PendingDeletion;
            observed.rotation_period_days = Reading::Denied("kms:GetKeyRotationStatus");
        }
        let wanted = desired(&new);
        let plan = plan(&wanted, &observed, &managed(&old));
        guard(&plan, Intent::Update).expect("nothing unsafe");
        let deletes = plan.steps().any(|step| step.operation() == "ScheduleKeyDeletion");
        prop_assert!(!deletes);
        apply(&mut observed, &plan);
        assert_is(&observed, &wanted);
        // The diff and the plan agree on whether there is anything to do.
        if !pending {
            let state_only = diff(&old, &new).iter().all(|change| change.path.root() == "rotationPeriodDays");
            prop_assert!(!plan.is_empty() || state_only, "{:?}", diff(&old, &new));
            prop_assert!(plan.is_empty() || !diff(&old, &new).is_empty(), "{:?}", plan);
        }
    }

    #[test]
    fn a_run_that_stops_anywhere_is_finished_by_the_next(old in inputs(), new in inputs(), stop in 0_usize..8) {
        let (old, new) = (checked(&old), checked(&new));
        let (mut observed, wanted) = (made(&old), desired(&new));
        let first = plan(&wanted, &observed, &managed(&old));
        for step in first.steps().take(stop) {
            observed.follow(step);
        }
        // The state of a run that failed has the new inputs; what the old ones held is still to be released.
        let both = Managed {
            aliases: &managed(&old).aliases | &managed(&new).aliases,
            tag_keys: &managed(&old).tag_keys | &managed(&new).tag_keys,
        };
        let second = plan(&wanted, &observed, &both);
        apply(&mut observed, &second);
        assert_is(&observed, &wanted);
    }

    #[test]
    fn a_refresh_of_an_untouched_key_changes_nothing(inputs in inputs()) {
        let inputs = checked(&inputs);
        let mut observed = made(&inputs);
        let before = outputs(&inputs, &observed, &PropertyMap::new());
        observed.policy = Reading::Seen(rewritten(observed.policy.seen().expect("seen")));
        let (tags, desired, default) = (BTreeMap::new(), desired(&inputs), default_policy());
        let around = Surroundings {
            provider_region: Some("eu-central-1"),
            default_tags: &tags,
            ignored_tags: &IgnoredTags::default(),
            default_policy: &default,
            desired: Some(&desired),
            policy_is_an_output: true,
        };
        let read = read_back::inputs(&inputs, &observed, &around);
        prop_assert_eq!(&read, &inputs);
        prop_assert_eq!(outputs(&read, &observed, &before), before);
        // An import writes other words that mean the same.
        let imported = read_back::inputs(&PropertyMap::new(), &observed, &Surroundings { desired: None, ..around });
        let imported = checked(&imported);
        prop_assert!(plan(&self::desired(&imported), &observed, &managed(&imported)).is_empty(), "{:?}", imported);
    }
}
