//! Conditions of policy statements.

use serde_json::Value;

use super::{Question, account_of, like, texts};

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
            keys.iter().all(|(key, wanted)| operator.holds(&texts(wanted), actual(key, question).as_deref()))
        })
    })
}

/// What a question holds for a condition key; `None` if it holds nothing. Case matters in values only.
fn actual(key: &str, question: &Question<'_>) -> Option<Vec<String>> {
    let key = key.to_lowercase();
    if let Some(wanted) = key.strip_prefix("kms:encryptioncontext:") {
        let mut pairs = question.context.iter();
        return pairs.find(|(name, _)| name.to_lowercase() == wanted).map(|(_, value)| vec![value.clone()]);
    }
    match key.as_str() {
        "kms:calleraccount" | "aws:principalaccount" => account_of(question.principal).map(|account| vec![account]),
        "aws:principalarn" => Some(vec![question.identity.to_owned()]),
        "aws:principaltype" => kind(question.principal).map(|kind| vec![kind.to_owned()]),
        "aws:username" => user(question.principal).map(|name| vec![name.to_owned()]),
        // KMS has no other endpoints, and no service calls here for somebody.
        "aws:securetransport" => Some(vec!["true".to_owned()]),
        "aws:principalisawsservice" | "aws:viaawsservice" => Some(vec!["false".to_owned()]),
        "kms:encryptioncontextkeys" => {
            (!question.context.is_empty()).then(|| question.context.keys().cloned().collect())
        }
        _ => question.facts.get(&key).cloned(),
    }
}

/// What sort of principal it is, by AWS's name.
fn kind(principal: &str) -> Option<&'static str> {
    let resource = principal.splitn(6, ':').nth(5)?;
    Some(match resource.split_once('/') {
        None => "Account",
        Some(("user", _)) => "User",
        Some(("federated-user", _)) => "FederatedUser",
        Some(_) => "AssumedRole",
    })
}

/// The name of a user, without its path.
fn user(principal: &str) -> Option<&str> {
    principal.split_once(":user/").map(|(_, path)| path.rsplit('/').next().unwrap_or(path))
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
        let principal = "arn:aws:sts::123456789012:assumed-role/App/s";
        hold(
            Some(block),
            &Question {
                principal,
                identity: "arn:aws:iam::123456789012:role/App",
                action: "kms:CreateGrant",
                resource: "*",
                context: &context,
                facts: &facts,
            },
        )
    }

    #[test]
    fn conditions_hold_as_iam_says() {
        for (block, holds) in [
            (json!({ "StringEquals": { "kms:CallerAccount": "123456789012" } }), true),
            (json!({ "StringNotEquals": { "kms:CallerAccount": ["1", "123456789012"] } }), false),
            (json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/A*" } }), true),
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
