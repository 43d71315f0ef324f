//! The outputs that a preview can tell before anything has happened: none of them is another after the run.

use serde_json::Value;

use super::{REPLICA_KEYS, ROTATION_OUTPUT, TRIGGER, has_public_key, hide_policy, name_what_is_not_there};
use crate::arn::{alias_arn, arn_in};
use crate::desired::Account;
use crate::members;
use crate::policy;
use crate::spec::constants::names;
use crate::spec::generated::{AWS_KMS_KEY_SPEC, OUTPUTS};
use crate::spec::normal::all_tags;
use crate::value::{PropertyMap, PropertyValue};

/// The outputs that a preview of a new key can tell: what the inputs decide, `policy_json`, the policy where it is known, and
/// the ARNs of the aliases where the account is. Every other output that a key always has is unknown.
pub fn preview_of_new(inputs: &PropertyMap, policy_json: Option<String>, account: Option<&Account>) -> PropertyMap {
    let mut outputs = inputs.clone();
    for output in OUTPUTS.iter().filter(|output| output.always && !is_input(output.name)) {
        outputs.insert(output.name.to_owned(), PropertyValue::Unknown);
    }
    if let Some(alias) = inputs.get(names::ALIAS) {
        let region = inputs.get(names::REGION).and_then(PropertyValue::as_str);
        let arn =
            account.zip(region).zip(alias.as_str()).map(|((account, region), alias)| account.arn_of(region, alias));
        outputs.insert(names::ALIAS_ARN.into(), arn.map_or(PropertyValue::Unknown, PropertyValue::String));
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
    preview_replicas(&mut outputs, inputs, &PropertyMap::new(), account);
    name_what_is_not_there(&mut outputs, inputs);
    outputs
}

/// Whether an output is an input of the same name, which the program decides.
fn is_input(name: &str) -> bool {
    AWS_KMS_KEY_SPEC.fields.iter().any(|field| field.name == name)
}

/// A preview knows in which Regions there will be replicas; of a new one it knows no more. A key that keeps its ID keeps
/// the ARNs that it has.
fn preview_replicas(
    outputs: &mut PropertyMap,
    inputs: &PropertyMap,
    old_outputs: &PropertyMap,
    account: Option<&Account>,
) {
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
            let arn = name.and_then(|name| match arn {
                Some(arn) => Some(alias_arn(&arn, &name)),
                None => account.map(|account| account.arn_of(region, &name)),
            });
            map.insert(names::ALIAS_ARN.into(), known(arn));
        }
        (region.clone(), PropertyValue::Map(map))
    });
    // Replicas that others have added stay as they are.
    let had = members::entries(old_outputs);
    let last = old_outputs.get(REPLICA_KEYS).and_then(PropertyValue::as_map).into_iter().flatten();
    let others =
        last.filter(|(region, _)| !had.contains_key(*region) && !outputs_region_is(old_outputs, inputs, region));
    let others: Vec<_> = others.map(|(region, value)| (region.clone(), value.clone())).collect();
    outputs.insert(REPLICA_KEYS.into(), PropertyValue::Map(others.into_iter().chain(keys).collect()));
}

/// Whether a Region is, or becomes, the primary's.
fn outputs_region_is(old_outputs: &PropertyMap, inputs: &PropertyMap, region: &str) -> bool {
    [old_outputs, inputs].iter().any(|map| map.get(names::REGION).and_then(PropertyValue::as_str) == Some(region))
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
    preview_replicas(&mut outputs, inputs, old_outputs, None);
    let alias_arn = match (inputs.get(names::ALIAS), outputs.get(names::KEY_ARN).and_then(PropertyValue::as_str)) {
        (Some(alias), Some(arn)) => alias.as_str().map(|name| alias_arn(arn, name).into()),
        _ => None,
    };
    if let Some(arn) = alias_arn {
        outputs.insert(names::ALIAS_ARN.into(), arn);
    } else if inputs.contains_key(names::ALIAS) {
        outputs.insert(names::ALIAS_ARN.into(), PropertyValue::Unknown);
    }
    name_what_is_not_there(&mut outputs, inputs);
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
    let names_its_own =
        |entry: &PropertyMap| [names::POLICY, names::POLICY_DOCUMENT].iter().any(|name| entry.contains_key(*name));
    let replicas = members::entries(old_outputs);
    let has_its_own = match inputs.get(names::REGION) {
        // It may become any of them.
        Some(region) if region.is_unknown() => replicas.values().any(names_its_own),
        region => {
            region.and_then(PropertyValue::as_str).and_then(|region| replicas.get(region)).is_some_and(names_its_own)
        }
    };
    (!has_its_own).then_some(wanted)
}

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

fn preview_facts(outputs: &mut PropertyMap, inputs: &PropertyMap, policy_json: Option<String>) {
    let rotation = inputs.get(names::ENABLE_ROTATION).cloned().unwrap_or(PropertyValue::Unknown);
    outputs.insert(names::ROTATION_ENABLED.into(), rotation);
    if let Some(alias) = inputs.get(names::ALIAS) {
        outputs.insert(names::ALIAS_NAME.into(), alias.clone());
    }
    let tags = all_tags(inputs).cloned();
    outputs.insert(names::TAGS_ALL.into(), tags.unwrap_or(PropertyValue::Map(PropertyMap::new())));
    let policy = policy_json.map_or(PropertyValue::Unknown, PropertyValue::String);
    outputs.insert(names::POLICY_JSON.into(), hide_policy(inputs, policy));
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
