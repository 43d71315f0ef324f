//! Enabling, disabling and deleting.

use serde_json::{Value, json};

use super::Members;
use super::lookup::{Naming, key_id};
use crate::error::ApiError;
use crate::key::KeyState;
use crate::key_store::is_available;
use crate::multi_region::{is_replica, synchronize};
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

/// A key that is not available stays so until it is available again.
fn set_state(state: &mut State, call: &Call<'_>, id: &str, to: KeyState) {
    let now = call.now;
    let follows = is_replica(state, state.key(call.region, id).expect("found above"));
    let key = state.key_mut(call.region, id).expect("found above");
    if key.state == KeyState::Unavailable {
        key.when_available = Some(to);
        return;
    }
    key.state = to;
    // Dates that passed while the key was disabled are made up for once, not one by one.
    if let Some(rotation) = key.rotation.as_mut().filter(|rotation| !follows && rotation.next < now) {
        rotation.next = now;
        synchronize(state, id);
    }
}

pub(super) fn enable(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let id = named(state, call, members)?;
    set_state(state, call, &id, KeyState::Enabled);
    Ok(nothing())
}

pub(super) fn disable(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let id = named(state, call, members)?;
    set_state(state, call, &id, KeyState::Disabled);
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
    let waits = state.sets.get(&id).is_some_and(|set| set.primary == call.region && set.has_replicas());
    let key = state.key_mut(call.region, &id).expect("found above");
    key.passing = None;
    key.when_available = None;
    #[expect(clippy::cast_precision_loss, reason = "at most 30")]
    let window = days as f64;
    key.pending_window_days = window;
    let mut answer = json!({ "KeyId": key.arn, "PendingWindowInDays": days });
    if waits {
        // The waiting period begins when the last replica is gone, so there is no date yet.
        key.state = KeyState::PendingReplicaDeletion;
    } else {
        let date = now + window * DAY;
        key.state = KeyState::PendingDeletion;
        key.deletion = Some(date);
        answer["DeletionDate"] = json!(date);
    }
    answer["KeyState"] = json!(key.state.name());
    Ok(answer)
}

pub(super) fn cancel_deletion(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let id = named(state, call, members)?;
    let available = is_available(state, state.key(call.region, &id).expect("found above"));
    let key = state.key_mut(call.region, &id).expect("found above");
    key.state = if key.is_complete() { KeyState::Disabled } else { KeyState::PendingImport };
    if !available {
        key.when_available = Some(key.state);
        key.state = KeyState::Unavailable;
    }
    key.deletion = None;
    Ok(json!({ "KeyId": key.arn }))
}
