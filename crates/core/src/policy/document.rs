//! What is wrong with a policy document that a user wrote, before KMS says it in fewer words.

use serde_json::{Map, Value};

/// The largest document that the KMS API takes, in bytes (`PutKeyPolicy`, AWS KMS API reference).
pub const MAX_BYTES: usize = 131_072;

/// The default quota of a key policy document, in bytes (AWS KMS developer guide, "Resource quotas").
pub const QUOTA_BYTES: usize = 32_768;

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What KMS will refuse.
    pub errors: Vec<String>,
    /// What KMS takes but hardly anybody means.
    pub warnings: Vec<String>,
}

/// Reads JSON text.
///
/// # Errors
/// What is wrong and where, for people.
pub fn parse_text(text: &str) -> Result<Value, String> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| format!("the text is not JSON ({error}); give a policy document as JSON text or as an object"))?;
    if value.is_object() { Ok(value) } else { Err("the JSON text holds no object; a policy document is an object with a Statement".into()) }
}

/// Looks at a whole document.
pub fn check_document(document: &Value) -> Findings {
    let mut findings = Findings::default();
    let size = document.to_string().len();
    if size > MAX_BYTES {
        findings.errors.push(format!("the document has {size} bytes; KMS takes at most {MAX_BYTES}; shorten it, for example with wildcards in actions"));
    } else if size > QUOTA_BYTES {
        findings.warnings.push(format!("the document has {size} bytes; the default quota of KMS is {QUOTA_BYTES}, so it may be refused"));
    }
    if let Some(odd) = document.to_string().chars().find(|c| !is_allowed(*c)) {
        findings.errors.push(format!("the document contains {odd:?}; KMS takes tab, line ends and the characters from U+0020 to U+00FF; remove it"));
    }
    let Some(map) = document.as_object() else {
        findings.errors.push("a policy document is an object with a Statement; wrap it in one".into());
        return findings;
    };
    for name in map.keys().filter(|name| !["Version", "Id", "Statement"].contains(&name.as_str())) {
        findings.errors.push(format!("{name:?} is no element of a policy document; it has Version, Id and Statement; remove it"));
    }
    match map.get("Version").and_then(Value::as_str) {
        Some("2012-10-17") => {}
        Some("2008-10-17") | None => findings.warnings.push("the Version is not \"2012-10-17\", so policy variables are plain text; set it".into()),
        Some(other) => findings.errors.push(format!("Version {other:?} does not exist; use \"2012-10-17\"")),
    }
    match map.get("Statement") {
        Some(Value::Array(statements)) if statements.is_empty() => findings.errors.push("the Statement list is empty; KMS refuses a policy without statements; add one".into()),
        Some(Value::Array(statements)) => {
            for (index, statement) in statements.iter().enumerate() {
                check_statement(&format!("Statement[{index}]"), statement, &mut findings);
            }
        }
        Some(single @ Value::Object(_)) => check_statement("Statement", single, &mut findings),
        Some(_) => findings.errors.push("Statement is neither an object nor a list of objects; make it one".into()),
        None => findings.errors.push("the document has no Statement; a key policy says in statements who may do what; add one".into()),
    }
    findings
}

/// Unique IDs that AWS puts in the place of deleted users and roles, as they stand in a document that it gave back
/// (IAM user guide, "Unique identifiers").
pub fn deleted_principals(document: &Value) -> Vec<String> {
    let mut found = vec![];
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(single) => std::slice::from_ref(single),
        None => &[],
    };
    for principal in statements.iter().filter_map(|statement| statement.pointer("/Principal/AWS")) {
        let names = match principal {
            Value::Array(names) => names.as_slice(),
            single => std::slice::from_ref(single),
        };
        found.extend(names.iter().filter_map(Value::as_str).filter(|name| is_unique_id(name)).map(str::to_owned));
    }
    found
}

fn is_unique_id(name: &str) -> bool {
    (name.starts_with("AROA") || name.starts_with("AIDA")) && !name.contains(':')
}

fn check_statement(at: &str, statement: &Value, findings: &mut Findings) {
    let Some(map) = statement.as_object() else {
        findings.errors.push(format!("{at} is no object; a statement has Effect, Principal, Action and Resource"));
        return;
    };
    const ELEMENTS: [&str; 9] = [
        "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
    ];
    for name in map.keys().filter(|name| !ELEMENTS.contains(&name.as_str())) {
        findings.errors.push(format!("{at} has {name:?}, which is no element of a statement; remove it or correct the spelling"));
    }
    match map.get("Effect").and_then(Value::as_str) {
        Some("Allow" | "Deny") => {}
        Some(other) => findings.errors.push(format!("{at}.Effect is {other:?}; it is \"Allow\" or \"Deny\", with that case")),
        None => findings.errors.push(format!("{at} has no Effect; set it to \"Allow\" or \"Deny\"")),
    }
    check_principal(at, map, findings);
    if !map.contains_key("Action") && !map.contains_key("NotAction") {
        findings.warnings.push(format!("{at} has no Action: KMS takes it, but it has no effect"));
    }
    match map.get("Resource").or_else(|| map.get("NotResource")) {
        None => findings.warnings.push(format!("{at} has no Resource: KMS takes it, but it has no effect; set it to \"*\", which means this key")),
        Some(Value::String(all)) if all == "*" => {}
        Some(Value::Array(all)) if all.iter().all(|item| item == "*") => {}
        Some(other) => findings.warnings.push(format!("{at}.Resource is {other}; in a key policy only \"*\" means this key, another value has no effect or locks you out")),
    }
}

fn check_principal(at: &str, map: &Map<String, Value>, findings: &mut Findings) {
    let Some(principal) = map.get("Principal").or_else(|| map.get("NotPrincipal")) else {
        findings.errors.push(format!("{at} has neither Principal nor NotPrincipal; a key policy must say to whom it applies"));
        return;
    };
    let any = principal == "*" || principal.get("AWS").is_some_and(|aws| aws == "*" || aws.as_array().is_some_and(|all| all.contains(&"*".into())));
    let allows = map.get("Effect").is_some_and(|effect| effect == "Allow");
    if any && allows && !map.contains_key("Condition") {
        findings.warnings.push(format!("{at} allows every AWS principal of every account, without a condition; name the principals or add a condition"));
    }
}

/// The characters of the model's pattern for a policy.
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{check_document, deleted_principals, parse_text};

    #[test]
    fn errors_name_the_place() {
        let cases = [
            (json!({ "Version": "2012-10-17" }), "has no Statement"),
            (json!({ "Statement": [] }), "empty"),
            (json!({ "Statement": [{ "Effect": "Allow", "Action": "kms:*", "Resource": "*" }] }), "neither Principal"),
            (json!({ "Statement": [{ "Effect": "allow", "Principal": "*" }] }), "Statement[0].Effect"),
            (json!({ "Version": "2020-01-01", "Statement": { "Effect": "Deny", "Principal": "*" } }), "2020-01-01"),
            (json!({ "Statement": "x" }), "neither an object"),
            (json!({ "Statment": [] }), "Statment"),
        ];
        for (document, part) in cases {
            let errors = check_document(&document).errors;
            assert!(errors.iter().any(|error| error.contains(part)), "{document}: {errors:?}");
        }
    }

    #[test]
    fn a_good_document_has_no_findings() {
        let document = super::super::default_policy("aws", "123456789012");
        assert_eq!(check_document(&document), super::Findings::default());
    }

    #[test]
    fn text_that_is_no_json_is_said_with_its_place() {
        assert!(parse_text("{\"a\": }").expect_err("not JSON").contains("line 1 column 7"));
        assert!(parse_text("[]").is_err());
    }

    #[test]
    fn finds_deleted_roles() {
        let document = json!({ "Statement": [{ "Principal": { "AWS": ["AROAEXAMPLEID", "arn:aws:iam::1:role/A"] } }] });
        assert_eq!(deleted_principals(&document), ["AROAEXAMPLEID"]);
    }
}
