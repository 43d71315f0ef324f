//! Which actions there are to gain or lose on one key.

use super::super::actions::{ON_A_KEY, ON_GRANTS, usage};
use super::super::caller::{Caller, Kind};
use crate::spec::key_kinds::key_kind;

/// The key whose policy is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The key's account, 12 digits.
    pub account: &'a str,
    /// KMS's name of the kind of material.
    pub key_spec: &'a str,
    /// KMS's name of the usage.
    pub key_usage: &'a str,
    /// KMS's name of where the material comes from, such as `AWS_KMS`.
    pub origin: &'a str,
    /// Whether the key belongs to a multi-Region set.
    pub multi_region: bool,
}

/// Actions that KMS takes from principals of the key's own account only, whatever its policy says
/// (AWS KMS developer guide, "AWS KMS permissions", column "Cross-account use").
pub(in crate::policy) const OWN_ACCOUNT_ONLY: &[&str] = &[
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DeleteImportedKeyMaterial",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyLastUsage",
    "kms:GetKeyPolicy",
    "kms:GetParametersForImport",
    "kms:ImportKeyMaterial",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ReplicateKey",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
    "kms:UpdatePrimaryRegion",
];

/// Every cryptographic action, of whatever usage.
pub(in crate::policy) const CRYPTOGRAPHIC: &[&str] = &[
    "kms:Decapsulate",
    "kms:Decrypt",
    "kms:DeriveSharedSecret",
    "kms:Encapsulate",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GenerateMac",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:Sign",
    "kms:Verify",
    "kms:VerifyMac",
];

impl Scope<'_> {
    /// The actions that KMS takes for such a key, sorted. `kms:RetireGrant` is none of them: the grant decides about it and
    /// not the key policy.
    pub(in crate::policy) fn actions(&self) -> Vec<&'static str> {
        ON_A_KEY.iter().copied().filter(|action| self.has(action)).collect()
    }

    fn has(&self, action: &str) -> bool {
        let kind = key_kind(self.key_spec);
        let symmetric = self.key_spec == "SYMMETRIC_DEFAULT";
        let by_kms = self.origin == "AWS_KMS";
        let imported = self.origin == "EXTERNAL";
        match action {
            "kms:RetireGrant" => false,
            "kms:GetPublicKey" => kind.is_none_or(|kind| kind.has_public_key),
            "kms:EnableKeyRotation" | "kms:DisableKeyRotation" => symmetric && by_kms,
            // Imported material rotates on demand and not by itself (AWS KMS developer guide, "Rotate AWS KMS keys").
            // A key in a key store outside of KMS makes no key pairs (API reference, `GenerateDataKeyPair`).
            "kms:RotateKeyOnDemand"
            | "kms:ListKeyRotations"
            | "kms:GenerateDataKeyPair"
            | "kms:GenerateDataKeyPairWithoutPlaintext" => symmetric && (by_kms || imported),
            "kms:DeleteImportedKeyMaterial" | "kms:GetParametersForImport" | "kms:ImportKeyMaterial" => imported,
            "kms:ReplicateKey" | "kms:SynchronizeMultiRegionKey" | "kms:UpdatePrimaryRegion" => self.multi_region,
            // A usage that this version does not know leaves them all open.
            action if CRYPTOGRAPHIC.contains(&action) => {
                let known = usage(self.key_usage, self.key_spec).cryptographic;
                known.is_empty() || known.contains(&action)
            }
            _ => true,
        }
    }

    /// Whether a caller can ever take this action on the key.
    pub(super) fn allows(&self, caller: &Caller<'_>, action: &str) -> bool {
        let foreign = caller.account.is_some_and(|account| account != self.account);
        !foreign || !OWN_ACCOUNT_ONLY.contains(&action)
    }

    /// Whether a statement that names the caller is enough, without an IAM policy of another account.
    pub(super) fn is_own(&self, caller: &Caller<'_>) -> bool {
        caller.kind == Kind::Service || caller.account == Some(self.account)
    }
}

/// What a call can carry that conditions ask for: actions of one class have the same answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// An encryption context.
    Context,
    /// `CreateGrant`: a context by its constraints, and whether the grant is for an AWS service.
    Granting,
    /// The other operations on grants.
    Grants,
    /// `BypassPolicyLockoutSafetyCheck`.
    Policy,
    Other,
}

impl Class {
    pub(super) const ALL: [Self; 5] = [Self::Context, Self::Granting, Self::Grants, Self::Policy, Self::Other];

    pub(super) fn of(action: &str) -> Self {
        let grants = ON_GRANTS.contains(&action);
        match (super::super::actions::carries_context(action), grants) {
            (true, true) => Self::Granting,
            (true, false) => Self::Context,
            (false, true) => Self::Grants,
            (false, false) if ["kms:PutKeyPolicy", "kms:ReplicateKey"].contains(&action) => Self::Policy,
            (false, false) => Self::Other,
        }
    }

    /// An action that stands for the class.
    pub(super) fn example(self) -> &'static str {
        match self {
            Self::Context => "kms:Decrypt",
            Self::Granting => "kms:CreateGrant",
            Self::Grants => "kms:ListGrants",
            Self::Policy => "kms:PutKeyPolicy",
            Self::Other => "kms:DescribeKey",
        }
    }

    pub(super) fn carries_context(self) -> bool {
        matches!(self, Self::Context | Self::Granting)
    }
}

#[cfg(test)]
mod tests {
    use super::{CRYPTOGRAPHIC, Class, OWN_ACCOUNT_ONLY, Scope};
    use crate::policy::actions::{ON_A_KEY, administration, usage};
    use crate::spec::generated::KeySpec;
    use crate::spec::key_kinds::key_kind;

    #[test]
    fn a_key_has_what_its_users_and_administrators_get() {
        for spec in KeySpec::ALL {
            for key_usage in key_kind(spec.as_str()).expect("a kind").usages {
                for multi_region in [false, true] {
                    let scope = Scope {
                        account: "111122223333",
                        key_spec: spec.as_str(),
                        key_usage,
                        origin: "AWS_KMS",
                        multi_region,
                    };
                    let actions = scope.actions();
                    let used = usage(key_usage, spec.as_str());
                    for action in used.cryptographic.iter().chain(used.looking_up) {
                        assert!(actions.contains(action), "{spec:?} {key_usage} {action}");
                    }
                    // One looks at the rotations of every key, and learns that there are none.
                    for action in administration(spec.as_str(), multi_region) {
                        let looks = action == "kms:ListKeyRotations";
                        assert!(looks || actions.contains(&action), "{spec:?} {key_usage} {action}");
                    }
                    let others = CRYPTOGRAPHIC.iter().filter(|action| !used.cryptographic.contains(action));
                    assert!(others.into_iter().all(|action| !actions.contains(action)), "{spec:?} {key_usage}");
                    assert_eq!(actions.contains(&"kms:ReplicateKey"), multi_region);
                    assert!(!actions.contains(&"kms:RetireGrant") && !actions.contains(&"kms:ImportKeyMaterial"));
                }
            }
        }
    }

    #[test]
    fn the_lists_hold_actions_that_there_are() {
        assert_eq!(OWN_ACCOUNT_ONLY.len(), 24);
        for action in OWN_ACCOUNT_ONLY.iter().chain(CRYPTOGRAPHIC) {
            assert!(ON_A_KEY.contains(action), "{action}");
        }
        for class in Class::ALL {
            assert_eq!(Class::of(class.example()), class);
        }
    }
}
