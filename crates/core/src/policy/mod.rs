//! Key policies: written from a typed form, compared by meaning, read back, checked.

mod actions;
mod document;
mod equality;
mod recover;
mod render;

pub use document::{Findings, MAX_BYTES, QUOTA_BYTES, check_document, deleted_principals, parse_text};
pub use equality::equal;
pub use recover::recover;
pub use render::{Facts, TypedPolicy, default_policy, render};
