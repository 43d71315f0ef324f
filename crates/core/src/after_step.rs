//! What a step that succeeded makes of an observed key.
//!
//! KMS is eventually consistent, so reading a key back right after a change may show the old one. The outputs of a run
//! are therefore made from what was observed before and the calls that KMS accepted since.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::arn::arn_in;
use crate::observed::{KeyState, Observed, ObservedSet, Reading, take_marks};
use crate::plan::{Replication, Step};

impl Observed {
    /// Applies one call that KMS accepted.
    pub fn apply(&mut self, step: &Step) {
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
            // The new material shows in no fact that the resource keeps; a replica comes into being beside the key, and who
            // runs the plan adds it.
            Step::RotateKeyOnDemand { .. } | Step::ReplicateKey(_) => {}
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
            Step::UpdatePrimaryRegion { region } => self.metadata.primary_region = Some(region.clone()),
            // The answer carries the date; the caller puts it in.
            Step::ScheduleKeyDeletion { .. } => self.metadata.state = KeyState::PendingDeletion,
        }
    }
}

impl ObservedSet {
    /// The replica that `ReplicateKey` makes: with what the call carries, and on its way to being enabled. `None` for a set
    /// of which nothing was read.
    pub fn replicated(&self, replication: &Replication, default_policy: &Value) -> Option<Observed> {
        let mut replica = self.main().or_else(|| self.members.values().next())?.clone();
        replica.metadata.arn = arn_in(&replica.metadata.arn, &replication.region);
        replica.metadata.state = KeyState::Creating;
        replica.metadata.deletion_date = None;
        replica.metadata.description.clone_from(&replication.description);
        replica.metadata.primary_region = Some(self.primary.clone());
        replica.aliases = Reading::Seen(BTreeSet::new());
        replica.policy = Reading::Seen(replication.policy.clone().unwrap_or_else(|| default_policy.clone()));
        let mut tags = replication.tags.clone();
        (replica.owner, replica.rotation_mark) = take_marks(&mut tags);
        replica.tags = Reading::Seen(tags);
        Some(replica)
    }

    /// The role of the primary went over to another Region.
    pub fn promoted(&mut self, region: &str) {
        region.clone_into(&mut self.primary);
        for member in self.members.values_mut() {
            member.metadata.primary_region = Some(region.to_owned());
        }
    }
}
