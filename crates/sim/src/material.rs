//! Key material: what encrypts, signs and authenticates. Randomness comes in as a parameter.

mod curves;
mod lattices;
mod pairs;
mod rsa_keys;
mod signing;
mod symmetric;
mod wrapping;

use aes_gcm::aead::KeyInit;
use hmac::{Hmac, Mac};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

pub(crate) use pairs::{Pair, generate, to_pkcs8};
pub(crate) use signing::{Kind, digest_length};
pub(crate) use symmetric::Sealed;
pub(crate) use wrapping::{WrappingKey, unwrap, wrapping_key};

/// One backing key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Material {
    id: String,
    secret: Vec<u8>,
    public: Option<Vec<u8>>,
    /// When a rotation made it the current one, and whether on demand; the first one came without.
    #[serde(default)]
    pub(crate) rotated: Option<(f64, bool)>,
    /// What only imported material has.
    #[serde(default)]
    pub(crate) import: Option<Box<Import>>,
}

/// How material was imported.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Import {
    /// It is gone after its deletion or expiry; its ID stays, because only the same material may come back.
    pub(crate) held: bool,
    pub(crate) expires: Option<f64>,
    pub(crate) description: Option<String>,
}

impl Material {
    /// New material for a key spec.
    pub(crate) fn generate(spec: &str, rng: &mut ChaCha20Rng) -> Self {
        let mut id = [0; 32];
        rng.fill_bytes(&mut id);
        let Pair { secret, public } = pairs::generate(spec, rng);
        Self { id: hex(&id), secret, public, rotated: None, import: None }
    }

    /// New material that comes by a rotation.
    pub(crate) fn by_rotation(spec: &str, rng: &mut ChaCha20Rng, date: f64, on_demand: bool) -> Self {
        Self { rotated: Some((date, on_demand)), ..Self::generate(spec, rng) }
    }

    /// Imported material for a key, if it is of the key's spec. The ID depends on both.
    pub(crate) fn imported(key_id: &str, spec: &str, bytes: &[u8]) -> Option<Self> {
        let Pair { secret, public } = pairs::imported(spec, bytes)?;
        let id = hex(&Sha256::new_with_prefix(key_id).chain_update(&secret).finalize());
        let import = Some(Box::new(Import { held: true, ..Import::default() }));
        Some(Self { id, secret, public, rotated: None, import })
    }

    /// Whether it is there to be used.
    pub(crate) fn is_held(&self) -> bool {
        self.import.as_ref().is_none_or(|import| import.held)
    }

    /// When imported material that is there expires.
    pub(crate) fn expires(&self) -> Option<f64> {
        self.import.as_ref().filter(|import| import.held).and_then(|import| import.expires)
    }

    /// Forgets imported material but for its ID.
    pub(crate) fn forget(&mut self) {
        self.secret.clear();
        if let Some(import) = &mut self.import {
            (import.held, import.expires) = (false, None);
        }
    }

    /// The same material, made the current one by another rotation or none.
    pub(crate) fn with_rotation(self, rotated: Option<(f64, bool)>) -> Self {
        Self { rotated, ..self }
    }

    /// The same imported material where it is not there yet.
    pub(crate) fn forgotten(&self) -> Self {
        let mut copy = self.clone();
        copy.forget();
        copy
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The public key as a DER `SubjectPublicKeyInfo`; `None` for symmetric keys and for specs whose algorithm is only
    /// shaped here.
    pub(crate) fn public_key(&self) -> Option<&[u8]> {
        self.public.as_deref()
    }

    /// An HMAC with the digest of the key's spec.
    pub(crate) fn mac(&self, spec: &str, message: &[u8]) -> Vec<u8> {
        fn digest<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
            let mut mac = <M as Mac>::new_from_slice(key).expect("HMAC takes any key");
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        }
        match spec {
            "HMAC_224" => digest::<Hmac<Sha224>>(&self.secret, message),
            "HMAC_256" => digest::<Hmac<Sha256>>(&self.secret, message),
            "HMAC_384" => digest::<Hmac<Sha384>>(&self.secret, message),
            _ => digest::<Hmac<Sha512>>(&self.secret, message),
        }
    }

    /// RSAES-OAEP; `None` if the plaintext is too long.
    pub(crate) fn rsa_encrypt(&self, algorithm: &str, plaintext: &[u8], rng: &mut ChaCha20Rng) -> Option<Vec<u8>> {
        rsa_keys::encrypt(&self.secret, algorithm, plaintext, rng)
    }

    /// Opens what the public key has sealed by RSAES-OAEP, here or elsewhere.
    pub(crate) fn rsa_decrypt(&self, algorithm: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        rsa_keys::decrypt(&self.secret, algorithm, sealed)
    }

    /// The ECDH secret with another public key, if it is one of the same curve.
    pub(crate) fn agree(&self, spec: &str, public: &[u8]) -> Option<Vec<u8>> {
        (curves::of(spec)?.agree)(&self.secret, public)
    }

    /// A new secret and its encapsulation by ML-KEM.
    pub(crate) fn encapsulate(&self, spec: &str, rng: &mut ChaCha20Rng) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut random = [0; 32];
        rng.fill_bytes(&mut random);
        (lattices::kem(spec)?.encapsulate)(&self.secret, random)
    }

    /// The secret of an encapsulation of the right length. One that was changed gives another secret.
    pub(crate) fn decapsulate(&self, spec: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        (lattices::kem(spec)?.decapsulate)(&self.secret, sealed)
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A digest for identifiers.
pub(crate) fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests;
