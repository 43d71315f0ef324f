//! Which KMS actions each role of a typed policy needs, and what KMS's actions are: as data.
//!
//! Sources, by page of the AWS KMS developer guide: "Default key policy" (what the console gives administrators and
//! users, and why), "AWS KMS permissions" (which actions act on a key), "AWS KMS condition keys" (which of them carry an
//! encryption context), "Multi-Region keys: Controlling access". Every action is written out: a wildcard such as
//! `kms:Get*` or `kms:Create*` would grow with every new operation of KMS, without anybody deciding it.

use crate::spec::generated::Operation;
use crate::spec::key_kinds::key_kind;

/// Seeing what a key is. None of them touches data.
const SEEING: &[&str] = &[
    // State, spec and usage: the first call of every tool ("Viewing keys").
    "kms:DescribeKey",
    // When the key was last used, to be asked before a deletion (API reference, "GetKeyLastUsage").
    "kms:GetKeyLastUsage",
    // Without it nobody can tell who has access, or notice drift ("Viewing a key policy").
    "kms:GetKeyPolicy",
    // Asked for keys that do not rotate too: KMS answers false ("Rotating keys").
    "kms:GetKeyRotationStatus",
    // Grants let others use the key; whoever is responsible for it must see them ("Grants").
    "kms:ListGrants",
    // The console's policy view reads the list before the policy.
    "kms:ListKeyPolicies",
    // Past rotations, the ones on demand among them, of which a key has a limited number.
    "kms:ListKeyRotations",
    // Tags decide about access where policies ask for them ("ABAC for AWS KMS").
    "kms:ListResourceTags",
];

/// Changing a key. Whoever has `kms:PutKeyPolicy` can give itself more: that is what administering a key means, and it
/// shows in the policy and in `CloudTrail`, whereas a grant made by `kms:CreateGrant` shows in neither policy. So an
/// administrator gets the first and not the second ("Default key policy", its warning about administrators).
const CHANGING: &[&str] = &[
    // Taking back what would destroy data is never withheld from those who may schedule it.
    "kms:CancelKeyDeletion",
    // Aliases ask for the permission on the key as well as on the alias ("Controlling access to aliases").
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:PutKeyPolicy",
    // Ends access, never gives any.
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
];

/// Rotation, which only symmetric encryption keys have ("Rotating keys").
const ROTATING: &[&str] = &["kms:DisableKeyRotation", "kms:EnableKeyRotation", "kms:RotateKeyOnDemand"];

/// The public half of an asymmetric key, which is no secret; the console gives it to administrators by `kms:Get*`.
const PUBLISHING: &[&str] = &["kms:GetPublicKey"];

/// What a multi-Region key needs beyond that ("Default key policy": added for multi-Region keys only). Moving the primary
/// asks for the permission on both keys, so replicas have it too ("Changing the primary key").
const MULTI_REGION: &[&str] = &["kms:ReplicateKey", "kms:UpdatePrimaryRegion"];

/// Managing a key of this kind without using it for data, sorted.
pub(super) fn administration(key_spec: &str, multi_region: bool) -> Vec<&'static str> {
    let kind = key_kind(key_spec);
    // A kind that this version does not know has a public half, as most have.
    let (rotates, publishes) = kind.map_or((false, true), |kind| (kind.rotates, kind.has_public_key));
    let parts = [(SEEING, true), (CHANGING, true), (ROTATING, rotates), (PUBLISHING, publishes)];
    let parts = parts.into_iter().chain([(MULTI_REGION, multi_region)]);
    let mut all: Vec<_> = parts.filter(|(_, fits)| *fits).flat_map(|(actions, _)| actions).copied().collect();
    all.sort_unstable();
    all
}

/// Using a key for data: the actions that may carry an encryption context, and those that never do.
#[derive(Debug)]
pub(super) struct Usage {
    /// Restricted to the policy's encryption context, if it has one.
    pub(super) cryptographic: &'static [&'static str],
    /// Looking up what the key is and its public half. They carry no context: a condition on one would deny them.
    pub(super) looking_up: &'static [&'static str],
}

/// The actions that fit a key's usage, and no more ("Default key policy", key users; API reference of each operation).
pub(super) fn usage(key_usage: &str, key_spec: &str) -> Usage {
    const PUBLIC: &[&str] = &["kms:DescribeKey", "kms:GetPublicKey"];
    const DESCRIBE: &[&str] = &["kms:DescribeKey"];
    let (cryptographic, looking_up): (&[&str], _) = match (key_usage, key_spec) {
        ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT") => (WITH_CONTEXT, DESCRIBE),
        // An asymmetric key makes no data keys. ReEncrypt is two permissions: from this key, and to it.
        ("ENCRYPT_DECRYPT", _) => (&["kms:Decrypt", "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"], PUBLIC),
        ("SIGN_VERIFY", _) => (&["kms:Sign", "kms:Verify"], PUBLIC),
        // A MAC key has no public half.
        ("GENERATE_VERIFY_MAC", _) => (&["kms:GenerateMac", "kms:VerifyMac"], DESCRIBE),
        ("KEY_AGREEMENT", _) => (&["kms:DeriveSharedSecret"], PUBLIC),
        ("ENCAPSULATE_DECAPSULATE", _) => (&["kms:Decapsulate", "kms:Encapsulate"], PUBLIC),
        _ => (&[], DESCRIBE),
    };
    Usage { cryptographic, looking_up }
}

/// The use of a symmetric key: all that `kms:ReEncrypt*` and `kms:GenerateDataKey*` of the console's policy stand for.
/// These are the operations that take an encryption context.
pub(super) const WITH_CONTEXT: &[&str] = &[
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
];

/// What an operation of the input `access` can need. A key takes those of them that fit its usage.
pub(super) fn of_operation(operation: Operation) -> &'static [&'static str] {
    match operation {
        // Making a data key is encrypting with a key that KMS makes up; ReEncrypt asks both keys, each for its part.
        Operation::Encrypt => &[
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyPair",
            "kms:GenerateDataKeyPairWithoutPlaintext",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptTo",
        ],
        Operation::Decrypt => &["kms:Decrypt", "kms:ReEncryptFrom"],
        Operation::Sign => &["kms:Sign"],
        Operation::Verify => &["kms:Verify"],
        Operation::GenerateMac => &["kms:GenerateMac"],
        Operation::VerifyMac => &["kms:VerifyMac"],
        Operation::Derive => &["kms:DeriveSharedSecret"],
        Operation::Encapsulate => &["kms:Encapsulate"],
        Operation::Decapsulate => &["kms:Decapsulate"],
        Operation::Describe => &["kms:DescribeKey", "kms:GetPublicKey"],
    }
}

/// Whether a key of this usage and kind has an operation.
pub fn has_operation(operation: Operation, key_usage: &str, key_spec: &str) -> bool {
    let usage = usage(key_usage, key_spec);
    let fits = |action: &&str| usage.cryptographic.contains(action) || usage.looking_up.contains(action);
    of_operation(operation).iter().any(fits)
}

/// The operations that `kms:GrantIsForAWSResource` is there for.
pub(super) const ON_GRANTS: &[&str] = &["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"];

/// Whether `kms:EncryptionContext:…` can be in a call. `CreateGrant` has it by its constraints.
pub(super) fn carries_context(action: &str) -> bool {
    WITH_CONTEXT.contains(&action) || action == "kms:CreateGrant"
}

/// Every action that a key policy can allow, sorted. Actions on no key (`kms:CreateKey`, `kms:ListKeys`, …) belong into
/// IAM policies ("AWS KMS permissions").
pub(super) const ON_A_KEY: &[&str] = &[
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:CreateGrant",
    "kms:Decapsulate",
    "kms:Decrypt",
    "kms:DeleteAlias",
    "kms:DeleteImportedKeyMaterial",
    "kms:DeriveSharedSecret",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:Encapsulate",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GenerateMac",
    "kms:GetKeyLastUsage",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:GetParametersForImport",
    "kms:GetPublicKey",
    "kms:ImportKeyMaterial",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:ReplicateKey",
    "kms:RetireGrant",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:Sign",
    "kms:SynchronizeMultiRegionKey",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
    "kms:UpdatePrimaryRegion",
    "kms:Verify",
    "kms:VerifyMac",
];

/// Actions on no key: in a key policy they have no effect.
pub(super) fn is_only_for_iam(action: &str) -> bool {
    const ACTIONS: [&str; 5] =
        ["kms:CreateKey", "kms:GenerateRandom", "kms:ListAliases", "kms:ListKeys", "kms:ListRetirableGrants"];
    ACTIONS.iter().any(|known| known.eq_ignore_ascii_case(action)) || action.ends_with("CustomKeyStore")
}

#[cfg(test)]
mod tests {
    use super::{ON_A_KEY, administration, usage};
    use crate::spec::generated::KeySpec;
    use crate::spec::key_kinds::key_kind;

    /// Handing out or doing the use of a key.
    const USE: [&str; 15] = [
        "CreateGrant",
        "Decapsulate",
        "Decrypt",
        "DeriveSharedSecret",
        "Encapsulate",
        "Encrypt",
        "GenerateDataKey",
        "GenerateMac",
        "ImportKeyMaterial",
        "ReEncrypt",
        "RetireGrant",
        "Sign",
        "Synchronize",
        "Verify",
        "*",
    ];

    #[test]
    fn no_administration_includes_the_use_of_data() {
        for spec in KeySpec::ALL {
            for action in administration(spec.as_str(), true) {
                let name = action.strip_prefix("kms:").expect("an action of KMS");
                assert!(!USE.iter().any(|word| name.starts_with(word)), "{spec:?}: {action}");
            }
        }
    }

    #[test]
    fn every_legal_key_can_be_used_and_no_user_can_change_it() {
        for spec in KeySpec::ALL {
            for key_usage in key_kind(spec.as_str()).expect("a row").usages {
                let usage = usage(key_usage, spec.as_str());
                assert!(!usage.cryptographic.is_empty(), "{spec:?} {key_usage}");
                let changing = super::CHANGING.iter().chain(super::ROTATING).chain(super::MULTI_REGION);
                let given: Vec<_> = usage.cryptographic.iter().chain(usage.looking_up).collect();
                assert!(changing.into_iter().all(|action| !given.contains(&action)), "{spec:?} {key_usage}");
            }
        }
    }

    #[test]
    fn every_action_is_one_that_a_key_policy_can_allow() {
        assert!(ON_A_KEY.is_sorted());
        for spec in KeySpec::ALL {
            let usages =
                key_kind(spec.as_str()).expect("a row").usages.iter().map(|key_usage| usage(key_usage, spec.as_str()));
            let used = usages.flat_map(|usage| usage.cryptographic.iter().chain(usage.looking_up));
            for action in administration(spec.as_str(), true).iter().chain(used) {
                assert!(ON_A_KEY.contains(action), "{action}");
            }
        }
    }
}
