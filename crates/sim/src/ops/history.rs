//! What a key remembers of its rotations and its use.

use serde_json::{Value, json};

use super::Members;
use super::lookup::{Naming, key_id};
use crate::error::ApiError;
use crate::params::Params;
use crate::sim::Call;
use crate::state::State;

/// Rotations of a key, newest first.
pub(super) fn rotations(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let limit = params.integer("Limit", 1, 1000)?.unwrap_or(100);
    let marker = params.text("Marker")?.map(str::to_owned);
    params.text("IncludeKeyMaterial")?;
    params.done()?;
    let id = key_id(state, call, name, Naming::KeyOnly)?;
    let from = match marker {
        Some(marker) => marker.parse().map_err(|_| ApiError::new("InvalidMarkerException", "Invalid marker."))?,
        None => 0_usize,
    };
    let key = state.key(call.region, &id).expect("found above");
    let all: Vec<Value> = key
        .rotations
        .iter()
        .rev()
        .map(|(date, on_demand)| {
            let kind = if *on_demand { "ON_DEMAND" } else { "AUTOMATIC" };
            json!({ "KeyId": key.id, "RotationDate": date, "RotationType": kind })
        })
        .collect();
    let end = from.saturating_add(usize::try_from(limit).unwrap_or(1000)).min(all.len());
    let page = all.get(from..end).unwrap_or_default();
    let mut answer = json!({ "Rotations": page, "Truncated": end < all.len() });
    if end < all.len() {
        answer["NextMarker"] = json!(end.to_string());
    }
    Ok(answer)
}

/// The last successful cryptographic operation.
pub(super) fn last_usage(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    params.done()?;
    let id = key_id(state, call, name, Naming::KeyOnly)?;
    let key = state.key(call.region, &id).expect("found above");
    let last = key
        .last_use
        .as_ref()
        .map_or_else(|| json!({}), |(operation, time)| json!({ "Operation": operation, "Timestamp": time }));
    Ok(json!({
        "KeyId": key.id,
        "KeyLastUsage": last,
        "TrackingStartDate": key.created,
        "KeyCreationDate": key.created,
    }))
}
