//! Conditions of policy statements.

use serde_json::Value;

use super::{Question, address, like, texts};
use crate::dates;

const OPERATORS: [&str; 27] = [
    "stringequals",
    "stringnotequals",
    "stringequalsignorecase",
    "stringnotequalsignorecase",
    "stringlike",
    "stringnotlike",
    "numericequals",
    "numericnotequals",
    "numericlessthan",
    "numericlessthanequals",
    "numericgreaterthan",
    "numericgreaterthanequals",
    "dateequals",
    "datenotequals",
    "datelessthan",
    "datelessthanequals",
    "dategreaterthan",
    "dategreaterthanequals",
    "bool",
    "binaryequals",
    "ipaddress",
    "notipaddress",
    "arnequals",
    "arnlike",
    "arnnotequals",
    "arnnotlike",
    "null",
];

/// Whether a block is one of conditions, by operators that exist if that is to be looked at.
pub(super) fn well_formed(block: &Value, strict: bool) -> bool {
    let plain = |value: &Value| value.is_string() || value.is_boolean() || value.is_number();
    let values = |value: &Value| plain(value) || value.as_array().is_some_and(|values| values.iter().all(plain));
    block.as_object().is_some_and(|operators| {
        operators.iter().all(|(operator, keys)| {
            let known = !strict || OPERATORS.contains(&Operator::read(operator).name.as_str());
            known && keys.as_object().is_some_and(|keys| keys.values().all(values))
        })
    })
}

/// Conditions on what a question holds. An operator that is not known here makes the statement silent.
pub(super) fn hold(block: Option<&Value>, question: &Question<'_>) -> bool {
    let Some(operators) = block.and_then(Value::as_object) else { return true };
    operators.iter().all(|(operator, keys)| {
        let operator = Operator::read(operator);
        keys.as_object().is_some_and(|keys| {
            keys.iter().all(|(key, wanted)| {
                let wanted: Vec<String> = texts(wanted).iter().map(|text| filled(text, question)).collect();
                operator.holds(&wanted, actual(key, question).as_deref())
            })
        })
    })
}

/// A value with its variables replaced, such as `${aws:username}`; one that stands for nothing stays.
fn filled(text: &str, question: &Question<'_>) -> String {
    let Some((before, rest)) = text.split_once("${") else { return text.to_owned() };
    let Some((name, after)) = rest.split_once('}') else { return text.to_owned() };
    let value = match name {
        "$" => Some(name.to_owned()),
        name => actual(name, question).filter(|values| values.len() == 1).map(|mut values| values.remove(0)),
    };
    format!("{before}{}{}", value.unwrap_or_else(|| format!("${{{name}}}")), filled(after, question))
}

/// What a question holds for a condition key; `None` if it holds nothing. Case matters in values only.
fn actual(key: &str, question: &Question<'_>) -> Option<Vec<String>> {
    let key = key.to_lowercase();
    if let Some(wanted) = key.strip_prefix("kms:encryptioncontext:") {
        let mut pairs = question.context.iter();
        return pairs.find(|(name, _)| name.to_lowercase() == wanted).map(|(_, value)| vec![value.clone()]);
    }
    if key == "kms:encryptioncontextkeys" {
        return (!question.context.is_empty()).then(|| question.context.keys().cloned().collect());
    }
    question.facts.get(&key).cloned()
}

/// How several actual values are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    One,
    All,
    Any,
}

/// A condition operator in its parts.
struct Operator {
    over: Over,
    if_exists: bool,
    name: String,
}

impl Operator {
    fn read(operator: &str) -> Self {
        let lower = operator.to_lowercase();
        let (over, rest) = if let Some(rest) = lower.strip_prefix("forallvalues:") {
            (Over::All, rest)
        } else if let Some(rest) = lower.strip_prefix("foranyvalue:") {
            (Over::Any, rest)
        } else {
            (Over::One, lower.as_str())
        };
        let name = rest.strip_suffix("ifexists");
        Self { over, if_exists: name.is_some(), name: name.unwrap_or(rest).to_owned() }
    }

    fn holds(&self, wanted: &[String], actual: Option<&[String]>) -> bool {
        if self.name == "null" {
            let absent = actual.is_none().to_string();
            return wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(&absent));
        }
        let negative = self.name.contains("not");
        let Some(actual) = actual else {
            // What is absent is not equal to anything, all of nothing is as wanted, and none of nothing is.
            return match self.over {
                Over::One => self.if_exists || negative,
                Over::All => true,
                Over::Any => false,
            };
        };
        let fits = |value: &String| wanted.iter().any(|wanted| compare(&self.name, wanted, value)) != negative;
        match self.over {
            Over::Any => actual.iter().any(fits),
            Over::One | Over::All => actual.iter().all(fits),
        }
    }
}

/// Whether a value is what a positive or negative operator names; false for operators that are not known.
fn compare(operator: &str, wanted: &str, value: &str) -> bool {
    let numbers = || Some((wanted.parse::<f64>().ok()?, value.parse::<f64>().ok()?));
    let dates = || Some((dates::seconds(wanted)?, dates::seconds(value)?));
    match operator {
        "stringequals" | "stringnotequals" => wanted == value,
        "stringequalsignorecase" | "stringnotequalsignorecase" | "bool" => wanted.eq_ignore_ascii_case(value),
        "stringlike" | "stringnotlike" => like(wanted, value),
        "arnequals" | "arnlike" | "arnnotequals" | "arnnotlike" => arn_like(wanted, value),
        "numericequals" | "numericnotequals" => numbers().is_some_and(|(wanted, value)| (wanted - value).abs() < 1e-9),
        "numericlessthan" => numbers().is_some_and(|(wanted, value)| value < wanted),
        "numericlessthanequals" => numbers().is_some_and(|(wanted, value)| value <= wanted),
        "numericgreaterthan" => numbers().is_some_and(|(wanted, value)| value > wanted),
        "numericgreaterthanequals" => numbers().is_some_and(|(wanted, value)| value >= wanted),
        "dateequals" | "datenotequals" => dates().is_some_and(|(wanted, value)| (wanted - value).abs() < 1e-3),
        "datelessthan" => dates().is_some_and(|(wanted, value)| value < wanted),
        "datelessthanequals" => dates().is_some_and(|(wanted, value)| value <= wanted),
        "dategreaterthan" => dates().is_some_and(|(wanted, value)| value > wanted),
        "dategreaterthanequals" => dates().is_some_and(|(wanted, value)| value >= wanted),
        "ipaddress" | "notipaddress" => address::within(wanted, value),
        _ => false,
    }
}

/// ARNs are compared part by part: a wildcard does not reach over a colon.
fn arn_like(wanted: &str, value: &str) -> bool {
    let (mut wanted, mut value) = (wanted.splitn(6, ':'), value.splitn(6, ':'));
    loop {
        match (wanted.next(), value.next()) {
            (None, None) => return true,
            (Some(wanted), Some(value)) if like(wanted, value) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::{Question, hold};
    use crate::caller::{Caller, Session};
    use crate::options::Options;
    use crate::state::State;

    fn asked(block: &Value) -> bool {
        let context = BTreeMap::from([("App".to_owned(), "x".to_owned())]);
        let fact = |name: &str, values: &[&str]| {
            (name.to_owned(), values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>())
        };
        let facts = BTreeMap::from([
            fact("kms:grantoperations", &["Encrypt", "Decrypt"]),
            fact("kms:grantisforawsresource", &["false"]),
            fact("kms:schedulekeydeletionpendingwindowindays", &["7"]),
            fact("aws:resourcetag/team", &["red"]),
        ]);
        let mut state = State::new(1, Options::default());
        let session = Session {
            arn: "arn:aws:sts::123456789012:assumed-role/App/s".into(),
            principal: Some(("arn:aws:iam::123456789012:role/team/App".into(), "AROAX".into())),
            ..Session::default()
        };
        state.sessions.insert("key".into(), session);
        let caller = Caller::of(&state, "key", "eu-central-1");
        let mut all = caller.global_facts(&state, 1_790_208_000.0, "eu-central-1", "CreateGrant");
        all.extend(facts);
        let (context, facts) = (&context, &all);
        hold(Some(block), &Question { caller: &caller, action: "kms:CreateGrant", resource: "*", context, facts })
    }

    #[test]
    fn conditions_hold_as_iam_says() {
        for (block, holds) in [
            (json!({ "StringEquals": { "kms:CallerAccount": "123456789012" } }), true),
            (json!({ "StringNotEquals": { "kms:CallerAccount": ["1", "123456789012"] } }), false),
            (json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/*/A*" } }), true),
            (json!({ "StringEquals": { "aws:userid": "AROAX:s" } }), true),
            (json!({ "StringLike": { "aws:PrincipalArn": "arn:aws:iam::${aws:PrincipalAccount}:role/*" } }), true),
            (json!({ "Bool": { "aws:SecureTransport": "true", "aws:ViaAWSService": "false" } }), true),
            (json!({ "DateGreaterThan": { "aws:CurrentTime": "2026-09-23T00:00:00Z" } }), true),
            (json!({ "DateLessThan": { "aws:CurrentTime": "2026-09-23T00:00:00Z" } }), false),
            (json!({ "NumericLessThan": { "aws:EpochTime": "1790208001" } }), true),
            (json!({ "IpAddress": { "aws:SourceIp": "127.0.0.0/8" } }), true),
            (json!({ "NotIpAddress": { "aws:SourceIp": "127.0.0.0/8" } }), false),
            (json!({ "StringEquals": { "kms:EncryptionContext:App": "x" } }), true),
            (json!({ "ForAnyValue:StringEquals": { "kms:EncryptionContextKeys": "App" } }), true),
            (json!({ "Bool": { "kms:GrantIsForAWSResource": true } }), false),
            (json!({ "Bool": { "kms:GrantIsForAWSResource": "false" } }), true),
            (json!({ "ForAllValues:StringEquals": { "kms:GrantOperations": ["Encrypt", "Decrypt", "Sign"] } }), true),
            (json!({ "ForAllValues:StringEquals": { "kms:GrantOperations": ["Encrypt"] } }), false),
            (json!({ "ForAnyValue:StringEquals": { "kms:GrantOperations": ["Encrypt"] } }), true),
            (json!({ "NumericGreaterThanEquals": { "kms:ScheduleKeyDeletionPendingWindowInDays": 8 } }), false),
            (json!({ "NumericLessThan": { "kms:ScheduleKeyDeletionPendingWindowInDays": "8" } }), true),
            (json!({ "StringEquals": { "aws:ResourceTag/Team": "red" } }), true),
            (json!({ "StringEquals": { "aws:ResourceTag/Team": "Red" } }), false),
            (json!({ "StringEquals": { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } }), false),
            (json!({ "StringEqualsIfExists": { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } }), true),
            (json!({ "StringNotEquals": { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } }), true),
            (json!({ "Null": { "kms:ViaService": "true" } }), true),
            (json!({ "IpAddress": { "aws:SourceIp": "10.0.0.0/8" } }), false),
        ] {
            assert_eq!(asked(&block), holds, "{block}");
        }
    }
}
