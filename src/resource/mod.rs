//! The use cases of `awskms:index:AwsKmsKey`: one file each, each the same walk: observe, plan, guard, apply, outputs.

mod adopt;
mod aliases;
mod create;
mod delete;
mod doubt;
mod engine_view;
mod fence;
mod gate;
mod lints;
mod look;
mod on_demand;
mod ownership;
mod preview;
mod provider;
mod read;
mod recording;
mod remembered;
mod retirement;
mod set;
mod tell;
mod tell_access;
mod unfinished;
mod update;

use awskms_core::value::PropertyMap;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tonic::Code;

pub use delete::Removal;
pub use engine_view::EngineView;
pub use on_demand::TRIGGER;
pub use provider::Provider;
pub(crate) use provider::kms_failure;
pub use read::ReadOutcome;
pub use remembered::remembered;
pub use unfinished::unfinished;
pub use update::{Change, pending_replicas, was_pending};

use crate::config::ConfigError;
use crate::rpc::engine::ResourceLog;
use awskms_core::spec::input::Unreadable;

/// What surrounds one call of the engine.
#[derive(Debug, Clone)]
pub struct Context {
    /// The resource.
    pub urn: String,
    /// Whether nothing may be changed.
    pub is_preview: bool,
    /// Messages under the resource.
    pub log: ResourceLog,
    /// Stops the run between steps.
    pub cancel: CancellationToken,
    /// When the time is up that the user's `customTimeouts` allow, if any.
    pub deadline: Option<Instant>,
}

impl Context {
    /// The same surroundings for one of several Regions.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        Self { log: self.log.in_region(region), ..self.clone() }
    }

    /// Why no further step may begin, if so.
    pub fn stopped(&self) -> Option<&'static str> {
        if self.cancel.is_cancelled() {
            Some("the update was cancelled")
        } else if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            Some("the time is up that customTimeouts allow")
        } else {
            None
        }
    }

    /// Waits until no further step may begin.
    pub async fn ended(&self) {
        let time_is_up = async {
            match self.deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.cancel.cancelled() => {}
            () = time_is_up => {}
        }
    }
}

#[cfg(test)]
impl Context {
    /// The surroundings of a call that nobody listens to and that has all the time.
    pub(crate) fn for_tests(urn: &str) -> Self {
        let log = crate::rpc::engine::Engine::default().log(urn, awskms_core::secrets::Secrets::default());
        Self { urn: urn.to_owned(), is_preview: false, log, cancel: CancellationToken::new(), deadline: None }
    }
}

/// A resource after a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Its ID: the key ID.
    pub id: String,
    /// Its outputs, true to what was reached.
    pub outputs: PropertyMap,
    /// What is missing, if anything is.
    pub partial: Option<Vec<String>>,
}

/// A call that changed nothing, or whose effect could not be established.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct ResourceError {
    /// What the engine makes of it: `Unknown` only where something may have happened.
    pub code: Code,
    /// What a person needs to know.
    pub message: String,
}

impl ResourceError {
    /// An error with its code.
    pub fn failed(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<Unreadable> for ResourceError {
    fn from(unreadable: Unreadable) -> Self {
        Self::failed(Code::Internal, unreadable.to_string())
    }
}

impl From<ConfigError> for ResourceError {
    fn from(error: ConfigError) -> Self {
        let code = match error {
            ConfigError::BadUrl(..) => Code::InvalidArgument,
            ConfigError::Credentials { .. } | ConfigError::Account { .. } => Code::PermissionDenied,
            ConfigError::Identity { .. } => Code::Unavailable,
            ConfigError::Cancelled => Code::Cancelled,
        };
        Self::failed(code, error.to_string())
    }
}
