//! Whether a statement's conditions hold (IAM user guide, "IAM JSON policy elements: Condition operators" and
//! "Multivalued context keys").

use std::cmp::Ordering;

use serde_json::Value;

use super::caller::Caller;
use super::grammar::texts;
use super::pattern::{is_pattern, like};
use super::request::{Known, Request};
use super::truth::Truth;

/// Every operator, without `IfExists` and the set prefixes, as AWS writes it.
pub(super) const OPERATORS: [&str; 27] = [
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "BinaryEquals",
    "Bool",
    "DateEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateNotEquals",
    "IpAddress",
    "NotIpAddress",
    "Null",
    "NumericEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericNotEquals",
    "StringEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotEquals",
    "StringNotEqualsIgnoreCase",
    "StringNotLike",
];

/// How an operator treats a key with several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    Single,
    ForAll,
    ForAny,
}

/// An operator in its parts, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operator {
    pub(super) set: Set,
    /// Without prefix, suffix and negation.
    test: String,
    pub(super) negated: bool,
    /// The condition holds when the call does not have the key.
    pub(super) if_exists: bool,
    /// Such as `stringequals`, to be looked up among [`OPERATORS`].
    pub(super) name: String,
}

impl Operator {
    /// Takes a name apart. What is no operator is kept: its result is unknown.
    pub(super) fn parse(name: &str) -> Self {
        let lower = name.to_ascii_lowercase();
        let (set, rest) = match lower.split_once(':') {
            Some(("forallvalues", rest)) => (Set::ForAll, rest),
            Some(("foranyvalue", rest)) => (Set::ForAny, rest),
            _ => (Set::Single, lower.as_str()),
        };
        let (name, if_exists) = rest.strip_suffix("ifexists").map_or((rest, false), |name| (name, true));
        let test = name.replacen("not", "", 1);
        Self { set, negated: test != name, test, if_exists, name: name.to_owned() }
    }
}

/// Whether all conditions of a block hold for a call. Names of keys that could not be decided go to `undecided`.
pub(super) fn holds(
    block: Option<&Value>,
    request: &Request<'_>,
    caller: &Caller<'_>,
    undecided: &mut Vec<String>,
) -> Truth {
    let Some(block) = block.filter(|block| !block.is_null()) else { return Truth::Yes };
    let Some(operators) = block.as_object() else { return Truth::Maybe };
    let mut result = Truth::Yes;
    for (name, keys) in operators {
        let operator = Operator::parse(name);
        let Some(keys) = keys.as_object() else { return Truth::Maybe };
        for (key, wanted) in keys {
            let truth =
                texts(wanted).map_or(Truth::Maybe, |wanted| one_holds(&operator, key, &wanted, request, caller));
            if truth == Truth::Maybe {
                undecided.push(key.clone());
            }
            result = result.and(truth);
        }
    }
    result
}

/// Whether one condition holds for a call: one operator on one key, with its values.
pub(super) fn one_holds(
    operator: &Operator,
    key: &str,
    wanted: &[String],
    request: &Request<'_>,
    caller: &Caller<'_>,
) -> Truth {
    condition(operator, request.known(caller, key), wanted)
}

fn condition(operator: &Operator, known: Known, wanted: &[String]) -> Truth {
    if operator.test == "null" {
        return null(&known, wanted);
    }
    let matches = |fits: &dyn Fn(&str) -> Truth| {
        let any = Truth::any(wanted.iter().map(|wanted| fits(wanted)));
        if operator.negated { any.not() } else { any }
    };
    match (known, operator.set) {
        (Known::Unknown, _) => Truth::Maybe,
        (Known::Absent, Set::ForAll) => Truth::Yes,
        // It needs one value that fits, so `IfExists` does not help it.
        (Known::Absent, Set::ForAny) => Truth::No,
        (Known::Absent, Set::Single) => (operator.negated || operator.if_exists).into(),
        (Known::RoleOf { arn_of_account, name }, _) => {
            matches(&|wanted| role_fits(operator, wanted, &arn_of_account, &name))
        }
        (Known::Values(values), Set::Single) => match values.as_slice() {
            [value] => matches(&|wanted| fits(&operator.test, wanted, value)),
            // Several values without a set prefix: AWS does not say what happens.
            _ => Truth::Maybe,
        },
        (Known::Values(values), set) => {
            let each = values.iter().map(|value| matches(&|wanted| fits(&operator.test, wanted, value)));
            if set == Set::ForAll { Truth::all(each) } else { Truth::any(each) }
        }
    }
}

/// `"Null": {"key": "true"}` asks that the call does not have the key.
fn null(known: &Known, wanted: &[String]) -> Truth {
    let absent = match known {
        Known::Unknown => return Truth::Maybe,
        Known::Absent => "true",
        Known::Values(_) | Known::RoleOf { .. } => "false",
    };
    wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(absent)).into()
}

/// Whether one value of a call fits one value of a condition, by an operator that is not negated.
fn fits(test: &str, wanted: &str, value: &str) -> Truth {
    if wanted.contains("${") {
        // A policy variable: its value comes with the call.
        return Truth::Maybe;
    }
    match test {
        "stringequals" => (wanted == value).into(),
        "stringequalsignorecase" => (wanted.to_lowercase() == value.to_lowercase()).into(),
        "stringlike" => like(wanted, value).into(),
        "arnequals" | "arnlike" => arn_like(wanted, value).into(),
        "bool" => wanted.eq_ignore_ascii_case(value).into(),
        "numericequals" => numbers(wanted, value, Ordering::is_eq),
        "numericlessthan" => numbers(wanted, value, Ordering::is_lt),
        "numericlessthanequals" => numbers(wanted, value, Ordering::is_le),
        "numericgreaterthan" => numbers(wanted, value, Ordering::is_gt),
        "numericgreaterthanequals" => numbers(wanted, value, Ordering::is_ge),
        // Dates, addresses and bytes: this crate has no clock and no network.
        _ => Truth::Maybe,
    }
}

/// How the call's number compares to the condition's.
fn numbers(wanted: &str, value: &str, holds: fn(Ordering) -> bool) -> Truth {
    let (Ok(wanted), Ok(value)) = (wanted.parse::<f64>(), value.parse::<f64>()) else { return Truth::Maybe };
    value.partial_cmp(&wanted).map_or(Truth::Maybe, |order| holds(order).into())
}

/// ARNs are compared part by part, so that a wildcard does not reach over a colon.
fn arn_like(wanted: &str, arn: &str) -> bool {
    let (wanted, arn): (Vec<_>, Vec<_>) = (wanted.splitn(6, ':').collect(), arn.splitn(6, ':').collect());
    wanted.len() == arn.len() && wanted.iter().zip(&arn).all(|(wanted, part)| like(wanted, part))
}

/// Whether a role that is known by account and name, but not by path, fits one value of a condition.
fn role_fits(operator: &Operator, wanted: &str, arn_of_account: &str, name: &str) -> Truth {
    let plain = !is_pattern(wanted) || operator.test == "stringequals";
    if plain && matches!(operator.test.as_str(), "stringequals" | "stringlike" | "arnequals" | "arnlike") {
        if wanted.contains("${") {
            return Truth::Maybe;
        }
        // The name of a role is unique in its account: one path at most can be right, and it names this role.
        let role = wanted.strip_prefix(arn_of_account).and_then(|resource| resource.strip_prefix("role/"));
        return role.is_some_and(|path| path.rsplit('/').next() == Some(name)).into();
    }
    // A pattern that takes the role without a path and with one that nobody can have meant takes it with every path.
    let without = format!("{arn_of_account}role/{name}");
    let with = format!("{arn_of_account}role/\u{1}/{name}");
    let both = fits(&operator.test, wanted, &without).and(fits(&operator.test, wanted, &with));
    if both == Truth::Yes { Truth::Yes } else { Truth::Maybe }
}

#[cfg(test)]
mod tests {
    use super::{OPERATORS, Operator, Truth, fits};

    #[test]
    fn every_operator_is_taken_apart() {
        for name in OPERATORS {
            let operator = Operator::parse(&format!("ForAnyValue:{name}IfExists"));
            assert_eq!(operator.name, name.to_ascii_lowercase());
            assert_eq!(operator.negated, name.contains("Not"), "{name}");
            assert!(OPERATORS.iter().any(|known| known.eq_ignore_ascii_case(&operator.test)), "{name}");
        }
    }

    #[test]
    fn values_are_compared_as_their_operator_says() {
        let cases = [
            ("numericequals", "3600", "3600.0", Truth::Yes),
            ("numericlessthan", "3600", "60", Truth::Yes),
            ("numericlessthan", "3600", "3600", Truth::No),
            ("numericlessthanequals", "3600", "3600", Truth::Yes),
            ("numericgreaterthan", "60", "3600", Truth::Yes),
            ("numericgreaterthanequals", "3600", "60", Truth::No),
            ("numericequals", "an hour", "3600", Truth::Maybe),
            ("bool", "True", "true", Truth::Yes),
            ("stringlike", "a*c", "abc", Truth::Yes),
            ("stringequals", "a*c", "abc", Truth::No),
            ("arnlike", "arn:aws:sns:*:111122223333:*", "arn:aws:sns:eu-west-1:111122223333:t", Truth::Yes),
            ("arnlike", "arn:aws:sns:*", "arn:aws:sns:eu-west-1:111122223333:t", Truth::No),
            ("ipaddress", "192.0.2.0/24", "192.0.2.1", Truth::Maybe),
        ];
        for (test, wanted, value, truth) in cases {
            assert_eq!(fits(test, wanted, value), truth, "{test} {wanted} {value}");
        }
    }
}
