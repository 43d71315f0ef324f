//! What holds after any calls in any order, and for any bytes that arrive.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::key::KeyState;
use crate::{Options, Request, Sim, State, operations, wire};

const REGIONS: [&str; 3] = ["eu-central-1", "eu-west-1", "us-east-1"];
const START: f64 = 1_760_000_000.0;

/// One call: where, what, on which of the keys so far, with which choices, and how much later.
#[derive(Debug, Clone)]
struct Step {
    region: usize,
    operation: &'static str,
    key: usize,
    choice: u8,
    later: f64,
}

/// Operations that change keys, the first ones more often.
const CHANGES: [&str; 25] = [
    "CreateCustomKeyStore",
    "ConnectCustomKeyStore",
    "ConnectCustomKeyStore",
    "DisconnectCustomKeyStore",
    "DeleteCustomKeyStore",
    "CreateKey",
    "CreateKey",
    "ReplicateKey",
    "ReplicateKey",
    "ReplicateKey",
    "UpdatePrimaryRegion",
    "UpdatePrimaryRegion",
    "ScheduleKeyDeletion",
    "ScheduleKeyDeletion",
    "CancelKeyDeletion",
    "EnableKey",
    "DisableKey",
    "EnableKeyRotation",
    "DisableKeyRotation",
    "RotateKeyOnDemand",
    "CreateAlias",
    "UpdateAlias",
    "DeleteAlias",
    "TagResource",
    "UntagResource",
];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let later = prop_oneof![
        6 => Just(0.0),
        3 => Just(1.0),
        2 => Just(10.0),
        1 => (1_u32..40).prop_map(|days| f64::from(days) * 86_400.0),
        1 => (1_u32..5).prop_map(|years| f64::from(years) * 366.0 * 86_400.0),
    ];
    let step = (0..REGIONS.len(), proptest::sample::select(&CHANGES[..]), 0..6_usize, any::<u8>(), later);
    let step = step.prop_map(|(region, operation, key, choice, later)| Step { region, operation, key, choice, later });
    proptest::collection::vec(step, 1..60)
}

impl Step {
    fn request(&self, ids: &[String], stores: &[String]) -> Request {
        let id = ids.get(self.key % ids.len().max(1)).map_or("none", String::as_str);
        let store = stores.get(self.key % stores.len().max(1)).map_or("none", String::as_str);
        let other = REGIONS[usize::from(self.choice) % REGIONS.len()];
        let alias = format!("alias/{}", self.choice % 4);
        let body = match self.operation {
            "CreateCustomKeyStore" => json!({
                "CustomKeyStoreName": format!("store {}", self.choice % 3),
                "CloudHsmClusterId": format!("cluster-aaaaaaaaaa{}", char::from(b'a' + self.choice % 3)),
                "KeyStorePassword": "password", "TrustAnchorCertificate": "certificate",
            }),
            operation if operation.ends_with("CustomKeyStore") => json!({ "CustomKeyStoreId": store }),
            "CreateKey" if !stores.is_empty() && self.choice.is_multiple_of(3) => {
                json!({ "Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": store })
            }
            "CreateKey" => json!({
                "MultiRegion": !self.choice.is_multiple_of(4),
                "Origin": if self.choice.is_multiple_of(5) { "EXTERNAL" } else { "AWS_KMS" },
            }),
            "ReplicateKey" => json!({ "KeyId": id, "ReplicaRegion": other }),
            "UpdatePrimaryRegion" => json!({ "KeyId": id, "PrimaryRegion": other }),
            "ScheduleKeyDeletion" => json!({ "KeyId": id, "PendingWindowInDays": 7 + self.choice % 24 }),
            "CreateAlias" | "UpdateAlias" => json!({ "AliasName": alias, "TargetKeyId": id }),
            "DeleteAlias" => json!({ "AliasName": alias }),
            "TagResource" => json!({ "KeyId": id, "Tags": [{ "TagKey": alias, "TagValue": "" }] }),
            "UntagResource" => json!({ "KeyId": id, "TagKeys": [alias] }),
            _ => json!({ "KeyId": id }),
        };
        Request {
            region: REGIONS[self.region].to_owned(),
            access_key: "test".to_owned(),
            operation: self.operation.to_owned(),
            body,
        }
    }
}

/// What is true of every state.
fn check(state: &State) {
    let mut regions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for ((region, id), key) in &state.keys {
        assert_eq!((region, id), (&key.region, &key.id));
        assert_eq!(key.arn, format!("arn:aws:kms:{region}:{}:key/{id}", key.account));
        assert_eq!(key.deletion.is_some(), key.state == KeyState::PendingDeletion, "{}", key.arn);
        let transient = matches!(key.state, KeyState::Creating | KeyState::Updating);
        assert_eq!(key.passing.is_some(), transient, "{}", key.arn);
        assert_eq!(key.multi_region, state.sets.contains_key(id), "{}", key.arn);
        let available = crate::key_store::is_available(state, key);
        let stuck = matches!(key.state, KeyState::Enabled | KeyState::Disabled) && !available;
        assert!(!stuck && !(key.state == KeyState::Unavailable && available), "{} {:?}", key.arn, key.state);
        assert!(key.place.as_ref().is_none_or(|place| state.stores.contains_key(&place.store)), "{}", key.arn);
        if key.multi_region {
            regions.entry(id).or_default().insert(region);
        }
    }
    for (id, set) in &state.sets {
        let named: BTreeSet<&str> = set.regions.iter().map(String::as_str).collect();
        assert_eq!(regions.get(id.as_str()), Some(&named), "{id}");
        let primary = state.key(&set.primary, id).expect("a set has its primary");
        if primary.state == KeyState::PendingReplicaDeletion {
            assert!(set.has_replicas(), "{id}");
        }
        for region in &named {
            let key = state.key(region, id).expect("seen above");
            if *region != set.primary {
                assert_ne!(key.state, KeyState::PendingReplicaDeletion, "{}", key.arn);
            }
            let core = |key: &crate::key::Key| {
                let materials: Vec<_> = key.materials.iter().map(|material| material.id().to_owned()).collect();
                let rotation = key.rotation.as_ref().map(|rotation| (rotation.period_days, rotation.next));
                (key.spec.clone(), key.usage.clone(), key.origin.clone(), materials, rotation)
            };
            assert_eq!(core(key), core(primary), "{}", key.arn);
        }
    }
    for ((_, region, name), alias) in &state.aliases {
        assert!(state.key(region, &alias.key_id).is_some(), "{name} in {region} has no target");
    }
}

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
    ]);
    prop_oneof![9 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_calls_in_any_order(steps in steps()) {
        let mut sim = Sim::new(State::new(3, Options::default()));
        let mut again = Sim::new(State::new(3, Options::default()));
        let (mut ids, mut stores): (Vec<String>, Vec<String>) = (vec![], vec![]);
        let mut now = START;
        for step in &steps {
            now += step.later;
            let request = step.request(&ids, &stores);
            let answer = sim.handle(now, &request);
            prop_assert!(answer.status == 200 || answer.body["__type"].is_string());
            if let Some(id) = answer.body["KeyMetadata"]["KeyId"].as_str() {
                ids.push(id.to_owned());
            }
            stores.extend(answer.body["CustomKeyStoreId"].as_str().map(str::to_owned));
            if answer.changed {
                again.replay(now, &request);
            }
            check(&sim.state);
        }
        // A restart does again what had an effect, and comes to the same state.
        sim.state.settle(now);
        again.state.settle(now);
        prop_assert_eq!(json!(sim.state), json!(again.state));
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
