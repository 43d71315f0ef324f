//! What may be said of a call that failed: the one place that reads an error of the AWS SDK.
//!
//! The SDK's errors hold whole requests and answers, with tokens and secret keys in them, and print them. So nothing of their
//! texts is copied. What AWS itself answered is told by its code and its message; everything else is recognised, and said
//! in words of our own.

mod chain;
mod credentials;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use awskms_core::text::presentable;

pub(crate) use chain::{Connection, connection};
pub(crate) use credentials::Told;

/// How far a call came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// There were no credentials to sign it with.
    Credentials,
    /// It was not sent, because of what it says or how the client is configured.
    Unsent,
    /// No connection was made: nothing happened.
    Unconnected,
    /// It may have arrived, and no answer came.
    Unanswered,
    /// What answered does not speak as AWS does: an HTTP status, and nothing that can be read.
    Unreadable,
    /// AWS answered with an error, by this HTTP status.
    Refused(u16),
}

/// A call that failed, as a message may tell it.
#[derive(Debug, Clone)]
pub(crate) struct FailedCall {
    /// How far it came.
    pub(crate) stage: Stage,
    /// AWS's code of the error, or a word that stands for it when AWS gave none.
    pub(crate) code: String,
    /// AWS's message, or what happened in our words.
    pub(crate) message: String,
    /// What a person can do about it, where that is known here better than by the class of the error.
    pub(crate) remedy: Option<String>,
}

/// What stands for the message of an error to which AWS gave none.
pub(crate) const NO_MESSAGE: &str = "AWS gave no further message";

impl FailedCall {
    /// Reads an error of the SDK.
    pub(crate) fn read<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        match error {
            SdkError::ServiceError(service) => {
                Self::refused(service.err().code(), service.err().message(), service.raw().status().as_u16())
            }
            SdkError::ResponseError(response) if chain::is_lost(error) => {
                let status = response.raw().status().as_u16();
                Self::new(Stage::Unanswered, "BrokenAnswer", format!("the answer broke off (HTTP status {status})"))
            }
            SdkError::ResponseError(response) => Self::unreadable(response.raw().status().as_u16()),
            _ => Self::without_answer(error, matches!(error, SdkError::TimeoutError(_))),
        }
    }

    fn new(stage: Stage, code: &str, message: impl Into<String>) -> Self {
        Self { stage, code: code.to_owned(), message: message.into(), remedy: None }
    }

    /// An error that AWS answered with. Without a code it is none of AWS's: a proxy or a stand-in speaks.
    fn refused(code: Option<&str>, message: Option<&str>, status: u16) -> Self {
        match code {
            Some(code) => Self {
                stage: Stage::Refused(status),
                code: code_of_aws(code),
                message: message.map_or_else(|| NO_MESSAGE.to_owned(), message_of_aws),
                remedy: None,
            },
            None => Self { stage: Stage::Refused(status), ..Self::unreadable(status) },
        }
    }

    fn unreadable(status: u16) -> Self {
        let message = format!("what answered, with HTTP status {status}, is not in the form in which AWS answers");
        Self::new(Stage::Unreadable, "UnreadableAnswer", message)
    }

    fn without_answer(error: &(dyn std::error::Error + 'static), timed_out: bool) -> Self {
        if let Some(failed) = credentials::missing(error) {
            return failed;
        }
        match connection(error) {
            Some(Connection { why, .. }) => Self::new(Stage::Unconnected, "NoConnection", why),
            None if timed_out || chain::is_timeout(error) => {
                Self::new(Stage::Unanswered, "Timeout", "no answer came in time")
            }
            None if chain::is_lost(error) => {
                Self::new(Stage::Unanswered, "NoConnection", "the connection was lost before the answer was there")
            }
            None => match chain::misconfigured(error) {
                Some(why) => Self::new(Stage::Unsent, "RequestNotSent", why),
                None => Self::new(Stage::Unanswered, "NoAnswer", "the call failed before an answer was there"),
            },
        }
    }

    /// Code and message in one.
    pub(crate) fn sentence(&self) -> String {
        match self.stage {
            Stage::Refused(_) => format!("{}: {}", self.code, self.message.trim_end_matches('.')),
            _ => self.message.clone(),
        }
    }
}

/// A code as AWS writes codes; it comes from whatever answered.
fn code_of_aws(code: &str) -> String {
    const LONGEST: usize = 100;
    let is_code = |c: char| c.is_ascii_alphanumeric() || "._-:#/".contains(c);
    let sound = !code.is_empty() && code.len() <= LONGEST && code.chars().all(is_code);
    if sound { code.to_owned() } else { "UnreadableCode".to_owned() }
}

/// A message of AWS, without what it repeats of the request: of a signature that does not match it gives the whole canonical
/// request back, the session token in it.
fn message_of_aws(message: &str) -> String {
    const REPEATED: [&str; 5] = [
        "The Canonical String for this request should have been",
        "The String-to-Sign should have been",
        "x-amz-security-token",
        "Authorization=",
        "SecretAccessKey",
    ];
    let end = REPEATED.iter().filter_map(|part| message.find(part)).min().unwrap_or(message.len());
    presentable(message[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use super::{code_of_aws, message_of_aws};

    #[test]
    fn what_aws_repeats_of_a_request_is_left_out() {
        let said = "The request signature we calculated does not match the signature you provided.\n\nThe Canonical String \
                    for this request should have been\n'POST\n/\nx-amz-security-token:hunter2'";
        assert_eq!(
            message_of_aws(said),
            "The request signature we calculated does not match the signature you provided."
        );
        assert_eq!(message_of_aws("Invalid\u{1b}[1m"), "Invalid\\u{1b}[1m");
    }

    #[test]
    fn a_code_is_a_word() {
        assert_eq!(code_of_aws("com.amazonaws.kms#NotFoundException"), "com.amazonaws.kms#NotFoundException");
        for odd in ["", "a b", "a\nb", "<html>", &"a".repeat(101)] {
            assert_eq!(code_of_aws(odd), "UnreadableCode", "{odd}");
        }
    }
}
