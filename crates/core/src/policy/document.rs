//! What is wrong with a policy document that a user wrote, before KMS says it in fewer words.

use std::collections::BTreeSet;

use serde_json::Value;

use super::caller::aws_names;
use super::grammar::{DOCUMENT, statements};
use super::lint::rules::{KP001, KP017, KP018, KP023};
use super::lint::{At, Findings, Surroundings, look_at_document};
use super::parse::{QUOTA_BYTES, size};
use super::statement::check_statement;

/// Looks at a whole document: its grammar (IAM user guide, "IAM JSON policy element reference") and the rules of key
/// policies (AWS KMS developer guide, "Creating a key policy").
pub fn check_document(document: &Value) -> Findings {
    check_document_in(document, &Surroundings::default())
}

/// As [`check_document`], with what is known of the key.
pub fn check_document_in(document: &Value, around: &Surroundings<'_>) -> Findings {
    let mut findings = Findings::default();
    let at = &At::DOCUMENT;
    check_text(document, &mut findings);
    let Some(map) = document.as_object() else {
        findings.add(at, KP001, "a policy document is an object with a Statement; wrap it in one");
        return findings;
    };
    for name in map.keys().filter(|name| !DOCUMENT.contains(&name.as_str())) {
        findings.add(
            at,
            KP001,
            format!("{name:?} is no element of a policy document; it has Version, Id and Statement; remove it"),
        );
    }
    check_version(map.get("Version"), &mut findings);
    if let Some(id) = map.get("Id").filter(|id| !id.is_string()) {
        findings.add(at, KP001, format!("the Id is {id}; it is a text; write one, or leave the Id out"));
    }
    match map.get("Statement") {
        Some(Value::Array(list)) if list.is_empty() => {
            findings.add(at, KP001, "the Statement list is empty; KMS refuses a policy without statements; add one");
        }
        Some(Value::Array(list)) => {
            for (index, statement) in list.iter().enumerate() {
                check_statement(&format!("Statement[{index}]"), statement, around, &mut findings);
            }
            check_labels(document, &mut findings);
        }
        Some(single @ Value::Object(_)) => check_statement("Statement", single, around, &mut findings),
        Some(_) => findings.add(at, KP001, "Statement is neither an object nor a list of objects; make it one"),
        None => {
            findings.add(
                at,
                KP001,
                "the document has no Statement; a key policy says in statements who may do what; add one",
            );
        }
    }
    if findings.errors.is_empty() {
        look_at_document(document, &mut findings);
    }
    findings
}

/// Size and characters of the text that KMS gets.
pub(super) fn check_text(document: &Value, findings: &mut Findings) {
    let at = &At::DOCUMENT;
    let size = size(document);
    if size > QUOTA_BYTES {
        findings.add(at, KP023, format!("the document has {size} bytes; KMS takes at most {QUOTA_BYTES}; shorten it, for example by roles that several principals take on, or by wildcards in actions"));
    }
    if let Some(odd) = document.to_string().chars().find(|c| !is_allowed(*c)) {
        findings.add(at, KP023, format!("the document contains {odd:?}; KMS takes tab, line ends and the characters from U+0020 to U+00FF; remove it"));
    }
}

fn check_version(version: Option<&Value>, findings: &mut Findings) {
    let at = &At::DOCUMENT;
    match version {
        Some(Value::String(text)) if text == "2012-10-17" => {}
        Some(Value::String(text)) if text == "2008-10-17" => findings
            .add(at, KP017, "the Version is \"2008-10-17\", so policy variables are plain text; set it to \"2012-10-17\""),
        None => findings.add(at, KP017,
            "the Version is missing, so the rules of 2008 apply and policy variables are plain text; set it to \"2012-10-17\"",
        ),
        Some(other) => findings.add(at, KP001, format!("Version {other} does not exist; use \"2012-10-17\"")),
    }
}

/// Two statements of one name: KMS takes them, but nobody can tell which one a message means.
fn check_labels(document: &Value, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    let labels = statements(document).iter().filter_map(|statement| statement.get("Sid")).filter_map(Value::as_str);
    for label in labels.filter(|label| !label.is_empty()) {
        if !seen.insert(label) {
            let at = &At { path: "the document", sid: Some(label) };
            findings.add(
                at,
                KP018,
                format!("the Sid {label:?} is given to more than one statement; give each its own"),
            );
        }
    }
}

/// Unique IDs that AWS puts in the place of deleted users and roles, as they stand in a document that it gave back
/// (IAM user guide, "Unique identifiers"). Each once, sorted.
pub fn deleted_principals(document: &Value) -> Vec<String> {
    aws_names(document).into_iter().filter(|name| is_unique_id(name)).collect()
}

/// `AROA` starts the IDs of roles, `AIDA` those of users; a session has its name behind a colon.
pub(super) fn is_unique_id(name: &str) -> bool {
    let id = name.split(':').next().unwrap_or_default();
    let kind = id.starts_with("AROA") || id.starts_with("AIDA");
    kind && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// The characters of the model's pattern for a policy.
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}')
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{check_document, deleted_principals};
    use crate::policy::Findings;
    use crate::policy::default_policy;

    #[test]
    fn errors_name_the_place() {
        let cases = [
            (json!("text"), "is an object"),
            (json!({ "Version": "2012-10-17" }), "has no Statement"),
            (json!({ "Statement": [] }), "empty"),
            (json!({ "Statement": "x" }), "neither an object"),
            (json!({ "Statment": [] }), "Statment"),
            (json!({ "Id": 5, "Statement": { "Effect": "Deny", "Principal": "*" } }), "Id is 5"),
            (json!({ "Version": "2020-01-01", "Statement": { "Effect": "Deny", "Principal": "*" } }), "2020-01-01"),
            (
                json!({ "Version": 2012, "Statement": { "Effect": "Deny", "Principal": "*" } }),
                "Version 2012 does not exist",
            ),
        ];
        for (document, part) in cases {
            let errors = check_document(&document).errors;
            assert!(errors.iter().any(|error| error.text.contains(part)), "{document}: {errors:?}");
        }
    }

    #[test]
    fn a_good_document_has_no_findings() {
        assert_eq!(check_document(&default_policy("aws", "123456789012")), Findings::default());
    }

    #[test]
    fn what_kms_takes_but_nobody_means_is_a_warning() {
        let mut document = default_policy("aws", "123456789012");
        document.as_object_mut().expect("an object").remove("Version");
        let statement = document["Statement"][0].clone();
        document["Statement"] = json!([statement, statement]);
        let findings = check_document(&document);
        assert_eq!(findings.errors, vec![]);
        assert!(findings.warnings[0].text.contains("Version is missing"));
    }

    #[test]
    fn size_and_characters() {
        let sized = |bytes: usize| {
            let mut document = default_policy("aws", "123456789012");
            let rest = bytes - document.to_string().len() + "key-default-1".len();
            document["Id"] = Value::from("x".repeat(rest));
            assert_eq!(document.to_string().len(), bytes);
            check_document(&document)
        };
        assert_eq!(sized(32_768), Findings::default());
        assert_eq!((sized(32_769).errors.len(), sized(32_769).errors[0].rule), (1, "KP023"));
        let mut document = default_policy("aws", "123456789012");
        document["Id"] = json!("Schlüssel");
        assert_eq!(check_document(&document), Findings::default());
        document["Id"] = json!("key \u{2013} default");
        assert!(check_document(&document).errors[0].text.contains('\u{2013}'));
    }

    #[test]
    fn finds_deleted_roles_wherever_they_are_named() {
        let document = json!({ "Statement": [
            { "Principal": { "AWS": ["AROAEXAMPLEID", "arn:aws:iam::1:role/AROAD"] } },
            { "NotPrincipal": { "AWS": "AIDAEXAMPLEID" } },
            { "Principal": { "AWS": "AROAEXAMPLEID" } },
        ] });
        assert_eq!(deleted_principals(&document), ["AIDAEXAMPLEID", "AROAEXAMPLEID"]);
    }
}
