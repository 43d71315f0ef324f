//! What a key should be: its definition as tables, and inputs as typed values.

pub mod check;
pub mod constants;
pub mod endpoint;
#[expect(clippy::doc_markdown, reason = "the texts are the definition's, which serve other languages too")]
pub mod generated;
pub mod given;
pub mod input;
pub mod key_kinds;
pub mod lints;
mod manifest;
pub mod normal;
mod pasted;
mod peers;
mod policies;
#[cfg(test)]
mod policies_tests;
mod policy_parts;
pub mod provider;
mod replicas;
mod rules;
pub mod table;
pub(crate) mod validate;
