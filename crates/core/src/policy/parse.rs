//! From text to a policy document.

use std::collections::BTreeSet;

use serde_json::Value;

/// The largest document that the KMS API takes, in bytes (`PutKeyPolicy`, AWS KMS API reference).
pub const MAX_BYTES: usize = 131_072;

/// The default quota of a key policy document, in bytes (AWS KMS developer guide, "Resource quotas").
pub const QUOTA_BYTES: usize = 32_768;

/// Reads JSON text.
///
/// # Errors
/// What is wrong and where, for people: no JSON, no object, or a member that is there twice. Readers of JSON keep one of
/// two members silently; in a policy the one that is lost may be the condition that restricted it.
pub fn parse_text(text: &str) -> Result<Value, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        format!("the text is not JSON ({error}); give a policy document as JSON text or as an object")
    })?;
    match value {
        Value::Object(_) => {}
        Value::String(_) => {
            return Err("the JSON text holds another text; it was turned into JSON twice; do that once".into());
        }
        _ => return Err("the JSON text holds no object; a policy document is an object with a Statement".into()),
    }
    match repeated_member(text) {
        Some((name, line)) => Err(format!(
            "the member {name:?} is there twice in one object (line {line}), and only one of them would count; keep one"
        )),
        None => Ok(value),
    }
}

/// How many bytes a document takes when it is sent to KMS, which counts them against [`QUOTA_BYTES`].
pub fn size(document: &Value) -> usize {
    document.to_string().len()
}

/// The first name that stands twice in one object, and its line. The text is known to be JSON.
fn repeated_member(json: &str) -> Option<(String, usize)> {
    // The names so far in each open object; `None` for a list.
    let mut open: Vec<Option<BTreeSet<String>>> = vec![];
    let mut name_is_next = false;
    let mut at = 0;
    while let Some(byte) = json.as_bytes().get(at) {
        let mut length = 1;
        match byte {
            b'{' => {
                open.push(Some(BTreeSet::new()));
                name_is_next = true;
            }
            b'[' => open.push(None),
            b'}' | b']' => drop(open.pop()),
            b',' => name_is_next = matches!(open.last(), Some(Some(_))),
            b':' => name_is_next = false,
            b'"' => {
                length = string_length(&json[at..]);
                if let (true, Some(Some(names))) = (name_is_next, open.last_mut()) {
                    let name: String = serde_json::from_str(&json[at..at + length]).ok()?;
                    if !names.insert(name.clone()) {
                        return Some((name, 1 + json[..at].matches('\n').count()));
                    }
                }
            }
            _ => {}
        }
        at += length;
    }
    None
}

/// Bytes of the JSON string at the start of a text, with both quotation marks.
fn string_length(json: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in json.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::parse_text;

    fn error(text: &str) -> String {
        parse_text(text).expect_err("not a policy document")
    }

    #[test]
    fn what_is_no_document_is_said_with_its_place() {
        assert!(error("{\"a\": }").contains("line 1 column 7"));
        assert!(error("[]").contains("no object"));
        assert!(error("\"{}\"").contains("twice"));
    }

    #[test]
    fn a_member_twice_is_found_wherever_it_is() {
        assert!(error("{\"Id\": \"a\",\n \"Id\": \"b\"}").contains("\"Id\" is there twice in one object (line 2)"));
        assert!(error(r#"{"Statement": [{"a": 1}, {"Condition": {}, "Condition": {}}]}"#).contains("Condition"));
        assert!(error(r#"{"a": {"Sid": "", "\u0053id": ""}}"#).contains("Sid"), "an escape is the same name");
        for good in [
            r#"{"a": {"x": 1}, "b": {"x": 1}}"#,
            r#"{"a": ["a", "a", {"a": "a"}], "b": "a"}"#,
            r#"{"a\"": 1, "a": "{\"a\": 1}"}"#,
        ] {
            assert!(parse_text(good).is_ok(), "{good}");
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![any::<bool>().prop_map(Value::from), "[a\"\\\\{},:\u{e9}]{0,4}".prop_map(Value::from)];
        leaf.prop_recursive(4, 32, 4, |inner| {
            let member = ("[a-c\"\\\\]{0,2}", inner.clone());
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(Value::from),
                prop::collection::vec(member, 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn text_without_repetition_is_read_as_it_is(value in any_json()) {
            let document = serde_json::json!({ "Statement": value });
            prop_assert_eq!(parse_text(&document.to_string()), Ok(document));
        }

        #[test]
        fn a_repetition_is_found_behind_anything(value in any_json()) {
            let text = format!(r#"{{"x": {value}, "y": 1, "x": 2}}"#);
            prop_assert!(parse_text(&text).is_err());
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = parse_text(&text);
        }
    }
}
