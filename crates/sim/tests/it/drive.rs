//! Each operation on a key, as a caller of the SDK writes it.

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{
    AlgorithmSpec, DataKeyPairSpec, DataKeySpec, EncapsulationAlgorithmSpec, ExpirationModelType, GrantOperation,
    KeyAgreementAlgorithmSpec, KeySpec, KeyUsageType, MacAlgorithmSpec, SigningAlgorithmSpec, Tag, WrappingKeySpec,
};
use rsa::pkcs8::DecodePublicKey;
use rsa::rand_core::OsRng;

use crate::client::{Refusal, THIRD, outcome};

/// All operations that name a key, by the spec and usage of a key that they are for.
pub(crate) fn operations() -> Vec<(&'static str, KeySpec, KeyUsageType)> {
    let symmetric = (KeySpec::SymmetricDefault, KeyUsageType::EncryptDecrypt);
    let signing = (KeySpec::EccNistP256, KeyUsageType::SignVerify);
    let mac = (KeySpec::Hmac256, KeyUsageType::GenerateVerifyMac);
    let agreement = (KeySpec::EccNistP256, KeyUsageType::KeyAgreement);
    let encapsulation = (KeySpec::MlKem512, KeyUsageType::EncapsulateDecapsulate);
    let of = |names: &[&'static str], (spec, usage): &(KeySpec, KeyUsageType)| {
        names.iter().map(|name| (*name, spec.clone(), usage.clone())).collect::<Vec<_>>()
    };
    [
        of(
            &[
                "CancelKeyDeletion",
                "CreateAlias",
                "CreateGrant",
                "Decrypt",
                "DeleteAlias",
                "DeleteImportedKeyMaterial",
                "DescribeKey",
                "DisableKey",
                "DisableKeyRotation",
                "EnableKey",
                "EnableKeyRotation",
                "Encrypt",
                "GenerateDataKey",
                "GenerateDataKeyPair",
                "GenerateDataKeyPairWithoutPlaintext",
                "GenerateDataKeyWithoutPlaintext",
                "GetKeyLastUsage",
                "GetKeyPolicy",
                "GetKeyRotationStatus",
                "GetParametersForImport",
                "ImportKeyMaterial",
                "ListAliases",
                "ListGrants",
                "ListKeyPolicies",
                "ListKeyRotations",
                "ListResourceTags",
                "PutKeyPolicy",
                "ReEncrypt",
                "ReplicateKey",
                "RetireGrant",
                "RevokeGrant",
                "RotateKeyOnDemand",
                "ScheduleKeyDeletion",
                "TagResource",
                "UntagResource",
                "UpdateAlias",
                "UpdateKeyDescription",
                "UpdatePrimaryRegion",
            ],
            &symmetric,
        ),
        of(&["GetPublicKey", "Sign", "Verify"], &signing),
        of(&["GenerateMac", "VerifyMac"], &mac),
        of(&["DeriveSharedSecret"], &agreement),
        of(&["Decapsulate", "Encapsulate"], &encapsulation),
    ]
    .concat()
}

/// Operations that need something made while the key was usable.
pub(crate) fn needs_a_past(operation: &str) -> bool {
    matches!(
        operation,
        "Decapsulate" | "Decrypt" | "Verify" | "VerifyMac" | "RevokeGrant" | "RetireGrant" | "DeriveSharedSecret"
    )
}

/// Operations for keys with imported material only.
pub(crate) fn imports(operation: &str) -> bool {
    matches!(operation, "DeleteImportedKeyMaterial" | "GetParametersForImport" | "ImportKeyMaterial")
}

/// A key to work on, and what was made with it before.
#[derive(Debug, Default)]
pub(crate) struct Subject {
    pub(crate) arn: String,
    /// Made by the key.
    pub(crate) blob: Vec<u8>,
    /// Made by another key of the same Region.
    pub(crate) foreign_blob: Vec<u8>,
    pub(crate) grant: String,
    /// A token for an import and the material that goes with it.
    pub(crate) import: (Vec<u8>, Vec<u8>),
    /// An alias of the key, and one of another key.
    pub(crate) alias: String,
    pub(crate) foreign_alias: String,
}

impl Subject {
    /// Gets a token and wraps material for the key, if its state allows that.
    async fn wrap(&mut self, client: &Client) {
        let asking = client.get_parameters_for_import().key_id(&self.arn).wrapping_key_spec(WrappingKeySpec::Rsa2048);
        let asked = asking.wrapping_algorithm(AlgorithmSpec::RsaesOaepSha256).send().await;
        let Ok(parameters) = asked else { return };
        let der = parameters.public_key.expect("a public key").into_inner();
        let public = rsa::RsaPublicKey::from_public_key_der(&der).expect("an RSA key");
        let wrapped = public.encrypt(&mut OsRng, rsa::Oaep::new::<sha2::Sha256>(), &[5; 32]).expect("wraps");
        self.import = (parameters.import_token.expect("a token").into_inner(), wrapped);
    }

    /// Imports material into the key.
    pub(crate) async fn import(&mut self, client: &Client) {
        self.wrap(client).await;
        self.call(client, "ImportKeyMaterial").await.expect("imports");
    }

    /// Makes the past of a usable key, as far as an operation needs it.
    pub(crate) async fn prepare(&mut self, client: &Client, operation: &str) {
        let arn = self.arn.clone();
        let message = Blob::new(b"m".to_vec());
        match operation {
            "Decapsulate" => {
                let making = client.encapsulate().key_id(arn);
                let made = making.encapsulation_algorithm(EncapsulationAlgorithmSpec::MlKem).send().await;
                let made = made.expect("encapsulates").shared_secret_ciphertext_blob;
                self.blob = made.expect("a ciphertext").into_inner();
            }
            "Decrypt" => {
                let made = client.encrypt().key_id(arn).plaintext(message).send().await.expect("encrypts");
                self.blob = made.ciphertext_blob.expect("a ciphertext").into_inner();
            }
            "Verify" => {
                let algorithm = SigningAlgorithmSpec::EcdsaSha256;
                let signing = client.sign().key_id(arn).message(message).signing_algorithm(algorithm);
                self.blob = signing.send().await.expect("signs").signature.expect("a signature").into_inner();
            }
            "VerifyMac" => {
                let making = client.generate_mac().key_id(arn).message(message);
                let made = making.mac_algorithm(MacAlgorithmSpec::HmacSha256).send().await.expect("makes a MAC");
                self.blob = made.mac.expect("a MAC").into_inner();
            }
            "DeriveSharedSecret" => {
                let made = client.get_public_key().key_id(arn).send().await.expect("has a public key");
                self.blob = made.public_key.expect("a public key").into_inner();
            }
            "RevokeGrant" | "RetireGrant" => {
                let making = client.create_grant().key_id(arn).grantee_principal("arn:aws:iam::123456789012:root");
                let making = making.operations(GrantOperation::Encrypt).operations(GrantOperation::RetireGrant);
                self.grant = making.send().await.expect("grants").grant_id.expect("an ID");
            }
            "ImportKeyMaterial" => self.wrap(client).await,
            "ReEncrypt" => {
                let other = client.create_key().send().await.expect("makes a key").key_metadata.expect("its metadata");
                let made = client.encrypt().key_id(other.key_id).plaintext(message).send().await.expect("encrypts");
                self.foreign_blob = made.ciphertext_blob.expect("a ciphertext").into_inner();
            }
            "DeleteAlias" => {
                self.alias = format!("alias/own-{}", suffix(&arn));
                client.create_alias().alias_name(&self.alias).target_key_id(arn).send().await.expect("names");
            }
            "UpdateAlias" => {
                let other = client.create_key().send().await.expect("makes a key").key_metadata.expect("its metadata");
                self.foreign_alias = format!("alias/other-{}", suffix(&arn));
                let naming = client.create_alias().alias_name(&self.foreign_alias).target_key_id(other.key_id);
                naming.send().await.expect("names");
            }
            _ => {}
        }
    }

    /// Calls an operation.
    pub(crate) async fn call(&self, client: &Client, operation: &str) -> Result<(), Refusal> {
        let arn = self.arn.clone();
        let message = || Blob::new(b"m".to_vec());
        let blob = || Blob::new(self.blob.clone());
        let pair = DataKeyPairSpec::EccNistP256;
        match operation {
            "CancelKeyDeletion" => outcome(client.cancel_key_deletion().key_id(arn).send().await),
            "CreateAlias" => {
                let name = format!("alias/new-{}", suffix(&arn));
                outcome(client.create_alias().alias_name(name).target_key_id(arn).send().await)
            }
            "CreateGrant" => {
                let making = client.create_grant().key_id(arn).grantee_principal("arn:aws:iam::123456789012:root");
                outcome(making.operations(GrantOperation::Encrypt).send().await)
            }
            "Decapsulate" => {
                let opening = client.decapsulate().key_id(arn).shared_secret_ciphertext_blob(blob());
                outcome(opening.encapsulation_algorithm(EncapsulationAlgorithmSpec::MlKem).send().await)
            }
            "Encapsulate" => {
                let making = client.encapsulate().key_id(arn);
                outcome(making.encapsulation_algorithm(EncapsulationAlgorithmSpec::MlKem).send().await)
            }
            "Decrypt" => outcome(client.decrypt().key_id(arn).ciphertext_blob(blob()).send().await),
            "DeleteAlias" => outcome(client.delete_alias().alias_name(&self.alias).send().await),
            "DeleteImportedKeyMaterial" => outcome(client.delete_imported_key_material().key_id(arn).send().await),
            "DeriveSharedSecret" => outcome(
                client
                    .derive_shared_secret()
                    .key_id(arn)
                    .key_agreement_algorithm(KeyAgreementAlgorithmSpec::Ecdh)
                    .public_key(blob())
                    .send()
                    .await,
            ),
            "DescribeKey" => outcome(client.describe_key().key_id(arn).send().await),
            "DisableKey" => outcome(client.disable_key().key_id(arn).send().await),
            "DisableKeyRotation" => outcome(client.disable_key_rotation().key_id(arn).send().await),
            "EnableKey" => outcome(client.enable_key().key_id(arn).send().await),
            "EnableKeyRotation" => outcome(client.enable_key_rotation().key_id(arn).send().await),
            "Encrypt" => outcome(client.encrypt().key_id(arn).plaintext(message()).send().await),
            "GenerateDataKey" => {
                outcome(client.generate_data_key().key_id(arn).key_spec(DataKeySpec::Aes256).send().await)
            }
            "GenerateDataKeyPair" => {
                outcome(client.generate_data_key_pair().key_id(arn).key_pair_spec(pair).send().await)
            }
            "GenerateDataKeyPairWithoutPlaintext" => {
                let making = client.generate_data_key_pair_without_plaintext().key_id(arn);
                outcome(making.key_pair_spec(pair).send().await)
            }
            "GenerateDataKeyWithoutPlaintext" => {
                let making = client.generate_data_key_without_plaintext().key_id(arn);
                outcome(making.key_spec(DataKeySpec::Aes256).send().await)
            }
            "GenerateMac" => {
                let making = client.generate_mac().key_id(arn).message(message());
                outcome(making.mac_algorithm(MacAlgorithmSpec::HmacSha256).send().await)
            }
            "GetKeyLastUsage" => outcome(client.get_key_last_usage().key_id(arn).send().await),
            "GetKeyPolicy" => outcome(client.get_key_policy().key_id(arn).send().await),
            "GetKeyRotationStatus" => outcome(client.get_key_rotation_status().key_id(arn).send().await),
            "GetParametersForImport" => {
                let asking = client.get_parameters_for_import().key_id(arn).wrapping_key_spec(WrappingKeySpec::Rsa2048);
                outcome(asking.wrapping_algorithm(AlgorithmSpec::RsaesOaepSha256).send().await)
            }
            "GetPublicKey" => outcome(client.get_public_key().key_id(arn).send().await),
            "ImportKeyMaterial" => {
                let model = ExpirationModelType::KeyMaterialDoesNotExpire;
                // Where there could be no token yet, the state refuses the call whatever it holds.
                let [token, material] = [&self.import.0, &self.import.1]
                    .map(|bytes| if bytes.is_empty() { message() } else { Blob::new(bytes.clone()) });
                let importing = client.import_key_material().key_id(arn).import_token(token);
                outcome(importing.encrypted_key_material(material).expiration_model(model).send().await)
            }
            "ListAliases" => outcome(client.list_aliases().key_id(arn).send().await),
            "ListGrants" => outcome(client.list_grants().key_id(arn).send().await),
            "ListKeyPolicies" => outcome(client.list_key_policies().key_id(arn).send().await),
            "ListKeyRotations" => outcome(client.list_key_rotations().key_id(arn).send().await),
            "ListResourceTags" => outcome(client.list_resource_tags().key_id(arn).send().await),
            "PutKeyPolicy" => {
                let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                    "Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"}]}"#;
                outcome(client.put_key_policy().key_id(arn).policy(policy).send().await)
            }
            "ReEncrypt" => {
                let sealed = Blob::new(self.foreign_blob.clone());
                outcome(client.re_encrypt().destination_key_id(arn).ciphertext_blob(sealed).send().await)
            }
            "ReplicateKey" => outcome(client.replicate_key().key_id(arn).replica_region(THIRD).send().await),
            "RetireGrant" => outcome(client.retire_grant().key_id(arn).grant_id(&self.grant).send().await),
            "RevokeGrant" => outcome(client.revoke_grant().key_id(arn).grant_id(&self.grant).send().await),
            "RotateKeyOnDemand" => outcome(client.rotate_key_on_demand().key_id(arn).send().await),
            "ScheduleKeyDeletion" => outcome(client.schedule_key_deletion().key_id(arn).send().await),
            "Sign" => {
                let signing = client.sign().key_id(arn).message(message());
                outcome(signing.signing_algorithm(SigningAlgorithmSpec::EcdsaSha256).send().await)
            }
            "TagResource" => {
                let tag = Tag::builder().tag_key("k").tag_value("v").build().expect("a tag");
                outcome(client.tag_resource().key_id(arn).tags(tag).send().await)
            }
            "UntagResource" => outcome(client.untag_resource().key_id(arn).tag_keys("k").send().await),
            "UpdateAlias" => {
                outcome(client.update_alias().alias_name(&self.foreign_alias).target_key_id(arn).send().await)
            }
            "UpdateKeyDescription" => {
                outcome(client.update_key_description().key_id(arn).description("d").send().await)
            }
            "UpdatePrimaryRegion" => {
                let region = crate::client::AWAY;
                outcome(client.update_primary_region().key_id(arn).primary_region(region).send().await)
            }
            "Verify" => {
                let verifying = client.verify().key_id(arn).message(message()).signature(blob());
                outcome(verifying.signing_algorithm(SigningAlgorithmSpec::EcdsaSha256).send().await)
            }
            "VerifyMac" => {
                let verifying = client.verify_mac().key_id(arn).message(message()).mac(blob());
                outcome(verifying.mac_algorithm(MacAlgorithmSpec::HmacSha256).send().await)
            }
            other => panic!("no call of {other}: add one"),
        }
    }
}

fn suffix(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or_default()
}
