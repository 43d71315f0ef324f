//! Credentials of a role that is assumed with other credentials.

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_sdk_sts::types::{Credentials as Given, PolicyDescriptorType};
use awskms_core::spec::constants::names;
use awskms_core::spec::generated::AssumeRole;

use crate::failed_call::{FailedCall, Stage, Told};

/// Asks STS for the credentials of a role.
#[derive(Clone)]
pub(super) struct Role {
    role: AssumeRole,
    sts: aws_sdk_sts::Client,
}

impl std::fmt::Debug for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Role(..)")
    }
}

/// The provider of credentials for the role, which asks with those of `config`.
pub(super) fn provider(role: &AssumeRole, endpoint: Option<&str>, config: &SdkConfig) -> Role {
    Role { role: role.clone(), sts: super::sts::client(config, endpoint) }
}

impl Role {
    async fn load(&self) -> Result<Credentials, CredentialsError> {
        let arn = self.role.role_arn.known().cloned().unwrap_or_default();
        let policy_arns =
            self.role.policy_arns.known().map(|arns| {
                arns.iter().map(|arn| PolicyDescriptorType::builder().arn(arn).build()).collect::<Vec<_>>()
            });
        let answer = self
            .sts
            .assume_role()
            .role_arn(&arn)
            .role_session_name(self.role.session_name.known().map_or("pulumi-awskms", String::as_str))
            .set_external_id(self.role.external_id.known().cloned())
            .set_policy(self.role.policy.known().cloned())
            .set_policy_arns(policy_arns)
            .set_duration_seconds(self.role.duration_seconds.known().copied())
            .send()
            .await
            .map_err(|error| refused("sts:AssumeRole", &arn, &FailedCall::read(&error)).into_error())?;
        given(answer.credentials(), names::ASSUME_ROLES)
    }
}

/// Why STS gave no credentials for a role.
pub(super) fn refused(operation: &str, role: &str, failed: &FailedCall) -> Told {
    let why = format!("{operation} of {role} failed: {}", failed.sentence());
    let denied = matches!(failed.stage, Stage::Refused(_)) && failed.code.starts_with("AccessDenied");
    let remedy = denied.then(|| {
        "The role's trust policy must allow the caller, with the external ID if it asks for one, and so must an IAM policy \
         of the caller in another account."
            .to_owned()
    });
    Told { why, remedy: remedy.or_else(|| failed.remedy.clone()) }
}

/// Credentials as STS gives them.
pub(super) fn given(given: Option<&Given>, source: &'static str) -> Result<Credentials, CredentialsError> {
    let told = |why: &str| Told { why: why.to_owned(), remedy: None }.into_error();
    let keys = given.ok_or_else(|| told("STS answered without credentials"))?;
    let expires = std::time::SystemTime::try_from(*keys.expiration());
    let expires = expires.map_err(|_| told("STS answered with an expiration that is no time"))?;
    let token = Some(keys.session_token().to_owned());
    Ok(Credentials::new(keys.access_key_id(), keys.secret_access_key(), token, Some(expires), source))
}

impl ProvideCredentials for Role {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.load())
    }
}
