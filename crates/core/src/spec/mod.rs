//! What a key should be: its definition as tables, and inputs as typed values.

pub mod check;
pub mod constants;
#[expect(clippy::doc_markdown, reason = "the texts are the definition's, which serve other languages too")]
pub mod generated;
pub mod given;
pub mod input;
pub mod key_kinds;
mod manifest;
pub mod normal;
pub mod provider;
mod replicas;
mod rules;
pub mod table;
pub(crate) mod validate;
