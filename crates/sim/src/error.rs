//! AWS's errors, as they go over the wire.

use serde_json::{Value, json};

/// An error of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// AWS's code, such as `NotFoundException`.
    pub code: String,
    /// AWS's message; some errors have none.
    pub message: Option<String>,
    /// HTTP status: 400 but for faults of the service.
    pub status: u16,
}

impl ApiError {
    /// An error of status 400.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: Some(message.into()), status: 400 }
    }

    pub(crate) fn silent(code: &str) -> Self {
        Self { code: code.to_owned(), message: None, status: 400 }
    }

    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    pub(crate) fn malformed_policy(message: &str) -> Self {
        Self::new("MalformedPolicyDocumentException", message)
    }

    /// The body in awsJson 1.1.
    pub fn body(&self) -> Value {
        let mut body = json!({ "__type": self.code });
        if let Some(message) = &self.message {
            // KMS writes the member of its own errors in lower case and that of common ones too.
            body["message"] = json!(message);
        }
        body
    }
}
