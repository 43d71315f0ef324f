//! What is wrong with the provider's configuration, found when it is used.

use std::time::Duration;

use crate::failed_call::{FailedCall, Stage};

/// Why no call can be made with the configuration.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ConfigError {
    /// A URL of the environment or the shared configuration is wrong. The SDK would panic on it.
    #[error("{0}: {1}")]
    BadUrl(String, String),
    /// No credentials, or ones that AWS does not take.
    #[error("no usable AWS credentials: {why}. Tried {tried}. {remedy}")]
    Credentials {
        /// What went wrong.
        why: String,
        /// Where they were looked for.
        tried: String,
        /// What a person can do about it.
        remedy: String,
    },
    /// STS did not tell who the caller is.
    #[error("sts:GetCallerIdentity failed: {why}. It tells which account is worked on. {remedy}")]
    Identity {
        /// What went wrong.
        why: String,
        /// What a person can do about it.
        remedy: &'static str,
    },
    /// The update was cancelled before STS answered.
    #[error("sts:GetCallerIdentity had not answered when the update was cancelled; nothing was changed")]
    Cancelled,
    /// The account is not one to work on.
    #[error(
        "the credentials belong to account {account}, which {rule} of the provider excludes. Nothing was changed. Use credentials of another account, or correct {rule}"
    )]
    Account {
        /// The account of the credentials.
        account: String,
        /// The configuration that excludes it.
        rule: &'static str,
    },
}

/// What to do where it is not known better.
const USUAL_REMEDY: &str = "Set the provider's profile, accessKey and secretKey, or assumeRoles, or AWS_PROFILE, or \
                            AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `aws sts get-caller-identity` shows what is in force";

/// How long a failure of STS is taken for what the next question would get: the keys of a program ask one after the other.
pub(super) const SAME_FAILURE: Duration = Duration::from_secs(5);

impl ConfigError {
    /// What a failed `GetCallerIdentity` means. `tried` is where credentials were looked for.
    pub(super) fn of_identity(failed: &FailedCall, tried: String) -> Self {
        const NOT_ABOUT_THEM: [&str; 5] =
            ["AccessDenied", "Throttling", "InternalFailure", "ServiceUnavailable", "RequestLimitExceeded"];
        let about_them = match failed.stage {
            Stage::Credentials => true,
            Stage::Refused(status) => {
                status < 500
                    && status != super::TOO_MANY_REQUESTS
                    && is_of_aws(failed)
                    && !NOT_ABOUT_THEM.iter().any(|code| failed.code.starts_with(code))
            }
            _ => false,
        };
        if about_them {
            let remedy = failed.remedy.clone().unwrap_or_else(|| USUAL_REMEDY.to_owned());
            return Self::Credentials { why: failed.sentence(), tried, remedy: without_stop(&remedy) };
        }
        let remedy = match failed.stage {
            Stage::Refused(_) => "Run it again, or set skipRequestingAccountId",
            _ => {
                "Check the network, and the endpoint: the provider's endpoint or endpoints.sts, or AWS_ENDPOINT_URL; or set \
                 skipRequestingAccountId"
            }
        };
        Self::Identity { why: failed.sentence(), remedy }
    }
}

fn is_of_aws(failed: &FailedCall) -> bool {
    failed.code != "UnreadableAnswer"
}

/// Sentences end where the message puts its own stop.
fn without_stop(text: &str) -> String {
    text.trim_end_matches('.').to_owned()
}
