//! Encrypting.

use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};

use super::request::Using;
use super::{Context, Members, current, fitting, shaped};
use crate::error::ApiError;
use crate::key::Key;
use crate::params::{Params, blob};
use crate::sim::Call;
use crate::state::State;

pub(super) const ALGORITHMS: &[&str] = &["SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"];
pub(super) const SYMMETRIC: &str = "SYMMETRIC_DEFAULT";

pub(in crate::ops) fn encrypt(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let using = Using::read(&mut params)?;
    let plaintext = params.bytes("Plaintext", 1, 4096)?;
    let context = params.text_map("EncryptionContext")?;
    let algorithm = params.choice("EncryptionAlgorithm", ALGORITHMS)?.unwrap_or(SYMMETRIC);
    params.done()?;
    let key = using.key(state, call, "ENCRYPT_DECRYPT", &context)?;
    let sealed = seal(key, algorithm, &plaintext, &context, &mut call.rng)?;
    using.rehearsal()?;
    Ok(json!({ "CiphertextBlob": blob(sealed), "KeyId": key.arn, "EncryptionAlgorithm": algorithm }))
}

/// Encrypts under a key that may be used for it.
pub(super) fn seal(
    key: &Key,
    algorithm: &str,
    plaintext: &[u8],
    context: &Context,
    rng: &mut ChaCha20Rng,
) -> Result<Vec<u8>, ApiError> {
    fitting(key, algorithm)?;
    if key.is_symmetric() {
        return Ok(current(key)?.encrypt(&key.id, plaintext, context, rng));
    }
    no_context(context)?;
    let most = longest(key, algorithm).ok_or_else(|| shaped(key))?;
    if plaintext.len() > most {
        return Err(ApiError::validation(format!(
            "Algorithm {algorithm} and key spec {} cannot encrypt data larger than {most} bytes.",
            key.spec
        )));
    }
    current(key)?.rsa_encrypt(algorithm, plaintext, rng).ok_or_else(|| ApiError::silent("KMSInternalException"))
}

/// Only symmetric ciphertexts have an encryption context.
pub(super) fn no_context(context: &Context) -> Result<(), ApiError> {
    if context.is_empty() {
        return Ok(());
    }
    Err(ApiError::validation("An encryption context is not supported for asymmetric KMS keys."))
}

/// Bytes that RSAES-OAEP takes: those of the modulus but for two digests and two more.
fn longest(key: &Key, algorithm: &str) -> Option<usize> {
    let bits: usize = key.spec.strip_prefix("RSA_")?.parse().ok()?;
    let digest = if algorithm.ends_with("SHA_1") { 20 } else { 32 };
    Some(bits / 8 - 2 * digest - 2)
}
