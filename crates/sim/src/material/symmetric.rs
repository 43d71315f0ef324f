//! Symmetric encryption.

use std::collections::BTreeMap;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;

use super::Material;

/// A symmetric ciphertext begins with this, then names its key and backing key.
const MAGIC: &[u8; 4] = b"\x01sim";

impl Material {
    /// AES-256-GCM with the encryption context as authenticated data.
    pub(crate) fn encrypt(
        &self,
        key_id: &str,
        plaintext: &[u8],
        context: &BTreeMap<String, String>,
        rng: &mut ChaCha20Rng,
    ) -> Vec<u8> {
        let mut nonce = [0; 12];
        rng.fill_bytes(&mut nonce);
        let payload = Payload { msg: plaintext, aad: &authenticated(context) };
        let sealed = self.cipher().encrypt(Nonce::from_slice(&nonce), payload).expect("AES-GCM takes 4 KiB");
        let mut blob = MAGIC.to_vec();
        for part in [key_id.as_bytes(), self.id.as_bytes(), &nonce] {
            blob.push(u8::try_from(part.len()).expect("IDs are short"));
            blob.extend_from_slice(part);
        }
        blob.extend(sealed);
        blob
    }

    /// Opens what [`Self::encrypt`] sealed; `None` if it was sealed otherwise or changed.
    pub(crate) fn decrypt(&self, sealed: &Sealed<'_>, context: &BTreeMap<String, String>) -> Option<Vec<u8>> {
        let payload = Payload { msg: sealed.body, aad: &authenticated(context) };
        self.cipher().decrypt(Nonce::from_slice(sealed.nonce), payload).ok()
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new_from_slice(&self.secret).expect("symmetric keys have 32 bytes")
    }
}

/// A symmetric ciphertext in its parts.
#[derive(Debug)]
pub(crate) struct Sealed<'a> {
    pub(crate) key_id: &'a str,
    pub(crate) material_id: &'a str,
    nonce: &'a [u8],
    body: &'a [u8],
}

impl<'a> Sealed<'a> {
    pub(crate) fn read(blob: &'a [u8]) -> Option<Self> {
        let rest = blob.strip_prefix(MAGIC)?;
        let (key_id, rest) = part(rest)?;
        let (material_id, rest) = part(rest)?;
        let (nonce, body) = part(rest)?;
        (nonce.len() == 12).then_some(())?;
        Some(Self {
            key_id: std::str::from_utf8(key_id).ok()?,
            material_id: std::str::from_utf8(material_id).ok()?,
            nonce,
            body,
        })
    }
}

fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first()?;
    rest.split_at_checked(usize::from(*length))
}

fn authenticated(context: &BTreeMap<String, String>) -> Vec<u8> {
    serde_json::to_vec(context).expect("a map of texts is JSON")
}
