//! Situations that AWS describes, and what AWS says happens: page by page of the AWS KMS developer guide and the IAM
//! user guide, with policies of our own.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::model::{ACCOUNT, FOREIGN, OTHER, SESSION};
use crate::policy::{Access, Request, Via, default_policy, evaluate};

const ROLE: &str = "arn:aws:iam::111122223333:role/A";
const BOB: &str = "arn:aws:iam::111122223333:user/staff/bob";
const ROOT: &str = "arn:aws:iam::111122223333:root";

/// One statement that allows the role one action, with these elements put over it.
fn policy(elements: &Value) -> Value {
    let mut statement = json!({
        "Effect": "Allow", "Principal": { "AWS": ROLE }, "Action": "kms:Decrypt", "Resource": "*",
    });
    let elements = elements.as_object().expect("an object").clone();
    statement.as_object_mut().expect("an object").extend(elements);
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

/// Two statements, the second from the elements alone.
fn and(mut policy: Value, statement: Value) -> Value {
    policy["Statement"].as_array_mut().expect("statements").push(statement);
    policy
}

fn condition(block: &Value) -> Value {
    policy(&json!({ "Condition": block }))
}

/// A direct call with this encryption context.
fn ask(policy: &Value, principal: &str, action: &str, context: &[(&str, &str)]) -> Access {
    ask_by(policy, principal, action, context, Via::Directly)
}

fn ask_by(policy: &Value, principal: &str, action: &str, context: &[(&str, &str)], via: Via<'_>) -> Access {
    let encryption_context = context.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let facts = BTreeMap::new();
    evaluate(
        policy,
        &Request { principal, action, encryption_context: &encryption_context, account: ACCOUNT, via, facts: &facts },
    )
}

fn decrypt(policy: &Value, context: &[(&str, &str)]) -> Access {
    ask(policy, SESSION, "kms:Decrypt", context)
}

/// "Default key policy": the account principal gives nobody a permission, it lets IAM policies give them; the root user
/// is the account itself.
#[test]
fn the_default_policy_leaves_everything_to_iam() {
    let policy = default_policy("aws", ACCOUNT);
    for principal in [ROLE, SESSION, BOB] {
        assert_eq!(ask(&policy, principal, "kms:Decrypt", &[]), Access::DependsOnIam);
    }
    assert_eq!(ask(&policy, ROOT, "kms:Decrypt", &[]), Access::Allowed);
    assert_eq!(ask(&policy, FOREIGN, "kms:Decrypt", &[]), Access::Denied);
}

/// "Key policies": without the account's statement, IAM policies that allow something have no effect.
#[test]
fn without_the_account_iam_cannot_help() {
    assert_eq!(ask(&policy(&json!({})), BOB, "kms:Decrypt", &[]), Access::Denied);
}

/// "Allowing users in other accounts to use a KMS key": both sides must allow it.
#[test]
fn another_account_needs_both_sides() {
    for principal in [FOREIGN, OTHER, "*"] {
        let policy = policy(&json!({ "Principal": { "AWS": principal } }));
        assert_eq!(ask(&policy, FOREIGN, "kms:Decrypt", &[]), Access::DependsOnIam, "{principal}");
    }
}

/// "Policy evaluation logic": a Deny wins over every Allow.
#[test]
fn a_deny_wins() {
    let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "kms:D*", "Resource": "*" });
    assert_eq!(decrypt(&and(policy(&json!({})), deny), &[]), Access::Denied);
}

/// API reference of `PutKeyPolicy`: a statement without Action or Resource is taken and has no effect.
#[test]
fn an_incomplete_statement_has_no_effect() {
    for element in ["Action", "Resource"] {
        let mut policy = policy(&json!({}));
        policy["Statement"][0].as_object_mut().expect("an object").remove(element);
        assert_eq!(decrypt(&policy, &[]), Access::Denied, "{element}");
    }
}

/// "kms:EncryptionContext:context-key": several keys in one condition must all be there; others may be.
#[test]
fn pairs_in_one_condition_are_all_required() {
    let policy = condition(&json!({ "StringEquals": {
        "kms:EncryptionContext:Unit": "billing", "kms:EncryptionContext:Tier": ["gold", "silver"],
    } }));
    assert_eq!(decrypt(&policy, &[("Unit", "billing"), ("Tier", "silver")]), Access::Allowed);
    assert_eq!(decrypt(&policy, &[("Unit", "billing"), ("Tier", "gold"), ("Also", "this")]), Access::Allowed);
    assert_eq!(decrypt(&policy, &[("Unit", "billing")]), Access::Denied);
    assert_eq!(decrypt(&policy, &[("Unit", "billing"), ("Tier", "bronze")]), Access::Denied);
    assert_eq!(decrypt(&policy, &[]), Access::Denied);
}

/// The same page: the key is compared without regard to case, the value as the operator says.
#[test]
fn the_case_of_a_context() {
    let policy = condition(&json!({ "StringEquals": { "kms:EncryptionContext:Unit": "Billing" } }));
    assert_eq!(decrypt(&policy, &[("uNIT", "Billing")]), Access::Allowed);
    assert_eq!(decrypt(&policy, &[("Unit", "billing")]), Access::Denied);
    let loose = condition(&json!({ "StringEqualsIgnoreCase": { "kms:EncryptionContext:Unit": "Billing" } }));
    assert_eq!(decrypt(&loose, &[("Unit", "billing")]), Access::Allowed);
}

/// The same page: a Deny on a value spares other values, and calls without the key.
#[test]
fn a_context_can_be_forbidden() {
    let deny = json!({
        "Effect": "Deny", "Principal": { "AWS": ROLE }, "Action": "kms:Decrypt", "Resource": "*",
        "Condition": { "StringEquals": { "kms:EncryptionContext:Tier": ["gold", "silver"] } },
    });
    let policy = and(policy(&json!({})), deny);
    assert_eq!(decrypt(&policy, &[("Tier", "silver")]), Access::Denied);
    assert_eq!(decrypt(&policy, &[("Tier", "bronze")]), Access::Allowed);
    assert_eq!(decrypt(&policy, &[]), Access::Allowed);
}

/// "kms:EncryptionContextKeys": `ForAllValues` forbids other keys but lets calls without any through; `ForAnyValue` asks
/// for one; `Null` asks whether there is any. Here case counts, for the names are values.
#[test]
fn keys_of_a_context() {
    let all = condition(&json!({ "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["Unit", "Tier"] } }));
    assert_eq!(decrypt(&all, &[("Unit", "x")]), Access::Allowed);
    assert_eq!(decrypt(&all, &[("Unit", "x"), ("Also", "y")]), Access::Denied);
    assert_eq!(decrypt(&all, &[]), Access::Allowed);
    let any = condition(&json!({ "ForAnyValue:StringEquals": { "kms:EncryptionContextKeys": "Unit" } }));
    assert_eq!(decrypt(&any, &[("Also", "y"), ("Unit", "x")]), Access::Allowed);
    assert_eq!(decrypt(&any, &[("unit", "x")]), Access::Denied);
    assert_eq!(decrypt(&any, &[]), Access::Denied);
    let some = condition(&json!({ "Null": { "kms:EncryptionContextKeys": false } }));
    assert_eq!((decrypt(&some, &[("Unit", "x")]), decrypt(&some, &[])), (Access::Allowed, Access::Denied));
}

/// The same page: operations without a context never meet a condition on one.
#[test]
fn looking_a_key_up_carries_no_context() {
    let policy = policy(&json!({
        "Action": ["kms:Decrypt", "kms:DescribeKey"],
        "Condition": { "StringEquals": { "kms:EncryptionContext:Unit": "x" } },
    }));
    assert_eq!(ask(&policy, ROLE, "kms:DescribeKey", &[("Unit", "x")]), Access::Denied);
    assert_eq!(ask(&policy, ROLE, "kms:Decrypt", &[("Unit", "x")]), Access::Allowed);
}

/// "kms:ViaService": true only for calls that the service makes for the principal.
#[test]
fn by_way_of_a_service() {
    const S3: &str = "s3.eu-west-1.amazonaws.com";
    let policy = condition(&json!({ "StringEquals": { "kms:ViaService": [S3] } }));
    let by = |via| ask_by(&policy, ROLE, "kms:Decrypt", &[], via);
    assert_eq!(by(Via::Service(S3)), Access::Allowed);
    assert_eq!(by(Via::Service("rds.eu-west-1.amazonaws.com")), Access::Denied);
    assert_eq!(by(Via::Directly), Access::Denied);
    assert_eq!(by(Via::Unstated), Access::Unknown);
}

/// "kms:CallerAccount" with everybody as principal: whoever is of the account, and of it only.
#[test]
fn everybody_of_one_account() {
    let policy = policy(&json!({
        "Principal": { "AWS": "*" }, "Condition": { "StringEquals": { "kms:CallerAccount": ACCOUNT } },
    }));
    assert_eq!(ask(&policy, BOB, "kms:Decrypt", &[]), Access::Allowed);
    assert_eq!(ask(&policy, FOREIGN, "kms:Decrypt", &[]), Access::Denied);
}

/// "kms:GrantIsForAWSResource": a principal that calls `CreateGrant` itself does not meet it; of other operations it says
/// nothing at all.
#[test]
fn grants_for_services_only() {
    let policy = policy(&json!({
        "Action": ["kms:CreateGrant", "kms:Decrypt"], "Condition": { "Bool": { "kms:GrantIsForAWSResource": true } },
    }));
    assert_eq!(ask(&policy, ROLE, "kms:CreateGrant", &[]), Access::Denied);
    assert_eq!(ask_by(&policy, ROLE, "kms:CreateGrant", &[], Via::Unstated), Access::Unknown);
    assert_eq!(ask(&policy, ROLE, "kms:Decrypt", &[]), Access::Denied);
}

/// "Using variables in an encryption context condition": the value comes with the call.
#[test]
fn a_policy_variable_is_not_guessed() {
    let policy = condition(&json!({ "StringEquals": { "kms:EncryptionContext:user": "${aws:userid}" } }));
    assert_eq!(decrypt(&policy, &[("user", "bob")]), Access::Unknown);
    assert_eq!(decrypt(&policy, &[]), Access::Denied, "no value could fit a key that is not there");
}

/// "AWS global condition context keys": the ARN of a session's principal is its role's, by which a Deny can spare it.
#[test]
fn the_principal_s_arn() {
    let by = |operator: &str, arn: &str| decrypt(&condition(&json!({ operator: { "aws:PrincipalArn": arn } })), &[]);
    assert_eq!(by("ArnEquals", ROLE), Access::Allowed);
    assert_eq!(by("ArnEquals", "arn:aws:iam::111122223333:role/B"), Access::Denied);
    assert_eq!(by("ArnNotEquals", ROLE), Access::Denied);
    assert_eq!(by("ArnLike", "arn:aws:iam::111122223333:role/*"), Access::Allowed);
    // A session does not show the path of its role.
    assert_eq!(by("ArnLike", "arn:aws:iam::111122223333:role/team/*"), Access::Unknown);
    let user = condition(&json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:user/staff/*" } }));
    let user =
        and(user, json!({ "Effect": "Allow", "Principal": { "AWS": BOB }, "Action": "kms:Decrypt", "Resource": "*" }));
    assert_eq!(ask(&user, BOB, "kms:Decrypt", &[]), Access::Allowed);
}

/// "Condition operators": `IfExists`, and negation, hold when the key is absent.
#[test]
fn keys_that_are_not_there() {
    let by = |operator: &str| decrypt(&condition(&json!({ operator: { "kms:EncryptionContext:Unit": "x" } })), &[]);
    assert_eq!(by("StringEquals"), Access::Denied);
    assert_eq!(by("StringEqualsIfExists"), Access::Allowed);
    assert_eq!(by("StringNotEquals"), Access::Allowed);
    assert_eq!(by("StringNotLike"), Access::Allowed);
}

/// "`NotPrincipal`": the account must be listed with the principal, or nobody can say.
#[test]
fn exceptions_from_a_deny() {
    let with = |names: Value| {
        let deny = json!({ "Effect": "Deny", "NotPrincipal": { "AWS": names }, "Action": "*", "Resource": "*" });
        decrypt(&and(policy(&json!({})), deny), &[])
    };
    assert_eq!(with(json!([ROLE, ROOT])), Access::Allowed);
    assert_eq!(with(json!([ROLE])), Access::Unknown);
    assert_eq!(with(json!([BOB])), Access::Denied);
}

/// "Unique identifiers": what stands in a policy by its ID is the deleted role, not the one that has its name now.
#[test]
fn a_deleted_role_is_not_its_namesake() {
    let policy = policy(&json!({ "Principal": { "AWS": "AROAEXAMPLEID" } }));
    assert_eq!(ask(&policy, ROLE, "kms:Decrypt", &[]), Access::Denied);
}

/// What cannot be read is not judged.
#[test]
fn odd_input_is_unknown() {
    assert_eq!(ask(&policy(&json!({})), "Alice", "kms:Decrypt", &[]), Access::Unknown);
    assert_eq!(decrypt(&policy(&json!({ "Effect": "allow" })), &[]), Access::Unknown);
    assert_eq!(decrypt(&condition(&json!("x")), &[]), Access::Unknown);
    assert_eq!(decrypt(&condition(&json!({ "StringResembles": { "aws:userid": "x" } })), &[]), Access::Unknown);
}
