//! Whether two policy documents mean the same.

use std::collections::BTreeSet;

use serde_json::Value;

use super::caller::{Caller, Kind, aws_names};
use super::normal::normal;

/// Whether AWS grants and denies the same by both documents, as far as spelling goes: order, repetition, lists of one,
/// case where AWS has none, numbers and booleans as text, account IDs and root ARNs make no difference. A unique ID
/// in the place of a deleted role does: its access is gone.
pub fn equal(left: &Value, right: &Value) -> bool {
    match (normal(left), normal(right)) {
        (Some(left), Some(right)) => left.means(&right),
        // What has no normal form is compared as it is.
        _ => left == right,
    }
}

/// Sessions that the first document names and in whose place the second has their role: AWS is known to write a policy
/// back so. It is a wider access than was asked for, so such documents are not [`equal`]; a person should name the role.
/// Pairs of session and role.
pub fn sessions_as_roles(wanted: &Value, seen: &Value) -> Vec<(String, String)> {
    let (wanted, seen) = (aws_names(wanted), aws_names(seen));
    let added: BTreeSet<_> = seen.difference(&wanted).collect();
    let pair = |session: &String| {
        let caller = Caller::parse(session).filter(|caller| matches!(caller.kind, Kind::Session(_)))?;
        let role = added.iter().find(|name| same_role(&caller, name))?;
        Some((session.clone(), (*role).clone()))
    };
    wanted.difference(&seen).filter_map(pair).collect()
}

fn same_role(session: &Caller<'_>, name: &str) -> bool {
    Caller::parse(name).is_some_and(|other| match (session.kind, other.kind) {
        (Kind::Session(session_of), Kind::Role(role)) => session_of == role && session.account == other.account,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{equal, sessions_as_roles};

    fn document(statements: &Value) -> Value {
        json!({ "Version": "2012-10-17", "Statement": statements })
    }

    fn base() -> Value {
        json!({
            "Sid": "Use", "Effect": "Allow",
            "Principal": { "AWS": ["arn:aws:iam::111122223333:role/A", "arn:aws:iam::111122223333:root"] },
            "Action": ["kms:Encrypt", "kms:Decrypt"], "Resource": "*",
            "Condition": { "Bool": { "kms:GrantIsForAWSResource": true }, "NumericLessThan": { "aws:MultiFactorAuthAge": 3600 } },
        })
    }

    #[test]
    fn what_aws_rewrites_is_equal() {
        let mut rewritten = base();
        rewritten["Principal"]["AWS"] = json!(["111122223333", "arn:aws:iam::111122223333:role/A", "111122223333"]);
        rewritten["Action"] = json!(["kms:decrypt", "kms:Encrypt"]);
        rewritten["Resource"] = json!(["*"]);
        rewritten["Condition"] = json!({
            "NumericLessThan": { "AWS:MultiFactorAuthAge": "3600" },
            "Bool": { "kms:GrantIsForAWSResource": ["true"] },
        });
        assert!(equal(&document(&base()), &document(&json!([rewritten]))));
        let text = Value::String(document(&base()).to_string());
        assert!(equal(&text, &document(&base())));
        let any = |principal: Value| {
            document(&json!({ "Effect": "Deny", "Principal": principal, "Action": "kms:*", "Resource": "*" }))
        };
        assert!(equal(&any(json!("*")), &any(json!({ "AWS": "*" }))));
        assert!(!equal(&any(json!("111122223333")), &any(json!({ "AWS": "111122223333" }))), "text is no principal");
    }

    #[test]
    fn empty_blocks_are_no_blocks() {
        let with = |condition: Value| {
            let mut statement = base();
            statement["Condition"] = condition;
            document(&statement)
        };
        let mut without = base();
        without.as_object_mut().expect("an object").remove("Condition");
        for empty in [json!({}), json!({ "StringEquals": {} }), Value::Null] {
            assert!(equal(&with(empty), &document(&without)));
        }
    }

    #[test]
    fn a_condition_key_has_no_case_but_both_spellings_count() {
        let with = |condition: Value| {
            let mut statement = base();
            statement["Condition"] = condition;
            document(&statement)
        };
        let one = with(json!({ "StringEquals": { "kms:EncryptionContext:App": "x" } }));
        assert!(equal(&one, &with(json!({ "stringequals": { "KMS:EncryptionContext:app": ["x"] } }))));
        let two =
            with(json!({ "StringEquals": { "kms:EncryptionContext:App": "x", "kms:EncryptionContext:app": "y" } }));
        assert!(!equal(&one, &two));
        assert!(
            !equal(&one, &with(json!({ "StringEquals": { "kms:EncryptionContext:App": "X" } }))),
            "case of a value"
        );
        // Lowering the Kelvin sign shortens a text: nothing may count bytes of one in the other.
        assert!(!equal(&one, &with(json!({ "StringEquals": { "\u{212a}ms:EncryptionContext:é": "x" } }))));
    }

    #[test]
    fn versions_and_unknown_members_count() {
        let none = json!({ "Statement": [base()] });
        let old = json!({ "Version": "2008-10-17", "Statement": [base()] });
        assert!(equal(&none, &old), "AWS reads a missing Version as the old one, and writes it there");
        assert!(!equal(&none, &document(&base())));
        assert!(!equal(&old, &document(&base())));
        let mut odd = document(&base());
        odd["Comment"] = json!("x");
        assert!(!equal(&odd, &document(&base())));
    }

    #[test]
    fn values_are_compared_as_their_operator_does() {
        let with = |condition: Value| {
            let mut statement = base();
            statement["Condition"] = condition;
            document(&statement)
        };
        let one = |operator: &str, value: Value| with(json!({ operator: { "aws:x": value } }));
        for (operator, left, right) in [
            ("Bool", json!("True"), json!(true)),
            ("BoolIfExists", json!("TRUE"), json!("true")),
            ("Null", json!("True"), json!("true")),
            ("NumericEquals", json!(7.0), json!(7)),
            ("NumericLessThanIfExists", json!("+07.50"), json!(7.5)),
            ("ForAnyValue:NumericEquals", json!("-0.0"), json!(0)),
            ("NumericEquals", json!("9007199254740993"), json!(9_007_199_254_740_993_u64)),
        ] {
            assert!(equal(&one(operator, left.clone()), &one(operator, right.clone())), "{operator} {left} {right}");
        }
        for (operator, left, right) in [
            ("StringEquals", json!("True"), json!("true")),
            ("StringEquals", json!("7.0"), json!("7")),
            ("NumericEquals", json!("9007199254740993"), json!("9007199254740992")),
            ("NumericEquals", json!("1e3"), json!("1000")),
            ("NumericEquals", json!("."), json!("0")),
            ("NumericEquals", json!("-1"), json!("1")),
        ] {
            assert!(!equal(&one(operator, left.clone()), &one(operator, right.clone())), "{operator} {left} {right}");
        }
    }

    #[test]
    fn an_id_counts_where_both_have_one() {
        let with = |id: &str| json!({ "Version": "2012-10-17", "Id": id, "Statement": [base()] });
        assert!(equal(&with("a"), &document(&base())));
        assert!(!equal(&with("a"), &with("b")));
    }

    #[test]
    fn a_session_given_back_as_its_role_is_reported_not_equated() {
        let with =
            |name: &str| document(&json!({ "Effect": "Allow", "Principal": { "AWS": name }, "Action": "kms:*" }));
        let session = with("arn:aws:sts::111122223333:assumed-role/R/S");
        let role = with("arn:aws:iam::111122223333:role/path/R");
        assert!(!equal(&session, &role));
        assert_eq!(
            sessions_as_roles(&session, &role),
            [(
                "arn:aws:sts::111122223333:assumed-role/R/S".to_owned(),
                "arn:aws:iam::111122223333:role/path/R".to_owned()
            )]
        );
        assert_eq!(sessions_as_roles(&session, &with("arn:aws:iam::111122223333:role/Q")), []);
    }
}
