//! Using keys for data: enough to prove that data survives.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rand_chacha::rand_core::RngCore;
use serde_json::{Value, json};

use super::lookup::{Naming, resolve, with_context};
use super::{Members, key_stores};
use crate::authorize;
use crate::error::ApiError;
use crate::key::{Key, algorithms};
use crate::material::{Material, Sealed};
use crate::params::Params;
use crate::sim::Call;
use crate::state::State;

/// A key for an operation: of the right usage, allowed to the caller, usable.
fn usable<'a>(
    state: &'a State,
    call: &Call<'_>,
    name: &str,
    usage: &str,
    context: &BTreeMap<String, String>,
) -> Result<&'a Key, ApiError> {
    let id = with_context(state, call, name, Naming::OrAlias, context)?;
    let key = state.key(call.region, &id).expect("found above");
    if key.usage == usage {
        return Ok(key);
    }
    let message = format!("{} key usage is {} which is not valid for {}.", key.arn, key.usage, call.operation);
    Err(ApiError::new("InvalidKeyUsageException", message))
}

fn symmetric(key: &Key) -> Result<&Material, ApiError> {
    let material = key.materials.last().filter(|_| key.is_symmetric());
    material.ok_or_else(|| {
        ApiError::new(
            "UnsupportedOperationException",
            format!("{} keys encrypt nothing in this simulator; only SYMMETRIC_DEFAULT does.", key.spec),
        )
    })
}

fn symmetric_only(algorithm: Option<&str>) -> Result<(), ApiError> {
    match algorithm {
        None | Some("SYMMETRIC_DEFAULT") => Ok(()),
        Some(other) => Err(ApiError::new(
            "InvalidKeyUsageException",
            format!("Algorithm {other} is incompatible with key spec SYMMETRIC_DEFAULT."),
        )),
    }
}

pub(super) fn encrypt(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let plaintext = params.bytes("Plaintext", 1, 4096)?;
    let context = params.text_map("EncryptionContext")?;
    let algorithm = params.text("EncryptionAlgorithm")?;
    let dry = params.flag("DryRun")?.unwrap_or(false);
    params.texts("GrantTokens")?;
    params.done()?;
    let key = usable(state, call, name, "ENCRYPT_DECRYPT", &context)?;
    symmetric_only(algorithm)?;
    rehearsal(dry)?;
    let blob = symmetric(key)?.encrypt(&key.id, &plaintext, &context, &mut call.rng);
    Ok(json!({ "CiphertextBlob": BASE64.encode(blob), "KeyId": key.arn, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT" }))
}

pub(super) fn rehearsal(dry: bool) -> Result<(), ApiError> {
    if dry {
        return Err(ApiError::new(
            "DryRunOperationException",
            "The request would have succeeded, but the DryRun option is set.",
        ));
    }
    Ok(())
}

pub(super) fn decrypt(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let blob = params.bytes("CiphertextBlob", 1, 6144)?;
    let context = params.text_map("EncryptionContext")?;
    let named = params.limited_text("KeyId", 1, 2048)?;
    let algorithm = params.text("EncryptionAlgorithm")?;
    let dry = params.flag("DryRun")?.unwrap_or(false);
    params.texts("GrantTokens")?;
    params.done()?;
    let invalid = || ApiError::silent("InvalidCiphertextException");
    let sealed = Sealed::read(&blob).ok_or_else(invalid)?;
    if let Some(named) = named
        && resolve(state, call, named, Naming::OrAlias)?.id != sealed.key_id
    {
        return Err(ApiError::new(
            "IncorrectKeyException",
            "The key ID in the request does not identify a CMK that can perform this operation.",
        ));
    }
    let key = usable(state, call, named.unwrap_or(sealed.key_id), "ENCRYPT_DECRYPT", &context)?;
    symmetric_only(algorithm)?;
    rehearsal(dry)?;
    let material = key.materials.iter().find(|material| material.id() == sealed.material_id).ok_or_else(invalid)?;
    let plaintext = material.decrypt(&sealed, &context).ok_or_else(invalid)?;
    Ok(json!({
        "Plaintext": BASE64.encode(plaintext), "KeyId": key.arn, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "KeyMaterialId": material.id(),
    }))
}

pub(super) fn generate_data_key(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    data_key(state, call, members, true)
}

pub(super) fn generate_data_key_without_plaintext(
    state: &mut State,
    call: &mut Call<'_>,
    members: &Members,
) -> Result<Value, ApiError> {
    data_key(state, call, members, false)
}

fn data_key(state: &State, call: &mut Call<'_>, members: &Members, with_plaintext: bool) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let context = params.text_map("EncryptionContext")?;
    let spec = params.choice("KeySpec", &["AES_256", "AES_128"])?;
    let bytes = params.integer("NumberOfBytes", 1, 1024)?;
    let dry = params.flag("DryRun")?.unwrap_or(false);
    params.texts("GrantTokens")?;
    params.done()?;
    let length = match (spec, bytes) {
        (Some("AES_128"), None) => 16,
        (Some(_), None) => 32,
        (None, Some(bytes)) => usize::try_from(bytes).expect("1 to 1024"),
        _ => return Err(ApiError::validation("Please specify either number of bytes or key spec.")),
    };
    let key = usable(state, call, name, "ENCRYPT_DECRYPT", &context)?;
    let material = symmetric(key)?;
    rehearsal(dry)?;
    let mut plaintext = vec![0; length];
    call.rng.fill_bytes(&mut plaintext);
    let blob = material.encrypt(&key.id, &plaintext, &context, &mut call.rng);
    let mut answer = json!({ "CiphertextBlob": BASE64.encode(blob), "KeyId": key.arn, "KeyMaterialId": material.id() });
    if with_plaintext {
        answer["Plaintext"] = json!(BASE64.encode(plaintext));
    }
    Ok(answer)
}

pub(super) fn generate_random(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let count = params.integer("NumberOfBytes", 1, 1024)?;
    let store = params.limited_text("CustomKeyStoreId", 1, 64)?;
    params.done()?;
    let count = count.ok_or_else(|| ApiError::validation("NumberOfBytes is required."))?;
    authorize::on_account(state, &call.caller, "kms:GenerateRandom")?;
    key_stores::random_source(state, call, store)?;
    let mut bytes = vec![0; usize::try_from(count).expect("1 to 1024")];
    call.rng.fill_bytes(&mut bytes);
    Ok(json!({ "Plaintext": BASE64.encode(bytes) }))
}

const MACS: &[&str] = &["HMAC_SHA_384", "HMAC_SHA_256", "HMAC_SHA_224", "HMAC_SHA_512"];

fn mac(
    state: &State,
    call: &Call<'_>,
    name: &str,
    algorithm: &str,
    message: &[u8],
) -> Result<(String, Vec<u8>), ApiError> {
    let key = usable(state, call, name, "GENERATE_VERIFY_MAC", &BTreeMap::new())?;
    let fits = algorithms(&key.spec, &key.usage).is_some_and(|(_, list)| list.contains(&algorithm));
    if !fits {
        return Err(ApiError::new(
            "InvalidKeyUsageException",
            format!("Algorithm {algorithm} is incompatible with key spec {}.", key.spec),
        ));
    }
    let material = key.materials.last().ok_or_else(|| ApiError::silent("KMSInternalException"))?;
    Ok((key.arn.clone(), material.mac(&key.spec, message)))
}

pub(super) fn generate_mac(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let message = params.bytes("Message", 1, 4096)?;
    let name = params.required_text("KeyId", 1, 2048)?;
    let algorithm = params.choice("MacAlgorithm", MACS)?.unwrap_or_default();
    let dry = params.flag("DryRun")?.unwrap_or(false);
    params.texts("GrantTokens")?;
    params.done()?;
    let (arn, mac) = mac(state, call, name, algorithm, &message)?;
    rehearsal(dry)?;
    Ok(json!({ "Mac": BASE64.encode(mac), "MacAlgorithm": algorithm, "KeyId": arn }))
}

pub(super) fn verify_mac(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let message = params.bytes("Message", 1, 4096)?;
    let name = params.required_text("KeyId", 1, 2048)?;
    let algorithm = params.choice("MacAlgorithm", MACS)?.unwrap_or_default();
    let given = params.bytes("Mac", 1, 6144)?;
    let dry = params.flag("DryRun")?.unwrap_or(false);
    params.texts("GrantTokens")?;
    params.done()?;
    let (arn, mac) = mac(state, call, name, algorithm, &message)?;
    rehearsal(dry)?;
    if mac == given {
        Ok(json!({ "KeyId": arn, "MacValid": true, "MacAlgorithm": algorithm }))
    } else {
        Err(ApiError::silent("KMSInvalidMacException"))
    }
}
