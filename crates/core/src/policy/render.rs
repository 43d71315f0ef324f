//! From a typed policy to the JSON that KMS takes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{TypedPolicy, actions};
use crate::spec::generated::AccountAccess;

/// The key that a policy is for.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// `aws`, `aws-cn`, …
    pub partition: &'a str,
    /// The key's account, 12 digits.
    pub account: &'a str,
    /// KMS's name of the usage.
    pub key_usage: &'a str,
    /// KMS's name of the kind of material.
    pub key_spec: &'a str,
    /// Whether the key can be replicated.
    pub multi_region: bool,
}

/// Labels of the statements. They stay what they are: AWS shows them in the console and in `CloudTrail`, and
/// [`recover`](super::recover()) finds the statements by them.
pub(super) mod sid {
    pub(in crate::policy) const ACCOUNT_ADMINISTRATION: &str = "AccountAdministration";
    pub(in crate::policy) const ACCOUNT_FULL_ACCESS: &str = "AccountFullAccess";
    pub(in crate::policy) const KEY_ADMINISTRATION: &str = "KeyAdministration";
    pub(in crate::policy) const KEY_LOOKUP: &str = "KeyLookup";
    pub(in crate::policy) const KEY_USAGE: &str = "KeyUsage";
}

/// The document that a typed policy stands for. `Resource` is always `*`: in a key policy that means this key.
///
/// The encryption context stands on the use of data and on nothing else: looking a key up carries no context, so the
/// condition would deny it. On a key whose operations carry none at all (Check refuses that) the condition is written all
/// the same: nobody could use the key, where leaving it out would give more than was asked for.
pub fn render(policy: &TypedPolicy, facts: &Facts<'_>) -> Value {
    let administration = actions::administration(facts.key_spec, facts.multi_region);
    let usage = actions::usage(facts.key_usage, facts.key_spec);
    let root = root(facts.partition, facts.account);
    let mut statements = vec![];
    match policy.account_access {
        // Whoever IAM allows can manage the key, so it can never become unmanageable; data stays with the usage roles.
        AccountAccess::Administration => {
            statements.push(allow(sid::ACCOUNT_ADMINISTRATION, &[root], &administration));
        }
        AccountAccess::Full => statements.push(allow(sid::ACCOUNT_FULL_ACCESS, &[root], &["kms:*"])),
        AccountAccess::None => {}
    }
    let administrators = sorted(&policy.admin_roles);
    if !administrators.is_empty() {
        statements.push(allow(sid::KEY_ADMINISTRATION, &administrators, &administration));
    }
    let users = sorted(&policy.usage_roles);
    if !users.is_empty() {
        statements.push(allow(sid::KEY_LOOKUP, &users, usage.looking_up));
        statements.extend(key_usage(&users, usage.cryptographic, &policy.encryption_context));
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// `None` for a usage that this version does not know: KMS refuses a statement with an empty list of actions.
fn key_usage(users: &[String], actions: &[&str], context: &BTreeMap<String, String>) -> Option<Value> {
    if actions.is_empty() {
        return None;
    }
    let mut statement = allow(sid::KEY_USAGE, users, actions);
    if !context.is_empty() {
        statement["Condition"] = json!({ "StringEquals": context_keys(context) });
    }
    Some(statement)
}

/// The policy that KMS gives a key without one: the account's IAM policies decide everything
/// (AWS KMS developer guide, "Default key policy").
pub fn default_policy(partition: &str, account: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": { "AWS": root(partition, account) },
            "Action": "kms:*",
            "Resource": "*",
        }],
    })
}

fn root(partition: &str, account: &str) -> String {
    format!("arn:{partition}:iam::{account}:root")
}

fn allow(sid: &str, principals: &[String], actions: &[&str]) -> Value {
    json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": { "AWS": principals },
        "Action": actions,
        "Resource": "*",
    })
}

fn context_keys(context: &BTreeMap<String, String>) -> BTreeMap<String, &str> {
    context.iter().map(|(key, value)| (format!("kms:EncryptionContext:{key}"), value.as_str())).collect()
}

/// Order and repetition in the inputs mean nothing, so the document has neither.
fn sorted(roles: &[String]) -> Vec<String> {
    let mut roles = roles.to_vec();
    roles.sort_unstable();
    roles.dedup();
    roles
}

#[cfg(test)]
mod tests {
    use super::{Facts, TypedPolicy, render};
    use crate::spec::generated::AccountAccess;

    const FACTS: Facts<'static> = Facts {
        partition: "aws",
        account: "123456789012",
        key_usage: "ENCRYPT_DECRYPT",
        key_spec: "SYMMETRIC_DEFAULT",
        multi_region: false,
    };

    #[test]
    fn the_article_s_policy_restricts_every_use_to_its_context() {
        let policy = TypedPolicy {
            admin_roles: vec!["arn:aws:iam::123456789012:role/SecurityAdmin".into()],
            usage_roles: vec!["arn:aws:iam::123456789012:role/RDSServiceRole".into()],
            encryption_context: [("App".to_owned(), "CustomerDatabase".to_owned())].into(),
            account_access: AccountAccess::Administration,
        };
        let document = render(&policy, &FACTS);
        let statements = document["Statement"].as_array().expect("a list");
        assert_eq!(statements.len(), 4);
        for statement in statements {
            let uses_data = statement["Action"].to_string().contains("kms:Decrypt");
            let bound = statement["Condition"]["StringEquals"]["kms:EncryptionContext:App"] == "CustomerDatabase";
            assert_eq!(uses_data, bound, "{statement}");
            assert_eq!(statement["Resource"], "*");
        }
    }
}
