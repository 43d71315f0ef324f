//! Where `CreateKey` puts a key: into KMS or into a custom key store.

use super::key_stores;
use crate::error::ApiError;
use crate::key_store::{Connection, Place};
use crate::sim::Call;
use crate::state::State;

/// What a request says of the place of a new key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) origin: &'a str,
    pub(super) store: Option<&'a str>,
    pub(super) external_key: Option<&'a str>,
}

impl Wanted<'_> {
    /// Refuses members that do not go together, whatever stores there are.
    pub(super) fn check(&self, spec: &str, multi_region: bool) -> Result<(), ApiError> {
        let refuse = |message: &str| Err(ApiError::validation(message));
        let in_store = ["AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"].contains(&self.origin);
        let external = self.origin == "EXTERNAL_KEY_STORE";
        match (self.store, self.external_key) {
            (None, _) if in_store => refuse("CustomKeyStoreId is required for this Origin."),
            (Some(_), _) if !in_store => {
                refuse("CustomKeyStoreId is valid only with an Origin of AWS_CLOUDHSM or EXTERNAL_KEY_STORE.")
            }
            (_, None) if external => refuse("XksKeyId is required for an Origin of EXTERNAL_KEY_STORE."),
            (_, Some(_)) if !external => refuse("XksKeyId is valid only with an Origin of EXTERNAL_KEY_STORE."),
            _ if in_store && spec != "SYMMETRIC_DEFAULT" => Err(ApiError::new(
                "UnsupportedOperationException",
                format!("KeySpec {spec} is not supported in a custom key store."),
            )),
            _ if in_store && multi_region => Err(ApiError::new(
                "UnsupportedOperationException",
                "Multi-Region keys are not supported in a custom key store.",
            )),
            _ => Ok(()),
        }
    }

    /// The place in a store that can take the key; `None` for keys in KMS itself.
    pub(super) fn find(&self, state: &State, call: &Call<'_>) -> Result<Option<Place>, ApiError> {
        let Some(id) = self.store else { return Ok(None) };
        let store = key_stores::found(state, call, id)?;
        if store.backing.kind() != self.origin {
            let message =
                format!("Origin {} is not valid for {id}, which is of type {}.", self.origin, store.backing.kind());
            return Err(ApiError::validation(message));
        }
        if store.connection != Connection::Connected {
            return Err(key_stores::invalid_state(store));
        }
        let place = Place { store: id.to_owned(), external_key: self.external_key.map(str::to_owned) };
        let taken = |other: &Place| other.store == place.store && other.external_key == place.external_key;
        if self.external_key.is_some() && state.keys.values().filter_map(|key| key.place.as_ref()).any(taken) {
            return Err(ApiError::new(
                "XksKeyAlreadyInUseException",
                "The external key is already associated with another KMS key in this custom key store.",
            ));
        }
        Ok(Some(place))
    }
}
