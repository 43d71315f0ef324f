//! Tokens that the service gives out and takes back. They carry their content and a seal, so that nothing of them needs
//! to be kept, and made-up ones are told apart.

use crate::material::{digest, hex};
use crate::state::State;

/// A text with the seal of this service, for a purpose.
pub(crate) fn issue(state: &State, purpose: &str, text: &str) -> String {
    format!("{text} {}", seal(state, purpose, text))
}

/// The text, if it was sealed here for this purpose.
pub(crate) fn read(state: &State, purpose: &str, bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let (text, given) = text.rsplit_once(' ')?;
    (seal(state, purpose, text) == given).then(|| text.to_owned())
}

fn seal(state: &State, purpose: &str, text: &str) -> String {
    hex(&digest(&format!("{purpose} {} {text}", state.seed)))
}
