//! Key material: what encrypts, signs and authenticates. Randomness comes in as a parameter.

use std::collections::BTreeMap;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac};
use p256::pkcs8::EncodePublicKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

/// One backing key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Material {
    id: String,
    secret: Vec<u8>,
    public: Option<Vec<u8>>,
}

/// A symmetric ciphertext begins with this, then names its key and backing key.
const MAGIC: &[u8; 4] = b"\x01sim";

impl Material {
    /// New material for a key spec.
    pub(crate) fn generate(spec: &str, rng: &mut ChaCha20Rng) -> Self {
        let mut id = [0; 32];
        rng.fill_bytes(&mut id);
        let (secret, public) = pair(spec, rng);
        Self { id: hex(&id), secret, public }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The public key as a DER `SubjectPublicKeyInfo`; `None` for symmetric keys and for specs whose algorithm is only
    /// shaped here.
    pub(crate) fn public_key(&self) -> Option<&[u8]> {
        self.public.as_deref()
    }

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

fn pair(spec: &str, rng: &mut ChaCha20Rng) -> (Vec<u8>, Option<Vec<u8>>) {
    fn der(key: &impl EncodePublicKey) -> Option<Vec<u8>> {
        key.to_public_key_der().ok().map(|der| der.as_bytes().to_vec())
    }
    let mut bytes = |count: usize| {
        let mut bytes = vec![0; count];
        rng.fill_bytes(&mut bytes);
        bytes
    };
    match spec {
        "HMAC_224" => (bytes(28), None),
        "HMAC_384" => (bytes(48), None),
        "HMAC_512" => (bytes(64), None),
        "ECC_NIST_P256" => {
            let key = p256::SecretKey::random(rng);
            (key.to_bytes().to_vec(), der(&key.public_key()))
        }
        "ECC_NIST_P384" => {
            let key = p384::SecretKey::random(rng);
            (key.to_bytes().to_vec(), der(&key.public_key()))
        }
        "ECC_NIST_P521" => {
            let key = p521::SecretKey::random(rng);
            (key.to_bytes().to_vec(), der(&key.public_key()))
        }
        "ECC_SECG_P256K1" => {
            let key = k256::SecretKey::random(rng);
            (key.to_bytes().to_vec(), der(&key.public_key()))
        }
        "ECC_NIST_EDWARDS25519" => {
            let key = ed25519_dalek::SigningKey::generate(rng);
            (key.to_bytes().to_vec(), der(&key.verifying_key()))
        }
        "RSA_2048" => rsa_pair(2048, rng),
        "RSA_3072" => rsa_pair(3072, rng),
        "RSA_4096" => rsa_pair(4096, rng),
        _ => (bytes(32), None),
    }
}

fn rsa_pair(bits: usize, rng: &mut ChaCha20Rng) -> (Vec<u8>, Option<Vec<u8>>) {
    use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey};
    let key = rsa::RsaPrivateKey::new(rng, bits).expect("the sizes are legal");
    let secret = key.to_pkcs8_der().map(|der| der.as_bytes().to_vec()).unwrap_or_default();
    let public = key.to_public_key().to_public_key_der().ok().map(|der| der.as_bytes().to_vec());
    (secret, public)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A digest for identifiers.
pub(crate) fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::{Material, Sealed};

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
        for spec in
            ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519", "RSA_2048"]
        {
            assert!(Material::generate(spec, &mut rng).public_key().is_some(), "{spec}");
        }
    }
}
