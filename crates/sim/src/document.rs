//! A policy as it is kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A document that was read once and is kept as the text that was put, which takes a tenth of the memory of its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Document {
    text: Box<str>,
    /// Unique IDs of the users and roles that it names, by those names, when it was put: one that is made again under the same
    /// name is another principal.
    #[serde(default)]
    bound: BTreeMap<String, String>,
}

impl Document {
    /// A document whose text is JSON.
    pub(crate) fn new(text: &str, bound: BTreeMap<String, String>) -> Self {
        Self { text: text.into(), bound }
    }

    /// The document as it was put.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The document in its parts.
    pub(crate) fn parts(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The principals that its names mean.
    pub(crate) fn bound(&self) -> &BTreeMap<String, String> {
        &self.bound
    }
}
