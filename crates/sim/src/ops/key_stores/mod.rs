//! Custom key stores: making, connecting, changing and deleting them.

mod create;
mod describe;
mod settings;
mod update;

use serde_json::Value;

use super::Members;
use crate::authorize;
use crate::error::ApiError;
use crate::key_store::{Backing, Connection, KeyStore};
use crate::params::Params;
use crate::sim::{Call, nothing};
use crate::state::State;

pub(super) use create::create;
pub(super) use describe::describe;
pub(super) use update::update;

/// A store of the caller's account and Region.
pub(super) fn found<'a>(state: &'a State, call: &Call<'_>, id: &str) -> Result<&'a KeyStore, ApiError> {
    let mine = |store: &&KeyStore| store.account == call.caller.account && store.region == call.region;
    state.stores.get(id).filter(mine).ok_or_else(|| not_found(id))
}

fn not_found(name: &str) -> ApiError {
    ApiError::new("CustomKeyStoreNotFoundException", format!("Custom key store {name} does not exist."))
}

/// The refusal of what the connection of a store does not allow.
pub(super) fn invalid_state(store: &KeyStore) -> ApiError {
    ApiError::new(
        "CustomKeyStoreInvalidStateException",
        format!("{} is {}, which is not valid for this operation.", store.id, store.connection.name()),
    )
}

/// A store that random bytes may come from; none for KMS itself.
pub(super) fn random_source(state: &State, call: &Call<'_>, id: Option<&str>) -> Result<(), ApiError> {
    let Some(id) = id else { return Ok(()) };
    let store = found(state, call, id)?;
    if matches!(store.backing, Backing::External(_)) {
        let message = format!("{id} is an external key store, which is not valid for this operation.");
        return Err(ApiError::new("UnsupportedOperationException", message));
    }
    if store.connection == Connection::Connected { Ok(()) } else { Err(invalid_state(store)) }
}

fn named<'a>(state: &'a State, call: &Call<'_>, members: &Members) -> Result<&'a KeyStore, ApiError> {
    let mut params = Params::new(members);
    let id = params.required_text("CustomKeyStoreId", 1, 64)?;
    params.done()?;
    authorize::on_account(state, &call.caller, &format!("kms:{}", call.operation))?;
    found(state, call, id)
}

fn begin(state: &mut State, call: &Call<'_>, id: &str, to: Connection) {
    let end = call.now + state.options.connecting_seconds;
    state.set_connection(id, to, None);
    if let Some(store) = state.stores.get_mut(id) {
        store.passing = Some(end);
    }
}

pub(super) fn connect(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let store = named(state, call, members)?;
    let id = store.id.clone();
    match store.connection {
        Connection::Disconnecting | Connection::Failed => Err(invalid_state(store)),
        // A repeated call asks for what is so already.
        Connection::Connecting | Connection::Connected => Ok(nothing()),
        Connection::Disconnected => {
            begin(state, call, &id, Connection::Connecting);
            Ok(nothing())
        }
    }
}

pub(super) fn disconnect(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let store = named(state, call, members)?;
    let id = store.id.clone();
    if matches!(store.connection, Connection::Disconnected | Connection::Disconnecting) {
        return Err(invalid_state(store));
    }
    begin(state, call, &id, Connection::Disconnecting);
    Ok(nothing())
}

pub(super) fn delete(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let store = named(state, call, members)?;
    let id = store.id.clone();
    if state.keys.values().any(|key| key.place.as_ref().is_some_and(|place| place.store == id)) {
        return Err(ApiError::new("CustomKeyStoreHasCMKsException", format!("{id} contains KMS keys.")));
    }
    if store.connection != Connection::Disconnected {
        return Err(invalid_state(store));
    }
    state.stores.remove(&id);
    Ok(nothing())
}
