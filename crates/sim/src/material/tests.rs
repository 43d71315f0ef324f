//! What the algorithms promise.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::{Kind, Material, Sealed};

#[test]
fn opens_only_with_the_same_context_and_material() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let (one, other) =
        (Material::generate("SYMMETRIC_DEFAULT", &mut rng), Material::generate("SYMMETRIC_DEFAULT", &mut rng));
    let context = BTreeMap::from([("App".to_owned(), "x".to_owned())]);
    let blob = one.encrypt("key", b"secret", &context, &mut rng);
    let sealed = Sealed::read(&blob).expect("a ciphertext");
    assert_eq!((sealed.key_id, sealed.material_id), ("key", one.id()));
    assert_eq!(one.decrypt(&sealed, &context).as_deref(), Some(&b"secret"[..]));
    assert_eq!(one.decrypt(&sealed, &BTreeMap::new()), None);
    assert_eq!(other.decrypt(&sealed, &context), None);
    for end in 0..blob.len() {
        let opened = Sealed::read(&blob[..end]).and_then(|cut| one.decrypt(&cut, &context));
        assert_eq!(opened, None, "cut at {end}");
    }
}

#[test]
fn asymmetric_specs_have_public_keys() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    for (spec, _) in SIGNING.iter().chain(&[("ML_KEM_512", ""), ("ML_KEM_768", ""), ("ML_KEM_1024", "")]) {
        assert!(Material::generate(spec, &mut rng).public_key().is_some(), "{spec}");
    }
}

const SIGNING: [(&str, &str); 11] = [
    ("ECC_NIST_P256", "ECDSA_SHA_256"),
    ("ECC_NIST_P384", "ECDSA_SHA_384"),
    ("ECC_NIST_P521", "ECDSA_SHA_512"),
    ("ECC_SECG_P256K1", "ECDSA_SHA_256"),
    ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512"),
    ("RSA_2048", "RSASSA_PSS_SHA_256"),
    ("RSA_3072", "RSASSA_PKCS1_V1_5_SHA_384"),
    ("RSA_4096", "RSASSA_PSS_SHA_512"),
    ("ML_DSA_44", "ML_DSA_SHAKE_256"),
    ("ML_DSA_65", "ML_DSA_SHAKE_256"),
    ("ML_DSA_87", "ML_DSA_SHAKE_256"),
];

#[test]
fn signatures_are_of_one_message_and_one_key() {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    for (spec, algorithm) in SIGNING {
        let (key, other) = (Material::generate(spec, &mut rng), Material::generate(spec, &mut rng));
        let signature = key.sign(spec, algorithm, (Kind::Raw, b"m"), &mut rng).expect(spec);
        assert!(key.verify(spec, algorithm, (Kind::Raw, b"m"), &signature), "{spec}");
        assert!(!key.verify(spec, algorithm, (Kind::Raw, b"n"), &signature), "{spec}");
        assert!(!other.verify(spec, algorithm, (Kind::Raw, b"m"), &signature), "{spec}");
        assert!(!key.verify(spec, algorithm, (Kind::Raw, b"m"), &signature[1..]), "{spec}");
    }
}

#[test]
fn two_sides_agree_on_a_secret() {
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    for spec in ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521"] {
        let (one, other) = (Material::generate(spec, &mut rng), Material::generate(spec, &mut rng));
        let public = |key: &Material| key.public_key().expect(spec).to_vec();
        assert_eq!(one.agree(spec, &public(&other)), other.agree(spec, &public(&one)), "{spec}");
        assert_eq!(one.agree(spec, b"no key"), None);
    }
    for (spec, length) in [("ML_KEM_512", 768), ("ML_KEM_768", 1088), ("ML_KEM_1024", 1568)] {
        let key = Material::generate(spec, &mut rng);
        let (secret, sealed) = key.encapsulate(spec, &mut rng).expect(spec);
        assert_eq!((secret.len(), sealed.len()), (32, length), "{spec}");
        assert_eq!(key.decapsulate(spec, &sealed), Some(secret), "{spec}");
        assert_eq!(key.decapsulate(spec, &sealed[1..]), None, "{spec}");
    }
}
