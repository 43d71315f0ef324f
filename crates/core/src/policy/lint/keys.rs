//! The condition keys that a key policy can ask for (AWS KMS developer guide, "AWS KMS condition keys"; IAM user guide, "AWS
//! global condition context keys").

/// What a condition key holds, so that an operator fits it or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Arn,
    Flag,
    Number,
    Date,
    Address,
}

use Type::{Address, Arn, Date, Flag, Number, Text};

/// Keys of KMS, in AWS's spelling.
const OF_KMS: &[(&str, Type)] = &[
    ("kms:BypassPolicyLockoutSafetyCheck", Flag),
    ("kms:CallerAccount", Text),
    ("kms:CustomerMasterKeySpec", Text),
    ("kms:CustomerMasterKeyUsage", Text),
    ("kms:DataKeyPairSpec", Text),
    ("kms:EncryptionAlgorithm", Text),
    ("kms:EncryptionContextKeys", Text),
    ("kms:ExpirationModel", Text),
    ("kms:GrantConstraintSourceArn", Arn),
    ("kms:GrantConstraintType", Text),
    ("kms:GrantIsForAWSResource", Flag),
    ("kms:GrantOperations", Text),
    ("kms:GranteePrincipal", Text),
    ("kms:GranteeServicePrincipal", Text),
    ("kms:KeyAgreementAlgorithm", Text),
    ("kms:KeyOrigin", Text),
    ("kms:KeySpec", Text),
    ("kms:KeyUsage", Text),
    ("kms:MacAlgorithm", Text),
    ("kms:MessageType", Text),
    ("kms:MultiRegion", Flag),
    ("kms:MultiRegionKeyType", Text),
    ("kms:PolicyName", Text),
    ("kms:PrimaryRegion", Text),
    ("kms:ReEncryptOnSameKey", Flag),
    ("kms:ReplicaRegion", Text),
    ("kms:RequestAlias", Text),
    ("kms:RetiringPrincipal", Text),
    ("kms:RetiringServicePrincipal", Text),
    ("kms:RotationPeriodInDays", Number),
    ("kms:ScheduleKeyDeletionPendingWindowInDays", Number),
    ("kms:SigningAlgorithm", Text),
    ("kms:ValidTo", Date),
    ("kms:ViaService", Text),
    ("kms:WrappingAlgorithm", Text),
    ("kms:WrappingKeySpec", Text),
];

/// Global keys, in AWS's spelling.
const GLOBAL: &[(&str, Type)] = &[
    ("aws:AssumedRoot", Text),
    ("aws:CalledVia", Text),
    ("aws:CalledViaFirst", Text),
    ("aws:CalledViaLast", Text),
    ("aws:ChatbotSourceArn", Arn),
    ("aws:CurrentTime", Date),
    ("aws:Ec2InstanceSourcePrivateIPv4", Address),
    ("aws:Ec2InstanceSourceVpc", Text),
    ("aws:EpochTime", Date),
    ("aws:FederatedProvider", Text),
    ("aws:MultiFactorAuthAge", Number),
    ("aws:MultiFactorAuthPresent", Flag),
    ("aws:PrincipalAccount", Text),
    ("aws:PrincipalArn", Arn),
    ("aws:PrincipalIsAWSService", Flag),
    ("aws:PrincipalOrgID", Text),
    ("aws:PrincipalOrgPaths", Text),
    ("aws:PrincipalServiceName", Text),
    ("aws:PrincipalServiceNamesList", Text),
    ("aws:PrincipalType", Text),
    ("aws:referer", Text),
    ("aws:RequestedRegion", Text),
    ("aws:ResourceAccount", Text),
    ("aws:ResourceOrgID", Text),
    ("aws:ResourceOrgPaths", Text),
    ("aws:SecureTransport", Flag),
    ("aws:SourceAccount", Text),
    ("aws:SourceArn", Arn),
    ("aws:SourceIdentity", Text),
    ("aws:SourceIp", Address),
    ("aws:SourceOrgID", Text),
    ("aws:SourceOrgPaths", Text),
    ("aws:SourceVpc", Text),
    ("aws:SourceVpcArn", Arn),
    ("aws:SourceVpce", Text),
    ("aws:TagKeys", Text),
    ("aws:TokenIssueTime", Date),
    ("aws:UserAgent", Text),
    ("aws:userid", Text),
    ("aws:username", Text),
    ("aws:ViaAWSService", Flag),
    ("aws:VpceAccount", Text),
    ("aws:VpceOrgID", Text),
    ("aws:VpceOrgPaths", Text),
    ("aws:VpcSourceIp", Address),
];

/// Starts of keys whose rest is a name of the user's, in lower case.
const NAMED: &[&str] = &["kms:encryptioncontext:", "kms:recipientattestation:", "aws:principaltag/", "aws:requesttag/"];

/// Keys that only IAM policies may have: KMS refuses them in a key policy (AWS KMS developer guide, "AWS KMS condition keys",
/// policy type of each key).
pub(super) fn is_for_iam_only(key: &str) -> bool {
    key == "kms:resourcealiases" || key.starts_with("aws:resourcetag/") || key.starts_with("kms:resourcetag/")
}

/// The type of a key in lower case; `None` for one that is not known here.
pub(super) fn type_of(key: &str) -> Option<Type> {
    let known = OF_KMS.iter().chain(GLOBAL).find(|(name, _)| name.eq_ignore_ascii_case(key));
    known.map(|(_, kind)| *kind).or_else(|| NAMED.iter().any(|start| key.starts_with(start)).then_some(Text))
}

/// All known names.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    OF_KMS.iter().chain(GLOBAL).map(|(name, _)| *name)
}

/// Keys that hold several values; set operators are for them (IAM user guide, "Multivalued context keys").
pub(super) fn has_several(key: &str) -> bool {
    const KEYS: [&str; 9] = [
        "kms:encryptioncontextkeys",
        "kms:grantoperations",
        "aws:calledvia",
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:tagkeys",
        "aws:vpceorgpaths",
    ];
    KEYS.contains(&key)
}

#[cfg(test)]
mod tests {
    use super::{Type, is_for_iam_only, names, type_of};

    #[test]
    fn keys_are_found_in_any_case() {
        let all: Vec<_> = names().collect();
        let lower: std::collections::BTreeSet<_> = all.iter().map(|name| name.to_lowercase()).collect();
        assert_eq!(lower.len(), all.len(), "each once");
        assert!(lower.iter().all(|key| type_of(key).is_some() && !is_for_iam_only(key)));
        assert_eq!(type_of("kms:encryptioncontext:app"), Some(Type::Text));
        assert_eq!(type_of("aws:sourceip"), Some(Type::Address));
        assert_eq!(type_of("kms:viaservce"), None);
        assert!(is_for_iam_only("kms:resourcealiases") && is_for_iam_only("aws:resourcetag/team"));
    }
}
