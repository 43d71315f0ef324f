//! The outputs of a key: every input as it stands, and what KMS says.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::observed::{Observed, Reading};
use crate::policy;
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
    put("keyId", metadata.key_id.as_str().into());
    put("keyArn", metadata.arn.as_str().into());
    put("keyState", metadata.state.as_str().into());
    put("creationDate", metadata.creation_date.as_str().into());
    if let Some(date) = &metadata.deletion_date {
        put("deletionDate", date.as_str().into());
    }
    let region = arn_region(&metadata.arn);
    put("region", region.into());
    put("primaryRegion", metadata.primary_region.as_deref().unwrap_or(region).into());
    if let Some(pem) = &observed.public_key {
        put("publicKey", pem.as_str().into());
    }
    for (name, value) in alias_outputs(inputs, observed) {
        put(name, value);
    }
    for (name, value) in readable_outputs(inputs, observed, previous) {
        put(name, value);
    }
    outputs
}

/// The outputs that a preview of a new key can tell: what the inputs decide. `known` are facts that the provider
/// knows without a key, such as the Region.
pub fn preview_of_new(inputs: &PropertyMap, policy_json: Option<String>) -> PropertyMap {
    let mut outputs = inputs.clone();
    for name in ["keyId", "keyArn", "aliasArn", "creationDate", "keyState", "tagsAll", "policyJson", "primaryRegion"] {
        outputs.entry(name.to_owned()).or_insert(PropertyValue::Unknown);
    }
    preview_facts(&mut outputs, inputs, policy_json);
    if let Some(enabled) = inputs.get("enabled").and_then(PropertyValue::as_bool) {
        let state = if enabled { "Enabled" } else { "Disabled" };
        outputs.insert("keyState".into(), state.into());
    }
    if let Some(region) = inputs.get("region") {
        outputs.insert("primaryRegion".into(), region.clone());
    }
    if is_asymmetric(inputs) {
        outputs.insert("publicKey".into(), PropertyValue::Unknown);
    }
    outputs
}

/// The outputs that a preview of a changed key can tell: what stays, and what the new inputs decide.
pub fn preview_of_change(inputs: &PropertyMap, old_outputs: &PropertyMap, policy_json: Option<String>) -> PropertyMap {
    let mut outputs = inputs.clone();
    for name in ["keyId", "keyArn", "creationDate", "primaryRegion", "publicKey", "region"] {
        if let Some(value) = old_outputs.get(name) {
            outputs.insert(name.into(), value.clone());
        }
    }
    preview_facts(&mut outputs, inputs, policy_json);
    let state = match inputs.get("enabled").map(PropertyValue::reveal) {
        Some(PropertyValue::Bool(false)) => "Disabled".into(),
        Some(PropertyValue::Unknown) => PropertyValue::Unknown,
        _ => "Enabled".into(),
    };
    outputs.insert("keyState".into(), state);
    let alias_arn = match (inputs.get("alias"), old_outputs.get("keyArn").and_then(PropertyValue::as_str)) {
        (Some(alias), Some(arn)) => alias.as_str().map(|name| alias_arn(arn, name).into()),
        _ => None,
    };
    if let Some(arn) = alias_arn {
        outputs.insert("aliasArn".into(), arn);
    } else if inputs.contains_key("alias") {
        outputs.insert("aliasArn".into(), PropertyValue::Unknown);
    }
    outputs
}

/// ARN of an alias beside a key.
pub fn alias_arn(key_arn: &str, alias: &str) -> String {
    let prefix = key_arn.rsplit_once(":key/").map_or(key_arn, |(prefix, _)| prefix);
    format!("{prefix}:{alias}")
}

fn preview_facts(outputs: &mut PropertyMap, inputs: &PropertyMap, policy_json: Option<String>) {
    let rotation = inputs.get("enableRotation").cloned().unwrap_or(PropertyValue::Unknown);
    outputs.insert("rotationEnabled".into(), rotation);
    match inputs.get("alias") {
        Some(alias) => {
            outputs.insert("aliasName".into(), alias.clone());
        }
        None => {
            outputs.remove("aliasArn");
        }
    }
    let tags = inputs.get("tagsAll").or_else(|| inputs.get("tags")).cloned();
    outputs.insert("tagsAll".into(), tags.unwrap_or(PropertyValue::Map(PropertyMap::new())));
    let policy = policy_json.map_or(PropertyValue::Unknown, PropertyValue::String);
    outputs.insert("policyJson".into(), hide_policy(inputs, policy));
}

fn is_asymmetric(inputs: &PropertyMap) -> bool {
    inputs
        .get("keySpec")
        .and_then(PropertyValue::as_str)
        .is_some_and(|spec| spec != "SYMMETRIC_DEFAULT" && !spec.starts_with("HMAC"))
}

/// The alias outputs say what is there: a name whose creation failed has no ARN.
fn alias_outputs(inputs: &PropertyMap, observed: &Observed) -> Vec<(&'static str, PropertyValue)> {
    let Some(input) = inputs.get("alias") else { return vec![] };
    let Some(name) = input.as_str() else { return vec![] };
    let missing = observed.aliases.seen().is_some_and(|held| !held.contains(name));
    if missing {
        return vec![];
    }
    let arn = PropertyValue::from(alias_arn(&observed.metadata.arn, name));
    vec![("aliasName", input.clone()), ("aliasArn", like(input, arn))]
}

fn readable_outputs(
    inputs: &PropertyMap,
    observed: &Observed,
    previous: &PropertyMap,
) -> Vec<(&'static str, PropertyValue)> {
    let mut facts = vec![];
    let last = |name: &'static str| previous.get(name).cloned().map(|value| (name, value));
    match &observed.rotation_period_days {
        Reading::Seen(period) => facts.push(("rotationEnabled", period.is_some().into())),
        Reading::Denied(_) => facts.extend(last("rotationEnabled")),
    }
    match &observed.policy {
        Reading::Seen(policy) => {
            // AWS rewrites policies; the text changes only when its meaning does.
            let kept = previous.get("policyJson").and_then(PropertyValue::as_str);
            let kept = kept.filter(|text| policy::equal(&Value::String((*text).to_owned()), policy));
            let text = kept.map_or_else(|| policy.to_string(), str::to_owned);
            facts.push(("policyJson", hide_policy(inputs, text.into())));
        }
        Reading::Denied(_) => facts.extend(last("policyJson")),
    }
    match &observed.tags {
        Reading::Seen(tags) => {
            let secrets = secret_tags(inputs);
            let all = tags.iter().map(|(key, value)| {
                let value = PropertyValue::from(value.as_str());
                let hidden = secrets.contains(key.as_str());
                (key.clone(), if hidden { value.into_secret() } else { value })
            });
            facts.push(("tagsAll", PropertyValue::Map(all.collect())));
        }
        Reading::Denied(_) => facts.extend(last("tagsAll")),
    }
    facts
}

/// The effective policy repeats what a secret policy input holds.
fn hide_policy(inputs: &PropertyMap, policy: PropertyValue) -> PropertyValue {
    let secret =
        ["policy", "policyDocument"].iter().any(|name| inputs.get(*name).is_some_and(PropertyValue::has_secrets));
    if secret { policy.into_secret() } else { policy }
}

fn secret_tags(inputs: &PropertyMap) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for property in ["tags", "tagsAll"] {
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
