//! Clients of KMS, one per Region on one set of credentials, and who the caller is.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::error::{DisplayErrorContext, ProvideErrorMetadata};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use awskms_core::spec::constants::names;
use awskms_core::spec::provider::check_url;
use tokio::sync::OnceCell;

use super::Settings;
use super::retry::QuotasAreFinal;

/// What is wrong with the configuration, found when it is used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ConfigError {
    /// A URL of the environment or the shared configuration is wrong. The SDK would panic on it.
    #[error("{0}: {1}")]
    BadUrl(String, String),
    /// No credentials, or ones that AWS does not take.
    #[error(
        "no usable AWS credentials: {0}. Tried {1}. Set the provider's profile, accessKey and secretKey, or assumeRoles, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `aws sts get-caller-identity` shows what is in force"
    )]
    Credentials(String, String),
    /// STS did not answer.
    #[error(
        "sts:GetCallerIdentity failed: {0}. It tells which account is worked on; check network and endpoint, or set skipRequestingAccountId"
    )]
    Identity(String),
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

/// Who the credentials belong to.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The 12-digit account ID.
    pub account: String,
    /// ARN of the user or role session.
    pub arn: String,
}

/// Everything that talks to AWS, by one provider configuration. Nothing is called before it is needed.
#[derive(Debug)]
pub struct Clients {
    settings: Settings,
    shared: SdkConfig,
    region: Option<String>,
    by_region: Mutex<HashMap<String, aws_sdk_kms::Client>>,
    identity: OnceCell<Option<Identity>>,
}

impl Clients {
    /// Reads credentials chain and defaults; makes no call to AWS. Calls go over `network`, by default over HTTPS.
    ///
    /// # Errors
    /// A URL in the environment cannot be called.
    pub async fn new(settings: Settings, network: Option<SharedHttpClient>) -> Result<Self, ConfigError> {
        check_environment()?;
        let shared = load(&settings, network).await;
        let region = settings.region.clone().or_else(|| shared.region().map(ToString::to_string));
        Ok(Self { settings, shared, region, by_region: Mutex::default(), identity: OnceCell::new() })
    }

    /// The provider's settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Region of keys that name none.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// A client for a Region.
    pub fn kms(&self, region: &str) -> aws_sdk_kms::Client {
        let mut clients = self.by_region.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients.entry(region.to_owned()).or_insert_with(|| {
            let mut config = aws_sdk_kms::config::Builder::from(&self.shared)
                .region(Region::new(region.to_owned()))
                .retry_classifier(QuotasAreFinal);
            if let Some(url) = &self.settings.kms_endpoint {
                config = config.endpoint_url(url.replace("{region}", region));
            }
            aws_sdk_kms::Client::from_conf(config.build())
        });
        client.clone()
    }

    /// Who the caller is; `None` when the provider is told not to ask. Asked once, then checked against the accounts
    /// that may be worked on, before anything is written.
    ///
    /// # Errors
    /// No credentials, no answer, or an account that is excluded.
    pub async fn identity(&self) -> Result<Option<&Identity>, ConfigError> {
        let identity = self.identity.get_or_try_init(|| self.ask_identity()).await?;
        Ok(identity.as_ref())
    }

    async fn ask_identity(&self) -> Result<Option<Identity>, ConfigError> {
        if self.settings.skip_requesting_account_id {
            return Ok(None);
        }
        let mut config = aws_sdk_sts::config::Builder::from(&self.shared);
        if self.shared.region().is_none() {
            // STS is asked in any Region; its answer is the same.
            config = config.region(Region::from_static("us-east-1"));
        }
        if let Some(url) = &self.settings.sts_endpoint {
            let region = self.region.as_deref().unwrap_or("us-east-1");
            config = config.endpoint_url(url.replace("{region}", region));
        }
        let answer = aws_sdk_sts::Client::from_conf(config.build()).get_caller_identity().send().await;
        let answer = answer.map_err(|error| {
            let text = match (error.code(), error.message()) {
                (Some(code), message) => format!("{code}: {}", message.unwrap_or("no further message")),
                _ => DisplayErrorContext(&error).to_string(),
            };
            let not_about_them = ["AccessDenied", "Throttling", "InternalFailure", "ServiceUnavailable"];
            let by_credentials =
                error.code().is_some_and(|code| !not_about_them.contains(&code)) || text.contains("credentials");
            if by_credentials { ConfigError::Credentials(text, self.tried()) } else { ConfigError::Identity(text) }
        })?;
        let identity = Identity {
            account: answer.account().unwrap_or_default().to_owned(),
            arn: answer.arn().unwrap_or_default().to_owned(),
        };
        self.check_account(&identity.account)?;
        Ok(Some(identity))
    }

    fn check_account(&self, account: &str) -> Result<(), ConfigError> {
        let named = |list: &[String]| list.iter().any(|id| id == account);
        let excluded = |rule| Err(ConfigError::Account { account: account.to_owned(), rule });
        if !self.settings.allowed_account_ids.is_empty() && !named(&self.settings.allowed_account_ids) {
            return excluded(names::ALLOWED_ACCOUNT_IDS);
        }
        if named(&self.settings.forbidden_account_ids) {
            return excluded(names::FORBIDDEN_ACCOUNT_IDS);
        }
        Ok(())
    }

    fn tried(&self) -> String {
        let first = if self.settings.static_keys.is_some() {
            "accessKey and secretKey of the provider".to_owned()
        } else if let Some(profile) = &self.settings.profile {
            format!("profile {profile:?} of the provider")
        } else {
            "the environment, the shared configuration files, web identity, container and instance credentials"
                .to_owned()
        };
        match self.settings.assume_roles.len() + usize::from(self.settings.web_identity.is_some()) {
            0 => first,
            count => format!("{first}, then {count} role(s) to assume"),
        }
    }
}

/// The SDK unwraps the URLs of the environment, so a bad one must not reach it.
fn check_environment() -> Result<(), ConfigError> {
    for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL_STS"] {
        if let Some(reason) = std::env::var(name).ok().filter(|url| !url.is_empty()).and_then(|url| check_url(&url)) {
            return Err(ConfigError::BadUrl(name.to_owned(), reason));
        }
    }
    Ok(())
}

async fn load(settings: &Settings, network: Option<SharedHttpClient>) -> SdkConfig {
    let retry = if settings.adaptive_retries { RetryConfig::adaptive() } else { RetryConfig::standard() };
    // Without these a connection that goes silent would hang the engine for ever.
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .read_timeout(Duration::from_secs(10))
        .operation_attempt_timeout(Duration::from_secs(15))
        .operation_timeout(Duration::from_mins(1))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .retry_config(retry.with_max_attempts(settings.max_attempts))
        .timeout_config(timeouts)
        .use_fips(settings.use_fips)
        .use_dual_stack(settings.use_dual_stack)
        .app_name(aws_config::AppName::new("pulumi-awskms").expect("a legal name"));
    if let Some(network) = network {
        loader = loader.http_client(network);
    }
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(files) = profile_files(settings) {
        loader = loader.profile_files(files);
    }
    if let Some(keys) = &settings.static_keys {
        let keys =
            Credentials::new(&keys.access_key, &keys.secret_key, keys.token.clone(), None, "provider configuration");
        loader = loader.credentials_provider(keys);
    }
    let base = loader.load().await;
    let base = with_web_identity(settings, base);
    with_roles(settings, base).await
}

fn profile_files(settings: &Settings) -> Option<aws_runtime::env_config::file::EnvConfigFiles> {
    use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
    if settings.config_files.is_empty() && settings.credentials_files.is_empty() {
        return None;
    }
    let mut files = EnvConfigFiles::builder();
    for (paths, kind, usual) in [
        (&settings.config_files, EnvConfigFileKind::Config, true),
        (&settings.credentials_files, EnvConfigFileKind::Credentials, false),
    ] {
        if paths.is_empty() {
            files = if usual {
                files.include_default_config_file(true)
            } else {
                files.include_default_credentials_file(true)
            };
        }
        for path in paths {
            files = files.with_file(kind, path);
        }
    }
    Some(files.build())
}

/// Roles are assumed one with the credentials of the other.
async fn with_roles(settings: &Settings, mut config: SdkConfig) -> SdkConfig {
    for role in &settings.assume_roles {
        let mut base = config.clone();
        if let Some(url) = &settings.sts_endpoint {
            let region = base.region().map_or("us-east-1", AsRef::as_ref).to_owned();
            base = base.into_builder().endpoint_url(url.replace("{region}", &region)).build();
        }
        let arn = role.role_arn.known().cloned().unwrap_or_default();
        let mut provider = AssumeRoleProvider::builder(arn)
            .session_name(role.session_name.known().map_or("pulumi-awskms", String::as_str))
            .configure(&base);
        if let Some(region) = base.region() {
            provider = provider.region(region.clone());
        }
        if let Some(id) = role.external_id.known() {
            provider = provider.external_id(id);
        }
        if let Some(policy) = role.policy.known() {
            provider = provider.policy(policy);
        }
        if let Some(arns) = role.policy_arns.known() {
            provider = provider.policy_arns(arns.clone());
        }
        if let Some(seconds) = role.duration_seconds.known() {
            provider = provider.session_length(Duration::from_secs(u64::try_from(*seconds).unwrap_or(3600)));
        }
        let provider = provider.build().await;
        config = config.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build();
    }
    config
}

fn with_web_identity(settings: &Settings, config: SdkConfig) -> SdkConfig {
    let Some(role) = &settings.web_identity else { return config };
    let provider = super::web_identity::provider(role, settings.sts_endpoint.as_deref(), &config);
    config.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build()
}
