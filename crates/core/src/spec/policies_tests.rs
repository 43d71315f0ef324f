use serde_json::{Value, json};

use super::check::{CheckContext, Checked, check};
use crate::value::{PropertyMap, PropertyValue};

const ROLE: &str = "arn:aws:iam::111122223333:role/App";

fn map(value: &Value) -> PropertyMap {
    let value = PropertyValue::from_json(value);
    value.as_map().cloned().expect("an object")
}

/// Check of a new key in a Region of AWS's own partition.
fn checked(inputs: &Value) -> Checked {
    let mut inputs = map(inputs);
    inputs.entry("alias".into()).or_insert("alias/x".into());
    let context = CheckContext { provider_region: Some("eu-west-1"), ..CheckContext::default() };
    check(&PropertyMap::new(), &inputs, &context)
}

fn failures(inputs: &Value) -> Vec<String> {
    checked(inputs).failures.iter().map(ToString::to_string).collect()
}

fn warnings(inputs: &Value) -> Vec<String> {
    checked(inputs).warnings.iter().map(ToString::to_string).collect()
}

fn statement(elements: &Value) -> Value {
    let mut statement = json!({
        "Sid": "Use", "Effect": "Allow", "Principal": { "AWS": ROLE }, "Action": "kms:Decrypt", "Resource": "*",
    });
    statement.as_object_mut().expect("an object").extend(elements.as_object().expect("an object").clone());
    statement
}

fn document(elements: &Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": "111122223333" }, "Action": "kms:*", "Resource": "*" },
        statement(elements),
    ] })
}

#[test]
fn a_document_under_policy_is_sent_to_its_place() {
    let text = document(&json!({})).to_string();
    for policy in [
        json!(text),
        document(&json!({})),
        json!({ "Statement": [] }),
        json!({ "version": "2012-10-17", "usageRoles": [ROLE] }),
    ] {
        for (inputs, at) in [
            (json!({ "policy": policy }), "policy: "),
            (json!({ "replicas": [{ "region": "us-east-1", "policy": policy }] }), "replicas[0].policy: "),
            (
                json!({ "apiVersion": "aws.project-planton.org/v1", "kind": "AwsKmsKey", "spec": { "alias": "alias/x", "policy": policy } }),
                "spec.policy: ",
            ),
        ] {
            let found = failures(&inputs);
            assert!(
                matches!(found.as_slice(), [one] if one.starts_with(at) && one.contains("as policyDocument")),
                "{inputs}: {found:?}"
            );
        }
    }
    // A typing error is still one.
    assert!(failures(&json!({ "policy": { "usageRole": [ROLE] } }))[0].contains("did you mean \"usageRoles\""));
}

#[test]
fn a_typed_policy_is_looked_at_as_kms_gets_it() {
    let many: Vec<String> =
        (0..400).map(|n| format!("arn:aws:iam::111122223333:role/service/Application{n}")).collect();
    let cases = [
        (json!({ "usageRoles": [ROLE], "encryptionContext": { "App": "顧客" } }), "'顧客'"),
        (json!({ "usageRoles": [ROLE], "encryptionContext": { "App": "a\u{2013}b" } }), "U+0020 to U+00FF"),
        (json!({ "usageRoles": many }), "at most 32768"),
        (json!({ "adminRole": "arn:aws-cn:iam::111122223333:role/Admin" }), "partition aws-cn"),
        (json!({ "usageRoles": ["arn:aws:iam::111122223333:role/App\n"] }), "no name in IAM has"),
    ];
    for (policy, part) in cases {
        let found = failures(&json!({ "policy": policy }));
        assert_eq!(found.len(), 1, "{part}: {found:?}");
        let part = part.replace("'顧客'", "U+0020 to U+00FF");
        assert!(found[0].contains(&part), "{part}: {found:?}");
        // A replica's own policy too.
        let found = failures(&json!({ "replicas": [{ "region": "us-east-1", "policy": policy }] }));
        assert!(found.len() == 1 && found[0].starts_with("replicas[0].policy"), "{part}: {found:?}");
    }
    let secret = PropertyMap::from([
        ("alias".to_owned(), "alias/x".into()),
        (
            "policy".to_owned(),
            PropertyValue::from_json(&json!({ "usageRoles": [ROLE], "encryptionContext": { "App": "顧客" } }))
                .into_secret(),
        ),
    ]);
    let context = CheckContext { provider_region: Some("eu-west-1"), ..CheckContext::default() };
    let found = check(&PropertyMap::new(), &secret, &context).failures;
    assert!(found.len() == 1 && found[0].reason.contains("its value is a secret"), "{found:?}");
}

#[test]
fn a_typed_policy_that_hardly_anybody_means_is_remarked() {
    let admin = "arn:aws:iam::111122223333:role/Admin";
    let cases = [
        (json!({}), "nobody use the key for data"),
        (json!({ "adminRole": admin }), "nobody use the key for data"),
        (json!({ "adminRole": ROLE, "usageRoles": [ROLE] }), "separate the two"),
        (json!({ "adminRole": admin, "usageRoles": [ROLE], "accountAccess": "NONE" }), "name a second one"),
        (json!({ "usageRoles": ["arn:aws:sts::111122223333:assumed-role/App/s"] }), "a session of a role"),
        (json!({ "usageRoles": [ROLE], "services": [], "encryptionContext": { "App": "prod-*" } }), "a wildcard"),
        (
            json!({ "usageRoles": [ROLE], "services": [], "encryptionContext": { "App": "${aws:username}" } }),
            "a policy variable",
        ),
        (
            json!({ "usageRoles": [ROLE], "services": [], "encryptionContext": { "App": "a", "app": "b" } }),
            "differ by case only",
        ),
    ];
    for (policy, part) in cases {
        let found = warnings(&json!({ "policy": policy }));
        assert!(found.len() == 1 && found[0].contains(part) && found[0].contains("(KP0"), "{policy}: {found:?}");
    }
    assert_eq!(warnings(&json!({ "policy": { "adminRole": admin, "usageRoles": [ROLE] } })), Vec::<String>::new());
    assert_eq!(warnings(&json!({ "policy": { "accountAccess": "FULL" } })), Vec::<String>::new());
}

#[test]
fn lints_silence_with_a_reason_and_make_errors() {
    let loose = document(&json!({ "Action": ["kms:CreateGrant"] }));
    let given = |lints: Value| json!({ "policyDocument": loose, "lints": lints });
    assert!(warnings(&given(json!({})))[0].contains("(KP010)"));
    for silent in [
        json!({ "ignore": [{ "rule": "KP010", "reason": "EKS" }] }),
        json!({ "ignore": [{ "rule": "KP010", "sid": "Use", "reason": "EKS" }] }),
    ] {
        assert_eq!(warnings(&given(silent)), Vec::<String>::new());
    }
    assert_eq!(warnings(&given(json!({ "ignore": [{ "rule": "KP010", "sid": "Other", "reason": "x" }] }))).len(), 1);
    let strict = failures(&given(json!({ "asError": ["KP010"] })));
    assert!(strict.len() == 1 && strict[0].starts_with("policyDocument: ") && strict[0].contains("(KP010)"));
    // The typed form and what only its rendering shows obey too.
    let nobody = json!({ "policy": {}, "lints": { "asError": ["KP021"] } });
    assert!(failures(&nobody)[0].starts_with("policy: "));
    for (lints, part) in [
        (json!({ "ignore": [{ "rule": "KP010" }] }), "lints.ignore[0].reason: it is required"),
        (json!({ "ignore": [{ "rule": "KP010", "reason": "" }] }), "at least 1"),
        (json!({ "ignore": [{ "rule": "KP100", "reason": "x" }] }), "no rule \"KP100\""),
        (json!({ "ignore": [{ "rule": "KP012", "reason": "x" }] }), "cannot be silenced"),
        (json!({ "asError": ["kp10"] }), "no rule \"kp10\""),
    ] {
        let found = failures(&given(lints.clone()));
        assert!(found.iter().any(|failure| failure.contains(part)), "{lints}: {found:?}");
    }
}

#[test]
fn no_policy_is_an_information_for_a_new_key_only() {
    let new = checked(&json!({}));
    assert_eq!(new.warnings, vec![]);
    assert!(new.infos.len() == 1 && new.infos[0].reason.contains("no policy is given"));
    let context = CheckContext { provider_region: Some("eu-west-1"), ..CheckContext::default() };
    let again = check(&new.inputs, &map(&json!({ "alias": "alias/x" })), &context);
    assert_eq!((again.warnings, again.infos), (vec![], vec![]));
    let silent = checked(&json!({ "lints": { "ignore": [{ "rule": "KP027", "reason": "IAM decides here" }] } }));
    assert_eq!(silent.infos, vec![]);
}

#[test]
fn a_document_that_replicas_inherit_in_vain_is_remarked() {
    let via = json!({ "Condition": { "StringEquals": { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } } });
    let replicas = |own: Value| json!({ "policyDocument": document(&via), "replicas": [own] });
    let found = warnings(&replicas(json!({ "region": "us-east-1" })));
    assert!(
        found.len() == 1 && found[0].starts_with("policyDocument: ") && found[0].contains("replica in us-east-1"),
        "{found:?}"
    );
    let own = warnings(&replicas(json!({ "region": "us-east-1", "policy": { "usageRoles": [ROLE] } })));
    assert_eq!(own, Vec::<String>::new());
    // Its own document is held against its own Region.
    let found = warnings(&json!({ "replicas": [{ "region": "us-east-1", "policyDocument": document(&via) }] }));
    assert!(found.len() == 1 && found[0].starts_with("replicas[0].policyDocument: "), "{found:?}");
}
