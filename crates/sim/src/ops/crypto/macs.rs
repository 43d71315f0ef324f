//! Message authentication codes.

use serde_json::{Value, json};

use super::request::Using;
use super::{Context, Members, current, fitting};
use crate::error::ApiError;
use crate::params::{Params, blob};
use crate::sim::Call;
use crate::state::State;

const MACS: &[&str] = &["HMAC_SHA_384", "HMAC_SHA_256", "HMAC_SHA_224", "HMAC_SHA_512"];

/// The ARN of the key and the code of the message.
fn mac(
    state: &State,
    call: &Call<'_>,
    using: &Using<'_>,
    algorithm: &str,
    message: &[u8],
) -> Result<(String, Vec<u8>), ApiError> {
    let key = using.key(state, call, "GENERATE_VERIFY_MAC", &Context::new())?;
    fitting(key, algorithm)?;
    Ok((key.arn.clone(), current(key)?.mac(&key.spec, message)))
}

pub(in crate::ops) fn generate_mac(
    state: &mut State,
    call: &mut Call<'_>,
    members: &Members,
) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let using = Using::read(&mut params)?;
    let message = params.bytes("Message", 1, 4096)?;
    let algorithm = params.required_choice("MacAlgorithm", MACS)?;
    params.done()?;
    let (arn, mac) = mac(state, call, &using, algorithm, &message)?;
    using.rehearsal()?;
    Ok(json!({ "Mac": blob(mac), "MacAlgorithm": algorithm, "KeyId": arn }))
}

pub(in crate::ops) fn verify_mac(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let using = Using::read(&mut params)?;
    let message = params.bytes("Message", 1, 4096)?;
    let algorithm = params.required_choice("MacAlgorithm", MACS)?;
    let given = params.bytes("Mac", 1, 6144)?;
    params.done()?;
    let (arn, mac) = mac(state, call, &using, algorithm, &message)?;
    if mac != given {
        return Err(ApiError::silent("KMSInvalidMacException"));
    }
    using.rehearsal()?;
    Ok(json!({ "KeyId": arn, "MacValid": true, "MacAlgorithm": algorithm }))
}
