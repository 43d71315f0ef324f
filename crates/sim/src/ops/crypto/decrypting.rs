//! Decrypting.

use serde_json::{Value, json};

use super::encrypting::{ALGORITHMS, SYMMETRIC, no_context};
use super::request::{Recipient, rehearsal};
use super::{Context, Members, current, fitting, usable_for};
use crate::error::ApiError;
use crate::grant::token;
use crate::key::Key;
use crate::material::{Material, Sealed};
use crate::ops::lookup::{Naming, resolve};
use crate::params::{Params, blob};
use crate::sim::Call;
use crate::state::State;

/// A ciphertext in a request, and what is said about it.
pub(super) struct Ciphertext<'a> {
    /// Absent when only permissions are asked for.
    blob: Option<Vec<u8>>,
    pub(super) key: Option<&'a str>,
    pub(super) algorithm: &'a str,
    pub(super) context: Context,
    pub(super) dry: bool,
    tokens: Vec<String>,
}

/// Names of the members in a request.
pub(super) struct Names {
    pub(super) key: &'static str,
    pub(super) algorithm: &'static str,
    pub(super) context: &'static str,
}

impl<'a> Ciphertext<'a> {
    pub(super) fn read(params: &mut Params<'a>, names: &Names) -> Result<Self, ApiError> {
        let blob = params.optional_bytes("CiphertextBlob", 1, 6144)?;
        let key = params.limited_text(names.key, 1, 2048)?;
        let algorithm = params.choice(names.algorithm, ALGORITHMS)?.unwrap_or(SYMMETRIC);
        let context = params.text_map(names.context)?;
        let dry = params.flag("DryRun")?.unwrap_or(false);
        let modifiers = params.choices("DryRunModifiers", &["IGNORE_CIPHERTEXT"])?.unwrap_or_default();
        let tokens = params.grant_tokens()?;
        let ignored = dry && !modifiers.is_empty();
        if blob.is_none() && !ignored {
            params.missing("CiphertextBlob");
        }
        Ok(Self { blob, key, algorithm, context, dry, tokens })
    }

    /// The key that opens it, if the caller may use it for an action. Who names no key does not learn whether there is one.
    pub(super) fn key_for<'s>(&self, state: &'s State, call: &Call<'_>, action: &str) -> Result<&'s Key, ApiError> {
        token::check(state, &self.tokens)?;
        let sealed = self.blob.as_deref().map(Sealed::read);
        let key = match (self.key, sealed) {
            (Some(name), sealed) => {
                let key = resolve(state, call, name, Naming::OrAlias)?;
                if self.algorithm == SYMMETRIC && sealed.flatten().is_some_and(|sealed| sealed.key_id != key.id) {
                    return Err(ApiError::new(
                        "IncorrectKeyException",
                        "The key ID in the request does not identify a CMK that can perform this operation.",
                    ));
                }
                key
            }
            (None, Some(_)) if self.algorithm != SYMMETRIC => {
                return Err(ApiError::validation(format!("KeyId is required for the algorithm {}.", self.algorithm)));
            }
            (None, None) => return Err(ApiError::validation("KeyId is required when the ciphertext is ignored.")),
            (None, Some(sealed)) => {
                let sealed = sealed.ok_or_else(invalid)?;
                state.key(call.region, sealed.key_id).ok_or_else(hidden)?
            }
        };
        let usable = usable_for(state, call, action, key, "ENCRYPT_DECRYPT", &self.context);
        match usable {
            Err(refusal) if self.key.is_none() && refusal.code == "AccessDeniedException" => Err(hidden()),
            other => other.map(|()| key),
        }
    }

    /// The plaintext, and the material that opened it; `None` when only permissions are asked for.
    pub(super) fn open<'s>(&self, key: &'s Key) -> Result<Option<(Vec<u8>, &'s Material)>, ApiError> {
        fitting(key, self.algorithm)?;
        let Some(blob) = &self.blob else { return Ok(None) };
        if !key.is_symmetric() {
            no_context(&self.context)?;
            let material = current(key)?;
            return Ok(Some((material.rsa_decrypt(self.algorithm, blob).ok_or_else(invalid)?, material)));
        }
        let sealed = Sealed::read(blob).ok_or_else(invalid)?;
        let material = key.material(sealed.material_id).ok_or_else(invalid)?;
        Ok(Some((material.decrypt(&sealed, &self.context).ok_or_else(invalid)?, material)))
    }
}

fn invalid() -> ApiError {
    ApiError::silent("InvalidCiphertextException")
}

fn hidden() -> ApiError {
    ApiError::new(
        "AccessDeniedException",
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
    )
}

pub(in crate::ops) fn decrypt(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let names = Names { key: "KeyId", algorithm: "EncryptionAlgorithm", context: "EncryptionContext" };
    let ciphertext = Ciphertext::read(&mut params, &names)?;
    let recipient = Recipient::read(&mut params)?;
    params.done()?;
    let key = ciphertext.key_for(state, call, "Decrypt")?;
    recipient.refuse()?;
    let opened = ciphertext.open(key)?;
    rehearsal(ciphertext.dry)?;
    let (plaintext, material) = opened.ok_or_else(invalid)?;
    let mut answer =
        json!({ "Plaintext": blob(plaintext), "KeyId": key.arn, "EncryptionAlgorithm": ciphertext.algorithm });
    if key.is_symmetric() {
        answer["KeyMaterialId"] = json!(material.id());
    }
    Ok(answer)
}
