//! Data keys that are asymmetric.

use serde_json::{Value, json};

use super::encrypting::SYMMETRIC;
use super::request::{Recipient, Using};
use super::{Members, current, fitting};
use crate::error::ApiError;
use crate::material;
use crate::params::{Params, blob};
use crate::regions;
use crate::sim::Call;
use crate::state::State;

const SPECS: &[&str] = &[
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "SM2",
    "ECC_NIST_EDWARDS25519",
    "ML_KEM_512",
    "ML_KEM_768",
    "ML_KEM_1024",
];

pub(in crate::ops) fn generate_data_key_pair(
    state: &mut State,
    call: &mut Call<'_>,
    members: &Members,
) -> Result<Value, ApiError> {
    data_key_pair(state, call, members, true)
}

pub(in crate::ops) fn generate_data_key_pair_without_plaintext(
    state: &mut State,
    call: &mut Call<'_>,
    members: &Members,
) -> Result<Value, ApiError> {
    data_key_pair(state, call, members, false)
}

fn data_key_pair(
    state: &State,
    call: &mut Call<'_>,
    members: &Members,
    with_plaintext: bool,
) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let using = Using::read(&mut params)?;
    let context = params.text_map("EncryptionContext")?;
    let spec = params.required_choice("KeyPairSpec", SPECS)?;
    let recipient = if with_plaintext { Some(Recipient::read(&mut params)?) } else { None };
    params.done()?;
    let key = using.key(state, call, "ENCRYPT_DECRYPT", &context)?;
    fitting(key, SYMMETRIC)?;
    if ["AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"].contains(&key.origin.as_str()) {
        let message = format!("{} origin is {} which is not valid for this operation.", key.arn, key.origin);
        return Err(ApiError::new("UnsupportedOperationException", message));
    }
    regions::has_spec(call.region, spec)?;
    recipient.map_or(Ok(()), |recipient| recipient.refuse())?;
    let material = current(key)?;
    using.rehearsal()?;
    let pair = material::generate(spec, &mut call.rng);
    let (Some(private), Some(public)) = (material::to_pkcs8(spec, &pair), &pair.public) else {
        let message = format!("{spec} key pairs are only shaped in this simulator: they have no algorithm.");
        return Err(ApiError::new("UnsupportedOperationException", message));
    };
    let sealed = material.encrypt(&key.id, &private, &context, &mut call.rng);
    let mut answer = json!({
        "PrivateKeyCiphertextBlob": blob(sealed),
        "PublicKey": blob(public),
        "KeyId": key.arn,
        "KeyPairSpec": spec,
        "KeyMaterialId": material.id(),
    });
    if with_plaintext {
        answer["PrivateKeyPlaintext"] = blob(private);
    }
    Ok(answer)
}
