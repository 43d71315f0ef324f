// Generated from proto/awskms/v1/*.proto by `cargo xtask generate`.
//! Tables and types of the definition.

use std::collections::BTreeMap;

use super::input::{Decode, Input, Unreadable, object, read, without_value};
use super::table::{self, Default, Effect, Text};
use crate::path::Path;
use crate::value::{PropertyMap, PropertyValue};

/// AWS services that use keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AwsService {
    /// Objects in S3, encrypted with SSE-KMS, read and written by roles.
    S3,
    /// Event notifications of S3 into an encrypted queue or topic.
    S3Notifications,
    /// Reports of S3 Inventory.
    S3Inventory,
    /// Databases of RDS and Aurora: roles that create, change and restore them.
    Rds,
    /// Performance Insights of RDS: roles that look at it.
    RdsPerformanceInsights,
    /// Volumes and snapshots of EBS: roles that make them and launch instances with them.
    Ebs,
    /// EC2 Auto Scaling, by its service-linked role, for instances with encrypted volumes.
    Autoscaling,
    /// Environment variables of Lambda functions: roles that set and see them.
    Lambda,
    /// Secrets Manager.
    SecretsManager,
    /// SecureString parameters of Systems Manager's Parameter Store.
    Ssm,
    /// Tables of DynamoDB: roles that create and read them.
    Dynamodb,
    /// Encrypted topics of SNS: roles that publish.
    Sns,
    /// SNS, which sends to an encrypted queue of SQS.
    SnsToSqs,
    /// Encrypted queues of SQS: roles that send and receive.
    Sqs,
    /// Log groups of CloudWatch Logs.
    CloudwatchLogs,
    /// Alarms of CloudWatch, which notify an encrypted topic.
    CloudwatchAlarms,
    /// Event buses of EventBridge.
    Eventbridge,
    /// EventBridge, whose rules send to an encrypted topic of SNS.
    EventbridgeToSns,
    /// Kubernetes secrets of EKS: roles that create clusters or switch their encryption on.
    Eks,
    /// Trails of CloudTrail, and who reads their logs.
    Cloudtrail,
    /// AWS Backup: the roles that back up and restore.
    Backup,
    /// CloudFront, which reads and writes an encrypted bucket by origin access control.
    Cloudfront,
    /// DNSSEC signing of Route 53, with an ECC_NIST_P256 key in us-east-1.
    Route53Dnssec,
}

impl AwsService {
    /// Every value.
    pub const ALL: &'static [Self] = &[
        Self::S3,
        Self::S3Notifications,
        Self::S3Inventory,
        Self::Rds,
        Self::RdsPerformanceInsights,
        Self::Ebs,
        Self::Autoscaling,
        Self::Lambda,
        Self::SecretsManager,
        Self::Ssm,
        Self::Dynamodb,
        Self::Sns,
        Self::SnsToSqs,
        Self::Sqs,
        Self::CloudwatchLogs,
        Self::CloudwatchAlarms,
        Self::Eventbridge,
        Self::EventbridgeToSns,
        Self::Eks,
        Self::Cloudtrail,
        Self::Backup,
        Self::Cloudfront,
        Self::Route53Dnssec,
    ];

    /// The value's name, as KMS and programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S3 => "S3",
            Self::S3Notifications => "S3_NOTIFICATIONS",
            Self::S3Inventory => "S3_INVENTORY",
            Self::Rds => "RDS",
            Self::RdsPerformanceInsights => "RDS_PERFORMANCE_INSIGHTS",
            Self::Ebs => "EBS",
            Self::Autoscaling => "AUTOSCALING",
            Self::Lambda => "LAMBDA",
            Self::SecretsManager => "SECRETS_MANAGER",
            Self::Ssm => "SSM",
            Self::Dynamodb => "DYNAMODB",
            Self::Sns => "SNS",
            Self::SnsToSqs => "SNS_TO_SQS",
            Self::Sqs => "SQS",
            Self::CloudwatchLogs => "CLOUDWATCH_LOGS",
            Self::CloudwatchAlarms => "CLOUDWATCH_ALARMS",
            Self::Eventbridge => "EVENTBRIDGE",
            Self::EventbridgeToSns => "EVENTBRIDGE_TO_SNS",
            Self::Eks => "EKS",
            Self::Cloudtrail => "CLOUDTRAIL",
            Self::Backup => "BACKUP",
            Self::Cloudfront => "CLOUDFRONT",
            Self::Route53Dnssec => "ROUTE53_DNSSEC",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == name)
    }
}

impl Decode for AwsService {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        value
            .as_str()
            .and_then(Self::parse)
            .map_or_else(|| without_value(value, at, "a value of AwsService"), |known| Ok(Input::Known(known)))
    }
}

/// Table of [`AwsService`].
pub static AWS_SERVICE: table::Enum = table::Enum {
    name: "AwsService",
    values: &[
        table::EnumValue { name: "S3", also: &[] },
        table::EnumValue { name: "S3_NOTIFICATIONS", also: &[] },
        table::EnumValue { name: "S3_INVENTORY", also: &[] },
        table::EnumValue { name: "RDS", also: &[] },
        table::EnumValue { name: "RDS_PERFORMANCE_INSIGHTS", also: &[] },
        table::EnumValue { name: "EBS", also: &[] },
        table::EnumValue { name: "AUTOSCALING", also: &[] },
        table::EnumValue { name: "LAMBDA", also: &[] },
        table::EnumValue { name: "SECRETS_MANAGER", also: &[] },
        table::EnumValue { name: "SSM", also: &[] },
        table::EnumValue { name: "DYNAMODB", also: &[] },
        table::EnumValue { name: "SNS", also: &[] },
        table::EnumValue { name: "SNS_TO_SQS", also: &[] },
        table::EnumValue { name: "SQS", also: &[] },
        table::EnumValue { name: "CLOUDWATCH_LOGS", also: &[] },
        table::EnumValue { name: "CLOUDWATCH_ALARMS", also: &[] },
        table::EnumValue { name: "EVENTBRIDGE", also: &[] },
        table::EnumValue { name: "EVENTBRIDGE_TO_SNS", also: &[] },
        table::EnumValue { name: "EKS", also: &[] },
        table::EnumValue { name: "CLOUDTRAIL", also: &[] },
        table::EnumValue { name: "BACKUP", also: &[] },
        table::EnumValue { name: "CLOUDFRONT", also: &[] },
        table::EnumValue { name: "ROUTE53_DNSSEC", also: &[] },
    ],
};

/// Whether data is read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceAccess {
    /// Reading.
    Read,
    /// Writing. Services read as well while they write, where their guides say so: S3 in multipart uploads, for example.
    Write,
    /// Both.
    ReadWrite,
}

impl ServiceAccess {
    /// Every value.
    pub const ALL: &'static [Self] = &[Self::Read, Self::Write, Self::ReadWrite];

    /// The value's name, as KMS and programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::ReadWrite => "READ_WRITE",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == name)
    }
}

impl Decode for ServiceAccess {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        value
            .as_str()
            .and_then(Self::parse)
            .map_or_else(|| without_value(value, at, "a value of ServiceAccess"), |known| Ok(Input::Known(known)))
    }
}

/// Table of [`ServiceAccess`].
pub static SERVICE_ACCESS: table::Enum = table::Enum {
    name: "ServiceAccess",
    values: &[
        table::EnumValue { name: "READ", also: &[] },
        table::EnumValue { name: "WRITE", also: &[] },
        table::EnumValue { name: "READ_WRITE", also: &[] },
    ],
};

/// What a role does with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Encrypting data, making data keys, and taking over what another key has encrypted.
    Encrypt,
    /// Decrypting, and handing over what the key has encrypted to another key.
    Decrypt,
    /// Signing.
    Sign,
    /// Verifying signatures.
    Verify,
    /// Generating message authentication codes.
    GenerateMac,
    /// Verifying message authentication codes.
    VerifyMac,
    /// Deriving shared secrets.
    Derive,
    /// Encapsulating shared secrets.
    Encapsulate,
    /// Decapsulating shared secrets.
    Decapsulate,
    /// Looking up what the key is, and its public half if it has one.
    Describe,
}

impl Operation {
    /// Every value.
    pub const ALL: &'static [Self] = &[
        Self::Encrypt,
        Self::Decrypt,
        Self::Sign,
        Self::Verify,
        Self::GenerateMac,
        Self::VerifyMac,
        Self::Derive,
        Self::Encapsulate,
        Self::Decapsulate,
        Self::Describe,
    ];

    /// The value's name, as KMS and programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Encrypt => "ENCRYPT",
            Self::Decrypt => "DECRYPT",
            Self::Sign => "SIGN",
            Self::Verify => "VERIFY",
            Self::GenerateMac => "GENERATE_MAC",
            Self::VerifyMac => "VERIFY_MAC",
            Self::Derive => "DERIVE",
            Self::Encapsulate => "ENCAPSULATE",
            Self::Decapsulate => "DECAPSULATE",
            Self::Describe => "DESCRIBE",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == name)
    }
}

impl Decode for Operation {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        value
            .as_str()
            .and_then(Self::parse)
            .map_or_else(|| without_value(value, at, "a value of Operation"), |known| Ok(Input::Known(known)))
    }
}

/// Table of [`Operation`].
pub static OPERATION: table::Enum = table::Enum {
    name: "Operation",
    values: &[
        table::EnumValue { name: "ENCRYPT", also: &[] },
        table::EnumValue { name: "DECRYPT", also: &[] },
        table::EnumValue { name: "SIGN", also: &[] },
        table::EnumValue { name: "VERIFY", also: &[] },
        table::EnumValue { name: "GENERATE_MAC", also: &[] },
        table::EnumValue { name: "VERIFY_MAC", also: &[] },
        table::EnumValue { name: "DERIVE", also: &[] },
        table::EnumValue { name: "ENCAPSULATE", also: &[] },
        table::EnumValue { name: "DECAPSULATE", also: &[] },
        table::EnumValue { name: "DESCRIBE", also: &[] },
    ],
};

/// What IAM policies of the key's own account may allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountAccess {
    /// Managing the key, not using it for data. The key can never become unmanageable.
    Administration,
    /// Everything, as AWS's default policy does.
    Full,
    /// Nothing: only the roles that the policy names have access.
    None,
}

impl AccountAccess {
    /// Every value.
    pub const ALL: &'static [Self] = &[Self::Administration, Self::Full, Self::None];

    /// The value's name, as KMS and programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administration => "ADMINISTRATION",
            Self::Full => "FULL",
            Self::None => "NONE",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == name)
    }
}

impl Decode for AccountAccess {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        value
            .as_str()
            .and_then(Self::parse)
            .map_or_else(|| without_value(value, at, "a value of AccountAccess"), |known| Ok(Input::Known(known)))
    }
}

/// Table of [`AccountAccess`].
pub static ACCOUNT_ACCESS: table::Enum = table::Enum {
    name: "AccountAccess",
    values: &[
        table::EnumValue { name: "ADMINISTRATION", also: &[] },
        table::EnumValue { name: "FULL", also: &[] },
        table::EnumValue { name: "NONE", also: &[] },
    ],
};

/// What to do when the last use of a key is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnknownUsage {
    /// Warn and go on.
    Warn,
    /// Refuse.
    Block,
}

impl UnknownUsage {
    /// Every value.
    pub const ALL: &'static [Self] = &[Self::Warn, Self::Block];

    /// The value's name, as KMS and programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warn => "WARN",
            Self::Block => "BLOCK",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == name)
    }
}

impl Decode for UnknownUsage {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        value
            .as_str()
            .and_then(Self::parse)
            .map_or_else(|| without_value(value, at, "a value of UnknownUsage"), |known| Ok(Input::Known(known)))
    }
}

/// Table of [`UnknownUsage`].
pub static UNKNOWN_USAGE: table::Enum = table::Enum {
    name: "UnknownUsage",
    values: &[table::EnumValue { name: "WARN", also: &[] }, table::EnumValue { name: "BLOCK", also: &[] }],
};

/// Kinds of key material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeySpec {
    /// 256-bit AES-GCM, for encryption.
    SymmetricDefault,
    /// 2048-bit RSA key pair.
    Rsa2048,
    /// 3072-bit RSA key pair.
    Rsa3072,
    /// 4096-bit RSA key pair.
    Rsa4096,
    /// Elliptic curve key pair on NIST P-256.
    EccNistP256,
    /// Elliptic curve key pair on NIST P-384.
    EccNistP384,
    /// Elliptic curve key pair on NIST P-521.
    EccNistP521,
    /// Edwards curve key pair on Ed25519, for signing.
    EccNistEdwards25519,
    /// Elliptic curve key pair on secp256k1, for signing.
    EccSecgP256k1,
    /// 224-bit HMAC key.
    Hmac224,
    /// 256-bit HMAC key.
    Hmac256,
    /// 384-bit HMAC key.
    Hmac384,
    /// 512-bit HMAC key.
    Hmac512,
    /// SM2 key pair, in China Regions only.
    Sm2,
    /// ML-DSA-44 key pair, for post-quantum signing.
    MlDsa44,
    /// ML-DSA-65 key pair, for post-quantum signing.
    MlDsa65,
    /// ML-DSA-87 key pair, for post-quantum signing.
    MlDsa87,
    /// ML-KEM-512 key pair, for post-quantum key encapsulation.
    MlKem512,
    /// ML-KEM-768 key pair, for post-quantum key encapsulation.
    MlKem768,
    /// ML-KEM-1024 key pair, for post-quantum key encapsulation.
    MlKem1024,
}

impl KeySpec {
    /// Every value.
    pub const ALL: &'static [Self] = &[
        Self::SymmetricDefault,
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
        Self::EccNistP256,
        Self::EccNistP384,
        Self::EccNistP521,
        Self::EccNistEdwards25519,
        Self::EccSecgP256k1,
        Self::Hmac224,
        Self::Hmac256,
        Self::Hmac384,
        Self::Hmac512,
        Self::Sm2,
        Self::MlDsa44,
        Self::MlDsa65,
        Self::MlDsa87,
        Self::MlKem512,
        Self::MlKem768,
        Self::MlKem1024,
    ];

    /// The value's name, as KMS and programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SymmetricDefault => "SYMMETRIC_DEFAULT",
            Self::Rsa2048 => "RSA_2048",
            Self::Rsa3072 => "RSA_3072",
            Self::Rsa4096 => "RSA_4096",
            Self::EccNistP256 => "ECC_NIST_P256",
            Self::EccNistP384 => "ECC_NIST_P384",
            Self::EccNistP521 => "ECC_NIST_P521",
            Self::EccNistEdwards25519 => "ECC_NIST_EDWARDS25519",
            Self::EccSecgP256k1 => "ECC_SECG_P256K1",
            Self::Hmac224 => "HMAC_224",
            Self::Hmac256 => "HMAC_256",
            Self::Hmac384 => "HMAC_384",
            Self::Hmac512 => "HMAC_512",
            Self::Sm2 => "SM2",
            Self::MlDsa44 => "ML_DSA_44",
            Self::MlDsa65 => "ML_DSA_65",
            Self::MlDsa87 => "ML_DSA_87",
            Self::MlKem512 => "ML_KEM_512",
            Self::MlKem768 => "ML_KEM_768",
            Self::MlKem1024 => "ML_KEM_1024",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == name)
    }
}

impl Decode for KeySpec {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        value
            .as_str()
            .and_then(Self::parse)
            .map_or_else(|| without_value(value, at, "a value of KeySpec"), |known| Ok(Input::Known(known)))
    }
}

/// Table of [`KeySpec`].
pub static KEY_SPEC: table::Enum = table::Enum {
    name: "KeySpec",
    values: &[
        table::EnumValue { name: "SYMMETRIC_DEFAULT", also: &["symmetric"] },
        table::EnumValue { name: "RSA_2048", also: &["rsa_2048"] },
        table::EnumValue { name: "RSA_3072", also: &["rsa_3072"] },
        table::EnumValue { name: "RSA_4096", also: &["rsa_4096"] },
        table::EnumValue { name: "ECC_NIST_P256", also: &["ecc_nist_p256"] },
        table::EnumValue { name: "ECC_NIST_P384", also: &[] },
        table::EnumValue { name: "ECC_NIST_P521", also: &[] },
        table::EnumValue { name: "ECC_NIST_EDWARDS25519", also: &[] },
        table::EnumValue { name: "ECC_SECG_P256K1", also: &[] },
        table::EnumValue { name: "HMAC_224", also: &[] },
        table::EnumValue { name: "HMAC_256", also: &[] },
        table::EnumValue { name: "HMAC_384", also: &[] },
        table::EnumValue { name: "HMAC_512", also: &[] },
        table::EnumValue { name: "SM2", also: &[] },
        table::EnumValue { name: "ML_DSA_44", also: &[] },
        table::EnumValue { name: "ML_DSA_65", also: &[] },
        table::EnumValue { name: "ML_DSA_87", also: &[] },
        table::EnumValue { name: "ML_KEM_512", also: &[] },
        table::EnumValue { name: "ML_KEM_768", also: &[] },
        table::EnumValue { name: "ML_KEM_1024", also: &[] },
    ],
};

/// What a key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyUsage {
    /// Encrypting and decrypting.
    EncryptDecrypt,
    /// Signing and verifying.
    SignVerify,
    /// Generating and verifying message authentication codes.
    GenerateVerifyMac,
    /// Deriving shared secrets.
    KeyAgreement,
    /// Encapsulating and decapsulating shared secrets.
    EncapsulateDecapsulate,
}

impl KeyUsage {
    /// Every value.
    pub const ALL: &'static [Self] = &[
        Self::EncryptDecrypt,
        Self::SignVerify,
        Self::GenerateVerifyMac,
        Self::KeyAgreement,
        Self::EncapsulateDecapsulate,
    ];

    /// The value's name, as KMS and programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EncryptDecrypt => "ENCRYPT_DECRYPT",
            Self::SignVerify => "SIGN_VERIFY",
            Self::GenerateVerifyMac => "GENERATE_VERIFY_MAC",
            Self::KeyAgreement => "KEY_AGREEMENT",
            Self::EncapsulateDecapsulate => "ENCAPSULATE_DECAPSULATE",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == name)
    }
}

impl Decode for KeyUsage {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        value
            .as_str()
            .and_then(Self::parse)
            .map_or_else(|| without_value(value, at, "a value of KeyUsage"), |known| Ok(Input::Known(known)))
    }
}

/// Table of [`KeyUsage`].
pub static KEY_USAGE: table::Enum = table::Enum {
    name: "KeyUsage",
    values: &[
        table::EnumValue { name: "ENCRYPT_DECRYPT", also: &[] },
        table::EnumValue { name: "SIGN_VERIFY", also: &[] },
        table::EnumValue { name: "GENERATE_VERIFY_MAC", also: &[] },
        table::EnumValue { name: "KEY_AGREEMENT", also: &[] },
        table::EnumValue { name: "ENCAPSULATE_DECAPSULATE", also: &[] },
    ],
};

/// Where key material comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// KMS makes it.
    AwsKms,
    /// It is imported.
    External,
    /// A CloudHSM cluster makes it.
    AwsCloudhsm,
    /// It stays in an external key store.
    ExternalKeyStore,
}

impl Origin {
    /// Every value.
    pub const ALL: &'static [Self] = &[Self::AwsKms, Self::External, Self::AwsCloudhsm, Self::ExternalKeyStore];

    /// The value's name, as KMS and programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AwsKms => "AWS_KMS",
            Self::External => "EXTERNAL",
            Self::AwsCloudhsm => "AWS_CLOUDHSM",
            Self::ExternalKeyStore => "EXTERNAL_KEY_STORE",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == name)
    }
}

impl Decode for Origin {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        value
            .as_str()
            .and_then(Self::parse)
            .map_or_else(|| without_value(value, at, "a value of Origin"), |known| Ok(Input::Known(known)))
    }
}

/// Table of [`Origin`].
pub static ORIGIN: table::Enum = table::Enum {
    name: "Origin",
    values: &[
        table::EnumValue { name: "AWS_KMS", also: &[] },
        table::EnumValue { name: "EXTERNAL", also: &[] },
        table::EnumValue { name: "AWS_CLOUDHSM", also: &[] },
        table::EnumValue { name: "EXTERNAL_KEY_STORE", also: &[] },
    ],
};

/// What happens to the key when its resource is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeletionPolicy {
    /// KMS deletes the key after deletionWindowDays; until then the deletion can be cancelled.
    Schedule,
    /// The key is disabled and kept, with its aliases.
    Disable,
    /// The key is left as it is, with its aliases.
    Retain,
    /// Deletion is refused.
    Prevent,
}

impl DeletionPolicy {
    /// Every value.
    pub const ALL: &'static [Self] = &[Self::Schedule, Self::Disable, Self::Retain, Self::Prevent];

    /// The value's name, as KMS and programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "SCHEDULE",
            Self::Disable => "DISABLE",
            Self::Retain => "RETAIN",
            Self::Prevent => "PREVENT",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == name)
    }
}

impl Decode for DeletionPolicy {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        value
            .as_str()
            .and_then(Self::parse)
            .map_or_else(|| without_value(value, at, "a value of DeletionPolicy"), |known| Ok(Input::Known(known)))
    }
}

/// Table of [`DeletionPolicy`].
pub static DELETION_POLICY: table::Enum = table::Enum {
    name: "DeletionPolicy",
    values: &[
        table::EnumValue { name: "SCHEDULE", also: &[] },
        table::EnumValue { name: "DISABLE", also: &[] },
        table::EnumValue { name: "RETAIN", also: &[] },
        table::EnumValue { name: "PREVENT", also: &[] },
    ],
};

/// What happens when a change needs another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReplacementPolicy {
    /// The preview fails and says what would be lost and how to go on.
    Forbid,
    /// A new key is created, the aliases move to it, and the old one is retired by its deletionPolicy.
    Allow,
}

impl ReplacementPolicy {
    /// Every value.
    pub const ALL: &'static [Self] = &[Self::Forbid, Self::Allow];

    /// The value's name, as KMS and programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Forbid => "FORBID",
            Self::Allow => "ALLOW",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == name)
    }
}

impl Decode for ReplacementPolicy {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        value
            .as_str()
            .and_then(Self::parse)
            .map_or_else(|| without_value(value, at, "a value of ReplacementPolicy"), |known| Ok(Input::Known(known)))
    }
}

/// Table of [`ReplacementPolicy`].
pub static REPLACEMENT_POLICY: table::Enum = table::Enum {
    name: "ReplacementPolicy",
    values: &[table::EnumValue { name: "FORBID", also: &[] }, table::EnumValue { name: "ALLOW", also: &[] }],
};

/// How retries are paced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RetryMode {
    /// Exponential backoff with jitter.
    Standard,
    /// As standard, with a client-side rate that follows throttling.
    Adaptive,
}

impl RetryMode {
    /// Every value.
    pub const ALL: &'static [Self] = &[Self::Standard, Self::Adaptive];

    /// The value's name, as KMS and programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Adaptive => "adaptive",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == name)
    }
}

impl Decode for RetryMode {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        value
            .as_str()
            .and_then(Self::parse)
            .map_or_else(|| without_value(value, at, "a value of RetryMode"), |known| Ok(Input::Known(known)))
    }
}

/// Table of [`RetryMode`].
pub static RETRY_MODE: table::Enum = table::Enum {
    name: "RetryMode",
    values: &[table::EnumValue { name: "standard", also: &[] }, table::EnumValue { name: "adaptive", also: &[] }],
};

/// What a key returns.
pub static OUTPUTS: &[table::Output] = &[
    table::Output { name: "keyId", always: true, kept: true, stable: true, follows_primary: false, from: &[] },
    table::Output { name: "keyArn", always: true, kept: true, stable: true, follows_primary: true, from: &["region"] },
    table::Output {
        name: "aliasName",
        always: false,
        kept: false,
        stable: false,
        follows_primary: false,
        from: &["alias"],
    },
    table::Output {
        name: "aliasArn",
        always: false,
        kept: false,
        stable: false,
        follows_primary: false,
        from: &["alias", "region"],
    },
    table::Output {
        name: "rotationEnabled",
        always: true,
        kept: false,
        stable: false,
        follows_primary: false,
        from: &["enableRotation", "keySpec"],
    },
    table::Output {
        name: "keyState",
        always: true,
        kept: false,
        stable: false,
        follows_primary: false,
        from: &["enabled"],
    },
    table::Output { name: "creationDate", always: true, kept: true, stable: true, follows_primary: false, from: &[] },
    table::Output {
        name: "deletionDate",
        always: false,
        kept: false,
        stable: false,
        follows_primary: false,
        from: &[],
    },
    table::Output {
        name: "policyJson",
        always: true,
        kept: false,
        stable: false,
        follows_primary: false,
        from: &["policy", "policyDocument"],
    },
    table::Output { name: "replicaKeys", always: false, kept: false, stable: false, follows_primary: false, from: &[] },
    table::Output {
        name: "primaryRegion",
        always: true,
        kept: true,
        stable: true,
        follows_primary: true,
        from: &["region"],
    },
    table::Output {
        name: "publicKey",
        always: false,
        kept: true,
        stable: false,
        follows_primary: false,
        from: &["keySpec"],
    },
    table::Output { name: "tagsAll", always: true, kept: false, stable: false, follows_primary: false, from: &[] },
    table::Output {
        name: "region",
        always: true,
        kept: true,
        stable: false,
        follows_primary: false,
        from: &["region"],
    },
];

/// What a replica returns.
pub static REPLICA_OUTPUTS: &[table::Output] = &[
    table::Output { name: "keyArn", always: true, kept: false, stable: false, follows_primary: false, from: &[] },
    table::Output {
        name: "aliasArn",
        always: false,
        kept: false,
        stable: false,
        follows_primary: false,
        from: &["alias", "aliases"],
    },
    table::Output {
        name: "keyState",
        always: true,
        kept: false,
        stable: false,
        follows_primary: false,
        from: &["enabled"],
    },
];

/// Table of `AwsKmsKey`: A customer-managed AWS KMS key, in the form of a manifest.
pub static AWS_KMS_KEY: table::Message = table::Message {
    name: "AwsKmsKey",
    fields: &[
        table::Field {
            name: "apiVersion",
            proto_name: "api_version",
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
            name: "kind",
            proto_name: "kind",
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
            name: "metadata",
            proto_name: "metadata",
            also: &[],
            kind: table::Kind::Object(&AWS_KMS_KEY_METADATA),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "spec",
            proto_name: "spec",
            also: &[],
            kind: table::Kind::Object(&AWS_KMS_KEY_SPEC),
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

/// Table of `AwsKmsKeyMetadata`: Name and labels of a manifest.
pub static AWS_KMS_KEY_METADATA: table::Message = table::Message {
    name: "AwsKmsKeyMetadata",
    fields: &[
        table::Field {
            name: "name",
            proto_name: "name",
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
            name: "id",
            proto_name: "id",
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
            name: "org",
            proto_name: "org",
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
            name: "env",
            proto_name: "env",
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
            name: "labels",
            proto_name: "labels",
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
            name: "annotations",
            proto_name: "annotations",
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
            name: "tags",
            proto_name: "tags",
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
    ],
};

/// Table of `AwsKmsKeySpec`: What a key should be.
pub static AWS_KMS_KEY_SPEC: table::Message = table::Message {
    name: "AwsKmsKeySpec",
    fields: &[
        table::Field {
            name: "region",
            proto_name: "region",
            also: &[],
            kind: table::Kind::Text(Text {
                min_length: 1,
                max_length: Some(32),
                pattern: Some("([a-z]+-){2,3}[0-9]+"),
            }),
            effect: Effect::Promote,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "keySpec",
            proto_name: "key_spec",
            also: &[],
            kind: table::Kind::Enum(&KEY_SPEC),
            effect: Effect::Replace,
            default: Some(Default::Text("SYMMETRIC_DEFAULT")),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "keyUsage",
            proto_name: "key_usage",
            also: &[],
            kind: table::Kind::Enum(&KEY_USAGE),
            effect: Effect::Replace,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "origin",
            proto_name: "origin",
            also: &[],
            kind: table::Kind::Enum(&ORIGIN),
            effect: Effect::Replace,
            default: Some(Default::Text("AWS_KMS")),
            required: false,
            secret: false,
            hidden: true,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "customKeyStoreId",
            proto_name: "custom_key_store_id",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(64), pattern: None }),
            effect: Effect::Replace,
            default: None,
            required: false,
            secret: false,
            hidden: true,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "xksKeyId",
            proto_name: "xks_key_id",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(128), pattern: None }),
            effect: Effect::Replace,
            default: None,
            required: false,
            secret: false,
            hidden: true,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "multiRegion",
            proto_name: "multi_region",
            also: &[],
            kind: table::Kind::Bool,
            effect: Effect::Replace,
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
            also: &["aliasName"],
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
            name: "aliases",
            proto_name: "aliases",
            also: &[],
            kind: table::Kind::List {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: Some(49),
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: false,
        },
        table::Field {
            name: "description",
            proto_name: "description",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 0, max_length: Some(8192), pattern: None }),
            effect: Effect::Update,
            default: Some(Default::Text("")),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "enabled",
            proto_name: "enabled",
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
        table::Field {
            name: "enableRotation",
            proto_name: "enable_rotation",
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
        table::Field {
            name: "disableKeyRotation",
            proto_name: "disable_key_rotation",
            also: &[],
            kind: table::Kind::Bool,
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: true,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "rotationPeriodDays",
            proto_name: "rotation_period_days",
            also: &[],
            kind: table::Kind::Integer { minimum: 90, maximum: 2560 },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "deletionWindowDays",
            proto_name: "deletion_window_days",
            also: &[],
            kind: table::Kind::Integer { minimum: 7, maximum: 30 },
            effect: Effect::StateOnly,
            default: Some(Default::Integer(30)),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "deletionPolicy",
            proto_name: "deletion_policy",
            also: &[],
            kind: table::Kind::Enum(&DELETION_POLICY),
            effect: Effect::StateOnly,
            default: Some(Default::Text("SCHEDULE")),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "replacementPolicy",
            proto_name: "replacement_policy",
            also: &[],
            kind: table::Kind::Enum(&REPLACEMENT_POLICY),
            effect: Effect::StateOnly,
            default: Some(Default::Text("FORBID")),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "deletionGuard",
            proto_name: "deletion_guard",
            also: &[],
            kind: table::Kind::Object(&DELETION_GUARD),
            effect: Effect::StateOnly,
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
            kind: table::Kind::Object(&KEY_POLICY),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "policyDocument",
            proto_name: "policy_document",
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
            name: "bypassPolicyLockoutSafetyCheck",
            proto_name: "bypass_policy_lockout_safety_check",
            also: &[],
            kind: table::Kind::Bool,
            effect: Effect::StateOnly,
            default: Some(Default::Bool(false)),
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
                max_items: Some(48),
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
            name: "replicas",
            proto_name: "replicas",
            also: &[],
            kind: table::Kind::List { element: &table::Kind::Object(&REPLICA), max_items: Some(50) },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "adopt",
            proto_name: "adopt",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(2048), pattern: None }),
            effect: Effect::CreateOnly,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "rotateOnDemandTrigger",
            proto_name: "rotate_on_demand_trigger",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(1024), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "waitForReplicas",
            proto_name: "wait_for_replicas",
            also: &[],
            kind: table::Kind::Bool,
            effect: Effect::StateOnly,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "lints",
            proto_name: "lints",
            also: &[],
            kind: table::Kind::Object(&LINTS),
            effect: Effect::StateOnly,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
    ],
};

/// What a key should be.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct AwsKmsKeySpec {
    /// AWS Region of the key, such as `eu-central-1`; of a multi-Region key the Region of the primary. Default: the provider's Region. Naming the Region of a replica moves the primary there in place; any other change of the Region needs another key.
    pub region: Input<String>,
    /// Kind of key material. Default: SYMMETRIC_DEFAULT, a 256-bit AES-GCM key. KMS cannot change it later.
    pub key_spec: Input<KeySpec>,
    /// What the key may be used for. Left out, it is taken from keySpec where one usage is legal or plain; RSA and SM2 keys need it.
    pub key_usage: Input<KeyUsage>,
    /// Where the key material comes from. Default: AWS_KMS.
    pub origin: Input<Origin>,
    /// Custom key store that holds the material.
    pub custom_key_store_id: Input<String>,
    /// Key in the external key store.
    pub xks_key_id: Input<String>,
    /// Whether the key is a multi-Region primary, which can be replicated to other Regions. KMS cannot change it later. Default: true when `replicas` has entries, what it was for a key that exists, else false.
    pub multi_region: Input<bool>,
    /// Name of the key, such as `alias/prod/orders`. 1 to 256 characters: letters, digits, `/`, `_` and `-` after `alias/`; `alias/aws/` is reserved by AWS. A changed alias is created before the old one is deleted.
    pub alias: Input<String>,
    /// Further names of the key, each formed like `alias`. KMS allows 50 names a key.
    pub aliases: Input<Vec<String>>,
    /// What the key is for. 0 to 8192 characters.
    pub description: Input<String>,
    /// Whether the key can be used for cryptographic operations. Default: true.
    pub enabled: Input<bool>,
    /// Whether KMS rotates the key material by itself. Only symmetric encryption keys with AWS_KMS material can rotate. Default: true where KMS can, false elsewhere.
    pub enable_rotation: Input<bool>,
    /// The opposite of enableRotation, as Project Planton names it.
    pub disable_key_rotation: Input<bool>,
    /// Days between two automatic rotations: 90 to 2560. Default: 365.
    pub rotation_period_days: Input<i32>,
    /// Days that KMS waits before it deletes the key after `pulumi destroy`: 7 to 30. Default: 30. Read at deletion only; nothing is scheduled before.
    pub deletion_window_days: Input<i32>,
    /// What destroy, removal from the program or replacement does to the key. Default: SCHEDULE.
    pub deletion_policy: Input<DeletionPolicy>,
    /// Whether a change that KMS cannot make in place may replace the key. Default: FORBID.
    pub replacement_policy: Input<ReplacementPolicy>,
    /// Refuses to schedule the deletion of a key that was used lately. Off when left out.
    pub deletion_guard: Input<DeletionGuard>,
    /// Who may manage and who may use the key. Not together with policyDocument. Without either, AWS's default policy applies: IAM policies of the account decide.
    pub policy: Input<KeyPolicy>,
    /// The whole key policy, as JSON text or as an object. Not together with policy.
    pub policy_document: Input<serde_json::Value>,
    /// Skips AWS's check that the caller can still change the policy afterwards. Default: false. Setting it can make the key unmanageable.
    pub bypass_policy_lockout_safety_check: Input<bool>,
    /// Tags of the key, at most 48 together with the provider's defaultTags: AWS allows 50, and two are kept for the provider's marks. Keys have 1 to 128 characters and do not begin with `aws:`, values have 0 to 256.
    pub tags: Input<BTreeMap<String, Input<String>>>,
    /// Replicas of the key in other Regions, one a Region; they share its ID and material. The order means nothing. What a replica leaves out is as with the key itself.
    pub replicas: Input<Vec<Replica>>,
    /// Key ID, ARN or alias of an existing key to take over instead of creating one. Read when the resource is created; spec and usage of that key must be those of the resource. From then on the key is managed like any other: what the inputs do not have is taken off it. Set on a resource whose own key a newer owner has taken over, it claims the key back. NONE makes a key of the resource's own beside the live key of a resource with the same URN in another state.
    pub adopt: Input<String>,
    /// Any text: each time that it changes, the key material is rotated once at once. A new key is not rotated. KMS allows 25 such rotations in the life of a key. Only for keys that can rotate.
    pub rotate_on_demand_trigger: Input<String>,
    /// Whether a run ends only when new replicas can be used; true if left out. KMS copies the key material after it has answered, in seconds up to minutes. If false, the output keyState of a replica may be `Creating`, and whatever uses it next must wait by itself.
    pub wait_for_replicas: Input<bool>,
    /// Which remarks about the policies are silenced, and which count as errors. docs/policy-lints.md has every rule.
    pub lints: Input<Lints>,
}

impl AwsKmsKeySpec {
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
            key_spec: read(map, at, "keySpec")?,
            key_usage: read(map, at, "keyUsage")?,
            origin: read(map, at, "origin")?,
            custom_key_store_id: read(map, at, "customKeyStoreId")?,
            xks_key_id: read(map, at, "xksKeyId")?,
            multi_region: read(map, at, "multiRegion")?,
            alias: read(map, at, "alias")?,
            aliases: read(map, at, "aliases")?,
            description: read(map, at, "description")?,
            enabled: read(map, at, "enabled")?,
            enable_rotation: read(map, at, "enableRotation")?,
            disable_key_rotation: read(map, at, "disableKeyRotation")?,
            rotation_period_days: read(map, at, "rotationPeriodDays")?,
            deletion_window_days: read(map, at, "deletionWindowDays")?,
            deletion_policy: read(map, at, "deletionPolicy")?,
            replacement_policy: read(map, at, "replacementPolicy")?,
            deletion_guard: read(map, at, "deletionGuard")?,
            policy: read(map, at, "policy")?,
            policy_document: read(map, at, "policyDocument")?,
            bypass_policy_lockout_safety_check: read(map, at, "bypassPolicyLockoutSafetyCheck")?,
            tags: read(map, at, "tags")?,
            replicas: read(map, at, "replicas")?,
            adopt: read(map, at, "adopt")?,
            rotate_on_demand_trigger: read(map, at, "rotateOnDemandTrigger")?,
            wait_for_replicas: read(map, at, "waitForReplicas")?,
            lints: read(map, at, "lints")?,
        })
    }
}

impl Decode for AwsKmsKeySpec {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Table of `Lints`: What is made of the remarks about the policies of the key and its replicas.
pub static LINTS: table::Message = table::Message {
    name: "Lints",
    fields: &[
        table::Field {
            name: "ignore",
            proto_name: "ignore",
            also: &[],
            kind: table::Kind::List { element: &table::Kind::Object(&IGNORED_LINT), max_items: Some(100) },
            effect: Effect::StateOnly,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "asError",
            proto_name: "as_error",
            also: &[],
            kind: table::Kind::List {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: Some(100),
            },
            effect: Effect::StateOnly,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: false,
        },
    ],
};

/// What is made of the remarks about the policies of the key and its replicas.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct Lints {
    /// Remarks that are not made, each with its reason. What KMS refuses stays an error.
    pub ignore: Input<Vec<IgnoredLint>>,
    /// Numbers of rules whose remarks are errors, such as `KP004`.
    pub as_error: Input<Vec<String>>,
}

impl Lints {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self { ignore: read(map, at, "ignore")?, as_error: read(map, at, "asError")? })
    }
}

impl Decode for Lints {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Table of `IgnoredLint`: A remark that is not made.
pub static IGNORED_LINT: table::Message = table::Message {
    name: "IgnoredLint",
    fields: &[
        table::Field {
            name: "rule",
            proto_name: "rule",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(16), pattern: None }),
            effect: Effect::StateOnly,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "sid",
            proto_name: "sid",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(256), pattern: None }),
            effect: Effect::StateOnly,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "reason",
            proto_name: "reason",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(1024), pattern: None }),
            effect: Effect::StateOnly,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
    ],
};

/// A remark that is not made.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct IgnoredLint {
    /// Number of its rule, such as `KP006`.
    pub rule: Input<String>,
    /// The statement that it is about, by its Sid. Without it the rule is silent for every statement.
    pub sid: Input<String>,
    /// Why it is no mistake here.
    pub reason: Input<String>,
}

impl IgnoredLint {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self { rule: read(map, at, "rule")?, sid: read(map, at, "sid")?, reason: read(map, at, "reason")? })
    }
}

impl Decode for IgnoredLint {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Table of `KeyPolicy`: Who may do what with the key.
pub static KEY_POLICY: table::Message = table::Message {
    name: "KeyPolicy",
    fields: &[
        table::Field {
            name: "adminRole",
            proto_name: "admin_role",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: None, pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: true,
        },
        table::Field {
            name: "adminRoles",
            proto_name: "admin_roles",
            also: &[],
            kind: table::Kind::List {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: None,
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: true,
        },
        table::Field {
            name: "usageRoles",
            proto_name: "usage_roles",
            also: &[],
            kind: table::Kind::List {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: None,
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: true,
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
            name: "accountAccess",
            proto_name: "account_access",
            also: &[],
            kind: table::Kind::Enum(&ACCOUNT_ACCESS),
            effect: Effect::Update,
            default: Some(Default::Text("ADMINISTRATION")),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "additionalStatements",
            proto_name: "additional_statements",
            also: &[],
            kind: table::Kind::List { element: &table::Kind::Json, max_items: None },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: false,
        },
        table::Field {
            name: "services",
            proto_name: "services",
            also: &[],
            kind: table::Kind::List { element: &table::Kind::Object(&SERVICE_USE), max_items: None },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: false,
        },
        table::Field {
            name: "access",
            proto_name: "access",
            also: &[],
            kind: table::Kind::List { element: &table::Kind::Object(&ROLE_ACCESS), max_items: None },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: false,
        },
        table::Field {
            name: "trustedAccounts",
            proto_name: "trusted_accounts",
            also: &[],
            kind: table::Kind::List { element: &table::Kind::Object(&TRUSTED_ACCOUNT), max_items: None },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: false,
        },
        table::Field {
            name: "organization",
            proto_name: "organization",
            also: &[],
            kind: table::Kind::Object(&ORGANIZATION_ACCESS),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "protect",
            proto_name: "protect",
            also: &[],
            kind: table::Kind::Object(&PROTECTION),
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

/// Who may do what with the key.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct KeyPolicy {
    /// The IAM role that manages the key: everything but using it for data. An ARN, such as `arn:aws:iam::123456789012:role/SecurityAdmin`, or the name of a role of the key's account, such as `SecurityAdmin` or, with its path, `team/SecurityAdmin`.
    pub admin_role: Input<String>,
    /// Further roles that manage the key.
    pub admin_roles: Input<Vec<String>>,
    /// IAM roles that use the key for data, by themselves, with the actions that fit its usage and no others.
    pub usage_roles: Input<Vec<String>>,
    /// Encryption context that every use of the key by usageRoles must carry. Only for symmetric encryption keys. AWS services send a context of their own, so what they do for a role is allowed by `services` and not bound by this.
    pub encryption_context: Input<BTreeMap<String, Input<String>>>,
    /// What IAM policies of the key's own account may allow. Default: ADMINISTRATION.
    pub account_access: Input<AccountAccess>,
    /// Statements added as they are, each an object with Effect, Principal, Action and Resource. Their Sids must differ from those of the statements that the other properties make.
    pub additional_statements: Input<Vec<serde_json::Value>>,
    /// AWS services that use the key, each with exactly the actions and conditions that its guide asks for. An empty list says that none does.
    pub services: Input<Vec<ServiceUse>>,
    /// Roles that may do less than usageRoles: encrypt only, verify only, through a service only.
    pub access: Input<Vec<RoleAccess>>,
    /// Other AWS accounts that use the key for data. They need IAM policies of their own as well.
    pub trusted_accounts: Input<Vec<TrustedAccount>>,
    /// An organization whose accounts use the key for data. They need IAM policies of their own as well.
    pub organization: Input<OrganizationAccess>,
    /// What nobody may do, whatever else allows it.
    pub protect: Input<Protection>,
}

impl KeyPolicy {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self {
            admin_role: read(map, at, "adminRole")?,
            admin_roles: read(map, at, "adminRoles")?,
            usage_roles: read(map, at, "usageRoles")?,
            encryption_context: read(map, at, "encryptionContext")?,
            account_access: read(map, at, "accountAccess")?,
            additional_statements: read(map, at, "additionalStatements")?,
            services: read(map, at, "services")?,
            access: read(map, at, "access")?,
            trusted_accounts: read(map, at, "trustedAccounts")?,
            organization: read(map, at, "organization")?,
            protect: read(map, at, "protect")?,
        })
    }
}

impl Decode for KeyPolicy {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Table of `ServiceUse`: An AWS service that uses the key.
pub static SERVICE_USE: table::Message = table::Message {
    name: "ServiceUse",
    fields: &[
        table::Field {
            name: "service",
            proto_name: "service",
            also: &[],
            kind: table::Kind::Enum(&AWS_SERVICE),
            effect: Effect::Update,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "roles",
            proto_name: "roles",
            also: &[],
            kind: table::Kind::List {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: None,
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: true,
        },
        table::Field {
            name: "access",
            proto_name: "access",
            also: &[],
            kind: table::Kind::Enum(&SERVICE_ACCESS),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "resources",
            proto_name: "resources",
            also: &[],
            kind: table::Kind::List {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: None,
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: false,
        },
        table::Field {
            name: "sources",
            proto_name: "sources",
            also: &[],
            kind: table::Kind::List {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: None,
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: false,
        },
        table::Field {
            name: "roleSuffix",
            proto_name: "role_suffix",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: Some(35), pattern: None }),
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

/// An AWS service that uses the key.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct ServiceUse {
    /// The service.
    pub service: Input<AwsService>,
    /// IAM roles that use the key through the service, by ARN or name. Default: usageRoles. Of CLOUDTRAIL: the roles that read the logs, none by default. Other services that call KMS as themselves have none.
    pub roles: Input<Vec<String>>,
    /// Whether the roles read, write or both, where the service tells them apart: S3, SQS, LAMBDA, SECRETS_MANAGER, SSM. Default: READ_WRITE.
    pub access: Input<ServiceAccess>,
    /// What the service may use the key for, as it stands in the service's encryption context; ARNs, and `*` and `?` in them. S3: buckets and objects (buckets with an S3 Bucket Key); LAMBDA: functions; SECRETS_MANAGER: secrets; SSM: parameters; SNS and EVENTBRIDGE_TO_SNS: topics; CLOUDWATCH_LOGS: log groups; EVENTBRIDGE: event buses; RDS_PERFORMANCE_INSIGHTS: resource IDs of DB instances.
    pub resources: Input<Vec<String>>,
    /// What a service that calls KMS as itself acts for; ARNs, and `*` and `?` in them. CLOUDTRAIL: trails; CLOUDFRONT: distributions; SNS_TO_SQS: topics; S3_NOTIFICATIONS and S3_INVENTORY: buckets; CLOUDWATCH_ALARMS: alarms; ROUTE53_DNSSEC: hosted zones.
    pub sources: Input<Vec<String>>,
    /// Of AUTOSCALING: the custom suffix of its service-linked role, `x` for `AWSServiceRoleForAutoScaling_x`.
    pub role_suffix: Input<String>,
}

impl ServiceUse {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self {
            service: read(map, at, "service")?,
            roles: read(map, at, "roles")?,
            access: read(map, at, "access")?,
            resources: read(map, at, "resources")?,
            sources: read(map, at, "sources")?,
            role_suffix: read(map, at, "roleSuffix")?,
        })
    }
}

impl Decode for ServiceUse {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Table of `RoleAccess`: Roles with chosen operations.
pub static ROLE_ACCESS: table::Message = table::Message {
    name: "RoleAccess",
    fields: &[
        table::Field {
            name: "roles",
            proto_name: "roles",
            also: &[],
            kind: table::Kind::List {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: None,
            },
            effect: Effect::Update,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: true,
        },
        table::Field {
            name: "operations",
            proto_name: "operations",
            also: &[],
            kind: table::Kind::List { element: &table::Kind::Enum(&OPERATION), max_items: None },
            effect: Effect::Update,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: true,
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
            name: "via",
            proto_name: "via",
            also: &[],
            kind: table::Kind::List { element: &table::Kind::Enum(&AWS_SERVICE), max_items: None },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: false,
        },
    ],
};

/// Roles with chosen operations.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct RoleAccess {
    /// The IAM roles, by ARN or name.
    pub roles: Input<Vec<String>>,
    /// What they may do.
    pub operations: Input<Vec<Operation>>,
    /// Encryption context that each such call must carry. Only for symmetric encryption keys.
    pub encryption_context: Input<BTreeMap<String, Input<String>>>,
    /// Through these services only: those whose roles call KMS, such as S3 or SECRETS_MANAGER.
    pub via: Input<Vec<AwsService>>,
}

impl RoleAccess {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self {
            roles: read(map, at, "roles")?,
            operations: read(map, at, "operations")?,
            encryption_context: read(map, at, "encryptionContext")?,
            via: read(map, at, "via")?,
        })
    }
}

impl Decode for RoleAccess {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Table of `TrustedAccount`: Another account that uses the key for data.
pub static TRUSTED_ACCOUNT: table::Message = table::Message {
    name: "TrustedAccount",
    fields: &[
        table::Field {
            name: "account",
            proto_name: "account",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 0, max_length: None, pattern: Some("[0-9]{12}") }),
            effect: Effect::Update,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "roles",
            proto_name: "roles",
            also: &[],
            kind: table::Kind::List {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: None,
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: true,
        },
        table::Field {
            name: "services",
            proto_name: "services",
            also: &[],
            kind: table::Kind::List { element: &table::Kind::Enum(&AWS_SERVICE), max_items: None },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
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
    ],
};

/// Another account that uses the key for data.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct TrustedAccount {
    /// The account's ID, 12 digits.
    pub account: Input<String>,
    /// Roles of that account, by ARN or name. Default: all that the account's IAM policies allow it to.
    pub roles: Input<Vec<String>>,
    /// Through these services only, such as RDS for shared snapshots: those whose roles call KMS. Left out: direct calls.
    pub services: Input<Vec<AwsService>>,
    /// Encryption context that every direct call must carry.
    pub encryption_context: Input<BTreeMap<String, Input<String>>>,
}

impl TrustedAccount {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self {
            account: read(map, at, "account")?,
            roles: read(map, at, "roles")?,
            services: read(map, at, "services")?,
            encryption_context: read(map, at, "encryptionContext")?,
        })
    }
}

impl Decode for TrustedAccount {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Table of `OrganizationAccess`: An organization whose accounts use the key for data.
pub static ORGANIZATION_ACCESS: table::Message = table::Message {
    name: "OrganizationAccess",
    fields: &[
        table::Field {
            name: "id",
            proto_name: "id",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 0, max_length: None, pattern: Some("o-[a-z0-9]{10,32}") }),
            effect: Effect::Update,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "paths",
            proto_name: "paths",
            also: &[],
            kind: table::Kind::List {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: None,
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: false,
        },
        table::Field {
            name: "services",
            proto_name: "services",
            also: &[],
            kind: table::Kind::List { element: &table::Kind::Enum(&AWS_SERVICE), max_items: None },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
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
    ],
};

/// An organization whose accounts use the key for data.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct OrganizationAccess {
    /// The organization's ID, such as `o-a1b2c3d4e5`.
    pub id: Input<String>,
    /// Only accounts at these paths, such as `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*`; `*` and `?` in them.
    pub paths: Input<Vec<String>>,
    /// Through these services only: those whose roles call KMS. Left out: direct calls.
    pub services: Input<Vec<AwsService>>,
    /// Encryption context that every direct call must carry.
    pub encryption_context: Input<BTreeMap<String, Input<String>>>,
}

impl OrganizationAccess {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self {
            id: read(map, at, "id")?,
            paths: read(map, at, "paths")?,
            services: read(map, at, "services")?,
            encryption_context: read(map, at, "encryptionContext")?,
        })
    }
}

impl Decode for OrganizationAccess {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Table of `Protection`: What nobody may do with the key, by statements that deny.
pub static PROTECTION: table::Message = table::Message {
    name: "Protection",
    fields: &[
        table::Field {
            name: "deletionOnlyBy",
            proto_name: "deletion_only_by",
            also: &[],
            kind: table::Kind::List {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: None,
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: true,
        },
        table::Field {
            name: "minimumDeletionWindowDays",
            proto_name: "minimum_deletion_window_days",
            also: &[],
            kind: table::Kind::Integer { minimum: 7, maximum: 30 },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "noPolicyBypass",
            proto_name: "no_policy_bypass",
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

/// What nobody may do with the key, by statements that deny.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct Protection {
    /// Only these roles may schedule the deletion of the key or delete imported material; by ARN or name. Whoever runs `pulumi destroy` must be among them.
    pub deletion_only_by: Input<Vec<String>>,
    /// Nobody schedules the deletion with fewer days of waiting: 7 to 30.
    pub minimum_deletion_window_days: Input<i32>,
    /// Nobody puts a policy past AWS's check that the caller can still change it.
    pub no_policy_bypass: Input<bool>,
}

impl Protection {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self {
            deletion_only_by: read(map, at, "deletionOnlyBy")?,
            minimum_deletion_window_days: read(map, at, "minimumDeletionWindowDays")?,
            no_policy_bypass: read(map, at, "noPolicyBypass")?,
        })
    }
}

impl Decode for Protection {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Table of `DeletionGuard`: A guard against deleting a key that is in use.
pub static DELETION_GUARD: table::Message = table::Message {
    name: "DeletionGuard",
    fields: &[
        table::Field {
            name: "minIdleDays",
            proto_name: "min_idle_days",
            also: &[],
            kind: table::Kind::Integer { minimum: 1, maximum: 3650 },
            effect: Effect::StateOnly,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "onUnknown",
            proto_name: "on_unknown",
            also: &[],
            kind: table::Kind::Enum(&UNKNOWN_USAGE),
            effect: Effect::StateOnly,
            default: Some(Default::Text("BLOCK")),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
    ],
};

/// A guard against deleting a key that is in use.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct DeletionGuard {
    /// Days without use before deletion is allowed.
    pub min_idle_days: Input<i32>,
    /// What to do when KMS cannot tell the last use. Default: BLOCK.
    pub on_unknown: Input<UnknownUsage>,
}

impl DeletionGuard {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self { min_idle_days: read(map, at, "minIdleDays")?, on_unknown: read(map, at, "onUnknown")? })
    }
}

impl Decode for DeletionGuard {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Table of `Replica`: A replica of the key in another Region. KMS copies nothing but material and rotation to it; what is left out here is taken from the inputs of the key itself.
pub static REPLICA: table::Message = table::Message {
    name: "Replica",
    fields: &[
        table::Field {
            name: "region",
            proto_name: "region",
            also: &[],
            kind: table::Kind::Text(Text {
                min_length: 1,
                max_length: Some(32),
                pattern: Some("([a-z]+-){2,3}[0-9]+"),
            }),
            effect: Effect::Update,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "description",
            proto_name: "description",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 0, max_length: Some(8192), pattern: None }),
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
            kind: table::Kind::Object(&KEY_POLICY),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "policyDocument",
            proto_name: "policy_document",
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
            name: "tags",
            proto_name: "tags",
            also: &[],
            kind: table::Kind::Map {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: Some(48),
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
            name: "aliases",
            proto_name: "aliases",
            also: &[],
            kind: table::Kind::List {
                element: &table::Kind::Text(Text { min_length: 0, max_length: None, pattern: None }),
                max_items: Some(50),
            },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: true,
            is_principal: false,
        },
        table::Field {
            name: "enabled",
            proto_name: "enabled",
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
        table::Field {
            name: "deletionWindowDays",
            proto_name: "deletion_window_days",
            also: &[],
            kind: table::Kind::Integer { minimum: 7, maximum: 30 },
            effect: Effect::StateOnly,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "deletionPolicy",
            proto_name: "deletion_policy",
            also: &[],
            kind: table::Kind::Enum(&DELETION_POLICY),
            effect: Effect::StateOnly,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "deletionGuard",
            proto_name: "deletion_guard",
            also: &[],
            kind: table::Kind::Object(&DELETION_GUARD),
            effect: Effect::StateOnly,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
    ],
};

/// A replica of the key in another Region. KMS copies nothing but material and rotation to it; what is left out here is taken from the inputs of the key itself.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct Replica {
    /// AWS Region of the replica, such as `eu-west-1`: another one than the key's, of the same partition.
    pub region: Input<String>,
    /// What the replica is for. 0 to 8192 characters. Default: the key's.
    pub description: Input<String>,
    /// Who may manage and who may use the replica. Not together with policyDocument. Default: the key's policy.
    pub policy: Input<KeyPolicy>,
    /// The replica's whole key policy, as JSON text or as an object. Not together with policy.
    pub policy_document: Input<serde_json::Value>,
    /// Tags of the replica, instead of the key's; the provider's defaultTags are added.
    pub tags: Input<BTreeMap<String, Input<String>>>,
    /// Every name of the replica. Names are each Region's own, so the key's names can be used here too, and are by default.
    pub aliases: Input<Vec<String>>,
    /// Whether the replica can be used for cryptographic operations. Default: the key's.
    pub enabled: Input<bool>,
    /// Days that KMS waits before it deletes the replica: 7 to 30. Default: the key's.
    pub deletion_window_days: Input<i32>,
    /// What removal from the list, destroy or replacement does to the replica. Default: the key's. A replica that stays (DISABLE, RETAIN) cannot go with a key that is scheduled for deletion: KMS would wait for it for ever.
    pub deletion_policy: Input<DeletionPolicy>,
    /// Refuses to schedule the deletion of a replica that was used lately in its Region. Default: the key's.
    pub deletion_guard: Input<DeletionGuard>,
}

impl Replica {
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
            description: read(map, at, "description")?,
            policy: read(map, at, "policy")?,
            policy_document: read(map, at, "policyDocument")?,
            tags: read(map, at, "tags")?,
            aliases: read(map, at, "aliases")?,
            enabled: read(map, at, "enabled")?,
            deletion_window_days: read(map, at, "deletionWindowDays")?,
            deletion_policy: read(map, at, "deletionPolicy")?,
            deletion_guard: read(map, at, "deletionGuard")?,
        })
    }
}

impl Decode for Replica {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Table of `ProviderConfig`: How the provider reaches AWS.
pub static PROVIDER_CONFIG: table::Message = table::Message {
    name: "ProviderConfig",
    fields: &[
        table::Field {
            name: "region",
            proto_name: "region",
            also: &[],
            kind: table::Kind::Text(Text {
                min_length: 1,
                max_length: Some(32),
                pattern: Some("([a-z]+-){2,3}[0-9]+"),
            }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "profile",
            proto_name: "profile",
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
            name: "accessKey",
            proto_name: "access_key",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: None, pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: true,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "secretKey",
            proto_name: "secret_key",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: None, pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: true,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "token",
            proto_name: "token",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 1, max_length: None, pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: true,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "assumeRoles",
            proto_name: "assume_roles",
            also: &[],
            kind: table::Kind::List { element: &table::Kind::Object(&ASSUME_ROLE), max_items: None },
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "assumeRoleWithWebIdentity",
            proto_name: "assume_role_with_web_identity",
            also: &[],
            kind: table::Kind::Object(&ASSUME_ROLE_WITH_WEB_IDENTITY),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "endpoint",
            proto_name: "endpoint",
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
            name: "endpoints",
            proto_name: "endpoints",
            also: &[],
            kind: table::Kind::Object(&ENDPOINTS),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "defaultTags",
            proto_name: "default_tags",
            also: &[],
            kind: table::Kind::Object(&DEFAULT_TAGS),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "ignoreTags",
            proto_name: "ignore_tags",
            also: &[],
            kind: table::Kind::Object(&IGNORE_TAGS),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "allowedAccountIds",
            proto_name: "allowed_account_ids",
            also: &[],
            kind: table::Kind::List {
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
            name: "forbiddenAccountIds",
            proto_name: "forbidden_account_ids",
            also: &[],
            kind: table::Kind::List {
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
            name: "maxRetries",
            proto_name: "max_retries",
            also: &[],
            kind: table::Kind::Integer { minimum: 1, maximum: 100 },
            effect: Effect::Update,
            default: Some(Default::Integer(8)),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "retryMode",
            proto_name: "retry_mode",
            also: &[],
            kind: table::Kind::Enum(&RETRY_MODE),
            effect: Effect::Update,
            default: Some(Default::Text("standard")),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "sharedConfigFiles",
            proto_name: "shared_config_files",
            also: &[],
            kind: table::Kind::List {
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
            name: "sharedCredentialsFiles",
            proto_name: "shared_credentials_files",
            also: &[],
            kind: table::Kind::List {
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
            name: "skipRequestingAccountId",
            proto_name: "skip_requesting_account_id",
            also: &[],
            kind: table::Kind::Bool,
            effect: Effect::Update,
            default: Some(Default::Bool(false)),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "skipRegionValidation",
            proto_name: "skip_region_validation",
            also: &[],
            kind: table::Kind::Bool,
            effect: Effect::Update,
            default: Some(Default::Bool(false)),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "useFipsEndpoint",
            proto_name: "use_fips_endpoint",
            also: &[],
            kind: table::Kind::Bool,
            effect: Effect::Update,
            default: Some(Default::Bool(false)),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "useDualstackEndpoint",
            proto_name: "use_dualstack_endpoint",
            also: &[],
            kind: table::Kind::Bool,
            effect: Effect::Update,
            default: Some(Default::Bool(false)),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "skipOwnerMark",
            proto_name: "skip_owner_mark",
            also: &[],
            kind: table::Kind::Bool,
            effect: Effect::Update,
            default: Some(Default::Bool(false)),
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
    ],
};

/// How the provider reaches AWS.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct ProviderConfig {
    /// AWS Region of keys that name none. Default: AWS_REGION, AWS_DEFAULT_REGION or the profile's Region.
    pub region: Input<String>,
    /// Named profile of the shared configuration files. Default: AWS_PROFILE.
    pub profile: Input<String>,
    /// Access key ID of static credentials; needs secretKey.
    pub access_key: Input<String>,
    /// Secret access key of static credentials; needs accessKey.
    pub secret_key: Input<String>,
    /// Session token of temporary static credentials.
    pub token: Input<String>,
    /// Roles to assume, one after the other.
    pub assume_roles: Input<Vec<AssumeRole>>,
    /// Role to assume with a web identity token, as in CI jobs with OIDC.
    pub assume_role_with_web_identity: Input<AssumeRoleWithWebIdentity>,
    /// URL of KMS and STS alike, for stand-ins and private endpoints. `{region}` is replaced by the Region. Default: AWS_ENDPOINT_URL_KMS or AWS_ENDPOINT_URL.
    pub endpoint: Input<String>,
    /// URLs by service; each is stronger than `endpoint`.
    pub endpoints: Input<Endpoints>,
    /// Tags that every key gets unless its own tags say otherwise.
    pub default_tags: Input<DefaultTags>,
    /// Tags that are left alone: neither shown as drift nor removed.
    pub ignore_tags: Input<IgnoreTags>,
    /// The only account IDs that may be worked on.
    pub allowed_account_ids: Input<Vec<String>>,
    /// Account IDs that must not be worked on.
    pub forbidden_account_ids: Input<Vec<String>>,
    /// Most attempts of one call, throttled ones included. Default: 8.
    pub max_retries: Input<i32>,
    /// How retries are paced. Default: standard.
    pub retry_mode: Input<RetryMode>,
    /// Files with shared configuration. Default: AWS_CONFIG_FILE or ~/.aws/config.
    pub shared_config_files: Input<Vec<String>>,
    /// Files with shared credentials. Default: AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials.
    pub shared_credentials_files: Input<Vec<String>>,
    /// Skips the look-up of the caller's account. Not together with allowedAccountIds or forbiddenAccountIds. Default: false.
    pub skip_requesting_account_id: Input<bool>,
    /// Accepts Regions that this version does not know. Default: false.
    pub skip_region_validation: Input<bool>,
    /// Uses FIPS endpoints. Default: false.
    pub use_fips_endpoint: Input<bool>,
    /// Uses dual-stack endpoints. Default: false.
    pub use_dualstack_endpoint: Input<bool>,
    /// Leaves the owner mark, the tag awskms:owner, off keys. Then a create whose answer is lost can leave a second key, a key that is pending deletion does not come back with its resource, and an old state can delete a key that a newer one owns. Default: false.
    pub skip_owner_mark: Input<bool>,
}

impl ProviderConfig {
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
            profile: read(map, at, "profile")?,
            access_key: read(map, at, "accessKey")?,
            secret_key: read(map, at, "secretKey")?,
            token: read(map, at, "token")?,
            assume_roles: read(map, at, "assumeRoles")?,
            assume_role_with_web_identity: read(map, at, "assumeRoleWithWebIdentity")?,
            endpoint: read(map, at, "endpoint")?,
            endpoints: read(map, at, "endpoints")?,
            default_tags: read(map, at, "defaultTags")?,
            ignore_tags: read(map, at, "ignoreTags")?,
            allowed_account_ids: read(map, at, "allowedAccountIds")?,
            forbidden_account_ids: read(map, at, "forbiddenAccountIds")?,
            max_retries: read(map, at, "maxRetries")?,
            retry_mode: read(map, at, "retryMode")?,
            shared_config_files: read(map, at, "sharedConfigFiles")?,
            shared_credentials_files: read(map, at, "sharedCredentialsFiles")?,
            skip_requesting_account_id: read(map, at, "skipRequestingAccountId")?,
            skip_region_validation: read(map, at, "skipRegionValidation")?,
            use_fips_endpoint: read(map, at, "useFipsEndpoint")?,
            use_dualstack_endpoint: read(map, at, "useDualstackEndpoint")?,
            skip_owner_mark: read(map, at, "skipOwnerMark")?,
        })
    }
}

impl Decode for ProviderConfig {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Table of `AssumeRole`: A role to assume.
pub static ASSUME_ROLE: table::Message = table::Message {
    name: "AssumeRole",
    fields: &[
        table::Field {
            name: "roleArn",
            proto_name: "role_arn",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 20, max_length: Some(2048), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "sessionName",
            proto_name: "session_name",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 2, max_length: Some(64), pattern: Some("[A-Za-z0-9+=,.@_-]*") }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "externalId",
            proto_name: "external_id",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 2, max_length: Some(1224), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: true,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "policy",
            proto_name: "policy",
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
            name: "policyArns",
            proto_name: "policy_arns",
            also: &[],
            kind: table::Kind::List {
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
            name: "durationSeconds",
            proto_name: "duration_seconds",
            also: &[],
            kind: table::Kind::Integer { minimum: 900, maximum: 43200 },
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

/// A role to assume.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct AssumeRole {
    /// ARN of the role.
    pub role_arn: Input<String>,
    /// Name of the session. Default: pulumi-awskms.
    pub session_name: Input<String>,
    /// External ID that the role's trust policy asks for.
    pub external_id: Input<String>,
    /// Session policy, as JSON text.
    pub policy: Input<String>,
    /// ARNs of managed session policies.
    pub policy_arns: Input<Vec<String>>,
    /// Seconds that the session lasts: 900 to 43200. Default: the role's own.
    pub duration_seconds: Input<i32>,
}

impl AssumeRole {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self {
            role_arn: read(map, at, "roleArn")?,
            session_name: read(map, at, "sessionName")?,
            external_id: read(map, at, "externalId")?,
            policy: read(map, at, "policy")?,
            policy_arns: read(map, at, "policyArns")?,
            duration_seconds: read(map, at, "durationSeconds")?,
        })
    }
}

impl Decode for AssumeRole {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Table of `AssumeRoleWithWebIdentity`: A role to assume with a web identity token.
pub static ASSUME_ROLE_WITH_WEB_IDENTITY: table::Message = table::Message {
    name: "AssumeRoleWithWebIdentity",
    fields: &[
        table::Field {
            name: "roleArn",
            proto_name: "role_arn",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 20, max_length: Some(2048), pattern: None }),
            effect: Effect::Update,
            default: None,
            required: true,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "sessionName",
            proto_name: "session_name",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 2, max_length: Some(64), pattern: Some("[A-Za-z0-9+=,.@_-]*") }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: false,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "webIdentityToken",
            proto_name: "web_identity_token",
            also: &[],
            kind: table::Kind::Text(Text { min_length: 4, max_length: None, pattern: None }),
            effect: Effect::Update,
            default: None,
            required: false,
            secret: true,
            hidden: false,
            is_set: false,
            is_principal: false,
        },
        table::Field {
            name: "webIdentityTokenFile",
            proto_name: "web_identity_token_file",
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
    ],
};

/// A role to assume with a web identity token.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct AssumeRoleWithWebIdentity {
    /// ARN of the role.
    pub role_arn: Input<String>,
    /// Name of the session. Default: pulumi-awskms.
    pub session_name: Input<String>,
    /// The token itself. Not together with webIdentityTokenFile.
    pub web_identity_token: Input<String>,
    /// File that holds the token.
    pub web_identity_token_file: Input<String>,
}

impl AssumeRoleWithWebIdentity {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self {
            role_arn: read(map, at, "roleArn")?,
            session_name: read(map, at, "sessionName")?,
            web_identity_token: read(map, at, "webIdentityToken")?,
            web_identity_token_file: read(map, at, "webIdentityTokenFile")?,
        })
    }
}

impl Decode for AssumeRoleWithWebIdentity {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Table of `Endpoints`: Endpoint URLs by service.
pub static ENDPOINTS: table::Message = table::Message {
    name: "Endpoints",
    fields: &[
        table::Field {
            name: "kms",
            proto_name: "kms",
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
            name: "sts",
            proto_name: "sts",
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
    ],
};

/// Endpoint URLs by service.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct Endpoints {
    /// URL of KMS. `{region}` is replaced by the Region.
    pub kms: Input<String>,
    /// URL of STS.
    pub sts: Input<String>,
}

impl Endpoints {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self { kms: read(map, at, "kms")?, sts: read(map, at, "sts")? })
    }
}

impl Decode for Endpoints {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Table of `DefaultTags`: Tags for every key.
pub static DEFAULT_TAGS: table::Message = table::Message {
    name: "DefaultTags",
    fields: &[table::Field {
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
    }],
};

/// Tags for every key.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct DefaultTags {
    /// The tags.
    pub tags: Input<BTreeMap<String, Input<String>>>,
}

impl DefaultTags {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self { tags: read(map, at, "tags")? })
    }
}

impl Decode for DefaultTags {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}

/// Table of `IgnoreTags`: Tags that belong to others.
pub static IGNORE_TAGS: table::Message = table::Message {
    name: "IgnoreTags",
    fields: &[
        table::Field {
            name: "keys",
            proto_name: "keys",
            also: &[],
            kind: table::Kind::List {
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
            name: "keyPrefixes",
            proto_name: "key_prefixes",
            also: &[],
            kind: table::Kind::List {
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
    ],
};

/// Tags that belong to others.
#[derive(Debug, Clone, PartialEq, std::default::Default)]
pub struct IgnoreTags {
    /// Tag keys.
    pub keys: Input<Vec<String>>,
    /// Beginnings of tag keys.
    pub key_prefixes: Input<Vec<String>>,
}

impl IgnoreTags {
    /// Reads checked properties.
    ///
    /// # Errors
    /// A property has another type than the definition gives it.
    pub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {
        Self::read_at(map, &Path::default())
    }

    fn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {
        Ok(Self { keys: read(map, at, "keys")?, key_prefixes: read(map, at, "keyPrefixes")? })
    }
}

impl Decode for IgnoreTags {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        Ok(match object(value, at)? {
            Input::Known(map) => Input::Known(Self::read_at(map, at)?),
            Input::Absent => Input::Absent,
            Input::Unknown => Input::Unknown,
        })
    }
}
