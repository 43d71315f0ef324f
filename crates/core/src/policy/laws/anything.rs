//! Any JSON at all in the place of a policy: nothing panics, and the answers keep to each other.
//!
//! The engine hands over what a program says, and KMS what anybody has put there; neither needs to be a policy.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use super::cases;
use super::model::{ACCOUNT, ASKED, FOREIGN, NAMES, ROLE, SCOPE, SERVICE, SESSION, USER};
use crate::policy::{
    Facts, Form, Request, Via, access_changes, access_lines, check_document, deleted_principals, equal, evaluate,
    keeps_control, named_principals, parse_text, recover, render, sessions_as_roles, size,
};

/// Members and texts that policies have, so that what is made looks like one for a while.
const WORDS: &[&str] = &[
    "Version",
    "2012-10-17",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Allow",
    "Deny",
    "Principal",
    "NotPrincipal",
    "AWS",
    "Service",
    "Federated",
    "Action",
    "NotAction",
    "kms:*",
    "kms:PutKeyPolicy",
    "KMS:p?t*",
    "*",
    "Resource",
    "NotResource",
    "Condition",
    "StringEquals",
    "ForAllValues:StringLike",
    "ForAnyValue:StringNotEqualsIfExists",
    "ArnLike",
    "NumericLessThan",
    "DateGreaterThan",
    "IpAddress",
    "Bool",
    "Null",
    "BinaryEquals",
    "kms:EncryptionContext:App",
    "kms:EncryptionContextKeys",
    "kms:CallerAccount",
    "aws:PrincipalArn",
    "kms:ViaService",
    "aws:PrincipalOrgID",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::",
    "arn:::::",
    "${aws:username}",
];

fn any_word() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => select(WORDS).prop_map(str::to_owned),
        2 => select(NAMES).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => select(vec![0.5, -0.0, 1e300]).prop_map(Value::from),
        6 => any_word().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec((any_word(), inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A member of a statement, with anything in its place now and then.
fn member(
    name: &'static str,
    usual: impl Strategy<Value = Value> + 'static,
) -> impl Strategy<Value = Option<(String, Value)>> {
    prop_oneof![6 => usual.prop_map(Some), 2 => any_json().prop_map(Some), 1 => Just(None)]
        .prop_map(move |value| value.map(|value| (name.to_owned(), value)))
}

/// Documents that are policies up to some place.
fn nearly_a_policy() -> impl Strategy<Value = Value> {
    let word = || any_word().prop_map(Value::from);
    let list = move || prop_oneof![word(), vec(word(), 0..4).prop_map(Value::from)];
    let map = move || vec((any_word(), list()), 0..3).prop_map(|members| Value::Object(members.into_iter().collect()));
    let statement = (
        member("Effect", select(vec!["Allow", "Deny"]).prop_map(Value::from)),
        member("Principal", prop_oneof![list(), map()]),
        member("NotPrincipal", map()).prop_map(|found| found.filter(|(_, value)| value.is_null())),
        member("Action", list()),
        member("Resource", list()),
        member(
            "Condition",
            vec((any_word(), map()), 0..3).prop_map(|members| Value::Object(members.into_iter().collect())),
        ),
        prop::option::weighted(0.2, (any_word(), any_json())),
    );
    let statement = statement.prop_map(|(effect, principal, not, action, resource, condition, more)| {
        Value::Object([effect, principal, not, action, resource, condition, more].into_iter().flatten().collect())
    });
    let statements = prop_oneof![4 => vec(statement, 0..4).prop_map(Value::from), 1 => any_json()];
    (member("Version", word()), statements).prop_map(|(version, statements)| {
        Value::Object(version.into_iter().chain([("Statement".to_owned(), statements)]).collect())
    })
}

fn any_document() -> impl Strategy<Value = Value> {
    prop_oneof![3 => nearly_a_policy(), 1 => any_json()]
}

proptest! {
    #![proptest_config(cases(3_000))]

    #[test]
    fn any_json_is_compared_checked_and_read_back(left in any_document(), right in any_document()) {
        prop_assert!(equal(&left, &left), "a document means what it means");
        prop_assert_eq!(equal(&left, &right), equal(&right, &left));
        let _ = (sessions_as_roles(&left, &right), named_principals(&left, &right), deleted_principals(&left), check_document(&left));
        prop_assert!(size(&left) > 0);
        if left.is_object() {
            // The shortest and the longest spelling are one document.
            for text in [left.to_string(), format!("{left:#}")] {
                let read = parse_text(&text);
                prop_assert_eq!(read.as_ref(), Ok(&left));
            }
        }
        let (key_usage, key_spec) = ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT");
        let facts = Facts { partition: "aws", account: ACCOUNT, region: "eu-central-1", key_usage, key_spec, multi_region: false };
        if let Some(typed) = recover(&left, &facts) {
            let rendered = render(&typed, &facts);
            prop_assert!(equal(&rendered, &left), "what was recovered says what stood there: {rendered}");
        }
    }

    #[test]
    fn any_json_is_judged(
        old in any_document(), new in any_document(), caller in prop_oneof![select(NAMES).prop_map(str::to_owned), any_word()], action in any_word(),
    ) {
        let context = BTreeMap::from([("App".to_owned(), "x".to_owned())]);
        let none = BTreeMap::new();
        for principal in [caller.as_str(), ROLE, SESSION, USER, FOREIGN, SERVICE] {
            for action in [action.as_str(), ASKED[0], ASKED[3]] {
                let request =
                    Request { principal, action, encryption_context: &context, account: ACCOUNT, via: Via::Unstated, facts: &none };
                let _ = evaluate(&old, &request);
            }
        }
        for form in [Form::Typed, Form::Document] {
            let _ = keeps_control(&old, &caller, ACCOUNT, form);
        }
        prop_assert!(access_changes(Some(&old), &old, &SCOPE).is_empty(), "nobody gains or loses by what stays");
        prop_assert_eq!(access_lines(Some(&old), &new, &SCOPE).is_empty(), equal(&old, &new));
        prop_assert!(!access_lines(None, &new, &SCOPE).is_empty());
    }
}
