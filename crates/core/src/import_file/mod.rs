//! Import files: what `pulumi import --file` takes to bring many keys into a stack.
//!
//! They are made of keys that were listed, or of a state in which other resources manage them: one `AwsKmsKey` takes the
//! place of a key, its aliases, its policy and its replicas. Nothing here is called, and no key is touched by it.

mod names;
mod pulumi;
mod sources;
mod terraform;

pub use names::unique;
pub use pulumi::from_pulumi;
pub use terraform::from_terraform;

use serde_json::json;

/// A key to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The resource's name in the program.
    pub name: String,
    /// ARN of the key, or of the primary of a set.
    pub id: String,
}

/// What a state says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The keys.
    pub entries: Vec<Entry>,
    /// The old resources whose place they take, in the order in which they can be forgotten: by the address that their tool
    /// calls them by.
    pub replaced: Vec<String>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// The file.
pub fn render(entries: &[Entry]) -> String {
    let resources: Vec<_> = entries
        .iter()
        .map(|entry| json!({ "type": "awskms:index:AwsKmsKey", "name": entry.name, "id": entry.id }))
        .collect();
    format!("{:#}\n", json!({ "resources": resources }))
}

#[cfg(test)]
mod tests {
    use super::{Entry, render};

    #[test]
    fn the_file_is_what_pulumi_reads() {
        let text = render(&[Entry { name: "orders".into(), id: "arn".into() }]);
        let file: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(file["resources"][0]["type"], "awskms:index:AwsKmsKey");
        assert_eq!((&file["resources"][0]["name"], &file["resources"][0]["id"]), (&"orders".into(), &"arn".into()));
        assert_eq!(render(&[]), "{\n  \"resources\": []\n}\n");
    }
}
