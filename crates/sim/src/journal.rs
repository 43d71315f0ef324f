//! Every call, as tests want to read it.

use serde::Serialize;
use serde_json::Value;

/// One call.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    /// From 1.
    pub(crate) seq: u64,
    /// Seconds since 1970, by the virtual clock.
    pub(crate) time: f64,
    pub(crate) region: String,
    pub(crate) operation: String,
    /// ARN of the caller.
    pub(crate) principal: String,
    /// Whether the state changed.
    pub(crate) effect: bool,
    /// HTTP status; 0 when no answer was sent.
    pub(crate) status: u16,
    /// AWS's error code.
    pub(crate) code: Option<String>,
    /// The request, without plaintext.
    pub(crate) request: Value,
}

/// Members that are not written down.
const SECRETS: [&str; 6] = [
    "Plaintext",
    "Message",
    "CiphertextBlob",
    "EncryptedKeyMaterial",
    "KeyStorePassword",
    "XksProxyAuthenticationCredential",
];

/// A request without what must not be written down.
pub(crate) fn without_secrets(request: &Value) -> Value {
    let mut request = request.clone();
    for name in SECRETS {
        if let Some(value) = request.get_mut(name) {
            *value = Value::String("(hidden)".into());
        }
    }
    request
}
