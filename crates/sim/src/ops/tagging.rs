//! Tags of keys.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Members;
use super::lookup::{Naming, key_id, page};
use crate::error::ApiError;
use crate::params::Params;
use crate::sim::{Call, nothing};
use crate::state::State;

const RESERVED: &str = "Tags beginning with aws: are reserved";

fn is_reserved(name: &str) -> bool {
    name.to_lowercase().starts_with("aws:")
}

/// Tags put onto those that are there, within AWS's limits.
pub(super) fn merged(
    present: &BTreeMap<String, String>,
    tags: Vec<(String, String)>,
    too_many: &str,
) -> Result<BTreeMap<String, String>, ApiError> {
    let refuse = |message: &str| Err(ApiError::new("TagException", message));
    let names: BTreeSet<&String> = tags.iter().map(|(key, _)| key).collect();
    if names.len() != tags.len() {
        return refuse("Duplicate tag keys");
    }
    if names.iter().any(|name| is_reserved(name)) {
        return refuse(RESERVED);
    }
    if !tags.iter().all(|(key, value)| is_plain(key) && is_plain(value)) {
        return refuse("Tags have letters, digits, spaces and the characters _ . : / = + - @ only");
    }
    let mut all = present.clone();
    all.extend(tags);
    if all.len() > 50 { Err(ApiError::new(too_many, "Too many tags")) } else { Ok(all) }
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c))
}

pub(super) fn tag(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let tags = params.required("Tags", Params::tags)?;
    params.done()?;
    let id = key_id(state, call, name, Naming::KeyOnly)?;
    let code = state.options.doubts.too_many_tags_code.clone();
    let key = state.key_mut(call.region, &id).expect("found above");
    key.tags = merged(&key.tags, tags, &code)?;
    key.was_tagged |= !key.tags.is_empty();
    Ok(nothing())
}

pub(super) fn untag(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let keys = params.required("TagKeys", Params::texts)?;
    params.done()?;
    if keys.iter().any(|key| is_reserved(key)) {
        return Err(ApiError::new("TagException", RESERVED));
    }
    let id = key_id(state, call, name, Naming::KeyOnly)?;
    let key = state.key_mut(call.region, &id).expect("found above");
    key.tags.retain(|name, _| !keys.contains(name));
    Ok(nothing())
}

pub(super) fn list(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let limit = params.integer("Limit", 1, 1000)?;
    let marker = params.limited_text("Marker", 1, 1024)?;
    params.done()?;
    if limit.is_some_and(|limit| limit > 50) {
        return Err(ApiError::validation("Limit must be between 1 and 50 for tags."));
    }
    let id = key_id(state, call, name, Naming::KeyOnly)?;
    let key = state.key(call.region, &id).expect("found above");
    let tags = key.tags.iter().map(|(key, value)| json!({ "TagKey": key, "TagValue": value })).collect();
    let (tags, next) = page(tags, marker, limit, 50)?;
    let mut answer = json!({ "Tags": tags, "Truncated": next.is_some() });
    if let Some(next) = next {
        answer["NextMarker"] = json!(next);
    }
    Ok(answer)
}
