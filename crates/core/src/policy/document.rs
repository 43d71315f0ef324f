//! What is wrong with a policy document that a user wrote, before KMS says it in fewer words.

use std::collections::BTreeSet;

use serde_json::Value;

use super::caller::aws_names;
use super::grammar::{DOCUMENT, statements};
use super::parse::{MAX_BYTES, QUOTA_BYTES, size};
use super::statement::check_statement;

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What KMS will refuse.
    pub errors: Vec<String>,
    /// What KMS takes but hardly anybody means.
    pub warnings: Vec<String>,
}

impl Findings {
    pub(super) fn error(&mut self, text: impl Into<String>) {
        self.errors.push(text.into());
    }

    pub(super) fn warn(&mut self, text: impl Into<String>) {
        self.warnings.push(text.into());
    }
}

/// Looks at a whole document: its grammar (IAM user guide, "IAM JSON policy element reference") and the rules of key
/// policies (AWS KMS developer guide, "Creating a key policy").
pub fn check_document(document: &Value) -> Findings {
    let mut findings = Findings::default();
    check_text(document, &mut findings);
    let Some(map) = document.as_object() else {
        findings.error("a policy document is an object with a Statement; wrap it in one");
        return findings;
    };
    for name in map.keys().filter(|name| !DOCUMENT.contains(&name.as_str())) {
        findings
            .error(format!("{name:?} is no element of a policy document; it has Version, Id and Statement; remove it"));
    }
    check_version(map.get("Version"), &mut findings);
    match map.get("Statement") {
        Some(Value::Array(list)) if list.is_empty() => {
            findings.error("the Statement list is empty; KMS refuses a policy without statements; add one");
        }
        Some(Value::Array(list)) => {
            for (index, statement) in list.iter().enumerate() {
                check_statement(&format!("Statement[{index}]"), statement, &mut findings);
            }
            check_labels(document, &mut findings);
        }
        Some(single @ Value::Object(_)) => check_statement("Statement", single, &mut findings),
        Some(_) => findings.error("Statement is neither an object nor a list of objects; make it one"),
        None => {
            findings.error("the document has no Statement; a key policy says in statements who may do what; add one");
        }
    }
    findings
}

/// Size and characters of the text that KMS gets.
fn check_text(document: &Value, findings: &mut Findings) {
    let size = size(document);
    if size > MAX_BYTES {
        findings.error(format!("the document has {size} bytes; KMS takes at most {MAX_BYTES}; shorten it, for example with wildcards in actions"));
    } else if size > QUOTA_BYTES {
        findings.warn(format!(
            "the document has {size} bytes; the default quota of KMS is {QUOTA_BYTES}, so it may be refused"
        ));
    }
    if let Some(odd) = document.to_string().chars().find(|c| !is_allowed(*c)) {
        findings.error(format!("the document contains {odd:?}; KMS takes tab, line ends and the characters from U+0020 to U+00FF; remove it"));
    }
}

fn check_version(version: Option<&Value>, findings: &mut Findings) {
    match version {
        Some(Value::String(text)) if text == "2012-10-17" => {}
        Some(Value::String(text)) if text == "2008-10-17" => findings
            .warn("the Version is \"2008-10-17\", so policy variables are plain text; set it to \"2012-10-17\""),
        None => findings.warn(
            "the Version is missing, so the rules of 2008 apply and policy variables are plain text; set it to \"2012-10-17\"",
        ),
        Some(other) => findings.error(format!("Version {other} does not exist; use \"2012-10-17\"")),
    }
}

/// Two statements of one name: KMS takes them, but nobody can tell which one a message means.
fn check_labels(document: &Value, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    let labels = statements(document).iter().filter_map(|statement| statement.get("Sid")).filter_map(Value::as_str);
    for label in labels.filter(|label| !label.is_empty()) {
        if !seen.insert(label) {
            findings.warn(format!("the Sid {label:?} is given to more than one statement; give each its own"));
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

    use super::{Findings, check_document, deleted_principals};
    use crate::policy::default_policy;

    #[test]
    fn errors_name_the_place() {
        let cases = [
            (json!("text"), "is an object"),
            (json!({ "Version": "2012-10-17" }), "has no Statement"),
            (json!({ "Statement": [] }), "empty"),
            (json!({ "Statement": "x" }), "neither an object"),
            (json!({ "Statment": [] }), "Statment"),
            (json!({ "Version": "2020-01-01", "Statement": { "Effect": "Deny", "Principal": "*" } }), "2020-01-01"),
            (
                json!({ "Version": 2012, "Statement": { "Effect": "Deny", "Principal": "*" } }),
                "Version 2012 does not exist",
            ),
        ];
        for (document, part) in cases {
            let errors = check_document(&document).errors;
            assert!(errors.iter().any(|error| error.contains(part)), "{document}: {errors:?}");
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
        assert_eq!(findings.errors, Vec::<String>::new());
        assert!(findings.warnings[0].contains("Version is missing"));
        assert!(findings.warnings[1].contains("more than one statement"));
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
        assert_eq!((sized(32_769).errors.len(), sized(32_769).warnings.len()), (0, 1));
        assert_eq!((sized(131_072).errors.len(), sized(131_073).errors.len()), (0, 1));
        let mut document = default_policy("aws", "123456789012");
        document["Id"] = json!("Schlüssel");
        assert_eq!(check_document(&document), Findings::default());
        document["Id"] = json!("key \u{2013} default");
        assert!(check_document(&document).errors[0].contains('\u{2013}'));
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
