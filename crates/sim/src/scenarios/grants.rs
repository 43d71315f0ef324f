//! Grants.

use serde_json::{Value, json};

use super::{ADMIN, APP, APP_ROLE, JOB, JOB_ROLE, ROOT, STRANGER, World, text};
use crate::options::Lag;

fn granted(world: &mut World, key: &str, grantee: &str, operations: &[&str]) -> Value {
    world.ask("CreateGrant", json!({ "KeyId": key, "GranteePrincipal": grantee, "Operations": operations }))
}

fn encrypt(world: &mut World, who: &str, key: &str, context: Value) -> Result<Value, String> {
    let mut body = json!({ "KeyId": key, "Plaintext": text("m") });
    body["EncryptionContext"] = context;
    world.call(who, "Encrypt", body)
}

const DENIED: &str = "AccessDeniedException";

#[test]
fn a_grant_allows_its_grantee_its_operations_on_its_key_until_it_is_revoked() {
    let mut world = World::new();
    let (key, other) = (world.key(json!({})), world.key(json!({})));
    assert_eq!(encrypt(&mut world, APP, &key, json!({})), Err(DENIED.into()));
    let grant = granted(&mut world, &key, APP_ROLE, &["Encrypt", "DescribeKey"]);
    let sealed = encrypt(&mut world, APP, &key, json!({})).expect("granted");
    let decrypting = json!({ "KeyId": key, "CiphertextBlob": sealed["CiphertextBlob"] });
    assert_eq!(world.call(APP, "Decrypt", decrypting), Err(DENIED.into()));
    assert_eq!(encrypt(&mut world, JOB, &key, json!({})), Err(DENIED.into()));
    assert_eq!(encrypt(&mut world, APP, &other, json!({})), Err(DENIED.into()));
    world.call(APP, "DescribeKey", json!({ "KeyId": key })).expect("granted");
    world.ask("RevokeGrant", json!({ "KeyId": key, "GrantId": grant["GrantId"] }));
    assert_eq!(encrypt(&mut world, APP, &key, json!({})), Err(DENIED.into()));
    let again = json!({ "KeyId": key, "GrantId": grant["GrantId"] });
    assert_eq!(world.refused("RevokeGrant", again), "NotFoundException");
    assert_eq!(world.refused("RevokeGrant", json!({ "KeyId": key, "GrantId": "x" })), "InvalidGrantIdException");
}

#[test]
fn a_policy_that_denies_is_stronger_than_a_grant() {
    let mut world = World::new();
    let key = world.key(json!({}));
    granted(&mut world, &key, APP_ROLE, &["Encrypt"]);
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": ROOT }, "Action": "kms:*", "Resource": "*" },
        { "Effect": "Deny", "Principal": { "AWS": APP_ROLE }, "Action": "kms:Encrypt", "Resource": "*" },
    ]});
    world.ask("PutKeyPolicy", json!({ "KeyId": key, "Policy": policy.to_string() }));
    assert_eq!(encrypt(&mut world, APP, &key, json!({})), Err(DENIED.into()));
}

#[test]
fn constraints_look_at_the_encryption_context() {
    let mut world = World::new();
    for (constraint, more_is_good) in [("EncryptionContextSubset", true), ("EncryptionContextEquals", false)] {
        let key = world.key(json!({}));
        world.ask(
            "CreateGrant",
            json!({
                "KeyId": key, "GranteePrincipal": APP_ROLE, "Operations": ["Encrypt", "DescribeKey"],
                "Constraints": { constraint: { "a": "1" } },
            }),
        );
        assert_eq!(encrypt(&mut world, APP, &key, json!({})), Err(DENIED.into()));
        assert!(encrypt(&mut world, APP, &key, json!({ "a": "1" })).is_ok());
        assert_eq!(encrypt(&mut world, APP, &key, json!({ "a": "1", "b": "2" })).is_ok(), more_is_good);
        world.call(APP, "DescribeKey", json!({ "KeyId": key })).expect("no context goes with it");
    }
}

#[test]
fn the_same_name_and_terms_are_the_same_grant() {
    let mut world = World::new();
    let key = world.key(json!({}));
    let body = |name: &str, operations: &[&str]| json!({ "KeyId": key, "GranteePrincipal": APP_ROLE, "Operations": operations, "Name": name });
    let first = world.ask("CreateGrant", body("n", &["Encrypt", "Decrypt"]));
    let again = world.ask("CreateGrant", body("n", &["Decrypt", "Encrypt"]));
    assert_eq!(first["GrantId"], again["GrantId"]);
    assert_ne!(first["GrantToken"], again["GrantToken"]);
    for other in [body("o", &["Encrypt", "Decrypt"]), body("n", &["Decrypt"])] {
        assert_ne!(world.ask("CreateGrant", other)["GrantId"], first["GrantId"]);
    }
    let nameless = [&["Encrypt"][..], &["Encrypt"]].map(|of| granted(&mut world, &key, APP_ROLE, of));
    assert_ne!(nameless[0]["GrantId"], nameless[1]["GrantId"]);
    let listed = world.ask("ListGrants", json!({ "KeyId": key, "Limit": 2 }));
    assert_eq!((listed["Grants"].as_array().map(Vec::len), &listed["Truncated"]), (Some(2), &json!(true)));
    let rest = world.ask("ListGrants", json!({ "KeyId": key, "Marker": listed["NextMarker"] }));
    assert_eq!((rest["Grants"].as_array().map(Vec::len), &rest["Truncated"]), (Some(3), &json!(false)));
    let entry = &listed["Grants"][0];
    assert_eq!((&entry["KeyId"], &entry["Name"]), (&json!(key), &json!("n")));
    assert_eq!((&entry["IssuingAccount"], &entry["GranteePrincipal"]), (&json!(ROOT), &json!(APP_ROLE)));
}

#[test]
fn what_cannot_be_granted() {
    let mut world = World::new();
    let (symmetric, signing) =
        (world.key(json!({})), world.key(json!({ "KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY" })));
    let context = json!({ "EncryptionContextEquals": { "a": "1" } });
    let body = |key: &str, more: Value| {
        let mut body = json!({ "KeyId": key, "GranteePrincipal": APP_ROLE, "Operations": ["DescribeKey"] });
        body.as_object_mut().expect("a structure").extend(more.as_object().expect("a structure").clone());
        body
    };
    for (more, key, code) in [
        (json!({ "Operations": ["Sign"] }), &symmetric, "ValidationException"),
        (json!({ "Operations": ["GenerateDataKey"] }), &signing, "ValidationException"),
        (json!({ "Operations": ["PutKeyPolicy"] }), &symmetric, "ValidationException"),
        (json!({ "Operations": [] }), &symmetric, "ValidationException"),
        (json!({ "Operations": ["Sign"], "Constraints": context }), &signing, "ValidationException"),
        (json!({ "Name": "a b" }), &symmetric, "ValidationException"),
        (json!({ "GrantTokens": ["made-up"] }), &symmetric, "InvalidGrantTokenException"),
        (json!({ "GranteePrincipal": "arn:aws:iam::123456789012:role/Nobody" }), &symmetric, "InvalidArnException"),
        (json!({ "GranteePrincipal": "s3.example.com" }), &symmetric, "InvalidArnException"),
        (json!({ "Operations": ["CreateGrant"] }), &symmetric, "ValidationException"),
        (
            json!({ "Constraints": { "EncryptionContextEquals": {}, "EncryptionContextSubset": {} } }),
            &symmetric,
            "ValidationException",
        ),
        (json!({ "RetiringPrincipal": "arn:aws:iam::123456789012:user/Nobody" }), &symmetric, "InvalidArnException"),
        (json!({ "GranteeServicePrincipal": "s3.amazonaws.com" }), &symmetric, "ValidationException"),
        (json!({ "GranteePrincipal": null }), &symmetric, "ValidationException"),
        (json!({ "DryRun": true }), &symmetric, "DryRunOperationException"),
    ] {
        assert_eq!(world.refused("CreateGrant", body(key, more.clone())), code, "{more}");
    }
    assert_eq!(world.ask("ListGrants", json!({ "KeyId": symmetric }))["Grants"], json!([]));
}

#[test]
fn a_service_gets_a_grant_for_a_resource_only() {
    let mut world = World::new();
    let key = world.key(json!({}));
    let mut body = json!({
        "KeyId": key, "GranteeServicePrincipal": "s3.amazonaws.com", "Operations": ["Decrypt"],
        "RetiringPrincipal": APP_ROLE,
    });
    assert_eq!(world.refused("CreateGrant", body.clone()), "ValidationException");
    body["Constraints"] = json!({ "SourceArn": "arn:aws:sns:eu-central-1:123456789012:topic" });
    world.ask("CreateGrant", body);
    let entry = world.ask("ListGrants", json!({ "KeyId": key }))["Grants"][0].clone();
    assert_eq!(entry["GranteeServicePrincipal"], "s3.amazonaws.com");
    assert_eq!(entry["Constraints"], json!({ "SourceArn": "arn:aws:sns:eu-central-1:123456789012:topic" }));
    assert!(entry.get("GranteePrincipal").is_none());
}

#[test]
fn a_grant_to_make_grants_gives_no_more_than_it_has() {
    let mut world = World::new();
    let key = world.key(json!({}));
    world.ask(
        "CreateGrant",
        json!({
            "KeyId": key, "GranteePrincipal": APP_ROLE, "Operations": ["Encrypt", "CreateGrant"],
            "Constraints": { "EncryptionContextSubset": { "a": "1" } },
        }),
    );
    let child = |operation: &str, constraints: Value| {
        json!({
            "KeyId": key, "GranteePrincipal": JOB_ROLE, "Operations": [operation], "Constraints": constraints,
        })
    };
    let strict = json!({ "EncryptionContextEquals": { "a": "1", "b": "2" } });
    assert_eq!(world.call(APP, "CreateGrant", child("Decrypt", strict.clone())), Err(DENIED.into()));
    assert_eq!(world.call(APP, "CreateGrant", child("Encrypt", json!({}))), Err(DENIED.into()));
    assert_eq!(world.call(JOB, "CreateGrant", child("Encrypt", strict.clone())), Err(DENIED.into()));
    world.call(APP, "CreateGrant", child("Encrypt", strict)).expect("no more than it has");
    assert!(encrypt(&mut world, JOB, &key, json!({ "a": "1", "b": "2" })).is_ok());
}

#[test]
fn who_may_retire_a_grant() {
    let mut world = World::new();
    let key = world.key(json!({}));
    let make = |world: &mut World, operations: &[&str], retiring: Option<&str>| {
        let mut body = json!({ "KeyId": key, "GranteePrincipal": APP_ROLE, "Operations": operations });
        if let Some(retiring) = retiring {
            body["RetiringPrincipal"] = json!(retiring);
        }
        world.ask("CreateGrant", body)
    };
    let by_id = |grant: &Value| json!({ "KeyId": key, "GrantId": grant["GrantId"] });
    let by_token = |grant: &Value| json!({ "GrantToken": grant["GrantToken"] });
    let plain = make(&mut world, &["Encrypt"], None);
    assert_eq!(world.call(APP, "RetireGrant", by_token(&plain)), Err(DENIED.into()));
    assert_eq!(world.call(STRANGER, "RetireGrant", by_token(&plain)), Err(DENIED.into()));
    world.call(ADMIN, "RetireGrant", by_token(&plain)).expect("the account made it");
    let own = make(&mut world, &["Encrypt", "RetireGrant"], None);
    world.call(APP, "RetireGrant", by_id(&own)).expect("the grant says so");
    let of_other = make(&mut world, &["Encrypt"], Some(JOB_ROLE));
    let listed = world.ask("ListRetirableGrants", json!({ "RetiringPrincipal": JOB_ROLE }));
    assert_eq!(listed["Grants"][0]["GrantId"], of_other["GrantId"]);
    assert_eq!(world.call(APP, "RetireGrant", by_id(&of_other)), Err(DENIED.into()));
    world.call(JOB, "RetireGrant", by_id(&of_other)).expect("it is the retiring principal");
    assert_eq!(world.call(JOB, "RetireGrant", by_id(&of_other)), Err("NotFoundException".into()));
    assert_eq!(world.refused("RetireGrant", json!({ "GrantToken": "x" })), "InvalidGrantTokenException");
    assert_eq!(world.refused("RetireGrant", json!({ "KeyId": key })), "ValidationException");
}

#[test]
fn another_principal_of_the_same_name_has_no_grant() {
    let mut world = World::new();
    let key = world.key(json!({}));
    granted(&mut world, &key, APP_ROLE, &["Encrypt"]);
    world.sim.state.principals.get_mut(APP_ROLE).expect("the role").unique_id = "AROAANOTHER".to_owned();
    assert_eq!(encrypt(&mut world, APP, &key, json!({})), Err(DENIED.into()));
    let shown = world.ask("ListGrants", json!({ "KeyId": key }))["Grants"][0]["GranteePrincipal"].clone();
    assert!(shown.as_str().is_some_and(|id| id.starts_with("AROA")), "{shown}");
}

#[test]
fn a_token_helps_where_the_grant_is_not_known_yet() {
    let mut world = World::new();
    let key = world.key(json!({}));
    world.sim.state.options.lag = vec![Lag { operation: Some("Encrypt".into()), seconds: 10.0, probability: 1.0 }];
    let grant = granted(&mut world, &key, APP_ROLE, &["Encrypt"]);
    world.pass(0.001);
    assert_eq!(encrypt(&mut world, APP, &key, json!({})), Err(DENIED.into()));
    let body = json!({ "KeyId": key, "Plaintext": text("m"), "GrantTokens": [grant["GrantToken"]] });
    world.call(APP, "Encrypt", body).expect("the token shows the grant");
    world.pass(20.0);
    assert!(encrypt(&mut world, APP, &key, json!({})).is_ok());
}
