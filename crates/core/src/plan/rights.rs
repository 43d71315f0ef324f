//! What the caller may do while a plan runs: by the policy that the key has, and by the one that it gets.
//!
//! Only the key policy is asked. Where IAM policies or facts of the call decide, the answer is [`Standing::Open`], and no
//! order is better than another. Grants never allow what a plan does (AWS KMS developer guide, "Grants in AWS KMS"), so a
//! denial by the policy is final.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Step;
use super::beyond::Beyond;
use crate::observed::Metadata;
use crate::policy::{Access, Request, Via, evaluate};

/// Whether the caller may do something, as far as a key policy shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// Surely not.
    No,
    /// IAM policies or facts of the call decide.
    Open,
    /// The policy allows it to the caller itself.
    Yes,
}

/// A call that a key's policy decides about: one of its own plan, or one that another key's lane makes on it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Call<'a> {
    Own(&'a Step),
    /// `UpdatePrimaryRegion`, which asks both keys of the move.
    Promotion {
        /// Region of the new primary.
        to: &'a str,
    },
    /// `ReplicateKey`, which asks the primary.
    Replication,
}

/// The two policies of a key around a plan, for one caller.
#[derive(Debug, Clone)]
pub(super) struct Rights<'a> {
    caller: &'a str,
    arn: &'a str,
    account: &'a str,
    key: BTreeMap<String, String>,
    present: Option<Cow<'a, Value>>,
    coming: Option<Cow<'a, Value>>,
}

impl<'a> Rights<'a> {
    /// `present` is `None` where it could not be read, `coming` where the plan puts none.
    pub(super) fn new(
        caller: &'a str,
        metadata: &'a Metadata,
        present: Option<&'a Value>,
        coming: Option<&'a Value>,
    ) -> Self {
        let account = metadata.arn.split(':').nth(4).unwrap_or_default();
        let multi_region = metadata.multi_region.to_string();
        let facts = [
            ("kms:keyspec", metadata.key_spec.as_str()),
            ("kms:keyusage", &metadata.key_usage),
            ("kms:keyorigin", &metadata.origin),
            ("kms:multiregion", &multi_region),
        ];
        let key = facts.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self {
            caller,
            arn: &metadata.arn,
            account,
            key,
            present: present.and_then(parsed),
            coming: coming.and_then(parsed),
        }
    }

    /// A finding about this caller and key that holds nothing yet.
    pub(super) fn nothing_beyond(&self, changes: bool) -> Beyond {
        let (key, caller) = (self.arn.to_owned(), self.caller.to_owned());
        Beyond { key, caller, changes, is_refused: false, never: BTreeSet::new(), not_then: BTreeSet::new() }
    }

    /// By the policy that the key has before the plan.
    pub(super) fn before(&self, call: Call<'_>) -> Standing {
        self.present.as_deref().map_or(Standing::Open, |policy| self.by(policy, call))
    }

    /// By the policy that the plan puts, or by the present one if it puts none.
    pub(super) fn after(&self, call: Call<'_>) -> Standing {
        self.coming.as_deref().map_or_else(|| self.before(call), |policy| self.by(policy, call))
    }

    fn by(&self, policy: &Value, call: Call<'_>) -> Standing {
        let facts = self.facts(call);
        let standings = actions(call).iter().map(|action| self.ask(policy, action, &facts));
        standings.min().unwrap_or(Standing::Open)
    }

    fn ask(&self, policy: &Value, action: &str, facts: &BTreeMap<String, String>) -> Standing {
        let none = BTreeMap::new();
        let request = Request {
            principal: self.caller,
            action,
            encryption_context: &none,
            account: self.account,
            via: Via::Directly,
            facts,
        };
        match evaluate(policy, &request) {
            Access::Denied => Standing::No,
            Access::Unknown | Access::DependsOnIam => Standing::Open,
            Access::Allowed => Standing::Yes,
        }
    }

    /// The first action that a call lacks by either policy: the present one, or the coming one.
    pub(super) fn lacking(&self, call: Call<'_>, by_coming: bool) -> Option<&'static str> {
        let policy = self.coming.as_deref().filter(|_| by_coming).or(self.present.as_deref())?;
        let facts = self.facts(call);
        actions(call).iter().find(|action| self.ask(policy, action, &facts) == Standing::No).copied()
    }

    /// What conditions can know of a call (AWS KMS developer guide, "AWS KMS condition keys"). Tags of the key change
    /// while the plan runs, so they are left open.
    fn facts(&self, call: Call<'_>) -> BTreeMap<String, String> {
        let mut facts = self.key.clone();
        let own = match call {
            Call::Own(Step::EnableKeyRotation { period_days }) => {
                Some(("kms:rotationperiodindays", period_days.to_string()))
            }
            // The call leaves the member out where it is false.
            Call::Own(Step::PutKeyPolicy { bypass_policy_lockout_safety_check: true, .. }) => {
                Some(("kms:bypasspolicylockoutsafetycheck", true.to_string()))
            }
            Call::Own(Step::ScheduleKeyDeletion { window_days }) => {
                Some(("kms:schedulekeydeletionpendingwindowindays", window_days.to_string()))
            }
            Call::Promotion { to } => Some(("kms:primaryregion", to.to_owned())),
            Call::Own(_) | Call::Replication => None,
        };
        facts.extend(own.map(|(name, value)| (name.to_owned(), value)));
        facts
    }
}

/// A policy may be kept as its text.
fn parsed(policy: &Value) -> Option<Cow<'_, Value>> {
    match policy {
        Value::String(text) => serde_json::from_str(text).ok().map(Cow::Owned),
        document => Some(Cow::Borrowed(document)),
    }
}

/// The actions on this key that a call needs, the look before it included. What it needs of other keys and of aliases is not
/// this key's policy to say.
fn actions(call: Call<'_>) -> &'static [&'static str] {
    let Call::Own(step) = call else {
        return match call {
            Call::Replication => &["kms:ReplicateKey"],
            _ => &["kms:UpdatePrimaryRegion", "kms:DescribeKey"],
        };
    };
    match step {
        Step::CancelKeyDeletion => &["kms:CancelKeyDeletion"],
        Step::EnableKey => &["kms:EnableKey"],
        Step::EnableKeyRotation { .. } => &["kms:EnableKeyRotation"],
        Step::DisableKeyRotation => &["kms:DisableKeyRotation"],
        Step::RotateKeyOnDemand { .. } => &["kms:RotateKeyOnDemand"],
        Step::UpdateKeyDescription { .. } => &["kms:UpdateKeyDescription"],
        Step::TagResource { .. } => &["kms:TagResource"],
        Step::UntagResource { .. } => &["kms:UntagResource"],
        Step::PutKeyPolicy { .. } => &["kms:PutKeyPolicy"],
        Step::CreateAlias { .. } => &["kms:CreateAlias"],
        Step::UpdateAlias { .. } => &["kms:UpdateAlias"],
        // The name is taken from another key.
        Step::DeleteAlias { holder: Some(_), .. } | Step::ReplicateKey(_) => &[],
        // A name is looked at before it goes.
        Step::DeleteAlias { holder: None, .. } => &["kms:DeleteAlias", "kms:DescribeKey"],
        Step::UpdatePrimaryRegion { .. } => &["kms:UpdatePrimaryRegion"],
        Step::DisableKey => &["kms:DisableKey"],
        Step::ScheduleKeyDeletion { .. } => &["kms:ScheduleKeyDeletion"],
    }
}
