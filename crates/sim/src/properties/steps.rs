//! Random calls.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsa::pkcs8::DecodePublicKey;
use serde_json::{Value, json};

use super::REGIONS;
use crate::{Request, Sim};

/// One call: where, what, on which of the keys so far, with which choices, and how much later.
#[derive(Debug, Clone)]
pub(super) struct Step {
    region: usize,
    operation: &'static str,
    key: usize,
    choice: u8,
    pub(super) later: f64,
}

/// Operations, some of them more often.
const OPERATIONS: [&str; 39] = [
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
    "CreateGrant",
    "CreateGrant",
    "RevokeGrant",
    "RetireGrant",
    "ImportKeyMaterial",
    "ImportKeyMaterial",
    "ImportKeyMaterial",
    "ImportKeyMaterial",
    "DeleteImportedKeyMaterial",
    "Encrypt",
    "Encrypt",
    "Decrypt",
    "Decrypt",
    "ReEncrypt",
];

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let later = prop_oneof![
        6 => Just(0.0),
        3 => Just(1.0),
        2 => Just(10.0),
        1 => (1_u32..40).prop_map(|days| f64::from(days) * 86_400.0),
        1 => (1_u32..5).prop_map(|years| f64::from(years) * 366.0 * 86_400.0),
    ];
    // Most calls are made where the first keys are.
    let region = prop_oneof![3 => Just(0), 2 => 0..REGIONS.len()];
    let step = (region, proptest::sample::select(&OPERATIONS[..]), 0..6_usize, any::<u8>(), later);
    let step = step.prop_map(|(region, operation, key, choice, later)| Step { region, operation, key, choice, later });
    proptest::collection::vec(step, 1..60)
}

/// What the calls so far have made.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// IDs of keys.
    ids: Vec<String>,
    /// IDs of custom key stores.
    stores: Vec<String>,
    /// Grants: key ID, grant ID and token.
    grants: Vec<[String; 3]>,
    /// Ciphertexts, each with its plaintext.
    sealed: BTreeMap<String, String>,
}

/// Keys to begin with: of KMS's own material, and two for imported material.
pub(super) fn first_steps() -> [Step; 3] {
    [1, 5, 20].map(|choice| Step { region: 0, operation: "CreateKey", key: 0, choice, later: 0.0 })
}

impl Run {
    /// Takes note of an answer. What a ciphertext opens to is what it was made of.
    pub(super) fn note(&mut self, request: &Request, answer: &Value) {
        let text = |member: &Value| member.as_str().map(str::to_owned);
        if let Some(id) = text(&answer["KeyMetadata"]["KeyId"]) {
            self.ids.push(id);
        }
        self.stores.extend(text(&answer["CustomKeyStoreId"]));
        if let (Some(grant), Some(token), Some(key)) =
            (text(&answer["GrantId"]), text(&answer["GrantToken"]), text(&request.body["KeyId"]))
        {
            self.grants.push([key, grant, token]);
        }
        let opened = text(&request.body["CiphertextBlob"]).and_then(|blob| self.sealed.get(&blob).cloned());
        if let (Some(plaintext), Some(came)) = (&opened, text(&answer["Plaintext"])) {
            assert_eq!(*plaintext, came);
        }
        if let Some(blob) = text(&answer["CiphertextBlob"])
            && let Some(plaintext) = text(&request.body["Plaintext"]).or(opened)
        {
            self.sealed.insert(blob, plaintext);
        }
    }

    /// The request of a step. An import first asks for its parameters.
    pub(super) fn request(&self, sim: &mut Sim, now: f64, step: &Step) -> Request {
        let pick = |count: usize| step.key % count.max(1);
        let id = self.ids.get(pick(self.ids.len())).map_or("none", String::as_str);
        let [key, grant, token] = self.grants.get(pick(self.grants.len())).cloned().unwrap_or_default();
        let blob = self.sealed.keys().nth(pick(self.sealed.len())).cloned().unwrap_or_default();
        let store = self.stores.get(pick(self.stores.len())).map_or("none", String::as_str);
        let body = match step.operation {
            "CreateCustomKeyStore" => step.store(),
            operation if operation.ends_with("CustomKeyStore") => json!({ "CustomKeyStoreId": store }),
            "CreateKey" if !self.stores.is_empty() && step.choice.is_multiple_of(3) => {
                json!({ "Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": store })
            }
            "RevokeGrant" => json!({ "KeyId": key, "GrantId": grant }),
            "RetireGrant" => json!({ "GrantToken": token }),
            "Decrypt" => json!({ "CiphertextBlob": blob }),
            "ReEncrypt" => json!({ "CiphertextBlob": blob, "DestinationKeyId": id }),
            "ImportKeyMaterial" => {
                let wrapping = json!({
                    "KeyId": id, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048",
                });
                let parameters = sim.handle(now, &step.call("GetParametersForImport", wrapping)).body;
                import(id, now, step.choice, &parameters)
            }
            _ => step.body(id),
        };
        step.call(step.operation, body)
    }
}

/// Material of three kinds, new or not, that stays or expires.
fn import(id: &str, now: f64, choice: u8, parameters: &Value) -> Value {
    let der = BASE64.decode(parameters["PublicKey"].as_str().unwrap_or_default()).unwrap_or_default();
    let mut rng = ChaCha20Rng::seed_from_u64(choice.into());
    let wrapped = rsa::RsaPublicKey::from_public_key_der(&der).map_or_else(
        |_| b"no key".to_vec(),
        |key| key.encrypt(&mut rng, rsa::Oaep::new::<sha2::Sha256>(), &[choice % 3; 32]).expect("wraps"),
    );
    let mut body = json!({
        "KeyId": id, "ImportToken": parameters["ImportToken"].as_str().unwrap_or("AAAA"),
        "EncryptedKeyMaterial": BASE64.encode(wrapped), "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    });
    if choice & 4 > 0 {
        body["ImportType"] = json!("NEW_KEY_MATERIAL");
    }
    if choice & 8 > 0 {
        body["ExpirationModel"] = json!("KEY_MATERIAL_EXPIRES");
        body["ValidTo"] = json!(now + f64::from(choice) * 86_400.0);
    }
    body
}

impl Step {
    /// The body of a call that concerns a key alone.
    fn body(&self, id: &str) -> Value {
        let other = REGIONS[usize::from(self.choice) % REGIONS.len()];
        let alias = format!("alias/{}", self.choice % 4);
        match self.operation {
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
            "CreateGrant" => json!({
                "KeyId": id, "GranteePrincipal": "arn:aws:iam::123456789012:root",
                "Operations": ["Encrypt"], "Name": alias,
            }),
            "Encrypt" => json!({ "KeyId": id, "Plaintext": BASE64.encode([self.choice]) }),
            _ => json!({ "KeyId": id }),
        }
    }

    fn store(&self) -> Value {
        let kind = self.choice % 3;
        json!({
            "CustomKeyStoreName": format!("store {kind}"),
            "CloudHsmClusterId": format!("cluster-aaaaaaaaaa{}", char::from(b'a' + kind)),
            "KeyStorePassword": "password", "TrustAnchorCertificate": "certificate",
        })
    }

    fn call(&self, operation: &str, body: Value) -> Request {
        Request {
            region: REGIONS[self.region].to_owned(),
            access_key: "test".to_owned(),
            operation: operation.to_owned(),
            body,
        }
    }
}
