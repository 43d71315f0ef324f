//! A call whose permission is asked for, and what its conditions can know of it.

use std::collections::BTreeMap;

use super::actions;
use super::caller::{Caller, Kind};
use super::grammar::{CONTEXT, condition_key};

/// By what way a call reaches KMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via<'a> {
    /// The principal calls KMS itself.
    Directly,
    /// An AWS service calls on the principal's behalf; its name as `kms:ViaService` has it, such as
    /// `s3.eu-west-1.amazonaws.com`.
    Service(&'a str),
    /// It is not known, or either may happen.
    Unstated,
}

/// A call on one key: who, what, and what is known about it.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// ARN of a role, user or session, an account ID, a service principal, or `*` for somebody who is named nowhere.
    pub principal: &'a str,
    /// One action, such as `kms:Decrypt`, without wildcards.
    pub action: &'a str,
    /// The encryption context of the call. It counts only for actions that carry one.
    pub encryption_context: &'a BTreeMap<String, String>,
    /// The key's account, 12 digits.
    pub account: &'a str,
    /// By what way.
    pub via: Via<'a>,
    /// What else is known: names of condition keys in lower case, and their values.
    pub facts: &'a BTreeMap<String, String>,
}

/// What is known of one condition key in one call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// The call has it, with these values.
    Values(Vec<String>),
    /// The ARN of the role behind a session: account and name are known, the role's path is not.
    RoleOf { arn_of_account: String, name: String },
    /// The call does not have it.
    Absent,
    /// Nobody can tell before the call.
    Unknown,
}

impl Request<'_> {
    /// What is known of a condition key, by AWS's definition of it (IAM user guide, "AWS global condition context keys";
    /// AWS KMS developer guide, "AWS KMS condition keys").
    pub(super) fn known(&self, caller: &Caller<'_>, key: &str) -> Known {
        let key = condition_key(key);
        if let Some(value) = self.facts.get(&key) {
            return one(value);
        }
        if let Some(name) = key.strip_prefix(CONTEXT) {
            return self.context_value(name);
        }
        match key.as_str() {
            "kms:encryptioncontextkeys" => self.context_keys(),
            "kms:calleraccount" | "aws:principalaccount" => caller.account.map_or(Known::Unknown, one),
            "aws:principalarn" => principal_arn(self.principal, caller),
            "aws:principaltype" => principal_type(caller),
            "aws:username" => user_name(caller),
            "aws:principalisawsservice" => one(if caller.kind == Kind::Service { "true" } else { "false" }),
            // KMS has no other endpoints (AWS KMS developer guide, "Infrastructure security").
            "aws:securetransport" => one("true"),
            _ => self.known_by_way(caller, &key),
        }
    }

    fn known_by_way(&self, caller: &Caller<'_>, key: &str) -> Known {
        match (key, self.via) {
            // It is there when a service passes on a principal's call, not when it calls for itself.
            ("kms:viaservice", via) if via == Via::Directly || caller.kind == Kind::Service => Known::Absent,
            ("kms:viaservice", Via::Service(name)) => one(name),
            // Only the three operations on grants have it; the guide gives no other.
            ("kms:grantisforawsresource", _) if !actions::ON_GRANTS.contains(&self.action) => Known::Absent,
            ("aws:viaawsservice" | "kms:grantisforawsresource", Via::Directly) => one("false"),
            // Only the three operations that set a policy have it, and a call without it asks for the check.
            ("kms:bypasspolicylockoutsafetycheck", via)
                if via == Via::Directly || !SETTING_A_POLICY.contains(&self.action) =>
            {
                Known::Absent
            }
            // A service says for which resource it calls.
            ("aws:sourcearn" | "aws:sourceaccount" | "aws:sourceorgid" | "aws:sourceorgpaths", _)
                if caller.kind == Kind::Service =>
            {
                Known::Unknown
            }
            ("aws:calledvia" | "aws:sourcearn" | "aws:sourceaccount" | "aws:sourceorgid", Via::Directly) => {
                Known::Absent
            }
            _ => Known::Unknown,
        }
    }

    /// Context names differ by case in a call, but not in a condition: all that fit are looked at.
    fn context_value(&self, name: &str) -> Known {
        let fitting = |(key, _): &(&String, &String)| condition_key(key) == name;
        let values: Vec<String> = self.context().filter(fitting).map(|(_, value)| value.clone()).collect();
        match values.len() {
            0 => Known::Absent,
            1 => Known::Values(values),
            // The guide does not say which of two names that differ by case is taken.
            _ => Known::Unknown,
        }
    }

    fn context_keys(&self) -> Known {
        let keys: Vec<String> = self.context().map(|(key, _)| key.clone()).collect();
        if keys.is_empty() { Known::Absent } else { Known::Values(keys) }
    }

    fn context(&self) -> impl Iterator<Item = (&String, &String)> {
        let carried = actions::carries_context(self.action);
        self.encryption_context.iter().filter(move |_| carried)
    }
}

const SETTING_A_POLICY: [&str; 3] = ["kms:CreateKey", "kms:PutKeyPolicy", "kms:ReplicateKey"];

fn one(value: &str) -> Known {
    Known::Values(vec![value.to_owned()])
}

fn principal_arn(arn: &str, caller: &Caller<'_>) -> Known {
    match (caller.kind, caller.account) {
        (Kind::Session(role), Some(_)) => {
            let start: Vec<&str> = arn.splitn(6, ':').collect();
            let arn_of_account = format!("arn:{}:iam::{}:", start[1], start[4]);
            Known::RoleOf { arn_of_account, name: role.to_owned() }
        }
        (Kind::User(_) | Kind::Role(_) | Kind::Federated, _) => one(arn),
        (Kind::Root, _) if arn.starts_with("arn:") => one(arn),
        _ => Known::Unknown,
    }
}

fn principal_type(caller: &Caller<'_>) -> Known {
    match caller.kind {
        Kind::Root => one("Account"),
        Kind::User(_) => one("User"),
        Kind::Role(_) | Kind::Session(_) => one("AssumedRole"),
        Kind::Federated => one("FederatedUser"),
        Kind::Service | Kind::Anyone => Known::Unknown,
    }
}

fn user_name(caller: &Caller<'_>) -> Known {
    match caller.kind {
        Kind::User(name) => one(name),
        Kind::Root | Kind::Role(_) | Kind::Session(_) => Known::Absent,
        Kind::Federated | Kind::Service | Kind::Anyone => Known::Unknown,
    }
}
