//! One key in one Region.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::document::Document;
use crate::grant::Grant;
use crate::key_store::Place;
use crate::material::Material;
use crate::regions;

/// Seconds since 1970.
pub(crate) type Seconds = f64;

/// State of a key (AWS KMS developer guide, "Key states of AWS KMS keys").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum KeyState {
    Enabled,
    Disabled,
    PendingDeletion,
    /// A primary whose deletion waits for the last replica to be gone.
    PendingReplicaDeletion,
    PendingImport,
    /// In a custom key store that is not connected.
    Unavailable,
    /// A replica that was just made.
    Creating,
    /// Old and new primary while the role moves.
    Updating,
}

impl KeyState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::PendingDeletion => "PendingDeletion",
            Self::PendingReplicaDeletion => "PendingReplicaDeletion",
            Self::PendingImport => "PendingImport",
            Self::Unavailable => "Unavailable",
            Self::Creating => "Creating",
            Self::Updating => "Updating",
        }
    }

    /// The state of a name, as AWS writes it.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        [
            Self::Enabled,
            Self::Disabled,
            Self::PendingDeletion,
            Self::PendingReplicaDeletion,
            Self::PendingImport,
            Self::Unavailable,
            Self::Creating,
            Self::Updating,
        ]
        .into_iter()
        .find(|state| state.name() == name)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Rotation {
    pub(crate) period_days: i64,
    pub(crate) next: Seconds,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) spec: String,
    pub(crate) usage: String,
    pub(crate) origin: String,
    pub(crate) multi_region: bool,
    pub(crate) description: String,
    /// Whether a service of AWS manages it.
    #[serde(default)]
    pub(crate) managed_by_aws: bool,
    pub(crate) state: KeyState,
    pub(crate) created: Seconds,
    pub(crate) deletion: Option<Seconds>,
    /// The waiting period that was asked for, while a deletion is pending.
    #[serde(default)]
    pub(crate) pending_window_days: f64,
    /// When a transient state passes, and what follows.
    #[serde(default)]
    pub(crate) passing: Option<(Seconds, KeyState)>,
    pub(crate) policy: Document,
    /// What AWS RAM has shared.
    #[serde(default)]
    pub(crate) share: Option<Share>,
    pub(crate) tags: BTreeMap<String, String>,
    /// Whether it ever had a tag, which the tagging service remembers.
    #[serde(default)]
    pub(crate) was_tagged: bool,
    pub(crate) rotation: Option<Rotation>,
    pub(crate) on_demand_rotations: u32,
    /// The last successful cryptographic operation.
    #[serde(default)]
    pub(crate) last_use: Option<(String, Seconds)>,
    /// Grants on this key, the oldest first.
    #[serde(default)]
    pub(crate) grants: Vec<Grant>,
    /// The custom key store that holds it; none for keys in KMS itself.
    #[serde(default)]
    pub(crate) place: Option<Place>,
    /// The state that an unavailable key takes when it is available again.
    #[serde(default)]
    pub(crate) when_available: Option<KeyState>,
    /// Backing keys, the current one last.
    pub(crate) materials: Vec<Material>,
    /// Imported material that waits for a rotation on demand.
    #[serde(default)]
    pub(crate) pending: Option<Material>,
}

/// A key that AWS RAM shares with other accounts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Share {
    pub(crate) accounts: BTreeSet<String>,
    /// The policy `AWS_RAM`, which RAM manages.
    pub(crate) policy: Document,
}

impl Key {
    /// A new symmetric key without material.
    pub(crate) fn made(id: String, account: &str, region: &str, now: Seconds, policy: Document) -> Self {
        Self {
            arn: format!("arn:{}:kms:{region}:{account}:key/{id}", regions::partition(region)),
            id,
            account: account.to_owned(),
            region: region.to_owned(),
            spec: "SYMMETRIC_DEFAULT".to_owned(),
            usage: "ENCRYPT_DECRYPT".to_owned(),
            origin: "AWS_KMS".to_owned(),
            multi_region: false,
            description: String::new(),
            managed_by_aws: false,
            state: KeyState::Enabled,
            created: now,
            deletion: None,
            pending_window_days: 0.0,
            passing: None,
            policy,
            share: None,
            was_tagged: false,
            tags: BTreeMap::new(),
            rotation: None,
            on_demand_rotations: 0,
            last_use: None,
            grants: vec![],
            place: None,
            when_available: None,
            materials: vec![],
            pending: None,
        }
    }

    pub(crate) fn is_symmetric(&self) -> bool {
        self.spec == "SYMMETRIC_DEFAULT"
    }

    pub(crate) fn can_rotate(&self) -> bool {
        self.is_symmetric() && self.origin == "AWS_KMS"
    }

    /// The material that the key works with now, if it is there.
    pub(crate) fn current(&self) -> Option<&Material> {
        self.materials.last().filter(|material| material.is_held())
    }

    /// Material by its ID, if it is there.
    pub(crate) fn material(&self, id: &str) -> Option<&Material> {
        self.materials.iter().find(|material| material.id() == id && material.is_held())
    }

    /// Whether all material is there that the key needs to be used.
    pub(crate) fn is_complete(&self) -> bool {
        !self.materials.is_empty() && self.materials.iter().all(Material::is_held)
    }

    /// Members of `KeyMetadata` that concern the key alone; what does not apply is left out, as AWS does. See
    /// [`crate::multi_region::metadata`] for all of them.
    pub(crate) fn metadata(&self) -> Value {
        let mut metadata = json!({
            "AWSAccountId": self.account,
            "Arn": self.arn,
            "CreationDate": self.created,
            "CustomerMasterKeySpec": self.spec,
            "Description": self.description,
            "Enabled": self.state == KeyState::Enabled,
            "KeyId": self.id,
            "KeyManager": if self.managed_by_aws { "AWS" } else { "CUSTOMER" },
            "KeySpec": self.spec,
            "KeyState": self.state.name(),
            "KeyUsage": self.usage,
            "MultiRegion": self.multi_region,
            "Origin": self.origin,
        });
        if let Some(algorithms) = algorithms(&self.spec, &self.usage) {
            metadata[algorithms.0] = json!(algorithms.1);
        }
        let shown = self.is_symmetric() && ["AWS_KMS", "EXTERNAL"].contains(&self.origin.as_str());
        let current = self.materials.last().filter(|_| shown && self.state != KeyState::Creating);
        if let Some(current) = current {
            metadata["CurrentKeyMaterialId"] = json!(current.id());
        }
        if self.origin == "EXTERNAL" && self.is_complete() {
            let first = self.materials.iter().filter_map(Material::expires).reduce(f64::min);
            let model = if first.is_some() { "KEY_MATERIAL_EXPIRES" } else { "KEY_MATERIAL_DOES_NOT_EXPIRE" };
            metadata["ExpirationModel"] = json!(model);
            if let Some(first) = first {
                metadata["ValidTo"] = json!(first);
            }
        }
        if let (KeyState::PendingDeletion, Some(date)) = (self.state, self.deletion) {
            metadata["DeletionDate"] = json!(date);
        }
        if self.state == KeyState::PendingReplicaDeletion {
            #[expect(clippy::cast_possible_truncation, reason = "7 to 30")]
            let days = self.pending_window_days as i64;
            metadata["PendingDeletionWindowInDays"] = json!(days);
        }
        metadata
    }
}

/// Usages that a spec allows, the first being the default of symmetric keys.
pub(crate) fn usages(spec: &str) -> &'static [&'static str] {
    match spec {
        "SYMMETRIC_DEFAULT" => &["ENCRYPT_DECRYPT"],
        "RSA_2048" | "RSA_3072" | "RSA_4096" => &["ENCRYPT_DECRYPT", "SIGN_VERIFY"],
        "ECC_NIST_P256" | "ECC_NIST_P384" | "ECC_NIST_P521" => &["SIGN_VERIFY", "KEY_AGREEMENT"],
        "ECC_NIST_EDWARDS25519" | "ECC_SECG_P256K1" | "ML_DSA_44" | "ML_DSA_65" | "ML_DSA_87" => &["SIGN_VERIFY"],
        "HMAC_224" | "HMAC_256" | "HMAC_384" | "HMAC_512" => &["GENERATE_VERIFY_MAC"],
        "SM2" => &["ENCRYPT_DECRYPT", "SIGN_VERIFY", "KEY_AGREEMENT"],
        "ML_KEM_512" | "ML_KEM_768" | "ML_KEM_1024" => &["ENCAPSULATE_DECAPSULATE"],
        _ => &[],
    }
}

/// The algorithms of a key and the member of `KeyMetadata` that lists them.
pub(crate) fn algorithms(spec: &str, usage: &str) -> Option<(&'static str, Vec<&'static str>)> {
    let rsa_sign = vec![
        "RSASSA_PKCS1_V1_5_SHA_256",
        "RSASSA_PKCS1_V1_5_SHA_384",
        "RSASSA_PKCS1_V1_5_SHA_512",
        "RSASSA_PSS_SHA_256",
        "RSASSA_PSS_SHA_384",
        "RSASSA_PSS_SHA_512",
    ];
    Some(match (usage, spec) {
        ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT") => ("EncryptionAlgorithms", vec!["SYMMETRIC_DEFAULT"]),
        ("ENCRYPT_DECRYPT", "SM2") => ("EncryptionAlgorithms", vec!["SM2PKE"]),
        ("ENCRYPT_DECRYPT", _) => ("EncryptionAlgorithms", vec!["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]),
        ("SIGN_VERIFY", spec) if spec.starts_with("RSA") => ("SigningAlgorithms", rsa_sign),
        ("SIGN_VERIFY", "ECC_NIST_P384") => ("SigningAlgorithms", vec!["ECDSA_SHA_384"]),
        ("SIGN_VERIFY", "ECC_NIST_P521") => ("SigningAlgorithms", vec!["ECDSA_SHA_512"]),
        ("SIGN_VERIFY", "ECC_NIST_EDWARDS25519") => {
            ("SigningAlgorithms", vec!["ED25519_PH_SHA_512", "ED25519_SHA_512"])
        }
        ("SIGN_VERIFY", "SM2") => ("SigningAlgorithms", vec!["SM2DSA"]),
        ("SIGN_VERIFY", spec) if spec.starts_with("ML_DSA") => ("SigningAlgorithms", vec!["ML_DSA_SHAKE_256"]),
        ("SIGN_VERIFY", _) => ("SigningAlgorithms", vec!["ECDSA_SHA_256"]),
        ("KEY_AGREEMENT", _) => ("KeyAgreementAlgorithms", vec!["ECDH"]),
        ("GENERATE_VERIFY_MAC", spec) => (
            "MacAlgorithms",
            vec![match spec {
                "HMAC_224" => "HMAC_SHA_224",
                "HMAC_256" => "HMAC_SHA_256",
                "HMAC_384" => "HMAC_SHA_384",
                _ => "HMAC_SHA_512",
            }],
        ),
        ("ENCAPSULATE_DECAPSULATE", _) => ("EncapsulationAlgorithms", vec!["ML_KEM"]),
        _ => return None,
    })
}
