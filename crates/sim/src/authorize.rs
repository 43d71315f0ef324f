//! Who calls, and whether they may.

mod principals;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::ApiError;
use crate::grant::{Asker, Grant, Terms};
use crate::key::Key;
use crate::policy::{self, Facts, Judgement, Question};
use crate::state::State;

pub(crate) use principals::{exists, principals_exist};

/// The account of callers whose access key names none.
pub(crate) const DEFAULT_ACCOUNT: &str = "123456789012";

/// The identity behind a request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) arn: String,
    /// The principal that IAM knows: the role behind a session, or who calls itself.
    pub(crate) identity: String,
    /// What the request says that conditions of policies may look at.
    pub(crate) facts: Facts,
}

/// A session of temporary credentials is its role's; an access key of 12 digits names an account; any other is the
/// default account's. The caller without a session is a user whom IAM allows everything.
pub(crate) fn caller(state: &State, access_key: &str) -> Caller {
    if let Some(arn) = state.sessions.get(access_key) {
        let account = policy::account_of(arn).unwrap_or_default();
        return Caller { account, arn: arn.clone(), identity: identity_of(state, arn), facts: Facts::new() };
    }
    let names_account = access_key.len() == 12 && access_key.bytes().all(|b| b.is_ascii_digit());
    let account = if names_account { access_key } else { DEFAULT_ACCOUNT };
    let arn = format!("arn:aws:iam::{account}:user/default");
    Caller { account: account.to_owned(), identity: arn.clone(), arn, facts: Facts::new() }
}

/// The principal behind an ARN. A session does not show the path of its role; the role's name is unique in its account.
pub(crate) fn identity_of(state: &State, arn: &str) -> String {
    let Some(role) = policy::role_of(arn).filter(|role| !state.principals.contains_key(role)) else {
        return policy::role_of(arn).unwrap_or_else(|| arn.to_owned());
    };
    let (account, name) = role.split_once(":role/").unwrap_or_default();
    let has_path = |other: &&String| {
        let path = other.strip_prefix(account).and_then(|rest| rest.strip_prefix(":role/"));
        path.and_then(|path| path.rsplit_once('/')).is_some_and(|(_, last)| last == name)
    };
    state.principals.keys().find(has_path).cloned().unwrap_or(role)
}

/// What the caller's own IAM policies say: those that were put, and the lists that a test gave.
fn identity(state: &State, caller: &Caller, question: &Question<'_>) -> Judgement {
    let Some(principal) = state.principals.get(&caller.identity) else {
        let everything = caller.arn.ends_with(":user/default") || caller.arn.ends_with(":root");
        return if everything { Judgement::Allowed } else { Judgement::Silent };
    };
    let action = question.action.to_lowercase();
    let named = |list: &[String]| {
        list.iter().any(|pattern| {
            let pattern = pattern.to_lowercase();
            pattern == action || pattern.strip_suffix('*').is_some_and(|prefix| action.starts_with(prefix))
        })
    };
    let put: Vec<Judgement> =
        principal.policies.values().map(|document| policy::judge_own(&document.parts(), question)).collect();
    if named(&principal.denied) || put.contains(&Judgement::Denied) {
        Judgement::Denied
    } else if named(&principal.allowed) || put.contains(&Judgement::Allowed) {
        Judgement::Allowed
    } else {
        Judgement::Silent
    }
}

/// As [`identity`], for what concerns a resource alone.
fn identity_on(state: &State, caller: &Caller, action: &str, resource: &str) -> Judgement {
    let (context, facts) = (&BTreeMap::new(), &caller.facts);
    identity(
        state,
        caller,
        &Question { principal: &caller.arn, identity: &caller.identity, action, resource, context, facts },
    )
}

/// Operations that keys of other accounts take; all others act on the caller's account alone, whoever allows them.
const ACROSS_ACCOUNTS: [&str; 22] = [
    "CreateGrant",
    "Decapsulate",
    "Decrypt",
    "DeriveSharedSecret",
    "DescribeKey",
    "Encapsulate",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetKeyRotationStatus",
    "GetPublicKey",
    "ListGrants",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
    "RevokeGrant",
    "Sign",
    "Verify",
    "VerifyMac",
];

/// Whether the caller may act on a key, by the key's policy, the caller's IAM policies or a grant.
pub(crate) fn on_key(
    state: &State,
    caller: &Caller,
    action: &str,
    key: &Key,
    context: &BTreeMap<String, String>,
) -> Result<(), ApiError> {
    let operation = action.trim_start_matches("kms:");
    if caller.account != key.account && !ACROSS_ACCOUNTS.contains(&operation) {
        return Err(refusal(caller, action, &key.arn));
    }
    let granted = |asker: Asker<'_>| key.grants.iter().any(|grant| grant.allows(state, asker, operation, context));
    by_policy_or(state, caller, action, key, context, granted)
}

/// Whether the caller may make a grant on a key. Who may do so only by another grant may not give more than it gives;
/// a request without good terms gives nothing.
pub(crate) fn granting(state: &State, caller: &Caller, key: &Key, terms: Option<&Terms>) -> Result<(), ApiError> {
    let within = |grant: &Grant, asker: Asker<'_>| {
        terms.map_or_else(
            || grant.allows(state, asker, "CreateGrant", &BTreeMap::new()),
            |terms| grant.allows_child(state, asker, terms),
        )
    };
    let granted = |asker: Asker<'_>| key.grants.iter().any(|grant| within(grant, asker));
    by_policy_or(state, caller, "kms:CreateGrant", key, &BTreeMap::new(), granted)
}

/// Whether the caller may retire a grant: by the grant itself, or because the account that made it lets them. A key
/// policy has no say in this.
pub(crate) fn retiring(state: &State, caller: &Caller, key: &Key, grant: &Grant) -> Result<(), ApiError> {
    const ACTION: &str = "kms:RetireGrant";
    let by_identity = identity_on(state, caller, ACTION, &key.arn);
    let asker = Asker { caller, allowed_by_iam: by_identity == Judgement::Allowed };
    let delegated = caller.account == grant.terms.issuing_account && asker.allowed_by_iam;
    if by_identity != Judgement::Denied && (delegated || grant.retirable_by(state, asker)) {
        return Ok(());
    }
    Err(refusal(caller, ACTION, &key.arn))
}

/// What the policies leave open, grants may allow; what they deny, nothing allows.
fn by_policy_or(
    state: &State,
    caller: &Caller,
    action: &str,
    key: &Key,
    context: &BTreeMap<String, String>,
    granted: impl Fn(Asker<'_>) -> bool,
) -> Result<(), ApiError> {
    let facts = policy::with_key(&caller.facts, key);
    let question = Question {
        principal: &caller.arn,
        identity: &caller.identity,
        action,
        resource: &key.arn,
        context,
        facts: &facts,
    };
    let allowed_by_iam = identity(state, caller, &question) == Judgement::Allowed;
    match verdict(state, caller, &key.policy.parts(), &key.account, &question) {
        Judgement::Allowed => Ok(()),
        Judgement::Silent if granted(Asker { caller, allowed_by_iam }) => Ok(()),
        _ => Err(refusal(caller, action, &key.arn)),
    }
}

/// Whether the caller may do what concerns no key yet.
pub(crate) fn on_account(state: &State, caller: &Caller, action: &str) -> Result<(), ApiError> {
    if identity_on(state, caller, action, "*") == Judgement::Allowed {
        Ok(())
    } else {
        Err(refusal(caller, action, "*"))
    }
}

/// KMS refuses a policy under which its caller could not put another one on the key, whose ARN is empty before the key is
/// there.
pub(crate) fn lockout(
    state: &State,
    caller: &Caller,
    document: &Value,
    account: &str,
    resource: &str,
) -> Result<(), ApiError> {
    let (context, facts) = (&BTreeMap::new(), &caller.facts);
    let question = Question {
        principal: &caller.arn,
        identity: &caller.identity,
        action: "kms:PutKeyPolicy",
        resource,
        context,
        facts,
    };
    if verdict(state, caller, document, account, &question) == Judgement::Allowed {
        return Ok(());
    }
    Err(ApiError::malformed_policy("The new key policy will not allow you to update the key policy in the future."))
}

/// Allowed, denied or silent, by a key policy and the caller's IAM policies together.
fn verdict(state: &State, caller: &Caller, document: &Value, account: &str, question: &Question<'_>) -> Judgement {
    let by_identity = identity(state, caller, question);
    match policy::judge(document, question) {
        _ if by_identity == Judgement::Denied => Judgement::Denied,
        Judgement::Denied => Judgement::Denied,
        Judgement::Allowed if caller.account == account => Judgement::Allowed,
        Judgement::Allowed | Judgement::AllowedToAccount if by_identity == Judgement::Allowed => Judgement::Allowed,
        _ => Judgement::Silent,
    }
}

/// The refusal of what nothing allows.
pub(crate) fn refusal(caller: &Caller, action: &str, resource: &str) -> ApiError {
    ApiError::new(
        "AccessDeniedException",
        format!(
            "User: {} is not authorized to perform: {action} on resource: {resource} because no policy allows the {action} action",
            caller.arn
        ),
    )
}
