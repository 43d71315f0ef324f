//! Data keys and other random bytes.

use rand_chacha::rand_core::RngCore;
use serde_json::{Value, json};

use super::super::key_stores;
use super::encrypting::SYMMETRIC;
use super::request::{Recipient, Using};
use super::{Members, current, fitting};
use crate::authorize;
use crate::error::ApiError;
use crate::params::{Params, blob};
use crate::sim::Call;
use crate::state::State;

pub(in crate::ops) fn generate_data_key(
    state: &mut State,
    call: &mut Call<'_>,
    members: &Members,
) -> Result<Value, ApiError> {
    data_key(state, call, members, true)
}

pub(in crate::ops) fn generate_data_key_without_plaintext(
    state: &mut State,
    call: &mut Call<'_>,
    members: &Members,
) -> Result<Value, ApiError> {
    data_key(state, call, members, false)
}

fn data_key(state: &State, call: &mut Call<'_>, members: &Members, with_plaintext: bool) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let using = Using::read(&mut params)?;
    let context = params.text_map("EncryptionContext")?;
    let spec = params.choice("KeySpec", &["AES_256", "AES_128"])?;
    let bytes = params.integer("NumberOfBytes", 1, 1024)?;
    // Only an answer with a plaintext can be for an enclave.
    let recipient = if with_plaintext { Some(Recipient::read(&mut params)?) } else { None };
    params.done()?;
    let length = match (spec, bytes) {
        (Some("AES_128"), None) => 16,
        (Some(_), None) => 32,
        (None, Some(bytes)) => usize::try_from(bytes).expect("1 to 1024"),
        _ => return Err(ApiError::validation("Please specify either number of bytes or key spec.")),
    };
    let key = using.key(state, call, "ENCRYPT_DECRYPT", &context)?;
    fitting(key, SYMMETRIC)?;
    recipient.map_or(Ok(()), |recipient| recipient.refuse())?;
    let material = current(key)?;
    using.rehearsal()?;
    let mut plaintext = vec![0; length];
    call.rng.fill_bytes(&mut plaintext);
    let sealed = material.encrypt(&key.id, &plaintext, &context, &mut call.rng);
    let mut answer = json!({ "CiphertextBlob": blob(sealed), "KeyId": key.arn, "KeyMaterialId": material.id() });
    if with_plaintext {
        answer["Plaintext"] = blob(plaintext);
    }
    Ok(answer)
}

pub(in crate::ops) fn generate_random(
    state: &mut State,
    call: &mut Call<'_>,
    members: &Members,
) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let count = params.integer("NumberOfBytes", 1, 1024)?;
    let store = params.limited_text("CustomKeyStoreId", 1, 64)?;
    let recipient = Recipient::read(&mut params)?;
    params.done()?;
    let count = count.ok_or_else(|| ApiError::validation("NumberOfBytes is required."))?;
    authorize::on_account(state, &call.caller, "kms:GenerateRandom")?;
    key_stores::random_source(state, call, store)?;
    recipient.refuse()?;
    let mut bytes = vec![0; usize::try_from(count).expect("1 to 1024")];
    call.rng.fill_bytes(&mut bytes);
    Ok(json!({ "Plaintext": blob(bytes) }))
}
