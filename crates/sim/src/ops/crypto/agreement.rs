//! Agreeing on a secret with the holder of another key.

use serde_json::{Value, json};

use super::request::{Recipient, Using};
use super::{Context, Members, current, shaped};
use crate::error::ApiError;
use crate::params::{Params, blob};
use crate::sim::Call;
use crate::state::State;

pub(in crate::ops) fn derive_shared_secret(
    state: &mut State,
    call: &mut Call<'_>,
    members: &Members,
) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let using = Using::read(&mut params)?;
    let algorithm = params.required_choice("KeyAgreementAlgorithm", &["ECDH"])?;
    let public = params.bytes("PublicKey", 1, 8192)?;
    let recipient = Recipient::read(&mut params)?;
    params.done()?;
    let key = using.key(state, call, "KEY_AGREEMENT", &Context::new())?;
    recipient.refuse()?;
    if key.spec == "SM2" {
        return Err(shaped(key));
    }
    // AWS refuses what is no public key of the same curve without a word.
    let secret = current(key)?.agree(&key.spec, &public).ok_or_else(|| ApiError::silent("ValidationException"))?;
    using.rehearsal()?;
    Ok(json!({
        "KeyId": key.arn,
        "SharedSecret": blob(secret),
        "KeyAgreementAlgorithm": algorithm,
        "KeyOrigin": key.origin,
    }))
}
