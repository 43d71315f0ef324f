//! `getPublicKey`: the public half of an asymmetric key.

use aws_sdk_kms::types::{EncryptionAlgorithmSpec, KeyAgreementAlgorithmSpec, SigningAlgorithmSpec};
use awskms_core::functions::generated::{GetPublicKeyArgs, GetPublicKeyResult, names};
use awskms_core::value::PropertyMap;

use super::{Call, Trouble};
use crate::kms::{self, Kind, KmsError};

pub(super) async fn run(call: Call<'_>, arguments: &PropertyMap) -> Result<PropertyMap, Trouble> {
    let asked = GetPublicKeyArgs::from_properties(arguments)?;
    let key = asked.key_id.known().map_or("", String::as_str);
    let target = call.target(&asked.region, Some(key)).await?;
    let answer = target.client.get_public_key().key_id(key).send().await;
    let answer = answer.map_err(|error| {
        let error = KmsError::from_sdk("GetPublicKey", &target.region, &error);
        if error.kind == Kind::Unsupported {
            return Trouble::refused(
                names::KEY_ID,
                format!("{key:?} has no public key, it is symmetric; give an asymmetric key ({error})"),
            );
        }
        Trouble::of_kms(&format!("reading the public key of {key}"), names::KEY_ID, &error)
    })?;
    let der = answer.public_key().ok_or_else(|| {
        let error = KmsError::incomplete("GetPublicKey", &target.region, "PublicKey");
        Trouble::of_kms(&format!("reading the public key of {key}"), names::KEY_ID, &error)
    })?;
    let texts = |items: Vec<&str>| items.into_iter().map(str::to_owned).collect();
    Ok(GetPublicKeyResult {
        key_arn: answer.key_id().unwrap_or(key).to_owned(),
        key_spec: answer.key_spec().map_or("", |spec| spec.as_str()).to_owned(),
        key_usage: answer.key_usage().map_or("", |usage| usage.as_str()).to_owned(),
        public_key: kms::pem(der.as_ref()),
        public_key_der: aws_smithy_types::base64::encode(der.as_ref()),
        encryption_algorithms: texts(
            answer.encryption_algorithms().iter().map(EncryptionAlgorithmSpec::as_str).collect(),
        ),
        signing_algorithms: texts(answer.signing_algorithms().iter().map(SigningAlgorithmSpec::as_str).collect()),
        key_agreement_algorithms: texts(
            answer.key_agreement_algorithms().iter().map(KeyAgreementAlgorithmSpec::as_str).collect(),
        ),
    }
    .into_properties())
}
