//! Signatures.

use ed25519_dalek::{Signature, Signer, SigningKey};
use rand_chacha::ChaCha20Rng;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{Material, curves, lattices, rsa_keys};

/// What is signed: all of a message, its digest, or the value µ that ML-DSA makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Raw,
    Digest,
    ExternalMu,
}

impl Material {
    /// Signs with a key of a spec by an algorithm that it has; `None` if the spec is only shaped here.
    pub(crate) fn sign(
        &self,
        spec: &str,
        algorithm: &str,
        (kind, message): (Kind, &[u8]),
        rng: &mut ChaCha20Rng,
    ) -> Option<Vec<u8>> {
        if let Some(curve) = curves::of(spec) {
            return (curve.sign)(&self.secret, &hashed(algorithm, kind, message), rng);
        }
        if let Some(dsa) = lattices::dsa(spec) {
            return (dsa.sign)(&self.secret, message, kind == Kind::ExternalMu);
        }
        match spec {
            "ECC_NIST_EDWARDS25519" => {
                let key = self.edwards()?;
                let signature = if algorithm == "ED25519_PH_SHA_512" {
                    // KMS hashes here even what is a digest already.
                    key.sign_prehashed(Sha512::new_with_prefix(message), None).ok()?
                } else {
                    key.sign(message)
                };
                Some(signature.to_bytes().to_vec())
            }
            _ => rsa_keys::sign(&self.secret, algorithm, &hashed(algorithm, kind, message), rng),
        }
    }

    /// Whether a signature is one that [`Self::sign`] could have made.
    pub(crate) fn verify(&self, spec: &str, algorithm: &str, (kind, message): (Kind, &[u8]), signature: &[u8]) -> bool {
        if let Some(curve) = curves::of(spec) {
            return (curve.verify)(&self.secret, &hashed(algorithm, kind, message), signature);
        }
        if let Some(dsa) = lattices::dsa(spec) {
            return (dsa.verify)(&self.secret, message, kind == Kind::ExternalMu, signature);
        }
        if spec != "ECC_NIST_EDWARDS25519" {
            return rsa_keys::verify(&self.secret, algorithm, &hashed(algorithm, kind, message), signature);
        }
        let (Some(key), Ok(signature)) = (self.edwards(), Signature::from_slice(signature)) else { return false };
        if algorithm == "ED25519_PH_SHA_512" {
            return key.verify_prehashed(Sha512::new_with_prefix(message), None, &signature).is_ok();
        }
        key.verify(message, &signature).is_ok()
    }

    fn edwards(&self) -> Option<SigningKey> {
        Some(SigningKey::from_bytes(self.secret.as_slice().try_into().ok()?))
    }
}

/// The length of the digests that an algorithm signs.
pub(crate) fn digest_length(algorithm: &str) -> usize {
    match algorithm.rsplit('_').next() {
        Some("384") => 48,
        Some("512") => 64,
        _ => 32,
    }
}

fn hashed(algorithm: &str, kind: Kind, message: &[u8]) -> Vec<u8> {
    match (kind, digest_length(algorithm)) {
        (Kind::Digest | Kind::ExternalMu, _) => message.to_vec(),
        (Kind::Raw, 48) => Sha384::digest(message).to_vec(),
        (Kind::Raw, 64) => Sha512::digest(message).to_vec(),
        (Kind::Raw, _) => Sha256::digest(message).to_vec(),
    }
}
