//! A key right after `CreateKey`, and the one that a preview foresees.

use std::collections::BTreeSet;

use crate::desired::{Account, Desired};
use crate::observed::{KeyState, Metadata, Observed, Reading};
use crate::owner::OwnerMark;

impl Observed {
    /// A key right after `CreateKey`: reading it back could show nothing yet, so what was asked for is taken for true.
    #[must_use]
    pub fn created(metadata: Metadata, desired: &Desired, mark: Option<&OwnerMark>) -> Self {
        Self {
            metadata,
            aliases: Reading::Seen(BTreeSet::new()),
            policy: desired.policy.clone().map_or(Reading::Denied("kms:GetKeyPolicy"), Reading::Seen),
            rotation_period_days: Reading::Seen(None),
            tags: Reading::Seen(desired.tags.clone()),
            owner: mark.cloned(),
            rotation_mark: None,
            public_key: None,
        }
    }
}

impl Metadata {
    /// What `CreateKey` would answer, with an ID that nobody knows yet: for planning only.
    #[must_use]
    pub fn foreseen(desired: &Desired, account: &Account, region: &str) -> Self {
        let key_id = "not-created-yet";
        Self {
            key_id: key_id.to_owned(),
            arn: account.arn_of(region, &format!("key/{key_id}")),
            state: KeyState::Enabled,
            key_spec: desired.key_spec.clone(),
            key_usage: desired.key_usage.clone(),
            origin: "AWS_KMS".to_owned(),
            manager: "CUSTOMER".to_owned(),
            multi_region: desired.multi_region,
            primary_region: desired.multi_region.then(|| region.to_owned()),
            replica_regions: BTreeSet::new(),
            description: desired.description.clone(),
            creation_date: String::new(),
            deletion_date: None,
        }
    }
}
