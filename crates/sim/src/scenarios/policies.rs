//! What conditions of key policies let through.

use serde_json::{Value, json};

use super::{APP, APP_ROLE, JOB_ROLE, ROOT, World, text};

/// A key that an application may use under a condition.
fn key_with(world: &mut World, actions: &[&str], condition: &Value) -> String {
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": ROOT }, "Action": "kms:*", "Resource": "*" },
        {
            "Effect": "Allow", "Principal": { "AWS": APP_ROLE }, "Action": actions, "Resource": "*",
            "Condition": condition,
        },
    ]});
    let tags = [json!({ "TagKey": "Team", "TagValue": "red" })];
    world.key(json!({ "Policy": policy.to_string(), "Tags": tags }))
}

#[test]
fn grants_may_be_limited_in_what_they_give() {
    let mut world = World::new();
    let condition = json!({
        "ForAllValues:StringEquals": { "kms:GrantOperations": ["Encrypt", "DescribeKey"] },
        "StringEquals": { "kms:GranteePrincipal": JOB_ROLE },
    });
    let key = key_with(&mut world, &["kms:CreateGrant"], &condition);
    let body = |grantee: &str, operation: &str| json!({ "KeyId": key, "GranteePrincipal": grantee, "Operations": ["DescribeKey", operation] });
    for (grantee, operation) in [(JOB_ROLE, "Decrypt"), (APP_ROLE, "Encrypt")] {
        let refused = world.call(APP, "CreateGrant", body(grantee, operation));
        assert_eq!(refused, Err("AccessDeniedException".into()));
    }
    world.call(APP, "CreateGrant", body(JOB_ROLE, "Encrypt")).expect("within the condition");
}

#[test]
fn grants_for_resources_of_aws_are_not_for_everyone() {
    let mut world = World::new();
    let condition = json!({ "Bool": { "kms:GrantIsForAWSResource": true } });
    let key = key_with(&mut world, &["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"], &condition);
    assert_eq!(world.call(APP, "ListGrants", json!({ "KeyId": key })), Err("AccessDeniedException".into()));
}

#[test]
fn the_context_the_key_and_the_request_decide() {
    let mut world = World::new();
    world.sim.state.options.doubts.iam_condition_keys_refused = false;
    for (condition, allowed) in [
        (json!({ "StringEquals": { "kms:EncryptionContext:app": "x" } }), true),
        (json!({ "StringEquals": { "kms:EncryptionContext:App": "y" } }), false),
        (json!({ "StringEquals": { "aws:ResourceTag/Team": "red" } }), true),
        (json!({ "StringEquals": { "aws:ResourceTag/Team": "blue" } }), false),
        (json!({ "StringEquals": { "kms:KeySpec": "RSA_2048" } }), false),
        (json!({ "StringEquals": { "kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT" } }), true),
        (json!({ "Bool": { "kms:MultiRegion": "false" } }), true),
    ] {
        let key = key_with(&mut world, &["kms:Encrypt"], &condition);
        let body = json!({ "KeyId": key, "Plaintext": text("m"), "EncryptionContext": { "App": "x" } });
        assert_eq!(world.call(APP, "Encrypt", body).is_ok(), allowed, "{condition}");
    }
}
