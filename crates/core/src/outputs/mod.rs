//! The outputs of a key: every input as it stands, and what KMS says.

mod preview;

pub use crate::arn::{alias_arn, arn_in};
pub use preview::{may_be_replaced, preview_of_change, preview_of_new};

use std::collections::BTreeSet;

use serde_json::Value;

use crate::members;
use crate::observed::{Observed, ObservedSet, Reading};
use crate::policy;
use crate::spec::constants::names;
use crate::spec::generated::OUTPUTS;
use crate::spec::key_kinds::key_kind;
use crate::value::{PropertyMap, PropertyValue};

/// The outputs of an existing key.
///
/// `previous` are the outputs of the run before: a fact that the caller may not read keeps its last known value.
pub fn outputs(inputs: &PropertyMap, observed: &Observed, previous: &PropertyMap) -> PropertyMap {
    let mut outputs = inputs.clone();
    let metadata = &observed.metadata;
    let mut put = |name: &str, value: PropertyValue| {
        outputs.insert(name.to_owned(), value);
    };
    put(names::KEY_ID, metadata.key_id.as_str().into());
    put(names::KEY_ARN, metadata.arn.as_str().into());
    put(names::KEY_STATE, metadata.state.as_str().into());
    put(names::CREATION_DATE, metadata.creation_date.as_str().into());
    if let Some(date) = &metadata.deletion_date {
        put(names::DELETION_DATE, date.as_str().into());
    }
    let region = metadata.region();
    put(
        names::REGION,
        inputs.get(names::REGION).filter(|given| given.as_str() == Some(region)).cloned().unwrap_or(region.into()),
    );
    put(names::PRIMARY_REGION, metadata.primary_region.as_deref().unwrap_or(region).into());
    if let Some(pem) = &observed.public_key {
        put(names::PUBLIC_KEY, pem.as_str().into());
    }
    for (name, value) in alias_outputs(inputs, observed) {
        put(name, value);
    }
    for (name, value) in readable_outputs(inputs, observed, previous) {
        put(name, value);
    }
    if let Some(mark) = &observed.rotation_mark {
        put(ROTATION_OUTPUT, mark.to_string().as_str().into());
    } else if let (Reading::Denied(_), Some(last)) = (&observed.tags, previous.get(ROTATION_OUTPUT)) {
        put(ROTATION_OUTPUT, last.clone());
    }
    name_what_is_not_there(&mut outputs, inputs);
    outputs
}

/// Outputs that a key does not have are null, and no replicas are an empty map: a program that uses an output which is not
/// there at all gets an unknown value in every preview, because the SDKs take it for one that is still to come.
fn name_what_is_not_there(outputs: &mut PropertyMap, inputs: &PropertyMap) {
    let nothing = |name: &str| match name {
        REPLICA_KEYS => PropertyValue::Map(PropertyMap::new()),
        _ => PropertyValue::Null,
    };
    // A public key that may not be read is there all the same.
    let is_unread = |name: &str| name == names::PUBLIC_KEY && has_public_key(inputs);
    for output in OUTPUTS.iter().filter(|output| !output.always && !is_unread(output.name)) {
        outputs.entry(output.name.to_owned()).or_insert_with(|| nothing(output.name));
    }
}

/// A kind that this version does not know has a public half, as most have.
fn has_public_key(inputs: &PropertyMap) -> bool {
    let spec = inputs.get(names::KEY_SPEC).and_then(PropertyValue::as_str);
    spec.is_some_and(|spec| key_kind(spec).is_none_or(|kind| kind.has_public_key))
}

/// The name of the hidden output that remembers the mark of the last rotation on demand that a run has finished: the same
/// mark on the key asks for nothing, and a trigger that comes back after it was taken away asks for a new rotation.
pub const ROTATION_OUTPUT: &str = "__rotation";

/// The outputs of the keys of one resource: those of the key itself, and what is known of its replicas.
///
/// What could not be read keeps its last known value.
pub fn set_outputs(inputs: &PropertyMap, set: &ObservedSet, previous: &PropertyMap) -> PropertyMap {
    let mut all = match set.main() {
        Some(main) => outputs(inputs, main, previous),
        None => previous.iter().chain(inputs).map(|(name, value)| (name.clone(), value.clone())).collect(),
    };
    all.insert(names::PRIMARY_REGION.into(), set.primary.as_str().into());
    let last = previous.get(REPLICA_KEYS).and_then(PropertyValue::as_map);
    let unread = set.unreachable.keys().filter_map(|region| Some((region.clone(), last?.get(region)?.clone())));
    // A replica that was taken off the list is on its way out; the outputs tell of those that stay.
    let wanted = members::entries(inputs);
    let stays = |region: &String, member: &Observed| {
        wanted.contains_key(region) || !member.metadata.state.is_pending_deletion()
    };
    let read = set.members.iter().filter(|(region, member)| stays(region, member));
    let read = read.map(|(region, member)| (region.clone(), replica_outputs(inputs, region, member)));
    let mut replicas: PropertyMap = unread.chain(read).collect();
    replicas.remove(&set.primary);
    all.insert(REPLICA_KEYS.into(), PropertyValue::Map(replicas));
    all
}

/// The output that tells of the replicas, by Region.
pub use crate::spec::constants::names::REPLICA_KEYS;

/// The property whose change rotates the key.
pub use crate::spec::constants::names::ROTATE_ON_DEMAND_TRIGGER as TRIGGER;

fn replica_outputs(inputs: &PropertyMap, region: &str, replica: &Observed) -> PropertyValue {
    let metadata = &replica.metadata;
    let mut map = PropertyMap::from([
        (names::KEY_ARN.to_owned(), metadata.arn.as_str().into()),
        (names::KEY_STATE.to_owned(), metadata.state.as_str().into()),
    ]);
    let held = replica.aliases.seen();
    let own = members::entries(inputs).get(region).map(|entry| members::effective(inputs, entry));
    let named = own
        .iter()
        .flat_map(|own| own.get(names::ALIAS).into_iter().chain(own.get(names::ALIASES)))
        .flat_map(PropertyValue::texts);
    let name = named.into_iter().find(|name| held.is_none_or(|held| held.contains(name)));
    if let Some(name) = name.or_else(|| held?.first().cloned()) {
        map.insert(names::ALIAS_ARN.into(), alias_arn(&metadata.arn, &name).into());
    }
    PropertyValue::Map(map)
}

/// The alias outputs say what is there: a name whose creation failed has no ARN.
fn alias_outputs(inputs: &PropertyMap, observed: &Observed) -> Vec<(&'static str, PropertyValue)> {
    let Some(input) = inputs.get(names::ALIAS) else { return vec![] };
    let Some(name) = input.as_str() else { return vec![] };
    let missing = observed.aliases.seen().is_some_and(|held| !held.contains(name));
    if missing {
        return vec![];
    }
    let arn = PropertyValue::from(alias_arn(&observed.metadata.arn, name));
    vec![(names::ALIAS_NAME, input.clone()), (names::ALIAS_ARN, arn.like(input))]
}

fn readable_outputs(
    inputs: &PropertyMap,
    observed: &Observed,
    previous: &PropertyMap,
) -> Vec<(&'static str, PropertyValue)> {
    let mut facts = vec![];
    let last = |name: &'static str| previous.get(name).cloned().map(|value| (name, value));
    match &observed.rotation_period_days {
        Reading::Seen(period) => facts.push((names::ROTATION_ENABLED, period.is_some().into())),
        Reading::Denied(_) => facts.extend(last(names::ROTATION_ENABLED)),
    }
    match &observed.policy {
        Reading::Seen(policy) => {
            // AWS rewrites policies; the text changes only when its meaning does.
            let kept = previous.get(names::POLICY_JSON).and_then(PropertyValue::as_str);
            let kept = kept.filter(|text| policy::equal(&Value::String((*text).to_owned()), policy));
            let text = kept.map_or_else(|| policy.to_string(), str::to_owned);
            facts.push((names::POLICY_JSON, hide_policy(inputs, text.into())));
        }
        Reading::Denied(_) => facts.extend(last(names::POLICY_JSON)),
    }
    match &observed.tags {
        Reading::Seen(tags) => {
            let secrets = secret_tags(inputs);
            let all = tags.iter().map(|(key, value)| {
                let value = PropertyValue::from(value.as_str());
                let hidden = secrets.contains(key.as_str());
                (key.clone(), if hidden { value.into_secret() } else { value })
            });
            facts.push((names::TAGS_ALL, PropertyValue::Map(all.collect())));
        }
        Reading::Denied(_) => facts.extend(last(names::TAGS_ALL)),
    }
    facts
}

/// The effective policy repeats what a secret policy input holds.
fn hide_policy(inputs: &PropertyMap, policy: PropertyValue) -> PropertyValue {
    let secret = [names::POLICY, names::POLICY_DOCUMENT]
        .iter()
        .any(|name| inputs.get(*name).is_some_and(PropertyValue::has_secrets));
    if secret { policy.into_secret() } else { policy }
}

fn secret_tags(inputs: &PropertyMap) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for property in [names::TAGS, names::TAGS_ALL] {
        let Some(value) = inputs.get(property) else { continue };
        let whole = matches!(value, PropertyValue::Secret(_));
        let entries = value.as_map().into_iter().flatten();
        names.extend(entries.filter(|(_, v)| whole || v.has_secrets()).map(|(key, _)| key.as_str()));
    }
    names
}
