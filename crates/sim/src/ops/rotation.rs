//! Rotation.

use serde_json::{Value, json};

use super::Members;
use super::lookup::{Naming, key_id};
use crate::error::ApiError;
use crate::key::{Key, KeyState, Rotation};
use crate::material::Material;
use crate::multi_region::{pending_everywhere, primary_only, synchronize};
use crate::params::Params;
use crate::sim::{Call, nothing};
use crate::state::State;

const DAY: f64 = 86_400.0;
/// Automatic rotations that are due so soon are not anticipated.
const SOON: f64 = 20.0 * 60.0;

/// Only symmetric keys with material of KMS rotate by themselves.
fn rotatable(key: &Key) -> Result<(), ApiError> {
    if key.can_rotate() {
        return Ok(());
    }
    let message = if key.is_symmetric() {
        format!("{} origin is {} which is not valid for this operation.", key.arn, key.origin)
    } else {
        String::new()
    };
    Err(ApiError::new("UnsupportedOperationException", message))
}

/// The key that rotates, if its state allows it: that is judged before its kind (recorded on AWS for `RotateKeyOnDemand` on a
/// disabled RSA key).
fn found(state: &State, call: &Call<'_>, name: &str) -> Result<String, ApiError> {
    let id = key_id(state, call, name, Naming::KeyOnly)?;
    let key = state.key(call.region, &id).expect("found above");
    rotatable(key)?;
    primary_only(state, key)?;
    Ok(id)
}

pub(super) fn enable(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let days = params.integer("RotationPeriodInDays", 90, 2560)?.unwrap_or(365);
    params.done()?;
    let id = found(state, call, name)?;
    let now = call.now;
    let from_change = state.options.doubts.rotation_counts_from_change;
    let key = state.key_mut(call.region, &id).expect("found above");
    #[expect(clippy::cast_precision_loss, reason = "at most 2560")]
    let period = |days: i64| days as f64 * DAY;
    let from = match &key.rotation {
        Some(rotation) if !from_change => rotation.next - period(rotation.period_days),
        _ => now,
    };
    key.rotation = Some(Rotation { period_days: days, next: (from + period(days)).max(now) });
    synchronize(state, &id);
    Ok(nothing())
}

pub(super) fn disable(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    params.done()?;
    let id = found(state, call, name)?;
    state.key_mut(call.region, &id).expect("found above").rotation = None;
    synchronize(state, &id);
    Ok(nothing())
}

pub(super) fn status(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    params.done()?;
    let id = key_id(state, call, name, Naming::KeyOnly)?;
    let key = state.key(call.region, &id).expect("found above");
    let doubts = &state.options.doubts;
    let answers = key.origin == "EXTERNAL" && doubts.rotation_status_of_external;
    if key.origin != "AWS_KMS" && !answers {
        rotatable(key)?;
    }
    let mut answer = json!({ "KeyId": key.arn, "KeyRotationEnabled": false });
    // While a deletion is pending KMS does not rotate and says so; the setting comes back with the key.
    let pending = matches!(key.state, KeyState::PendingDeletion | KeyState::PendingReplicaDeletion);
    if let Some(rotation) = key.rotation.as_ref().filter(|_| !pending) {
        answer["KeyRotationEnabled"] = json!(true);
        answer["RotationPeriodInDays"] = json!(rotation.period_days);
        answer["NextRotationDate"] = json!(rotation.next);
    }
    Ok(answer)
}

pub(super) fn on_demand(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    params.done()?;
    let id = key_id(state, call, name, Naming::KeyOnly)?;
    let key = state.key(call.region, &id).expect("found above");
    let imported = key.is_symmetric() && key.origin == "EXTERNAL";
    if !imported {
        rotatable(key)?;
    }
    primary_only(state, key)?;
    let most = state.options.doubts.on_demand_rotations;
    if key.on_demand_rotations >= most {
        return Err(ApiError::new(
            "LimitExceededException",
            format!(
                "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: {}",
                key.arn
            ),
        ));
    }
    if imported && !pending_everywhere(state, key) {
        let message = format!("No available key material pending rotation for the key: {}.", key.arn);
        return Err(ApiError::new("KMSInvalidStateException", message));
    }
    if key.rotation.as_ref().is_some_and(|rotation| rotation.next - call.now <= SOON) {
        return Err(ApiError::new(
            "ConflictException",
            format!("An automatic rotation of {} is about to begin.", key.arn),
        ));
    }
    let key = state.key_mut(call.region, &id).expect("found above");
    let next = match key.pending.take() {
        Some(pending) => pending.with_rotation(Some((call.now, true))),
        None => Material::by_rotation(&key.spec, &mut call.rng, call.now, true),
    };
    key.materials.push(next);
    key.on_demand_rotations += 1;
    let answer = json!({ "KeyId": key.arn });
    synchronize(state, &id);
    Ok(answer)
}
