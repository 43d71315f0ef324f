//! Wrapping keys, under which key material travels into KMS.

use aes_kw::KekAes256;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::{digest, rsa_keys};

/// A wrapping key.
pub(crate) struct WrappingKey {
    bits: usize,
    secret: Vec<u8>,
    /// A DER `SubjectPublicKeyInfo`.
    pub(crate) public: Vec<u8>,
}

/// The wrapping key of a spec such as `RSA_2048` that a text stands for.
pub(crate) fn wrapping_key(spec: &str, text: &str) -> Option<WrappingKey> {
    let bits = spec.strip_prefix("RSA_")?.parse().ok()?;
    let pair = rsa_keys::generate(bits, &mut ChaCha20Rng::from_seed(digest(text)));
    Some(WrappingKey { bits, secret: pair.secret, public: pair.public? })
}

/// Unwraps key material; `None` if it was not wrapped by this key and algorithm.
pub(crate) fn unwrap(key: &WrappingKey, algorithm: &str, wrapped: &[u8]) -> Option<Vec<u8>> {
    if algorithm.starts_with("RSAES_OAEP_") {
        return rsa_keys::decrypt(&key.secret, algorithm, wrapped);
    }
    // An AES key under the RSA key, then the material under the AES key (AES key wrap with padding, RFC 5649).
    let (wrapped_aes, material) = wrapped.split_at_checked(key.bits / 8)?;
    let aes = rsa_keys::decrypt(&key.secret, algorithm, wrapped_aes)?;
    KekAes256::try_from(aes.as_slice()).ok()?.unwrap_with_padding_vec(material).ok()
}
