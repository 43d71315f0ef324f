//! Import tokens.

use rand_chacha::rand_core::RngCore;

use crate::error::ApiError;
use crate::key::{Key, Seconds};
use crate::material::{WrappingKey, wrapping_key};
use crate::sealed_text;
use crate::sim::Call;
use crate::state::State;

const PURPOSE: &str = "import token";

/// How long wrapping keys and their tokens are valid.
const VALID: f64 = 86_400.0;

/// How material is to be wrapped.
pub(super) struct Wrapping {
    pub(super) algorithm: String,
    pub(super) key: WrappingKey,
}

/// A new wrapping key, its token, and how long they are valid. The token says everything about the key.
pub(super) fn issue(
    state: &State,
    call: &mut Call<'_>,
    key: &Key,
    (algorithm, spec): (&str, &str),
) -> Option<(WrappingKey, Vec<u8>, Seconds)> {
    let until = call.now + VALID;
    let text = format!("{} {until} {algorithm} {spec} {:016x}", key.arn, call.rng.next_u64());
    let token = sealed_text::issue(state, PURPOSE, &text).into_bytes();
    Some((wrapping_key(spec, &secret(state, &text))?, token, until))
}

/// What a token says, if it is of this key and still valid.
pub(super) fn read(state: &State, now: Seconds, key: &Key, token: Vec<u8>) -> Result<Wrapping, ApiError> {
    let invalid = || ApiError::silent("InvalidImportTokenException");
    let text = sealed_text::read(state, PURPOSE, token).ok_or_else(invalid)?;
    let words: Vec<&str> = text.split(' ').collect();
    let [arn, until, algorithm, spec, _] = words.as_slice() else { return Err(invalid()) };
    let until: Seconds = until.parse().map_err(|_| invalid())?;
    if *arn != key.arn {
        return Err(invalid());
    }
    if until <= now {
        return Err(ApiError::silent("ExpiredImportTokenException"));
    }
    let key = wrapping_key(spec, &secret(state, &text)).ok_or_else(invalid)?;
    Ok(Wrapping { algorithm: (*algorithm).to_owned(), key })
}

/// The private key must not follow from the token alone.
fn secret(state: &State, text: &str) -> String {
    format!("wrapping key {} {text}", state.seed)
}
