//! What is wrong with an input, as a sentence for people.

use crate::path::Path;

/// One thing wrong with the inputs, or worth a warning.
///
/// The reason follows one grammar: what is wrong with the value (naming it), why (AWS's rule), what to do.
/// Values of secrets are never named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The property it is about.
    pub path: Path,
    /// The sentence, without the property's name at its front: the engine prints that from the path.
    pub reason: String,
}

impl Failure {
    /// A failure of one property.
    pub fn new(path: Path, reason: impl Into<String>) -> Self {
        Self { path, reason: reason.into() }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}
