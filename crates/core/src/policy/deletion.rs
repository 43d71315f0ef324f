//! Whether a policy lets a caller schedule the key's deletion.

use std::collections::BTreeMap;

use serde_json::Value;

use super::evaluate::{Access, evaluate};
use super::request::{Request, Via};

/// Whether a policy denies a caller, by its ARN as STS gives it, to schedule the deletion of a key of this account with so
/// many days of waiting. Where IAM policies or facts of the call decide, it does not.
pub fn denies_deletion(policy: &Value, caller_arn: &str, account: &str, window_days: i32) -> bool {
    let none = BTreeMap::new();
    let facts = BTreeMap::from([("kms:schedulekeydeletionpendingwindowindays".to_owned(), window_days.to_string())]);
    let request = Request {
        principal: caller_arn,
        action: "kms:ScheduleKeyDeletion",
        encryption_context: &none,
        account,
        via: Via::Directly,
        facts: &facts,
    };
    evaluate(policy, &request) == Access::Denied
}

#[cfg(test)]
mod tests {
    use super::denies_deletion;
    use crate::policy::{Facts, Protection, TypedPolicy, render};
    use crate::spec::generated::AccountAccess;

    #[test]
    fn a_protected_key_is_deleted_by_those_who_are_named_and_not_too_early() {
        let facts = Facts {
            partition: "aws",
            account: "111122223333",
            region: "eu-central-1",
            key_usage: "ENCRYPT_DECRYPT",
            key_spec: "SYMMETRIC_DEFAULT",
            multi_region: false,
        };
        let protect = Protection {
            deletion_only_by: vec!["team/BreakGlass".into()],
            minimum_deletion_window_days: Some(14),
            no_policy_bypass: false,
        };
        let policy = TypedPolicy { account_access: AccountAccess::Administration, protect, ..TypedPolicy::nobody() };
        let document = render(&policy, &facts);
        let session = |role: &str| format!("arn:aws:sts::111122223333:assumed-role/{role}/s");
        let denies = |role: &str, days| denies_deletion(&document, &session(role), "111122223333", days);
        assert!(denies("Deploy", 30) && denies("BreakGlass", 13));
        assert!(!denies("BreakGlass", 14));
    }
}
