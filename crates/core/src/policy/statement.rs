//! What is wrong with one statement of a policy document.

use serde_json::{Map, Value};

use super::actions::{ON_A_KEY, is_only_for_iam};
use super::caller::{Caller, Kind, is_account, parts};
use super::document::is_unique_id;
use super::grammar::STATEMENT;
use super::lint::rules::{KP001, KP002, KP005, KP012, KP013, KP019, KP020};
use super::lint::{At, Findings, Surroundings, check_condition, look_at_statement};
use super::pattern::{is_pattern, like_ignoring_case};
use crate::ids::{nearest, odd_in_principal};

type Members = Map<String, Value>;

/// Looks at a statement; `path` is its path in the document.
pub(super) fn check_statement(path: &str, statement: &Value, around: &Surroundings<'_>, findings: &mut Findings) {
    let at = &At { path, sid: statement.get("Sid").and_then(Value::as_str).filter(|sid| !sid.is_empty()) };
    let Some(map) = statement.as_object() else {
        findings.add(at, KP001, format!("{at} is no object; a statement has Effect, Principal, Action and Resource"));
        return;
    };
    let errors = findings.errors.len();
    for name in map.keys().filter(|name| !STATEMENT.contains(&name.as_str())) {
        let hint = nearest(name, STATEMENT.into_iter()).map_or("remove it".to_owned(), |near| format!("write {near}"));
        findings.add(at, KP001, format!("{at} has {name:?}, which is no element of a statement; {hint}"));
    }
    if let Some(sid) = map.get("Sid").filter(|sid| !sid.is_string()) {
        findings.add(at, KP001, format!("{at}.Sid is {sid}; it is a text; write one, or leave the Sid out"));
    }
    for name in ["Principal", "Action", "Resource"] {
        if map.contains_key(name) && map.contains_key(&format!("Not{name}")) {
            findings.add(at, KP001, format!("{at} has both {name} and Not{name}; keep one of them"));
        }
    }
    check_effect(at, map, findings);
    check_principal(at, map, around, findings);
    check_actions(at, map, findings);
    check_resource(at, map, findings);
    if let Some(block) = map.get("Condition") {
        check_condition(at, block, findings);
    }
    // What KMS refuses needs no further remarks.
    if findings.errors.len() == errors {
        look_at_statement(at, map, around, findings);
    }
}

fn check_effect(at: &At<'_>, map: &Members, findings: &mut Findings) {
    match map.get("Effect") {
        Some(Value::String(effect)) if effect == "Allow" || effect == "Deny" => {}
        Some(other) => {
            findings.add(at, KP001, format!("{at}.Effect is {other}; it is \"Allow\" or \"Deny\", with that case"));
        }
        None => findings.add(at, KP001, format!("{at} has no Effect; set it to \"Allow\" or \"Deny\"")),
    }
}

fn allows(map: &Members) -> bool {
    map.get("Effect").is_some_and(|effect| effect == "Allow")
}

fn check_principal(at: &At<'_>, map: &Members, around: &Surroundings<'_>, findings: &mut Findings) {
    if map.contains_key("NotPrincipal") && allows(map) {
        findings.add(at, KP005, format!("{at} allows everybody but the principals in NotPrincipal, which AWS does not support; name those who are meant in Principal"));
    }
    let element = if map.contains_key("Principal") { "Principal" } else { "NotPrincipal" };
    match map.get(element) {
        None => findings
            .add(at, KP001, format!("{at} has neither Principal nor NotPrincipal; a key policy must say to whom it applies")),
        Some(Value::String(all)) if all == "*" => {}
        Some(Value::Object(kinds)) if kinds.is_empty() => {
            findings.add(at, KP001, format!("{at}.{element} names nobody; give it an AWS or a Service principal"));
        }
        Some(Value::Object(kinds)) => {
            for (kind, names) in kinds {
                check_names(at, (element, kind), names, around, findings);
            }
        }
        Some(other) => findings.add(at, KP001, format!("{at}.{element} is {other}; it is \"*\" or an object such as {{\"AWS\": \"arn:aws:iam::123456789012:role/Name\"}}")),
    }
}

fn check_names(
    at: &At<'_>,
    (element, kind): (&str, &str),
    names: &Value,
    around: &Surroundings<'_>,
    findings: &mut Findings,
) {
    let place = format!("{at}.{element}.{kind}");
    if !["AWS", "Service", "Federated", "CanonicalUser"].contains(&kind) {
        findings.add(at, KP001, format!("{place} is no kind of principal; in a key policy it is AWS or Service"));
        return;
    }
    let names = match names {
        Value::Array(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    };
    if names.is_empty() {
        findings.add(
            at,
            KP001,
            format!("{place} is an empty list, which KMS refuses; name somebody, or remove {kind}"),
        );
    }
    for name in names {
        match name.as_str() {
            None => findings.add(at, KP001, format!(
                "{place} has {name}, which is no text; keep the zeros of an account ID by writing it in quotation marks"
            )),
            Some("") => findings.add(at, KP002, format!("{place} has an empty name; name somebody, or remove it")),
            Some(name) if kind == "AWS" && name != "*" => check_aws_name(at, &place, name, around, findings),
            Some(name) if kind == "Service" => check_service_name(at, &place, name, findings),
            Some(_) => {}
        }
    }
}

fn check_service_name(at: &At<'_>, place: &str, name: &str, findings: &mut Findings) {
    let formed = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    if name.starts_with("arn:") {
        findings.add(at, KP002, format!("{place} has {name:?}, an ARN; name a user or role as AWS, not as Service"));
    } else if !name.chars().all(formed) || !name.contains('.') {
        findings.add(
            at,
            KP002,
            format!(
                "{place} has {name:?}; a service is named like \"logs.eu-central-1.amazonaws.com\", without wildcards"
            ),
        );
    }
}

fn check_aws_name(at: &At<'_>, place: &str, name: &str, around: &Surroundings<'_>, findings: &mut Findings) {
    if is_unique_id(name) {
        findings.add(at, KP019, format!("{place} has {name}, the ID of a user or role that is deleted; whoever has its name now is not meant; name that one by its ARN"));
    } else if is_pattern(name) {
        findings.add(at, KP002, format!("{place} has {name:?}; a principal takes no wildcards but \"*\" alone; name each, or use the condition key aws:PrincipalArn"));
    } else if let Some(odd) = odd_in_principal(name) {
        findings.add(at, KP002, format!("{place} has {name:?} with {odd:?}, which no name in IAM has; remove it"));
    } else if parts(name).is_some_and(|(_, _, resource)| resource.starts_with("group/")) {
        findings.add(at, KP002, format!("{place} has {name:?}; a group is no principal; name its users, or a role"));
    } else {
        match Caller::parse(name).map(|caller| (caller.kind, caller.account.is_none_or(is_account))) {
            Some((Kind::Service, _)) => {
                findings.add(
                    at,
                    KP002,
                    format!("{place} has {name:?}, an AWS service; name it as Service, not as AWS"),
                );
            }
            Some((_, false)) => findings.add(at, KP002, format!("{place} has {name:?}; account IDs have 12 digits")),
            Some((kind, true)) => {
                if matches!(kind, Kind::Session(_)) {
                    findings.add(at, KP020, format!("{place} has {name:?}, a session of a role; AWS may put the role in its place, which then shows as a change; name the role"));
                }
                check_partition(at, place, name, around, findings);
            }
            None => findings.add(
                at,
                KP002,
                format!("{place} has {name:?}, which is neither an account ID nor the ARN of an IAM principal"),
            ),
        }
    }
}

fn check_partition(at: &At<'_>, place: &str, name: &str, around: &Surroundings<'_>, findings: &mut Findings) {
    let of = name.strip_prefix("arn:").and_then(|rest| rest.split(':').next());
    if let (Some(of), Some(partition)) = (of, around.partition)
        && of != partition
    {
        findings.add(at, KP002, format!("{place} has {name:?} of the partition {of}, but the key is in {partition}, where it does not exist; write arn:{partition}:…"));
    }
}

fn check_actions(at: &At<'_>, map: &Members, findings: &mut Findings) {
    let Some((element, value)) = ["Action", "NotAction"].iter().find_map(|name| Some((*name, map.get(*name)?))) else {
        findings.add(at, KP012, format!("{at} has no Action; KMS refuses such a statement since August 2025; say which actions it is about, or remove it"));
        return;
    };
    let Some(actions) = names_only(value) else {
        findings.add(
            at,
            KP001,
            format!(
                "{at}.{element} is {value}; it is the name of an action, such as \"kms:Decrypt\", or a list of names"
            ),
        );
        return;
    };
    if actions.is_empty() {
        findings.add(at, KP012, format!("{at}.{element} is an empty list; KMS refuses such a statement since August 2025; name the actions, or remove the statement"));
    }
    for action in actions {
        if !action.contains(':') && action != "*" {
            findings.add(
                at,
                KP001,
                format!("{at}.{element} has {action:?}; an action is named with its service, such as \"kms:Decrypt\""),
            );
            continue;
        }
        if ON_A_KEY.iter().any(|known| like_ignoring_case(action, known)) || is_newer(action) {
            continue;
        }
        let near = nearest(action, ON_A_KEY.iter().copied());
        let hint = near.map_or(String::new(), |near| format!("; did you mean {near:?}?"));
        findings.add(at, KP013, format!("{at}.{element} has {action:?}, which matches no action on a KMS key{hint}"));
    }
}

/// Wildcards such as `kms:ReEncrypt*` and `kms:Import*` are checked against the known actions; one with nothing behind
/// `kms:` but letters could be newer than this list, and is worth a word only if it is nearly a known one.
fn is_newer(action: &str) -> bool {
    let name = action.strip_prefix("kms:").unwrap_or_default();
    let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain && !is_only_for_iam(action) && nearest(action, ON_A_KEY.iter().copied()).is_none()
}

/// The only resource of a key policy is the key that has it, and its name there is `*` (AWS's notice about invalid key
/// policy statements, in force since 2025-08-18).
fn check_resource(at: &At<'_>, map: &Members, findings: &mut Findings) {
    let only = "in a key policy it is \"*\", which means this key, and KMS refuses any other since August 2025; set it to \"*\"";
    let element = if map.contains_key("NotResource") { "NotResource" } else { "Resource" };
    match map.get(element) {
        None => findings.add(at, KP012, format!("{at} has no Resource; {only}")),
        Some(value) => match names_only(value) {
            None => findings.add(at, KP001, format!("{at}.{element} is {value}; in a key policy Resource is \"*\"")),
            Some(names) if element == "Resource" && !names.is_empty() && names.iter().all(|name| *name == "*") => {}
            Some(_) => findings.add(at, KP012, format!("{at}.{element} is {value}; {only}")),
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::document::check_document;
    use super::super::lint::Findings;

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
            ("Action", Value::Null, "no Action"),
            ("Action", json!([]), "empty list"),
            ("Action", json!("Decrypt"), "with its service"),
            ("Resource", Value::Null, "no Resource"),
            ("Resource", json!([]), "set it to \"*\""),
            ("Resource", json!("arn:aws:kms:eu-west-1:111122223333:key/k"), "set it to \"*\""),
            ("Resource", json!(["*", "arn:aws:kms:eu-west-1:111122223333:key/k"]), "set it to \"*\""),
            ("Sid", json!(5), "Sid is 5"),
            ("Principal", json!({ "AWS": [] }), "empty list"),
            ("Principal", json!({ "AWS": "111122223333", "Service": [] }), "empty list"),
            ("Principal", json!({ "Service": "" }), "empty name"),
            ("Principal", json!({ "AWS": "" }), "empty name"),
            ("Principal", json!({ "AWS": "arn:aws:iam::111122223333:role/A\n" }), "no name in IAM has"),
            ("Principal", json!({ "AWS": " arn:aws:iam::111122223333:role/A" }), "no name in IAM has"),
            ("Principal", json!({ "AWS": "arn:aws:iam::111122223333:role/Größe" }), "no name in IAM has"),
            ("Principal", json!({ "Service": "arn:aws:iam::111122223333:role/A" }), "as AWS, not as Service"),
            ("Principal", json!({ "Service": "logs.*.amazonaws.com" }), "without wildcards"),
            ("Principal", json!({ "Service": "logs.amazonaws.com " }), "without wildcards"),
            ("Condition", json!({ "StringEquals": { "aws:ResourceTag/team": "a" } }), "IAM policies only"),
            (
                "Condition",
                json!({ "ForAnyValue:StringLike": { "KMS:resourcealiases": "alias/a" } }),
                "IAM policies only",
            ),
            ("Condition", json!({ "ForAllValues:StringEquals": { "aws:RequestTag/team": "a" } }), "KMS refuses"),
            ("Condition", json!("x"), "Condition is"),
            ("Condition", json!({ "Bool": { "aws:SecureTransport": null } }), "Condition is"),
            ("Condition", json!({ "ForAllValues:StringEquals": { "kms:EncryptionContext:App": "x" } }), "KMS refuses"),
        ];
        for (element, value, part) in cases {
            let findings = changed(element, value.clone());
            assert!(findings.errors.iter().any(|error| error.text.contains(part)), "{element} {value}: {findings:?}");
        }
    }

    #[test]
    fn warnings_are_no_errors() {
        let cases = [
            ("Action", json!("kms:Decrpyt"), "did you mean \"kms:Decrypt\"?"),
            ("Action", json!("s3:GetObject"), "matches no action"),
            ("Action", json!("kms:CreateKey"), "matches no action"),
            ("Principal", json!("*"), "every AWS principal"),
            ("Principal", json!({ "AWS": ["*"] }), "every AWS principal"),
            ("Principal", json!({ "AWS": "AROAEXAMPLEID" }), "deleted"),
            ("Principal", json!({ "AWS": "arn:aws:sts::111122223333:assumed-role/A/s" }), "name the role"),
            ("Condition", json!({ "StringEqual": { "aws:username": "x" } }), "did you mean StringEquals?"),
        ];
        for (element, value, part) in cases {
            let findings = changed(element, value.clone());
            assert_eq!(findings.errors, vec![], "{element} {value}");
            assert!(
                findings.warnings.iter().any(|warning| warning.text.contains(part)),
                "{element} {value}: {findings:?}"
            );
        }
    }

    #[test]
    fn what_is_usual_is_not_remarked() {
        let cases = [
            ("Action", json!(["kms:ReEncrypt*", "kms:generatedatakey*", "kms:Get*"])),
            ("Action", json!("kms:SomethingThatKmsGetsNextYear")),
            ("Principal", json!({ "AWS": ["111122223333", "arn:aws-cn:iam::111122223333:user/a/b"] })),
            ("Condition", json!({ "ForAnyValue:StringLike": { "kms:EncryptionContextKeys": ["App*"] } })),
            // The policy for viewers of RDS Performance Insights, as its guide has it.
            (
                "Condition",
                json!({
                    "StringEquals": { "kms:ViaService": "rds.us-east-1.amazonaws.com" },
                    "ForAnyValue:StringEquals": {
                        "kms:EncryptionContext:aws:pi:service": "rds",
                        "kms:EncryptionContext:service": "pi",
                        "kms:EncryptionContext:aws:rds:db-id": ["db-A", "db-B"],
                    },
                }),
            ),
            ("Condition", json!({ "BoolIfExists": { "aws:MultiFactorAuthPresent": true } })),
            ("Resource", json!(["*"])),
            ("Sid", json!("With spaces, unlike in IAM")),
        ];
        for (element, value) in cases {
            let found = changed(element, value.clone()).without(|finding| finding.rule == "KP021");
            assert_eq!(found, Findings::default(), "{element} {value}");
        }
    }
}
