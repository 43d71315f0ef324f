// Generated from proto/awskms/v1/functions.proto by `cargo xtask generate`.
//! Names, arguments and results of the functions.

use std::collections::BTreeMap;

use super::encode::{Encode, put};
use crate::path::Path;
use crate::spec::input::{Decode, Input, Unreadable, object, read};
use crate::spec::table::{self, Default, Effect, Text};
use crate::value::{PropertyMap, PropertyValue};

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Reads a key, its aliases, policy, rotation, tags and replicas, by its ID, ARN, alias or tags. The facts have the names of the outputs of AwsKmsKey. A fact that the caller may not read is left out and its action is listed in missingPermissions. By tags it reads the tags of every key of the Region, at most of 10,000.
    GetAwsKmsKey,
    /// Reads the public key of an asymmetric key and what it can be used for.
    GetPublicKey,
    /// Reads how a key rotates: its history, the next rotation, and how many rotations on demand it has left.
    GetKeyRotations,
    /// Reads when a key was last used. KMS counts successful cryptographic operations in this Region; what is done outside of AWS with a public key it cannot see.
    GetKeyLastUsage,
    /// Encrypts up to 4,096 bytes with a key. Every call gives another ciphertext, in previews too: what takes it as an input changes at every run unless the program ignores the change or keeps the ciphertext.
    Encrypt,
    /// Decrypts what a key has encrypted. The results are secrets. The encryption context must be the one of the encryption. Call the output form of this function (decryptOutput, decrypt_output, DecryptOutput): the direct form hands the program plain values, and Pulumi does not know any more that they are secret.
    Decrypt,
    /// Says what a key policy answers to calls, given or read from a key. With a policy and an account nothing is called. Grants can allow more; policies of IAM and of the organization can allow less.
    SimulateAccess,
    /// Looks at a key policy: what KMS will refuse, and what hardly anybody means. Nothing is called.
    LintPolicy,
    /// Lists who can use a key or manage it, by its policy and its grants.
    WhoCanAccess,
    /// Estimates what keys cost a month, in US dollars: the keys, their replicas, their rotations and their requests. Nothing is called: the prices are AWS's of the day in pricesAsOf, for most commercial Regions.
    EstimateCost,
}

impl Function {
    /// Every function.
    pub const ALL: &'static [Self] = &[
        Self::GetAwsKmsKey,
        Self::GetPublicKey,
        Self::GetKeyRotations,
        Self::GetKeyLastUsage,
        Self::Encrypt,
        Self::Decrypt,
        Self::SimulateAccess,
        Self::LintPolicy,
        Self::WhoCanAccess,
        Self::EstimateCost,
    ];

    /// Its token, as programs call it.
    pub fn token(self) -> &'static str {
        match self {
            Self::GetAwsKmsKey => "awskms:index:getAwsKmsKey",
            Self::GetPublicKey => "awskms:index:getPublicKey",
            Self::GetKeyRotations => "awskms:index:getKeyRotations",
            Self::GetKeyLastUsage => "awskms:index:getKeyLastUsage",
            Self::Encrypt => "awskms:index:encrypt",
            Self::Decrypt => "awskms:index:decrypt",
            Self::SimulateAccess => "awskms:index:simulateAccess",
            Self::LintPolicy => "awskms:index:lintPolicy",
            Self::WhoCanAccess => "awskms:index:whoCanAccess",
            Self::EstimateCost => "awskms:index:estimateCost",
        }
    }

    /// What its arguments may be.
    pub fn arguments(self) -> &'static table::Message {
        match self {
            Self::GetAwsKmsKey => &GET_AWS_KMS_KEY_ARGS,
            Self::GetPublicKey => &GET_PUBLIC_KEY_ARGS,
            Self::GetKeyRotations => &GET_KEY_ROTATIONS_ARGS,
            Self::GetKeyLastUsage => &GET_KEY_LAST_USAGE_ARGS,
            Self::Encrypt => &ENCRYPT_ARGS,
            Self::Decrypt => &DECRYPT_ARGS,
            Self::SimulateAccess => &SIMULATE_ACCESS_ARGS,
            Self::LintPolicy => &LINT_POLICY_ARGS,
            Self::WhoCanAccess => &WHO_CAN_ACCESS_ARGS,
            Self::EstimateCost => &ESTIMATE_COST_ARGS,
        }
    }
}

/// Names of arguments, as programs write them.
pub mod names {
    /// `account`
    pub const ACCOUNT: &str = "account";
    /// `actions`
    pub const ACTIONS: &str = "actions";
    /// `alias`
    pub const ALIAS: &str = "alias";
    /// `aliasPrefix`
    pub const ALIAS_PREFIX: &str = "aliasPrefix";
    /// `asymmetricRequests`
    pub const ASYMMETRIC_REQUESTS: &str = "asymmetricRequests";
    /// `caller`
    pub const CALLER: &str = "caller";
    /// `ciphertext`
    pub const CIPHERTEXT: &str = "ciphertext";
    /// `conditionKeys`
    pub const CONDITION_KEYS: &str = "conditionKeys";
    /// `eccDataKeyPairs`
    pub const ECC_DATA_KEY_PAIRS: &str = "eccDataKeyPairs";
    /// `encryptionAlgorithm`
    pub const ENCRYPTION_ALGORITHM: &str = "encryptionAlgorithm";
    /// `encryptionContext`
    pub const ENCRYPTION_CONTEXT: &str = "encryptionContext";
    /// `freeTier`
    pub const FREE_TIER: &str = "freeTier";
    /// `keyId`
    pub const KEY_ID: &str = "keyId";
    /// `keys`
    pub const KEYS: &str = "keys";
    /// `owned`
    pub const OWNED: &str = "owned";
    /// `plaintext`
    pub const PLAINTEXT: &str = "plaintext";
    /// `plaintextBase64`
    pub const PLAINTEXT_BASE64: &str = "plaintextBase64";
    /// `policy`
    pub const POLICY: &str = "policy";
    /// `principals`
    pub const PRINCIPALS: &str = "principals";
    /// `region`
    pub const REGION: &str = "region";
    /// `replicas`
    pub const REPLICAS: &str = "replicas";
    /// `rotations`
    pub const ROTATIONS: &str = "rotations";
    /// `rsa2048Requests`
    pub const RSA2048_REQUESTS: &str = "rsa2048Requests";
    /// `rsaDataKeyPairs`
    pub const RSA_DATA_KEY_PAIRS: &str = "rsaDataKeyPairs";
    /// `symmetricRequests`
    pub const SYMMETRIC_REQUESTS: &str = "symmetricRequests";
    /// `tags`
    pub const TAGS: &str = "tags";
    /// `viaService`
    pub const VIA_SERVICE: &str = "viaService";
}

/// Table of `GetAwsKmsKeyArgs`: What names a key. Exactly one of keyId, alias and tags is given.
pub static GET_AWS_KMS_KEY_ARGS: table::Message = table::Message {
    name: "GetAwsKmsKeyArgs",
    fields: &[
        table::Field {
            name: "keyId",
            proto_name: "key_id",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(2048), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "alias",
            proto_name: "alias",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(2048), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "tags",
            proto_name: "tags",
            also: &[],
            kind: table::Kind::Map {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: Some(50),
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "region",
            proto_name: "region",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(32), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
    ],
};

/// What names a key. Exactly one of keyId, alias and tags is given.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct GetAwsKmsKeyArgs {
    /// Key ID or key ARN.
    pub key_id: Input<String>,
    /// Name of an alias, such as `alias/prod/orders`, or its ARN.
    pub alias: Input<String>,
    /// Tags; exactly one key of the Region has all of them.
    pub tags: Input<BTreeMap<String, Input<String>>>,
    /// Region of the key. Default: that of the ARN, else the provider's.
    pub region: Input<String>,
}

impl GetAwsKmsKeyArgs {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self {
            key_id: read(map, at, "keyId")?,
            alias: read(map, at, "alias")?,
            tags: read(map, at, "tags")?,
            region: read(map, at, "region")?,
        })
    }
}

impl Decode for GetAwsKmsKeyArgs {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// A key.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct GetAwsKmsKeyResult {
    /// ID of the key.
    pub key_id: String,
    /// ARN of the key.
    pub key_arn: String,
    /// Region that the key was read in.
    pub region: String,
    /// The alias that the key was asked for by, else its first one in the order of the alphabet; absent without any.
    pub alias_name: Option<String>,
    /// ARN of that alias.
    pub alias_arn: Option<String>,
    /// All aliases of the key; absent where they may not be read.
    pub aliases: Option<Vec<String>>,
    /// What the key is for.
    pub description: String,
    /// Whether the key can be used.
    pub enabled: bool,
    /// Kind of key material.
    pub key_spec: String,
    /// What the key can be used for.
    pub key_usage: String,
    /// Whether the key belongs to a multi-Region set.
    pub multi_region: bool,
    /// Whether KMS rotates the key material by itself; absent where it may not be read and while a deletion is pending.
    pub rotation_enabled: Option<bool>,
    /// Days between two rotations, of a key that rotates.
    pub rotation_period_days: Option<i32>,
    /// State of the key at KMS, such as `Enabled`, `Disabled` or `PendingDeletion`.
    pub key_state: String,
    /// When the key was created, in RFC 3339, UTC.
    pub creation_date: String,
    /// When KMS will delete the key, in RFC 3339, UTC; absent unless deletion is scheduled.
    pub deletion_date: Option<String>,
    /// The key policy, as JSON text; absent where it may not be read.
    pub policy_json: Option<String>,
    /// Replicas of the key by Region.
    pub replica_keys: Option<BTreeMap<String, PropertyMap>>,
    /// Region that holds the primary of a multi-Region key, or the key itself.
    pub primary_region: String,
    /// Public key in PEM (SubjectPublicKeyInfo), of an asymmetric key that is enabled.
    pub public_key: Option<String>,
    /// Tags of the key, without the provider's own marks; absent where they may not be read.
    pub tags_all: Option<BTreeMap<String, String>>,
    /// Who manages the key: `CUSTOMER`, or `AWS` for the keys of AWS services.
    pub key_manager: String,
    /// Where the key material comes from, such as `AWS_KMS` or `EXTERNAL`.
    pub origin: String,
    /// Actions that the caller lacks to read the facts that are absent, such as `kms:GetKeyPolicy`.
    pub missing_permissions: Vec<String>,
}

impl GetAwsKmsKeyResult {
    /// The properties, what is secret of them wrapped.
    pub fn into_properties(self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put(&mut map, "keyId", false, Some(self.key_id));
        put(&mut map, "keyArn", false, Some(self.key_arn));
        put(&mut map, "region", false, Some(self.region));
        put(&mut map, "aliasName", false, self.alias_name);
        put(&mut map, "aliasArn", false, self.alias_arn);
        put(&mut map, "aliases", false, self.aliases);
        put(&mut map, "description", false, Some(self.description));
        put(&mut map, "enabled", false, Some(self.enabled));
        put(&mut map, "keySpec", false, Some(self.key_spec));
        put(&mut map, "keyUsage", false, Some(self.key_usage));
        put(&mut map, "multiRegion", false, Some(self.multi_region));
        put(&mut map, "rotationEnabled", false, self.rotation_enabled);
        put(&mut map, "rotationPeriodDays", false, self.rotation_period_days);
        put(&mut map, "keyState", false, Some(self.key_state));
        put(&mut map, "creationDate", false, Some(self.creation_date));
        put(&mut map, "deletionDate", false, self.deletion_date);
        put(&mut map, "policyJson", false, self.policy_json);
        put(&mut map, "replicaKeys", false, self.replica_keys);
        put(&mut map, "primaryRegion", false, Some(self.primary_region));
        put(&mut map, "publicKey", false, self.public_key);
        put(&mut map, "tagsAll", false, self.tags_all);
        put(&mut map, "keyManager", false, Some(self.key_manager));
        put(&mut map, "origin", false, Some(self.origin));
        put(&mut map, "missingPermissions", false, Some(self.missing_permissions));
        map
    }
}

impl Encode for GetAwsKmsKeyResult {
    fn encode(self) -> PropertyValue {
        self.into_properties().into()
    }
}

/// Table of `GetPublicKeyArgs`: Which public key.
pub static GET_PUBLIC_KEY_ARGS: table::Message = table::Message {
    name: "GetPublicKeyArgs",
    fields: &[
        table::Field {
            name: "keyId",
            proto_name: "key_id",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(2048), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "region",
            proto_name: "region",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(32), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
    ],
};

/// Which public key.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct GetPublicKeyArgs {
    /// Key ID, key ARN, alias or alias ARN.
    pub key_id: Input<String>,
    /// Region of the key. Default: that of the ARN, else the provider's.
    pub region: Input<String>,
}

impl GetPublicKeyArgs {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self { key_id: read(map, at, "keyId")?, region: read(map, at, "region")? })
    }
}

impl Decode for GetPublicKeyArgs {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// A public key.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct GetPublicKeyResult {
    /// ARN of the key.
    pub key_arn: String,
    /// Kind of key material.
    pub key_spec: String,
    /// What the key can be used for.
    pub key_usage: String,
    /// The public key in PEM (SubjectPublicKeyInfo, RFC 7468).
    pub public_key: String,
    /// The same in DER, as base64.
    pub public_key_der: String,
    /// Algorithms that encrypt with it, such as `RSAES_OAEP_SHA_256`.
    pub encryption_algorithms: Vec<String>,
    /// Algorithms whose signatures it verifies, such as `ECDSA_SHA_256`.
    pub signing_algorithms: Vec<String>,
    /// Algorithms that agree on a secret with it, such as `ECDH`.
    pub key_agreement_algorithms: Vec<String>,
}

impl GetPublicKeyResult {
    /// The properties, what is secret of them wrapped.
    pub fn into_properties(self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put(&mut map, "keyArn", false, Some(self.key_arn));
        put(&mut map, "keySpec", false, Some(self.key_spec));
        put(&mut map, "keyUsage", false, Some(self.key_usage));
        put(&mut map, "publicKey", false, Some(self.public_key));
        put(&mut map, "publicKeyDer", false, Some(self.public_key_der));
        put(&mut map, "encryptionAlgorithms", false, Some(self.encryption_algorithms));
        put(&mut map, "signingAlgorithms", false, Some(self.signing_algorithms));
        put(&mut map, "keyAgreementAlgorithms", false, Some(self.key_agreement_algorithms));
        map
    }
}

impl Encode for GetPublicKeyResult {
    fn encode(self) -> PropertyValue {
        self.into_properties().into()
    }
}

/// Table of `GetKeyRotationsArgs`: Whose rotations.
pub static GET_KEY_ROTATIONS_ARGS: table::Message = table::Message {
    name: "GetKeyRotationsArgs",
    fields: &[
        table::Field {
            name: "keyId",
            proto_name: "key_id",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(2048), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "region",
            proto_name: "region",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(32), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
    ],
};

/// Whose rotations.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct GetKeyRotationsArgs {
    /// Key ID, key ARN, alias or alias ARN.
    pub key_id: Input<String>,
    /// Region of the key. Default: that of the ARN, else the provider's.
    pub region: Input<String>,
}

impl GetKeyRotationsArgs {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self { key_id: read(map, at, "keyId")?, region: read(map, at, "region")? })
    }
}

impl Decode for GetKeyRotationsArgs {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// How a key rotates.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct GetKeyRotationsResult {
    /// ARN of the key.
    pub key_arn: String,
    /// Whether KMS rotates the key material by itself.
    pub rotation_enabled: bool,
    /// Days between two rotations, of a key that rotates by itself.
    pub rotation_period_days: Option<i32>,
    /// When the next rotation is due, in RFC 3339, UTC, of a key that rotates by itself.
    pub next_rotation_date: Option<String>,
    /// When the last rotation was, in RFC 3339, UTC; absent if there was none.
    pub last_rotation_date: Option<String>,
    /// When a rotation on demand began that is still under way, in RFC 3339, UTC.
    pub on_demand_rotation_start_date: Option<String>,
    /// How many rotations on demand the key has left of the 25 that KMS allows in its life.
    pub on_demand_rotations_left: i32,
    /// The rotations so far, the latest first.
    pub rotations: Vec<KeyRotation>,
}

impl GetKeyRotationsResult {
    /// The properties, what is secret of them wrapped.
    pub fn into_properties(self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put(&mut map, "keyArn", false, Some(self.key_arn));
        put(&mut map, "rotationEnabled", false, Some(self.rotation_enabled));
        put(&mut map, "rotationPeriodDays", false, self.rotation_period_days);
        put(&mut map, "nextRotationDate", false, self.next_rotation_date);
        put(&mut map, "lastRotationDate", false, self.last_rotation_date);
        put(&mut map, "onDemandRotationStartDate", false, self.on_demand_rotation_start_date);
        put(&mut map, "onDemandRotationsLeft", false, Some(self.on_demand_rotations_left));
        put(&mut map, "rotations", false, Some(self.rotations));
        map
    }
}

impl Encode for GetKeyRotationsResult {
    fn encode(self) -> PropertyValue {
        self.into_properties().into()
    }
}

/// A rotation of a key.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct KeyRotation {
    /// When it was, in RFC 3339, UTC.
    pub rotation_date: String,
    /// `AUTOMATIC` or `ON_DEMAND`.
    pub rotation_type: String,
    /// ID of the key material that it brought, where KMS tells it.
    pub key_material_id: Option<String>,
}

impl KeyRotation {
    /// The properties, what is secret of them wrapped.
    pub fn into_properties(self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put(&mut map, "rotationDate", false, Some(self.rotation_date));
        put(&mut map, "rotationType", false, Some(self.rotation_type));
        put(&mut map, "keyMaterialId", false, self.key_material_id);
        map
    }
}

impl Encode for KeyRotation {
    fn encode(self) -> PropertyValue {
        self.into_properties().into()
    }
}

/// Table of `GetKeyLastUsageArgs`: Whose last use.
pub static GET_KEY_LAST_USAGE_ARGS: table::Message = table::Message {
    name: "GetKeyLastUsageArgs",
    fields: &[
        table::Field {
            name: "keyId",
            proto_name: "key_id",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(2048), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "region",
            proto_name: "region",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(32), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
    ],
};

/// Whose last use.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct GetKeyLastUsageArgs {
    /// Key ID, key ARN, alias or alias ARN.
    pub key_id: Input<String>,
    /// Region of the key. Default: that of the ARN, else the provider's.
    pub region: Input<String>,
}

impl GetKeyLastUsageArgs {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self { key_id: read(map, at, "keyId")?, region: read(map, at, "region")? })
    }
}

impl Decode for GetKeyLastUsageArgs {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// When a key was last used.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct GetKeyLastUsageResult {
    /// ARN of the key.
    pub key_arn: String,
    /// When it was last used, in RFC 3339, UTC; absent if not since trackedSince.
    pub last_used_date: Option<String>,
    /// The operation, such as `Decrypt`.
    pub last_operation: Option<String>,
    /// Since when KMS counts, in RFC 3339, UTC; absent if it does not say. Of the time before nothing is known.
    pub tracked_since: Option<String>,
    /// Whether KMS knows of every use since the key was created.
    pub is_complete: bool,
}

impl GetKeyLastUsageResult {
    /// The properties, what is secret of them wrapped.
    pub fn into_properties(self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put(&mut map, "keyArn", false, Some(self.key_arn));
        put(&mut map, "lastUsedDate", false, self.last_used_date);
        put(&mut map, "lastOperation", false, self.last_operation);
        put(&mut map, "trackedSince", false, self.tracked_since);
        put(&mut map, "isComplete", false, Some(self.is_complete));
        map
    }
}

impl Encode for GetKeyLastUsageResult {
    fn encode(self) -> PropertyValue {
        self.into_properties().into()
    }
}

/// Table of `EncryptArgs`: What to encrypt, with which key.
pub static ENCRYPT_ARGS: table::Message = table::Message {
    name: "EncryptArgs",
    fields: &[
        table::Field {
            name: "keyId",
            proto_name: "key_id",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(2048), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "plaintext",
            proto_name: "plaintext",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: true,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "plaintextBase64",
            proto_name: "plaintext_base64",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: true,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "encryptionContext",
            proto_name: "encryption_context",
            also: &[],
            kind: table::Kind::Map {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: None,
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "encryptionAlgorithm",
            proto_name: "encryption_algorithm",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "region",
            proto_name: "region",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(32), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
    ],
};

/// What to encrypt, with which key.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct EncryptArgs {
    /// Key ID, key ARN, alias or alias ARN.
    pub key_id: Input<String>,
    /// Text to encrypt, in UTF-8. Either this or plaintextBase64.
    pub plaintext: Input<String>,
    /// Bytes to encrypt, as base64. Either this or plaintext.
    pub plaintext_base64: Input<String>,
    /// Encryption context; the same must be given to decrypt. It is no secret: it stands in CloudTrail. Default: none.
    pub encryption_context: Input<BTreeMap<String, Input<String>>>,
    /// Encryption algorithm of an asymmetric key, such as `RSAES_OAEP_SHA_256`. Default: SYMMETRIC_DEFAULT.
    pub encryption_algorithm: Input<String>,
    /// Region of the key. Default: that of the ARN, else the provider's.
    pub region: Input<String>,
}

impl EncryptArgs {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self {
            key_id: read(map, at, "keyId")?,
            plaintext: read(map, at, "plaintext")?,
            plaintext_base64: read(map, at, "plaintextBase64")?,
            encryption_context: read(map, at, "encryptionContext")?,
            encryption_algorithm: read(map, at, "encryptionAlgorithm")?,
            region: read(map, at, "region")?,
        })
    }
}

impl Decode for EncryptArgs {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// A ciphertext.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct EncryptResult {
    /// The ciphertext, as base64.
    pub ciphertext: String,
    /// ARN of the key.
    pub key_arn: String,
    /// The encryption algorithm.
    pub encryption_algorithm: String,
}

impl EncryptResult {
    /// The properties, what is secret of them wrapped.
    pub fn into_properties(self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put(&mut map, "ciphertext", false, Some(self.ciphertext));
        put(&mut map, "keyArn", false, Some(self.key_arn));
        put(&mut map, "encryptionAlgorithm", false, Some(self.encryption_algorithm));
        map
    }
}

impl Encode for EncryptResult {
    fn encode(self) -> PropertyValue {
        self.into_properties().into()
    }
}

/// Table of `DecryptArgs`: What to decrypt.
pub static DECRYPT_ARGS: table::Message = table::Message {
    name: "DecryptArgs",
    fields: &[
        table::Field {
            name: "ciphertext",
            proto_name: "ciphertext",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: None, pattern: None }),
            effect: Effect::Update,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "keyId",
            proto_name: "key_id",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(2048), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "encryptionContext",
            proto_name: "encryption_context",
            also: &[],
            kind: table::Kind::Map {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: None,
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "encryptionAlgorithm",
            proto_name: "encryption_algorithm",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "region",
            proto_name: "region",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(32), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
    ],
};

/// What to decrypt.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct DecryptArgs {
    /// The ciphertext, as base64.
    pub ciphertext: Input<String>,
    /// Key ID, key ARN, alias or alias ARN of the key that must have encrypted it. A ciphertext of a symmetric key names its key, but only with this is it certain that it is yours; for asymmetric keys it is needed.
    pub key_id: Input<String>,
    /// Encryption context of the encryption. Default: none.
    pub encryption_context: Input<BTreeMap<String, Input<String>>>,
    /// Encryption algorithm of an asymmetric key, such as `RSAES_OAEP_SHA_256`. Default: SYMMETRIC_DEFAULT.
    pub encryption_algorithm: Input<String>,
    /// Region of the key. Default: that of the ARN, else the provider's.
    pub region: Input<String>,
}

impl DecryptArgs {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self {
            ciphertext: read(map, at, "ciphertext")?,
            key_id: read(map, at, "keyId")?,
            encryption_context: read(map, at, "encryptionContext")?,
            encryption_algorithm: read(map, at, "encryptionAlgorithm")?,
            region: read(map, at, "region")?,
        })
    }
}

impl Decode for DecryptArgs {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// A plaintext.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct DecryptResult {
    /// The plaintext as text; absent if it is not UTF-8.
    pub plaintext: Option<String>,
    /// The plaintext as base64.
    pub plaintext_base64: String,
    /// ARN of the key.
    pub key_arn: String,
    /// The encryption algorithm.
    pub encryption_algorithm: String,
}

impl DecryptResult {
    /// The properties, what is secret of them wrapped.
    pub fn into_properties(self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put(&mut map, "plaintext", true, self.plaintext);
        put(&mut map, "plaintextBase64", true, Some(self.plaintext_base64));
        put(&mut map, "keyArn", false, Some(self.key_arn));
        put(&mut map, "encryptionAlgorithm", false, Some(self.encryption_algorithm));
        map
    }
}

impl Encode for DecryptResult {
    fn encode(self) -> PropertyValue {
        self.into_properties().into()
    }
}

/// Table of `SimulateAccessArgs`: Which calls to judge, by which policy. Either policy or keyId is given.
pub static SIMULATE_ACCESS_ARGS: table::Message = table::Message {
    name: "SimulateAccessArgs",
    fields: &[
        table::Field {
            name: "policy",
            proto_name: "policy",
            also: &[],
            kind: table::Kind::Json,
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "keyId",
            proto_name: "key_id",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(2048), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "account",
            proto_name: "account",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "principals",
            proto_name: "principals",
            also: &[],
            kind: table::Kind::List {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: Some(100),
            },
            effect: Effect::Update,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "actions",
            proto_name: "actions",
            also: &[],
            kind: table::Kind::List {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: Some(100),
            },
            effect: Effect::Update,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "encryptionContext",
            proto_name: "encryption_context",
            also: &[],
            kind: table::Kind::Map {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: None,
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "viaService",
            proto_name: "via_service",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: None, pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "conditionKeys",
            proto_name: "condition_keys",
            also: &[],
            kind: table::Kind::Map {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: None,
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "region",
            proto_name: "region",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(32), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
    ],
};

/// Which calls to judge, by which policy. Either policy or keyId is given.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct SimulateAccessArgs {
    /// The key policy, as JSON text or an object.
    pub policy: Input<serde_json::Value>,
    /// Key ID, key ARN, alias or alias ARN of the key whose policy is read.
    pub key_id: Input<String>,
    /// Account of the key, 12 digits. Default: that of the key, else of the provider's credentials.
    pub account: Input<String>,
    /// ARNs of roles, users or sessions, account IDs, service principals, or `*` for somebody who is named nowhere.
    pub principals: Input<Vec<String>>,
    /// Actions without wildcards, such as `kms:Decrypt`.
    pub actions: Input<Vec<String>>,
    /// Encryption context of the calls. Default: none.
    pub encryption_context: Input<BTreeMap<String, Input<String>>>,
    /// Service that calls on the principal's behalf, such as `s3.eu-west-1.amazonaws.com`. Default: the principal calls KMS itself.
    pub via_service: Input<String>,
    /// What else is known of the calls: condition keys, such as `aws:SourceIp`, and their values.
    pub condition_keys: Input<BTreeMap<String, Input<String>>>,
    /// Region of the key. Default: that of the ARN, else the provider's.
    pub region: Input<String>,
}

impl SimulateAccessArgs {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self {
            policy: read(map, at, "policy")?,
            key_id: read(map, at, "keyId")?,
            account: read(map, at, "account")?,
            principals: read(map, at, "principals")?,
            actions: read(map, at, "actions")?,
            encryption_context: read(map, at, "encryptionContext")?,
            via_service: read(map, at, "viaService")?,
            condition_keys: read(map, at, "conditionKeys")?,
            region: read(map, at, "region")?,
        })
    }
}

impl Decode for SimulateAccessArgs {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// What the policy answers.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct SimulateAccessResult {
    /// One answer for each principal and action, in their order.
    pub decisions: Vec<AccessDecision>,
    /// Whether every answer is `ALLOWED`.
    pub all_allowed: bool,
    /// Whether every answer is `DENIED`.
    pub all_denied: bool,
}

impl SimulateAccessResult {
    /// The properties, what is secret of them wrapped.
    pub fn into_properties(self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put(&mut map, "decisions", false, Some(self.decisions));
        put(&mut map, "allAllowed", false, Some(self.all_allowed));
        put(&mut map, "allDenied", false, Some(self.all_denied));
        map
    }
}

impl Encode for SimulateAccessResult {
    fn encode(self) -> PropertyValue {
        self.into_properties().into()
    }
}

/// What a key policy answers to one call.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct AccessDecision {
    /// The principal.
    pub principal: String,
    /// The action.
    pub action: String,
    /// `ALLOWED`, `DENIED`, `IAM_DECIDES` if the policy leaves it to IAM policies, or `UNKNOWN` if it hangs on something that only the call will show.
    pub access: String,
    /// The statements that decide it, by their Sid or their number.
    pub statements: Vec<String>,
    /// Condition keys that only the call will show. Give them in conditionKeys to decide it.
    pub unknown_condition_keys: Vec<String>,
}

impl AccessDecision {
    /// The properties, what is secret of them wrapped.
    pub fn into_properties(self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put(&mut map, "principal", false, Some(self.principal));
        put(&mut map, "action", false, Some(self.action));
        put(&mut map, "access", false, Some(self.access));
        put(&mut map, "statements", false, Some(self.statements));
        put(&mut map, "unknownConditionKeys", false, Some(self.unknown_condition_keys));
        map
    }
}

impl Encode for AccessDecision {
    fn encode(self) -> PropertyValue {
        self.into_properties().into()
    }
}

/// Table of `LintPolicyArgs`: Which policy to look at.
pub static LINT_POLICY_ARGS: table::Message = table::Message {
    name: "LintPolicyArgs",
    fields: &[
        table::Field {
            name: "policy",
            proto_name: "policy",
            also: &[],
            kind: table::Kind::Json,
            effect: Effect::Update,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "caller",
            proto_name: "caller",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: None, pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "account",
            proto_name: "account",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
    ],
};

/// Which policy to look at.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct LintPolicyArgs {
    /// The key policy, as JSON text or an object.
    pub policy: Input<serde_json::Value>,
    /// ARN of who will put the policy; then it is also looked at whether the policy leaves it the right to change it, without which KMS refuses the policy.
    pub caller: Input<String>,
    /// Account of the key, 12 digits. Default: that of the caller.
    pub account: Input<String>,
}

impl LintPolicyArgs {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self {
            policy: read(map, at, "policy")?,
            caller: read(map, at, "caller")?,
            account: read(map, at, "account")?,
        })
    }
}

impl Decode for LintPolicyArgs {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct LintPolicyResult {
    /// The findings, errors first.
    pub findings: Vec<PolicyFinding>,
    /// How many of them are errors: KMS will refuse the policy.
    pub errors: i32,
    /// How many of them are warnings: KMS takes it, but hardly anybody means it.
    pub warnings: i32,
}

impl LintPolicyResult {
    /// The properties, what is secret of them wrapped.
    pub fn into_properties(self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put(&mut map, "findings", false, Some(self.findings));
        put(&mut map, "errors", false, Some(self.errors));
        put(&mut map, "warnings", false, Some(self.warnings));
        map
    }
}

impl Encode for LintPolicyResult {
    fn encode(self) -> PropertyValue {
        self.into_properties().into()
    }
}

/// Something found in a key policy.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct PolicyFinding {
    /// `ERROR`, `WARNING` or `INFO`.
    pub severity: String,
    /// What is wrong, and what to do.
    pub message: String,
    /// Number of the rule, such as `KP004`; absent for what is said of the caller.
    pub rule: Option<String>,
    /// Sid of the statement that it is about, if it has one.
    pub sid: Option<String>,
}

impl PolicyFinding {
    /// The properties, what is secret of them wrapped.
    pub fn into_properties(self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put(&mut map, "severity", false, Some(self.severity));
        put(&mut map, "message", false, Some(self.message));
        put(&mut map, "rule", false, self.rule);
        put(&mut map, "sid", false, self.sid);
        map
    }
}

impl Encode for PolicyFinding {
    fn encode(self) -> PropertyValue {
        self.into_properties().into()
    }
}

/// Table of `WhoCanAccessArgs`: Whose access to list. Either policy or keyId is given.
pub static WHO_CAN_ACCESS_ARGS: table::Message = table::Message {
    name: "WhoCanAccessArgs",
    fields: &[
        table::Field {
            name: "keyId",
            proto_name: "key_id",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(2048), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "policy",
            proto_name: "policy",
            also: &[],
            kind: table::Kind::Json,
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "account",
            proto_name: "account",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "actions",
            proto_name: "actions",
            also: &[],
            kind: table::Kind::List {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: Some(100),
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "region",
            proto_name: "region",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(32), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
    ],
};

/// Whose access to list. Either policy or keyId is given.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct WhoCanAccessArgs {
    /// Key ID, key ARN, alias or alias ARN of the key whose policy and grants are read.
    pub key_id: Input<String>,
    /// A key policy, as JSON text or an object, in place of a key's; then there are no grants, and nothing is called.
    pub policy: Input<serde_json::Value>,
    /// Account of the key, 12 digits, for a policy. Default: that of the provider's credentials.
    pub account: Input<String>,
    /// Actions to look at, such as `kms:Decrypt`. Default: every action on a key.
    pub actions: Input<Vec<String>>,
    /// Region of the key. Default: that of the ARN, else the provider's.
    pub region: Input<String>,
}

impl WhoCanAccessArgs {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self {
            key_id: read(map, at, "keyId")?,
            policy: read(map, at, "policy")?,
            account: read(map, at, "account")?,
            actions: read(map, at, "actions")?,
            region: read(map, at, "region")?,
        })
    }
}

impl Decode for WhoCanAccessArgs {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Who can access a key.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct WhoCanAccessResult {
    /// One entry for each principal that the policy names, and one for each grant.
    pub entries: Vec<AccessEntry>,
    /// What this list cannot show.
    pub notes: Vec<String>,
}

impl WhoCanAccessResult {
    /// The properties, what is secret of them wrapped.
    pub fn into_properties(self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put(&mut map, "entries", false, Some(self.entries));
        put(&mut map, "notes", false, Some(self.notes));
        map
    }
}

impl Encode for WhoCanAccessResult {
    fn encode(self) -> PropertyValue {
        self.into_properties().into()
    }
}

/// What one principal can do, by the policy or by one grant.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct AccessEntry {
    /// The principal; `*` is everybody.
    pub principal: String,
    /// `POLICY` or `GRANT`.
    pub source: String,
    /// Actions that it may take.
    pub allowed: Vec<String>,
    /// Actions that it may take where IAM policies allow them.
    pub iam_decides: Vec<String>,
    /// Actions that it may take under conditions, such as an encryption context or a service that calls.
    pub conditional: Vec<String>,
    /// The condition keys that these hang on; of a grant its constraints, as JSON text.
    pub conditions: Vec<String>,
    /// ID of the grant.
    pub grant_id: Option<String>,
}

impl AccessEntry {
    /// The properties, what is secret of them wrapped.
    pub fn into_properties(self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put(&mut map, "principal", false, Some(self.principal));
        put(&mut map, "source", false, Some(self.source));
        put(&mut map, "allowed", false, Some(self.allowed));
        put(&mut map, "iamDecides", false, Some(self.iam_decides));
        put(&mut map, "conditional", false, Some(self.conditional));
        put(&mut map, "conditions", false, Some(self.conditions));
        put(&mut map, "grantId", false, self.grant_id);
        map
    }
}

impl Encode for AccessEntry {
    fn encode(self) -> PropertyValue {
        self.into_properties().into()
    }
}

/// Table of `EstimateCostArgs`: What to estimate.
pub static ESTIMATE_COST_ARGS: table::Message = table::Message {
    name: "EstimateCostArgs",
    fields: &[
        table::Field {
            name: "keys",
            proto_name: "keys",
            also: &[],
            kind: table::Kind::Integer { minimum: 0, maximum: 100000 },
            effect: Effect::Update,
            default: Some(Default::Integer(1)),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "replicas",
            proto_name: "replicas",
            also: &[],
            kind: table::Kind::Integer { minimum: 0, maximum: 100 },
            effect: Effect::Update,
            default: Some(Default::Integer(0)),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "rotations",
            proto_name: "rotations",
            also: &[],
            kind: table::Kind::Integer { minimum: 0, maximum: 100000 },
            effect: Effect::Update,
            default: Some(Default::Integer(0)),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "symmetricRequests",
            proto_name: "symmetric_requests",
            also: &[],
            kind: table::Kind::Number { minimum: 0.0 },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "rsa2048Requests",
            proto_name: "rsa2048_requests",
            also: &[],
            kind: table::Kind::Number { minimum: 0.0 },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "asymmetricRequests",
            proto_name: "asymmetric_requests",
            also: &[],
            kind: table::Kind::Number { minimum: 0.0 },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "eccDataKeyPairs",
            proto_name: "ecc_data_key_pairs",
            also: &[],
            kind: table::Kind::Number { minimum: 0.0 },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "rsaDataKeyPairs",
            proto_name: "rsa_data_key_pairs",
            also: &[],
            kind: table::Kind::Number { minimum: 0.0 },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "freeTier",
            proto_name: "free_tier",
            also: &[],
            kind: table::Kind::Bool,
            effect: Effect::Update,
            default: Some(Default::Bool(true)),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
    ],
};

/// What to estimate.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct EstimateCostArgs {
    /// Keys, each alike. Default: 1.
    pub keys: Input<i32>,
    /// Replicas of each key. Default: 0.
    pub replicas: Input<i32>,
    /// Rotations that each key has had; AWS charges for the first two. Default: 0.
    pub rotations: Input<i32>,
    /// Requests a month with symmetric and HMAC keys, all keys together. Default: 0.
    pub symmetric_requests: Input<f64>,
    /// Requests a month with RSA_2048 keys. Default: 0.
    pub rsa2048_requests: Input<f64>,
    /// Requests a month with other asymmetric keys. Default: 0.
    pub asymmetric_requests: Input<f64>,
    /// Data key pairs on elliptic curves made a month. Default: 0.
    pub ecc_data_key_pairs: Input<f64>,
    /// RSA data key pairs made a month. Default: 0.
    pub rsa_data_key_pairs: Input<f64>,
    /// Whether the account's 20,000 free requests a month are still there for symmetric requests. Default: true.
    pub free_tier: Input<bool>,
}

impl EstimateCostArgs {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self {
            keys: read(map, at, "keys")?,
            replicas: read(map, at, "replicas")?,
            rotations: read(map, at, "rotations")?,
            symmetric_requests: read(map, at, "symmetricRequests")?,
            rsa2048_requests: read(map, at, "rsa2048Requests")?,
            asymmetric_requests: read(map, at, "asymmetricRequests")?,
            ecc_data_key_pairs: read(map, at, "eccDataKeyPairs")?,
            rsa_data_key_pairs: read(map, at, "rsaDataKeyPairs")?,
            free_tier: read(map, at, "freeTier")?,
        })
    }
}

impl Decode for EstimateCostArgs {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// An estimate, in US dollars a month.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct EstimateCostResult {
    /// All together.
    pub monthly: f64,
    /// Keys, replicas and their rotations.
    pub storage: f64,
    /// Requests.
    pub requests: f64,
    /// The parts.
    pub items: Vec<CostItem>,
    /// The day of the prices, such as `2025-01-01`.
    pub prices_as_of: String,
    /// Where AWS publishes them.
    pub price_source: String,
}

impl EstimateCostResult {
    /// The properties, what is secret of them wrapped.
    pub fn into_properties(self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put(&mut map, "monthly", false, Some(self.monthly));
        put(&mut map, "storage", false, Some(self.storage));
        put(&mut map, "requests", false, Some(self.requests));
        put(&mut map, "items", false, Some(self.items));
        put(&mut map, "pricesAsOf", false, Some(self.prices_as_of));
        put(&mut map, "priceSource", false, Some(self.price_source));
        map
    }
}

impl Encode for EstimateCostResult {
    fn encode(self) -> PropertyValue {
        self.into_properties().into()
    }
}

/// A part of an estimate.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct CostItem {
    /// What is paid for.
    pub name: String,
    /// How many of it, a month.
    pub quantity: f64,
    /// US dollars for one.
    pub unit_price: f64,
    /// US dollars a month.
    pub monthly: f64,
}

impl CostItem {
    /// The properties, what is secret of them wrapped.
    pub fn into_properties(self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put(&mut map, "name", false, Some(self.name));
        put(&mut map, "quantity", false, Some(self.quantity));
        put(&mut map, "unitPrice", false, Some(self.unit_price));
        put(&mut map, "monthly", false, Some(self.monthly));
        map
    }
}

impl Encode for CostItem {
    fn encode(self) -> PropertyValue {
        self.into_properties().into()
    }
}

/// Table of `AwsKmsKeyListArgs`: Which keys to list.
pub static AWS_KMS_KEY_LIST_ARGS: table::Message = table::Message {
    name: "AwsKmsKeyListArgs",
    fields: &[
        table::Field {
            name: "region",
            proto_name: "region",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(32), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "aliasPrefix",
            proto_name: "alias_prefix",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(256), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "tags",
            proto_name: "tags",
            also: &[],
            kind: table::Kind::Map {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: Some(50),
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "owned",
            proto_name: "owned",
            also: &[],
            kind: table::Kind::Bool,
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
    ],
};

/// Which keys to list.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct AwsKmsKeyListArgs {
    /// Region to list. Default: the provider's.
    pub region: Input<String>,
    /// How an alias of the key begins, such as `alias/prod/`.
    pub alias_prefix: Input<String>,
    /// Tags that the key has.
    pub tags: Input<BTreeMap<String, Input<String>>>,
    /// true: only keys that an AwsKmsKey of some stack owns, by the tag awskms:owner. false: only the others. Default: both.
    pub owned: Input<bool>,
}

impl AwsKmsKeyListArgs {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self {
            region: read(map, at, "region")?,
            alias_prefix: read(map, at, "aliasPrefix")?,
            tags: read(map, at, "tags")?,
            owned: read(map, at, "owned")?,
        })
    }
}

impl Decode for AwsKmsKeyListArgs {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}
