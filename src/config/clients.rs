//! Clients of KMS, one per Region on one set of credentials, and who the caller is.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_config::{Region, SdkConfig};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use awskms_core::spec::constants::names;
use tokio::sync::OnceCell;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::error::SAME_FAILURE;
use super::load::load;
use super::retry::RetryOnlyWhatHeals;
use super::{ConfigError, Settings, environment};
use crate::failed_call::FailedCall;

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
    /// When STS failed last, and how.
    failure: Mutex<Option<(Instant, ConfigError)>>,
    cancel: CancellationToken,
}

impl Clients {
    /// Reads credentials chain and defaults; makes no call to AWS. Calls go over `network`, by default over HTTPS. `cancel` ends
    /// the question who the caller is.
    ///
    /// # Errors
    /// A URL in the environment cannot be called.
    pub async fn new(
        settings: Settings,
        network: Option<SharedHttpClient>,
        cancel: CancellationToken,
    ) -> Result<Self, ConfigError> {
        environment::check_urls()?;
        let shared = load(&settings, network).await;
        let region = settings.region.clone().or_else(|| shared.region().map(ToString::to_string));
        Ok(Self {
            settings,
            shared,
            region,
            by_region: Mutex::default(),
            identity: OnceCell::new(),
            failure: Mutex::default(),
            cancel,
        })
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
                .retry_classifier(RetryOnlyWhatHeals);
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
        let ask = || async {
            if let Some(same) = self.same_failure() {
                return Err(same);
            }
            let answer = tokio::select! {
                answer = self.ask_identity() => answer,
                () = self.cancel.cancelled() => Err(ConfigError::Cancelled),
            };
            answer.inspect_err(|error| self.remember_failure(error))
        };
        Ok(self.identity.get_or_try_init(ask).await?.as_ref())
    }

    fn same_failure(&self) -> Option<ConfigError> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.as_ref().filter(|(at, _)| at.elapsed() < SAME_FAILURE).map(|(_, error)| error.clone())
    }

    fn remember_failure(&self, error: &ConfigError) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), error.clone()));
    }

    async fn ask_identity(&self) -> Result<Option<Identity>, ConfigError> {
        if self.settings.skip_requesting_account_id {
            return Ok(None);
        }
        let sts = super::sts::client(&self.shared, self.settings.sts_endpoint.as_deref());
        let answer = sts.get_caller_identity().send().await;
        let answer = answer.map_err(|error| ConfigError::of_identity(&FailedCall::read(&error), self.tried()))?;
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
