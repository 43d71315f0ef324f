//! Random key policies, of everything that both evaluators know and of some of what one of them does not.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use crate::service::{ACCOUNT, FOREIGN, PATHED, ROLE, USER};

const NAMES: &[&str] = &[
    "*",
    ACCOUNT,
    "arn:aws:iam::123456789012:root",
    ROLE,
    PATHED,
    USER,
    FOREIGN,
    "444455556666",
    "arn:aws:sts::123456789012:assumed-role/Deploy/run",
    "arn:aws:iam::123456789012:role/Nobody",
];

const ACTIONS: &[&str] = &[
    "kms:*",
    "*",
    "KMS:encrypt",
    "kms:Describe*",
    "kms:Get???Policy",
    "kms:Put*",
    "kms:CreateGrant",
    "kms:List*",
    "kms:*Key",
    "kms:EnableKeyRotation",
    "kms:UpdateKeyDescription",
    "kms:Generate*",
    "kms:PutKeyPolicy",
    "s3:*",
    "kms:",
    "kms:*Policy",
];

type Tested = (&'static [&'static str], &'static str, &'static [&'static str]);

/// Operators that fit a condition key, the key, and values.
const CONDITIONS: &[Tested] = &[
    (
        &["StringEquals", "StringNotEquals", "StringLike", "StringEqualsIfExists"],
        "kms:CallerAccount",
        &[ACCOUNT, "444455556666", "1234*"],
    ),
    (&["StringEquals", "StringNotLike"], "aws:PrincipalAccount", &[ACCOUNT, "4444*"]),
    (
        &[
            "ArnLike",
            "ArnEquals",
            "ArnNotLike",
            "ArnNotEquals",
            "StringLike",
            "StringEquals",
            "StringNotLike",
            "StringNotEquals",
        ],
        "aws:PrincipalArn",
        &[
            ROLE,
            PATHED,
            USER,
            "arn:aws:iam::*:role/*",
            "arn:aws:iam::123456789012:role/D*",
            "arn:aws:iam::123456789012:*",
            "arn:aws:iam::123456789012:role/team/*",
            "arn:*:role/Deploy",
            "*",
            "arn:aws:sts::123456789012:assumed-role/Deploy/run",
        ],
    ),
    (
        &[
            "StringEquals",
            "StringNotEquals",
            "StringLike",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
            "StringNotLike",
            "StringEqualsIfExists",
            "ForAnyValue:StringEquals",
            "ForAllValues:StringEquals",
            "ForAnyValue:StringNotEquals",
            "ForAllValues:StringNotEquals",
            "ForAnyValue:StringEqualsIfExists",
        ],
        "kms:EncryptionContext:App",
        &["x", "X", "y", "?", "*", "x*"],
    ),
    (&["Null"], "kms:EncryptionContext:App", &["true", "false"]),
    (&["Null"], "kms:encryptioncontext:APP", &["True", "False"]),
    (
        &[
            "ForAnyValue:StringEquals",
            "ForAllValues:StringEquals",
            "ForAnyValue:StringNotEquals",
            "ForAllValues:StringLike",
            "ForAllValues:StringNotEquals",
            "ForAnyValue:StringLikeIfExists",
        ],
        "kms:EncryptionContextKeys",
        &["App", "Env", "app", "A*", "E?v"],
    ),
    (&["Null"], "kms:EncryptionContextKeys", &["true", "false"]),
    (
        &[
            "StringEquals",
            "StringNotEquals",
            "StringEqualsIfExists",
            "StringLike",
            "StringNotLikeIfExists",
            "ForAnyValue:StringEquals",
        ],
        "kms:ViaService",
        &["s3.eu-central-1.amazonaws.com", "*"],
    ),
    (&["Null"], "kms:ViaService", &["true", "false"]),
    (&["StringEquals", "StringNotEquals", "StringLike"], "aws:PrincipalOrgID", &["o-1234567890", "o-*"]),
    (&["Bool", "BoolIfExists"], "aws:SecureTransport", &["true", "false", "True"]),
    (&["Bool", "BoolIfExists"], "aws:PrincipalIsAWSService", &["true", "false"]),
    (&["Bool", "Null", "BoolIfExists"], "aws:ViaAWSService", &["true", "false"]),
    (&["StringEquals", "StringNotEquals"], "aws:PrincipalType", &["AssumedRole", "User", "Account"]),
    (&["StringEquals", "StringNotLike", "Null", "StringEqualsIfExists"], "aws:username", &["bob", "true", "b*"]),
    (&["Null"], "aws:username", &["true", "false"]),
    (&["Bool", "StringEquals", "BoolIfExists"], "kms:GrantIsForAWSResource", &["true", "false"]),
    (&["Bool", "StringEquals"], "kms:MultiRegion", &["true", "false"]),
    (&["StringEquals", "StringLike", "StringNotEquals"], "kms:KeySpec", &["SYMMETRIC_DEFAULT", "RSA*", "SYMM*"]),
    (&["StringEquals", "StringNotEquals", "StringLike"], "aws:ResourceTag/Team", &["red", "Red", "r?d"]),
    (
        &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericGreaterThanEquals",
            "NumericLessThanEqualsIfExists",
        ],
        "kms:RotationPeriodInDays",
        &["100", "99", "365"],
    ),
    (&["StringEquals", "Null"], "kms:RequestAlias", &["true", "alias/x"]),
    (&["StringEquals"], "aws:SourceArn", &["arn:aws:s3:::b"]),
    (&["Null"], "aws:SourceAccount", &["true", "false"]),
    (&["DateGreaterThan"], "aws:CurrentTime", &["2020-01-01T00:00:00Z"]),
    (&["IpAddress", "NotIpAddress"], "aws:SourceIp", &["127.0.0.0/8"]),
];

fn one_or_many(values: &[&str]) -> Value {
    if let [one] = values { json!(one) } else { json!(values) }
}

fn some(of: &'static [&'static str], most: usize) -> impl Strategy<Value = Value> {
    subsequence(of.to_vec(), 1..=most.min(of.len())).prop_map(|values| one_or_many(&values))
}

fn condition() -> impl Strategy<Value = (String, String, Value)> {
    select(CONDITIONS).prop_flat_map(|(operators, key, values)| {
        (select(operators), Just(key), some(values, 2))
            .prop_map(|(operator, key, values)| (operator.to_owned(), key.to_owned(), values))
    })
}

fn statement() -> impl Strategy<Value = Value> {
    let principal = prop_oneof![
        8 => some(NAMES, 3).prop_map(|names| ("Principal", json!({ "AWS": names }))),
        1 => Just(("Principal", json!("*"))),
        1 => Just(("Principal", json!({ "Service": "logs.eu-central-1.amazonaws.com" }))),
        3 => some(NAMES, 4).prop_map(|names| ("NotPrincipal", json!({ "AWS": names }))),
    ];
    let action = prop_oneof![
        6 => some(ACTIONS, 3).prop_map(|actions| ("Action", actions)),
        1 => some(ACTIONS, 3).prop_map(|actions| ("NotAction", actions)),
    ];
    let resource = prop_oneof![
        12 => Just(("Resource", json!("*"))),
        1 => Just(("Resource", json!(["arn:aws:s3:::bucket", "*"]))),
        1 => Just(("Resource", json!("arn:aws:s3:::bucket"))),
        1 => Just(("Resource", json!("arn:aws:kms:*:*:key/*"))),
        1 => Just(("NotResource", json!("arn:aws:s3:::bucket"))),
    ];
    let conditions = prop_oneof![2 => Just(0), 2 => Just(1), 1 => Just(2)];
    let conditions = conditions.prop_flat_map(|number: usize| prop::collection::vec(condition(), number));
    (prop::bool::weighted(0.7), principal, action, resource, conditions).prop_map(
        |(allows, principal, action, resource, conditions)| {
            let mut statement = json!({ "Effect": if allows { "Allow" } else { "Deny" } });
            for (element, value) in [principal, action, resource] {
                statement[element] = value;
            }
            for (operator, key, values) in conditions {
                statement["Condition"][operator][key] = values;
            }
            statement
        },
    )
}

pub(crate) fn policy() -> impl Strategy<Value = Value> {
    prop::collection::vec(statement(), 1..4)
        .prop_map(|statements| json!({ "Version": "2012-10-17", "Statement": statements }))
}

pub(crate) fn context() -> impl Strategy<Value = BTreeMap<String, String>> {
    prop::collection::btree_map(
        select(vec!["App".to_owned(), "Env".to_owned()]),
        select(vec!["x".to_owned(), "y".to_owned()]),
        0..3,
    )
}
