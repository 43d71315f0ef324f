//! Who gains and who loses what, when one policy takes the place of another.
//!
//! [`access_changes`] compares what both policies allow to each principal that either names, action by action, with the
//! conditions under which they do. [`access_lines`] puts that into words, and finds words for what is left: a policy that
//! is not equal never passes without a line.

mod clause;
mod rewritten;
mod scope;
mod table;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::actions::{ON_A_KEY, is_only_for_iam};
use super::caller::{Caller, Kind, aws_names};
use super::equality::equal;
use super::grammar::{statements, texts};
use super::normal::normal_name;
use clause::Granted;
use table::{Shared, Table};

pub use scope::Scope;
pub(super) use scope::{CRYPTOGRAPHIC, OWN_ACCOUNT_ONLY};

/// Actions of one principal that the new policy answers otherwise than the old one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessChange {
    /// The principal, as it was asked for.
    pub principal: String,
    /// The actions, such as `kms:Decrypt`, sorted.
    pub actions: Vec<String>,
    /// Whether these are all actions that the principal can take on the key.
    every_action: bool,
    /// When the old policy allows them; `None` for never.
    pub from: Option<Terms>,
    /// When the new policy allows them; `None` for never.
    pub to: Option<Terms>,
    /// Whether each call that the new policy allows was allowed before.
    is_narrower: bool,
    /// Whether there was no policy before.
    is_new: bool,
}

/// When something is allowed, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// One of these is enough; an empty one is no condition.
    pub allows: Vec<String>,
    /// None of these may be so.
    pub denies: Vec<String>,
}

/// The principals that either policy names: ARNs, services, and `*` where a statement means everybody. Unique IDs of
/// deleted users and roles are nobody, so they are left out.
pub fn named_principals(old: &Value, new: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for document in [old, new] {
        all.extend(aws_names(document).into_iter().filter(|name| Caller::parse(name).is_some()));
        for statement in statements(document) {
            let allows = statement.get("Effect").is_some_and(|effect| effect == "Allow");
            // An exception from an Allow means everybody else.
            if allows && statement.get("NotPrincipal").is_some() {
                all.insert("*".to_owned());
            }
            let Some(principal) = statement.get("Principal") else { continue };
            let aws = principal.get("AWS").and_then(texts).unwrap_or_default();
            if principal == "*" || aws.iter().any(|name| name == "*") {
                all.insert("*".to_owned());
            }
            let services = principal.get("Service").and_then(texts).unwrap_or_default();
            all.extend(services.into_iter().filter(|name| Caller::parse(name).is_some()));
        }
    }
    once_each(all)
}

/// An account can be written in two ways.
fn once_each(names: BTreeSet<String>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    // In reverse order, so that the ARN is kept and not the bare number.
    names.into_iter().rev().filter(|name| seen.insert(normal_name(name).to_owned())).collect()
}

/// Compares two policies of a key; `None` for a key that is not there yet. Changes come in the order of the principals; a
/// policy that only says the same in other words gives none.
pub fn access_changes(old: Option<&Value>, new: &Value, scope: &Scope<'_>) -> Vec<AccessChange> {
    compared(old, new, scope).0
}

/// What both policies grant for one action.
type Fate = (Granted, Granted);

/// The changes, and how many conditions and clauses were looked at for them.
fn compared(old: Option<&Value>, new: &Value, scope: &Scope<'_>) -> (Vec<AccessChange>, u64) {
    let nothing = json!({});
    let before = old.unwrap_or(&nothing);
    let mut shared = Shared::new(scope, actions(before, new, scope));
    let tables = [before, new].map(|document| Table::new(document, &shared.actions));
    let principals = named_principals(before, new);
    let mut fates = |principal: &str, caller: &Caller<'_>| {
        let [from, to] = [0, 1].map(|side: usize| tables[side].granted(principal, caller, &mut shared));
        from.into_iter().zip(to).collect::<Vec<Fate>>()
    };
    let callers = principals.iter().filter_map(|principal| Some((principal, Caller::parse(principal)?)));
    let all: Vec<_> = callers.map(|(principal, caller)| (principal, caller, fates(principal, &caller))).collect();
    let accounts: BTreeMap<&str, Vec<Fate>> = all
        .iter()
        .filter(|(_, caller, _)| caller.kind == Kind::Root)
        .filter_map(|(_, caller, fates)| {
            Some((caller.account?, fates.iter().map(|(from, to)| (from.by_iam(), to.by_iam())).collect()))
        })
        .collect();
    let mut changes = vec![];
    for (principal, caller, fates) in &all {
        // What the account's IAM policies decide is the account's line, and not repeated for each of its principals.
        let of_account = caller.account.filter(|_| caller.kind != Kind::Root).and_then(|own| accounts.get(own));
        let is_told = |at: usize, fate: &Fate| of_account.is_some_and(|fates| fates.get(at) == Some(fate));
        let mut groups: BTreeMap<&Fate, Vec<String>> = BTreeMap::new();
        for (at, (action, fate)) in shared.actions.iter().zip(fates).enumerate() {
            if fate.0 != fate.1 && !is_told(at, fate) {
                groups.entry(fate).or_default().push(action.clone());
            }
        }
        let possible = shared.actions.iter().filter(|action| scope.allows(caller, action)).count();
        for ((from, to), actions) in groups {
            let own = scope.is_own(caller);
            let terms = |granted: &Granted| {
                (!granted.is_nothing()).then(|| Terms::of(granted, caller, own, &shared.conditions))
            };
            changes.push(AccessChange {
                principal: (*principal).clone(),
                every_action: actions.len() == possible,
                actions,
                from: terms(from),
                to: terms(to),
                is_narrower: to.is_within(from),
                is_new: old.is_none(),
            });
        }
    }
    (changes, shared.work)
}

/// The actions of the key, and those that a statement writes out and this version does not know.
fn actions(old: &Value, new: &Value, scope: &Scope<'_>) -> Vec<String> {
    /// A policy has room for more names than there can be actions.
    const NEWER: usize = 32;
    let written = [old, new].into_iter().flat_map(statements).filter_map(|statement| statement.get("Action"));
    let newer: BTreeSet<String> = written
        .filter_map(texts)
        .flatten()
        .filter(|name| {
            let plain = name.strip_prefix("kms:").unwrap_or_default();
            let known = ON_A_KEY.iter().any(|known| known.eq_ignore_ascii_case(name)) || is_only_for_iam(name);
            !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !known
        })
        .collect();
    scope.actions().into_iter().map(str::to_owned).chain(newer.into_iter().take(NEWER)).collect()
}

/// What a new policy changes, in lines for people: at least one, unless both policies are equal. `None` is the policy of a
/// key that is not there yet.
pub fn access_lines(old: Option<&Value>, new: &Value, scope: &Scope<'_>) -> Vec<String> {
    if old.is_some_and(|old| equal(old, new)) {
        return vec![];
    }
    let changes = access_changes(old, new, scope);
    let mut lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
    lines.extend(rewritten::lines(old, new, changes.is_empty()));
    lines
}

#[cfg(test)]
mod tests;
