//! Remarks about a statement's `Condition`: its grammar, and what it cannot mean.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::condition::{OPERATORS, Operator, Set};
use super::super::grammar::{CONTEXT, condition_key, texts};
use super::super::pattern::is_pattern;
use super::keys::{Type, has_several, is_for_iam_only, names, type_of};
use super::rules::{KP001, KP003, KP014, KP015, KP016, KP018, KP026, KP028};
use super::{At, Findings};
use crate::ids::nearest;

/// Looks at a `Condition`.
pub(in crate::policy) fn check_condition(at: &At<'_>, block: &Value, findings: &mut Findings) {
    let malformed = || {
        format!(
            "{at}.Condition is {block}; it is an object of operators, each with keys and values, such as {{\"StringEquals\": {{\"kms:CallerAccount\": \"123456789012\"}}}}"
        )
    };
    let Some(operators) = block.as_object() else { return findings.add(at, KP001, malformed()) };
    if operators.is_empty() {
        findings.add(at, KP018, format!("{at}.Condition is empty, so it restricts nothing; remove it"));
    }
    let mut written: BTreeMap<(String, String), &str> = BTreeMap::new();
    for (name, keys) in operators {
        let Some(keys) = keys.as_object().filter(|keys| keys.values().all(|values| texts(values).is_some())) else {
            return findings.add(at, KP001, malformed());
        };
        if keys.is_empty() {
            findings.add(at, KP018, format!("{at}.Condition.{name} is empty, so it restricts nothing; remove it"));
        }
        let operator = Operator::parse(name);
        check_operator(at, name, &operator, findings);
        for (key, values) in keys {
            let compared = condition_key(key);
            check_key(at, name, &operator, key, &compared, findings);
            check_values(at, &operator, (name, key), &texts(values).unwrap_or_default(), findings);
            if let Some(other) = written.insert((name.to_lowercase(), compared), key) {
                findings.add(at, KP016, format!("{at}.Condition.{name} has {other:?} and {key:?}, which AWS does not tell apart; both must hold; keep one, with all values"));
            }
        }
    }
    context_names(at, operators, findings);
}

fn check_operator(at: &At<'_>, name: &str, operator: &Operator, findings: &mut Findings) {
    if !OPERATORS.iter().any(|known| known.eq_ignore_ascii_case(&operator.name)) {
        let near = nearest(&operator.name, OPERATORS.into_iter());
        let hint = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
        findings.add(at, KP014, format!("{at}.Condition has {name:?}, which is no operator that is known here{hint}"));
    } else if operator.name == "null" && operator.set != Set::Single {
        findings.add(at, KP018, format!("{at}.Condition has {name:?}; Null asks whether the key is there, so the set operator says nothing; write Null"));
    }
}

/// Encryption contexts of services hold ARNs as text: AWS's own examples compare those of `CloudWatch` Logs, S3 and Lambda by
/// `ArnEquals` and `ArnLike` (Amazon `CloudWatch` Logs user guide, "Encrypt log data in `CloudWatch` Logs using AWS KMS").
fn may_be_arn(operator: &Operator, compared: &str) -> bool {
    compared.starts_with(CONTEXT) && operator.name.starts_with("arn")
}

fn check_key(at: &At<'_>, name: &str, operator: &Operator, key: &str, compared: &str, findings: &mut Findings) {
    if is_for_iam_only(compared) {
        return findings.add(at, KP026, format!("{at}.Condition.{name} has {key}; KMS refuses this key in a key policy, because it is for IAM policies only; put the condition into the IAM policies of the principals"));
    }
    // KMS answers such a policy with an error of its own, because it would let calls without any such pair through
    // (AWS KMS developer guide, "Using multiple encryption context pairs").
    let pair = compared.starts_with(CONTEXT) || compared.starts_with("aws:requesttag/");
    if operator.set == Set::ForAll && pair {
        return findings.add(at, KP003, format!("{at}.Condition has {key} under {name}; ForAllValues would also let calls without it through, so KMS refuses it; remove ForAllValues"));
    }
    let ours = compared.starts_with("kms:") || compared.starts_with("aws:");
    let kind = type_of(compared);
    if ours && kind.is_none() {
        // One that is nearly a known one is a typing error; another one may be newer than this version.
        if let Some(near) = nearest(key, names()) {
            findings
                .add(at, KP014, format!("{at}.Condition.{name} has {key:?}, which is no condition key that is known here; did you mean {near:?}?"));
        }
    } else if let Some(kind) = kind.filter(|kind| !fits(operator, *kind) && !may_be_arn(operator, compared)) {
        findings.add(
            at,
            KP014,
            format!(
                "{at}.Condition has {key} under {name}; the key holds {}, which this operator does not compare; use {}",
                word(kind),
                instead(kind)
            ),
        );
    }
    let is_several = has_several(compared);
    if operator.set == Set::ForAll && !is_several && !pair && kind.is_some() && operator.name != "null" {
        findings.add(at, KP028, format!("{at}.Condition has {key} under {name}; the key has one value, and ForAllValues also lets calls without the key through; remove ForAllValues"));
    }
}

fn fits(operator: &Operator, kind: Type) -> bool {
    let name = operator.name.as_str();
    let text = name.starts_with("string");
    name == "null"
        || !OPERATORS.iter().any(|known| known.eq_ignore_ascii_case(name))
        || match kind {
            Type::Text => text || name == "binaryequals",
            // ARNs may be compared as texts, and accounts in them are.
            Type::Arn => text || name.starts_with("arn"),
            Type::Flag => name == "bool" || text,
            Type::Number => name.starts_with("numeric") || text,
            Type::Date => name.starts_with("date") || name.starts_with("numeric") || text,
            Type::Address => name.ends_with("ipaddress"),
        }
}

fn word(kind: Type) -> &'static str {
    match kind {
        Type::Text => "text",
        Type::Arn => "an ARN",
        Type::Flag => "true or false",
        Type::Number => "a number",
        Type::Date => "a time",
        Type::Address => "an IP address",
    }
}

fn instead(kind: Type) -> &'static str {
    match kind {
        Type::Text => "StringEquals or StringLike",
        Type::Arn => "ArnEquals or ArnLike",
        Type::Flag => "Bool",
        Type::Number => "NumericEquals or its kin",
        Type::Date => "DateLessThan or its kin",
        Type::Address => "IpAddress or NotIpAddress",
    }
}

fn check_values(
    at: &At<'_>,
    operator: &Operator,
    (name, key): (&str, &str),
    values: &[String],
    findings: &mut Findings,
) {
    let plain = ["stringequals", "stringnotequals", "stringequalsignorecase", "stringnotequalsignorecase"];
    // ArnEquals takes patterns as ArnLike does.
    if !plain.contains(&operator.name.as_str()) {
        return;
    }
    // `${*}` is how a star is written that stands for itself.
    for value in values.iter().filter(|value| is_pattern(&value.replace("${*}", "").replace("${?}", ""))) {
        let like = if operator.name.contains("not") { "StringNotLike" } else { "StringLike" };
        findings.add(at, KP015, format!("{at}.Condition.{name} compares {key} with {value:?} letter by letter, so its wildcard stands for itself; use {like} if it is meant as one"));
    }
}

/// Two names of the encryption context that differ by case only: conditions do not tell them apart, calls do.
fn context_names(at: &At<'_>, operators: &Map<String, Value>, findings: &mut Findings) {
    let keys = operators.values().filter_map(Value::as_object).flat_map(Map::keys);
    let names: Vec<String> = keys
        .filter(|key| condition_key(key).starts_with(CONTEXT))
        .filter_map(|key| key.get(CONTEXT.len()..).map(str::to_owned))
        .collect();
    if let Some((one, two)) = super::context::differ_by_case(names.iter().map(String::as_str)) {
        findings.add(at, KP016, format!("{at}.Condition asks for the encryption context {one:?} and {two:?}; AWS compares these names without case, so one call can hardly have both; keep one"));
    }
}
