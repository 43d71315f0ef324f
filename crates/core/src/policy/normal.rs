//! The normal form of a policy document: what is left of it when everything that means nothing is taken away.
//!
//! AWS may give a policy back with its parts in another order, single values in place of one-element lists, account IDs
//! as root ARNs and numbers as text. Comparing texts would show a change for ever.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::condition::Operator;
use super::grammar::{DOCUMENT, STATEMENT, condition_key, texts};

/// A document in normal form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Document {
    /// `None` for `2008-10-17`, as which AWS reads a missing one, and which it writes in its place (IAM user guide, "IAM
    /// JSON policy elements: Version").
    version: Option<Value>,
    id: Option<Value>,
    /// Sorted, repetitions kept: a statement given twice is not a statement given once.
    statements: Vec<Statement>,
    others: Others,
}

impl Document {
    /// The `Id` is a label. It counts only where both documents have one, so that a policy written without it equals what
    /// AWS or a person labelled later.
    pub(super) fn means(&self, other: &Self) -> bool {
        let same_id = self.id.is_none() || other.id.is_none() || self.id == other.id;
        same_id && self.version == other.version && self.statements == other.statements && self.others == other.others
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Statement {
    sid: Option<String>,
    effect: String,
    /// `Action`, `NotResource`, … -> values.
    lists: BTreeMap<String, BTreeSet<String>>,
    /// `Principal` or `NotPrincipal` -> kind, such as `AWS` -> names.
    principals: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// Operator, condition key, values. All must hold, so a pair that is written twice in different case keeps both.
    conditions: BTreeSet<(String, String, BTreeSet<String>)>,
    others: Others,
}

/// Members that are in no grammar, as they are.
type Others = BTreeMap<String, String>;

/// The normal form; `None` for what has no meaning as a policy. Text is read as JSON.
pub(super) fn normal(document: &Value) -> Option<Document> {
    let parsed;
    let map = match document {
        Value::String(text) => {
            parsed = serde_json::from_str::<Value>(text).ok()?;
            parsed.as_object()?
        }
        other => other.as_object()?,
    };
    let mut statements = match map.get("Statement")? {
        Value::Array(items) => items.iter().map(statement).collect::<Option<Vec<_>>>()?,
        single => vec![statement(single)?],
    };
    statements.sort();
    let label = |name: &str| map.get(name).filter(|value| !value.is_null()).cloned();
    let version = label("Version").filter(|version| version != "2008-10-17");
    Some(Document { version, id: label("Id"), statements, others: others(map, &DOCUMENT) })
}

/// A statement in normal form; `None` for what is none.
pub(super) fn statement(value: &Value) -> Option<Statement> {
    let map = value.as_object()?;
    let mut lists = BTreeMap::new();
    for name in ["Action", "NotAction", "Resource", "NotResource"] {
        let Some(value) = map.get(name) else { continue };
        let values = texts(value)?;
        // AWS compares the names of actions without regard to case.
        let lower = name.ends_with("Action");
        lists.insert(name.to_owned(), values.into_iter().map(|v| if lower { v.to_lowercase() } else { v }).collect());
    }
    let mut principals = BTreeMap::new();
    for name in ["Principal", "NotPrincipal"] {
        let Some(value) = map.get(name) else { continue };
        let kinds = kinds(value)?;
        if !kinds.is_empty() {
            principals.insert(name.to_owned(), kinds);
        }
    }
    let sid = match map.get("Sid") {
        None | Some(Value::Null) => None,
        Some(sid) => Some(sid.as_str()?.to_owned()).filter(|sid| !sid.is_empty()),
    };
    let effect = map.get("Effect")?.as_str()?.to_owned();
    let conditions = conditions(map.get("Condition"))?;
    Some(Statement { sid, effect, lists, principals, conditions, others: others(map, &STATEMENT) })
}

/// `"*"` is any AWS principal, as `{"AWS": "*"}` is. Other text is no principal.
fn kinds(value: &Value) -> Option<BTreeMap<String, BTreeSet<String>>> {
    if value == "*" {
        return Some(BTreeMap::from([("AWS".to_owned(), BTreeSet::from(["*".to_owned()]))]));
    }
    let mut all = BTreeMap::new();
    for (kind, value) in value.as_object()? {
        let aws = kind == "AWS";
        let names = texts(value)?.into_iter();
        let names: BTreeSet<_> = names.map(|name| if aws { normal_name(&name).to_owned() } else { name }).collect();
        if !names.is_empty() {
            all.insert(kind.clone(), names);
        }
    }
    Some(all)
}

/// The names of a principal element, one spelling for one meaning.
pub(super) fn principal_names(element: &Value) -> String {
    match kinds(element) {
        Some(kinds) => kinds.into_values().flatten().collect::<Vec<_>>().join(", "),
        None => element.to_string(),
    }
}

/// A bare account ID stands for the account's root, in whatever partition the key is. A unique ID (`AROA…`) stays what it
/// is: the role that now has the name is another one.
pub(super) fn normal_name(name: &str) -> &str {
    let mut parts = name.split(':');
    let mut next = || parts.next();
    match (next(), next(), next(), next(), next(), next(), next()) {
        (Some("arn"), Some(_), Some("iam"), Some(""), Some(account), Some("root"), None) => account,
        _ => name,
    }
}

fn conditions(block: Option<&Value>) -> Option<BTreeSet<(String, String, BTreeSet<String>)>> {
    let mut all = BTreeSet::new();
    let Some(block) = block.filter(|block| !block.is_null()) else { return Some(all) };
    for (operator, keys) in block.as_object()? {
        for (key, values) in keys.as_object()? {
            all.insert((operator.to_lowercase(), condition_key(key), condition_values(operator, texts(values)?)));
        }
    }
    Some(all)
}

/// The values of a condition as its operator compares them: truth values have no case, and a number is a number however it
/// is written.
pub(super) fn condition_values(operator: &str, values: Vec<String>) -> BTreeSet<String> {
    let test = Operator::parse(operator).name;
    let normal = |value: String| match test.as_str() {
        "bool" | "null" => value.to_ascii_lowercase(),
        numeric if numeric.starts_with("numeric") => number(value),
        _ => value,
    };
    values.into_iter().map(normal).collect()
}

/// Without what does not change a decimal number: zeros in front and behind, a plus sign, a sign of zero. Other text, and
/// numbers with an exponent, stay as they are.
fn number(text: String) -> String {
    let (minus, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || (whole.is_empty() && part.is_empty()) {
        return text;
    }
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if minus && (whole, part) != ("0", "") { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

fn others(map: &Map<String, Value>, known: &[&str]) -> Others {
    let unknown = map.iter().filter(|(name, _)| !known.contains(&name.as_str()));
    unknown.map(|(name, value)| (name.clone(), value.to_string())).collect()
}
