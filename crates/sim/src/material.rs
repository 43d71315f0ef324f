//! Key material: what encrypts, signs and authenticates. Randomness comes in as a parameter.

mod curves;
mod lattices;
mod pairs;
mod rsa_keys;
mod signing;
mod wrapping;

use std::collections::BTreeMap;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

pub(crate) use pairs::{Pair, generate, to_pkcs8};
pub(crate) use signing::{Kind, digest_length};
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

/// A symmetric ciphertext begins with this, then names its key and backing key.
const MAGIC: &[u8; 4] = b"\x01sim";

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
}
