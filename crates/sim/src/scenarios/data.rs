//! Using keys for data.

use serde_json::{Value, json};

use super::{ADMIN, APP, APP_ROLE, STRANGER, World, bytes, text};

#[test]
fn every_signing_key_signs_messages_and_digests() {
    let mut world = World::new();
    for (spec, algorithm, digest) in [
        ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256", 32),
        ("RSA_3072", "RSASSA_PSS_SHA_384", 48),
        ("RSA_4096", "RSASSA_PSS_SHA_512", 64),
        ("ECC_NIST_P256", "ECDSA_SHA_256", 32),
        ("ECC_NIST_P384", "ECDSA_SHA_384", 48),
        ("ECC_NIST_P521", "ECDSA_SHA_512", 64),
        ("ECC_SECG_P256K1", "ECDSA_SHA_256", 32),
    ] {
        let key = world.key(json!({ "KeySpec": spec, "KeyUsage": "SIGN_VERIFY" }));
        for (kind, message) in [("RAW", vec![1; 100]), ("DIGEST", vec![1; digest])] {
            let mut body = json!({
                "KeyId": key, "Message": text(message), "MessageType": kind, "SigningAlgorithm": algorithm,
            });
            let signature = world.ask("Sign", body.clone())["Signature"].clone();
            body["Signature"] = signature;
            assert_eq!(world.ask("Verify", body.clone())["SignatureValid"], json!(true), "{spec} {kind}");
            body["Signature"] = json!(text("no signature"));
            assert_eq!(world.refused("Verify", body), "KMSInvalidSignatureException", "{spec} {kind}");
        }
    }
}

#[test]
fn some_algorithms_take_one_kind_of_message_only() {
    let mut world = World::new();
    let edwards = world.key(json!({ "KeySpec": "ECC_NIST_EDWARDS25519", "KeyUsage": "SIGN_VERIFY" }));
    let lattice = world.key(json!({ "KeySpec": "ML_DSA_44", "KeyUsage": "SIGN_VERIFY" }));
    let curve = world.key(json!({ "KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY" }));
    for (key, algorithm, kind, length, good) in [
        (&edwards, "ED25519_SHA_512", "RAW", 10, true),
        (&edwards, "ED25519_SHA_512", "DIGEST", 64, false),
        (&edwards, "ED25519_PH_SHA_512", "DIGEST", 64, true),
        (&edwards, "ED25519_PH_SHA_512", "DIGEST", 63, false),
        (&edwards, "ED25519_PH_SHA_512", "RAW", 64, false),
        (&lattice, "ML_DSA_SHAKE_256", "RAW", 10, true),
        (&lattice, "ML_DSA_SHAKE_256", "EXTERNAL_MU", 64, true),
        (&lattice, "ML_DSA_SHAKE_256", "EXTERNAL_MU", 63, false),
        (&lattice, "ML_DSA_SHAKE_256", "DIGEST", 32, false),
        (&curve, "ECDSA_SHA_256", "EXTERNAL_MU", 64, false),
    ] {
        let mut body = json!({
            "KeyId": key, "Message": text(vec![1; length]), "MessageType": kind, "SigningAlgorithm": algorithm,
        });
        let signed = world.call(ADMIN, "Sign", body.clone());
        assert_eq!(signed.as_ref().err().map(String::as_str), (!good).then_some("ValidationException"), "{body}");
        if let Ok(signed) = signed {
            body["Signature"] = signed["Signature"].clone();
            world.ask("Verify", body);
        }
    }
    let wrong = json!({ "KeyId": curve, "Message": text("m"), "SigningAlgorithm": "ECDSA_SHA_384" });
    assert_eq!(world.refused("Sign", wrong), "InvalidKeyUsageException");
}

#[test]
fn rsa_keys_encrypt_without_a_context_and_decrypt_by_name() {
    let mut world = World::new();
    let key = world.key(json!({ "KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT" }));
    for algorithm in ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"] {
        let body = json!({ "KeyId": key, "Plaintext": text("m"), "EncryptionAlgorithm": algorithm });
        let sealed = world.ask("Encrypt", body.clone())["CiphertextBlob"].clone();
        let mut opening = json!({ "KeyId": key, "CiphertextBlob": sealed, "EncryptionAlgorithm": algorithm });
        let opened = world.ask("Decrypt", opening.clone());
        assert_eq!((bytes(&opened["Plaintext"]), opened.get("KeyMaterialId")), (b"m".to_vec(), None));
        let mut with_context = body;
        with_context["EncryptionContext"] = json!({ "a": "1" });
        assert_eq!(world.refused("Encrypt", with_context), "ValidationException");
        opening["CiphertextBlob"] = json!(text(vec![1; 256]));
        assert_eq!(world.refused("Decrypt", opening.clone()), "InvalidCiphertextException");
        opening.as_object_mut().expect("a structure").remove("KeyId");
        assert_eq!(world.refused("Decrypt", opening), "ValidationException");
    }
    let usual = json!({ "KeyId": key, "Plaintext": text("m") });
    assert_eq!(world.refused("Encrypt", usual), "InvalidKeyUsageException");
    assert_eq!(
        world.refused("GenerateDataKey", json!({ "KeyId": key, "KeySpec": "AES_256" })),
        "InvalidKeyUsageException"
    );
}

#[test]
fn re_encrypting_needs_rights_on_both_keys_and_the_right_context() {
    let mut world = World::new();
    let (from, to) = (world.key(json!({})), world.key(json!({})));
    let grant = |world: &mut World, key: &str, operation: &str| {
        world.ask("CreateGrant", json!({ "KeyId": key, "GranteePrincipal": APP_ROLE, "Operations": [operation] }));
    };
    let sealing = json!({ "KeyId": from, "Plaintext": text("m"), "EncryptionContext": { "a": "1" } });
    let sealed = world.ask("Encrypt", sealing)["CiphertextBlob"].clone();
    let body = json!({
        "CiphertextBlob": sealed, "SourceEncryptionContext": { "a": "1" }, "DestinationKeyId": to,
        "DestinationEncryptionContext": { "b": "2" }, "SourceKeyId": from,
    });
    assert_eq!(world.call(APP, "ReEncrypt", body.clone()), Err("AccessDeniedException".into()));
    grant(&mut world, &from, "ReEncryptFrom");
    assert_eq!(world.call(APP, "ReEncrypt", body.clone()), Err("AccessDeniedException".into()));
    grant(&mut world, &to, "ReEncryptTo");
    let answer = world.call(APP, "ReEncrypt", body.clone()).expect("both are granted");
    assert_eq!((&answer["SourceKeyId"], &answer["KeyId"]), (&json!(from), &json!(to)));
    let opening = json!({ "CiphertextBlob": answer["CiphertextBlob"], "EncryptionContext": { "b": "2" } });
    assert_eq!(bytes(&world.ask("Decrypt", opening)["Plaintext"]), b"m");
    let mut wrong = body.clone();
    wrong["SourceEncryptionContext"] = json!({});
    assert_eq!(world.refused("ReEncrypt", wrong), "InvalidCiphertextException");
    world.ask("DisableKey", json!({ "KeyId": from }));
    assert_eq!(world.refused("ReEncrypt", body), "DisabledException");
}

#[test]
fn who_names_no_key_does_not_learn_of_it() {
    let mut world = World::new();
    let key = world.key(json!({}));
    let sealed = world.ask("Encrypt", json!({ "KeyId": key, "Plaintext": text("m") }))["CiphertextBlob"].clone();
    let body = json!({ "CiphertextBlob": sealed });
    assert_eq!(bytes(&world.ask("Decrypt", body.clone())["Plaintext"]), b"m");
    for who in [APP, STRANGER] {
        assert_eq!(world.call(who, "Decrypt", body.clone()), Err("AccessDeniedException".into()));
    }
    let elsewhere = world.call_in("us-east-1", ADMIN, "Decrypt", body);
    assert_eq!(elsewhere, Err("AccessDeniedException".into()));
}

#[test]
fn a_dry_run_without_a_ciphertext_asks_for_permission_only() {
    let mut world = World::new();
    let key = world.key(json!({}));
    let body = |more: Value| {
        let mut body = json!({ "KeyId": key, "DryRunModifiers": ["IGNORE_CIPHERTEXT"] });
        body.as_object_mut().expect("a structure").extend(more.as_object().expect("a structure").clone());
        body
    };
    assert_eq!(world.refused("Decrypt", body(json!({ "DryRun": true }))), "DryRunOperationException");
    assert_eq!(world.refused("Decrypt", body(json!({}))), "ValidationException");
    assert_eq!(world.refused("Decrypt", body(json!({ "DryRun": true, "KeyId": null }))), "ValidationException");
    let denied = world.call(APP, "Decrypt", body(json!({ "DryRun": true })));
    assert_eq!(denied, Err("AccessDeniedException".into()));
}

#[test]
fn data_key_pairs_are_of_their_spec_and_open_with_their_context() {
    let mut world = World::new();
    let key = world.key(json!({}));
    for spec in [
        "RSA_2048",
        "RSA_3072",
        "RSA_4096",
        "ECC_NIST_P256",
        "ECC_NIST_P384",
        "ECC_NIST_P521",
        "ECC_SECG_P256K1",
        "ECC_NIST_EDWARDS25519",
    ] {
        let body = json!({ "KeyId": key, "KeyPairSpec": spec, "EncryptionContext": { "a": "1" } });
        let made = world.ask("GenerateDataKeyPair", body.clone());
        let private = bytes(&made["PrivateKeyPlaintext"]);
        let opening = json!({ "CiphertextBlob": made["PrivateKeyCiphertextBlob"], "EncryptionContext": { "a": "1" } });
        assert_eq!(bytes(&world.ask("Decrypt", opening)["Plaintext"]), private, "{spec}");
        let hidden = world.ask("GenerateDataKeyPairWithoutPlaintext", body);
        assert!(hidden.get("PrivateKeyPlaintext").is_none() && hidden["PublicKey"] != made["PublicKey"], "{spec}");
    }
    assert_eq!(
        world.refused("GenerateDataKeyPair", json!({ "KeyId": key, "KeyPairSpec": "SM2" })),
        "UnsupportedOperationException"
    );
}

#[test]
fn two_sides_share_a_secret() {
    let mut world = World::new();
    for spec in ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521"] {
        let [one, other] = [(); 2].map(|()| world.key(json!({ "KeySpec": spec, "KeyUsage": "KEY_AGREEMENT" })));
        let mut derive = |key: &str, with: &str| {
            let public = world.ask("GetPublicKey", json!({ "KeyId": with }))["PublicKey"].clone();
            let body = json!({ "KeyId": key, "KeyAgreementAlgorithm": "ECDH", "PublicKey": public });
            world.ask("DeriveSharedSecret", body)["SharedSecret"].clone()
        };
        assert_eq!(derive(&one, &other), derive(&other, &one), "{spec}");
    }
    let key = world.key(json!({ "KeySpec": "ML_KEM_768", "KeyUsage": "ENCAPSULATE_DECAPSULATE" }));
    let body = json!({ "KeyId": key, "EncapsulationAlgorithm": "ML_KEM" });
    let made = world.ask("Encapsulate", body.clone());
    let open = |blob: Value| {
        let mut body = body.clone();
        body["SharedSecretCiphertextBlob"] = blob;
        body
    };
    let opened = world.ask("Decapsulate", open(made["SharedSecretCiphertextBlob"].clone()));
    assert_eq!(opened["SharedSecret"], made["SharedSecret"]);
    assert_eq!(world.refused("Decapsulate", open(json!(text("x")))), "InvalidCiphertextException");
}

#[test]
fn enclaves_cannot_be_served_and_sm2_is_chinese() {
    let mut world = World::new();
    let key = world.key(json!({}));
    let recipient = json!({ "KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": text("x") });
    let body = json!({ "KeyId": key, "KeySpec": "AES_256", "Recipient": recipient });
    assert_eq!(world.refused("GenerateDataKey", body), "ValidationException");
    let sm2 = json!({ "KeySpec": "SM2", "KeyUsage": "SIGN_VERIFY" });
    assert_eq!(world.refused("CreateKey", sm2.clone()), "UnsupportedOperationException");
    assert!(world.call_in("cn-north-1", ADMIN, "CreateKey", sm2).is_ok());
    let kem = json!({ "KeySpec": "ML_KEM_512", "KeyUsage": "ENCAPSULATE_DECAPSULATE" });
    assert_eq!(world.call_in("cn-north-1", ADMIN, "CreateKey", kem), Err("UnsupportedOperationException".into()));
}
