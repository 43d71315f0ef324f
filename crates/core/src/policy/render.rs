//! From a typed policy to the JSON that KMS takes.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::written::Written;
use super::{TypedPolicy, actions, role_access, services};
use crate::spec::generated::AccountAccess;

/// The key that a policy is for.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// `aws`, `aws-cn`, …
    pub partition: &'a str,
    /// The key's account, 12 digits.
    pub account: &'a str,
    /// The key's Region; of a replica its own.
    pub region: &'a str,
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
/// the same: nobody could use the key, where leaving it out would give more than was asked for. AWS services send a context
/// of their own, so it does not stand on what is done through them.
pub fn render(policy: &TypedPolicy, facts: &Facts<'_>) -> Value {
    let mut statements = own_statements(policy, facts);
    statements.extend(policy.additional_statements.iter().cloned());
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// Additional statements, by place, whose Sid another statement of the policy has.
pub fn colliding<'a>(policy: &'a TypedPolicy, facts: &Facts<'_>) -> impl Iterator<Item = (usize, &'a str)> {
    let own = own_statements(policy, facts);
    let own: BTreeSet<String> =
        own.iter().filter_map(|statement| Some(statement.get("Sid")?.as_str()?.to_owned())).collect();
    let sids = policy.additional_statements.iter().enumerate();
    let sids = sids.filter_map(|(index, statement)| Some((index, statement.get("Sid")?.as_str()?)));
    sids.filter(move |(_, sid)| own.contains(*sid))
}

/// The statements that are written here, in an order that stays.
fn own_statements(policy: &TypedPolicy, facts: &Facts<'_>) -> Vec<Value> {
    let administration = actions::administration(facts.key_spec, facts.multi_region);
    let usage = actions::usage(facts.key_usage, facts.key_spec);
    let root = vec![facts.root_of(facts.account)];
    let mut statements = vec![];
    match policy.account_access {
        // Whoever IAM allows can manage the key, so it can never become unmanageable; data stays with the usage roles.
        AccountAccess::Administration => {
            statements.push(allow(sid::ACCOUNT_ADMINISTRATION, &root, &administration));
        }
        AccountAccess::Full => statements.push(allow(sid::ACCOUNT_FULL_ACCESS, &root, &["kms:*"])),
        AccountAccess::None => {}
    }
    let administrators = facts.roles(&policy.admin_roles);
    if !administrators.is_empty() {
        statements.push(allow(sid::KEY_ADMINISTRATION, &administrators, &administration));
    }
    let users = facts.roles(&policy.usage_roles);
    if !users.is_empty() {
        statements.push(allow(sid::KEY_LOOKUP, &users, usage.looking_up));
        // A usage that this version does not know has no actions: KMS refuses a statement with an empty list.
        if !usage.cryptographic.is_empty() {
            let usage = Written::allow(sid::KEY_USAGE, json!({ "AWS": users }), usage.cryptographic);
            statements.push(usage.with_context(&policy.encryption_context).value());
        }
    }
    statements.extend(role_access::statements(&policy.access, facts));
    statements.extend(services::statements(&policy.services, &policy.usage_roles, facts));
    let mut accounts: Vec<_> = policy.trusted_accounts.iter().collect();
    accounts.sort_unstable();
    statements.extend(accounts.iter().flat_map(|account| account.statements(facts)));
    statements.extend(policy.organization.iter().flat_map(|organization| organization.statements(facts)));
    statements.extend(policy.protect.statements(facts));
    statements
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
    Written::allow(sid, json!({ "AWS": principals }), actions).value()
}

#[cfg(test)]
mod tests {
    use super::{Facts, TypedPolicy, render};
    use crate::spec::generated::AccountAccess;

    const FACTS: Facts<'static> = Facts {
        partition: "aws",
        account: "123456789012",
        region: "eu-central-1",
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
            ..TypedPolicy::nobody()
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
