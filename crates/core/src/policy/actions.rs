//! Which KMS actions each role of a typed policy needs: as data.
//!
//! Sources: AWS KMS developer guide, "Default key policy" (administrators and users), "KMS keys in AWS KMS condition
//! keys" (which operations carry an encryption context), and the API reference of each operation.

/// Managing a key without using it for data. No `kms:CreateGrant`: a grant could hand out the use of the key. Written
/// out one by one, because a wildcard such as `kms:Get*` or `kms:Create*` would grow with every new KMS operation.
pub(super) const ADMINISTRATION: &[&str] = &[
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyLastUsage",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:GetPublicKey",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
];

/// What managing a multi-Region primary needs beyond [`ADMINISTRATION`].
pub(super) const MULTI_REGION: &[&str] = &["kms:ReplicateKey", "kms:UpdatePrimaryRegion"];

/// Using a key for data: the actions that may carry an encryption context, and those that never do.
#[derive(Debug)]
pub(super) struct Usage {
    /// Restricted to the policy's encryption context, if it has one.
    pub(super) cryptographic: &'static [&'static str],
    /// Looking up what the key is and its public half.
    pub(super) looking_up: &'static [&'static str],
}

/// The actions that fit a key's usage, and no more.
pub(super) fn usage(key_usage: &str, key_spec: &str) -> Usage {
    const PUBLIC: &[&str] = &["kms:DescribeKey", "kms:GetPublicKey"];
    const DESCRIBE: &[&str] = &["kms:DescribeKey"];
    let symmetric = key_spec == "SYMMETRIC_DEFAULT";
    let (cryptographic, looking_up): (&[&str], _) = match key_usage {
        "ENCRYPT_DECRYPT" if symmetric => (
            &[
                "kms:Decrypt",
                "kms:Encrypt",
                "kms:GenerateDataKey",
                "kms:GenerateDataKeyPair",
                "kms:GenerateDataKeyPairWithoutPlaintext",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
            DESCRIBE,
        ),
        "ENCRYPT_DECRYPT" => (&["kms:Decrypt", "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"], PUBLIC),
        "SIGN_VERIFY" => (&["kms:Sign", "kms:Verify"], PUBLIC),
        "GENERATE_VERIFY_MAC" => (&["kms:GenerateMac", "kms:VerifyMac"], DESCRIBE),
        "KEY_AGREEMENT" => (&["kms:DeriveSharedSecret"], PUBLIC),
        "ENCAPSULATE_DECAPSULATE" => (&["kms:Decapsulate", "kms:Encapsulate"], PUBLIC),
        _ => (&[], DESCRIBE),
    };
    Usage { cryptographic, looking_up }
}
