//! What is known of a key after asking for it.

use super::error::KmsError;

/// The answer to "is it there?". That something could not be read is a value of its own, so that no caller can take it for
/// absence: a key that is forgotten by mistake costs money for ever, and may be the only one that reads some data.
#[derive(Debug, Clone)]
#[must_use]
pub enum Lookup<T> {
    /// It is there.
    Present(T),
    /// KMS does not find it. Of a key that was there before, KMS must say so twice, to credentials of the key's account.
    Absent,
    /// It could not be found out.
    Unknown(KmsError),
}
