//! What is needed to import material.

use serde_json::{Value, json};

use super::super::Members;
use super::{external, token};
use crate::error::ApiError;
use crate::params::{Params, blob};
use crate::sim::Call;
use crate::state::State;

const ALGORITHMS: &[&str] = &[
    "RSAES_PKCS1_V1_5",
    "RSAES_OAEP_SHA_1",
    "RSAES_OAEP_SHA_256",
    "RSA_AES_KEY_WRAP_SHA_1",
    "RSA_AES_KEY_WRAP_SHA_256",
    "SM2PKE",
];

pub(in crate::ops) fn parameters(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let algorithm = params.required_choice("WrappingAlgorithm", ALGORITHMS)?;
    let spec = params.required_choice("WrappingKeySpec", &["RSA_2048", "RSA_3072", "RSA_4096", "SM2"])?;
    params.done()?;
    let key = external(state, call, name)?;
    if !suits(&key.spec, algorithm, spec) {
        return Err(ApiError::new(
            "UnsupportedOperationException",
            format!("{algorithm} with {spec} is not supported for key material of {}.", key.spec),
        ));
    }
    let (wrapping, token, until) =
        token::issue(state, call, key, (algorithm, spec)).ok_or_else(|| ApiError::silent("KMSInternalException"))?;
    Ok(json!({
        "KeyId": key.arn,
        "ImportToken": blob(token),
        "PublicKey": blob(wrapping.public),
        "ParametersValidTo": until,
    }))
}

/// Whether material of a key spec may be wrapped in this way. RSA private keys are too long to be wrapped directly, those
/// of P-521 for the shortest wrapping key; keys that are no key pairs are short enough. PKCS #1 v1.5 is not supported any
/// more, and SM2 is there in China only.
fn suits(material: &str, algorithm: &str, spec: &str) -> bool {
    let rsa = material.starts_with("RSA_");
    let pair = rsa || material.starts_with("ECC_");
    let symmetric = material == "SYMMETRIC_DEFAULT" || material.starts_with("HMAC_");
    spec != "SM2"
        && match algorithm {
            "RSAES_OAEP_SHA_1" | "RSAES_OAEP_SHA_256" => {
                symmetric || (pair && !rsa && !(material == "ECC_NIST_P521" && spec == "RSA_2048"))
            }
            "RSA_AES_KEY_WRAP_SHA_1" | "RSA_AES_KEY_WRAP_SHA_256" => pair,
            _ => false,
        }
}
