//! A key policy as a key keeps it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A document that was read once and is kept as text, which takes a tenth of the memory of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document(Box<str>);

impl Document {
    /// The document in its parts.
    pub(crate) fn parts(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl From<Value> for Document {
    fn from(document: Value) -> Self {
        Self(document.to_string().into())
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.parts().serialize(to)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Value::deserialize(from).map(Self::from)
    }
}
