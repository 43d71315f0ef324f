//! Key policies: written from a typed form, compared by meaning, read back, checked, judged.
//!
//! [`render`] turns a [`TypedPolicy`] into the document that KMS takes, and [`recover()`] goes back; [`equal`] compares two
//! documents by their normal form. [`parse_text`] and [`check_document`] look at what a user wrote. [`evaluate`] says what
//! a policy answers to a call; [`keeps_control`] and [`access_lines`] answer the two questions that a preview has:
//! would this policy lock its author out, and who gains or loses what.

mod access;
mod actions;
mod caller;
mod candidates;
mod condition;
mod deletion;
mod document;
mod equality;
mod evaluate;
mod grammar;
#[cfg(test)]
mod laws;
mod lint;
mod lockout;
mod normal;
mod outside;
mod parse;
mod pattern;
mod protection;
mod questions;
mod recover;
mod render;
mod request;
mod role_access;
mod roles;
mod services;
mod statement;
mod truth;
mod typed;
mod written;

pub use access::{AccessChange, Scope, Terms, access_changes, access_lines, named_principals};
pub use actions::has_operation;
pub use candidates::{candidates, service_linked};
pub use deletion::denies_deletion;
pub use document::{check_document, check_document_in, deleted_principals};
pub use equality::{equal, sessions_as_roles};
pub use evaluate::{Access, evaluate};
pub use lint::{Finding, Findings, RULES, Rule, Severity, Surroundings, context_findings, look_at_replica, rule};
pub use lockout::{Control, Form, keeps_control};
pub use outside::{OrganizationAccess, TrustedAccount, Use};
pub use parse::{MAX_BYTES, QUOTA_BYTES, parse_text, size};
pub use protection::Protection;
pub use questions::{Explained, Standing, actions_of_key, actions_on_a_key, explain, is_principal, standings};
pub use recover::recover;
pub use render::{Facts, colliding, default_policy, render};
pub use request::{Request, Via};
pub use role_access::RoleAccess;
pub use roles::{check_role, role_arn};
pub use services::{Caller as ServiceCaller, Fits, Need, Service, ServiceUse, service};
pub use typed::TypedPolicy;
