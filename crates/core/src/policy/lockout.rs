//! Whether a caller will still be able to change a key's policy once a new one is in force.
//!
//! KMS asks the same before it takes a policy, and refuses with one sentence that names no statement
//! (AWS KMS developer guide, "Changing a key policy"; API reference, `BypassPolicyLockoutSafetyCheck`).

use std::collections::BTreeMap;

use serde_json::Value;

use super::caller::{Caller, Kind};
use super::evaluate::{Access, Reading, concerning, judge, read};
use super::grammar::name_of;
use super::request::{Request, Via};
use super::truth::Truth;

/// The prediction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// The policy allows it to the caller itself.
    Kept,
    /// KMS will refuse the policy, or the caller could never change it again.
    Lost {
        /// Which statement is in the way, or that none is there.
        reason: String,
        /// What to write instead.
        fix: String,
    },
    /// It depends on what the policy does not show.
    Unknown {
        /// On what.
        reason: String,
    },
}

/// How the policy was written, so that the advice fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// By `adminRoles`, `usageRoles` and `accountAccess`.
    Typed,
    /// As a document.
    Document,
}

const ACTION: &str = "kms:PutKeyPolicy";

/// Predicts for the caller with this ARN, as STS `GetCallerIdentity` gives it, and a key of this account.
pub fn keeps_control(policy: &Value, caller_arn: &str, account: &str, form: Form) -> Control {
    let Some(caller) = Caller::parse(caller_arn) else {
        return Control::Unknown { reason: format!("{caller_arn:?} is not the ARN of a principal") };
    };
    if caller.account.is_some_and(|own| own != account) {
        return Control::Lost {
            reason: format!(
                "{caller_arn} is of another account, and KMS takes {ACTION} only from the key's own, {account}"
            ),
            fix: format!("use credentials of the account {account}"),
        };
    }
    let none = BTreeMap::new();
    // The check is made for a call that does not ask to skip it, and such a call leaves that member out.
    let facts = BTreeMap::new();
    let request = Request {
        principal: caller_arn,
        action: ACTION,
        encryption_context: &none,
        account,
        via: Via::Directly,
        facts: &facts,
    };
    let concerning = concerning(policy, &caller);
    let readings: Vec<_> = concerning
        .iter()
        .map(|(index, statement, named)| (name_of(*index, statement), read(statement, *named, &request, &caller)))
        .collect();
    match judge(&concerning, &request, &caller) {
        Access::Allowed => Control::Kept,
        Access::DependsOnIam => Control::Unknown {
            reason: format!(
                "the policy leaves it to the account's IAM policies; {} needs {ACTION} there",
                who(&caller, caller_arn)
            ),
        },
        Access::Unknown => Control::Unknown { reason: undecided(&readings) },
        Access::Denied => Control::Lost {
            reason: reason(&readings, &caller, caller_arn),
            fix: fix(&readings, &caller, caller_arn, account, form),
        },
    }
}

type Named = (String, Reading);

fn denial(readings: &[Named]) -> Option<&str> {
    let denies = |reading: &Reading| {
        reading.allows == Some(false) && reading.named.at_all().and(reading.applies()) == Truth::Yes
    };
    readings.iter().find(|(_, reading)| denies(reading)).map(|(name, _)| name.as_str())
}

fn reason(readings: &[Named], caller: &Caller<'_>, arn: &str) -> String {
    let who = who(caller, arn);
    if let Some(statement) = denial(readings) {
        return format!("{statement} denies {ACTION} to {who}");
    }
    let misses: Vec<_> = readings
        .iter()
        .filter(|(_, reading)| reading.allows == Some(true))
        .map(|(name, reading)| format!("{name} {}", miss(reading)))
        .collect();
    if misses.is_empty() {
        format!("no statement names {who} or its account")
    } else {
        format!("no statement allows {ACTION} to {who}: {}", misses.join("; "))
    }
}

/// What keeps a statement that allows something from allowing this.
fn miss(reading: &Reading) -> &'static str {
    if reading.action == Truth::No {
        "does not list the action"
    } else if reading.resource == Truth::No {
        "has no Resource \"*\", so it is not about this key"
    } else {
        "has a Condition that such a call does not meet"
    }
}

fn undecided(readings: &[Named]) -> String {
    let open: Vec<_> = readings
        .iter()
        .filter(|(_, reading)| reading.named.at_all().and(reading.applies()) == Truth::Maybe)
        .map(|(name, reading)| format!("{name} {}", doubt(reading)))
        .collect();
    if open.is_empty() { "a statement has no sound Effect".to_owned() } else { open.join("; ") }
}

fn doubt(reading: &Reading) -> String {
    if !reading.undecided.is_empty() {
        format!("has a condition on {}, which only the call will show", reading.undecided.join(", "))
    } else if reading.resource == Truth::Maybe {
        "has a Resource other than \"*\", which may or may not be this key".to_owned()
    } else {
        "names principals of which the caller may be one".to_owned()
    }
}

fn fix(readings: &[Named], caller: &Caller<'_>, arn: &str, account: &str, form: Form) -> String {
    let who = who(caller, arn);
    // The root user is the account itself: no role can stand for it, and no condition should have to except it.
    let is_root = caller.kind == Kind::Root;
    match (denial(readings), form) {
        (Some(statement), _) if is_root => {
            format!("remove {statement}, or limit it to the roles that it is meant for: it denies the account itself, and with it everybody")
        }
        (Some(statement), _) => {
            format!("remove {statement}, or except {who} from it by a condition ArnNotEquals on aws:PrincipalArn")
        }
        (None, Form::Typed) if is_root => {
            "set accountAccess to ADMINISTRATION, which is for the account itself, or deploy with a role of adminRoles: the root user is for emergencies".to_owned()
        }
        (None, Form::Typed) => {
            format!("add {who} to adminRoles, or set accountAccess to ADMINISTRATION, which lets IAM policies decide")
        }
        (None, Form::Document) if is_root => format!(
            "add a statement that allows {ACTION} with Resource \"*\" to {arn}, the account itself, or deploy with a role that the policy names"
        ),
        (None, Form::Document) => format!(
            "add a statement that allows {ACTION} with Resource \"*\" to {who}, or to arn:{}:iam::{account}:root, which \
             lets IAM policies decide",
            arn.split(':').nth(1).unwrap_or("aws")
        ),
    }
}

/// Policies name roles, not sessions: a session ends, and its ARN is of no use in a policy.
fn who(caller: &Caller<'_>, arn: &str) -> String {
    match caller.kind {
        Kind::Session(role) => format!("the role {role:?} of account {}", caller.account.unwrap_or_default()),
        _ => arn.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Control, Form, keeps_control};

    const ACCOUNT: &str = "111122223333";
    const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Deploy/run-7";

    fn predict(statements: &Value) -> Control {
        let policy = json!({ "Version": "2012-10-17", "Statement": statements });
        keeps_control(&policy, SESSION, ACCOUNT, Form::Document)
    }

    fn allow(principal: &str) -> Value {
        let principal = json!({ "AWS": principal });
        json!({ "Sid": "Manage", "Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*" })
    }

    fn with(mut statement: Value, element: &str, value: Value) -> Value {
        statement[element] = value;
        statement
    }

    const ROLE: &str = "arn:aws:iam::111122223333:role/team/Deploy";
    const ROOT: &str = "arn:aws:iam::111122223333:root";

    #[test]
    fn kept_by_name_and_open_by_account() {
        assert_eq!(predict(&json!([allow(ROLE)])), Control::Kept);
        assert!(
            matches!(predict(&json!([allow(ROOT)])), Control::Unknown { reason } if reason.contains("IAM policies"))
        );
    }

    #[test]
    fn what_is_missing_is_named_with_the_way_out() {
        let cases = [
            (json!([allow("arn:aws:iam::111122223333:role/Other")]), "no statement names the role \"Deploy\""),
            (json!([with(allow(ROLE), "Action", json!("kms:Get*"))]), "\"Manage\" does not list the action"),
            (json!([with(allow(ROLE), "Resource", json!("arn:aws:s3:::b"))]), "has no Resource \"*\""),
            (
                json!([with(
                    allow(ROOT),
                    "Condition",
                    json!({ "StringEquals": { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } })
                )]),
                "has a Condition",
            ),
            (
                json!([allow(ROLE), with(with(allow("*"), "Effect", json!("Deny")), "Sid", json!("Nobody"))]),
                "statement \"Nobody\" denies",
            ),
        ];
        for (statements, part) in cases {
            let Control::Lost { reason, fix } = predict(&statements) else { panic!("{statements} keeps control") };
            assert!(reason.contains(part), "{reason}");
            assert!(fix.contains("Deploy"), "{fix}");
        }
    }

    #[test]
    fn a_deny_that_spares_the_caller_by_its_arn_is_no_lockout() {
        let condition = json!({ "ArnNotEquals": { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/Deploy" } });
        let deny = with(with(allow("*"), "Effect", json!("Deny")), "Condition", condition);
        assert_eq!(predict(&json!([allow(ROLE), deny])), Control::Kept);
    }

    #[test]
    fn what_only_the_call_shows_is_not_guessed() {
        let deny = |condition| with(with(allow("*"), "Effect", json!("Deny")), "Condition", condition);
        let ip = deny(json!({ "NotIpAddress": { "aws:SourceIp": "192.0.2.0/24" } }));
        assert!(
            matches!(predict(&json!([allow(ROLE), ip])), Control::Unknown { reason } if reason.contains("aws:SourceIp"))
        );
        let key = with(allow(ROLE), "Resource", json!("arn:aws:kms:eu-west-1:111122223333:key/k"));
        assert!(matches!(predict(&json!([key])), Control::Unknown { reason } if reason.contains("Resource")));
        let bypass = deny(json!({ "Bool": { "kms:BypassPolicyLockoutSafetyCheck": "true" } }));
        assert_eq!(predict(&json!([allow(ROLE), bypass])), Control::Kept);
    }

    #[test]
    fn a_federated_caller_is_unknown_and_root_gets_advice_for_root() {
        let user = json!({ "Statement": [allow("arn:aws:iam::111122223333:user/bob")] });
        let federated = "arn:aws:sts::111122223333:federated-user/bob";
        let control = keeps_control(&user, federated, ACCOUNT, Form::Document);
        assert!(matches!(&control, Control::Unknown { reason } if reason.contains("may be one")), "{control:?}");
        for form in [Form::Typed, Form::Document] {
            let Control::Lost { fix, .. } = keeps_control(&user, ROOT, ACCOUNT, form) else {
                panic!("root keeps control")
            };
            assert!(fix.contains("account itself") && !fix.contains("to adminRoles"), "{fix}");
        }
        let deny = with(with(allow("*"), "Effect", json!("Deny")), "Sid", json!("Nobody"));
        let policy = json!({ "Statement": [allow(ROOT), deny] });
        let control = keeps_control(&policy, ROOT, ACCOUNT, Form::Document);
        assert!(
            matches!(&control, Control::Lost { fix, .. } if fix.contains("denies the account itself")),
            "{control:?}"
        );
    }

    #[test]
    fn the_example_that_asks_for_no_bypass_keeps_control() {
        let condition = json!({ "Null": { "kms:BypassPolicyLockoutSafetyCheck": "true" } });
        assert_eq!(predict(&json!([with(allow(ROLE), "Condition", condition)])), Control::Kept);
    }

    #[test]
    fn another_account_s_caller_cannot_manage_the_key() {
        let policy = json!({ "Statement": [allow(ROLE)] });
        let control = keeps_control(&policy, SESSION, "444455556666", Form::Typed);
        assert!(matches!(control, Control::Lost { fix, .. } if fix.contains("444455556666")));
    }
}
