//! Whether two policy documents mean the same.
//!
//! AWS may give a policy back with its parts in another order, single values in place of one-element lists, account IDs
//! as root ARNs and numbers as text. Comparing the texts would show a change for ever.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// Whether AWS grants and denies exactly the same by both documents.
pub fn equal(left: &Value, right: &Value) -> bool {
    match (normal(left), normal(right)) {
        (Some(left), Some(right)) => left.means(&right),
        // What has no normal form is compared as it is.
        _ => left == right,
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Document {
    version: Option<String>,
    id: Option<String>,
    /// Sorted, repetitions kept: a statement given twice is not a statement given once.
    statements: Vec<Statement>,
}

impl Document {
    /// The `Id` is a label. It counts only where both documents have one, so that a policy written without it equals what AWS
    /// or a person labelled later.
    fn means(&self, other: &Self) -> bool {
        let same_id = self.id.is_none() || other.id.is_none() || self.id == other.id;
        same_id && self.version == other.version && self.statements == other.statements
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Statement {
    sid: Option<String>,
    effect: String,
    /// `Principal`, `NotAction`, … -> values by kind; the kind is empty for lists without one.
    parts: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// Operator -> condition key -> values.
    conditions: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// Members that are in no grammar, as they are.
    others: BTreeMap<String, String>,
}

fn normal(document: &Value) -> Option<Document> {
    let parsed;
    let map = match document {
        Value::String(text) => {
            parsed = serde_json::from_str::<Value>(text).ok()?;
            parsed.as_object()?
        }
        other => other.as_object()?,
    };
    let text = |name: &str| map.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut statements = match map.get("Statement")? {
        Value::Array(items) => items.iter().map(statement).collect::<Option<Vec<_>>>()?,
        single => vec![statement(single)?],
    };
    statements.sort();
    Some(Document { version: text("Version"), id: text("Id"), statements })
}

fn statement(value: &Value) -> Option<Statement> {
    let map = value.as_object()?;
    let mut parts = BTreeMap::new();
    let mut others = BTreeMap::new();
    for (name, value) in map {
        match name.as_str() {
            "Sid" | "Effect" | "Condition" => {}
            // Action names are compared by AWS without regard to case.
            "Action" | "NotAction" => {
                let actions = texts(value)?.into_iter().map(|action| action.to_lowercase()).collect();
                parts.insert(name.clone(), BTreeMap::from([(String::new(), actions)]));
            }
            "Resource" | "NotResource" => {
                parts.insert(name.clone(), BTreeMap::from([(String::new(), texts(value)?)]));
            }
            "Principal" | "NotPrincipal" => {
                parts.insert(name.clone(), principals(value)?);
            }
            _ => {
                others.insert(name.clone(), value.to_string());
            }
        }
    }
    Some(Statement {
        sid: map.get("Sid").and_then(Value::as_str).filter(|sid| !sid.is_empty()).map(str::to_owned),
        effect: map.get("Effect")?.as_str()?.to_owned(),
        parts,
        conditions: match map.get("Condition") {
            None | Some(Value::Null) => BTreeMap::new(),
            Some(conditions) => condition_block(conditions.as_object()?)?,
        },
        others,
    })
}

/// `"*"` is any AWS principal, as `{"AWS": "*"}` is.
fn principals(value: &Value) -> Option<BTreeMap<String, BTreeSet<String>>> {
    match value {
        Value::String(any) => Some(BTreeMap::from([("AWS".to_owned(), BTreeSet::from([any.clone()]))])),
        Value::Object(kinds) => {
            let mut all = BTreeMap::new();
            for (kind, value) in kinds {
                let values: BTreeSet<String> = texts(value)?.into_iter().map(|p| principal(kind, p)).collect();
                if !values.is_empty() {
                    all.insert(kind.clone(), values);
                }
            }
            Some(all)
        }
        _ => None,
    }
}

/// A bare account ID stands for the account's root, in whatever partition the key is.
fn principal(kind: &str, name: String) -> String {
    let parts: Vec<&str> = name.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, "root"] if kind == "AWS" => (*account).to_owned(),
        _ => name,
    }
}

fn condition_block(operators: &Map<String, Value>) -> Option<BTreeMap<String, BTreeMap<String, BTreeSet<String>>>> {
    let mut all = BTreeMap::new();
    for (operator, keys) in operators {
        let keys = keys.as_object()?;
        let keys: BTreeMap<_, _> =
            keys.iter().map(|(key, value)| Some((condition_key(key), texts(value)?))).collect::<Option<_>>()?;
        if !keys.is_empty() {
            all.insert(operator.to_lowercase(), keys);
        }
    }
    Some(all)
}

/// Names of condition keys are compared without regard to case, but what follows `kms:EncryptionContext:` is a name of
/// the user's, where case counts.
fn condition_key(key: &str) -> String {
    const CONTEXT: &str = "kms:encryptioncontext:";
    let lower = key.to_lowercase();
    if lower.starts_with(CONTEXT) {
        format!("{CONTEXT}{}", &key[CONTEXT.len()..])
    } else {
        lower
    }
}

/// One value or a list of them, as a set of texts.
fn texts(value: &Value) -> Option<BTreeSet<String>> {
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        single => Some(BTreeSet::from([text(single)?])),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::equal;

    fn document(statements: Value) -> Value {
        json!({ "Version": "2012-10-17", "Statement": statements })
    }

    fn base() -> Value {
        json!({
            "Sid": "Use", "Effect": "Allow",
            "Principal": { "AWS": ["arn:aws:iam::111122223333:role/A", "arn:aws:iam::111122223333:root"] },
            "Action": ["kms:Encrypt", "kms:Decrypt"], "Resource": "*",
            "Condition": { "Bool": { "kms:GrantIsForAWSResource": true }, "NumericLessThan": { "aws:MultiFactorAuthAge": 3600 } },
        })
    }

    #[test]
    fn what_aws_rewrites_is_equal() {
        let mut rewritten = base();
        rewritten["Principal"]["AWS"] = json!(["111122223333", "arn:aws:iam::111122223333:role/A", "111122223333"]);
        rewritten["Action"] = json!(["kms:decrypt", "kms:Encrypt"]);
        rewritten["Resource"] = json!(["*"]);
        rewritten["Condition"] = json!({
            "NumericLessThan": { "AWS:MultiFactorAuthAge": "3600" },
            "Bool": { "kms:GrantIsForAWSResource": ["true"] },
        });
        assert!(equal(&document(base()), &document(json!([rewritten]))));
        let text = Value::String(document(base()).to_string());
        assert!(equal(&text, &document(base())));
        let any = |principal: Value| document(json!({ "Effect": "Deny", "Principal": principal, "Action": "kms:*", "Resource": "*" }));
        assert!(equal(&any(json!("*")), &any(json!({ "AWS": "*" }))));
    }

    #[test]
    fn what_means_something_else_is_not() {
        let changes: Vec<(&str, Box<dyn Fn(&mut Value)>)> = vec![
            ("an action less", Box::new(|s| s["Action"] = json!("kms:Encrypt"))),
            ("Deny", Box::new(|s| s["Effect"] = json!("Deny"))),
            ("another role", Box::new(|s| s["Principal"]["AWS"][0] = json!("arn:aws:iam::111122223333:role/B"))),
            ("a unique ID", Box::new(|s| s["Principal"]["AWS"][0] = json!("AROAEXAMPLE"))),
            ("no condition", Box::new(|s| s["Condition"] = json!({}))),
            ("another value", Box::new(|s| s["Condition"]["Bool"]["kms:GrantIsForAWSResource"] = json!(false))),
            ("NotAction", Box::new(|s| { let a = s["Action"].take(); s.as_object_mut().expect("object").remove("Action"); s["NotAction"] = a; })),
        ];
        for (what, change) in changes {
            let mut changed = base();
            change(&mut changed);
            assert!(!equal(&document(base()), &document(changed)), "{what}");
        }
        assert!(!equal(&document(json!([base()])), &document(json!([base(), base()]))), "a statement twice");
        let context = |key: &str| {
            let mut s = base();
            s["Condition"] = json!({ "StringEquals": { format!("kms:EncryptionContext:{key}"): "x" } });
            document(s)
        };
        assert!(!equal(&context("App"), &context("app")), "case of a context key");
    }

    fn any_statement() -> impl Strategy<Value = Value> {
        let role = "[A-D]".prop_map(|name| format!("arn:aws:iam::111122223333:role/{name}"));
        let action = prop::sample::select(vec!["kms:Encrypt", "kms:Decrypt", "kms:Sign", "kms:*"]);
        (
            prop::collection::btree_set(role, 1..4),
            prop::collection::btree_set(action, 1..4),
            prop::bool::ANY,
            prop::option::of(("[a-c]", any::<bool>())),
        )
            .prop_map(|(roles, actions, allow, condition)| {
                let mut statement = json!({
                    "Effect": if allow { "Allow" } else { "Deny" },
                    "Principal": { "AWS": roles }, "Action": actions, "Resource": "*",
                });
                if let Some((key, value)) = condition {
                    statement["Condition"] = json!({ "Bool": { format!("aws:{key}"): value } });
                }
                statement
            })
    }

    /// Respells every part of a statement without changing what it means.
    fn respell(statement: &Value) -> Value {
        let mut other = statement.clone();
        for list in [&mut other["Principal"]["AWS"]] {
            let mut items = list.as_array().cloned().expect("a list");
            items.reverse();
            *list = if items.len() == 1 { items[0].clone() } else { Value::Array(items) };
        }
        let mut actions = other["Action"].as_array().cloned().expect("a list");
        actions.rotate_left(1);
        actions.push(json!(actions[0].as_str().expect("text").to_uppercase()));
        other["Action"] = Value::Array(actions);
        other["Resource"] = json!(["*"]);
        if let Some(Value::Object(keys)) = other.pointer_mut("/Condition/Bool") {
            for value in keys.values_mut() {
                *value = json!([value.to_string()]);
            }
        }
        other
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn respelling_and_reordering_keep_the_meaning(statements in prop::collection::vec(any_statement(), 1..5)) {
            let mut other: Vec<Value> = statements.iter().map(respell).collect();
            other.reverse();
            prop_assert!(equal(&document(json!(statements)), &document(json!(other))));
        }

        #[test]
        fn taking_anything_away_changes_the_meaning(
            statements in prop::collection::vec(any_statement(), 2..5), which in any::<prop::sample::Index>(),
        ) {
            let mut fewer = statements.clone();
            fewer.remove(which.index(statements.len()));
            prop_assert!(!equal(&document(json!(statements)), &document(json!(fewer))));
        }

        #[test]
        fn a_changed_principal_changes_the_meaning(
            statements in prop::collection::vec(any_statement(), 1..4), which in any::<prop::sample::Index>(),
        ) {
            let mut other = statements.clone();
            let index = which.index(statements.len());
            other[index]["Principal"]["AWS"][0] = json!("arn:aws:iam::111122223333:role/Stranger");
            prop_assert!(!equal(&document(json!(statements)), &document(json!(other))));
        }
    }
}
