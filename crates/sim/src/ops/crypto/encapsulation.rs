//! Encapsulating secrets for a key.

use serde_json::{Value, json};

use super::request::Using;
use super::{Context, Members, current, shaped};
use crate::error::ApiError;
use crate::key::Key;
use crate::params::{Params, blob};
use crate::sim::Call;
use crate::state::State;

const USAGE: &str = "ENCAPSULATE_DECAPSULATE";

pub(in crate::ops) fn encapsulate(
    state: &mut State,
    call: &mut Call<'_>,
    members: &Members,
) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let using = Using::read(&mut params)?;
    let algorithm = params.required_choice("EncapsulationAlgorithm", &["ML_KEM"])?;
    params.done()?;
    let key = using.key(state, call, USAGE, &Context::new())?;
    let material = current(key)?;
    using.rehearsal()?;
    let (secret, sealed) = material.encapsulate(&key.spec, &mut call.rng).ok_or_else(|| shaped(key))?;
    let mut answer = answer(key, algorithm, &secret);
    answer["SharedSecretCiphertextBlob"] = blob(sealed);
    Ok(answer)
}

pub(in crate::ops) fn decapsulate(
    state: &mut State,
    call: &mut Call<'_>,
    members: &Members,
) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let using = Using::read(&mut params)?;
    let algorithm = params.required_choice("EncapsulationAlgorithm", &["ML_KEM"])?;
    let sealed = params.bytes("SharedSecretCiphertextBlob", 1, 6144)?;
    params.done()?;
    let key = using.key(state, call, USAGE, &Context::new())?;
    // One of the right length always opens: ML-KEM gives another secret for what was changed.
    let secret =
        current(key)?.decapsulate(&key.spec, &sealed).ok_or_else(|| ApiError::silent("InvalidCiphertextException"))?;
    using.rehearsal()?;
    Ok(answer(key, algorithm, &secret))
}

fn answer(key: &Key, algorithm: &str, secret: &[u8]) -> Value {
    json!({ "KeyId": key.arn, "SharedSecret": blob(secret), "EncapsulationAlgorithm": algorithm })
}
