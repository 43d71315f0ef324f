//! Faults, quotas and read lag as a caller of the real SDK meets them.

use aws_sdk_kms::config::retry::RetryConfig;
use awskms_sim::connector::Connector;
use serde_json::{Value, json};

use crate::client::{AWAY, HOME, in_region, outcome, pass, refusal, simulator, with_retries};

fn set(kms: &Connector, path: &str, body: &Value) {
    kms.control("POST", path, body).expect("the control request is good");
}

fn count(kms: &Connector) -> usize {
    kms.control("GET", "keys", &Value::Null).expect("lists")["keys"].as_array().expect("a list").len()
}

#[tokio::test]
async fn faults_before_and_after_the_effect() {
    for (effect, code, keys) in [
        (json!("throttle"), "ThrottlingException", 0),
        (json!("kmsInternal"), "KMSInternalException", 0),
        (json!("dependencyTimeout"), "DependencyTimeoutException", 0),
        (json!("accessDenied"), "AccessDeniedException", 0),
        (json!({ "error": { "code": "LimitExceededException", "message": "q" } }), "LimitExceededException", 0),
        (json!("cutBefore"), "", 0),
        (json!("cutAfter"), "", 1),
        (json!("cutBody"), "", 1),
    ] {
        let kms = simulator();
        set(&kms, "faults", &json!({ "operation": "CreateKey", "region": HOME, "count": 1, "effect": effect }));
        let refused = outcome(in_region(&kms, HOME).create_key().send().await).expect_err("the fault");
        if !code.is_empty() {
            assert_eq!(refused.code, code);
        }
        assert_eq!(count(&kms), keys, "{effect}");
        outcome(in_region(&kms, HOME).create_key().send().await).expect("only one call suffers it");
    }
}

#[tokio::test]
async fn the_sdk_retries_a_lost_answer_and_makes_a_second_key() {
    let kms = simulator();
    set(&kms, "faults", &json!({ "operation": "CreateKey", "count": 1, "effect": "cutAfter" }));
    let retries = RetryConfig::standard().with_initial_backoff(std::time::Duration::from_millis(1));
    outcome(with_retries(&kms, HOME, retries).create_key().send().await).expect("the second attempt");
    assert_eq!(count(&kms), 2, "CreateKey has no token that would tell a retry from a new call");
}

#[tokio::test]
async fn a_probability_hits_a_part_of_the_calls_and_the_same_ones_each_time() {
    let mut runs = vec![];
    for _ in 0..2 {
        let kms = simulator();
        let client = in_region(&kms, HOME);
        set(&kms, "faults", &json!({ "probability": 0.3, "effect": "throttle" }));
        let mut run = vec![];
        for _ in 0..200 {
            run.push(client.list_keys().send().await.is_ok());
        }
        runs.push(run);
    }
    let refused = runs[0].iter().filter(|ok| !**ok).count();
    assert!((30..=90).contains(&refused), "{refused} of 200");
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn quotas_throttle_by_region() {
    let kms = simulator();
    set(&kms, "options", &json!({ "quotas": true }));
    let (home, away) = (in_region(&kms, HOME), in_region(&kms, AWAY));
    let mut made = 0;
    let refused = loop {
        match home.create_key().send().await {
            Ok(_) => made += 1,
            Err(error) => break refusal(&error),
        }
    };
    assert_eq!(refused.code, "ThrottlingException");
    assert!((5..15).contains(&made), "{made} in a burst");
    outcome(away.create_key().send().await).expect("another Region has its own quota");
    pass(&kms, 1.0);
    outcome(home.create_key().send().await).expect("a second later");
}

#[tokio::test]
async fn a_late_read_does_not_find_a_new_key_and_a_late_change_is_refused() {
    let kms = simulator();
    let client = in_region(&kms, HOME);
    set(
        &kms,
        "options",
        &json!({ "lag": [{ "operation": "CreateKey", "seconds": 0, "probability": 0 },
        { "operation": "DisableKey", "seconds": 0, "probability": 0 }, { "operation": "EnableKey", "seconds": 0, "probability": 0 },
        { "seconds": 60 }] }),
    );
    let id = client.create_key().send().await.expect("makes a key").key_metadata.expect("metadata").key_id;
    let late = outcome(client.describe_key().key_id(&id).send().await).expect_err("too early");
    assert_eq!(late.code, "NotFoundException");
    let late = outcome(client.enable_key_rotation().key_id(&id).send().await).expect_err("too early");
    assert_eq!(late.code, "NotFoundException");
    pass(&kms, 61.0);
    outcome(client.describe_key().key_id(&id).send().await).expect("a minute later");
    outcome(client.disable_key().key_id(&id).send().await).expect("disables");
    pass(&kms, 61.0);
    outcome(client.enable_key().key_id(&id).send().await).expect("enables");
    let late = outcome(client.enable_key_rotation().key_id(&id).send().await).expect_err("too early");
    assert_eq!(late.code, "DisabledException");
    pass(&kms, 61.0);
    outcome(client.enable_key_rotation().key_id(&id).send().await).expect("a minute later");
    let stale = client.get_key_rotation_status().key_id(&id).send().await.expect("answers");
    assert!(!stale.key_rotation_enabled, "the answer is stale");
    pass(&kms, 61.0);
    assert!(client.get_key_rotation_status().key_id(&id).send().await.expect("answers").key_rotation_enabled);
}

#[test]
fn rates_are_those_of_the_guide() {
    let Some(quotas) = crate::truth::json("quotas.json") else { return };
    for (name, rate) in quotas["rates"].as_object().expect("rates") {
        assert_eq!(awskms_sim::quotas::rate(name), rate.as_f64(), "{name}");
    }
}
