//! Custom key stores, as tests see and set them.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::key_store::{CONNECTION_ERRORS, Connection};
use crate::sim::Sim;

/// How a custom key store is to stand to KMS: now, or whenever it is to be connected.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Connected {
    id: String,
    #[serde(default)]
    state: Option<Connection>,
    /// Why connecting fails or has failed; absent, it succeeds.
    #[serde(default)]
    error: Option<String>,
}

/// All custom key stores.
pub(super) fn list(sim: &Sim) -> Value {
    let stores = sim.state.stores.values().map(|store| {
        json!({ "id": store.id, "region": store.region, "name": store.name, "state": store.connection, "error": store.error })
    });
    json!({ "stores": stores.collect::<Vec<_>>() })
}

/// Brings a store into a state, or decides what connecting it will end in.
pub(super) fn put(sim: &mut Sim, wanted: Connected) -> Result<(Value, bool), String> {
    let Connected { id, state, error } = wanted;
    if let Some(error) = error.as_ref().filter(|error| !CONNECTION_ERRORS.contains(&error.as_str())) {
        return Err(format!("{error} is no connection error"));
    }
    let store = sim.state.stores.get_mut(&id).ok_or_else(|| format!("there is no custom key store {id}"))?;
    match state {
        None => store.fails_with.clone_from(&error),
        Some(Connection::Failed) if error.is_none() => return Err("FAILED needs an error".into()),
        Some(Connection::Failed) => sim.state.set_connection(&id, Connection::Failed, error.clone()),
        Some(_) if error.is_some() => return Err("only FAILED has an error".into()),
        Some(state @ (Connection::Connected | Connection::Disconnected)) => {
            sim.state.set_connection(&id, state, None);
        }
        Some(_) => return Err("a store is put into CONNECTED, DISCONNECTED or FAILED".into()),
    }
    Ok((json!({ "id": id, "state": state, "error": error }), true))
}
