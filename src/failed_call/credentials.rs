//! Why there are no credentials, in words that hold none.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

use super::chain::{causes, connection, says};
use super::{FailedCall, Stage};

/// Why credentials could not be had, as this provider itself found it: it may be said as it is.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{why}")]
pub(crate) struct Told {
    /// What was tried and what went wrong.
    pub(crate) why: String,
    /// What a person can do about it.
    pub(crate) remedy: Option<String>,
}

impl Told {
    /// A reason with what to do about it.
    pub(crate) fn new(why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { why: why.into(), remedy: Some(remedy.into()) }
    }

    /// The same as an error of the SDK, which carries it to where it is read.
    pub(crate) fn into_error(self) -> CredentialsError {
        CredentialsError::provider_error(self)
    }
}

/// A call that failed because there are no credentials; `None` if it failed for another reason.
pub(super) fn missing(error: &(dyn Error + 'static)) -> Option<FailedCall> {
    if let Some(told) = causes(error).find_map(|cause| cause.downcast_ref::<Told>()) {
        return Some(failed(told.why.clone(), told.remedy.clone()));
    }
    let of_profile = |what: &str, inner: &FailedCall| failed(format!("{what} failed: {}", inner.sentence()), None);
    for cause in causes(error) {
        if let Some(error) = cause.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>() {
            return Some(of_profile("sts:AssumeRole of the profile's role", &FailedCall::read(error)));
        }
        if let Some(error) = cause.downcast_ref::<SdkError<AssumeRoleWithWebIdentityError, HttpResponse>>() {
            return Some(of_profile("sts:AssumeRoleWithWebIdentity", &FailedCall::read(error)));
        }
    }
    let credentials = causes(error).find_map(|cause| cause.downcast_ref::<CredentialsError>());
    let Some(credentials) = credentials else {
        return says(error, &["no credentials", "matching auth scheme", "loading credentials"])
            .then(|| failed("none were found".to_owned(), None));
    };
    let known = KNOWN.iter().find(|(signs, _, _)| says(credentials, signs));
    if let Some((_, why, remedy)) = known {
        return Some(failed((*why).to_owned(), remedy.map(str::to_owned)));
    }
    Some(match (connection(credentials), credentials) {
        (Some(connection), _) => failed(format!("where they come from could not be reached: {}", connection.why), None),
        (None, CredentialsError::CredentialsNotLoaded(_)) => failed("none were found".to_owned(), None),
        (None, CredentialsError::ProviderTimedOut(_)) => failed("loading them took too long".to_owned(), None),
        (None, CredentialsError::InvalidConfiguration(_)) => {
            failed("the configuration that they come from is not valid".to_owned(), None)
        }
        (None, _) => {
            failed("what should give them did not, or answered in a form that cannot be read".to_owned(), None)
        }
    })
}

fn failed(why: String, remedy: Option<String>) -> FailedCall {
    FailedCall { stage: Stage::Credentials, code: "NoCredentials".to_owned(), message: why, remedy }
}

/// Signs in the texts of the SDK, what they mean, and what to do. The first that is found counts.
const KNOWN: &[(&[&str], &str, Option<&str>)] = &[
    (
        &["was not defined"],
        "the profile is not defined in the shared configuration files",
        Some(
            "Correct the provider's profile or AWS_PROFILE; `aws configure list-profiles` shows those that there are.",
        ),
    ),
    (&["did not contain credential information"], "the profile names no credentials", None),
    (&["infinite loop"], "the profile's source_profile leads back to itself", None),
    (
        &["missing credential source", "invalid credential source"],
        "the profile's role has no source of credentials",
        None,
    ),
    (&["referenced by profile"], "the profile's sso_session is not defined", None),
    (
        &["SSO token", "SSO session", "SsoTokenProvider", "sso/cache", "invalid SSO config"],
        "the login of the profile's SSO session has expired, or there was none",
        Some("Run `aws sso login`, with --profile if the profile is not the default one."),
    ),
    (
        &["Login token"],
        "the login of the profile has expired, or there was none",
        Some("Run `aws login`, with --profile if the profile is not the default one."),
    ),
    (&["external process"], "the profile's credential_process failed, or printed what cannot be read", None),
    (&["could not parse profile file"], "a shared configuration file is not in the form of one", None),
    (&["could not read file"], "a shared configuration file cannot be read", None),
    (&["IMDS"], "none were found, and the instance metadata service gave none", None),
    (&["HTTP credential provider", "ECS"], "the container's credentials endpoint gave none", None),
];
