//! Whether somebody may do something, by key policies, IAM policies and grants together.

mod principals;

use std::collections::BTreeMap;

use crate::caller::Caller;
use crate::document::Document;
use crate::error::ApiError;
use crate::grant::{Asker, Grant, Terms};
use crate::key::Key;
use crate::policy::{self, Facts, Judgement, Question};
use crate::state::State;

pub(crate) use principals::{bound, exists, principals_exist};

/// What the caller's own IAM policies say: those that were put, those that are attached, and the lists that a test gave.
fn identity(state: &State, caller: &Caller, question: &Question<'_>) -> Judgement {
    if caller.is_almighty() {
        return Judgement::Allowed;
    }
    // A principal that was deleted has no policies, and one that was made again is another one.
    let known = caller.principal.as_ref().filter(|_| !caller.gone).and_then(|(arn, _)| state.principals.get(arn));
    let Some(principal) = known else { return Judgement::Silent };
    let action = question.action.to_lowercase();
    let named = |list: &[String]| {
        list.iter().any(|pattern| {
            let pattern = pattern.to_lowercase();
            pattern == action || pattern.strip_suffix('*').is_some_and(|prefix| action.starts_with(prefix))
        })
    };
    let attached = principal.attached.iter().filter_map(|arn| state.policies.get(arn)).map(|policy| &policy.document);
    let says: Vec<Judgement> = principal
        .policies
        .values()
        .chain(attached)
        .map(|document| policy::judge_own(&document.parts(), question))
        .collect();
    if named(&principal.denied) || says.contains(&Judgement::Denied) {
        Judgement::Denied
    } else if named(&principal.allowed) || says.contains(&Judgement::Allowed) {
        Judgement::Allowed
    } else {
        Judgement::Silent
    }
}

/// As [`identity`], for what concerns a resource alone.
fn identity_on(state: &State, caller: &Caller, action: &str, resource: &str) -> Judgement {
    let (context, facts) = (&BTreeMap::new(), &caller.facts);
    identity(state, caller, &Question { caller, action, resource, context, facts })
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
    if caller.service.is_none() && caller.account != key.account && !ACROSS_ACCOUNTS.contains(&operation) {
        return Err(refusal(caller, action, Some(&key.arn), Reason::NotByResource));
    }
    let granted = |asker: Asker<'_>| key.grants.iter().any(|grant| grant.allows(asker, operation, context));
    by_policy_or(state, caller, action, key, context, granted)
}

/// Whether the caller may make a grant on a key. Who may do so only by another grant may not give more than it gives;
/// a request without good terms gives nothing.
pub(crate) fn granting(state: &State, caller: &Caller, key: &Key, terms: Option<&Terms>) -> Result<(), ApiError> {
    let within = |grant: &Grant, asker: Asker<'_>| {
        terms.map_or_else(
            || grant.allows(asker, "CreateGrant", &BTreeMap::new()),
            |terms| grant.allows_child(asker, terms),
        )
    };
    let granted = |asker: Asker<'_>| key.grants.iter().any(|grant| within(grant, asker));
    // Conditions on the encryption context look at the constraint of the new grant.
    let none = BTreeMap::new();
    let context = terms.and_then(|terms| terms.constraints.context()).unwrap_or(&none);
    by_policy_or(state, caller, "kms:CreateGrant", key, context, granted)
}

/// Whether the caller may retire a grant: by the grant itself, or because the account that made it lets them. A key
/// policy has no say in this.
pub(crate) fn retiring(state: &State, caller: &Caller, key: &Key, grant: &Grant) -> Result<(), ApiError> {
    const ACTION: &str = "kms:RetireGrant";
    let by_identity = identity_on(state, caller, ACTION, &key.arn);
    let asker = Asker { caller, allowed_by_iam: by_identity == Judgement::Allowed };
    let delegated = caller.account == grant.terms.issuing_account && asker.allowed_by_iam;
    if by_identity != Judgement::Denied && (delegated || grant.retirable_by(asker)) {
        return Ok(());
    }
    let denied = by_identity == Judgement::Denied;
    let reason = if denied { Reason::DeniedByIdentity } else { Reason::NotByIdentity };
    Err(refusal(caller, ACTION, Some(&key.arn), reason))
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
    let facts = facts_with_key(state, caller, key);
    let question = Question { caller, action, resource: &key.arn, context, facts: &facts };
    let allowed_by_iam = identity(state, caller, &question) == Judgement::Allowed;
    let by_ram = || {
        let share = key.share.as_ref().ok_or(Reason::NotByResource)?;
        verdict(state, caller, &share.policy, &key.account, &question)
    };
    let by_policy = verdict(state, caller, &key.policy, &key.account, &question);
    // What RAM shares counts where the key's own policy says nothing.
    match if by_policy == Err(Reason::NotByResource) { by_ram() } else { by_policy } {
        Ok(()) => Ok(()),
        Err(reason) if !caller.gone && !reason.is_denial() && granted(Asker { caller, allowed_by_iam }) => Ok(()),
        Err(reason) => Err(refusal(caller, action, Some(&key.arn), reason)),
    }
}

/// The caller's facts and the key's. Only policies of IAM may look at the names of a key.
fn facts_with_key(state: &State, caller: &Caller, key: &Key) -> Facts {
    let mut facts = policy::with_key(&caller.facts, key);
    if let Some((id, path)) = state.options.organization_of(&key.account) {
        facts.insert("aws:resourceorgid".into(), vec![id.to_owned()]);
        facts.insert("aws:resourceorgpaths".into(), vec![path]);
    }
    if caller.principal.is_some() {
        let names: Vec<String> = state
            .aliases
            .iter()
            .filter(|((_, region, _), alias)| *region == key.region && alias.key_id == key.id)
            .map(|((_, _, name), _)| name.clone())
            .collect();
        if !names.is_empty() {
            facts.insert("kms:resourcealiases".into(), names);
        }
    }
    facts
}

/// Whether the caller may do what concerns no key yet.
pub(crate) fn on_account(state: &State, caller: &Caller, action: &str) -> Result<(), ApiError> {
    on_resource(state, caller, action, Some("*"))
}

/// Whether the caller may give tags to a key that is being made, which has no name yet.
pub(crate) fn tagging_a_new_key(state: &State, caller: &Caller) -> Result<(), ApiError> {
    on_resource(state, caller, "kms:TagResource", None)
}

fn on_resource(state: &State, caller: &Caller, action: &str, resource: Option<&str>) -> Result<(), ApiError> {
    let reason = match identity_on(state, caller, action, resource.unwrap_or("*")) {
        Judgement::Allowed => return Ok(()),
        Judgement::Denied => Reason::DeniedByIdentity,
        _ => Reason::NotByIdentity,
    };
    Err(refusal(caller, action, resource, reason))
}

/// KMS refuses a policy under which its caller could not put another one on the key, whose ARN is empty before the key is
/// there.
pub(crate) fn lockout(
    state: &State,
    caller: &Caller,
    document: &Document,
    account: &str,
    resource: &str,
) -> Result<(), ApiError> {
    let (context, facts) = (&BTreeMap::new(), &caller.facts);
    let question = Question { caller, action: "kms:PutKeyPolicy", resource, context, facts };
    if verdict(state, caller, document, account, &question).is_ok() {
        return Ok(());
    }
    Err(ApiError::malformed_policy("The new key policy will not allow you to update the key policy in the future."))
}

/// Why something is not allowed, as AWS puts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    // By a policy of the caller's, or the key's.
    NotByIdentity,
    NotByResource,
    DeniedByIdentity,
    DeniedByResource,
}

impl Reason {
    fn is_denial(self) -> bool {
        matches!(self, Self::DeniedByIdentity | Self::DeniedByResource)
    }
}

/// What a key policy and the caller's IAM policies say together.
fn verdict(
    state: &State,
    caller: &Caller,
    document: &Document,
    account: &str,
    question: &Question<'_>,
) -> Result<(), Reason> {
    if caller.gone {
        return Err(Reason::NotByIdentity);
    }
    let by_identity = identity(state, caller, question);
    match policy::judge(&document.parts(), document.bound(), question) {
        _ if by_identity == Judgement::Denied => Err(Reason::DeniedByIdentity),
        Judgement::Denied => Err(Reason::DeniedByResource),
        Judgement::Allowed if caller.service.is_some() || caller.account == account => Ok(()),
        Judgement::Allowed | Judgement::AllowedToAccount if by_identity == Judgement::Allowed => Ok(()),
        Judgement::Allowed | Judgement::AllowedToAccount => Err(Reason::NotByIdentity),
        Judgement::Silent => Err(Reason::NotByResource),
    }
}

/// The refusal of what nothing allows, or what something denies; of what has no name yet it names none.
pub(crate) fn refusal(caller: &Caller, action: &str, resource: Option<&str>, reason: Reason) -> ApiError {
    let on = resource.map(|resource| format!(" on resource: {resource}")).unwrap_or_default();
    let because = match reason {
        Reason::NotByIdentity => format!("because no identity-based policy allows the {action} action"),
        Reason::NotByResource => format!("because no resource-based policy allows the {action} action"),
        Reason::DeniedByIdentity => "with an explicit deny in an identity-based policy".to_owned(),
        Reason::DeniedByResource => "with an explicit deny in a resource-based policy".to_owned(),
    };
    let message = format!("User: {} is not authorized to perform: {action}{on} {because}", caller.arn);
    ApiError::new("AccessDeniedException", message)
}
