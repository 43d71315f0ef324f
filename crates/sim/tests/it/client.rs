//! Real SDK clients of a simulator in this process.

use aws_credential_types::Credentials;
use aws_sdk_kms::Client;
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::config::{BehaviorVersion, Region};
use aws_sdk_kms::error::ProvideErrorMetadata;
use awskms_sim::connector::Connector;
use awskms_sim::{Options, Sim, State};

pub(crate) const HOME: &str = "eu-central-1";
pub(crate) const AWAY: &str = "eu-west-1";
pub(crate) const THIRD: &str = "us-east-1";

/// Code and message of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// A simulator whose transient states last until the clock is set on.
pub(crate) fn simulator() -> Connector {
    let options = Options { creating_seconds: 1e6, updating_seconds: 1e6, ..Options::default() };
    Connector::new(Sim::new(State::new(7, options)))
}

pub(crate) fn in_region(kms: &Connector, region: &'static str) -> Client {
    with_retries(kms, region, RetryConfig::disabled())
}

pub(crate) fn with_retries(kms: &Connector, region: &'static str, retries: RetryConfig) -> Client {
    Client::from_conf(
        aws_sdk_kms::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .retry_config(retries)
            .http_client(kms.clone())
            .build(),
    )
}

/// Lets seconds pass.
pub(crate) fn pass(kms: &Connector, seconds: f64) {
    kms.control("POST", "clock", &serde_json::json!({ "advanceSeconds": seconds })).expect("the clock goes on");
}

/// What came of a call, without its answer.
pub(crate) fn outcome<T, E: ProvideErrorMetadata + std::fmt::Debug>(result: Result<T, E>) -> Result<(), Refusal> {
    result.map(drop).map_err(|error| refusal(&error))
}

/// What AWS said; a trouble of the connection has no code.
pub(crate) fn refusal<E: ProvideErrorMetadata + std::fmt::Debug>(error: &E) -> Refusal {
    let code = error.code().map_or_else(|| format!("{error:?}"), str::to_owned);
    Refusal { code, message: error.message().unwrap_or_default().to_owned() }
}
