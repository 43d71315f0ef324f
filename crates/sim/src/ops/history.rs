//! What a key remembers of its rotations and its use.

use serde_json::{Value, json};

use super::Members;
use super::lookup::{Naming, key_id, page};
use crate::error::ApiError;
use crate::key::Key;
use crate::material::{Material, digest, hex};
use crate::multi_region::pending_everywhere;
use crate::params::Params;
use crate::sim::Call;
use crate::state::State;

/// Rotations of a key, newest first; on request with its first material and the one that waits for a rotation.
pub(super) fn rotations(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let limit = params.integer("Limit", 1, 1000)?;
    let marker = params.limited_text("Marker", 1, 1024)?;
    let which = params.choice("IncludeKeyMaterial", &["ALL_KEY_MATERIAL", "ROTATIONS_ONLY"])?;
    params.done()?;
    let id = key_id(state, call, name, Naming::KeyOnly)?;
    let key = state.key(call.region, &id).expect("found above");
    let all = which == Some("ALL_KEY_MATERIAL");
    if all && !key.is_symmetric() {
        return Err(ApiError::new("UnsupportedOperationException", format!("{} does not rotate.", key.arn)));
    }
    let pending = key.pending.iter().filter(|_| all).map(|pending| entry(key, pending, pending_state(state, key)));
    let materials = key.materials.iter().rev().enumerate().map(|(age, material)| {
        let state = if age == 0 { "CURRENT" } else { "NON_CURRENT" };
        (material.rotated.is_some(), entry(key, material, state))
    });
    let materials = materials.filter(|(rotated, _)| all || *rotated).map(|(_, entry)| entry);
    let (rotations, next) = page(pending.chain(materials).collect(), marker, limit, 100)?;
    let mut answer = json!({ "Rotations": rotations, "Truncated": next.is_some() });
    if let Some(next) = next {
        answer["NextMarker"] = json!(next);
    }
    Ok(answer)
}

fn pending_state(state: &State, key: &Key) -> &'static str {
    if pending_everywhere(state, key) { "PENDING_ROTATION" } else { "PENDING_MULTI_REGION_IMPORT_AND_ROTATION" }
}

fn entry(key: &Key, material: &Material, state: &str) -> Value {
    let mut entry = json!({ "KeyId": key.id, "KeyMaterialId": material.id(), "KeyMaterialState": state });
    if let Some((date, on_demand)) = material.rotated {
        entry["RotationDate"] = json!(date);
        entry["RotationType"] = json!(if on_demand { "ON_DEMAND" } else { "AUTOMATIC" });
    }
    let Some(import) = &material.import else { return entry };
    entry["ImportState"] = json!(if import.held { "IMPORTED" } else { "PENDING_IMPORT" });
    if let Some(description) = &import.description {
        entry["KeyMaterialDescription"] = json!(description);
    }
    if import.held {
        let model = if import.expires.is_some() { "KEY_MATERIAL_EXPIRES" } else { "KEY_MATERIAL_DOES_NOT_EXPIRE" };
        entry["ExpirationModel"] = json!(model);
    }
    if let Some(date) = import.expires {
        entry["ValidTo"] = json!(date);
    }
    entry
}

/// The last successful cryptographic operation.
pub(super) fn last_usage(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    params.done()?;
    let id = key_id(state, call, name, Naming::KeyOnly)?;
    let key = state.key(call.region, &id).expect("found above");
    let last = key.last_use.as_ref().map_or_else(
        || json!({}),
        |(operation, time)| {
            // Every event has an ID of its own, which follows from what it tells.
            let event = uuid(&format!("{} {operation} {time}", key.arn));
            json!({ "Operation": operation, "Timestamp": time, "CloudTrailEventId": event })
        },
    );
    Ok(json!({
        "KeyId": key.id,
        "KeyLastUsage": last,
        "TrackingStartDate": key.created,
        "KeyCreationDate": key.created,
    }))
}

fn uuid(of: &str) -> String {
    let digits = hex(&digest(of));
    format!("{}-{}-4{}-8{}-{}", &digits[..8], &digits[8..12], &digits[13..16], &digits[17..20], &digits[20..32])
}
