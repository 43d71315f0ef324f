//! What is wrong with one statement of a policy document.

use serde_json::{Map, Value};

use super::actions::{ON_A_KEY, is_only_for_iam};
use super::caller::{Caller, Kind, is_account, parts};
use super::condition::{OPERATORS, Operator, Set};
use super::document::{Findings, is_unique_id};
use super::grammar::{CONTEXT, STATEMENT, condition_key, texts};
use super::pattern::{is_pattern, like_ignoring_case};
use crate::ids::nearest;

type Members = Map<String, Value>;

/// Looks at a statement; `at` is its path in the document.
pub(super) fn check_statement(at: &str, statement: &Value, findings: &mut Findings) {
    let Some(map) = statement.as_object() else {
        findings.error(format!("{at} is no object; a statement has Effect, Principal, Action and Resource"));
        return;
    };
    for name in map.keys().filter(|name| !STATEMENT.contains(&name.as_str())) {
        let hint = nearest(name, STATEMENT.into_iter()).map_or("remove it".to_owned(), |near| format!("write {near}"));
        findings.error(format!("{at} has {name:?}, which is no element of a statement; {hint}"));
    }
    for name in ["Principal", "Action", "Resource"] {
        if map.contains_key(name) && map.contains_key(&format!("Not{name}")) {
            findings.error(format!("{at} has both {name} and Not{name}; keep one of them"));
        }
    }
    check_effect(at, map, findings);
    check_principal(at, map, findings);
    check_actions(at, map, findings);
    check_resource(at, map, findings);
    check_condition(at, map, findings);
}

fn check_effect(at: &str, map: &Members, findings: &mut Findings) {
    match map.get("Effect") {
        Some(Value::String(effect)) if effect == "Allow" || effect == "Deny" => {}
        Some(other) => findings.error(format!("{at}.Effect is {other}; it is \"Allow\" or \"Deny\", with that case")),
        None => findings.error(format!("{at} has no Effect; set it to \"Allow\" or \"Deny\"")),
    }
}

fn allows(map: &Members) -> bool {
    map.get("Effect").is_some_and(|effect| effect == "Allow")
}

fn check_principal(at: &str, map: &Members, findings: &mut Findings) {
    if map.contains_key("NotPrincipal") && allows(map) {
        findings.warn(format!("{at} allows everybody but the principals in NotPrincipal, which AWS does not support; name those who are meant in Principal"));
    }
    let element = if map.contains_key("Principal") { "Principal" } else { "NotPrincipal" };
    match map.get(element) {
        None => findings
            .error(format!("{at} has neither Principal nor NotPrincipal; a key policy must say to whom it applies")),
        Some(Value::String(all)) if all == "*" => check_anybody(at, map, findings),
        Some(Value::Object(kinds)) if kinds.is_empty() => {
            findings.error(format!("{at}.{element} names nobody; give it an AWS or a Service principal"));
        }
        Some(Value::Object(kinds)) => {
            for (kind, names) in kinds {
                check_names(at, element, kind, names, findings);
            }
            if kinds.get("AWS").and_then(texts).is_some_and(|names| names.iter().any(|name| name == "*")) {
                check_anybody(at, map, findings);
            }
        }
        Some(other) => findings
            .error(format!("{at}.{element} is {other}; it is \"*\" or an object such as {{\"AWS\": \"arn:aws:iam::123456789012:role/Name\"}}")),
    }
}

fn check_anybody(at: &str, map: &Members, findings: &mut Findings) {
    let restricted = map.get("Condition").and_then(Value::as_object).is_some_and(|block| !block.is_empty());
    if allows(map) && !map.contains_key("NotPrincipal") && !restricted {
        findings.warn(format!("{at} allows every AWS principal of every account, without a condition; name the principals or add a condition"));
    }
}

fn check_names(at: &str, element: &str, kind: &str, names: &Value, findings: &mut Findings) {
    let at = format!("{at}.{element}.{kind}");
    if !["AWS", "Service", "Federated", "CanonicalUser"].contains(&kind) {
        findings.error(format!("{at} is no kind of principal; in a key policy it is AWS or Service"));
        return;
    }
    let names = match names {
        Value::Array(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    };
    for name in names {
        match name.as_str() {
            None => findings.error(format!(
                "{at} has {name}, which is no text; keep the zeros of an account ID by writing it in quotation marks"
            )),
            Some(name) if kind == "AWS" && name != "*" => check_aws_name(&at, name, findings),
            Some(_) => {}
        }
    }
}

fn check_aws_name(at: &str, name: &str, findings: &mut Findings) {
    if is_unique_id(name) {
        findings.warn(format!("{at} has {name}, the ID of a user or role that is deleted; whoever has its name now is not meant; name that one by its ARN"));
    } else if is_pattern(name) {
        findings.error(format!("{at} has {name:?}; a principal takes no wildcards but \"*\" alone; name each, or use the condition key aws:PrincipalArn"));
    } else if parts(name).is_some_and(|(_, _, resource)| resource.starts_with("group/")) {
        findings.error(format!("{at} has {name:?}; a group is no principal; name its users, or a role"));
    } else {
        match Caller::parse(name).map(|caller| (caller.kind, caller.account.is_none_or(is_account))) {
            Some((Kind::Session(_), true)) => findings.warn(format!("{at} has {name:?}, a session of a role; AWS may put the role in its place, which then shows as a change; name the role")),
            Some((Kind::Service, _)) => findings.error(format!("{at} has {name:?}, an AWS service; name it as Service, not as AWS")),
            Some((_, true)) => {}
            Some((_, false)) => findings.error(format!("{at} has {name:?}; account IDs have 12 digits")),
            None => findings.error(format!("{at} has {name:?}, which is neither an account ID nor the ARN of an IAM principal")),
        }
    }
}

fn check_actions(at: &str, map: &Members, findings: &mut Findings) {
    let Some((element, value)) = ["Action", "NotAction"].iter().find_map(|name| Some((*name, map.get(*name)?))) else {
        findings.warn(format!("{at} has no Action: KMS takes it, but it has no effect"));
        return;
    };
    let Some(actions) = names_only(value) else {
        findings.error(format!(
            "{at}.{element} is {value}; it is the name of an action, such as \"kms:Decrypt\", or a list of names"
        ));
        return;
    };
    if actions.is_empty() {
        findings.warn(format!("{at}.{element} is an empty list; name the actions"));
    }
    for action in actions {
        if ON_A_KEY.iter().any(|known| like_ignoring_case(action, known)) || is_newer(action) {
            continue;
        }
        let near = nearest(action, ON_A_KEY.iter().copied());
        let hint = near.map_or(String::new(), |near| format!("; did you mean {near:?}?"));
        findings.warn(format!("{at}.{element} has {action:?}, which matches no action on a KMS key{hint}"));
    }
}

/// Wildcards such as `kms:ReEncrypt*` and `kms:Import*` are checked against the known actions; one with nothing behind
/// `kms:` but letters could be newer than this list, and is worth a word only if it is nearly a known one.
fn is_newer(action: &str) -> bool {
    let name = action.strip_prefix("kms:").unwrap_or_default();
    let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain && !is_only_for_iam(action) && nearest(action, ON_A_KEY.iter().copied()).is_none()
}

fn check_resource(at: &str, map: &Members, findings: &mut Findings) {
    match map.get("Resource").or_else(|| map.get("NotResource")) {
        None => findings.warn(format!("{at} has no Resource: KMS takes it, but it has no effect; set it to \"*\", which means this key")),
        Some(value) => match names_only(value) {
            None => findings.error(format!("{at}.Resource is {value}; in a key policy it is \"*\"")),
            Some(names) if map.contains_key("Resource") && !names.is_empty() && names.iter().all(|name| *name == "*") => {}
            Some(_) => findings.warn(format!("{at}.Resource is {value}; in a key policy only \"*\" means this key, another value has no effect or locks you out")),
        },
    }
}

/// A name or a list of names.
fn names_only(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        single => Some(vec![single.as_str()?]),
    }
}

fn check_condition(at: &str, map: &Members, findings: &mut Findings) {
    let Some(block) = map.get("Condition") else { return };
    let malformed = || {
        format!(
            "{at}.Condition is {block}; it is an object of operators, each with keys and values, such as {{\"StringEquals\": {{\"kms:CallerAccount\": \"123456789012\"}}}}"
        )
    };
    let Some(operators) = block.as_object() else { return findings.error(malformed()) };
    for (name, keys) in operators {
        let Some(keys) = keys.as_object().filter(|keys| keys.values().all(|values| texts(values).is_some())) else {
            return findings.error(malformed());
        };
        let operator = Operator::parse(name);
        if !OPERATORS.iter().any(|known| known.eq_ignore_ascii_case(&operator.name)) {
            let near = nearest(&operator.name, OPERATORS.into_iter());
            let hint = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
            findings.warn(format!("{at}.Condition has {name:?}, which is no operator that is known here{hint}"));
        }
        check_context_keys(at, &operator, name, keys, findings);
    }
}

/// KMS answers such a policy with an error of its own, because it would let calls without any context through
/// (AWS KMS developer guide, "Using multiple encryption context pairs").
fn check_context_keys(at: &str, operator: &Operator, name: &str, keys: &Members, findings: &mut Findings) {
    if operator.set == Set::Single {
        return;
    }
    for key in keys.keys().filter(|key| condition_key(key).starts_with(CONTEXT)) {
        findings.error(format!("{at}.Condition has {key} under {name}; such a set operator would also let calls without context through, so KMS refuses it; remove ForAllValues or ForAnyValue"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::document::{Findings, check_document};

    /// A sound statement with one element changed; `Null` takes it away.
    fn changed(element: &str, value: Value) -> Findings {
        let mut statement = json!({
            "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:role/A" }, "Action": "kms:Decrypt", "Resource": "*",
        });
        let map = statement.as_object_mut().expect("an object");
        if value.is_null() {
            map.remove(element);
        } else {
            map.insert(element.to_owned(), value);
        }
        check_document(&json!({ "Version": "2012-10-17", "Statement": [statement] }))
    }

    #[test]
    fn errors_say_what_and_where() {
        let cases = [
            ("Principal", Value::Null, "neither Principal"),
            ("Principal", json!("arn:aws:iam::111122223333:role/A"), "Statement[0].Principal is"),
            ("Principal", json!({}), "names nobody"),
            ("Principal", json!({ "Aws": "111122223333" }), "Principal.Aws is no kind"),
            ("Principal", json!({ "AWS": 111_122_223_333_u64 }), "no text"),
            ("Principal", json!({ "AWS": "arn:aws:iam::111122223333:role/*" }), "no wildcards"),
            ("Principal", json!({ "AWS": "arn:aws:iam::111122223333:group/g" }), "group is no principal"),
            ("Principal", json!({ "AWS": "arn:aws:iam::1111:role/A" }), "12 digits"),
            ("Principal", json!({ "AWS": "Alice" }), "neither an account ID"),
            ("Principal", json!({ "AWS": "logs.amazonaws.com" }), "name it as Service"),
            ("NotPrincipal", json!("*"), "both Principal and NotPrincipal"),
            ("Effect", json!("allow"), "Statement[0].Effect"),
            ("Effect", Value::Null, "no Effect"),
            ("NotAction", json!("kms:Sign"), "both Action and NotAction"),
            ("Action", json!({ "kms": "Decrypt" }), "Action is"),
            ("Action", json!([1]), "Action is"),
            ("Resource", json!(1), "Resource is"),
            ("Conditions", json!({}), "write Condition"),
            ("Condition", json!("x"), "Condition is"),
            ("Condition", json!({ "Bool": { "aws:SecureTransport": null } }), "Condition is"),
            ("Condition", json!({ "ForAllValues:StringEquals": { "kms:EncryptionContext:App": "x" } }), "KMS refuses"),
        ];
        for (element, value, part) in cases {
            let findings = changed(element, value.clone());
            assert!(findings.errors.iter().any(|error| error.contains(part)), "{element} {value}: {findings:?}");
        }
    }

    #[test]
    fn warnings_are_no_errors() {
        let cases = [
            ("Action", Value::Null, "no Action"),
            ("Action", json!([]), "empty list"),
            ("Action", json!("kms:Decrpyt"), "did you mean \"kms:Decrypt\"?"),
            ("Action", json!("s3:GetObject"), "matches no action"),
            ("Action", json!("kms:CreateKey"), "matches no action"),
            ("Resource", Value::Null, "no Resource"),
            ("Resource", json!("arn:aws:kms:eu-west-1:111122223333:key/k"), "only \"*\""),
            ("Principal", json!("*"), "every AWS principal"),
            ("Principal", json!({ "AWS": ["*"] }), "every AWS principal"),
            ("Principal", json!({ "AWS": "AROAEXAMPLEID" }), "deleted"),
            ("Principal", json!({ "AWS": "arn:aws:sts::111122223333:assumed-role/A/s" }), "name the role"),
            ("Condition", json!({ "StringEqual": { "aws:username": "x" } }), "did you mean StringEquals?"),
        ];
        for (element, value, part) in cases {
            let findings = changed(element, value.clone());
            assert_eq!(findings.errors, Vec::<String>::new(), "{element} {value}");
            assert!(findings.warnings.iter().any(|warning| warning.contains(part)), "{element} {value}: {findings:?}");
        }
    }

    #[test]
    fn what_is_usual_is_not_remarked() {
        let cases = [
            ("Action", json!(["kms:ReEncrypt*", "kms:generatedatakey*", "*", "kms:Get*"])),
            ("Action", json!("kms:SomethingThatKmsGetsNextYear")),
            ("Principal", json!({ "Service": "logs.eu-west-1.amazonaws.com" })),
            ("Principal", json!({ "AWS": ["111122223333", "arn:aws-cn:iam::111122223333:user/a/b"] })),
            ("Condition", json!({ "ForAnyValue:StringLike": { "kms:EncryptionContextKeys": ["App*"] } })),
            ("Condition", json!({ "BoolIfExists": { "aws:MultiFactorAuthPresent": true } })),
            ("Resource", json!(["*"])),
            ("Sid", json!("With spaces, unlike in IAM")),
        ];
        for (element, value) in cases {
            assert_eq!(changed(element, value.clone()), Findings::default(), "{element} {value}");
        }
    }
}
