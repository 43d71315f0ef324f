//! One step of a plan: one call to KMS that changes something.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::owner::OWNER_TAG;
use crate::rotation_mark::ROTATION_TAG;

/// A change to a key that exists. Creation is no step: it happens once, before there is a key to plan for. Each step is
/// one call; what it is called and how people are told about it comes from here alone.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Takes back a scheduled deletion; the key is disabled afterwards.
    CancelKeyDeletion,
    /// Makes the key usable.
    EnableKey,
    /// Lets KMS rotate the material every so many days.
    EnableKeyRotation {
        /// Days between rotations, 90 to 2560.
        period_days: i32,
    },
    /// Stops automatic rotation.
    DisableKeyRotation,
    /// Rotates the material now. The key carries the rotation mark already.
    RotateKeyOnDemand {
        /// How many rotations on demand the key has had afterwards.
        target: u32,
    },
    /// Sets the description.
    UpdateKeyDescription {
        /// The new text; may be empty.
        description: String,
    },
    /// Adds tags or changes their values.
    TagResource {
        /// The tags to set.
        tags: BTreeMap<String, String>,
    },
    /// Removes tags.
    UntagResource {
        /// The tag keys to remove.
        keys: Vec<String>,
    },
    /// Replaces the key policy.
    PutKeyPolicy {
        /// The whole new policy.
        policy: Value,
        /// Skips AWS's lockout check.
        bypass_policy_lockout_safety_check: bool,
    },
    /// Gives the key a name that no key has.
    CreateAlias {
        /// The name, with `alias/`.
        name: String,
    },
    /// Moves a name from another key to this one.
    UpdateAlias {
        /// The name, with `alias/`.
        name: String,
        /// ARN of the key that was seen to hold it: from any other it is not taken.
        holder: String,
    },
    /// Removes a name from the key.
    DeleteAlias {
        /// The name, with `alias/`.
        name: String,
        /// ARN of the key that was seen to hold it, if that is another: the name goes from no third one.
        holder: Option<String>,
    },
    /// Makes the replica of a multi-Region key. The call goes to the primary; the replica's plan begins with it.
    ReplicateKey(Box<Replication>),
    /// Makes the replica in another Region the primary. The call goes to the present primary.
    UpdatePrimaryRegion {
        /// The Region of the new primary.
        region: String,
    },
    /// Makes the key unusable.
    DisableKey,
    /// Starts the waiting period after which KMS deletes the key.
    ScheduleKeyDeletion {
        /// Length of the waiting period in days, 7 to 30.
        window_days: i32,
    },
}

/// What a replica is born with; KMS copies none of it from the primary.
#[derive(Debug, Clone, PartialEq)]
pub struct Replication {
    /// The Region of the replica.
    pub region: String,
    /// Its key policy; `None` for AWS's default policy.
    pub policy: Option<Value>,
    /// Skips AWS's lockout check of the policy.
    pub bypass_policy_lockout_safety_check: bool,
    /// What it is for; may be empty.
    pub description: String,
    /// Its tags, the owner mark among them.
    pub tags: BTreeMap<String, String>,
}

impl Step {
    /// The policy that the step puts, if it puts one.
    pub(super) fn policy(&self) -> Option<&Value> {
        if let Self::PutKeyPolicy { policy, .. } = self { Some(policy) } else { None }
    }

    /// The KMS operation that the step calls.
    pub fn operation(&self) -> &'static str {
        match self {
            Self::CancelKeyDeletion => "CancelKeyDeletion",
            Self::EnableKey => "EnableKey",
            Self::EnableKeyRotation { .. } => "EnableKeyRotation",
            Self::DisableKeyRotation => "DisableKeyRotation",
            Self::RotateKeyOnDemand { .. } => "RotateKeyOnDemand",
            Self::UpdateKeyDescription { .. } => "UpdateKeyDescription",
            Self::TagResource { .. } => "TagResource",
            Self::UntagResource { .. } => "UntagResource",
            Self::PutKeyPolicy { .. } => "PutKeyPolicy",
            Self::CreateAlias { .. } => "CreateAlias",
            Self::UpdateAlias { .. } => "UpdateAlias",
            Self::DeleteAlias { .. } => "DeleteAlias",
            Self::ReplicateKey(_) => "ReplicateKey",
            Self::UpdatePrimaryRegion { .. } => "UpdatePrimaryRegion",
            Self::DisableKey => "DisableKey",
            Self::ScheduleKeyDeletion { .. } => "ScheduleKeyDeletion",
        }
    }

    /// What the step does, in the words of a status line: "enabling the key".
    pub fn doing(&self) -> String {
        match self {
            Self::CancelKeyDeletion => "cancelling the scheduled deletion".into(),
            Self::EnableKey => "enabling the key".into(),
            Self::EnableKeyRotation { period_days } => {
                format!("enabling rotation every {period_days} days")
            }
            Self::DisableKeyRotation => "disabling rotation".into(),
            Self::RotateKeyOnDemand { .. } => "rotating the key material".into(),
            Self::UpdateKeyDescription { .. } => "updating the description".into(),
            Self::TagResource { tags } if tags.len() == 1 && tags.contains_key(OWNER_TAG) => {
                "updating the owner mark".into()
            }
            Self::TagResource { tags } if tags.len() == 1 && tags.contains_key(ROTATION_TAG) => {
                "noting the rotation to come".into()
            }
            Self::TagResource { tags } => format!("setting {}", counted(tags.len(), "tag")),
            Self::UntagResource { keys } => format!("removing {}", counted(keys.len(), "tag")),
            Self::PutKeyPolicy { .. } => "updating the key policy".into(),
            Self::CreateAlias { name } => format!("creating {name}"),
            Self::UpdateAlias { name, .. } => format!("moving {name} to the key"),
            Self::DeleteAlias { name, .. } => format!("deleting {name}"),
            Self::ReplicateKey(replication) => format!("replicating the key to {}", replication.region),
            Self::UpdatePrimaryRegion { region } => format!("making the key in {region} the primary"),
            Self::DisableKey => "disabling the key".into(),
            Self::ScheduleKeyDeletion { window_days } => {
                format!("scheduling deletion in {window_days} days")
            }
        }
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
