//! The decisions of the awskms provider. Nothing here does I/O, reads a clock or knows a wire format.
//!
//! Data flows one way: [`value`] (what a program gave) -> `spec` (checked, in normal form) -> `diff` (what the user
//! sees) and `plan` (which calls KMS gets, given what was `observed`) -> `outputs` (what the stack keeps).

pub mod failure;
pub mod path;
pub mod spec;
pub mod value;
