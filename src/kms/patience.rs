//! How long a failed call may be tried again, and why.
//!
//! KMS is eventually consistent: a key that was just made may not be found, a key that was just enabled may still be
//! called disabled, a role that was just made may be no valid principal. These are waited for, with a bound. Everything
//! else is final. Throttling and server errors of repeatable calls are retried by the SDK below this.

use std::time::Duration;

use awskms_core::plan::Step;

use super::error::{Kind, KmsError};

/// What the run has done that KMS may not show yet.
#[derive(Debug, Clone, Copy, Default)]
pub struct Patience {
    /// The key was created by this run.
    pub just_created: bool,
    /// The key was enabled by this run.
    pub just_enabled: bool,
    /// This run has cancelled the key's deletion.
    pub just_restored: bool,
}

/// A reason to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    /// How long from the first attempt on.
    pub(super) at_most: Duration,
    /// What is waited for, for the status line.
    pub(super) what: &'static str,
}

impl Patience {
    /// Whether the error of a call may be lag.
    pub(super) fn wait_for(self, error: &KmsError) -> Option<Wait> {
        let wait = |seconds, what| Some(Wait { at_most: Duration::from_secs(seconds), what });
        match error.kind {
            Kind::NotFound if self.just_created && error.operation != "DeleteAlias" => {
                wait(120, "the new key to become visible")
            }
            Kind::Disabled if self.just_enabled || self.just_created => wait(120, "the key to become enabled"),
            Kind::PendingDeletion if self.just_restored => wait(120, "the cancelled deletion to be known everywhere"),
            Kind::InvalidPrincipal => wait(60, "the policy's principals to become known to KMS"),
            // A replica may take ten minutes between far Regions.
            Kind::Transient => wait(1200, "KMS to finish creating or updating the key"),
            _ => None,
        }
    }

    /// Notes what a step has done.
    pub(super) fn after(&mut self, step: &Step) {
        match step {
            Step::EnableKey => self.just_enabled = true,
            Step::CancelKeyDeletion => self.just_restored = true,
            _ => {}
        }
    }
}

/// The pause before attempt `attempt` (from 1): 0.2 s, doubled each time, at most 2 s.
pub fn pause(attempt: u32) -> Duration {
    Duration::from_millis(100u64 << attempt.min(5)).min(Duration::from_secs(2))
}
