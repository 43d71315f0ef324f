//! What a key should be, fully known and with every default in place: what a plan is made towards.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::members;
use crate::path::Path;
use crate::policy::{self, Facts, TypedPolicy};
use crate::spec::constants::{defaults, names};
use crate::spec::generated::AwsKmsKeySpec;
use crate::spec::input::{Decode, Input, Unreadable};
use crate::spec::normal::all_tags;
use crate::value::{PropertyMap, PropertyValue};

/// The key that the inputs ask for. Made at apply time only, when nothing is unknown any more.
#[derive(Debug, Clone, PartialEq)]
pub struct Desired {
    /// KMS's name of the kind of key material, such as `SYMMETRIC_DEFAULT`.
    pub key_spec: String,
    /// KMS's name of the usage, such as `ENCRYPT_DECRYPT`.
    pub key_usage: String,
    /// Whether the key is a multi-Region primary.
    pub multi_region: bool,
    /// Every name of the key, the first-named `alias` included.
    pub aliases: BTreeSet<String>,
    /// What the key is for; may be empty.
    pub description: String,
    /// Whether the key can be used.
    pub enabled: bool,
    /// Days between automatic rotations, 90 to 2560; `None` when KMS does not rotate the key.
    pub rotation_period_days: Option<i32>,
    /// The trigger of rotations on demand.
    pub rotate_on_demand_trigger: Option<String>,
    /// The key policy; `None` stands for AWS's default policy.
    pub policy: Option<Value>,
    /// Whether the policy must not be shown.
    pub policy_is_secret: bool,
    /// Skips AWS's check that the caller can still change the policy afterwards.
    pub bypass_policy_lockout_safety_check: bool,
    /// Every tag of the user, the provider's default tags included.
    pub tags: BTreeMap<String, String>,
}

/// The keys that the inputs ask for: one, or the primary of a multi-Region set with its replicas.
#[derive(Debug, Clone, PartialEq)]
pub struct DesiredSet {
    /// Region of the primary, or of the key itself.
    pub primary: String,
    /// What the key in each Region should be. Rotation is the primary's alone.
    pub members: BTreeMap<String, Desired>,
    /// Whether a run ends only when its replicas can be used.
    pub wait_for_replicas: bool,
}

impl DesiredSet {
    /// The primary, or the key itself.
    pub fn main(&self) -> &Desired {
        &self.members[&self.primary]
    }
}

/// What an earlier run has put on the key of each Region.
pub type Held = BTreeMap<String, Managed>;

/// What an earlier run of this resource put on the key. Names and tags outside of it belong to somebody else and are
/// left alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Managed {
    /// Aliases that the resource has held.
    pub aliases: BTreeSet<String>,
    /// Tag keys that the resource has set.
    pub tag_keys: BTreeSet<String>,
}

impl Managed {
    /// What either has held.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.aliases.extend(other.aliases.iter().cloned());
        self.tag_keys.extend(other.tag_keys.iter().cloned());
        self
    }

    /// As a value that a state can keep.
    pub fn to_value(&self) -> PropertyValue {
        let list = |names: &BTreeSet<String>| PropertyValue::List(names.iter().map(|n| n.as_str().into()).collect());
        let parts = [("aliases", list(&self.aliases)), ("tagKeys", list(&self.tag_keys))];
        PropertyValue::Map(parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// Reads what [`Managed::to_value`] has written; anything else is nothing.
    pub fn from_value(value: &PropertyValue) -> Self {
        let names = |name: &str| {
            let list = value.as_map().and_then(|map| map.get(name)).and_then(PropertyValue::as_list);
            list.into_iter().flatten().filter_map(PropertyValue::as_str).map(str::to_owned).collect()
        };
        Self { aliases: names("aliases"), tag_keys: names("tagKeys") }
    }
}

/// The account and partition that a policy is written for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: String,
    /// The 12-digit account ID.
    pub id: String,
}

impl Account {
    /// ARN of a KMS resource, such as `alias/prod/orders`, of this account in a Region.
    pub fn arn_of(&self, region: &str, resource: &str) -> String {
        format!("arn:{}:kms:{region}:{}:{resource}", self.partition, self.id)
    }
}

/// Why the inputs do not say yet what the key should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// A preview does not know the property yet.
    #[error("{0} is not known yet")]
    Unknown(&'static str),
    /// The typed policy speaks of the account, and the account is not known.
    #[error(
        "policy: it grants access to the account, whose ID is not known. Allow sts:GetCallerIdentity to the caller, or unset skipRequestingAccountId"
    )]
    NoAccount,
    /// A property is not what Check lets through.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// Reads checked inputs as the key that they ask for.
///
/// # Errors
/// [`Unresolved::Unknown`] in a preview whose inputs depend on other resources; [`Unresolved::Unreadable`] where a value is
/// not what Check lets through. Neither is ever taken for a default.
pub fn resolve(inputs: &PropertyMap, account: Option<&Account>) -> Result<Desired, Unresolved> {
    let spec = AwsKmsKeySpec::from_properties(inputs)?;
    let key_spec = text(spec.key_spec.known().map(|spec| spec.as_str()), defaults::KEY_SPEC.as_str());
    let key_usage = text(spec.key_usage.known().map(|usage| usage.as_str()), "ENCRYPT_DECRYPT");
    if spec.key_spec.is_unknown() || spec.key_usage.is_unknown() {
        return Err(Unresolved::Unknown(names::KEY_SPEC));
    }
    let multi_region = or_default(&spec.multi_region, names::MULTI_REGION)?;
    Ok(Desired {
        multi_region,
        aliases: aliases(&spec)?,
        description: or_default(&spec.description, names::DESCRIPTION)?,
        enabled: known(&spec.enabled, names::ENABLED)?.unwrap_or(defaults::ENABLED),
        rotation_period_days: rotation(&spec)?,
        rotate_on_demand_trigger: known(&spec.rotate_on_demand_trigger, names::ROTATE_ON_DEMAND_TRIGGER)?,
        policy: key_policy(&spec, account, &key_usage, multi_region)?,
        policy_is_secret: [names::POLICY, names::POLICY_DOCUMENT]
            .iter()
            .any(|name| inputs.get(*name).is_some_and(PropertyValue::has_secrets)),
        bypass_policy_lockout_safety_check: or_default(
            &spec.bypass_policy_lockout_safety_check,
            names::BYPASS_POLICY_LOCKOUT_SAFETY_CHECK,
        )?,
        tags: tags(inputs)?,
        key_spec,
        key_usage,
    })
}

/// Reads checked inputs as the keys that they ask for. `region` is where the key itself, or its primary, is.
///
/// # Errors
/// [`Unresolved::Unknown`] in a preview whose inputs depend on other resources.
pub fn resolve_set(inputs: &PropertyMap, region: &str, account: Option<&Account>) -> Result<DesiredSet, Unresolved> {
    if inputs.get(names::REGION).is_some_and(PropertyValue::is_unknown) {
        return Err(Unresolved::Unknown(names::REGION));
    }
    if members::are_unknown(inputs) {
        return Err(Unresolved::Unknown(names::REPLICAS));
    }
    let all = members::by_region(inputs, region);
    let all = all.into_iter().map(|(region, mut inputs)| {
        inputs.entry(names::REGION.into()).or_insert_with(|| region.as_str().into());
        Ok::<_, Unresolved>((region, resolve(&inputs, account)?))
    });
    let wait_for_replicas = AwsKmsKeySpec::from_properties(inputs)?.wait_for_replicas.known().copied().unwrap_or(true);
    Ok(DesiredSet { primary: region.to_owned(), members: all.collect::<Result<_, _>>()?, wait_for_replicas })
}

/// What the resource held in each Region by its inputs of an earlier run.
pub fn held(inputs: &PropertyMap, region: &str) -> Held {
    members::by_region(inputs, region).iter().map(|(region, inputs)| (region.clone(), managed(inputs))).collect()
}

/// What either has held.
#[must_use]
pub fn held_by_both(mut one: Held, other: &Held) -> Held {
    for (region, managed) in other {
        let both = one.remove(region).unwrap_or_default().and(managed);
        one.insert(region.clone(), both);
    }
    one
}

/// What the resource held by its inputs of an earlier run.
pub fn managed(inputs: &PropertyMap) -> Managed {
    let list = inputs.get(names::ALIASES).and_then(PropertyValue::as_list).unwrap_or_default();
    let names = inputs.get(names::ALIAS).into_iter().chain(list);
    let all = all_tags(inputs).and_then(PropertyValue::as_map);
    Managed {
        aliases: names.filter_map(PropertyValue::as_str).map(str::to_owned).collect(),
        tag_keys: all.into_iter().flatten().map(|(key, _)| key.clone()).collect(),
    }
}

fn key_policy(
    spec: &AwsKmsKeySpec,
    account: Option<&Account>,
    key_usage: &str,
    multi_region: bool,
) -> Result<Option<Value>, Unresolved> {
    if let Some(document) = known(&spec.policy_document, names::POLICY_DOCUMENT)? {
        // Check has parsed it: text that is no JSON does not come this far.
        return Ok(Some(match document {
            Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
            object => object,
        }));
    }
    let Some(policy) = known(&spec.policy, names::POLICY)? else { return Ok(None) };
    let policy = TypedPolicy::of(&policy).ok_or(Unresolved::Unknown(names::POLICY))?;
    let account = account.ok_or(Unresolved::NoAccount)?;
    let region = known(&spec.region, names::REGION)?;
    if region.is_none() && policy.speaks_of_region() {
        return Err(Unresolved::Unknown(names::REGION));
    }
    let facts = Facts {
        partition: &account.partition,
        account: &account.id,
        region: region.as_deref().unwrap_or_default(),
        key_usage,
        key_spec: spec.key_spec.known().map_or(defaults::KEY_SPEC.as_str(), |spec| spec.as_str()),
        multi_region,
    };
    Ok(Some(policy::render(&policy, &facts)))
}

fn aliases(spec: &AwsKmsKeySpec) -> Result<BTreeSet<String>, Unresolved> {
    let mut names: BTreeSet<String> = known(&spec.aliases, names::ALIASES)?.unwrap_or_default().into_iter().collect();
    names.extend(known(&spec.alias, names::ALIAS)?);
    Ok(names)
}

fn rotation(spec: &AwsKmsKeySpec) -> Result<Option<i32>, Unresolved> {
    let on = known(&spec.enable_rotation, names::ENABLE_ROTATION)?.unwrap_or(false);
    let days =
        known(&spec.rotation_period_days, names::ROTATION_PERIOD_DAYS)?.unwrap_or(defaults::ROTATION_PERIOD_DAYS);
    Ok(on.then_some(days))
}

/// `tagsAll` is there when the provider has default tags; it holds them and the resource's own.
fn tags(inputs: &PropertyMap) -> Result<BTreeMap<String, String>, Unresolved> {
    let name = if inputs.contains_key(names::TAGS_ALL) { names::TAGS_ALL } else { names::TAGS };
    let Some(all) = inputs.get(name) else { return Ok(BTreeMap::new()) };
    let entries = match BTreeMap::<String, Input<String>>::decode(all, &Path::of(name))? {
        Input::Known(entries) => entries,
        Input::Absent => BTreeMap::new(),
        Input::Unknown => return Err(Unresolved::Unknown(names::TAGS)),
    };
    let entries = entries.into_iter().filter_map(|(key, value)| match value {
        Input::Known(value) => Some(Ok((key, value))),
        Input::Unknown => Some(Err(Unresolved::Unknown(names::TAGS))),
        Input::Absent => None,
    });
    entries.collect()
}

fn known<T: Clone>(input: &Input<T>, name: &'static str) -> Result<Option<T>, Unresolved> {
    match input {
        Input::Absent => Ok(None),
        Input::Known(value) => Ok(Some(value.clone())),
        Input::Unknown => Err(Unresolved::Unknown(name)),
    }
}

fn or_default<T: Clone + Default>(input: &Input<T>, name: &'static str) -> Result<T, Unresolved> {
    Ok(known(input, name)?.unwrap_or_default())
}

fn text(known: Option<&str>, default: &str) -> String {
    known.unwrap_or(default).to_owned()
}
