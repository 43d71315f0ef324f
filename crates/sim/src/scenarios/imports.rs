//! Importing key material.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsa::pkcs8::DecodePublicKey;
use serde_json::{Value, json};

use super::{ADMIN, REGION, World, bytes, text};

const DAY: f64 = 86_400.0;

impl World {
    /// Parameters for an import.
    fn parameters(&mut self, region: &str, key: &str, algorithm: &str) -> Value {
        let body = json!({ "KeyId": key, "WrappingAlgorithm": algorithm, "WrappingKeySpec": "RSA_2048" });
        self.call_in(region, ADMIN, "GetParametersForImport", body).expect("parameters")
    }

    /// Imports material of 32 equal bytes.
    pub(super) fn import_in(&mut self, region: &str, key: &str, byte: u8, more: &Value) -> Result<Value, String> {
        let parameters = self.parameters(region, key, "RSAES_OAEP_SHA_256");
        let mut body = importing(key, &parameters, &[byte; 32]);
        let members = body.as_object_mut().expect("a structure");
        members.extend(more.as_object().expect("a structure").clone());
        self.call_in(region, ADMIN, "ImportKeyMaterial", body)
    }

    fn import(&mut self, key: &str, byte: u8, more: &Value) -> Result<Value, String> {
        self.import_in(REGION, key, byte, more)
    }
}

fn importing(key: &str, parameters: &Value, material: &[u8]) -> Value {
    json!({
        "KeyId": key, "ImportToken": parameters["ImportToken"],
        "EncryptedKeyMaterial": text(wrap(parameters, material)),
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    })
}

fn wrap(parameters: &Value, material: &[u8]) -> Vec<u8> {
    let public = rsa::RsaPublicKey::from_public_key_der(&bytes(&parameters["PublicKey"])).expect("an RSA key");
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    public.encrypt(&mut rng, rsa::Oaep::new::<sha2::Sha256>(), material).expect("wraps")
}

/// What marks new material.
pub(super) fn new() -> Value {
    json!({ "ImportType": "NEW_KEY_MATERIAL" })
}

#[test]
fn only_the_same_material_comes_back() {
    let mut world = World::new();
    let key = world.key(json!({ "Origin": "EXTERNAL" }));
    let first = world.import(&key, 1, &json!({})).expect("imported");
    let sealed = world.ask("Encrypt", json!({ "KeyId": key, "Plaintext": text("m") }))["CiphertextBlob"].clone();
    world.import(&key, 1, &json!({})).expect("the same");
    assert_eq!(world.import(&key, 2, &json!({})), Err("IncorrectKeyMaterialException".into()));
    world.ask("DeleteImportedKeyMaterial", json!({ "KeyId": key }));
    let described = world.described(&key);
    assert_eq!((&described["KeyState"], &described["Enabled"]), (&json!("PendingImport"), &json!(false)));
    assert_eq!(described["CurrentKeyMaterialId"], first["KeyMaterialId"]);
    assert_eq!(world.import(&key, 2, &json!({})), Err("IncorrectKeyMaterialException".into()));
    assert_eq!(world.import(&key, 1, &new()), Err("IncorrectKeyMaterialException".into()));
    assert_eq!(world.import(&key, 1, &json!({})).expect("back")["KeyMaterialId"], first["KeyMaterialId"]);
    assert_eq!(bytes(&world.ask("Decrypt", json!({ "CiphertextBlob": sealed }))["Plaintext"]), b"m");
}

#[test]
fn tokens_are_of_one_key_and_one_day() {
    let mut world = World::new();
    let [key, other] = [(); 2].map(|()| world.key(json!({ "Origin": "EXTERNAL" })));
    let parameters = world.parameters(REGION, &key, "RSAES_OAEP_SHA_256");
    let body = importing(&key, &parameters, &[1; 32]);
    let with = |member: &str, value: Value| {
        let mut body = body.clone();
        body[member] = value;
        body
    };
    let mut refused = |body: Value| world.refused("ImportKeyMaterial", body);
    assert_eq!(refused(with("KeyId", json!(other))), "InvalidImportTokenException");
    assert_eq!(refused(with("ImportToken", json!(text("made up")))), "InvalidImportTokenException");
    assert_eq!(refused(with("EncryptedKeyMaterial", json!(text([1; 256])))), "InvalidCiphertextException");
    let short = text(wrap(&parameters, &[1; 16]));
    assert_eq!(refused(with("EncryptedKeyMaterial", json!(short))), "IncorrectKeyMaterialException");
    world.pass(DAY);
    assert_eq!(world.refused("ImportKeyMaterial", body), "ExpiredImportTokenException");
}

#[test]
fn material_expires_by_the_clock_and_comes_back() {
    let mut world = World::new();
    let key = world.key(json!({ "Origin": "EXTERNAL" }));
    let until = world.now + 10.0 * DAY;
    let expiring = |date: f64| json!({ "ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": date });
    for bad in [world.now, world.now + 366.0 * DAY] {
        assert_eq!(world.import(&key, 1, &expiring(bad)), Err("ValidationException".into()));
    }
    assert_eq!(world.import(&key, 1, &json!({ "ValidTo": until })), Err("ValidationException".into()));
    world.import(&key, 1, &expiring(until)).expect("imported");
    let described = world.described(&key);
    assert_eq!((&described["ExpirationModel"], &described["ValidTo"]), (&json!("KEY_MATERIAL_EXPIRES"), &json!(until)));
    world.ask("DisableKey", json!({ "KeyId": key }));
    world.pass(11.0 * DAY);
    let described = world.described(&key);
    assert_eq!((&described["KeyState"], described.get("ValidTo")), (&json!("PendingImport"), None));
    world.import(&key, 1, &json!({})).expect("back");
    assert_eq!(world.described(&key)["KeyState"], "Enabled");
    // A key whose deletion is pending loses its material, and shows it when the deletion is cancelled.
    world.import(&key, 1, &expiring(world.now + DAY)).expect("again");
    world.ask("ScheduleKeyDeletion", json!({ "KeyId": key, "PendingWindowInDays": 7 }));
    world.pass(2.0 * DAY);
    assert_eq!(world.described(&key)["KeyState"], "PendingDeletion");
    world.ask("CancelKeyDeletion", json!({ "KeyId": key }));
    assert_eq!(world.described(&key)["KeyState"], "PendingImport");
}

#[test]
fn new_material_waits_for_a_rotation() {
    let mut world = World::new();
    let key = world.key(json!({ "Origin": "EXTERNAL" }));
    let first = world.import(&key, 1, &json!({})).expect("imported")["KeyMaterialId"].clone();
    assert_eq!(world.refused("RotateKeyOnDemand", json!({ "KeyId": key })), "KMSInvalidStateException");
    let described = json!({ "ImportType": "NEW_KEY_MATERIAL", "KeyMaterialDescription": "second" });
    let second = world.import(&key, 2, &described).expect("pending")["KeyMaterialId"].clone();
    assert_eq!(world.import(&key, 3, &new()), Err("KMSInvalidStateException".into()));
    assert_eq!(world.described(&key)["CurrentKeyMaterialId"], first);
    let sealed = world.ask("Encrypt", json!({ "KeyId": key, "Plaintext": text("m") }))["CiphertextBlob"].clone();
    // Pending material belongs to the key for no longer than it is pending.
    world.ask("DeleteImportedKeyMaterial", json!({ "KeyId": key, "KeyMaterialId": second }));
    assert_eq!(world.described(&key)["KeyState"], "Enabled");
    world.import(&key, 2, &described).expect("pending again");
    world.ask("RotateKeyOnDemand", json!({ "KeyId": key }));
    assert_eq!(world.described(&key)["CurrentKeyMaterialId"], second);
    assert_eq!(bytes(&world.ask("Decrypt", json!({ "CiphertextBlob": sealed }))["Plaintext"]), b"m");
    let all = json!({ "KeyId": key, "IncludeKeyMaterial": "ALL_KEY_MATERIAL" });
    let listed = world.ask("ListKeyRotations", all)["Rotations"].clone();
    let states: Vec<_> = listed.as_array().expect("a list").iter().map(|of| of["KeyMaterialState"].clone()).collect();
    assert_eq!(states, [json!("CURRENT"), json!("NON_CURRENT")]);
    assert_eq!(
        (&listed[0]["KeyMaterialDescription"], &listed[0]["RotationType"]),
        (&json!("second"), &json!("ON_DEMAND"))
    );
    // All of its material must be there.
    world.ask("DeleteImportedKeyMaterial", json!({ "KeyId": key, "KeyMaterialId": first }));
    assert_eq!(world.described(&key)["KeyState"], "PendingImport");
    assert_eq!(world.import(&key, 1, &json!({ "KeyMaterialId": second })), Err("IncorrectKeyMaterialException".into()));
    world.import(&key, 1, &json!({ "KeyMaterialId": first })).expect("back");
    assert_eq!(world.described(&key)["KeyState"], "Enabled");
}

#[test]
fn what_wrapping_suits_what_material() {
    let mut world = World::new();
    for (spec, usage, algorithm, wrapping, good) in [
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "RSAES_OAEP_SHA_1", "RSA_2048", true),
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "RSAES_PKCS1_V1_5", "RSA_2048", false),
        ("HMAC_512", "GENERATE_VERIFY_MAC", "RSAES_OAEP_SHA_256", "RSA_3072", true),
        ("RSA_2048", "SIGN_VERIFY", "RSAES_OAEP_SHA_256", "RSA_4096", false),
        ("RSA_2048", "SIGN_VERIFY", "RSA_AES_KEY_WRAP_SHA_1", "RSA_4096", true),
        ("ECC_NIST_P521", "SIGN_VERIFY", "RSAES_OAEP_SHA_256", "RSA_2048", false),
        ("ECC_NIST_P521", "SIGN_VERIFY", "RSAES_OAEP_SHA_256", "RSA_3072", true),
        ("ECC_NIST_P256", "SIGN_VERIFY", "SM2PKE", "SM2", false),
    ] {
        let key = world.key(json!({ "Origin": "EXTERNAL", "KeySpec": spec, "KeyUsage": usage }));
        let body = json!({ "KeyId": key, "WrappingAlgorithm": algorithm, "WrappingKeySpec": wrapping });
        let came = world.call(ADMIN, "GetParametersForImport", body.clone());
        assert_eq!(came.err().as_deref(), (!good).then_some("UnsupportedOperationException"), "{body}");
    }
    let own = world.key(json!({}));
    assert_eq!(world.refused("DeleteImportedKeyMaterial", json!({ "KeyId": own })), "UnsupportedOperationException");
}

#[test]
fn private_keys_sign_as_they_did_elsewhere() {
    let mut world = World::new();
    let key = world.key(json!({ "Origin": "EXTERNAL", "KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY" }));
    let maker = world.key(json!({}));
    let pair = world.ask("GenerateDataKeyPair", json!({ "KeyId": maker, "KeyPairSpec": "ECC_NIST_P256" }));
    let parameters = world.parameters(REGION, &key, "RSAES_OAEP_SHA_256");
    let private = bytes(&pair["PrivateKeyPlaintext"]);
    let cut = importing(&key, &parameters, &private[..private.len() - 1]);
    assert_eq!(world.refused("ImportKeyMaterial", cut), "IncorrectKeyMaterialException");
    let mut typed = importing(&key, &parameters, &private);
    typed["ImportType"] = json!("NEW_KEY_MATERIAL");
    assert_eq!(world.refused("ImportKeyMaterial", typed), "ValidationException");
    let answer = world.ask("ImportKeyMaterial", importing(&key, &parameters, &private));
    assert_eq!(answer, json!({ "KeyId": key }));
    assert_eq!(world.ask("GetPublicKey", json!({ "KeyId": key }))["PublicKey"], pair["PublicKey"]);
}
