//! RSA.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey};
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, Oaep, Pkcs1v15Sign, Pss, RsaPrivateKey};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use super::Pair;

const PRIMES: [(usize, &str); 3] = [
    (2048, include_str!("primes_1024.txt")),
    (3072, include_str!("primes_1536.txt")),
    (4096, include_str!("primes_2048.txt")),
];

/// A key of so many bits. Looking for primes takes seconds, so that they are known here and only chosen.
pub(super) fn generate(bits: usize, rng: &mut ChaCha20Rng) -> Pair {
    let (_, lines) = PRIMES.iter().find(|(of, _)| *of == bits).expect("a legal size");
    let lines: Vec<&str> = lines.lines().collect();
    let count = u64::try_from(lines.len()).expect("a few");
    let mut below = |most: u64| usize::try_from(rng.next_u64() % most).expect("a few");
    let first = below(count);
    let second = (first + 1 + below(count - 1)) % lines.len();
    let prime = |index: usize| BigUint::parse_bytes(lines[index].as_bytes(), 16).expect("hexadecimal digits");
    let key = RsaPrivateKey::from_p_q(prime(first), prime(second), BigUint::from(65_537_u32));
    pair(&key.expect("two primes")).expect("a key can be written")
}

fn pair(key: &RsaPrivateKey) -> Option<Pair> {
    let secret = key.to_pkcs8_der().ok()?.as_bytes().to_vec();
    let public = key.to_public_key().to_public_key_der().ok()?.as_bytes().to_vec();
    Some(Pair { secret, public: Some(public) })
}

/// A private key of so many bits out of PKCS#8.
pub(super) fn from_pkcs8(bits: usize, der: &[u8]) -> Option<Pair> {
    let key = read(der)?;
    (key.n().bits() == bits).then(|| pair(&key)).flatten()
}

fn read(der: &[u8]) -> Option<RsaPrivateKey> {
    RsaPrivateKey::from_pkcs8_der(der).ok()
}

pub(super) fn sign(secret: &[u8], algorithm: &str, digest: &[u8], rng: &mut ChaCha20Rng) -> Option<Vec<u8>> {
    let key = read(secret)?;
    match algorithm {
        "RSASSA_PKCS1_V1_5_SHA_256" => key.sign_with_rng(rng, Pkcs1v15Sign::new::<Sha256>(), digest),
        "RSASSA_PKCS1_V1_5_SHA_384" => key.sign_with_rng(rng, Pkcs1v15Sign::new::<Sha384>(), digest),
        "RSASSA_PKCS1_V1_5_SHA_512" => key.sign_with_rng(rng, Pkcs1v15Sign::new::<Sha512>(), digest),
        "RSASSA_PSS_SHA_256" => key.sign_with_rng(rng, Pss::new::<Sha256>(), digest),
        "RSASSA_PSS_SHA_384" => key.sign_with_rng(rng, Pss::new::<Sha384>(), digest),
        "RSASSA_PSS_SHA_512" => key.sign_with_rng(rng, Pss::new::<Sha512>(), digest),
        _ => return None,
    }
    .ok()
}

pub(super) fn verify(secret: &[u8], algorithm: &str, digest: &[u8], signature: &[u8]) -> bool {
    let Some(key) = read(secret).map(|key| key.to_public_key()) else { return false };
    match algorithm {
        "RSASSA_PKCS1_V1_5_SHA_256" => key.verify(Pkcs1v15Sign::new::<Sha256>(), digest, signature),
        "RSASSA_PKCS1_V1_5_SHA_384" => key.verify(Pkcs1v15Sign::new::<Sha384>(), digest, signature),
        "RSASSA_PKCS1_V1_5_SHA_512" => key.verify(Pkcs1v15Sign::new::<Sha512>(), digest, signature),
        "RSASSA_PSS_SHA_256" => key.verify(Pss::new::<Sha256>(), digest, signature),
        "RSASSA_PSS_SHA_384" => key.verify(Pss::new::<Sha384>(), digest, signature),
        "RSASSA_PSS_SHA_512" => key.verify(Pss::new::<Sha512>(), digest, signature),
        _ => return false,
    }
    .is_ok()
}

fn oaep(algorithm: &str) -> Oaep {
    if algorithm.ends_with("SHA_1") { Oaep::new::<Sha1>() } else { Oaep::new::<Sha256>() }
}

/// RSAES-OAEP; the name of the algorithm ends with that of its digest.
pub(super) fn encrypt(secret: &[u8], algorithm: &str, plaintext: &[u8], rng: &mut ChaCha20Rng) -> Option<Vec<u8>> {
    read(secret)?.to_public_key().encrypt(rng, oaep(algorithm), plaintext).ok()
}

/// Opens what [`encrypt`] sealed, here or elsewhere.
pub(super) fn decrypt(secret: &[u8], algorithm: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    read(secret)?.decrypt(oaep(algorithm), sealed).ok()
}
