//! Making, reading and writing keys by their spec.

use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey, KeypairBytes};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;

use super::{curves, lattices, rsa_keys};

/// A secret and, of asymmetric keys, the public key as a DER `SubjectPublicKeyInfo`.
pub(crate) struct Pair {
    pub(crate) secret: Vec<u8>,
    pub(crate) public: Option<Vec<u8>>,
}

/// Bytes of the secret of a spec whose secrets are any bytes.
fn secret_length(spec: &str) -> Option<usize> {
    Some(match spec {
        "SYMMETRIC_DEFAULT" | "HMAC_256" => 32,
        "HMAC_224" => 28,
        "HMAC_384" => 48,
        "HMAC_512" => 64,
        _ => return None,
    })
}

fn rsa_bits(spec: &str) -> Option<usize> {
    spec.strip_prefix("RSA_").and_then(|bits| bits.parse().ok())
}

/// A new key.
pub(crate) fn generate(spec: &str, rng: &mut ChaCha20Rng) -> Pair {
    if let Some(curve) = curves::of(spec) {
        return (curve.generate)(rng);
    }
    if let Some(bits) = rsa_bits(spec) {
        return rsa_keys::generate(bits, rng);
    }
    let mut bytes = |count: usize| {
        let mut bytes = vec![0; count];
        rng.fill_bytes(&mut bytes);
        bytes
    };
    if let Some(dsa) = lattices::dsa(spec) {
        return (dsa.pair)(bytes(32)).expect("32 bytes are a seed");
    }
    if let Some(kem) = lattices::kem(spec) {
        return (kem.pair)(bytes(64)).expect("64 bytes are a seed");
    }
    if spec == "ECC_NIST_EDWARDS25519" {
        return edwards(bytes(32)).expect("32 bytes are a key");
    }
    Pair { secret: bytes(secret_length(spec).unwrap_or(32)), public: None }
}

fn edwards(secret: Vec<u8>) -> Option<Pair> {
    let key = ed25519_dalek::SigningKey::from_bytes(secret.as_slice().try_into().ok()?);
    let public = key.verifying_key().to_public_key_der().ok()?;
    Some(Pair { secret, public: Some(public.as_bytes().to_vec()) })
}

/// A key of a spec out of bytes that are imported: asymmetric private keys in PKCS#8, others as they are.
pub(super) fn imported(spec: &str, bytes: &[u8]) -> Option<Pair> {
    if let Some(curve) = curves::of(spec) {
        return (curve.from_pkcs8)(bytes);
    }
    if let Some(bits) = rsa_bits(spec) {
        return rsa_keys::from_pkcs8(bits, bytes);
    }
    if spec == "ECC_NIST_EDWARDS25519" {
        return edwards(KeypairBytes::from_pkcs8_der(bytes).ok()?.secret_key.to_vec());
    }
    (secret_length(spec)? == bytes.len()).then(|| Pair { secret: bytes.to_vec(), public: None })
}

/// The private key of a pair in PKCS#8.
pub(crate) fn to_pkcs8(spec: &str, pair: &Pair) -> Option<Vec<u8>> {
    if let Some(curve) = curves::of(spec) {
        return (curve.to_pkcs8)(&pair.secret);
    }
    if spec == "ECC_NIST_EDWARDS25519" {
        let secret_key = pair.secret.as_slice().try_into().ok()?;
        let document = KeypairBytes { secret_key, public_key: None }.to_pkcs8_der().ok()?;
        return Some(document.as_bytes().to_vec());
    }
    if let Some(kem) = lattices::kem(spec) {
        return (kem.to_pkcs8)(&pair.secret);
    }
    rsa_bits(spec).map(|_| pair.secret.clone())
}
