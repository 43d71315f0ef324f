//! Credentials from a web identity token, as CI jobs with OIDC have one.

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use awskms_core::spec::constants::names;
use awskms_core::spec::generated::AssumeRoleWithWebIdentity;

/// Asks STS for the credentials of a role, with a token that is given or in a file. A file is read at every request,
/// because CI systems renew it.
#[derive(Debug, Clone)]
pub(super) struct WebIdentity {
    role: AssumeRoleWithWebIdentity,
    sts: aws_sdk_sts::Client,
}

/// The provider of credentials for the role.
pub(super) fn provider(role: &AssumeRoleWithWebIdentity, endpoint: Option<&str>, config: &SdkConfig) -> WebIdentity {
    let region = config.region().cloned().unwrap_or(Region::from_static("us-east-1"));
    let mut sts = aws_sdk_sts::config::Builder::from(config).region(region.clone());
    if let Some(url) = endpoint {
        sts = sts.endpoint_url(url.replace("{region}", region.as_ref()));
    }
    WebIdentity { role: role.clone(), sts: aws_sdk_sts::Client::from_conf(sts.build()) }
}

impl WebIdentity {
    async fn load(&self) -> Result<Credentials, CredentialsError> {
        let answer = self
            .sts
            .assume_role_with_web_identity()
            .role_arn(self.role.role_arn.known().cloned().unwrap_or_default())
            .role_session_name(self.role.session_name.known().map_or("pulumi-awskms", String::as_str))
            .web_identity_token(self.token().await?)
            .send()
            .await
            .map_err(CredentialsError::provider_error)?;
        let keys =
            answer.credentials().ok_or_else(|| CredentialsError::unhandled("STS answered without credentials"))?;
        let expires = std::time::SystemTime::try_from(*keys.expiration()).map_err(CredentialsError::unhandled)?;
        Ok(Credentials::new(
            keys.access_key_id(),
            keys.secret_access_key(),
            Some(keys.session_token().to_owned()),
            Some(expires),
            names::ASSUME_ROLE_WITH_WEB_IDENTITY,
        ))
    }

    async fn token(&self) -> Result<String, CredentialsError> {
        if let Some(token) = self.role.web_identity_token.known() {
            return Ok(token.clone());
        }
        let Some(file) = self.role.web_identity_token_file.known() else {
            return Err(CredentialsError::invalid_configuration(
                "assumeRoleWithWebIdentity has neither webIdentityToken nor webIdentityTokenFile",
            ));
        };
        let token = tokio::fs::read_to_string(file).await;
        token
            .map(|token| token.trim().to_owned())
            .map_err(|error| CredentialsError::invalid_configuration(format!("webIdentityTokenFile {file}: {error}")))
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
