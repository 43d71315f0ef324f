//! Which calls on a key wait for which others, whoever makes them.

use super::Step;
use super::rights::Call;
use super::room::Full;
use crate::owner::OWNER_TAG;
use crate::rotation_mark::ROTATION_TAG;

/// A call that the plan makes, or that another lane makes on the key meanwhile.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    Own(Step),
    /// Between opening and main.
    Promotion {
        to: String,
    },
    /// While other lanes are in their main part.
    Replication,
}

impl What {
    pub(super) fn call(&self) -> Call<'_> {
        match self {
            Self::Own(step) => Call::Own(step),
            Self::Promotion { to } => Call::Promotion { to },
            Self::Replication => Call::Replication,
        }
    }

    pub(super) fn step(&self) -> Option<&Step> {
        if let Self::Own(step) = self { Some(step) } else { None }
    }

    pub(super) fn is_mark(&self) -> bool {
        matches!(self, Self::Own(Step::TagResource { tags }) if tags.contains_key(OWNER_TAG))
    }

    /// Whether KMS takes it only while the key is enabled (AWS KMS developer guide, "Key states of AWS KMS keys").
    fn needs_enabled(&self) -> bool {
        let of_rotation = |step| {
            matches!(
                step,
                &Step::EnableKeyRotation { .. } | &Step::DisableKeyRotation | &Step::RotateKeyOnDemand { .. }
            )
        };
        self.step().is_none_or(of_rotation)
    }
}

/// Whether one call must come after another one that usually comes first.
pub(super) fn follows(first: &What, then: &What, full: Full) -> bool {
    match (first, then) {
        // The mark comes first where it can, but it does not hold a right up that the new policy takes.
        _ if first.is_mark() => false,
        (What::Own(Step::EnableKey), What::Own(Step::DisableKey)) | (What::Promotion { .. }, What::Replication) => true,
        (_, What::Own(Step::DisableKey)) if first.needs_enabled() => true,
        _ => needs(first, then, full),
    }
}

/// Whether one call can do nothing, or must do nothing, unless another one was done.
pub(super) fn needs(first: &What, then: &What, full: Full) -> bool {
    let names = |name: &str| matches!(then, What::Own(Step::CreateAlias { name: made }) if made == name);
    match first {
        What::Own(Step::CancelKeyDeletion) => !matches!(then, What::Own(Step::DeleteAlias { .. })),
        // What is not marked is not touched.
        mark if mark.is_mark() => !matches!(then, What::Own(Step::UntagResource { .. }) if full == Full::AtOwnerMark),
        What::Own(Step::EnableKey) => then.needs_enabled(),
        What::Promotion { .. } => then.step().is_some() && then.needs_enabled(),
        What::Own(Step::TagResource { tags }) if tags.contains_key(ROTATION_TAG) => {
            matches!(then, What::Own(Step::RotateKeyOnDemand { .. }))
        }
        What::Own(Step::UntagResource { .. }) => match then {
            What::Own(Step::TagResource { tags }) if tags.contains_key(OWNER_TAG) => full <= Full::AtOwnerMark,
            What::Own(Step::TagResource { tags }) if tags.contains_key(ROTATION_TAG) => full <= Full::AtRotationMark,
            What::Own(Step::TagResource { .. }) => full <= Full::AtTags,
            _ => false,
        },
        What::Own(Step::DeleteAlias { name, holder: Some(_) }) => names(name),
        // A key is never without a name in between.
        What::Own(Step::CreateAlias { .. } | Step::UpdateAlias { .. }) => {
            matches!(then, What::Own(Step::DeleteAlias { holder: None, .. }))
        }
        What::Own(_) | What::Replication => false,
    }
}
