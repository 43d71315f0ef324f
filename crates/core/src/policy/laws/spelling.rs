//! The many ways to write one policy down.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::model::{Policy, Statement};

/// A run of choices. When they are used up the plainest spelling is taken, so that failures shrink to it.
#[derive(Debug, Clone)]
pub(super) struct Choices(std::vec::IntoIter<u8>);

pub(super) fn any_choices() -> impl Strategy<Value = Choices> {
    prop::collection::vec(any::<u8>(), 0..400).prop_map(|bytes| Choices(bytes.into_iter()))
}

impl Choices {
    fn below(&mut self, limit: usize) -> usize {
        usize::from(self.0.next().unwrap_or(0)) % limit.max(1)
    }

    /// Rarely true.
    fn now_and_then(&mut self) -> bool {
        self.below(4) == 3
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = last - self.below(last + 1);
            items.swap(last, other);
        }
    }

    /// The same letters in other cases.
    fn recase(&mut self, text: &str) -> String {
        text.chars().map(|c| if self.below(3) == 2 { c.to_ascii_uppercase() } else { c }).collect()
    }
}

/// Writes a policy down, as an object or as JSON text.
pub(super) fn spell(policy: &Policy, choices: &mut Choices) -> Value {
    let mut statements: Vec<Value> = policy.statements.iter().map(|one| statement(one, choices)).collect();
    choices.shuffle(&mut statements);
    let mut members = vec![];
    members.push((
        "Statement",
        if statements.len() == 1 && choices.now_and_then() { statements.remove(0) } else { json!(statements) },
    ));
    members.extend(policy.version.map(|version| ("Version", json!(version))));
    let document = object(members, choices);
    match choices.below(6) {
        4 => Value::String(document.to_string()),
        5 => Value::String(escaped(&serde_json::to_string_pretty(&document).expect("JSON"))),
        _ => document,
    }
}

/// Some letters as `\u` escapes, as some writers of JSON put them. Colons, spaces and letters outside of strings stay.
fn escaped(json: &str) -> String {
    json.replace("arn:", "\\u0061rn:")
}

fn object(mut members: Vec<(&str, Value)>, choices: &mut Choices) -> Value {
    choices.shuffle(&mut members);
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn statement(one: &Statement, choices: &mut Choices) -> Value {
    let mut members = vec![("Effect", json!(if one.allow { "Allow" } else { "Deny" }))];
    match &one.sid {
        Some(sid) => members.push(("Sid", json!(sid))),
        None if choices.now_and_then() => members.push(("Sid", json!(""))),
        None => {}
    }
    members.push((if one.not_principal { "NotPrincipal" } else { "Principal" }, principal(one, choices)));
    let actions: Vec<Value> = one.actions.iter().map(|action| json!(choices.recase(action))).collect();
    members.push((if one.not_action { "NotAction" } else { "Action" }, list(actions, choices)));
    members.push(("Resource", list(one.resources.iter().map(|name| json!(name)).collect(), choices)));
    if let Some(conditions) = conditions(one, choices) {
        members.push(("Condition", conditions));
    }
    object(members, choices)
}

fn principal(one: &Statement, choices: &mut Choices) -> Value {
    if one.names == BTreeSet::from(["*"]) && one.services.is_empty() && choices.now_and_then() {
        return json!("*");
    }
    let names = one.names.iter().map(|name| json!(account_or_arn(name, choices))).collect();
    let mut kinds = vec![("AWS", list(names, choices))];
    if !one.services.is_empty() {
        kinds.push(("Service", list(one.services.iter().map(|name| json!(name)).collect(), choices)));
    } else if choices.now_and_then() {
        kinds.push(("Service", json!([])));
    }
    object(kinds, choices)
}

fn account_or_arn(name: &str, choices: &mut Choices) -> String {
    let account = name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit());
    if account && choices.below(2) == 1 { format!("arn:aws:iam::{name}:root") } else { name.to_owned() }
}

/// Values in any order, with repetitions, and one alone without a list.
fn list(mut values: Vec<Value>, choices: &mut Choices) -> Value {
    for _ in 0..choices.below(3) {
        let again = values[choices.below(values.len())].clone();
        values.push(again);
    }
    choices.shuffle(&mut values);
    if values.len() == 1 && choices.below(2) == 1 { values.remove(0) } else { Value::Array(values) }
}

fn conditions(one: &Statement, choices: &mut Choices) -> Option<Value> {
    if one.conditions.is_empty() {
        return choices.now_and_then().then(|| if choices.below(2) == 1 { json!({}) } else { json!({ "Bool": {} }) });
    }
    let mut block = Map::new();
    let mut all: Vec<_> = one.conditions.iter().collect();
    choices.shuffle(&mut all);
    for ((operator, key), values) in all {
        let values = values.iter().map(|value| typed(value, choices)).collect();
        let keys = block.entry(choices.recase(operator)).or_insert_with(|| json!({}));
        keys[choices.recase(key)] = list(values, choices);
    }
    Some(Value::Object(block))
}

/// Booleans and numbers, as themselves or as text.
fn typed(value: &str, choices: &mut Choices) -> Value {
    match value.parse::<Value>() {
        Ok(plain) if value.len() < 6 && choices.below(2) == 1 => plain,
        _ => json!(value),
    }
}
