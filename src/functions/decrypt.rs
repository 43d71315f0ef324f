//! `decrypt`: what a key has encrypted. What comes out is secret.

use aws_smithy_types::{Blob, base64};
use awskms_core::functions::generated::{DecryptArgs, DecryptResult, names};
use awskms_core::value::PropertyMap;

use super::encrypt::{algorithm, algorithm_name, bytes, context};
use super::{Call, Trouble};
use crate::kms::KmsError;

pub(super) async fn run(call: Call<'_>, arguments: &PropertyMap) -> Result<PropertyMap, Trouble> {
    let asked = DecryptArgs::from_properties(arguments)?;
    let key = asked.key_id.known().cloned();
    let ciphertext = bytes(names::CIPHERTEXT, asked.ciphertext.known().map_or("", String::as_str))?;
    let target = call.target(&asked.region, key.as_deref()).await?;
    let answer = target
        .client
        .decrypt()
        .ciphertext_blob(Blob::new(ciphertext))
        .set_key_id(key.clone())
        .set_encryption_context(context(&asked.encryption_context))
        .set_encryption_algorithm(algorithm(&asked.encryption_algorithm))
        .send()
        .await;
    let answer =
        answer.map_err(|error| refusal(key.as_deref(), &KmsError::from_sdk("Decrypt", &target.region, &error)))?;
    let plaintext = answer
        .plaintext()
        .ok_or_else(|| refusal(key.as_deref(), &KmsError::incomplete("Decrypt", &target.region, "Plaintext")))?;
    Ok(DecryptResult {
        plaintext: String::from_utf8(plaintext.as_ref().to_vec()).ok(),
        plaintext_base64: base64::encode(plaintext.as_ref()),
        key_arn: answer.key_id().or(key.as_deref()).unwrap_or_default().to_owned(),
        encryption_algorithm: algorithm_name(answer.encryption_algorithm()),
    }
    .into_properties())
}

/// KMS says in one word that a ciphertext does not fit; a person needs to know to what.
fn refusal(key: Option<&str>, error: &KmsError) -> Trouble {
    match error.code.trim_end_matches("Exception") {
        "InvalidCiphertext" => Trouble::refused(
            names::CIPHERTEXT,
            format!(
                "KMS cannot decrypt it in {}: it is damaged, or it was encrypted with another encryption context, which must \
                 be the same letter for letter, or with another key or algorithm; compare them with the encryption ({error})",
                error.region
            ),
        ),
        "IncorrectKey" => Trouble::refused(
            names::KEY_ID,
            format!("another key has encrypted the ciphertext; give that one or leave it out ({error})"),
        ),
        _ => Trouble::of_kms("decrypting", key.map_or(names::CIPHERTEXT, |_| names::KEY_ID), error),
    }
}
