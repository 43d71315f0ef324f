//! Names that other tools give to what this resource has, and what to write instead.
//!
//! They are those of `aws.kms.*` of Pulumi and Terraform, of `CloudFormation`, of the CDK, of Ansible and of the KMS API.
//! A name is compared without regard to case, underscores and hyphens, so one entry serves every spelling.

/// Names of a key's inputs elsewhere, each with what to do here.
const OF_A_KEY: &[(&[&str], &str)] = &[
    (&["customerMasterKeySpec", "keySpecification", "spec"], "write keySpec"),
    (&["usage"], "write keyUsage"),
    (
        &["name", "displayName", "keyName", "aliasNames", "keyAlias"],
        "a KMS key has no name of its own; write alias, such as \"alias/prod/orders\"",
    ),
    (&["namePrefix", "aliasPrefix"], "names are not made up here; write alias with the whole name"),
    (
        &["targetKeyId", "targetKeyArn", "targetKey"],
        "the aliases of this resource always name its own key; remove it, and write alias or aliases",
    ),
    (&["keyPolicy", "policyJson", "policyName"], "write policyDocument for a policy document, or policy for roles"),
    (&["policyDocumentJson", "policyText"], "write policyDocument"),
    (
        &["admins", "administrators", "keyAdministrators", "keyAdmins", "owners", "keyOwners"],
        "write policy.adminRole or policy.adminRoles",
    ),
    (&["users", "keyUsers", "grantPrincipal"], "write policy.usageRoles"),
    (
        &["grant", "grants", "grantTokens"],
        "grants are not managed by this resource; give the roles in policy.usageRoles",
    ),
    (
        &["pendingWindowInDays", "pendingWindow", "pendingWindowDays", "deletionWindow", "deletionWindowInDays"],
        "write deletionWindowDays",
    ),
    (&["removalPolicy"], "write deletionPolicy: RETAIN for RETAIN, SCHEDULE for DESTROY"),
    (&["skipDestroy", "retainOnDelete", "keepOnDestroy"], "write deletionPolicy RETAIN"),
    (&["preventDestroy", "deletionProtection", "deletionProtectionEnabled"], "write deletionPolicy PREVENT"),
    (
        &["enableKeyRotation", "keyRotationEnabled", "rotationEnabled", "enableAutomaticRotation", "rotate"],
        "write enableRotation",
    ),
    (&["rotationPeriodInDays", "rotationPeriod", "rotationDays"], "write rotationPeriodDays"),
    (
        &["rotateOnDemand", "onDemandRotation"],
        "write rotateOnDemandTrigger with a value that you change for each rotation",
    ),
    (&["isEnabled", "state", "keyState"], "write enabled"),
    (&["bypassPolicyLockoutCheck", "bypassLockoutSafetyCheck"], "write bypassPolicyLockoutSafetyCheck"),
    (
        &["primaryKeyArn", "primaryKey", "primaryExternalKeyArn"],
        "replicas belong to the resource of their primary; write replicas there, one entry a Region",
    ),
    (&["replicaRegion", "replicaRegions", "regions"], "write replicas, such as [{ region: \"eu-west-1\" }]"),
    (&["isMultiRegion"], "write multiRegion"),
    (
        &["keyId", "keyArn", "arn", "id"],
        "it is an output; to take over a key that exists, write its ID, ARN or alias as adopt, or import it",
    ),
    (&["keyMaterialBase64", "keyMaterial", "validTo"], "imported key material is not supported; remove it"),
    (
        &["defaultTags"],
        "default tags belong to the provider: `pulumi config set --path awskms:defaultTags.tags.NAME VALUE`",
    ),
];

/// Names of the provider's settings elsewhere.
const OF_THE_PROVIDER: &[(&[&str], &str)] = &[
    (&["accessKeyId", "awsAccessKeyId"], "write accessKey"),
    (&["secretAccessKey", "awsSecretAccessKey"], "write secretKey"),
    (&["sessionToken", "awsSessionToken", "securityToken"], "write token"),
    (&["assumeRole", "roleArn"], "write assumeRoles, a list"),
    (&["endpointUrl", "kmsEndpoint"], "write endpoint, or endpoints.kms"),
    (&["stsEndpoint"], "write endpoints.sts"),
    (&["maxAttempts"], "write maxRetries"),
    (&["useFips"], "write useFipsEndpoint"),
    (&["useDualstack"], "write useDualstackEndpoint"),
    (&["sharedCredentialsFile"], "write sharedCredentialsFiles, a list"),
    (&["sharedConfigFile"], "write sharedConfigFiles, a list"),
    (
        &["skipCredentialsValidation", "skipMetadataApiCheck", "s3UsePathStyle"],
        "there is nothing of the kind to skip or to set here; remove it",
    ),
];

/// Longer than the longest name of the tables.
const LONGEST: usize = 64;

/// What to do about a name that a message of the definition does not have and another tool has.
pub(super) fn hint(message: &str, name: &str) -> Option<&'static str> {
    let table = match message {
        "AwsKmsKeySpec" => OF_A_KEY,
        "ProviderConfig" => OF_THE_PROVIDER,
        _ => return None,
    };
    if name.len() > LONGEST {
        return None;
    }
    let wanted = plain(name);
    table.iter().find(|(names, _)| names.iter().any(|known| plain(known) == wanted)).map(|(_, hint)| *hint)
}

/// What to do about a value of another type, where other tools have a property of this name with that type.
pub(super) fn type_hint(name: &str, is_text: bool) -> Option<&'static str> {
    match (name, is_text) {
        ("policy", true) => Some("for a policy document write policyDocument; policy takes roles"),
        _ => None,
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{OF_A_KEY, OF_THE_PROVIDER, hint, plain};
    use crate::spec::generated::{AWS_KMS_KEY_SPEC, PROVIDER_CONFIG};
    use crate::spec::table::Message;

    #[test]
    fn every_spelling_gets_the_hint() {
        for name in ["pendingWindowInDays", "pending_window_in_days", "PendingWindowInDays", "PENDING-WINDOW-IN-DAYS"] {
            assert_eq!(hint("AwsKmsKeySpec", name), Some("write deletionWindowDays"), "{name}");
        }
        assert_eq!(hint("AwsKmsKeySpec", "colour"), None);
        assert_eq!(hint("AwsKmsKeySpec", &"name".repeat(100_000)), None);
    }

    /// A hint for a name that is taken as it is would never be seen, and one that names what there is not leads nowhere.
    #[test]
    fn hints_are_for_names_of_others_and_name_ours() {
        for (table, message) in [(OF_A_KEY, &AWS_KMS_KEY_SPEC), (OF_THE_PROVIDER, &PROVIDER_CONFIG)] {
            let mut seen = BTreeSet::new();
            for (names, hint) in table {
                for name in *names {
                    assert!(seen.insert(plain(name)), "{name} is there twice");
                    assert!(!is_ours(message, name), "{name} is a name of ours");
                }
                if let Some(ours) = hint.strip_prefix("write ") {
                    let end = ours.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(ours.len());
                    assert!(is_ours(message, &ours[..end]), "{hint}");
                }
            }
        }
    }

    fn is_ours(message: &Message, name: &str) -> bool {
        message.fields.iter().any(|field| !field.hidden && (field.name == name || field.also.contains(&name)))
    }
}
