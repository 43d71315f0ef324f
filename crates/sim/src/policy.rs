//! Key policies as KMS takes, judges and gives them back.

mod conditions;
mod facts;
mod grammar;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub(crate) use facts::{Facts, of_request, with_key};
pub(crate) use grammar::{is_own, parse};

/// Who asks, for what.
#[derive(Debug, Clone)]
pub(crate) struct Question<'a> {
    /// ARN of the user, role session or root.
    pub(crate) principal: &'a str,
    /// ARN of the role behind a session, with its path; of anybody else the principal.
    pub(crate) identity: &'a str,
    /// Such as `kms:PutKeyPolicy`.
    pub(crate) action: &'a str,
    /// ARN of the key, or `*` for what concerns none.
    pub(crate) resource: &'a str,
    /// Encryption context of the call.
    pub(crate) context: &'a BTreeMap<String, String>,
    /// What the request says, and what its key is.
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
pub(crate) fn default_policy(account: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions", "Effect": "Allow",
            "Principal": { "AWS": format!("arn:aws:iam::{account}:root") }, "Action": "kms:*", "Resource": "*",
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

/// What a document says to a question.
pub(crate) fn judge(document: &Value, question: &Question<'_>) -> Judgement {
    let mut judgement = Judgement::Silent;
    for statement in statements(document).iter().filter(|statement| applies(statement, question)) {
        let Some(direct) = concerns(statement, question) else { continue };
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
fn concerns(statement: &Value, question: &Question<'_>) -> Option<bool> {
    if let Some(excluded) = statement.get("NotPrincipal") {
        return names(excluded, question).is_none().then_some(true);
    }
    names(statement.get("Principal")?, question)
}

fn names(principal: &Value, question: &Question<'_>) -> Option<bool> {
    let listed = if principal == "*" { vec!["*".to_owned()] } else { principal.get("AWS").map(texts)? };
    let own = |name: &str| name == "*" || name == question.principal || name == question.identity;
    if listed.iter().any(|name| own(name)) {
        return Some(true);
    }
    let account = account_of(question.principal)?;
    let root = format!("arn:aws:iam::{account}:root");
    listed.iter().any(|name| *name == account || *name == root).then_some(false)
}

/// The role of a session: `arn:aws:sts::A:assumed-role/R/S` -> `arn:aws:iam::A:role/R`.
pub(crate) fn role_of(session: &str) -> Option<String> {
    let rest = session.strip_prefix("arn:aws:sts::")?;
    let (account, resource) = rest.split_once(':')?;
    let role = resource.strip_prefix("assumed-role/")?.rsplit_once('/')?.0;
    Some(format!("arn:aws:iam::{account}:role/{role}"))
}

pub(crate) fn account_of(arn: &str) -> Option<String> {
    arn.split(':').nth(4).map(str::to_owned)
}

/// `*` and `?` as IAM means them.
fn like(pattern: &str, text: &str) -> bool {
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

/// The document as AWS gives it back: other order, single values out of their lists, principals that are gone by their
/// unique IDs.
pub(crate) fn rewritten(document: &Value, unique_id_of_deleted: &dyn Fn(&str) -> Option<String>) -> Value {
    let mut document = document.clone();
    if let Some(single) = document.get("Statement").filter(|statement| statement.is_object()).cloned() {
        document["Statement"] = json!([single]);
    }
    for statement in document.get_mut("Statement").and_then(Value::as_array_mut).into_iter().flatten() {
        for name in ["Action", "NotAction", "Resource"] {
            if let Some(value) = statement.get_mut(name) {
                *value = reordered(texts(value));
            }
        }
        if let Some(aws) = statement.pointer_mut("/Principal/AWS") {
            let names = texts(aws).into_iter().map(|name| {
                let root = name.len() == 12 && name.bytes().all(|b| b.is_ascii_digit());
                if root { format!("arn:aws:iam::{name}:root") } else { unique_id_of_deleted(&name).unwrap_or(name) }
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
    match names.as_slice() {
        [single] => json!(single),
        many => json!(many),
    }
}

#[cfg(test)]
mod tests {
    use super::{like, role_of};

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

    #[test]
    fn sessions_have_roles() {
        let role = role_of("arn:aws:sts::123456789012:assumed-role/Deploy/s");
        assert_eq!(role.as_deref(), Some("arn:aws:iam::123456789012:role/Deploy"));
        assert_eq!(role_of("arn:aws:iam::123456789012:role/Deploy"), None);
    }
}
