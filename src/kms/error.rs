//! AWS's errors, each class mapped once: what it means here, and what a person can do about it.

use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::config::TOO_MANY_REQUESTS;
use crate::failed_call::{FailedCall, NO_MESSAGE, Stage};

/// The classes of errors that this provider tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No such key or alias, as far as KMS can see.
    NotFound,
    /// The caller lacks a permission.
    AccessDenied,
    /// Too many requests; retried already.
    Throttled,
    /// A resource quota of KMS.
    Quota,
    /// The policy names a principal that IAM does not know, or not yet.
    InvalidPrincipal,
    /// The policy would lock the caller out.
    Lockout,
    /// The policy is wrong in itself.
    MalformedPolicy,
    /// The alias belongs to another key.
    AlreadyExists,
    /// Another request is at the same thing.
    Conflict,
    /// The key is disabled.
    Disabled,
    /// The key is pending deletion.
    PendingDeletion,
    /// The key is in a state that passes: Creating, Updating.
    Transient,
    /// The key is in another state than the call needs.
    InvalidState,
    /// The key cannot do this, by its kind.
    Unsupported,
    /// A parameter is wrong.
    Invalid,
    /// Tags are wrong.
    Tags,
    /// Credentials are missing, expired or wrong.
    Credentials,
    /// The account has not enabled the Region.
    Region,
    /// The request did not reach AWS: nothing happened.
    Unreachable,
    /// No answer came, or half of one: the call may have had its effect.
    NoAnswer,
    /// AWS had an internal error: the call may have had its effect.
    Service,
    /// What KMS answered to a read is incomplete, or contradicts what it said before.
    Unclear,
    /// A read was given up: the update was cancelled, or its time was up.
    Stopped,
    /// Anything else.
    Other,
}

/// A failed call to AWS.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{operation} in {region} failed: {code}: {}{}", message.trim_end_matches('.'), request_suffix(request_id.as_deref()))]
pub struct KmsError {
    /// The operation, such as `CreateKey`.
    pub operation: &'static str,
    /// The Region that was called.
    pub region: String,
    /// The class of the error.
    pub kind: Kind,
    /// AWS's code, or what stands for it when no answer came.
    pub code: String,
    /// AWS's message.
    pub message: String,
    /// AWS's request ID, for its support.
    pub request_id: Option<String>,
}

impl KmsError {
    /// An error that AWS did not send.
    pub fn local(
        operation: &'static str,
        region: &str,
        kind: Kind,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        let (region, code) = (region.to_owned(), code.to_owned());
        Self { operation, region, kind, code, message: message.into(), request_id: None }
    }

    /// An answer that lacks what AWS always sends.
    pub fn incomplete(operation: &'static str, region: &str, what: &str) -> Self {
        Self::local(operation, region, Kind::Unclear, "IncompleteAnswer", format!("the answer has no {what}"))
    }

    /// Reads an SDK error.
    pub fn from_sdk<E>(operation: &'static str, region: &str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let failed = FailedCall::read(error);
        let kind = kind(&failed);
        let error = Self {
            operation,
            region: region.to_owned(),
            kind,
            code: failed.code,
            message: match failed.remedy {
                Some(remedy) => format!("{}. {remedy}", failed.message),
                None => failed.message,
            },
            request_id: error.request_id().filter(|id| is_request_id(id)).map(str::to_owned),
        };
        // Without AWS's message, which may repeat what is a secret here.
        tracing::debug!(request = error.request_id.as_deref(), "{operation} in {region} failed: {}", error.code);
        error
    }

    /// Whether the call may have had its effect although it failed.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self.kind, Kind::NoAnswer | Kind::Service)
    }

    /// What a person can do about it; empty where AWS's own words say it.
    pub fn advice(&self) -> String {
        match self.kind {
            Kind::AccessDenied => super::denied::advice(self.operation, &self.region, &self.message),
            Kind::Throttled => "KMS went on throttling after all retries: run it again, or ask AWS for a higher request quota.".into(),
            Kind::Quota => "This is a resource quota of KMS, not a rate: free something or ask AWS to raise it; a retry cannot help.".into(),
            Kind::InvalidPrincipal => "A principal in the policy does not exist in IAM, or was made moments ago: check the names for typing errors and deleted roles, and run it again where a role is new.".into(),
            Kind::Lockout => "Name the caller in policy.adminRole or adminRoles, leave policy.accountAccess at ADMINISTRATION with kms:PutKeyPolicy allowed to the caller in IAM, or set bypassPolicyLockoutSafetyCheck if that is really meant.".into(),
            Kind::Credentials => "Renew the credentials or check the provider's profile, accessKey, secretKey, token or assumeRoles. AWS says the same in a Region that the account has not enabled.".into(),
            Kind::Region => format!(
                "Enable the Region {} for the account (AWS's console, Account, AWS Regions), or choose another region.",
                self.region
            ),
            Kind::Unreachable => "Nothing was changed by this call. Check the network, the Region, and the endpoint: the provider's endpoint or endpoints.kms, or AWS_ENDPOINT_URL.".into(),
            Kind::NoAnswer | Kind::Service => "The call may have had its effect; run it again, which looks first.".into(),
            Kind::Unclear => "Nothing was concluded from it; run it again.".into(),
            Kind::PendingDeletion => "Cancel the deletion first, or wait until the key is gone.".into(),
            _ => String::new(),
        }
    }
}

fn request_suffix(request_id: Option<&str>) -> String {
    request_id.map_or_else(String::new, |id| format!(" (request {id})"))
}

/// A request ID as AWS makes them; it comes from whatever answered.
fn is_request_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn kind(failed: &FailedCall) -> Kind {
    match failed.stage {
        Stage::Credentials => Kind::Credentials,
        Stage::Unsent => Kind::Invalid,
        Stage::Unconnected => Kind::Unreachable,
        Stage::Unanswered | Stage::Unreadable => Kind::NoAnswer,
        Stage::Refused(TOO_MANY_REQUESTS) => Kind::Throttled,
        Stage::Refused(status) => by_code(&failed.code, &failed.message, status),
    }
}

/// Codes come with or without the suffix `Exception`, and some are in no service model, so they are compared as text.
fn by_code(code: &str, message: &str, status: u16) -> Kind {
    match code.trim_end_matches("Exception") {
        "NotFound" => Kind::NotFound,
        "AccessDenied" | "NotAuthorized" | "UnauthorizedOperation" => Kind::AccessDenied,
        "Throttling" | "RequestLimitExceeded" | "TooManyRequests" => Kind::Throttled,
        "LimitExceeded" => Kind::Quota,
        "MalformedPolicyDocument" => malformed_policy(message),
        "AlreadyExists" => Kind::AlreadyExists,
        "Conflict" => Kind::Conflict,
        "Disabled" => Kind::Disabled,
        "KMSInvalidState" => invalid_state(message),
        "UnsupportedOperation" => Kind::Unsupported,
        "Tag" => Kind::Tags,
        "UnrecognizedClient"
        | "ExpiredToken"
        | "InvalidSignature"
        | "InvalidClientTokenId"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "SignatureDoesNotMatch" => Kind::Credentials,
        "OptInRequired" => Kind::Region,
        "KMSInternal" | "DependencyTimeout" | "KeyUnavailable" | "InternalFailure" | "ServiceUnavailable" => {
            Kind::Service
        }
        "Validation" | "InvalidAliasName" | "InvalidArn" | "InvalidMarker" | "Serialization" | "UnknownOperation" => {
            Kind::Invalid
        }
        _ if status >= 500 => Kind::Service,
        _ => Kind::Other,
    }
}

/// Three different troubles share one code; without a message it is taken for the one that a retry may heal.
fn malformed_policy(message: &str) -> Kind {
    if message.contains("will not allow you to update the key policy") {
        Kind::Lockout
    } else if message.contains("invalid principals") || message == NO_MESSAGE {
        Kind::InvalidPrincipal
    } else {
        Kind::MalformedPolicy
    }
}

fn invalid_state(message: &str) -> Kind {
    if message.contains("is pending deletion") || message.contains("pending replica deletion") {
        Kind::PendingDeletion
    } else if message.contains("is creating") || message.contains("is updating") {
        Kind::Transient
    } else {
        Kind::InvalidState
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, by_code};

    #[test]
    fn classes_by_code_and_message() {
        let cases = [
            ("NotFoundException", "Alias arn:… is not found.", 400, Kind::NotFound),
            ("AccessDeniedException", "User: … is not authorized", 400, Kind::AccessDenied),
            ("ThrottlingException", "You have exceeded the rate", 400, Kind::Throttled),
            ("LimitExceededException", "", 400, Kind::Quota),
            (
                "MalformedPolicyDocumentException",
                "Policy contains a statement with one or more invalid principals.",
                400,
                Kind::InvalidPrincipal,
            ),
            (
                "MalformedPolicyDocumentException",
                "The new key policy will not allow you to update the key policy in the future.",
                400,
                Kind::Lockout,
            ),
            ("MalformedPolicyDocumentException", "Syntax errors in policy.", 400, Kind::MalformedPolicy),
            ("KMSInvalidStateException", "arn:… is pending deletion.", 400, Kind::PendingDeletion),
            ("KMSInvalidStateException", "arn:… is pending import.", 400, Kind::InvalidState),
            ("KMSInvalidStateException", "arn:… is updating.", 400, Kind::Transient),
            ("ExpiredTokenException", "", 400, Kind::Credentials),
            ("KMSInternalException", "", 500, Kind::Service),
            ("SomethingNew", "", 503, Kind::Service),
            ("SomethingNew", "", 400, Kind::Other),
        ];
        for (code, message, status, kind) in cases {
            assert_eq!(by_code(code, message, status), kind, "{code} {message}");
        }
    }
}
