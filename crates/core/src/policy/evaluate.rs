//! What a key policy says to a call (IAM user guide, "Policy evaluation logic"; AWS KMS developer guide, "Determining
//! access to AWS KMS keys").
//!
//! Only the key policy is judged. Grants can allow more; identity policies, permissions boundaries and service control
//! policies with a Deny can allow less.

use serde_json::Value;

use super::access::OWN_ACCOUNT_ONLY;
use super::caller::{Caller, Kind, Named};
use super::condition;
use super::grammar::{statements, texts};
use super::pattern::{is_pattern, like_ignoring_case};
use super::request::Request;
use super::truth::Truth;

/// What a key policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Forbidden in words, or by nobody having allowed it. IAM cannot change it; only a grant could.
    Denied,
    /// It cannot be told from the policy: a condition asks for something that only the call will show.
    Unknown,
    /// The policy leaves it to IAM: the account is allowed, or the principal is of another account. Whether IAM's word is
    /// needed at all may hang on what only the call will show.
    DependsOnIam,
    /// The principal itself is allowed.
    Allowed,
}

/// Judges one call.
///
/// A principal or document that cannot be read gives [`Access::Unknown`].
pub fn evaluate(policy: &Value, request: &Request<'_>) -> Access {
    let Some(caller) = Caller::parse(request.principal) else { return Access::Unknown };
    let foreign = caller.account.is_some_and(|account| account != request.account);
    if foreign && OWN_ACCOUNT_ONLY.iter().any(|action| action.eq_ignore_ascii_case(request.action)) {
        return Access::Denied;
    }
    // The grant says who may retire it; a key policy alone never does (API reference, `RetireGrant`).
    if request.action.eq_ignore_ascii_case("kms:RetireGrant") {
        return Access::Unknown;
    }
    judge(&concerning(policy, &caller), request, &caller)
}

/// A statement as it reads to one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// `None` if the statement has no sound `Effect`; KMS would refuse it.
    pub(super) allows: Option<bool>,
    pub(super) named: Named,
    pub(super) action: Truth,
    pub(super) resource: Truth,
    pub(super) condition: Truth,
    /// Condition keys that could not be decided.
    pub(super) undecided: Vec<String>,
}

impl Reading {
    /// Whether the statement applies to the call, given that it is about the caller.
    pub(super) fn applies(&self) -> Truth {
        self.action.and(self.resource).and(self.condition)
    }
}

/// The statements that may be about a caller, with their places. The others need not be looked at for any action.
pub(super) fn concerning<'a>(policy: &'a Value, caller: &Caller<'_>) -> Vec<(usize, &'a Value, Named)> {
    let all = statements(policy).iter().enumerate();
    all.map(|(index, statement)| (index, statement, named(statement, caller)))
        .filter(|(_, _, named)| named.at_all() > Truth::No)
        .collect()
}

pub(super) fn read(statement: &Value, named: Named, request: &Request<'_>, caller: &Caller<'_>) -> Reading {
    let mut undecided = vec![];
    Reading {
        allows: match statement.get("Effect").and_then(Value::as_str) {
            Some("Allow") => Some(true),
            Some("Deny") => Some(false),
            _ => None,
        },
        named,
        action: action(statement, request.action),
        resource: resource(statement),
        condition: condition::holds(statement.get("Condition"), request, caller, &mut undecided),
        undecided,
    }
}

/// The judgement of statements that have been chosen by [`concerning`].
pub(super) fn judge(concerning: &[(usize, &Value, Named)], request: &Request<'_>, caller: &Caller<'_>) -> Access {
    let readings = concerning.iter().map(|(_, statement, named)| read(statement, *named, request, caller));
    decide(&readings.collect::<Vec<_>>(), caller.account == Some(request.account) || caller.kind == Kind::Service)
}

/// `own`: the caller needs no permission of another account.
pub(super) fn decide(readings: &[Reading], own: bool) -> Access {
    if readings.iter().any(|reading| reading.allows.is_none()) {
        return Access::Unknown;
    }
    let (allows, denies): (Vec<_>, Vec<_>) = readings.iter().partition(|reading| reading.allows == Some(true));
    let denied = Truth::any(denies.iter().map(|deny| deny.named.at_all().and(deny.applies())));
    let direct = Truth::any(allows.iter().map(|allow| allow.named.directly.and(allow.applies())));
    let by_account = Truth::any(allows.iter().map(|allow| allow.named.by_account.and(allow.applies())));
    match (denied, direct, by_account) {
        (Truth::Yes, ..) | (_, Truth::No, Truth::No) => Access::Denied,
        (Truth::No, Truth::Yes, _) if own => Access::Allowed,
        (Truth::No, Truth::Yes, _) | (Truth::No, _, Truth::Yes) => Access::DependsOnIam,
        _ => Access::Unknown,
    }
}

fn named(statement: &Value, caller: &Caller<'_>) -> Named {
    if let Some(excepted) = statement.get("NotPrincipal") {
        let meant = caller.excepted_by(excepted).not();
        // AWS does not support an exception from an Allow, so nothing is promised of one.
        let allows = statement.get("Effect").is_some_and(|effect| effect == "Allow");
        let directly = if allows { meant.and(Truth::Maybe) } else { meant };
        return Named { directly, by_account: Truth::No };
    }
    statement
        .get("Principal")
        .map_or(Named { directly: Truth::No, by_account: Truth::No }, |principal| caller.named_by(principal))
}

/// A statement without actions is taken by KMS and has no effect.
pub(super) fn action(statement: &Value, action: &str) -> Truth {
    let among = |value: &Value| match texts(value) {
        Some(patterns) => patterns.iter().any(|pattern| like_ignoring_case(pattern, action)).into(),
        None => Truth::Maybe,
    };
    match (statement.get("Action"), statement.get("NotAction")) {
        (Some(actions), _) => among(actions),
        (None, Some(others)) => among(others).not(),
        (None, None) => Truth::No,
    }
}

/// In a key policy `*` is the key that has the policy; a statement without a resource has no effect. Whether another
/// value names the key depends on the key's ARN, which a policy is not judged by (AWS KMS developer guide, "Creating a
/// key policy").
pub(super) fn resource(statement: &Value) -> Truth {
    let among = |value: &Value| match texts(value) {
        Some(names) => Truth::any(names.iter().map(|name| names_key(name))),
        None => Truth::Maybe,
    };
    match (statement.get("Resource"), statement.get("NotResource")) {
        (Some(names), _) => among(names),
        (None, Some(others)) => among(others).not(),
        (None, None) => Truth::No,
    }
}

fn names_key(name: &str) -> Truth {
    if name == "*" {
        return Truth::Yes;
    }
    let service = name.split(':').nth(2).unwrap_or_default();
    Truth::from(is_pattern(name) || service.eq_ignore_ascii_case("kms")).and(Truth::Maybe)
}
