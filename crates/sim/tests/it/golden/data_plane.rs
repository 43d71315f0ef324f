//! Recorded tests of using keys for data.

#![expect(clippy::unnecessary_wraps, reason = "each recorded test is driven by a function of the same form")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::Steps;
use super::world::World;

fn one(step: &str, answer: Value) -> Option<Steps> {
    Some(vec![(step.to_owned(), answer)])
}

fn text(content: &[u8]) -> String {
    BASE64.encode(content)
}

pub(super) fn drive(world: &mut World, name: &str, variant: &str) -> Option<Steps> {
    let algorithms: Vec<&str> = variant.split('-').collect();
    match name {
        "test_generate_random" => {
            let made = world.call("GenerateRandom", json!({ "NumberOfBytes": variant.parse::<u16>().ok()? }));
            one("result_length", json!(BASE64.decode(made["Plaintext"].as_str()?).ok()?.len()))
        }
        "test_generate_random_invalid_number_of_bytes" => {
            let body = variant.parse::<u16>().map_or(json!({}), |count| json!({ "NumberOfBytes": count }));
            one("generate-random-exc", world.call("GenerateRandom", body))
        }
        "test_encrypt_validate_plaintext_size_per_key_type" => {
            let id = world.key(json!({ "KeySpec": algorithms[0], "KeyUsage": "ENCRYPT_DECRYPT" }));
            let body = json!({ "KeyId": id, "Plaintext": text(&[0; 511]), "EncryptionAlgorithm": algorithms[1] });
            one("generate-random-exc", world.call("Encrypt", body))
        }
        "test_plaintext_size_for_encrypt" => {
            let id = world.key(json!({}));
            let body = json!({ "KeyId": id, "Plaintext": text(&[0; 4097]) });
            one("invalid-plaintext-size-encrypt", world.call("Encrypt", body))
        }
        "test_sign_verify" => sign_verify(world, algorithms[0], algorithms[1]),
        "test_generate_and_verify_mac" | "test_invalid_generate_mac" | "test_invalid_verify_mac" => {
            macs(world, name, &algorithms)
        }
        "test_error_messaging_for_invalid_keys" => wrong_usages(world),
        "test_key_rotations_encryption_decryption" => {
            let id = world.key(json!({}));
            world.call("RotateKeyOnDemand", json!({ "KeyId": id }));
            one("bad-ciphertext", world.call("Decrypt", json!({ "KeyId": id, "CiphertextBlob": text(b"bad") })))
        }
        "test_derive_shared_secret" => shared_secret(world),
        "test_derive_shared_secret_matches_openssl" => shared_secret_elsewhere(world),
        "test_re_encrypt" => {
            let usage = json!({ "KeySpec": algorithms[0], "KeyUsage": "ENCRYPT_DECRYPT" });
            let (from, to) = (world.key(usage.clone()), world.key(usage));
            let body = json!({ "KeyId": from, "Plaintext": text(b"x"), "EncryptionAlgorithm": algorithms[1] });
            let blob = world.call("Encrypt", body)["CiphertextBlob"].clone();
            let body = json!({
                "SourceKeyId": from, "DestinationKeyId": to, "CiphertextBlob": blob,
                "SourceEncryptionAlgorithm": algorithms[1], "DestinationEncryptionAlgorithm": algorithms[1],
            });
            one("test_re_encrypt", world.call("ReEncrypt", body))
        }
        "test_re_encrypt_incorrect_source_key" => {
            let (one_key, other) = (world.key(json!({})), world.key(json!({})));
            let blob =
                world.call("Encrypt", json!({ "KeyId": one_key, "Plaintext": text(b"x") }))["CiphertextBlob"].clone();
            let body = json!({ "SourceKeyId": other, "DestinationKeyId": other, "CiphertextBlob": blob });
            one("incorrect-source-key", world.call("ReEncrypt", body))
        }
        name if name.starts_with("test_generate_data_key") => data_keys(world, name),
        name if name.starts_with("test_encryption_context") || name.contains("encryption_context") => {
            contexts(world, name)
        }
        _ => None,
    }
}

fn sign_verify(world: &mut World, spec: &str, algorithm: &str) -> Option<Steps> {
    let id = world.key(json!({ "KeySpec": spec, "KeyUsage": "SIGN_VERIFY" }));
    let body = |message: &[u8], kind: &str| json!({ "KeyId": id, "Message": text(message), "MessageType": kind, "SigningAlgorithm": algorithm });
    let length = if algorithm.ends_with("512") {
        64
    } else if algorithm.ends_with("384") {
        48
    } else {
        32
    };
    let signed = world.call("Sign", body(b"test message", "RAW"));
    let signature = signed["Signature"].clone();
    let with = |mut body: Value, signature: &Value| {
        body["Signature"] = signature.clone();
        body
    };
    let verified = world.call("Verify", with(body(b"test message", "RAW"), &signature));
    let bad_digest = world.call("Sign", body(&vec![0; length - 1], "DIGEST"));
    let bad_signature = world.call("Verify", with(body(b"another message", "RAW"), &signature));
    Some(vec![
        ("signature".into(), signed),
        ("verification".into(), verified),
        ("bad-digest".into(), bad_digest),
        ("bad-signature".into(), bad_signature),
    ])
}

fn macs(world: &mut World, name: &str, parts: &[&str]) -> Option<Steps> {
    let id = world.key(json!({ "KeySpec": parts[0], "KeyUsage": "GENERATE_VERIFY_MAC" }));
    let message = text(b"some important message");
    let generate = |id: &str, algorithm: &str| json!({ "KeyId": id, "Message": message, "MacAlgorithm": algorithm });
    let verify = |id: &str, message: &[u8], algorithm: &str, mac: &Value| json!({ "KeyId": id, "Message": text(message), "MacAlgorithm": algorithm, "Mac": mac });
    if name == "test_invalid_generate_mac" {
        return one("generate-mac", world.call("GenerateMac", generate(&id, parts[1])));
    }
    let own = parts[0].replace("HMAC_", "HMAC_SHA_");
    let made = world.call("GenerateMac", generate(&id, &own));
    let mac = made["Mac"].clone();
    if name == "test_invalid_verify_mac" {
        let verified = world.call("VerifyMac", verify(&id, parts[2].as_bytes(), parts[1], &mac));
        return Some(vec![("generate-mac".into(), made), ("verify-mac".into(), verified)]);
    }
    Some(vec![
        ("verify-mac".into(), world.call("VerifyMac", verify(&id, b"some important message", &own, &mac))),
        ("generate-mac-invalid-key-id".into(), world.call("GenerateMac", generate("key_id", &own))),
        ("verify-mac-invalid-key-id".into(), world.call("VerifyMac", verify("key_id", b"x", &own, &mac))),
        ("generate-mac".into(), made),
    ])
}

fn wrong_usages(world: &mut World) -> Option<Steps> {
    let mac = world.key(json!({ "KeySpec": "HMAC_224", "KeyUsage": "GENERATE_VERIFY_MAC" }));
    let data = world.key(json!({}));
    let signing = world.key(json!({ "KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY" }));
    let message = text(b"test message 123!@#");
    let algorithm = "RSASSA_PSS_SHA_256";
    let sealed = world.call("Encrypt", json!({ "KeyId": data, "Plaintext": message }))["CiphertextBlob"].clone();
    let mut steps: Steps = vec![];
    let mut step = |name: &str, operation: &str, body: Value| steps.push((name.into(), world.call(operation, body)));
    let body = json!({ "KeyId": data, "Message": message, "MacAlgorithm": "HMAC_SHA_224" });
    step("generate-mac-invalid-key-id", "GenerateMac", body);
    let body = json!({ "KeyId": mac, "Message": message, "MessageType": "RAW", "SigningAlgorithm": algorithm });
    step("sign-invalid-key-id", "Sign", body);
    let body = json!({
        "KeyId": data, "Message": message, "MessageType": "RAW", "Signature": message, "SigningAlgorithm": algorithm,
    });
    step("verify-invalid-key-id", "Verify", body);
    step("encrypt-invalid-key-id", "Encrypt", json!({ "KeyId": signing, "Plaintext": message }));
    step("decrypt-invalid-key-id", "Decrypt", json!({ "KeyId": mac, "CiphertextBlob": sealed }));
    Some(steps)
}

fn shared_secret(world: &mut World) -> Option<Steps> {
    let agreement = json!({ "KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT" });
    let (own, other) = (world.key(agreement.clone()), world.key(agreement));
    let signing = world.key(json!({ "KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY" }));
    let data = world.key(json!({}));
    let public = world.call("GetPublicKey", json!({ "KeyId": other }))["PublicKey"].clone();
    let mut derive = |id: &str, algorithm: &str, public: &Value| {
        let body = json!({ "KeyId": id, "KeyAgreementAlgorithm": algorithm, "PublicKey": public });
        world.call("DeriveSharedSecret", body)
    };
    Some(vec![
        ("response".into(), derive(&own, "ECDH", &public)),
        ("response-invalid-key-usage".into(), derive(&signing, "ECDH", &public)),
        ("response-invalid-key-agreement-algo".into(), derive(&own, "INVALID", &public)),
        ("response-invalid-key".into(), derive(&data, "ECDH", &public)),
        ("response-invalid-public-key".into(), derive(&own, "ECDH", &json!(text(b"InvalidPublicKey")))),
        (
            "response-invalid-key-spec".into(),
            world.call("CreateKey", json!({ "KeySpec": "RSA_2048", "KeyUsage": "KEY_AGREEMENT" })),
        ),
    ])
}

/// The secret that a key of KMS and one from elsewhere agree on is the same on both sides.
fn shared_secret_elsewhere(world: &mut World) -> Option<Steps> {
    use p256::pkcs8::{DecodePublicKey, EncodePublicKey};
    let id = world.key(json!({ "KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT" }));
    let other = p256::SecretKey::from_slice(&[7; 32]).ok()?;
    let public = other.public_key().to_public_key_der().ok()?;
    let body = json!({ "KeyId": id, "KeyAgreementAlgorithm": "ECDH", "PublicKey": text(public.as_bytes()) });
    let derived = world.call("DeriveSharedSecret", body);
    let der = world.call("GetPublicKey", json!({ "KeyId": id }))["PublicKey"].clone();
    let key = p256::PublicKey::from_public_key_der(&BASE64.decode(der.as_str()?).ok()?).ok()?;
    let here = p256::ecdh::diffie_hellman(other.to_nonzero_scalar(), key.as_affine());
    assert_eq!(derived["SharedSecret"], text(here.raw_secret_bytes()), "{derived}");
    one("derived-shared-key-resp", derived)
}

fn data_keys(world: &mut World, name: &str) -> Option<Steps> {
    let id = world.key(json!({}));
    let pair = name.contains("pair");
    let without = name.contains("without_plaintext");
    let operation = match (pair, without) {
        (false, false) => "GenerateDataKey",
        (false, true) => "GenerateDataKeyWithoutPlaintext",
        (true, false) => "GenerateDataKeyPair",
        (true, true) => "GenerateDataKeyPairWithoutPlaintext",
    };
    let mut body = if pair { json!({ "KeyPairSpec": "RSA_2048" }) } else { json!({ "KeySpec": "AES_256" }) };
    body["KeyId"] = json!(id);
    if name.ends_with("dry_run") {
        body["DryRun"] = json!(true);
    }
    let answer = world.call(operation, body);
    let step = match name {
        _ if name.ends_with("dry_run") => "dryrun_exception",
        "test_generate_data_key" => "generate-data-key-result",
        "test_generate_data_key_without_plaintext" => "generate-data-key-without-plaintext",
        "test_generate_data_key_pair" => "generate-data-key-pair",
        _ => "generate-data-key-pair-without-plaintext",
    };
    one(step, answer)
}

fn contexts(world: &mut World, name: &str) -> Option<Steps> {
    let id = world.key(json!({}));
    let context = json!({ "context-key": "context-value" });
    if name == "test_encrypt_decrypt_encryption_context" {
        let body = json!({ "KeyId": id, "Plaintext": text(b"test message"), "EncryptionContext": context });
        let sealed = world.call("Encrypt", body);
        let blob = sealed["CiphertextBlob"].clone();
        let with = json!({ "KeyId": id, "CiphertextBlob": blob, "EncryptionContext": context });
        return Some(vec![
            ("encrypt_response".into(), sealed),
            ("decrypt_response_with_encryption_context".into(), world.call("Decrypt", with)),
            (
                "decrypt_response_without_encryption_context".into(),
                world.call("Decrypt", json!({ "KeyId": id, "CiphertextBlob": blob })),
            ),
            (
                "decrypt_response_with_invalid_ciphertext".into(),
                world.call(
                    "Decrypt",
                    json!({ "KeyId": id, "CiphertextBlob": text(b"x"), "EncryptionContext": context }),
                ),
            ),
        ]);
    }
    let pair = name.contains("pair");
    let mut body = if pair { json!({ "KeyPairSpec": "RSA_2048" }) } else { json!({ "KeySpec": "AES_256" }) };
    body["KeyId"] = json!(id);
    body["EncryptionContext"] = context;
    let operation = match (pair, name.ends_with("without_plaintext")) {
        (false, false) => "GenerateDataKey",
        (false, true) => "GenerateDataKeyWithoutPlaintext",
        (true, false) => "GenerateDataKeyPair",
        (true, true) => "GenerateDataKeyPairWithoutPlaintext",
    };
    let made = world.call(operation, body);
    let blob = made[if pair { "PrivateKeyCiphertextBlob" } else { "CiphertextBlob" }].clone();
    let opened = world.call("Decrypt", json!({ "KeyId": id, "CiphertextBlob": blob }));
    one("decrypt-without-encryption-context", opened)
}
