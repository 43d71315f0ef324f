//! Recorded tests of importing key material.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rsa::pkcs8::DecodePublicKey;
use rsa::rand_core::OsRng;
use serde_json::{Value, json};

use super::Steps;
use super::world::{REGION, World};

/// Wraps material as an algorithm wants it.
fn wrapped(der: &[u8], algorithm: &str, material: &[u8]) -> Vec<u8> {
    let public = rsa::RsaPublicKey::from_public_key_der(der).expect("an RSA key");
    let oaep = |bytes: &[u8]| public.encrypt(&mut OsRng, rsa::Oaep::new::<sha2::Sha256>(), bytes).expect("wraps");
    if algorithm == "RSAES_OAEP_SHA_256" {
        return oaep(material);
    }
    let aes = [9; 32];
    let material = aes_kw::KekAes256::from(aes).wrap_with_padding_vec(material).expect("wraps");
    [oaep(&aes), material].concat()
}

/// Imports material; an algorithm tells how it is wrapped.
fn import_wrapped(world: &mut World, id: &str, algorithm: &str, material: &[u8], more: &[(&str, Value)]) -> Value {
    let body = json!({ "KeyId": id, "WrappingAlgorithm": algorithm, "WrappingKeySpec": "RSA_4096" });
    let parameters = world.call("GetParametersForImport", body);
    let der = BASE64.decode(parameters["PublicKey"].as_str().expect("a public key")).expect("base64");
    let mut body = json!({
        "KeyId": id, "ImportToken": parameters["ImportToken"],
        "EncryptedKeyMaterial": BASE64.encode(wrapped(&der, algorithm, material)),
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    });
    for (name, value) in more {
        body[*name] = value.clone();
    }
    world.call("ImportKeyMaterial", body)
}

/// Imports material of so many equal bytes.
fn import(world: &mut World, id: &str, byte: u8, length: usize, more: &[(&str, Value)]) -> Value {
    import_wrapped(world, id, "RSAES_OAEP_SHA_256", &vec![byte; length], more)
}

/// A private key in PKCS#8.
fn private_key(world: &mut World, spec: &str) -> Vec<u8> {
    let id = world.key(json!({}));
    let made = world.call("GenerateDataKeyPair", json!({ "KeyId": id, "KeyPairSpec": spec }));
    BASE64.decode(made["PrivateKeyPlaintext"].as_str().expect("a private key")).expect("base64")
}

/// A private key comes into a key, signs, and goes again.
fn asymmetric(world: &mut World, name: &str, spec: &str, usage: &str, algorithm: &str) -> Option<Steps> {
    let description = if name.ends_with("ecc_keys") { "test ecc key import" } else { "test-key" };
    let mut steps: Steps = vec![];
    let of_recorded = |step: &str| format!("describe-key-{step}");
    let body = json!({ "Origin": "EXTERNAL", "KeySpec": spec, "KeyUsage": usage, "Description": description });
    let made = world.key_in(REGION, body);
    let id = made["KeyId"].as_str()?.to_owned();
    let described = |world: &mut World| world.call("DescribeKey", json!({ "KeyId": id }));
    steps.push(("created-key".into(), made));
    let before = described(world);
    steps.push((of_recorded("before-import"), before.clone()));
    steps.push(("describe-before-import".into(), before));
    let material = private_key(world, spec);
    let imported = import_wrapped(world, &id, algorithm, &material, &[]);
    assert!(imported["KeyId"].is_string(), "{imported}");
    let after = described(world);
    steps.push((of_recorded("after-import"), after.clone()));
    steps.push(("import-key-material-response".into(), after));
    if usage == "SIGN_VERIFY" {
        let signing = match spec {
            "ECC_NIST_P384" => "ECDSA_SHA_384",
            "ECC_NIST_P521" => "ECDSA_SHA_512",
            _ => "ECDSA_SHA_256",
        };
        let mut body = json!({ "KeyId": id, "Message": BASE64.encode("x"), "SigningAlgorithm": signing });
        let signed = world.call("Sign", body.clone());
        body["Signature"] = signed["Signature"].clone();
        steps.push(("sign-result".into(), signed));
        steps.push(("verify-result".into(), world.call("Verify", body)));
    }
    world.call("DeleteImportedKeyMaterial", json!({ "KeyId": id }));
    steps.push((of_recorded("after-deleted-import"), described(world)));
    Some(steps)
}

fn new_material(world: &mut World, id: &str, byte: u8) -> Value {
    import(world, id, byte, 32, &[("ImportType", json!("NEW_KEY_MATERIAL"))])
}

pub(super) fn drive(world: &mut World, name: &str, variant: &str) -> Option<Steps> {
    let mut steps: Steps = vec![];
    let sealing = |id: &str| json!({ "KeyId": id, "Plaintext": BASE64.encode("x") });
    match name {
        "test_get_parameters_for_import" | "test_get_parameters_for_import_raises_for_non_external_kms_keys" => {
            let id = world.key(json!({}));
            let body = json!({ "KeyId": id, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048" });
            let step = if name.ends_with("import") { "response-error" } else { "get-import-parameters-error" };
            steps.push((step.into(), world.call("GetParametersForImport", body)));
        }
        "test_import_key_symmetric" => {
            let made = world.key_in(REGION, json!({ "Origin": "EXTERNAL", "Description": "d" }));
            let id = made["KeyId"].as_str()?.to_owned();
            steps.push(("created-key".into(), made));
            steps.push(("encrypt-before-import-error".into(), world.call("Encrypt", sealing(&id))));
            let described = |world: &mut World| world.call("DescribeKey", json!({ "KeyId": id }));
            steps.push(("describe-key-before-import".into(), described(world)));
            let expiring = [("ExpirationModel", json!("KEY_MATERIAL_EXPIRES"))];
            steps.push(("import-expiring-key-without-valid-to".into(), import(world, &id, 1, 32, &expiring)));
            import(world, &id, 1, 32, &[]);
            steps.push(("describe-key-after-import".into(), described(world)));
            world.call("DeleteImportedKeyMaterial", json!({ "KeyId": id }));
            steps.push(("describe-key-after-deleted-import".into(), described(world)));
            steps.push(("encrypt-after-delete-error".into(), world.call("Encrypt", sealing(&id))));
        }
        "test_import_key_asymmetric" => {
            return asymmetric(world, name, "ECC_NIST_P256", "SIGN_VERIFY", "RSAES_OAEP_SHA_256");
        }
        "test_import_key_ecc_keys" => {
            return asymmetric(world, name, variant, "SIGN_VERIFY", "RSA_AES_KEY_WRAP_SHA_256");
        }
        "test_import_key_rsa_aes_wrap_sha256" => {
            return asymmetric(world, name, "RSA_4096", "ENCRYPT_DECRYPT", "RSA_AES_KEY_WRAP_SHA_256");
        }
        "test_import_key_hmac_keys" => {
            let id = world.key(json!({
                "Origin": "EXTERNAL", "KeySpec": variant, "KeyUsage": "GENERATE_VERIFY_MAC",
                "Description": "test import hmac key",
            }));
            let described = |world: &mut World| world.call("DescribeKey", json!({ "KeyId": id }));
            steps.push(("describe-key-before-import".into(), described(world)));
            let bits: usize = variant.strip_prefix("HMAC_")?.parse().ok()?;
            import(world, &id, 1, bits / 8, &[]);
            steps.push(("describe-key-after-import".into(), described(world)));
            let algorithm = variant.replace("HMAC_", "HMAC_SHA_");
            let mut body = json!({ "KeyId": id, "Message": BASE64.encode("x"), "MacAlgorithm": algorithm });
            let made = world.call("GenerateMac", body.clone());
            body["Mac"] = made["Mac"].clone();
            steps.push(("generate-mac-response".into(), made));
            steps.push(("verify-mac-response".into(), world.call("VerifyMac", body)));
            world.call("DeleteImportedKeyMaterial", json!({ "KeyId": id }));
            steps.push(("describe-key-after-deleted-import".into(), described(world)));
        }
        "test_import_key_material_raises_if_there_is_already_key_material_pending" => {
            let id = world.key(json!({ "Origin": "EXTERNAL" }));
            steps.push(("import-initial-material-response".into(), import(world, &id, 1, 32, &[])));
            steps.push(("import-pending-material-response".into(), new_material(world, &id, 2)));
            steps.push(("existing-pending-material-error".into(), new_material(world, &id, 3)));
        }
        "test_rotate_key_on_demand_raises_for_no_pending_key_material" => {
            let id = world.key(json!({ "Origin": "EXTERNAL" }));
            import(world, &id, 1, 32, &[]);
            let rotated = world.call("RotateKeyOnDemand", json!({ "KeyId": id }));
            steps.push(("rotate-key-on-demand-invalid-state-error".into(), rotated));
        }
        "test_rotate_key_on_demand_updates_current_key_material_for_external_keys"
        | "test_rotate_key_on_demand_for_external_keys_decrypts_with_previous_material" => {
            let made = world.key_in(REGION, json!({ "Origin": "EXTERNAL", "Description": "test-key" }));
            let id = made["KeyId"].as_str()?.to_owned();
            let described = |world: &mut World| world.call("DescribeKey", json!({ "KeyId": id }));
            steps.push(("create-kms-external-key".into(), made));
            let body = json!({ "KeyId": id, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048" });
            steps.push(("get-import-parameters-response".into(), world.call("GetParametersForImport", body)));
            steps.push(("describe-empty-key-response".into(), described(world)));
            steps.push(("import-key-material-response".into(), import(world, &id, 1, 32, &[])));
            steps.push(("describe-key-with-material-response".into(), described(world)));
            let sealed = world.call("Encrypt", sealing(&id));
            let blob = sealed["CiphertextBlob"].clone();
            steps.push(("kms-encrypt-initial-response".into(), sealed));
            steps.push(("import-new-key-material-response".into(), new_material(world, &id, 2)));
            steps.push(("describe-key-with-new-material-response".into(), described(world)));
            let rotated = world.call("RotateKeyOnDemand", json!({ "KeyId": id }));
            steps.push(("rotate-key-on-demand-response".into(), rotated));
            steps.push(("describe-key-after-rotation".into(), described(world)));
            steps.push(("kms-encrypt-rotated-key-response".into(), world.call("Encrypt", sealing(&id))));
            let opened = world.call("Decrypt", json!({ "KeyId": id, "CiphertextBlob": blob }));
            assert_eq!(opened["Plaintext"], BASE64.encode("x"), "{opened}");
        }
        _ => return None,
    }
    Some(steps)
}
