//! Elliptic curves: ECDSA and ECDH, one set of functions a curve.

use rand_chacha::ChaCha20Rng;

use super::Pair;

/// Bytes, if it could be done.
type Done = Option<Vec<u8>>;

/// What is done with a key of a curve. Secrets are scalars, public keys DER `SubjectPublicKeyInfo`.
pub(super) struct Curve {
    pub(super) generate: fn(&mut ChaCha20Rng) -> Pair,
    /// A signature of a digest, in DER.
    pub(super) sign: fn(&[u8], &[u8], &mut ChaCha20Rng) -> Done,
    pub(super) verify: fn(&[u8], &[u8], &[u8]) -> bool,
    /// The shared secret with another public key of the curve.
    pub(super) agree: fn(&[u8], &[u8]) -> Done,
    pub(super) from_pkcs8: fn(&[u8]) -> Option<Pair>,
    pub(super) to_pkcs8: fn(&[u8]) -> Done,
}

macro_rules! curve {
    ($name:ident, $library:ident) => {
        mod $name {
            use rand_chacha::ChaCha20Rng;
            use $library::ecdsa::signature::hazmat::{PrehashVerifier, RandomizedPrehashSigner};
            use $library::ecdsa::{Signature, SigningKey, VerifyingKey};
            use $library::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};
            use $library::{PublicKey, SecretKey};

            use super::{Curve, Pair};

            fn pair(key: &SecretKey) -> Option<Pair> {
                let public = key.public_key().to_public_key_der().ok()?;
                Some(Pair { secret: key.to_bytes().to_vec(), public: Some(public.as_bytes().to_vec()) })
            }

            fn sign(secret: &[u8], digest: &[u8], rng: &mut ChaCha20Rng) -> Option<Vec<u8>> {
                let key = SigningKey::from_slice(secret).ok()?;
                let signature: Signature = key.sign_prehash_with_rng(rng, digest).ok()?;
                Some(signature.to_der().as_bytes().to_vec())
            }

            fn verify(secret: &[u8], digest: &[u8], signature: &[u8]) -> bool {
                let Ok(key) = SigningKey::from_slice(secret) else { return false };
                let Ok(signature) = Signature::from_der(signature) else { return false };
                // The larger of the two equivalent values of s is as good, though a library may not take it.
                let signature = signature.normalize_s().unwrap_or(signature);
                VerifyingKey::from(&key).verify_prehash(digest, &signature).is_ok()
            }

            fn agree(secret: &[u8], public: &[u8]) -> Option<Vec<u8>> {
                let key = SecretKey::from_slice(secret).ok()?;
                let public = PublicKey::from_public_key_der(public).ok()?;
                let shared = $library::ecdh::diffie_hellman(key.to_nonzero_scalar(), public.as_affine());
                Some(shared.raw_secret_bytes().to_vec())
            }

            pub(super) static CURVE: Curve = Curve {
                generate: |rng| pair(&SecretKey::random(rng)).expect("a new key has a public key"),
                sign,
                verify,
                agree,
                from_pkcs8: |der| pair(&SecretKey::from_pkcs8_der(der).ok()?),
                to_pkcs8: |secret| Some(SecretKey::from_slice(secret).ok()?.to_pkcs8_der().ok()?.as_bytes().to_vec()),
            };
        }
    };
}

curve!(nist_p256, p256);
curve!(nist_p384, p384);
curve!(nist_p521, p521);
curve!(secp256k1, k256);

/// The curve of a key spec.
pub(super) fn of(spec: &str) -> Option<&'static Curve> {
    Some(match spec {
        "ECC_NIST_P256" => &nist_p256::CURVE,
        "ECC_NIST_P384" => &nist_p384::CURVE,
        "ECC_NIST_P521" => &nist_p521::CURVE,
        "ECC_SECG_P256K1" => &secp256k1::CURVE,
        _ => return None,
    })
}
