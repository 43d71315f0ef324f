//! Enabling, disabling and deleting.

use serde_json::{Value, json};

use super::Members;
use super::lookup::{Naming, key_id};
use crate::error::ApiError;
use crate::key::KeyState;
use crate::params::Params;
use crate::sim::{Call, nothing};
use crate::state::State;

const DAY: f64 = 86_400.0;

fn named(state: &State, call: &Call<'_>, members: &Members) -> Result<String, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    params.done()?;
    key_id(state, call, name, Naming::KeyOnly)
}

pub(super) fn enable(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let id = named(state, call, members)?;
    state.key_mut(call.region, &id).expect("found above").state = KeyState::Enabled;
    Ok(nothing())
}

pub(super) fn disable(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let id = named(state, call, members)?;
    state.key_mut(call.region, &id).expect("found above").state = KeyState::Disabled;
    Ok(nothing())
}

pub(super) fn schedule_deletion(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let days = params.integer("PendingWindowInDays", 1, 365)?.unwrap_or(30);
    params.done()?;
    if !(7..=30).contains(&days) {
        return Err(ApiError::validation(format!("PendingWindowInDays must be between 7 and 30, but was {days}.")));
    }
    let id = key_id(state, call, name, Naming::KeyOnly)?;
    let now = call.now;
    let key = state.key_mut(call.region, &id).expect("found above");
    #[expect(clippy::cast_precision_loss, reason = "at most 30")]
    let date = now + days as f64 * DAY;
    key.state = KeyState::PendingDeletion;
    key.deletion = Some(date);
    Ok(json!({ "KeyId": key.arn, "DeletionDate": date, "KeyState": "PendingDeletion", "PendingWindowInDays": days }))
}

pub(super) fn cancel_deletion(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let id = named(state, call, members)?;
    let key = state.key_mut(call.region, &id).expect("found above");
    key.state = if key.materials.is_empty() { KeyState::PendingImport } else { KeyState::Disabled };
    key.deletion = None;
    Ok(json!({ "KeyId": key.arn }))
}
