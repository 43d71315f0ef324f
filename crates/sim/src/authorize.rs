//! Who calls, and whether they may.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::ApiError;
use crate::key::Key;
use crate::policy::{self, Judgement, Question};
use crate::state::State;

/// The account of callers whose access key names none.
pub(crate) const DEFAULT_ACCOUNT: &str = "123456789012";

/// The identity behind a request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) arn: String,
}

/// A session of temporary credentials is its role's; an access key of 12 digits names an account; any other is the
/// default account's. The caller without a session is a user whom IAM allows everything.
pub(crate) fn caller(state: &State, access_key: &str) -> Caller {
    if let Some(arn) = state.sessions.get(access_key) {
        let account = policy::account_of(arn).unwrap_or_default();
        return Caller { account, arn: arn.clone() };
    }
    let names_account = access_key.len() == 12 && access_key.bytes().all(|b| b.is_ascii_digit());
    let account = if names_account { access_key } else { DEFAULT_ACCOUNT };
    Caller { account: account.to_owned(), arn: format!("arn:aws:iam::{account}:user/default") }
}

/// What the caller's own IAM policies say to an action.
fn identity(state: &State, caller: &Caller, action: &str) -> Judgement {
    let name = policy::role_of(&caller.arn).unwrap_or_else(|| caller.arn.clone());
    let Some(principal) = state.principals.get(&name) else {
        let everything = caller.arn.ends_with(":user/default") || caller.arn.ends_with(":root");
        return if everything { Judgement::Allowed } else { Judgement::Silent };
    };
    let named = |list: &[String]| {
        list.iter().any(|pattern| {
            let (pattern, action) = (pattern.to_lowercase(), action.to_lowercase());
            pattern == action || pattern.strip_suffix('*').is_some_and(|prefix| action.starts_with(prefix))
        })
    };
    if named(&principal.denied) {
        Judgement::Denied
    } else if named(&principal.allowed) {
        Judgement::Allowed
    } else {
        Judgement::Silent
    }
}

/// Whether the caller may act on a key, by the key's policy and the caller's IAM policies.
pub(crate) fn on_key(
    state: &State,
    caller: &Caller,
    action: &str,
    key: &Key,
    context: &BTreeMap<String, String>,
) -> Result<(), ApiError> {
    if allowed(state, caller, action, &key.policy.parts(), &key.account, context) {
        return Ok(());
    }
    Err(denied(caller, action, &key.arn))
}

/// Whether the caller may do what concerns no key yet.
pub(crate) fn on_account(state: &State, caller: &Caller, action: &str) -> Result<(), ApiError> {
    if identity(state, caller, action) == Judgement::Allowed { Ok(()) } else { Err(denied(caller, action, "*")) }
}

/// KMS refuses a policy under which its caller could not put another one.
pub(crate) fn lockout(state: &State, caller: &Caller, document: &Value, account: &str) -> Result<(), ApiError> {
    if allowed(state, caller, "kms:PutKeyPolicy", document, account, &BTreeMap::new()) {
        return Ok(());
    }
    Err(ApiError::malformed_policy("The new key policy will not allow you to update the key policy in the future."))
}

fn allowed(
    state: &State,
    caller: &Caller,
    action: &str,
    document: &Value,
    account: &str,
    context: &BTreeMap<String, String>,
) -> bool {
    let by_identity = identity(state, caller, action);
    let question = Question { principal: &caller.arn, action, context };
    match policy::judge(document, &question) {
        _ if by_identity == Judgement::Denied => false,
        Judgement::Denied | Judgement::Silent => false,
        Judgement::Allowed => caller.account == account || by_identity == Judgement::Allowed,
        Judgement::AllowedToAccount => by_identity == Judgement::Allowed,
    }
}

fn denied(caller: &Caller, action: &str, resource: &str) -> ApiError {
    ApiError::new(
        "AccessDeniedException",
        format!(
            "User: {} is not authorized to perform: {action} on resource: {resource} because no policy allows the {action} action",
            caller.arn
        ),
    )
}

/// Principals of a policy must exist, and KMS must have heard of them.
pub(crate) fn principals_exist(state: &State, document: &Value, now: f64) -> Result<(), ApiError> {
    if !state.options.known_principals_only {
        return Ok(());
    }
    let good = policy::principals(document).iter().all(|name| exists(state, name, now));
    if good {
        Ok(())
    } else {
        Err(ApiError::malformed_policy("Policy contains a statement with one or more invalid principals."))
    }
}

fn exists(state: &State, name: &str, now: f64) -> bool {
    let is_account = name.len() == 12 && name.bytes().all(|b| b.is_ascii_digit());
    if is_account || name.ends_with(":root") || name.ends_with(":user/default") {
        return true;
    }
    let role = policy::role_of(name).unwrap_or_else(|| name.to_owned());
    state.principals.get(&role).is_some_and(|principal| !principal.deleted && principal.known_from <= now)
}
