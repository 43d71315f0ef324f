//! The outputs of a key: every input as it stands, and what KMS says.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::members;
use crate::observed::{Observed, ObservedSet, Reading};
use crate::policy;
use crate::spec::constants::names;
use crate::spec::generated::{AWS_KMS_KEY_SPEC, OUTPUTS};
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
    let region = arn_region(&metadata.arn);
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
    outputs
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
    if replicas.is_empty() {
        all.remove(REPLICA_KEYS);
    } else {
        all.insert(REPLICA_KEYS.into(), PropertyValue::Map(replicas));
    }
    all
}

/// The output that tells of the replicas, by Region.
pub use crate::spec::constants::names::REPLICA_KEYS;

fn replica_outputs(inputs: &PropertyMap, region: &str, replica: &Observed) -> PropertyValue {
    let metadata = &replica.metadata;
    let mut map = PropertyMap::from([
        (names::KEY_ARN.to_owned(), metadata.arn.as_str().into()),
        (names::KEY_STATE.to_owned(), metadata.state.as_str().into()),
    ]);
    let held = replica.aliases.seen();
    let own = members::entries(inputs).get(region).map(|entry| members::effective(inputs, entry));
    let named =
        own.iter().flat_map(|own| own.get(names::ALIAS).into_iter().chain(own.get(names::ALIASES))).flat_map(texts);
    let name = named.into_iter().find(|name| held.is_none_or(|held| held.contains(name)));
    if let Some(name) = name.or_else(|| held?.first().cloned()) {
        map.insert(names::ALIAS_ARN.into(), alias_arn(&metadata.arn, &name).into());
    }
    PropertyValue::Map(map)
}

/// The name that an output shows of several: `None` without one, and inside where it is not known yet.
#[expect(clippy::option_option, reason = "no name, a name that is not known yet, a name")]
fn first_name(inputs: &PropertyMap) -> Option<Option<String>> {
    let mut list =
        inputs.get(names::ALIASES).into_iter().filter(|list| list.as_list().is_some_and(|list| !list.is_empty()));
    let unknown = inputs.get(names::ALIASES).filter(|list| list.is_unknown());
    let first = inputs.get(names::ALIAS).or_else(|| list.find_map(|list| list.as_list()?.first())).or(unknown);
    first.map(|name| name.as_str().map(str::to_owned))
}

fn texts(value: &PropertyValue) -> Vec<String> {
    let items = value.as_list().unwrap_or(std::slice::from_ref(value));
    items.iter().filter_map(PropertyValue::as_str).map(str::to_owned).collect()
}

/// The outputs that a preview of a new key can tell: what the inputs decide, and `policy_json`, the policy where it is known.
/// Every other output that a key always has is unknown.
pub fn preview_of_new(inputs: &PropertyMap, policy_json: Option<String>) -> PropertyMap {
    let mut outputs = inputs.clone();
    for output in OUTPUTS.iter().filter(|output| output.always && !is_input(output.name)) {
        outputs.insert(output.name.to_owned(), PropertyValue::Unknown);
    }
    if inputs.contains_key(names::ALIAS) {
        outputs.insert(names::ALIAS_ARN.into(), PropertyValue::Unknown);
    }
    preview_facts(&mut outputs, inputs, policy_json);
    if let Some(enabled) = inputs.get(names::ENABLED).and_then(PropertyValue::as_bool) {
        let state = if enabled { "Enabled" } else { "Disabled" };
        outputs.insert(names::KEY_STATE.into(), state.into());
    }
    if let Some(region) = inputs.get(names::REGION) {
        outputs.insert(names::PRIMARY_REGION.into(), region.clone());
    }
    if has_public_key(inputs) || inputs.get(names::KEY_SPEC).is_some_and(PropertyValue::is_unknown) {
        outputs.insert(names::PUBLIC_KEY.into(), PropertyValue::Unknown);
    }
    preview_replicas(&mut outputs, inputs, &PropertyMap::new());
    outputs
}

/// Whether an output is an input of the same name, which the program decides.
fn is_input(name: &str) -> bool {
    AWS_KMS_KEY_SPEC.fields.iter().any(|field| field.name == name)
}

/// A preview knows in which Regions there will be replicas; of a new one it knows no more. A key that keeps its ID keeps
/// the ARNs that it has.
fn preview_replicas(outputs: &mut PropertyMap, inputs: &PropertyMap, old_outputs: &PropertyMap) {
    if members::are_unknown(inputs) {
        outputs.insert(REPLICA_KEYS.into(), PropertyValue::Unknown);
        return;
    }
    let entries = members::entries(inputs);
    let arn = old_outputs.get(names::KEY_ARN).and_then(PropertyValue::as_str);
    let keys = entries.iter().map(|(region, entry)| {
        let own = members::effective(inputs, entry);
        let arn = arn.map(|arn| arn_in(arn, region));
        let name = first_name(&own);
        let enabled = own.get(names::ENABLED).and_then(PropertyValue::as_bool);
        let state = enabled.map(|enabled| if enabled { "Enabled" } else { "Disabled" });
        let known = |value: Option<String>| value.map_or(PropertyValue::Unknown, PropertyValue::String);
        let mut map = PropertyMap::from([
            (names::KEY_ARN.to_owned(), known(arn.clone())),
            (names::KEY_STATE.to_owned(), known(state.map(str::to_owned))),
        ]);
        if let Some(name) = name {
            map.insert(names::ALIAS_ARN.into(), known(arn.zip(name).map(|(arn, name)| alias_arn(&arn, &name))));
        }
        (region.clone(), PropertyValue::Map(map))
    });
    // Replicas that others have added stay as they are.
    let had = members::entries(old_outputs);
    let last = old_outputs.get(REPLICA_KEYS).and_then(PropertyValue::as_map).into_iter().flatten();
    let others =
        last.filter(|(region, _)| !had.contains_key(*region) && !outputs_region_is(old_outputs, inputs, region));
    let others: Vec<_> = others.map(|(region, value)| (region.clone(), value.clone())).collect();
    let keys: PropertyMap = others.into_iter().chain(keys).collect();
    if !keys.is_empty() {
        outputs.insert(REPLICA_KEYS.into(), PropertyValue::Map(keys));
    }
}

/// Whether a Region is, or becomes, the primary's.
fn outputs_region_is(old_outputs: &PropertyMap, inputs: &PropertyMap, region: &str) -> bool {
    [old_outputs, inputs].iter().any(|map| map.get(names::REGION).and_then(PropertyValue::as_str) == Some(region))
}

/// ARN of the key of the same multi-Region set in another Region.
pub fn arn_in(arn: &str, region: &str) -> String {
    let mut parts: Vec<&str> = arn.splitn(6, ':').collect();
    if let Some(own) = parts.get_mut(3) {
        *own = region;
    }
    parts.join(":")
}

/// The outputs that a preview of a changed key can tell: what stays, and what the new inputs decide.
pub fn preview_of_change(inputs: &PropertyMap, old_outputs: &PropertyMap, policy_json: Option<String>) -> PropertyMap {
    let mut outputs = inputs.clone();
    for output in OUTPUTS.iter().filter(|output| output.always && !is_input(output.name)) {
        outputs.insert(output.name.to_owned(), PropertyValue::Unknown);
    }
    for name in OUTPUTS.iter().filter(|output| output.kept).map(|output| output.name) {
        if let Some(value) = old_outputs.get(name) {
            // As secret as the new inputs make it.
            let value = if may_be_replaced(inputs) { PropertyValue::Unknown } else { value.reveal().clone() };
            outputs.insert(name.into(), value);
        }
    }
    if let Some(mark) = old_outputs.get(ROTATION_OUTPUT) {
        let rotates = inputs.get(TRIGGER).is_some_and(|new| old_outputs.get(TRIGGER) != Some(new));
        outputs.insert(ROTATION_OUTPUT.into(), if rotates { PropertyValue::Unknown } else { mark.clone() });
    }
    promotion(&mut outputs, inputs);
    preview_facts(&mut outputs, inputs, kept_policy(inputs, old_outputs, policy_json));
    let state = match inputs.get(names::ENABLED).map(PropertyValue::reveal) {
        Some(PropertyValue::Bool(false)) => "Disabled".into(),
        Some(PropertyValue::Unknown) => PropertyValue::Unknown,
        _ => "Enabled".into(),
    };
    outputs.insert(names::KEY_STATE.into(), state);
    preview_replicas(&mut outputs, inputs, old_outputs);
    let alias_arn = match (inputs.get(names::ALIAS), outputs.get(names::KEY_ARN).and_then(PropertyValue::as_str)) {
        (Some(alias), Some(arn)) => alias.as_str().map(|name| alias_arn(arn, name).into()),
        _ => None,
    };
    if let Some(arn) = alias_arn {
        outputs.insert(names::ALIAS_ARN.into(), arn);
    } else if inputs.contains_key(names::ALIAS) {
        outputs.insert(names::ALIAS_ARN.into(), PropertyValue::Unknown);
    }
    outputs
}

/// The text of the policy after a change. One of the same meaning is not put again, so its text stays; that of a replica
/// which has its own and becomes the primary is no output yet.
fn kept_policy(inputs: &PropertyMap, old_outputs: &PropertyMap, policy_json: Option<String>) -> Option<String> {
    let wanted = policy_json?;
    let last = old_outputs.get(names::POLICY_JSON).and_then(PropertyValue::as_str);
    let meaning = Value::String(wanted.clone());
    if let Some(last) = last.filter(|last| policy::equal(&Value::String((*last).to_owned()), &meaning)) {
        return Some(last.to_owned());
    }
    let replicas = members::entries(old_outputs);
    let promoted = inputs.get(names::REGION).and_then(PropertyValue::as_str).and_then(|region| replicas.get(region));
    let has_its_own = promoted
        .is_some_and(|entry| [names::POLICY, names::POLICY_DOCUMENT].iter().any(|name| entry.contains_key(*name)));
    (!has_its_own).then_some(wanted)
}

/// The property whose change rotates the key.
pub use crate::spec::constants::names::ROTATE_ON_DEMAND_TRIGGER as TRIGGER;

/// Whether a value that is not known yet can ask for another key, and the program allows one.
pub fn may_be_replaced(inputs: &PropertyMap) -> bool {
    let unknown = |name: &&str| inputs.get(*name).is_some_and(PropertyValue::is_unknown);
    let allowed = inputs.get(names::REPLACEMENT_POLICY).and_then(PropertyValue::as_str) == Some("ALLOW");
    allowed && [names::KEY_SPEC, names::KEY_USAGE, names::MULTI_REGION, names::REGION].iter().any(unknown)
}

/// A promotion moves what follows the primary.
fn promotion(outputs: &mut PropertyMap, inputs: &PropertyMap) {
    let Some(region) = inputs.get(names::REGION) else { return };
    let Some(arn) = outputs.get(names::KEY_ARN).and_then(PropertyValue::as_str).map(str::to_owned) else { return };
    outputs.insert(names::REGION.into(), region.clone());
    outputs.insert(names::PRIMARY_REGION.into(), region.clone());
    let arn = region.as_str().map_or(PropertyValue::Unknown, |region| arn_in(&arn, region).into());
    outputs.insert(names::KEY_ARN.into(), arn);
}

/// ARN of an alias beside a key.
pub fn alias_arn(key_arn: &str, alias: &str) -> String {
    let prefix = key_arn.rsplit_once(":key/").map_or(key_arn, |(prefix, _)| prefix);
    format!("{prefix}:{alias}")
}

fn preview_facts(outputs: &mut PropertyMap, inputs: &PropertyMap, policy_json: Option<String>) {
    let rotation = inputs.get(names::ENABLE_ROTATION).cloned().unwrap_or(PropertyValue::Unknown);
    outputs.insert(names::ROTATION_ENABLED.into(), rotation);
    if let Some(alias) = inputs.get(names::ALIAS) {
        outputs.insert(names::ALIAS_NAME.into(), alias.clone());
    }
    let tags = inputs.get(names::TAGS_ALL).or_else(|| inputs.get(names::TAGS)).cloned();
    outputs.insert(names::TAGS_ALL.into(), tags.unwrap_or(PropertyValue::Map(PropertyMap::new())));
    let policy = policy_json.map_or(PropertyValue::Unknown, PropertyValue::String);
    outputs.insert(names::POLICY_JSON.into(), hide_policy(inputs, policy));
}

/// A kind that this version does not know has a public half, as most have.
fn has_public_key(inputs: &PropertyMap) -> bool {
    let spec = inputs.get(names::KEY_SPEC).and_then(PropertyValue::as_str);
    spec.is_some_and(|spec| key_kind(spec).is_none_or(|kind| kind.has_public_key))
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
    vec![(names::ALIAS_NAME, input.clone()), (names::ALIAS_ARN, like(input, arn))]
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

fn like(model: &PropertyValue, value: PropertyValue) -> PropertyValue {
    if matches!(model, PropertyValue::Secret(_)) { value.into_secret() } else { value }
}

fn arn_region(arn: &str) -> &str {
    arn.split(':').nth(3).unwrap_or_default()
}
