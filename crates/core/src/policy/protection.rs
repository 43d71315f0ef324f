//! What nobody may do with the key: the input `protect`, as statements that deny.
//!
//! None of them keeps anybody from changing the policy, so whoever may change it can take each of them back.

use serde_json::Value;

use super::Facts;
use super::recover::Remaining;
use super::typed::{known, put_list};
use super::written::{Written, one_or_list, wanted};
use crate::spec::constants::names;
use crate::spec::generated;
use crate::value::PropertyMap;

const DELETION: &str = "ProtectDeletion";
const WINDOW: &str = "ProtectDeletionWindow";
const POLICY_CHECK: &str = "ProtectPolicyCheck";

const WINDOW_KEY: &str = "kms:ScheduleKeyDeletionPendingWindowInDays";

/// Statements that deny.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Protection {
    /// The only roles that may schedule the deletion, by ARN or name; empty for no such limit.
    pub deletion_only_by: Vec<String>,
    /// Fewest days of waiting of a deletion.
    pub minimum_deletion_window_days: Option<i32>,
    /// Whether AWS's check of a new policy cannot be skipped.
    pub no_policy_bypass: bool,
}

impl Protection {
    pub(super) fn of(protect: &generated::Protection) -> Option<Self> {
        Some(Self {
            deletion_only_by: known(&protect.deletion_only_by)?.unwrap_or_default(),
            minimum_deletion_window_days: known(&protect.minimum_deletion_window_days)?,
            no_policy_bypass: known(&protect.no_policy_bypass)?.unwrap_or(false),
        })
    }

    pub(super) fn to_properties(&self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put_list(&mut map, names::DELETION_ONLY_BY, &self.deletion_only_by);
        if let Some(days) = self.minimum_deletion_window_days {
            map.insert(names::MINIMUM_DELETION_WINDOW_DAYS.into(), days.into());
        }
        if self.no_policy_bypass {
            map.insert(names::NO_POLICY_BYPASS.into(), true.into());
        }
        map
    }

    pub(super) fn statements(&self, facts: &Facts<'_>) -> Vec<Value> {
        let excepted = facts.roles(&self.deletion_only_by);
        let deletion = (!excepted.is_empty()).then(|| {
            // Imported material that is deleted makes the key useless at once.
            Written::deny(DELETION, &["kms:DeleteImportedKeyMaterial", "kms:ScheduleKeyDeletion"]).when(
                "ArnNotEquals",
                "aws:PrincipalArn",
                one_or_list(excepted),
            )
        });
        let window = self.minimum_deletion_window_days.map(|days| {
            Written::deny(WINDOW, &["kms:ScheduleKeyDeletion"]).when("NumericLessThan", WINDOW_KEY, days.to_string())
        });
        let policy = self.no_policy_bypass.then(|| {
            Written::deny(POLICY_CHECK, &["kms:PutKeyPolicy"]).when(
                "Bool",
                "kms:BypassPolicyLockoutSafetyCheck",
                "true",
            )
        });
        [deletion, window, policy].into_iter().flatten().map(Written::value).collect()
    }
}

/// What the remaining statements protect; those are taken out.
pub(super) fn recover(remaining: &mut Remaining, facts: &Facts<'_>) -> Protection {
    let mut found = Protection::default();
    let with = |sid, operator, key, remaining: &Remaining| {
        remaining.with_sid(sid).map(|statement| wanted(statement, operator, key)).unwrap_or_default()
    };
    let roles = with(DELETION, "ArnNotEquals", "aws:PrincipalArn", remaining);
    let days = with(WINDOW, "NumericLessThan", WINDOW_KEY, remaining);
    let days = days.first().and_then(|days| days.parse().ok()).filter(|days| (7..=30).contains(days));
    let parts = [
        Protection { deletion_only_by: roles, ..Protection::default() },
        Protection { minimum_deletion_window_days: days, ..Protection::default() },
        Protection { no_policy_bypass: true, ..Protection::default() },
    ];
    for part in parts {
        let written = part.statements(facts);
        if !written.is_empty() && remaining.take(&written) {
            found.deletion_only_by.extend(part.deletion_only_by);
            found.minimum_deletion_window_days =
                found.minimum_deletion_window_days.or(part.minimum_deletion_window_days);
            found.no_policy_bypass |= part.no_policy_bypass;
        }
    }
    found
}
