//! Importing key material.

mod delete;
mod import;
mod parameters;
mod token;

pub(super) use delete::delete;
pub(super) use import::import;
pub(super) use parameters::parameters;

use super::lookup::{Naming, key_id, resolve};
use crate::error::ApiError;
use crate::key::Key;
use crate::sim::Call;
use crate::state::State;

/// A key for imported material, if its state allows the operation.
fn external<'a>(state: &'a State, call: &Call<'_>, name: &str) -> Result<&'a Key, ApiError> {
    key_id(state, call, name, Naming::KeyOnly)?;
    let key = resolve(state, call, name, Naming::KeyOnly)?;
    if key.origin == "EXTERNAL" {
        return Ok(key);
    }
    let message = format!("{} origin is {} which is not valid for this operation.", key.arn, key.origin);
    Err(ApiError::new("UnsupportedOperationException", message))
}
