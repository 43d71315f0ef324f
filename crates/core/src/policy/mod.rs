//! Key policies: written from a typed form, compared by meaning, read back, checked, judged.
//!
//! [`render`] turns a [`TypedPolicy`] into the document that KMS takes, and [`recover()`] goes back; [`equal`] compares two
//! documents by their normal form. [`parse_text`] and [`check_document`] look at what a user wrote. [`evaluate`] says what
//! a policy answers to a call; [`keeps_control`] and [`access_changes`] ask it the two questions that a preview has:
//! would this policy lock its author out, and who gains or loses what.

mod access;
mod actions;
mod caller;
mod condition;
mod document;
mod equality;
mod evaluate;
mod grammar;
#[cfg(test)]
mod laws;
mod lockout;
mod normal;
mod parse;
mod pattern;
mod questions;
mod recover;
mod render;
mod request;
mod statement;
mod truth;
mod typed;

pub use access::{AccessChange, access_changes, named_principals};
pub use document::{Findings, check_document, deleted_principals};
pub use equality::{equal, sessions_as_roles};
pub use evaluate::{Access, evaluate};
pub use lockout::{Control, Form, keeps_control};
pub use parse::{MAX_BYTES, QUOTA_BYTES, parse_text, size};
pub use questions::{Explained, Standing, actions_of_key, actions_on_a_key, explain, is_principal, standings};
pub use recover::recover;
pub use render::{Facts, default_policy, render};
pub use request::{Request, Via};
pub use typed::TypedPolicy;
