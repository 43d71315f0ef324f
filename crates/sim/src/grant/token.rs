//! Grant tokens. A token names its grant and proves that it was given out here, so nothing of it needs to be kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;
use serde_json::Value;

use super::Grant;
use crate::error::ApiError;
use crate::sealed_text;
use crate::state::State;

const PURPOSE: &str = "grant token";

/// Which grant a token is of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) region: String,
    pub(crate) key: String,
    pub(crate) grant: String,
}

/// A new token. Each is another one; all tokens of a grant are of equal use.
pub(crate) fn issue(state: &State, region: &str, key: &str, grant: &str, rng: &mut ChaCha20Rng) -> String {
    let text = format!("{region} {key} {grant} {:016x}", rng.next_u64());
    BASE64.encode(sealed_text::issue(state, PURPOSE, &text))
}

/// Reads a token.
pub(crate) fn read(state: &State, token: &str) -> Result<Named, ApiError> {
    named(state, token).ok_or_else(|| ApiError::silent("InvalidGrantTokenException"))
}

fn named(state: &State, token: &str) -> Option<Named> {
    let text = sealed_text::read(state, PURPOSE, BASE64.decode(token).ok()?)?;
    let mut words = text.split(' ').map(str::to_owned);
    Some(Named { region: words.next()?, key: words.next()?, grant: words.next()? })
}

/// Refuses calls with tokens that were never given out. One of a grant that is gone does no harm, and no good.
pub(crate) fn check(state: &State, tokens: &[String]) -> Result<(), ApiError> {
    tokens.iter().try_for_each(|token| read(state, token).map(drop))
}

/// Shows a late call the grants whose tokens it brings: that is what they are for.
pub(crate) fn carry(now: &State, late: &mut State, tokens: &Value) {
    let tokens = tokens.as_array().into_iter().flatten().filter_map(Value::as_str);
    for named in tokens.filter_map(|token| named(now, token)) {
        let grant = now.key(&named.region, &named.key).and_then(|key| {
            let is_it = |grant: &&Grant| grant.id == named.grant;
            key.grants.iter().find(is_it)
        });
        let (Some(grant), Some(key)) = (grant, late.key_mut(&named.region, &named.key)) else { continue };
        if !key.grants.contains(grant) {
            key.grants.push(grant.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::{issue, read};
    use crate::options::Options;
    use crate::state::State;

    #[test]
    fn only_tokens_of_this_service_are_read() {
        let (state, other) = (State::new(1, Options::default()), State::new(2, Options::default()));
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let token = issue(&state, "eu-west-1", "key", "grant", &mut rng);
        assert_ne!(token, issue(&state, "eu-west-1", "key", "grant", &mut rng));
        let named = read(&state, &token).expect("a token");
        assert_eq!((named.region.as_str(), named.key.as_str(), named.grant.as_str()), ("eu-west-1", "key", "grant"));
        assert!(read(&other, &token).is_err() && read(&state, "x").is_err() && read(&state, &token[1..]).is_err());
    }
}
