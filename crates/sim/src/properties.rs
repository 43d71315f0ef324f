//! What holds after any calls in any order, and for any bytes that arrive.

mod invariants;
mod steps;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{Options, Request, Sim, State, operations, wire};
use invariants::check;
use steps::{Run, first_steps, steps};

const REGIONS: [&str; 3] = ["eu-central-1", "eu-west-1", "us-east-1"];
const START: f64 = 1_760_000_000.0;

fn json_value() -> impl Strategy<Value = Value> {
    let texts = prop_oneof![
        any::<String>(),
        proptest::sample::select(vec![
            "alias/a",
            "alias/aws/x",
            "arn:aws:kms:eu-central-1:123456789012:key/x",
            "mrk-00000000000000000000000000000000",
            "eu-west-1",
            "HMAC_256",
            "SIGN_VERIFY",
            "EXTERNAL",
            "at-5",
            "AAAA",
            "arn:aws:iam::123456789012:root",
            "ECDSA_SHA_256",
            "RSAES_OAEP_SHA_256",
            "RSA_2048",
            "KEY_MATERIAL_EXPIRES",
            "IGNORE_CIPHERTEXT",
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        texts.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(member(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn member() -> impl Strategy<Value = String> {
    let known = proptest::sample::select(vec![
        "KeyId",
        "TargetKeyId",
        "AliasName",
        "Policy",
        "Tags",
        "TagKeys",
        "TagKey",
        "TagValue",
        "Limit",
        "Marker",
        "Description",
        "KeySpec",
        "KeyUsage",
        "Origin",
        "MultiRegion",
        "ReplicaRegion",
        "PrimaryRegion",
        "PendingWindowInDays",
        "RotationPeriodInDays",
        "Plaintext",
        "CiphertextBlob",
        "EncryptionContext",
        "GrantTokens",
        "DryRun",
        "GranteePrincipal",
        "RetiringPrincipal",
        "Operations",
        "Constraints",
        "GrantId",
        "GrantToken",
        "Message",
        "SigningAlgorithm",
        "Signature",
        "DestinationKeyId",
        "KeyPairSpec",
        "PublicKey",
        "WrappingAlgorithm",
        "WrappingKeySpec",
        "ImportToken",
        "EncryptedKeyMaterial",
        "ExpirationModel",
        "ValidTo",
    ]);
    prop_oneof![9 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_calls_in_any_order(steps in steps()) {
        let mut sim = Sim::new(State::new(3, Options::default()));
        let mut again = Sim::new(State::new(3, Options::default()));
        let mut run = Run::default();
        let mut now = START;
        for step in first_steps().iter().chain(&steps) {
            now += step.later;
            let request = run.request(&mut sim, now, step);
            let answer = sim.handle(now, &request);
            prop_assert!(answer.status == 200 || answer.body["__type"].is_string());
            run.note(&request, &answer.body);
            if answer.changed {
                again.replay(now, &request);
            }
            check(&sim.state);
        }
        // A restart does again what had an effect, and comes to the same state but for the last uses: these are not kept.
        for sim in [&mut sim, &mut again] {
            sim.state.settle(now);
            sim.state.keys.values_mut().for_each(|key| key.last_use = None);
        }
        let written = json!(sim.state);
        prop_assert_eq!(&written, &json!(again.state));
        // And so does a state that is written whole and read again.
        let read: State = serde_json::from_value(written.clone()).expect("a state");
        prop_assert_eq!(written, json!(read));
    }

    #[test]
    fn any_body(
        operation in proptest::sample::select(operations().collect::<Vec<_>>()),
        bodies in proptest::collection::vec(json_value(), 1..6),
        real in any::<bool>(),
    ) {
        let mut sim = Sim::new(State::new(5, Options::default()));
        let made = Request {
            region: REGIONS[0].to_owned(),
            access_key: "test".to_owned(),
            operation: "CreateKey".to_owned(),
            body: json!({ "MultiRegion": true }),
        };
        let id = sim.handle(START, &made).body["KeyMetadata"]["KeyId"].clone();
        for mut body in bodies {
            if real && body.is_object() {
                body["KeyId"] = id.clone();
            }
            let request = Request { operation: operation.to_owned(), body, ..made.clone() };
            let answer = sim.handle(START, &request);
            prop_assert!(answer.status == 200 || answer.body["__type"].is_string());
            check(&sim.state);
        }
    }

    #[test]
    fn any_bytes(authorization in any::<String>(), target in any::<String>(), body in any::<Vec<u8>>(), signed in any::<bool>()) {
        let scope = "AWS4-HMAC-SHA256 Credential=test/20261123/eu-central-1/kms/aws4_request, Signature=0";
        let authorization = if signed { scope } else { &authorization };
        for target in [target.as_str(), "TrentService.CreateKey", "TrentService."] {
            if let Ok(request) = wire::read(authorization, target, &body) {
                let answer = Sim::new(State::new(5, Options::default())).handle(START, &request);
                prop_assert!(answer.status == 200 || answer.body["__type"].is_string());
            }
        }
    }
}
