//! Credentials from a web identity token, as CI jobs with OIDC have one.

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use awskms_core::spec::constants::names;
use awskms_core::spec::generated::AssumeRoleWithWebIdentity;

use super::assume_role::{given, refused};
use crate::failed_call::{FailedCall, Told};

/// Asks STS for the credentials of a role, with a token that is given or in a file. A file is read at every request,
/// because CI systems renew it.
#[derive(Clone)]
pub(super) struct WebIdentity {
    role: AssumeRoleWithWebIdentity,
    sts: aws_sdk_sts::Client,
}

impl std::fmt::Debug for WebIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebIdentity(..)")
    }
}

/// The provider of credentials for the role.
pub(super) fn provider(role: &AssumeRoleWithWebIdentity, endpoint: Option<&str>, config: &SdkConfig) -> WebIdentity {
    WebIdentity { role: role.clone(), sts: super::sts::client(config, endpoint) }
}

impl WebIdentity {
    async fn load(&self) -> Result<Credentials, CredentialsError> {
        let arn = self.role.role_arn.known().cloned().unwrap_or_default();
        let answer = self
            .sts
            .assume_role_with_web_identity()
            .role_arn(&arn)
            .role_session_name(self.role.session_name.known().map_or("pulumi-awskms", String::as_str))
            .web_identity_token(self.token().await?)
            .send()
            .await
            .map_err(|error| refused("sts:AssumeRoleWithWebIdentity", &arn, &FailedCall::read(&error)).into_error())?;
        given(answer.credentials(), names::ASSUME_ROLE_WITH_WEB_IDENTITY)
    }

    async fn token(&self) -> Result<String, CredentialsError> {
        if let Some(token) = self.role.web_identity_token.known() {
            return Ok(token.clone());
        }
        let Some(file) = self.role.web_identity_token_file.known() else {
            let why = "assumeRoleWithWebIdentity has neither webIdentityToken nor webIdentityTokenFile";
            return Err(Told::new(why, "Give one of them.").into_error());
        };
        let token = tokio::fs::read_to_string(file).await.map_err(|error| {
            let why = format!("the webIdentityTokenFile {file} cannot be read: {}", error.kind());
            Told::new(why, "Correct assumeRoleWithWebIdentity.webIdentityTokenFile, or let the CI system write it.")
                .into_error()
        })?;
        Ok(token.trim().to_owned())
    }
}

impl ProvideCredentials for WebIdentity {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.load())
    }
}
