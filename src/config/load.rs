//! The SDK's configuration from the provider's settings, the environment and the shared configuration files.

use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_sdk_kms::config::retry::RetryConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::sound::{Refused, only_sound, with};
use super::{Settings, assume_role, environment, profiles, web_identity};

/// Reads everything that a client needs; makes no call to AWS.
pub(super) async fn load(settings: &Settings, network: Option<SharedHttpClient>) -> SdkConfig {
    let retry = if settings.adaptive_retries { RetryConfig::adaptive() } else { RetryConfig::standard() };
    // Without these a connection that goes silent would hang the engine for ever.
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .read_timeout(Duration::from_secs(10))
        .operation_attempt_timeout(Duration::from_secs(15))
        .operation_timeout(Duration::from_mins(1))
        .build();
    let files = profile_files(settings);
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .retry_config(retry.with_max_attempts(settings.max_attempts))
        .timeout_config(timeouts)
        .use_fips(settings.use_fips)
        .use_dual_stack(settings.use_dual_stack);
    if let Ok(name) = AppName::new("pulumi-awskms") {
        loader = loader.app_name(name);
    }
    if let Some(network) = network {
        loader = loader.http_client(network);
    }
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(files) = &files {
        loader = loader.profile_files(files.clone());
    }
    if let Some(keys) = &settings.static_keys {
        let keys =
            Credentials::new(&keys.access_key, &keys.secret_key, keys.token.clone(), None, "provider configuration");
        loader = loader.credentials_provider(keys);
    } else if let Some(profile) = &settings.profile {
        // The program names the profile; keys that happen to be in the environment may be of another account.
        loader = loader.credentials_provider(of_profile(profile, files.clone(), settings.region.as_deref()));
    }
    let base = only_sound(loader.load().await);
    let base = match trouble(settings, files).await {
        Some(refused) => with(base, refused),
        None => base,
    };
    with_roles(settings, with_web_identity(settings, base))
}

fn of_profile(name: &str, files: Option<EnvConfigFiles>, region: Option<&str>) -> ProfileFileCredentialsProvider {
    let config = ProviderConfig::without_region().with_region(region.map(|region| Region::new(region.to_owned())));
    let mut profile = ProfileFileCredentialsProvider::builder().configure(&config).profile_name(name);
    if let Some(files) = files {
        profile = profile.profile_files(files);
    }
    profile.build()
}

/// What keeps the first credentials from being used, wherever they come from.
async fn trouble(settings: &Settings, files: Option<EnvConfigFiles>) -> Option<Refused> {
    if settings.static_keys.is_some() || settings.web_identity.is_some() {
        return None;
    }
    let told = if settings.profile.is_none() && environment::has_keys() {
        environment::trouble()
    } else {
        profiles::trouble(files, settings.profile.as_deref()).await
    };
    told.map(Refused)
}

fn profile_files(settings: &Settings) -> Option<EnvConfigFiles> {
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
fn with_roles(settings: &Settings, mut config: SdkConfig) -> SdkConfig {
    for role in &settings.assume_roles {
        let provider = assume_role::provider(role, settings.sts_endpoint.as_deref(), &config);
        config = only_sound(with(config, provider));
    }
    config
}

fn with_web_identity(settings: &Settings, config: SdkConfig) -> SdkConfig {
    let Some(role) = &settings.web_identity else { return config };
    let provider = web_identity::provider(role, settings.sts_endpoint.as_deref(), &config);
    only_sound(with(config, provider))
}
