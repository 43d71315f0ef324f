//! Key policies as KMS takes, judges and gives them back.

mod address;
mod conditions;
mod facts;
mod grammar;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::caller::Caller;

pub(crate) use facts::{Facts, of_request, with_key};
pub(crate) use grammar::{is_own, parse};

/// Who asks, for what.
#[derive(Debug, Clone)]
pub(crate) struct Question<'a> {
    /// The user, role session, root or service.
    pub(crate) caller: &'a Caller,
    /// Such as `kms:PutKeyPolicy`.
    pub(crate) action: &'a str,
    /// ARN of the key, or `*` for what concerns none.
    pub(crate) resource: &'a str,
    /// Encryption context of the call.
    pub(crate) context: &'a BTreeMap<String, String>,
    /// What is said of every call, what the request says, and what its key is.
    pub(crate) facts: &'a Facts,
}

/// What a policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judgement {
    Denied,
    /// To the principal itself.
    Allowed,
    /// To the account: its IAM policies decide.
    AllowedToAccount,
    Silent,
}

/// AWS's policy for keys that are made without one.
pub(crate) fn default_policy(account: &str, partition: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions", "Effect": "Allow",
            "Principal": { "AWS": format!("arn:{partition}:iam::{account}:root") }, "Action": "kms:*", "Resource": "*",
        }],
    })
}

pub(crate) fn statements(document: &Value) -> &[Value] {
    match document.get("Statement") {
        Some(Value::Array(statements)) => statements,
        Some(single) => std::slice::from_ref(single),
        None => &[],
    }
}

/// Principals of a kind that a document names, but for everybody.
pub(crate) fn principals(document: &Value, kind: &str) -> Vec<String> {
    statements(document)
        .iter()
        .flat_map(|statement| ["Principal", "NotPrincipal"].map(|name| statement.get(name)))
        .flatten()
        .filter_map(|principal| principal.get(kind))
        .flat_map(texts)
        .filter(|name| name != "*")
        .collect()
}

/// Unique IDs of principals by the names that a document has for them.
type Bound = BTreeMap<String, String>;

/// What a document says to a question. `bound` are the principals that its names meant when it was put.
pub(crate) fn judge(document: &Value, bound: &Bound, question: &Question<'_>) -> Judgement {
    let mut judgement = Judgement::Silent;
    for statement in statements(document).iter().filter(|statement| applies(statement, question)) {
        let Some(direct) = concerns(statement, bound, question) else { continue };
        match statement.get("Effect").and_then(Value::as_str) {
            Some("Deny") => return Judgement::Denied,
            _ if direct => judgement = Judgement::Allowed,
            _ if judgement == Judgement::Silent => judgement = Judgement::AllowedToAccount,
            _ => {}
        }
    }
    judgement
}

/// What a policy of the principal's own says, which names no principals.
pub(crate) fn judge_own(document: &Value, question: &Question<'_>) -> Judgement {
    let mut judgement = Judgement::Silent;
    for statement in statements(document).iter().filter(|statement| applies(statement, question)) {
        if statement["Effect"] == "Deny" {
            return Judgement::Denied;
        }
        judgement = Judgement::Allowed;
    }
    judgement
}

/// Whether action, resource and condition match.
fn applies(statement: &Value, question: &Question<'_>) -> bool {
    let matches_any = |value: &Value| {
        texts(value).iter().any(|pattern| like(&pattern.to_lowercase(), &question.action.to_lowercase()))
    };
    let action = match (statement.get("Action"), statement.get("NotAction")) {
        (Some(actions), _) => matches_any(actions),
        (None, Some(actions)) => !matches_any(actions),
        (None, None) => false,
    };
    let named = |names: &Value| texts(names).iter().any(|pattern| like(pattern, question.resource));
    let resource = match (statement.get("Resource"), statement.get("NotResource")) {
        (Some(names), _) => named(names),
        (None, Some(names)) => !named(names),
        (None, None) => false,
    };
    action && resource && conditions::hold(statement.get("Condition"), question)
}

/// Whether the principal is meant, and then whether by its own name (or any) rather than by its account.
fn concerns(statement: &Value, bound: &Bound, question: &Question<'_>) -> Option<bool> {
    if let Some(excluded) = statement.get("NotPrincipal") {
        return names(excluded, bound, question).is_none().then_some(true);
    }
    names(statement.get("Principal")?, bound, question)
}

fn names(principal: &Value, bound: &Bound, question: &Question<'_>) -> Option<bool> {
    let caller = question.caller;
    let listed = |kind: &str| principal.get(kind).map(texts).unwrap_or_default();
    if principal == "*" || listed("AWS").iter().any(|name| name == "*") {
        return Some(true);
    }
    if let Some(service) = &caller.service {
        return listed("Service").contains(service).then_some(true);
    }
    let same = |name: &str| bound.get(name).is_none_or(|id| caller.unique_id() == Some(id));
    let listed = listed("AWS");
    if listed.iter().any(|name| caller.answers_to(name) && same(name)) {
        return Some(true);
    }
    let partition = caller.arn.split(':').nth(1).unwrap_or_default();
    let root = format!("arn:{partition}:iam::{}:root", caller.account);
    listed.iter().any(|name| *name == caller.account || *name == root).then_some(false)
}

/// `*` and `?` as IAM means them.
pub(crate) fn like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern.len() == text.len() && pattern.bytes().zip(text.bytes()).all(|(p, t)| p == b'?' || p == t),
        Some((head, tail)) => {
            let fits = text.get(..head.len()).is_some_and(|start| like(head, start));
            fits && (head.len()..=text.len()).any(|cut| text.get(cut..).is_some_and(|rest| like(tail, rest)))
        }
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        Value::Bool(value) => vec![value.to_string()],
        Value::Number(number) => vec![number.to_string()],
        _ => vec![],
    }
}

/// The document as AWS gives it back: principals in another order, single values out of their lists, principals that are gone
/// by their unique IDs. Other lists keep their order: tools that compare them as they are work with AWS.
pub(crate) fn rewritten(document: &Value, partition: &str, gone: &dyn Fn(&str) -> Option<String>) -> Value {
    let mut document = document.clone();
    if let Some(single) = document.get("Statement").filter(|statement| statement.is_object()).cloned() {
        document["Statement"] = json!([single]);
    }
    for statement in document.get_mut("Statement").and_then(Value::as_array_mut).into_iter().flatten() {
        for name in ["Action", "NotAction", "Resource"] {
            if let Some(value) = statement.get_mut(name) {
                *value = single_or_list(&texts(value));
            }
        }
        for who in ["/Principal/AWS", "/NotPrincipal/AWS"] {
            let Some(aws) = statement.pointer_mut(who) else { continue };
            let names = texts(aws).into_iter().map(|name| {
                let root = name.len() == 12 && name.bytes().all(|b| b.is_ascii_digit());
                if root { format!("arn:{partition}:iam::{name}:root") } else { gone(&name).unwrap_or(name) }
            });
            *aws = reordered(names.collect());
        }
    }
    document
}

/// AWS keeps no order of sets: here they come back reversed, so that nobody relies on one.
fn reordered(mut names: Vec<String>) -> Value {
    names.sort_unstable_by(|a, b| b.cmp(a));
    names.dedup();
    single_or_list(&names)
}

fn single_or_list(names: &[String]) -> Value {
    match names {
        [single] => json!(single),
        many => json!(many),
    }
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn wildcards() {
        for (pattern, text, fits) in [
            ("kms:*", "kms:encrypt", true),
            ("kms:get*", "kms:getkeypolicy", true),
            ("kms:get*", "kms:putkeypolicy", false),
            ("*crypt", "kms:decrypt", true),
            ("kms:sig?", "kms:sign", true),
            ("", "", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
        ] {
            assert_eq!(like(pattern, text), fits, "{pattern} {text}");
        }
    }
}
