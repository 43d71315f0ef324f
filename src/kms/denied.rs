//! What a person can do about "access denied", by what AWS says of it.
//!
//! AWS names the caller, the action, mostly the resource, and why: which kind of policy denies, or does not allow (IAM user
//! guide, "Troubleshoot access denied error messages"). Each kind is changed elsewhere, so the advice follows it.

/// The advice. `operation` and `region` are those of the call, `message` is AWS's.
pub(super) fn advice(operation: &str, region: &str, message: &str) -> String {
    let action = action(message).map_or_else(|| format!("kms:{operation}"), str::to_owned);
    let there = elsewhere(message, region, &action, operation);
    let has_key = has_key(operation, &action, message);
    let by_key = "the key's policy";
    let wherever = if has_key { "in its IAM policy and in the key's policy" } else { "in its IAM policy" };
    let denied = |by: &str| message.contains(&format!("explicit deny in {by}"));
    let unallowed = |by: &str| message.contains(&format!("no {by} allows"));
    if message.contains("service control policy") {
        return format!(
            "A service control policy of the organization forbids {action}{there}: neither IAM policies nor key policies can allow \
             it. Whoever administers the organization can."
        );
    }
    if message.contains("resource control policy") {
        return format!(
            "A resource control policy of the organization forbids {action}{there}: neither IAM policies nor key policies can \
             allow it. Whoever administers the organization can."
        );
    }
    if message.contains("permissions boundary") {
        return format!(
            "The caller's permissions boundary leaves {action} out{there}: whoever manages the boundary can add it."
        );
    }
    if message.contains("session policy") {
        return format!(
            "The session's own policy leaves {action} out{there}: change it where the session is made, such as the provider's \
             assumeRoles."
        );
    }
    if message.contains("VPC endpoint policy") {
        return format!(
            "The policy of the VPC endpoint that the call goes through leaves {action} out{there}: allow it there."
        );
    }
    if denied("a resource-based policy") && has_key {
        return format!("A statement of {by_key} denies {action}{there}: remove it, or except the caller from it.");
    }
    if denied("an identity-based policy") {
        return format!(
            "A Deny in the caller's IAM policies forbids {action}{there}: remove it, or except this key from it."
        );
    }
    if unallowed("resource-based policy") && has_key {
        return format!(
            "Allow {action} to the caller in {by_key}{there}, or let the account's IAM policies decide by a statement for the account."
        );
    }
    if unallowed("identity-based policy") {
        let too = if has_key { ", if the key's policy leaves it to IAM; else in the key's policy" } else { "" };
        return format!("Allow {action} to the caller in its IAM policy{there}{too}.");
    }
    format!("Allow {action} to the caller{there}, {wherever}.")
}

/// The action that AWS names; one call can need several.
fn action(message: &str) -> Option<&str> {
    let rest = message.split_once("perform: ")?.1;
    let action = rest.split([' ', ',']).next()?.trim_end_matches('.');
    let (service, name) = action.split_once(':')?;
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (plain(service) && plain(name)).then_some(action)
}

/// The resource that AWS names.
fn resource(message: &str) -> Option<&str> {
    message.split_once("on resource: ")?.1.split(' ').next()
}

/// In which other Region: a replica needs a permission where it comes to be.
fn elsewhere(message: &str, region: &str, action: &str, operation: &str) -> String {
    let of_resource = resource(message).and_then(|arn| arn.split(':').nth(3)).filter(|of| !of.is_empty() && *of != "*");
    match of_resource {
        Some(of) if of != region => format!(" in {of}"),
        None if (action, operation) == ("kms:CreateKey", "ReplicateKey") => " in the Region of the replica".to_owned(),
        _ => String::new(),
    }
}

/// Whether there is a key whose policy could allow the action.
fn has_key(operation: &str, action: &str, message: &str) -> bool {
    const WITHOUT: [&str; 5] = ["CreateKey", "ListKeys", "ListAliases", "GenerateRandom", "GetCallerIdentity"];
    let by_name = action.split_once(':').is_some_and(|(service, name)| service != "kms" || WITHOUT.contains(&name));
    let on_alias = resource(message).is_some_and(|arn| arn.contains(":alias/"));
    !(WITHOUT.contains(&operation) || by_name || on_alias)
}

#[cfg(test)]
mod tests {
    use super::advice;

    const USER: &str = "User: arn:aws:sts::111122223333:assumed-role/Deploy/s is not authorized to perform:";
    const KEY: &str = "on resource: arn:aws:kms:eu-west-1:111122223333:key/k";

    #[test]
    fn advice_follows_what_aws_says() {
        let cases = [
            (
                "CreateKey",
                "kms:CreateKey on resource: * because no identity-based policy allows the kms:CreateKey action",
                "Allow kms:CreateKey to the caller in its IAM policy.",
            ),
            (
                "CreateKey",
                "kms:TagResource because no identity-based policy allows the kms:TagResource action",
                "Allow kms:TagResource to the caller in its IAM policy.",
            ),
            (
                "ReplicateKey",
                "kms:CreateKey on resource: arn:aws:kms:us-east-1:111122223333:key/* because no identity-based policy allows the kms:CreateKey action",
                "Allow kms:CreateKey to the caller in its IAM policy in us-east-1.",
            ),
            (
                "ReplicateKey",
                "kms:CreateKey because no identity-based policy allows the kms:CreateKey action",
                "in the Region of the replica.",
            ),
            (
                "PutKeyPolicy",
                &format!("kms:PutKeyPolicy {KEY} because no resource-based policy allows the kms:PutKeyPolicy action"),
                "Allow kms:PutKeyPolicy to the caller in the key's policy, or let",
            ),
            (
                "PutKeyPolicy",
                &format!("kms:PutKeyPolicy {KEY} because no identity-based policy allows the kms:PutKeyPolicy action"),
                "in its IAM policy, if the key's policy leaves it to IAM",
            ),
            (
                "PutKeyPolicy",
                &format!("kms:PutKeyPolicy {KEY} with an explicit deny in a resource-based policy"),
                "A statement of the key's policy denies kms:PutKeyPolicy",
            ),
            (
                "EnableKey",
                &format!("kms:EnableKey {KEY} with an explicit deny in an identity-based policy"),
                "A Deny in the caller's IAM policies",
            ),
            (
                "EnableKey",
                &format!("kms:EnableKey {KEY} with an explicit deny in a service control policy"),
                "administers the organization",
            ),
            (
                "CreateKey",
                "kms:CreateKey with an explicit deny in a resource control policy",
                "resource control policy",
            ),
            (
                "EnableKey",
                &format!("kms:EnableKey {KEY} because no permissions boundary allows the kms:EnableKey action"),
                "permissions boundary",
            ),
            (
                "EnableKey",
                &format!("kms:EnableKey {KEY} because no session policy allows the kms:EnableKey action"),
                "session's own policy",
            ),
            (
                "EnableKey",
                &format!("kms:EnableKey {KEY} because no VPC endpoint policy allows the kms:EnableKey action"),
                "VPC endpoint",
            ),
            (
                "CreateAlias",
                "kms:CreateAlias on resource: arn:aws:kms:eu-west-1:111122223333:alias/x because no identity-based policy allows the kms:CreateAlias action",
                "Allow kms:CreateAlias to the caller in its IAM policy.",
            ),
            (
                "ListAliases",
                "kms:ListAliases on resource: *",
                "Allow kms:ListAliases to the caller, in its IAM policy.",
            ),
        ];
        for (operation, said, part) in cases {
            let text = advice(operation, "eu-west-1", &format!("{USER} {said}"));
            assert!(text.contains(part), "{said}: {text}");
        }
        assert_eq!(
            advice("DescribeKey", "eu-west-1", "Access denied"),
            "Allow kms:DescribeKey to the caller, in its IAM policy and in the key's policy."
        );
    }

    #[test]
    fn where_there_is_no_key_its_policy_is_not_named() {
        for because in [
            "",
            " because no resource-based policy allows it",
            " with an explicit deny in a resource-based policy",
            " because no identity-based policy allows it",
        ] {
            for action in ["kms:CreateKey", "kms:TagResource"] {
                let text = advice("CreateKey", "eu-west-1", &format!("{USER} {action} on resource: *{because}"));
                assert!(!text.contains("key's policy") && text.contains(action), "{text}");
            }
        }
    }
}
