//! Using keys for data.

mod agreement;
mod data_key_pairs;
mod data_keys;
mod decrypting;
mod encapsulation;
mod encrypting;
mod macs;
mod re_encrypting;
mod request;
mod signatures;

pub(super) use agreement::derive_shared_secret;
pub(super) use data_key_pairs::{generate_data_key_pair, generate_data_key_pair_without_plaintext};
pub(super) use data_keys::{generate_data_key, generate_data_key_without_plaintext, generate_random};
pub(super) use decrypting::decrypt;
pub(super) use encapsulation::{decapsulate, encapsulate};
pub(super) use encrypting::encrypt;
pub(super) use macs::{generate_mac, verify_mac};
pub(super) use re_encrypting::re_encrypt;
pub(super) use request::rehearsal;
pub(super) use signatures::{sign, verify};

use std::collections::BTreeMap;

use super::Members;
use super::lookup::{Naming, resolve};
use crate::authorize;
use crate::error::ApiError;
use crate::key::{Key, algorithms};
use crate::key_states;
use crate::material::Material;
use crate::sim::Call;
use crate::state::State;

/// Pairs that go with a symmetric ciphertext.
type Context = BTreeMap<String, String>;

/// A key for an operation: of the right usage, allowed to the caller, usable.
fn usable<'a>(
    state: &'a State,
    call: &Call<'_>,
    name: &str,
    usage: &str,
    context: &Context,
) -> Result<&'a Key, ApiError> {
    let key = resolve(state, call, name, Naming::OrAlias)?;
    usable_for(state, call, call.operation, key, usage, context)?;
    Ok(key)
}

/// Whether the caller may use a key for an action, and the key is fit for it.
fn usable_for(
    state: &State,
    call: &Call<'_>,
    action: &str,
    key: &Key,
    usage: &str,
    context: &Context,
) -> Result<(), ApiError> {
    authorize::on_key(state, &call.caller, &format!("kms:{action}"), key, context)?;
    key_states::check(action, key, &state.options.doubts)?;
    if key.usage == usage {
        return Ok(());
    }
    let message = format!("{} key usage is {} which is not valid for {}.", key.arn, key.usage, call.operation);
    Err(ApiError::new("InvalidKeyUsageException", message))
}

/// Whether a key has an algorithm.
fn fitting(key: &Key, algorithm: &str) -> Result<(), ApiError> {
    if algorithms(&key.spec, &key.usage).is_some_and(|(_, list)| list.contains(&algorithm)) {
        return Ok(());
    }
    let message = format!("Algorithm {algorithm} is incompatible with key spec {}.", key.spec);
    Err(ApiError::new("InvalidKeyUsageException", message))
}

/// The material that a key works with now.
fn current(key: &Key) -> Result<&Material, ApiError> {
    key.current().ok_or_else(|| ApiError::new("KMSInvalidStateException", format!("{} is pending import.", key.arn)))
}

/// What cannot be done with a key whose algorithms are only shaped here.
fn shaped(key: &Key) -> ApiError {
    let message = format!("{} keys are only shaped in this simulator: they have no algorithm.", key.spec);
    ApiError::new("UnsupportedOperationException", message)
}
