//! Re-encrypting: out of one key into another, without the plaintext leaving KMS.

use serde_json::{Value, json};

use super::decrypting::{Ciphertext, Names};
use super::encrypting::{ALGORITHMS, SYMMETRIC, seal};
use super::request::rehearsal;
use super::{Members, current, fitting, usable_for};
use crate::error::ApiError;
use crate::ops::lookup::{Naming, resolve};
use crate::params::{Params, blob};
use crate::sim::Call;
use crate::state::State;

pub(in crate::ops) fn re_encrypt(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let names =
        Names { key: "SourceKeyId", algorithm: "SourceEncryptionAlgorithm", context: "SourceEncryptionContext" };
    let ciphertext = Ciphertext::read(&mut params, &names)?;
    let name = params.required_text("DestinationKeyId", 1, 2048)?;
    let algorithm = params.choice("DestinationEncryptionAlgorithm", ALGORITHMS)?.unwrap_or(SYMMETRIC);
    let context = params.text_map("DestinationEncryptionContext")?;
    params.done()?;
    let source = ciphertext.key_for(state, call, "ReEncryptFrom")?;
    let destination = resolve(state, call, name, Naming::OrAlias)?;
    usable_for(state, call, "ReEncryptTo", destination, "ENCRYPT_DECRYPT", &context)?;
    let opened = ciphertext.open(source)?;
    fitting(destination, algorithm)?;
    let Some((plaintext, from)) = opened else {
        rehearsal(ciphertext.dry)?;
        return Err(ApiError::silent("InvalidCiphertextException"));
    };
    let sealed = seal(destination, algorithm, &plaintext, &context, &mut call.rng)?;
    rehearsal(ciphertext.dry)?;
    let mut answer = json!({
        "CiphertextBlob": blob(sealed),
        "SourceKeyId": source.arn,
        "KeyId": destination.arn,
        "SourceEncryptionAlgorithm": ciphertext.algorithm,
        "DestinationEncryptionAlgorithm": algorithm,
    });
    if source.is_symmetric() {
        answer["SourceKeyMaterialId"] = json!(from.id());
    }
    if destination.is_symmetric() {
        answer["DestinationKeyMaterialId"] = json!(current(destination)?.id());
    }
    Ok(answer)
}
