//! Secrets.

use serde_json::Value;

use super::Moment;
use crate::json::is_secret;
use crate::program::PLANTED;

/// P10: no planted secret is in a message, an error, or outside of a secret value in an answer of the provider.
pub fn secrets_stay_secret(moment: &Moment<'_>) -> Vec<String> {
    let Some(report) = moment.report else { return vec![] };
    let mut broken = vec![];
    let messages = report.messages.iter().map(|message| ("a message", message.text.as_str()));
    let texts = report.said.iter().map(|said| (said.method, said.text.as_str()));
    let errors = report.error.iter().map(|error| ("the error", error.as_str()));
    for (place, text) in messages.chain(texts).chain(errors) {
        if text.contains(PLANTED) {
            broken.push(format!("a secret is in {place}: {text}"));
        }
    }
    for said in &report.said {
        let clear = said.properties.iter().filter(|(name, value)| name.contains(PLANTED) || is_clear(value));
        broken.extend(clear.map(|(name, _)| format!("a secret is in {name} of the answer of {}", said.method)));
    }
    broken
}

/// Whether a planted secret stands outside of any secret value.
fn is_clear(value: &Value) -> bool {
    match value {
        _ if is_secret(value) => false,
        Value::String(text) => text.contains(PLANTED),
        Value::Array(items) => items.iter().any(is_clear),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains(PLANTED) || is_clear(value)),
        _ => false,
    }
}
