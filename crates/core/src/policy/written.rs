//! A statement as the typed form writes it, and what is read back of one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::grammar::{CONTEXT, condition_key, texts};

/// A statement that is being written. `Resource` is always `*`: in a key policy that means this key.
#[derive(Debug)]
pub(super) struct Written(Map<String, Value>);

impl Written {
    /// Allows actions to principals, such as `{"AWS": [...]}`.
    pub(super) fn allow(sid: &str, principal: Value, actions: &[&str]) -> Self {
        Self::new("Allow", sid, principal, actions)
    }

    /// Denies actions to everybody whom its conditions do not except.
    pub(super) fn deny(sid: &str, actions: &[&str]) -> Self {
        Self::new("Deny", sid, json!({ "AWS": "*" }), actions)
    }

    fn new(effect: &str, sid: &str, principal: Value, actions: &[&str]) -> Self {
        let elements = [
            ("Sid", sid.into()),
            ("Effect", effect.into()),
            ("Principal", principal),
            ("Action", json!(actions)),
            ("Resource", "*".into()),
        ];
        Self(elements.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// With a condition.
    pub(super) fn when(mut self, operator: &str, key: &str, value: impl Into<Value>) -> Self {
        let block = self.0.entry("Condition").or_insert_with(|| json!({}));
        block[operator][key] = value.into();
        self
    }

    /// With an encryption context, if there is one.
    pub(super) fn with_context(self, context: &BTreeMap<String, String>) -> Self {
        let pairs = context.iter();
        pairs.fold(self, |it, (key, value)| {
            it.when("StringEquals", &format!("kms:EncryptionContext:{key}"), value.as_str())
        })
    }

    /// Through services with these values of `kms:ViaService`, if there are any.
    pub(super) fn through(self, hosts: BTreeSet<String>) -> Self {
        if hosts.is_empty() {
            return self;
        }
        let operator = if hosts.iter().any(|host| host.contains('*')) { "StringLike" } else { "StringEquals" };
        self.when(operator, "kms:ViaService", one_or_list(hosts.into_iter().collect()))
    }

    pub(super) fn value(self) -> Value {
        Value::Object(self.0)
    }
}

/// One value stands without a list, as AWS gives it back.
pub(super) fn one_or_list(mut values: Vec<String>) -> Value {
    if values.len() == 1 { values.remove(0).into() } else { json!(values) }
}

/// The Sid of the statement of one of several entries that are alike, counted from one.
pub(super) fn numbered(sid: &str, number: usize) -> String {
    if number == 1 { sid.to_owned() } else { format!("{sid}{number}") }
}

/// ARNs that a statement names as AWS principals.
pub(super) fn principals(statement: &Value) -> Option<Vec<String>> {
    texts(statement.pointer("/Principal/AWS")?)
}

/// Actions of a statement.
pub(super) fn actions(statement: &Value) -> Option<Vec<String>> {
    texts(statement.get("Action")?)
}

/// The values that a condition of a statement wants; none if it has no such condition.
pub(super) fn wanted(statement: &Value, operator: &str, key: &str) -> Vec<String> {
    let found = members(statement, operator).find(|(name, _)| condition_key(name) == condition_key(key));
    found.and_then(|(_, values)| texts(values)).unwrap_or_default()
}

/// The encryption context that a statement asks for by equality.
pub(super) fn context(statement: &Value) -> BTreeMap<String, String> {
    let pairs = members(statement, "StringEquals").filter_map(|(key, values)| {
        let name = key.get(CONTEXT.len()..).filter(|_| condition_key(key).starts_with(CONTEXT))?;
        let [value] = <[String; 1]>::try_from(texts(values)?).ok()?;
        Some((name.to_owned(), value))
    });
    pairs.collect()
}

fn members<'a>(statement: &'a Value, operator: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let blocks = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
    let block = blocks.filter(move |(name, _)| name.eq_ignore_ascii_case(operator));
    block.filter_map(|(_, keys)| keys.as_object()).flatten().collect::<Vec<_>>().into_iter()
}
