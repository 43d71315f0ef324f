//! What a step that succeeded makes of an observed key.
//!
//! KMS is eventually consistent, so reading a key back right after a change may show the old one. The outputs of a run
//! are therefore made from what was observed before and the calls that KMS accepted since.

use crate::observed::{KeyState, Observed, Reading, take_marks};
use crate::plan::Step;

impl Observed {
    /// Follows one call that KMS accepted.
    pub fn follow(&mut self, step: &Step) {
        match step {
            Step::CancelKeyDeletion => {
                self.metadata.state = KeyState::Disabled;
                self.metadata.deletion_date = None;
            }
            Step::EnableKey => self.metadata.state = KeyState::Enabled,
            Step::DisableKey => self.metadata.state = KeyState::Disabled,
            Step::EnableKeyRotation { period_days } => {
                self.rotation_period_days = Reading::Seen(Some(*period_days));
            }
            // The new material shows in no fact that the resource keeps.
            Step::RotateKeyOnDemand { .. } => {}
            Step::DisableKeyRotation => self.rotation_period_days = Reading::Seen(None),
            Step::UpdateKeyDescription { description } => {
                self.metadata.description.clone_from(description);
            }
            Step::TagResource { tags } => {
                let mut tags = tags.clone();
                let (owner, rotation) = take_marks(&mut tags);
                self.owner = owner.or(self.owner.take());
                self.rotation_mark = rotation.or(self.rotation_mark.take());
                if !tags.is_empty() {
                    let mut all = self.tags.seen().cloned().unwrap_or_default();
                    all.extend(tags);
                    self.tags = Reading::Seen(all);
                }
            }
            Step::UntagResource { keys } => {
                if let Reading::Seen(tags) = &mut self.tags {
                    tags.retain(|key, _| !keys.contains(key));
                }
            }
            Step::PutKeyPolicy { policy, .. } => self.policy = Reading::Seen(policy.clone()),
            Step::CreateAlias { name } | Step::UpdateAlias { name, .. } => {
                let mut held = self.aliases.seen().cloned().unwrap_or_default();
                held.insert(name.clone());
                self.aliases = Reading::Seen(held);
            }
            Step::DeleteAlias { name, .. } => {
                if let Reading::Seen(held) = &mut self.aliases {
                    held.remove(name);
                }
            }
            // The answer carries the date; the caller puts it in.
            Step::ScheduleKeyDeletion { .. } => self.metadata.state = KeyState::PendingDeletion,
        }
    }
}
