use serde_json::{Value, json};

use super::{RULES, Surroundings, look_at_replica};
use crate::policy::{Finding, check_document_in, default_policy};

const AROUND: Surroundings<'static> =
    Surroundings { partition: Some("aws"), region: Some("eu-west-1"), account: Some("111122223333") };
const ROLE: &str = "arn:aws:iam::111122223333:role/App";

/// The account's statement, and one with these elements over a sound one.
fn found(elements: &Value) -> Vec<Finding> {
    let mut statement = json!({
        "Sid": "One", "Effect": "Allow", "Principal": { "AWS": ROLE }, "Action": "kms:Decrypt", "Resource": "*",
    });
    let map = statement.as_object_mut().expect("an object");
    for (name, value) in elements.as_object().expect("an object") {
        map.insert(name.clone(), value.clone());
    }
    map.retain(|_, value| !value.is_null());
    let mut document = default_policy("aws", "111122223333");
    document["Statement"].as_array_mut().expect("a list").push(statement);
    all(&document)
}

fn all(document: &Value) -> Vec<Finding> {
    check_document_in(document, &AROUND).all().cloned().collect()
}

fn condition(operator: &str, key: &str, value: &Value) -> Value {
    json!({ "Condition": { operator: { key: value } } })
}

fn service(name: &str, block: &Value) -> Value {
    json!({ "Principal": { "Service": name }, "Condition": block })
}

/// Each rule with a statement that it remarks, and nearly the same one that it does not.
#[test]
fn every_rule_remarks_its_case_and_leaves_the_sound_one() {
    let everybody = |block: Value| json!({ "Principal": "*", "Condition": block });
    let own = |action: Value| json!({ "Action": action });
    let foreign = "arn:aws:iam::444455556666:role/Reader";
    let of_foreign =
        |action: &str, block: Value| json!({ "Principal": { "AWS": foreign }, "Action": action, "Condition": block });
    let none = Value::Null;
    let source = json!({ "StringEquals": { "aws:SourceAccount": "111122223333" } });
    let org = json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } });
    let via = |service: &str| json!({ "StringEquals": { "kms:ViaService": service } });
    let context = |value: &str| json!({ "StringEquals": { "kms:EncryptionContext:App": value } });
    let deny =
        |block: Value| json!({ "Effect": "Deny", "Principal": "*", "Action": "kms:PutKeyPolicy", "Condition": block });
    let cases: Vec<(&str, Value, Value)> = vec![
        ("KP001", json!({ "Effect": "allow" }), json!({})),
        ("KP002", json!({ "Principal": { "AWS": "arn:aws-cn:iam::111122223333:role/App" } }), json!({})),
        (
            "KP003",
            condition("ForAllValues:StringEquals", "kms:EncryptionContext:App", &json!("x")),
            condition("ForAnyValue:StringEquals", "kms:EncryptionContext:App", &json!("x")),
        ),
        ("KP004", everybody(none.clone()), everybody(org.clone())),
        (
            "KP004",
            everybody(context("x")),
            everybody(json!({ "StringEquals": { "kms:CallerAccount": "111122223333" } })),
        ),
        (
            "KP004",
            everybody(json!({ "Bool": { "aws:SecureTransport": true } })),
            everybody(json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/*" } })),
        ),
        ("KP004", everybody(json!({ "StringLike": { "aws:PrincipalArn": "*" } })), everybody(source.clone())),
        ("KP004", everybody(json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-1" } })), everybody(org.clone())),
        (
            "KP004",
            everybody(json!({ "StringEqualsIfExists": { "aws:PrincipalOrgID": "o-1" } })),
            everybody(org.clone()),
        ),
        (
            "KP005",
            json!({ "Principal": null, "NotPrincipal": { "AWS": ROLE } }),
            json!({ "Effect": "Deny", "Principal": null, "NotPrincipal": { "AWS": ROLE } }),
        ),
        ("KP006", service("sns.amazonaws.com", &none), service("sns.amazonaws.com", &source)),
        (
            "KP006",
            service("sns.amazonaws.com", &json!({ "Bool": { "aws:SecureTransport": true } })),
            service("events.amazonaws.com", &none),
        ),
        (
            "KP006",
            json!({ "Principal": { "Service": "cloudtrail.amazonaws.com" }, "Action": "kms:Encrypt" }),
            service("cloudtrail.amazonaws.com", &none),
        ),
        (
            "KP006",
            service("logs.eu-west-1.amazonaws.com", &none),
            service(
                "logs.eu-west-1.amazonaws.com",
                &json!({ "ArnLike": { "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:*" } }),
            ),
        ),
        (
            "KP007",
            service("sns.amazonaws.com", &via("sns.eu-west-1.amazonaws.com")),
            json!({ "Condition": via("s3.eu-west-1.amazonaws.com") }),
        ),
        (
            "KP007",
            json!({ "Action": ["kms:Decrypt", "kms:DescribeKey"], "Condition": context("x") }),
            json!({ "Condition": context("x") }),
        ),
        (
            "KP007",
            json!({ "Condition": { "Bool": { "kms:GrantIsForAWSResource": true } } }),
            json!({ "Action": "kms:CreateGrant", "Condition": { "Bool": { "kms:GrantIsForAWSResource": true } } }),
        ),
        (
            "KP007",
            json!({ "Condition": via("s3.us-east-1.amazonaws.com") }),
            json!({ "Condition": { "StringLike": { "kms:ViaService": "s3.*.amazonaws.com" } } }),
        ),
        (
            "KP007",
            json!({ "Condition": via("s3.eu-west-1.amazonaws.com.cn") }),
            json!({ "Condition": via("s3.eu-west-1.amazonaws.com") }),
        ),
        ("KP007", service("logs.us-east-1.amazonaws.com", &source), service("logs.eu-west-1.amazonaws.com", &source)),
        ("KP008", service("rds.amazonaws.com", &none), service("rds.amazonaws.com", &source)),
        ("KP009", own(json!("kms:*")), own(json!(["kms:Decrypt", "kms:GenerateDataKey*"]))),
        (
            "KP009",
            json!({ "Action": null, "NotAction": "kms:Decrypt" }),
            json!({ "Principal": { "AWS": "111122223333" }, "Action": "kms:*" }),
        ),
        (
            "KP010",
            own(json!("kms:CreateGrant")),
            json!({ "Action": "kms:CreateGrant", "Condition": via("rds.eu-west-1.amazonaws.com") }),
        ),
        ("KP011", of_foreign("kms:Decrypt", none.clone()), of_foreign("kms:Decrypt", org.clone())),
        ("KP011", of_foreign("kms:PutKeyPolicy", org.clone()), own(json!("kms:PutKeyPolicy"))),
        ("KP012", json!({ "Action": null }), json!({})),
        ("KP012", json!({ "Resource": "arn:aws:kms:eu-west-1:111122223333:key/k" }), json!({ "Resource": ["*"] })),
        ("KP013", own(json!(["kms:Decrypt", "kms:RetireGrant"])), own(json!("kms:Decrypt"))),
        ("KP013", own(json!(["kms:Decrypt", "kms:CreateKey"])), own(json!("kms:Decrypt"))),
        (
            "KP014",
            condition("StringEquals", "kms:ViaServce", &json!("x")),
            condition("StringEquals", "kms:SomethingNewThatAwsGetsNextYear", &json!("x")),
        ),
        (
            "KP014",
            condition("StringEqual", "aws:username", &json!("x")),
            condition("StringEquals", "aws:username", &json!("x")),
        ),
        (
            "KP014",
            condition("Bool", "kms:ViaService", &json!("true")),
            condition("Bool", "aws:MultiFactorAuthPresent", &json!(true)),
        ),
        (
            "KP014",
            condition("StringEquals", "aws:SourceIp", &json!("192.0.2.0/24")),
            condition("IpAddress", "aws:SourceIp", &json!("192.0.2.0/24")),
        ),
        (
            "KP015",
            condition("StringEquals", "kms:EncryptionContext:App", &json!("prod-*")),
            condition("StringLike", "kms:EncryptionContext:App", &json!("prod-*")),
        ),
        (
            "KP016",
            json!({ "Condition": { "StringEquals": { "aws:username": "a", "aws:UserName": "b" } } }),
            condition("StringEquals", "aws:username", &json!(["a", "b"])),
        ),
        (
            "KP016",
            json!({ "Condition": { "StringEquals": { "kms:EncryptionContext:App": "a" }, "StringLike": { "kms:EncryptionContext:app": "b" } } }),
            json!({ "Condition": context("a") }),
        ),
        ("KP018", json!({ "Condition": {} }), json!({})),
        ("KP018", json!({ "Sid": "Enable IAM User Permissions" }), json!({})),
        (
            "KP018",
            condition("ForAnyValue:Null", "kms:GrantOperations", &json!("true")),
            condition("Null", "kms:GrantOperations", &json!("true")),
        ),
        ("KP019", json!({ "Principal": { "AWS": "AROAEXAMPLEID" } }), json!({})),
        ("KP020", json!({ "Principal": { "AWS": "arn:aws:sts::111122223333:assumed-role/App/s" } }), json!({})),
        ("KP022", deny(none.clone()), deny(json!({ "ArnNotLike": { "aws:PrincipalArn": ROLE } }))),
        ("KP023", json!({ "Sid": "\u{2013}" }), json!({ "Sid": "\u{e9}" })),
        ("KP024", everybody(org.clone()), everybody(source.clone())),
        (
            "KP026",
            condition("StringEquals", "aws:ResourceTag/team", &json!("a")),
            condition("StringEquals", "aws:PrincipalTag/team", &json!("a")),
        ),
        (
            "KP028",
            condition("ForAllValues:StringEquals", "aws:PrincipalOrgID", &json!("o-1")),
            condition("ForAllValues:StringEquals", "kms:EncryptionContextKeys", &json!("App")),
        ),
    ];
    for (rule, bad, good) in &cases {
        assert!(found(bad).iter().any(|finding| finding.rule == *rule), "{rule} {bad}: {:?}", found(bad));
        assert!(!found(good).iter().any(|finding| finding.rule == *rule), "{rule} {good}: {:?}", found(good));
    }
    // The others need more than a document.
    let elsewhere = ["KP017", "KP021", "KP025", "KP027"];
    for rule in RULES.iter().filter(|rule| !elsewhere.contains(&rule.id)) {
        assert!(cases.iter().any(|(id, ..)| *id == rule.id), "{} has no case", rule.id);
    }
}

#[test]
fn a_policy_for_nobody_s_data_is_remarked() {
    let only = |action: &str| json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": { "AWS": ROLE }, "Action": action, "Resource": "*" }] });
    assert!(all(&only("kms:PutKeyPolicy")).iter().any(|finding| finding.rule == "KP021"));
    for action in ["kms:Decrypt", "kms:Sign", "kms:CreateGrant", "kms:Generate*"] {
        assert!(!all(&only(action)).iter().any(|finding| finding.rule == "KP021"), "{action}");
    }
}

#[test]
fn what_a_replica_inherits_in_vain_is_said() {
    let policy = |service: &str| {
        json!({ "Statement": [{ "Sid": "S3", "Effect": "Allow", "Principal": { "AWS": ROLE }, "Action": "kms:Decrypt", "Resource": "*",
            "Condition": { "StringEquals": { "kms:ViaService": service } } }] })
    };
    let found = look_at_replica(&policy("s3.eu-west-1.amazonaws.com"), "us-east-1");
    assert!(
        found.warnings[0].text.contains("on the replica in us-east-1")
            && found.warnings[0].sid.as_deref() == Some("S3")
    );
    assert_eq!(look_at_replica(&policy("s3.us-east-1.amazonaws.com"), "us-east-1").all().count(), 0);
}
