//! Comparing with a recording whose changing parts are masked.

use serde_json::Value;

/// Words that stand for a value of which nothing was recorded.
const HIDDEN: &[&str] = &[
    "ciphertext-blob",
    "import-token",
    "plaintext",
    "private-key-ciphertext-blob",
    "private-key-plaintext",
    "public-key",
    "shared-secret",
];

/// Whether a value is what a recording shows.
pub(super) fn same(wanted: &Value, came: &Value) -> Result<(), String> {
    match (wanted, came) {
        (Value::Object(wanted), Value::Object(came)) => {
            let headers = |name: &&String| *name != "HTTPHeaders" && *name != "message";
            if let Some(more) =
                came.keys().filter(headers).find(|name| !wanted.contains_key(*name) && *name != "ResponseMetadata")
            {
                return Err(format!("{more} is not in the recording"));
            }
            for (name, wanted) in wanted.iter().filter(|(name, _)| headers(name)) {
                let came = came.get(name).ok_or_else(|| format!("{name} is missing"))?;
                same(wanted, came).map_err(|difference| format!("{name}: {difference}"))?;
            }
            Ok(())
        }
        (Value::Object(_), Value::String(text)) => {
            same(wanted, &serde_json::from_str(text).map_err(|_| format!("{text} is not JSON"))?)
        }
        (Value::Array(wanted), Value::Array(came)) if wanted.len() == came.len() => {
            wanted.iter().zip(came).try_for_each(|(wanted, came)| same(wanted, came))
        }
        (Value::String(mask), Value::Number(_)) if mask == "datetime" => Ok(()),
        (Value::String(mask), Value::String(_)) if HIDDEN.contains(&mask.as_str()) => Ok(()),
        (Value::String(wanted), Value::String(came)) if text(wanted, came) => Ok(()),
        _ if wanted == came => Ok(()),
        _ => Err(format!("recorded {wanted}, came {came}")),
    }
}

/// Whether a text is what a recorded one with masks such as `<key-id:1>` shows.
fn text(wanted: &str, came: &str) -> bool {
    const VALUES: &str = "enum value set: [";
    if let (Some((head, values)), Some((same_head, others))) = (wanted.split_once(VALUES), came.split_once(VALUES)) {
        // AWS has more values now than when this was recorded, and their order is nobody's promise.
        let others: Vec<&str> = others.trim_end_matches(']').split(", ").collect();
        return text(head, same_head) && values.trim_end_matches(']').split(", ").all(|value| others.contains(&value));
    }
    let Some((before, rest)) = wanted.split_once('<') else { return wanted == came };
    let Some(came) = came.strip_prefix(before) else { return false };
    let after = rest.split_once('>').map_or("", |(_, after)| after);
    // A mask stands for one word or more.
    came.char_indices().skip(1).map(|(at, _)| at).chain([came.len()]).any(|at| text(after, &came[at..]))
}
