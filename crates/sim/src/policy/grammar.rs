//! What a policy document must look like.

use serde_json::{Map, Value};

use super::{conditions, statements, texts};
use crate::error::ApiError;
use crate::options::Doubts;

/// Reads a document and checks its grammar.
pub(crate) fn parse(text: &str, doubts: &Doubts) -> Result<Value, ApiError> {
    if text.len() > 32_768 {
        return Err(ApiError::new(
            &doubts.large_policy_code,
            "The policy exceeds the key policy document size quota of 32768 bytes.",
        ));
    }
    let syntax = || ApiError::malformed_policy("Syntax errors in policy.");
    let document: Value = serde_json::from_str(text).map_err(|_| syntax())?;
    let map = document.as_object().ok_or_else(syntax)?;
    let version = map.get("Version").map(Value::as_str);
    let good_version = version.is_none_or(|version| matches!(version, Some("2012-10-17" | "2008-10-17")));
    let strict = doubts.unknown_policy_elements_refused;
    let known = !strict || map.keys().all(|name| ["Version", "Id", "Statement"].contains(&name.as_str()));
    let statements = statements(&document);
    let good = !statements.is_empty()
        && statements.iter().all(|statement| {
            statement.as_object().is_some_and(|map| {
                well_formed(map, strict)
                    && (!doubts.bare_policy_statements_refused || is_whole(map))
                    && !(doubts.iam_condition_keys_refused && map.get("Condition").is_some_and(has_keys_of_iam))
            })
        });
    if good_version && known && good && map.get("Id").is_none_or(Value::is_string) {
        Ok(document)
    } else {
        Err(syntax())
    }
}

/// Whether a document is a policy of a principal's own: its statements name no principals, and always an action and a
/// resource.
pub(crate) fn is_own(document: &Value) -> bool {
    let good = |statement: &Map<String, Value>| {
        let principals = statement.contains_key("Principal") || statement.contains_key("NotPrincipal");
        !principals && one_of(statement, "Action") && one_of(statement, "Resource") && sound(statement, true)
    };
    let statements = statements(document);
    let all = statements.iter().all(|statement| statement.as_object().is_some_and(good));
    document["Version"].is_string() && !statements.is_empty() && all
}

fn well_formed(statement: &Map<String, Value>, strict: bool) -> bool {
    let principal = statement.get("Principal").or_else(|| statement.get("NotPrincipal"));
    one_of(statement, "Principal") && principal.is_some_and(principals) && sound(statement, strict)
}

/// Whether a statement says which actions it is about, and that it is about the key that has the policy.
fn is_whole(statement: &Map<String, Value>) -> bool {
    let some = |name: &str| statement.get(name).is_some_and(|value| !texts(value).is_empty());
    (some("Action") || some("NotAction")) && statement.get("Resource").is_some_and(|names| texts(names) == ["*"])
}

/// Whether a condition has keys that only policies of IAM may have: a key's policy knows its tags and names beforehand.
fn has_keys_of_iam(block: &Value) -> bool {
    let of_iam = |key: &String| {
        let key = key.to_lowercase();
        key.starts_with("aws:resourcetag/") || key.starts_with("kms:resourcetag/") || key == "kms:resourcealiases"
    };
    let operators = block.as_object().into_iter().flat_map(Map::values);
    operators.filter_map(Value::as_object).flat_map(Map::keys).any(of_iam)
}

/// Whether a statement has an element or its negation, and not both.
fn one_of(statement: &Map<String, Value>, name: &str) -> bool {
    statement.contains_key(name) != statement.contains_key(&format!("Not{name}"))
}

/// Everything but principals. A statement without an action or a resource is sound: it has no effect.
fn sound(statement: &Map<String, Value>, strict: bool) -> bool {
    const ELEMENTS: [&str; 9] =
        ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
    let both = |name: &str| statement.contains_key(name) && statement.contains_key(&format!("Not{name}"));
    let every = |name: &str, good: fn(&str) -> bool| {
        [name.to_owned(), format!("Not{name}")]
            .iter()
            .filter_map(|name| statement.get(name))
            .all(|value| names(value, good))
    };
    matches!(statement.get("Effect").and_then(Value::as_str), Some("Allow" | "Deny"))
        && statement.get("Sid").is_none_or(Value::is_string)
        && !both("Action")
        && !both("Resource")
        && every("Action", |action| {
            action == "*" || action.split_once(':').is_some_and(|(service, _)| !service.is_empty())
        })
        && every("Resource", |_| true)
        && statement.get("Condition").is_none_or(|block| conditions::well_formed(block, strict))
        && (!strict || statement.keys().all(|name| ELEMENTS.contains(&name.as_str())))
}

/// A text or a list of texts, all of them good.
fn names(value: &Value, good: fn(&str) -> bool) -> bool {
    match value {
        Value::String(name) => good(name),
        Value::Array(names) => names.iter().all(|name| name.as_str().is_some_and(good)),
        _ => false,
    }
}

/// Everybody, or principals by their kinds.
fn principals(value: &Value) -> bool {
    let kind = |(kind, value): (&String, &Value)| {
        let known = ["AWS", "Service", "Federated", "CanonicalUser"].contains(&kind.as_str());
        known && value != &Value::Array(vec![]) && names(value, |name| !name.is_empty())
    };
    value == "*" || value.as_object().is_some_and(|kinds| !kinds.is_empty() && kinds.iter().all(kind))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{is_own, parse};
    use crate::options::Doubts;

    #[test]
    fn grammar() {
        let doubts = Doubts::default();
        assert!(parse(&crate::policy::default_policy("123456789012", "aws").to_string(), &doubts).is_ok());
        for bad in [
            "",
            "{}",
            "[]",
            r#"{"Statement":[]}"#,
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Principal":"*"}]}"#,
        ] {
            assert_eq!(parse(bad, &doubts).expect_err(bad).code, "MalformedPolicyDocumentException");
        }
        let whole =
            json!({ "Effect": "Allow", "Principal": { "AWS": "123456789012" }, "Action": "kms:*", "Resource": "*" });
        let with = |change: &serde_json::Value| {
            let mut statement = whole.clone();
            for (name, value) in change.as_object().expect("members") {
                statement[name] = value.clone();
            }
            parse(&json!({ "Statement": statement }).to_string(), &doubts)
        };
        assert!(with(&json!({ "Condition": { "StringEquals": { "aws:x": ["y", true, 5] } } })).is_ok());
        assert!(with(&json!({ "Condition": { "ForAnyValue:StringLikeIfExists": { "aws:x": "y" } } })).is_ok());
        for change in [
            json!({ "Effect": "allow" }),
            json!({ "Principal": "someone" }),
            json!({ "Principal": {} }),
            json!({ "Principal": { "AWS": [] } }),
            json!({ "Principal": { "AWS": 5 } }),
            json!({ "Principal": { "Nobody": "x" } }),
            json!({ "NotPrincipal": "*" }),
            json!({ "NotAction": "kms:*" }),
            json!({ "NotResource": "*" }),
            json!({ "Action": "kms" }),
            json!({ "Action": 5 }),
            json!({ "Sid": 5 }),
            json!({ "Condition": "x" }),
            json!({ "Condition": { "StringEquals": "x" } }),
            json!({ "Condition": { "Equals": { "aws:x": "y" } } }),
            json!({ "Unknown": "x" }),
            json!({ "Action": [] }),
            json!({ "Resource": [] }),
            json!({ "Resource": "arn:aws:kms:eu-central-1:123456789012:key/x" }),
            json!({ "Condition": { "StringEquals": { "aws:ResourceTag/a": "b" } } }),
            json!({ "Condition": { "StringEquals": { "kms:ResourceAliases": "alias/a" } } }),
        ] {
            assert!(with(&change).is_err(), "{change}");
        }
        let lax = Doubts { bare_policy_statements_refused: false, iam_condition_keys_refused: false, ..doubts.clone() };
        for text in [
            r#"{"Statement":[{"Effect":"Allow","Principal":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"arn:aws:kms:x"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"Null":{"aws:ResourceTag/a":true}}}]}"#,
        ] {
            assert!(parse(text, &doubts).is_err(), "{text}");
            assert!(parse(text, &lax).is_ok(), "{text}");
        }
    }

    #[test]
    fn policies_of_principals_name_none() {
        let own =
            json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } });
        assert!(is_own(&own));
        for (name, value) in [("Principal", json!("*")), ("Action", json!("kms")), ("NotAction", json!("kms:*"))] {
            let mut other = own.clone();
            other["Statement"][name] = value;
            assert!(!is_own(&other), "{other}");
        }
    }
}
