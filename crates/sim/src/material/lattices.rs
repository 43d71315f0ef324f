//! ML-DSA and ML-KEM. Secrets are the seeds that FIPS 204 and FIPS 203 make keys from.

use super::Pair;

/// Bytes, if it could be done.
type Done = Option<Vec<u8>>;

/// A shared secret and its encapsulation.
type Encapsulated = Option<(Vec<u8>, Vec<u8>)>;

/// Signing by one parameter set of ML-DSA.
pub(super) struct Dsa {
    pub(super) pair: fn(Vec<u8>) -> Option<Pair>,
    /// Signs a message, or the 64 bytes µ that stand for one.
    pub(super) sign: fn(&[u8], &[u8], bool) -> Done,
    pub(super) verify: fn(&[u8], &[u8], bool, &[u8]) -> bool,
}

macro_rules! dsa {
    ($name:ident, $parameters:ident) => {
        mod $name {
            use ml_dsa::pkcs8::EncodePublicKey;
            use ml_dsa::{Signature, SigningKey, $parameters as Parameters};

            use super::{Dsa, Pair};

            fn key(seed: &[u8]) -> Option<SigningKey<Parameters>> {
                Some(SigningKey::from_seed(&seed.try_into().ok()?))
            }

            fn pair(seed: Vec<u8>) -> Option<Pair> {
                let public = key(&seed)?.expanded_key().verifying_key().to_public_key_der().ok()?;
                Some(Pair { secret: seed, public: Some(public.as_bytes().to_vec()) })
            }

            fn sign(seed: &[u8], message: &[u8], is_mu: bool) -> Option<Vec<u8>> {
                let key = key(seed)?;
                let key = key.expanded_key();
                let signature = if is_mu {
                    key.sign_mu_deterministic(&message.try_into().ok()?)
                } else {
                    key.sign_deterministic(message, &[]).ok()?
                };
                Some(signature.encode().to_vec())
            }

            fn verify(seed: &[u8], message: &[u8], is_mu: bool, signature: &[u8]) -> bool {
                let Some(key) = key(seed).map(|key| key.expanded_key().verifying_key()) else { return false };
                let Ok(signature) = Signature::<Parameters>::try_from(signature) else { return false };
                if is_mu {
                    message.try_into().is_ok_and(|mu| key.verify_mu(&mu, &signature))
                } else {
                    key.verify_with_context(message, &[], &signature)
                }
            }

            pub(super) static DSA: Dsa = Dsa { pair, sign, verify };
        }
    };
}

dsa!(dsa_44, MlDsa44);
dsa!(dsa_65, MlDsa65);
dsa!(dsa_87, MlDsa87);

/// Encapsulation by one parameter set of ML-KEM.
pub(super) struct Kem {
    pub(super) pair: fn(Vec<u8>) -> Option<Pair>,
    /// The seed in PKCS#8.
    pub(super) to_pkcs8: fn(&[u8]) -> Done,
    /// A shared secret and its encapsulation, from 32 random bytes.
    pub(super) encapsulate: fn(&[u8], [u8; 32]) -> Encapsulated,
    /// The shared secret of an encapsulation of the right length.
    pub(super) decapsulate: fn(&[u8], &[u8]) -> Done,
}

macro_rules! kem {
    ($name:ident, $parameters:ident) => {
        mod $name {
            use ml_kem::Decapsulate;
            use ml_kem::pkcs8::{EncodePrivateKey, EncodePublicKey};
            use ml_kem::$parameters::DecapsulationKey;

            use super::{Kem, Pair};

            fn key(seed: &[u8]) -> Option<DecapsulationKey> {
                Some(DecapsulationKey::from_seed(seed.try_into().ok()?))
            }

            fn pair(seed: Vec<u8>) -> Option<Pair> {
                let public = key(&seed)?.encapsulation_key().to_public_key_der().ok()?;
                Some(Pair { secret: seed, public: Some(public.as_bytes().to_vec()) })
            }

            fn encapsulate(seed: &[u8], random: [u8; 32]) -> Option<(Vec<u8>, Vec<u8>)> {
                let (sealed, secret) = key(seed)?.encapsulation_key().encapsulate_deterministic(&random.into());
                Some((secret.to_vec(), sealed.to_vec()))
            }

            pub(super) static KEM: Kem = Kem {
                pair,
                to_pkcs8: |seed| Some(key(seed)?.to_pkcs8_der().ok()?.as_bytes().to_vec()),
                encapsulate,
                decapsulate: |seed, sealed| Some(key(seed)?.decapsulate_slice(sealed).ok()?.to_vec()),
            };
        }
    };
}

kem!(kem_512, ml_kem_512);
kem!(kem_768, ml_kem_768);
kem!(kem_1024, ml_kem_1024);

pub(super) fn dsa(spec: &str) -> Option<&'static Dsa> {
    Some(match spec {
        "ML_DSA_44" => &dsa_44::DSA,
        "ML_DSA_65" => &dsa_65::DSA,
        "ML_DSA_87" => &dsa_87::DSA,
        _ => return None,
    })
}

pub(super) fn kem(spec: &str) -> Option<&'static Kem> {
    Some(match spec {
        "ML_KEM_512" => &kem_512::KEM,
        "ML_KEM_768" => &kem_768::KEM,
        "ML_KEM_1024" => &kem_1024::KEM,
        _ => return None,
    })
}
