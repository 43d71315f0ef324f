//! Notes on a key that the engine has recorded it.
//!
//! A key is begun with a mark that says so, because its run may be killed before the engine knows of it; the next run then
//! finishes it without asking. A key that the engine *has* recorded must not be taken up like that: it may have been moved to
//! another stack, or may be in the very row that is to be replaced. The provider is not told when a row is written, but the
//! engine writes each one before it goes on and ends its plugins when all are written. So the note is made when the process is
//! asked to end, or when a later create of the same run shows that some time has passed.
//!
//! A key whose note could not be made stays "begun": such a key is finished once more instead of being refused.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use awskms_core::owner::{OwnerMark, Phase};
use futures_util::future::join_all;
use tokio::time::{Instant, timeout};

use crate::kms::{self, Target};

/// How long the engine takes at most to write a row; it does so within milliseconds of the answer.
const WRITTEN_BY_THEN: Duration = Duration::from_secs(10);

/// The engine waits some five seconds for a plugin to end.
const AT_THE_END: Duration = Duration::from_millis(2_500);

/// Keys of which the engine has the answer, and which do not say so yet.
#[derive(Debug, Default)]
pub(super) struct Recording {
    answered: Mutex<Vec<Answered>>,
}

#[derive(Debug)]
struct Answered {
    target: Target,
    arn: String,
    mark: OwnerMark,
    since: Instant,
}

impl Recording {
    /// A finished key is about to be answered with.
    pub(super) fn answered(&self, target: Target, arn: &str, mark: &OwnerMark) {
        if mark.phase() != Phase::Recorded {
            let key = Answered { target, arn: arn.to_owned(), mark: mark.clone(), since: Instant::now() };
            self.answered.lock().unwrap_or_else(PoisonError::into_inner).push(key);
        }
    }

    /// Whether a note on this key is still to be made.
    pub(super) fn awaits(&self, arn: &str) -> bool {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|key| key.arn == arn)
    }

    /// Another run, or this one, has changed or retired the key: its mark is no longer this one's to write.
    pub(super) fn forget(&self, key_id: &str) {
        let mut all = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|key| !key.arn.ends_with(&format!("/{key_id}")));
    }

    /// Notes keys that were answered with some time ago.
    pub(super) async fn note_older(&self) {
        note(self.take(|key| key.since.elapsed() >= WRITTEN_BY_THEN)).await;
    }

    /// Notes all keys: the process ends.
    pub(super) async fn note_all(&self) {
        if timeout(AT_THE_END, note(self.take(|_| true))).await.is_err() {
            tracing::debug!("the process ended before every key was noted as recorded");
        }
    }

    fn take(&self, wanted: impl Fn(&Answered) -> bool) -> Vec<Answered> {
        let mut all = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let (taken, kept) = std::mem::take(&mut *all).into_iter().partition(wanted);
        *all = kept;
        taken
    }
}

async fn note(keys: Vec<Answered>) {
    join_all(keys.into_iter().map(|key| async move {
        let Answered { target, arn, mark, .. } = key;
        // Unless the key carries another mark by now.
        let recorded = |present: Option<&OwnerMark>| {
            present.filter(|present| present.same_mark(&mark)).map(|_| mark.in_phase(Phase::Recorded))
        };
        if let Err(error) = kms::change_mark(&target, &arn, recorded).await {
            tracing::debug!("{arn} was not noted as recorded: {error}");
        }
    }))
    .await;
}
