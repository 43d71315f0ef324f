//! `encrypt`: a few bytes under a key.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_kms::types::EncryptionAlgorithmSpec;
use aws_smithy_types::{Blob, base64};
use awskms_core::functions::generated::{EncryptArgs, EncryptResult, names};
use awskms_core::spec::input::Input;
use awskms_core::value::PropertyMap;

use super::{Call, Trouble};
use crate::kms::KmsError;

pub(super) async fn run(call: Call<'_>, arguments: &PropertyMap) -> Result<PropertyMap, Trouble> {
    let asked = EncryptArgs::from_properties(arguments)?;
    let key = asked.key_id.known().map_or("", String::as_str);
    let plaintext = match (asked.plaintext.known(), asked.plaintext_base64.known()) {
        (Some(text), _) => text.clone().into_bytes(),
        (None, Some(text)) => bytes(names::PLAINTEXT_BASE64, text)?,
        (None, None) => return Err(Trouble::refused(names::PLAINTEXT, "it is missing; give a value")),
    };
    let target = call.target(&asked.region, Some(key)).await?;
    let answer = target
        .client
        .encrypt()
        .key_id(key)
        .plaintext(Blob::new(plaintext))
        .set_encryption_context(context(&asked.encryption_context))
        .set_encryption_algorithm(algorithm(&asked.encryption_algorithm))
        .send()
        .await;
    let failed = |error: KmsError| Trouble::of_kms(&format!("encrypting with {key}"), names::KEY_ID, &error);
    let answer = answer.map_err(|error| failed(KmsError::from_sdk("Encrypt", &target.region, &error)))?;
    let ciphertext = answer
        .ciphertext_blob()
        .ok_or_else(|| failed(KmsError::incomplete("Encrypt", &target.region, "CiphertextBlob")))?;
    Ok(EncryptResult {
        ciphertext: base64::encode(ciphertext.as_ref()),
        key_arn: answer.key_id().unwrap_or(key).to_owned(),
        encryption_algorithm: algorithm_name(answer.encryption_algorithm()),
    }
    .into_properties())
}

/// The bytes of a base64 text, which Check has looked at.
pub(super) fn bytes(argument: &str, text: &str) -> Result<Vec<u8>, Trouble> {
    base64::decode(text).map_err(|_| {
        Trouble::refused(argument, "it is not base64; write the bytes in the standard alphabet, with padding")
    })
}

/// An encryption context as the SDK takes it; none if it is empty.
pub(super) fn context(given: &Input<BTreeMap<String, Input<String>>>) -> Option<HashMap<String, String>> {
    let pairs: HashMap<String, String> = given.known_texts().into_iter().collect();
    Some(pairs).filter(|pairs| !pairs.is_empty())
}

/// The algorithm as the SDK takes it.
pub(super) fn algorithm(given: &Input<String>) -> Option<EncryptionAlgorithmSpec> {
    given.known().map(|name| EncryptionAlgorithmSpec::from(name.as_str()))
}

/// The algorithm that KMS has used.
pub(super) fn algorithm_name(used: Option<&EncryptionAlgorithmSpec>) -> String {
    used.map_or("SYMMETRIC_DEFAULT", |algorithm| algorithm.as_str()).to_owned()
}
