//! Policies as what they mean.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;

pub(super) const ACCOUNT: &str = "111122223333";
pub(super) const OTHER: &str = "444455556666";
pub(super) const ROLE: &str = "arn:aws:iam::111122223333:role/team/A";
pub(super) const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/A/s";
pub(super) const SECOND_SESSION: &str = "arn:aws:sts::111122223333:assumed-role/A/t";
pub(super) const USER: &str = "arn:aws:iam::111122223333:user/U";
pub(super) const FOREIGN: &str = "arn:aws:iam::444455556666:role/A";
pub(super) const SERVICE: &str = "logs.eu-west-1.amazonaws.com";

/// A key that can do nearly everything.
pub(super) const SCOPE: crate::policy::Scope<'static> = crate::policy::Scope {
    account: ACCOUNT,
    key_spec: "SYMMETRIC_DEFAULT",
    key_usage: "ENCRYPT_DECRYPT",
    origin: "AWS_KMS",
    multi_region: true,
};

/// A name in a principal; accounts by their number, `*` for everybody.
pub(super) const NAMES: &[&str] =
    &["*", ACCOUNT, OTHER, ROLE, SESSION, USER, FOREIGN, "arn:aws:iam::111122223333:role/B", "AROAEXAMPLEID"];

/// Patterns of actions, in lower case, and the actions of [`ASKED`] that they mean: written out by hand, so that no
/// matcher has to be trusted.
pub(super) const ACTIONS: &[(&str, &[&str])] = &[
    ("kms:*", ASKED),
    ("*", ASKED),
    ("kms:encrypt", &["kms:Encrypt"]),
    ("kms:sign", &["kms:Sign"]),
    ("kms:putkeypolicy", &["kms:PutKeyPolicy"]),
    ("kms:p?tkey*", &["kms:PutKeyPolicy"]),
    ("kms:generatedatakey*", &["kms:GenerateDataKeyWithoutPlaintext"]),
    ("kms:generatedatakey", &[]),
    ("kms:*crypt", &["kms:Encrypt"]),
    ("kms:get*", &[]),
];

/// The actions that are asked about; the first two carry an encryption context.
pub(super) const ASKED: &[&str] =
    &["kms:Encrypt", "kms:GenerateDataKeyWithoutPlaintext", "kms:Sign", "kms:PutKeyPolicy"];

/// Operator and key in lower case, and values that go with them.
const CONDITIONS: &[(&str, &str, &[&str])] = &[
    ("stringequals", "kms:encryptioncontext:app", &["x", "y"]),
    ("stringnotequals", "kms:encryptioncontext:app", &["x", "y"]),
    ("stringlike", "kms:encryptioncontext:app", &["?", "z*"]),
    ("null", "kms:encryptioncontext:app", &["true", "false"]),
    ("stringequals", "kms:calleraccount", &[ACCOUNT, OTHER]),
    ("stringequalsifexists", "kms:viaservice", &["s3.eu-west-1.amazonaws.com"]),
    ("stringequals", "kms:viaservice", &["s3.eu-west-1.amazonaws.com"]),
    ("bool", "aws:multifactorauthpresent", &["true", "false"]),
    ("numericlessthan", "aws:multifactorauthage", &["3600", "60"]),
];

/// Which operator on which key.
pub(super) type Test = (&'static str, &'static str);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Statement {
    pub(super) sid: Option<String>,
    pub(super) allow: bool,
    pub(super) not_principal: bool,
    pub(super) names: BTreeSet<&'static str>,
    pub(super) services: BTreeSet<&'static str>,
    pub(super) not_action: bool,
    pub(super) actions: BTreeSet<&'static str>,
    pub(super) resources: BTreeSet<&'static str>,
    pub(super) conditions: BTreeMap<Test, BTreeSet<&'static str>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Policy {
    pub(super) version: Option<&'static str>,
    /// Their order means nothing, so two policies are compared by [`Policy::meaning`].
    pub(super) statements: Vec<Statement>,
}

impl Policy {
    /// Equal for policies that mean the same, and for no others.
    pub(super) fn meaning(&self) -> (Option<&'static str>, Vec<Statement>) {
        let mut statements = self.statements.clone();
        statements.sort();
        // AWS reads a missing one so.
        (self.version.or(Some("2008-10-17")), statements)
    }
}

fn subset(of: &'static [&'static str], size: std::ops::Range<usize>) -> impl Strategy<Value = BTreeSet<&'static str>> {
    prop::collection::btree_set(select(of), size)
}

pub(super) fn any_condition() -> impl Strategy<Value = (Test, BTreeSet<&'static str>)> {
    select(CONDITIONS).prop_flat_map(|(operator, key, values)| {
        subset(values, 1..values.len() + 1).prop_map(move |values| ((operator, key), values))
    })
}

pub(super) fn any_action() -> impl Strategy<Value = &'static str> {
    select(ACTIONS).prop_map(|(pattern, _)| pattern)
}

pub(super) fn any_statement() -> impl Strategy<Value = Statement> {
    let conditions = prop::collection::vec(any_condition(), 0..3);
    let principals = (prop::bool::weighted(0.15), subset(NAMES, 1..4), subset(&[SERVICE], 0..2));
    let actions = (prop::bool::weighted(0.2), prop::collection::btree_set(any_action(), 1..4));
    let resources = prop_oneof![
        4 => Just(BTreeSet::from(["*"])),
        1 => Just(BTreeSet::from(["arn:aws:s3:::bucket"])),
        1 => Just(BTreeSet::from(["*", "arn:aws:s3:::bucket"])),
    ];
    let sid = prop::option::weighted(0.3, "[A-C]");
    (sid, prop::bool::weighted(0.7), principals, actions, resources, conditions).prop_map(
        |(sid, allow, (not_principal, names, services), (not_action, actions), resources, conditions)| Statement {
            sid,
            // AWS does not support an exception from an Allow.
            allow: allow && !not_principal,
            not_principal,
            names,
            services,
            not_action,
            actions,
            resources,
            conditions: conditions.into_iter().collect(),
        },
    )
}

pub(super) fn any_policy() -> impl Strategy<Value = Policy> {
    let version = prop_oneof![6 => Just(Some("2012-10-17")), 1 => Just(Some("2008-10-17")), 1 => Just(None)];
    (version, prop::collection::vec(any_statement(), 1..5))
        .prop_map(|(version, statements)| Policy { version, statements })
}
