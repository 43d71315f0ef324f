//! The decisions of the awskms provider. Nothing here does I/O, reads a clock or knows a wire format.
//!
//! Data flows one way: [`value`] (what a program gave) -> [`spec`] (checked, in normal form) -> [`diff`] (what the user
//! sees) and, with what was [`observed`], [`plan`] (which calls KMS gets) -> [`outputs`] (what the stack keeps).
//! [`read_back`] goes the other way, for refresh and import.

mod after_step;
mod arn;
pub mod desired;
pub mod diff;
pub mod failure;
pub mod functions;
pub mod ids;
pub mod ignored;
pub mod import_file;
#[cfg(test)]
mod laws;
pub mod members;
mod needles;
mod new_key;
pub mod observed;
pub mod outputs;
pub mod owner;
pub mod path;
pub mod plan;
pub mod policy;
pub mod read_back;
pub mod rotation_mark;
pub mod secrets;
pub mod spec;
pub mod stale;
pub mod takeover;
pub mod text;
pub mod untouched;
pub mod value;
