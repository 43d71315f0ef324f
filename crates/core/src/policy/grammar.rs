//! The parts of a policy document, read without trusting their shape
//! (IAM user guide, "IAM JSON policy element reference").

use serde_json::Value;

/// The elements of a document.
pub(super) const DOCUMENT: [&str; 3] = ["Version", "Id", "Statement"];

/// The elements of a statement.
pub(super) const STATEMENT: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// The prefix of the condition keys that look into an encryption context, in lower case. What follows is a name of the
/// user's, but neither part is compared with regard to case (AWS KMS developer guide, "AWS KMS condition keys").
pub(super) const CONTEXT: &str = "kms:encryptioncontext:";

/// The statements; a single one may stand without a list.
pub(super) fn statements(document: &Value) -> &[Value] {
    match document.get("Statement") {
        Some(Value::Array(statements)) => statements,
        Some(single) => std::slice::from_ref(single),
        None => &[],
    }
}

/// One value or a list of them, as texts; `None` if something else is among them.
///
/// AWS takes booleans and numbers in conditions and gives them back as text.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        single => Some(vec![text(single)?]),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// How a statement is called in a sentence: by its Sid, which people know, or by its place, counted from one.
pub(super) fn name_of(index: usize, statement: &Value) -> String {
    match statement.get("Sid").and_then(Value::as_str).filter(|sid| !sid.is_empty()) {
        Some(sid) => format!("statement {sid:?}"),
        None => format!("statement number {}", index + 1),
    }
}

/// A key of a condition, as it is compared. Names of condition keys have no case.
pub(super) fn condition_key(name: &str) -> String {
    name.to_lowercase()
}
