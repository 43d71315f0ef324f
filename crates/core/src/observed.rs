//! What KMS says about one key in one Region.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::owner::{OWNER_TAG, OwnerMark};
use crate::rotation_mark::{ROTATION_TAG, RotationMark};

/// A fact that may have been out of reach.
///
/// "Not allowed to look" is never the same as "not there": a plan and a refresh treat the two differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading<T> {
    /// KMS answered.
    Seen(T),
    /// The caller may not ask; the permission that is missing, such as `kms:GetKeyPolicy`.
    Denied(&'static str),
}

impl<T> Reading<T> {
    /// The fact, if it was seen.
    pub fn seen(&self) -> Option<&T> {
        match self {
            Self::Seen(value) => Some(value),
            Self::Denied(_) => None,
        }
    }
}

/// State of a key at KMS (AWS KMS API reference, `KeyState`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// Not usable yet, for seconds.
    Creating,
    /// Usable.
    Enabled,
    /// Not usable for cryptographic operations.
    Disabled,
    /// Waiting for its deletion date.
    PendingDeletion,
    /// Waiting for key material.
    PendingImport,
    /// A primary that waits for the deletion of its last replica.
    PendingReplicaDeletion,
    /// Its key store is out of reach.
    Unavailable,
    /// Its primary Region is being changed, for seconds.
    Updating,
    /// A state that this version does not know.
    Other(String),
}

impl KeyState {
    /// Reads KMS's name of a state.
    pub fn parse(name: &str) -> Self {
        match name {
            "Creating" => Self::Creating,
            "Enabled" => Self::Enabled,
            "Disabled" => Self::Disabled,
            "PendingDeletion" => Self::PendingDeletion,
            "PendingImport" => Self::PendingImport,
            "PendingReplicaDeletion" => Self::PendingReplicaDeletion,
            "Unavailable" => Self::Unavailable,
            "Updating" => Self::Updating,
            other => Self::Other(other.to_owned()),
        }
    }

    /// KMS's name of the state.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Creating => "Creating",
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::PendingDeletion => "PendingDeletion",
            Self::PendingImport => "PendingImport",
            Self::PendingReplicaDeletion => "PendingReplicaDeletion",
            Self::Unavailable => "Unavailable",
            Self::Updating => "Updating",
            Self::Other(name) => name,
        }
    }

    /// Whether the state passes by itself in seconds; the key is enabled then.
    pub fn passes(&self) -> bool {
        matches!(self, Self::Creating | Self::Updating)
    }

    /// Whether the key waits for its deletion, alone or for its replicas.
    pub fn is_pending_deletion(&self) -> bool {
        matches!(self, Self::PendingDeletion | Self::PendingReplicaDeletion)
    }
}

/// What `DescribeKey` and `CreateKey` tell about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The key's ID.
    pub key_id: String,
    /// The key's ARN.
    pub arn: String,
    /// Its state.
    pub state: KeyState,
    /// Its kind of material, in KMS's name.
    pub key_spec: String,
    /// Its usage, in KMS's name.
    pub key_usage: String,
    /// Where its material comes from, in KMS's name.
    pub origin: String,
    /// Who manages it: `CUSTOMER`, or `AWS` for the keys of AWS services.
    pub manager: String,
    /// Whether it belongs to a multi-Region set.
    pub multi_region: bool,
    /// Region of the set's primary; `None` for a single-Region key.
    pub primary_region: Option<String>,
    /// Regions of the set's replicas.
    pub replica_regions: BTreeSet<String>,
    /// What it is for.
    pub description: String,
    /// When it was created, RFC 3339 in whole seconds, UTC.
    pub creation_date: String,
    /// When it will be deleted, RFC 3339 in whole seconds, UTC.
    pub deletion_date: Option<String>,
}

impl Metadata {
    /// The Region that the key is in.
    pub fn region(&self) -> &str {
        self.arn.split(':').nth(3).unwrap_or_default()
    }

    /// Whether the key is a replica of another one.
    pub fn is_replica(&self) -> bool {
        self.primary_region.as_deref().is_some_and(|primary| primary != self.region())
    }
}

/// Everything about one key that the resource manages.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// The key itself.
    pub metadata: Metadata,
    /// Its aliases.
    pub aliases: Reading<BTreeSet<String>>,
    /// Its policy.
    pub policy: Reading<Value>,
    /// Its rotation period in days, `None` when off. KMS reports "off" for a key that is pending deletion whatever was
    /// set, so this is [`Reading::Denied`] then.
    pub rotation_period_days: Reading<Option<i32>>,
    /// Its tags, without the marks of this provider.
    pub tags: Reading<BTreeMap<String, String>>,
    /// Its owner mark, if it carries one and the tags could be read.
    pub owner: Option<OwnerMark>,
    /// The mark of its last rotation on demand, if that was asked for here and the tags could be read.
    pub rotation_mark: Option<RotationMark>,
    /// Its public key in PEM, for asymmetric keys.
    pub public_key: Option<String>,
}

/// The keys of one resource as they are: one, or a multi-Region set.
#[derive(Debug, Clone, PartialEq)]
pub struct ObservedSet {
    /// Region of the primary, or of the key itself.
    pub primary: String,
    /// The keys that were read, by Region.
    pub members: BTreeMap<String, Observed>,
    /// Regions in which there is or may be a key that could not be read, with the reason. Such a key is never taken for
    /// gone.
    pub unreachable: BTreeMap<String, String>,
}

impl ObservedSet {
    /// A key in a Region, of whose relatives nothing is known.
    pub fn of_one(region: &str, observed: Observed) -> Self {
        let primary = observed.metadata.primary_region.clone().unwrap_or_else(|| region.to_owned());
        Self { primary, members: BTreeMap::from([(region.to_owned(), observed)]), unreachable: BTreeMap::new() }
    }

    /// The primary, or the key itself, if it was read.
    pub fn main(&self) -> Option<&Observed> {
        self.members.get(&self.primary)
    }
}

/// The marks among a key's tags, taken out of them: the rest is the user's.
pub fn take_marks(tags: &mut BTreeMap<String, String>) -> (Option<OwnerMark>, Option<RotationMark>) {
    (
        tags.remove(OWNER_TAG).and_then(|text| OwnerMark::parse(&text)),
        tags.remove(ROTATION_TAG).and_then(|text| RotationMark::parse(&text)),
    )
}
