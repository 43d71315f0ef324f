use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Scope, access_lines, compared, named_principals};
use crate::policy::{Facts, TypedPolicy, default_policy, render};
use crate::spec::generated::AccountAccess;

const ACCOUNT: &str = "111122223333";
const APP: &str = "arn:aws:iam::111122223333:role/App";
const SCOPE: Scope<'static> = Scope {
    account: ACCOUNT,
    key_spec: "SYMMETRIC_DEFAULT",
    key_usage: "ENCRYPT_DECRYPT",
    origin: "AWS_KMS",
    multi_region: false,
};

fn role(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

/// The statement for the use of data, with a condition; and one that manages the key, which stays.
fn used(who: &Value, condition: &Value) -> Value {
    let mut statement = json!({
        "Sid": "Use", "Effect": "Allow", "Principal": who, "Action": ["kms:Decrypt", "kms:Encrypt"], "Resource": "*",
    });
    if !condition.is_null() {
        statement["Condition"] = condition.clone();
    }
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": role("Admin") }, "Action": "kms:PutKeyPolicy", "Resource": "*" },
        statement,
    ] })
}

fn lines(old: &Value, new: &Value) -> Vec<String> {
    access_lines(Some(old), new, &SCOPE)
}

fn typed(usage: &[&str], context: &[(&str, &str)], access: AccountAccess) -> Value {
    let mut policy = TypedPolicy::nobody();
    policy.admin_roles = vec![role("Admin")];
    policy.usage_roles = usage.iter().map(|role| (*role).to_owned()).collect();
    policy.encryption_context = context.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    policy.account_access = access;
    let facts = Facts {
        partition: "aws",
        account: ACCOUNT,
        region: "eu-central-1",
        key_usage: "ENCRYPT_DECRYPT",
        key_spec: "SYMMETRIC_DEFAULT",
        multi_region: false,
    };
    render(&policy, &facts)
}

const USE: &str = "Decrypt, Encrypt, GenerateDataKey*, ReEncrypt*";

#[test]
fn nothing_changes_by_other_words() {
    let policy = typed(&[APP], &[("App", "x")], AccountAccess::Administration);
    assert_eq!(lines(&policy, &policy), Vec::<String>::new());
}

#[test]
fn a_role_that_goes_loses_what_it_had() {
    let old = typed(&[APP], &[], AccountAccess::Administration);
    let new = typed(&[], &[], AccountAccess::Administration);
    // The account's IAM policies may still let it look.
    let expected: BTreeSet<String> = [
        format!("role/App (111122223333) may no longer {USE}"),
        "role/App (111122223333) may now DescribeKey only where IAM policies allow it; before without condition".into(),
    ]
    .into();
    assert_eq!(lines(&old, &new).into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn a_context_that_falls_away_is_told() {
    let old = typed(&[APP], &[("App", "orders")], AccountAccess::None);
    let new = typed(&[APP], &[], AccountAccess::None);
    let with = "with encryption context App=orders";
    assert_eq!(lines(&old, &new), [format!("role/App (111122223333) may now {USE} without condition; before {with}")]);
    assert_eq!(
        lines(&new, &old),
        [format!("role/App (111122223333) may now {USE} only {with}; before without condition")]
    );
    let other = typed(&[APP], &[("App", "billing")], AccountAccess::None);
    assert_eq!(
        lines(&old, &other),
        [format!("role/App (111122223333) may now {USE} with encryption context App=billing; before {with}")]
    );
}

#[test]
fn from_aws_s_default_the_account_loses_the_use() {
    let new = typed(&[], &[], AccountAccess::Administration);
    let lines = lines(&default_policy("aws", ACCOUNT), &new);
    let account = lines.iter().find(|line| line.starts_with("account 111122223333 may no longer")).expect("a line");
    assert!(account.contains("CreateGrant") && account.contains("Decrypt") && !account.contains("PutKeyPolicy"));
}

#[test]
fn a_new_key_s_policy_says_who_gets_what() {
    assert_eq!(
        access_lines(None, &default_policy("aws", ACCOUNT), &SCOPE),
        ["account 111122223333 may do everything where IAM policies allow it"]
    );
    let lines = access_lines(None, &typed(&[APP], &[("App", "x")], AccountAccess::None), &SCOPE);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].starts_with("role/Admin (111122223333) may CancelKeyDeletion"), "{lines:?}");
    assert_eq!(
        lines[1..],
        [
            "role/App (111122223333) may DescribeKey".to_owned(),
            format!("role/App (111122223333) may {USE} with encryption context App=x"),
        ]
    );
    let nobody = json!({ "Statement": [{ "Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*" }] });
    assert_eq!(access_lines(None, &nobody, &SCOPE), ["the policy gives nobody any access"]);
}

/// The table of the conditions that widen access without naming anybody else.
#[test]
fn conditions_are_named() {
    let app = json!({ "AWS": APP });
    let all = json!("*");
    let logs = json!({ "Service": "logs.eu-west-1.amazonaws.com" });
    let equals = |key: &str, value: Value| json!({ "StringEquals": { key: value } });
    let via = "kms:ViaService";
    let cases = [
        (
            &app,
            equals(via, json!("s3.eu-west-1.amazonaws.com")),
            json!({ "StringLike": { via: "*" } }),
            "role/App (111122223333) may now Decrypt, Encrypt if kms:ViaService is like *; before if kms:ViaService is s3.eu-west-1.amazonaws.com",
        ),
        (
            &app,
            equals("kms:EncryptionContext:App", json!(["a"])),
            equals("kms:EncryptionContext:App", json!(["a", "b"])),
            "role/App (111122223333) may now Decrypt, Encrypt with encryption context App=a or b; before with encryption context App=a",
        ),
        (
            &app,
            json!({ "StringLike": { "kms:EncryptionContext:App": "prod-*" } }),
            json!({ "StringLike": { "kms:EncryptionContext:App": "*" } }),
            "role/App (111122223333) may now Decrypt, Encrypt with encryption context App like *; before with encryption context App like prod-*",
        ),
        (
            &all,
            equals("aws:PrincipalOrgID", json!("o-mine")),
            equals("aws:PrincipalOrgID", json!("o-other")),
            "everybody may now Decrypt, Encrypt if aws:PrincipalOrgID is o-other where their IAM policies allow it; \
             before if aws:PrincipalOrgID is o-mine where their IAM policies allow it",
        ),
        (
            &logs,
            equals("aws:SourceAccount", json!("111122223333")),
            equals("aws:SourceAccount", json!("444455556666")),
            "logs.eu-west-1.amazonaws.com may now Decrypt, Encrypt if aws:SourceAccount is 444455556666; \
             before if aws:SourceAccount is 111122223333",
        ),
        (
            &logs,
            json!({ "ArnLike": { "aws:SourceArn": "arn:aws:logs:eu-west-1:111122223333:*" } }),
            Value::Null,
            "logs.eu-west-1.amazonaws.com may now Decrypt, Encrypt without condition; \
             before if aws:SourceArn is like arn:aws:logs:eu-west-1:111122223333:*",
        ),
        (
            &app,
            json!({ "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": "App" }, "Null": { "kms:EncryptionContext:App": "False" } }),
            json!({ "StringNotEqualsIfExists": { "aws:SourceVpce": "vpce-1" } }),
            "role/App (111122223333) may now Decrypt, Encrypt if aws:SourceVpce is not vpce-1 or absent; \
             before if every kms:EncryptionContextKeys is App and kms:EncryptionContext:App is there",
        ),
    ];
    for (who, old, new, line) in cases {
        assert!(
            lines(&used(who, &old), &used(who, &new)).contains(&line.to_owned()),
            "{line}\n{:?}",
            lines(&used(who, &old), &used(who, &new))
        );
        // The other way round it is told too.
        assert!(!lines(&used(who, &new), &used(who, &old)).is_empty(), "{line}");
    }
}

#[test]
fn an_exception_is_told_with_what_it_excepts() {
    let deny = |condition: Value| {
        let mut policy = used(&json!({ "AWS": APP }), &Value::Null);
        let statement =
            json!({ "Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": condition });
        policy["Statement"].as_array_mut().expect("statements").push(statement);
        policy
    };
    let old = deny(json!({ "NotIpAddress": { "aws:SourceIp": "192.0.2.0/24" } }));
    let new = deny(json!({ "NotIpAddress": { "aws:SourceIp": ["192.0.2.0/24", "198.51.100.0/24"] } }));
    let lines = lines(&old, &new);
    assert!(
        lines.contains(&"role/App (111122223333) may now Decrypt, Encrypt but not if aws:SourceIp is not in 192.0.2.0/24 or 198.51.100.0/24; before but not if aws:SourceIp is not in 192.0.2.0/24".to_owned()),
        "{lines:?}"
    );
}

#[test]
fn only_what_the_key_and_the_account_can_have() {
    let every = |principal: Value| json!({ "Statement": [{ "Effect": "Allow", "Principal": principal, "Action": ["kms:*"], "Resource": "*" }] });
    let none = json!({ "Statement": [] });
    let foreign = lines(&none, &every(json!({ "AWS": "arn:aws:iam::444455556666:role/Reader" })));
    let expected = "role/Reader (444455556666) may now do everything where IAM policies of its account allow it";
    assert_eq!(foreign, [expected]);
    let admin = json!({ "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": "444455556666" }, "Resource": "*",
        "Action": ["kms:PutKeyPolicy", "kms:Decrypt", "kms:Sign", "kms:ImportKeyMaterial", "kms:ReplicateKey", "kms:RetireGrant"],
    }] });
    assert_eq!(
        lines(&none, &admin),
        ["account 444455556666 may now Decrypt where IAM policies of its account allow it"]
    );
    let imported = Scope { origin: "EXTERNAL", ..SCOPE };
    let own = json!({ "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": APP }, "Resource": "*", "Action": ["kms:ImportKeyMaterial", "kms:EnableKeyRotation"],
    }] });
    assert_eq!(access_lines(Some(&none), &own, &imported), ["role/App (111122223333) may now ImportKeyMaterial"]);
}

#[test]
fn everybody_and_services_are_principals_too() {
    let statement = |principal: Value| json!({ "Statement": { "Effect": "Allow", "Principal": principal, "Action": "kms:Decrypt", "Resource": "*" } });
    let none = json!({ "Statement": [] });
    assert_eq!(lines(&none, &statement(json!("*"))), ["everybody may now Decrypt where their IAM policies allow it"]);
    assert_eq!(
        lines(&none, &statement(json!({ "Service": "logs.eu-west-1.amazonaws.com" }))),
        ["logs.eu-west-1.amazonaws.com may now Decrypt"]
    );
}

#[test]
fn an_account_in_two_spellings_is_one() {
    let policy = |name: &str| json!({ "Statement": { "Effect": "Allow", "Principal": { "AWS": name }, "Action": "kms:*", "Resource": "*" } });
    let names = named_principals(&policy(ACCOUNT), &policy("arn:aws:iam::111122223333:root"));
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["arn:aws:iam::111122223333:root"]);
}

#[test]
fn what_changes_nobody_s_access_has_a_line_all_the_same() {
    let old = used(&json!({ "AWS": APP }), &Value::Null);
    let mut new = old.clone();
    new["Statement"][1]["Sid"] = json!("Other");
    assert_eq!(
        lines(&old, &new),
        [format!(
            "nobody's access is seen to change, and yet the policy is another one: new is statement \"Other\" for {APP}; \
             gone is statement \"Use\" for {APP}"
        )]
    );
    let federated = json!({ "Federated": "cognito-identity.amazonaws.com" });
    let lines = lines(&json!({ "Statement": [] }), &used(&federated, &Value::Null));
    assert!(
        lines.iter().any(|line| line.starts_with("statement \"Use\" for cognito-identity.amazonaws.com is new")),
        "{lines:?}"
    );
}

/// The shapes that took cubic time: many conditions, allowed and denied; many principals; both.
#[test]
fn the_work_for_the_largest_policies_is_bounded() {
    let context = |n: usize| json!({ "StringEquals": { "kms:EncryptionContext:App": format!("v{n}") } });
    let statement = |effect: &str, principal: Value, condition: Value| json!({ "Effect": effect, "Principal": principal, "Action": "kms:*", "Resource": "*", "Condition": condition });
    let allowed_and_denied = |n: usize| {
        let allow = (0..n).map(|i| statement("Allow", json!({ "AWS": role(&format!("R{i}")) }), context(i)));
        allow.chain((0..n).map(|i| statement("Deny", json!("*"), context(i + n)))).collect::<Vec<_>>()
    };
    let many_principals = |n: usize| {
        let names: Vec<_> = (0..n).map(|i| role(&format!("R{i}"))).collect();
        let arns = |i: usize| json!({ "ArnLike": { "aws:PrincipalArn": role(&format!("X{i}*")) } });
        let denies = (0..n / 2).map(|i| statement("Deny", json!("*"), arns(i)));
        denies.chain([statement("Allow", json!({ "AWS": names }), json!({}))]).collect::<Vec<_>>()
    };
    let everybody = |n: usize| {
        let one = |i: usize| statement(if i.is_multiple_of(2) { "Allow" } else { "Deny" }, json!("*"), context(i));
        (0..n).map(one).collect::<Vec<_>>()
    };
    for (name, statements) in
        [("contexts", allowed_and_denied(90)), ("principals", many_principals(240)), ("everybody", everybody(190))]
    {
        let new = json!({ "Version": "2012-10-17", "Statement": statements });
        let bytes = new.to_string().len();
        assert!((24_000..=32_768).contains(&bytes), "{name}: {bytes}");
        let (changes, work) = compared(None, &new, &SCOPE);
        assert!(!changes.is_empty(), "{name}");
        assert!(work < 2_000_000, "{name}: {work} conditions and clauses");
    }
}
