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
        let message = message.into();
        // An error without a text has no member for it either.
        Self { code: code.to_owned(), message: (!message.is_empty()).then_some(message), status: 400 }
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
            // KMS writes the member in small letters, but that of the refusals which come from IAM (seen in bodies that users
            // of AWS published).
            let member = if self.code == "AccessDeniedException" { "Message" } else { "message" };
            body[member] = json!(message);
        }
        body
    }
}
