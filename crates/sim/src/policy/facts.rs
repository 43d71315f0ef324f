//! What conditions of policies may look at besides the caller and the encryption context.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::texts;
use crate::key::Key;

/// Values by condition key in small letters.
pub(crate) type Facts = BTreeMap<String, Vec<String>>;

/// Condition keys and the members of requests that they look at.
const MEMBERS: &[(&str, &str)] = &[
    ("kms:bypasspolicylockoutsafetycheck", "BypassPolicyLockoutSafetyCheck"),
    ("kms:datakeypairspec", "KeyPairSpec"),
    ("kms:encryptionalgorithm", "EncryptionAlgorithm"),
    ("kms:expirationmodel", "ExpirationModel"),
    ("kms:grantoperations", "Operations"),
    ("kms:granteeprincipal", "GranteePrincipal"),
    ("kms:granteeserviceprincipal", "GranteeServicePrincipal"),
    ("kms:keyagreementalgorithm", "KeyAgreementAlgorithm"),
    ("kms:macalgorithm", "MacAlgorithm"),
    ("kms:messagetype", "MessageType"),
    ("kms:primaryregion", "PrimaryRegion"),
    ("kms:replicaregion", "ReplicaRegion"),
    ("kms:policyname", "PolicyName"),
    ("kms:retiringprincipal", "RetiringPrincipal"),
    ("kms:retiringserviceprincipal", "RetiringServicePrincipal"),
    ("kms:rotationperiodindays", "RotationPeriodInDays"),
    ("kms:schedulekeydeletionpendingwindowindays", "PendingWindowInDays"),
    ("kms:signingalgorithm", "SigningAlgorithm"),
    ("kms:validto", "ValidTo"),
    ("kms:wrappingalgorithm", "WrappingAlgorithm"),
    ("kms:wrappingkeyspec", "WrappingKeySpec"),
];

/// What a request says.
pub(crate) fn of_request(operation: &str, members: &Map<String, Value>) -> Facts {
    let mut facts: Facts = MEMBERS
        .iter()
        .filter_map(|(key, member)| Some(((*key).to_owned(), texts(members.get(*member)?))))
        .filter(|(_, values)| !values.is_empty())
        .collect();
    if let Some((key, value)) = implied(operation) {
        facts.entry(key.to_owned()).or_insert_with(|| vec![value.to_owned()]);
    }
    let constraints = members.get("Constraints").and_then(Value::as_object);
    if let Some(arn) = constraints.and_then(|kinds| kinds.get("SourceArn")).and_then(Value::as_str) {
        facts.insert("kms:grantconstraintsourcearn".into(), vec![arn.to_owned()]);
    }
    if let Some(kinds) = constraints.filter(|kinds| !kinds.is_empty()) {
        facts.insert("kms:grantconstrainttype".into(), kinds.keys().cloned().collect());
    }
    if let Some(alias) = members.get("KeyId").and_then(Value::as_str).filter(|name| name.starts_with("alias/")) {
        facts.insert("kms:requestalias".into(), vec![alias.to_owned()]);
    }
    tags(members, &mut facts);
    facts
}

/// What a request means that does not say otherwise.
fn implied(operation: &str) -> Option<(&'static str, &'static str)> {
    Some(match operation {
        "Encrypt" | "Decrypt" => ("kms:encryptionalgorithm", "SYMMETRIC_DEFAULT"),
        name if name.starts_with("GenerateDataKey") => ("kms:encryptionalgorithm", "SYMMETRIC_DEFAULT"),
        "GetKeyPolicy" | "PutKeyPolicy" => ("kms:policyname", "default"),
        "Sign" | "Verify" => ("kms:messagetype", "RAW"),
        // Only services of AWS make grants for their resources; their calls say so themselves.
        "CreateGrant" | "ListGrants" | "RevokeGrant" => ("kms:grantisforawsresource", "false"),
        _ => return None,
    })
}

fn tags(members: &Map<String, Value>, facts: &mut Facts) {
    for tag in members.get("Tags").and_then(Value::as_array).into_iter().flatten() {
        if let (Some(name), Some(value)) = (tag["TagKey"].as_str(), tag["TagValue"].as_str()) {
            facts.insert(format!("aws:requesttag/{}", name.to_lowercase()), vec![value.to_owned()]);
            facts.entry("aws:tagkeys".into()).or_default().push(name.to_owned());
        }
    }
    if let Some(names) = members.get("TagKeys") {
        facts.entry("aws:tagkeys".into()).or_default().extend(texts(names));
    }
}

/// What the key of a request adds.
pub(crate) fn with_key(request: &Facts, key: &Key) -> Facts {
    let mut facts = request.clone();
    for (name, value) in [
        ("kms:customermasterkeyspec", key.spec.as_str()),
        ("kms:customermasterkeyusage", key.usage.as_str()),
        ("kms:keyorigin", key.origin.as_str()),
        ("kms:keyspec", key.spec.as_str()),
        ("kms:keyusage", key.usage.as_str()),
        ("aws:resourceaccount", key.account.as_str()),
        ("kms:multiregion", if key.multi_region { "true" } else { "false" }),
    ] {
        facts.insert(name.to_owned(), vec![value.to_owned()]);
    }
    for (name, value) in &key.tags {
        facts.insert(format!("aws:resourcetag/{}", name.to_lowercase()), vec![value.clone()]);
    }
    facts
}
