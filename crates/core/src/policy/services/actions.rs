//! Lists of actions that rows of the table share. Every action is written out: `kms:GenerateDataKey*` and `kms:ReEncrypt*` of a
//! guide stand for what they match today.

use crate::spec::generated::ServiceAccess;

pub(super) const READING: &[ServiceAccess] = &[ServiceAccess::Read];
pub(super) const WRITING: &[ServiceAccess] = &[ServiceAccess::Write];
pub(super) const BOTH: &[ServiceAccess] = &[ServiceAccess::ReadWrite];

pub(super) const DECRYPT: &[&str] = &["kms:Decrypt"];
pub(super) const DECRYPT_AND_DATA_KEY: &[&str] = &["kms:Decrypt", "kms:GenerateDataKey"];
pub(super) const DESCRIBE: &[&str] = &["kms:DescribeKey"];
pub(super) const GRANT: &[&str] = &["kms:CreateGrant"];

pub(super) const GENERATE_DATA_KEY: &[&str] = &[
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
];
pub(super) const DATA_KEYS: &[&str] = &[
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
];
pub(super) const DATA_KEYS_AND_ENCRYPT: &[&str] = &[
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
];
pub(super) const WHOLE_USE: &[&str] = &[
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
];
pub(super) const WHOLE_USE_AND_GRANTS: &[&str] = &[
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
];
