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
    let (first, second) = two_of(lines.len(), number(rng));
    let prime = |index: usize| BigUint::parse_bytes(lines[index].as_bytes(), 16).expect("hexadecimal digits");
    let key = RsaPrivateKey::from_p_q(prime(first), prime(second), BigUint::from(65_537_u32));
    pair(&key.expect("two primes")).expect("a key can be written")
}

/// Which of the keys that the primes make. Numbers that were drawn could be drawn twice; each change of the state has a
/// stream of its own, and so a number next to that of the change before.
fn number(rng: &mut ChaCha20Rng) -> u64 {
    let [start, ..] = rng.get_seed().map(u64::from);
    let within = u64::try_from(rng.get_word_pos() % 1_000_000).expect("below a million");
    let number = (start << 32) + rng.get_stream() % (1 << 32) + 7919 * within;
    rng.next_u64();
    number
}

/// Two different indexes below a count, other ones for each number up to the number of pairs.
fn two_of(count: usize, number: u64) -> (usize, usize) {
    let pairs = count * (count - 1) / 2;
    let number = usize::try_from(number % pairs as u64).expect("a few");
    // Distances between the two from 1 on: a distance d leaves count - d pairs.
    let mut left = number;
    let mut distance = 1;
    while left >= count - distance {
        left -= count - distance;
        distance += 1;
    }
    (left, left + distance)
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::{number, two_of};

    #[test]
    fn a_thousand_keys_are_different_ones() {
        let stream = |stream| {
            let mut rng = ChaCha20Rng::seed_from_u64(5);
            rng.set_stream(stream);
            two_of(48, number(&mut rng))
        };
        let pairs: BTreeSet<_> = (0..1128).map(stream).collect();
        assert_eq!(pairs.len(), 1128);
        assert!(pairs.iter().all(|(one, other)| one < other && *other < 48));
        let mut rng = ChaCha20Rng::seed_from_u64(6);
        assert_ne!(number(&mut rng), number(&mut rng));
    }
}
