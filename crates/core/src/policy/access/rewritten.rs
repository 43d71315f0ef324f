//! What changes in a policy without anybody's access being seen to change.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::grammar::{name_of, statements, texts};
use super::super::normal::{Statement, statement};

/// Lines about statements whose principals cannot be judged here; and, if nobody's access changes (`is_all`), one about
/// all that is different.
pub(super) fn lines(old: Option<&Value>, new: &Value, is_all: bool) -> Vec<String> {
    let gone = old.map(|old| without(old, new)).unwrap_or_default();
    let added = old.map_or_else(|| statements(new).iter().enumerate().collect(), |old| without(new, old));
    let mut lines = vec![];
    for (verb, found) in [("is new", &added), ("goes", &gone)] {
        for (index, statement) in found {
            if let Some(names) = unjudged(statement) {
                let name = name_of(*index, statement);
                lines.push(format!("{name} for {names} {verb}; what it lets them do cannot be seen here"));
            }
        }
    }
    if !is_all || !lines.is_empty() {
        return lines;
    }
    if old.is_none() {
        return vec!["the policy gives nobody any access".to_owned()];
    }
    let mut parts = vec![];
    for (verb, found) in [("new is", added), ("gone is", gone)] {
        parts.extend(found.into_iter().map(|(index, one)| format!("{verb} {}{}", name_of(index, one), of_whom(one))));
    }
    let member = |document: Option<&Value>, name| document.and_then(|document| document.get(name)).cloned();
    for name in ["Version", "Id"] {
        let (before, now) = (member(old, name), member(Some(new), name));
        if before != now {
            let shown = |value: Option<Value>| value.map_or_else(|| "none".to_owned(), |value| value.to_string());
            parts.push(format!("its {name} was {} and is {}", shown(before), shown(now)));
        }
    }
    if parts.is_empty() {
        parts.push("its elements are others".to_owned());
    }
    vec![format!("nobody's access is seen to change, and yet the policy is another one: {}", parts.join("; "))]
}

/// The statements of one document that the other one has not, each as often as it is missing.
fn without<'a>(document: &'a Value, other: &Value) -> Vec<(usize, &'a Value)> {
    let mut there: BTreeMap<Option<Statement>, usize> = BTreeMap::new();
    for one in statements(other) {
        *there.entry(statement(one)).or_default() += 1;
    }
    let is_missing = |(_, one): &(usize, &Value)| match there.get_mut(&statement(one)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    statements(document).iter().enumerate().filter(is_missing).collect()
}

/// The names of identity providers and of other principals that have no ARN of IAM.
fn unjudged(statement: &Value) -> Option<String> {
    let elements = ["Principal", "NotPrincipal"].into_iter().filter_map(|element| statement.get(element));
    let kinds =
        elements.filter_map(Value::as_object).flatten().filter(|(kind, _)| *kind != "AWS" && *kind != "Service");
    let names: Vec<String> = kinds.filter_map(|(_, names)| texts(names)).flatten().collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Whom a statement is for, as it is written there.
fn of_whom(statement: &Value) -> String {
    const SHOWN: usize = 3;
    let found = ["Principal", "NotPrincipal"].into_iter().find_map(|element| statement.get(element));
    let names: Vec<String> = match found {
        Some(Value::Object(kinds)) => kinds.values().filter_map(texts).flatten().collect(),
        Some(other) => texts(other).unwrap_or_default(),
        None => vec![],
    };
    let more = names.len().saturating_sub(SHOWN);
    let shown = names.into_iter().take(SHOWN).collect::<Vec<_>>().join(", ");
    match (shown.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!(" for {shown}"),
        (false, more) => format!(" for {shown} and {more} more"),
    }
}
