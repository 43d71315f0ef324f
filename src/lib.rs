//! The provider: Pulumi on one side ([`rpc`]), KMS on the other ([`kms`]), the use cases in between ([`resource`]).
//!
//! What to do is decided in the crate `awskms-core`; this crate talks.

pub mod config;
mod failed_call;
pub mod functions;
pub mod import_file;
pub mod kms;
pub mod resource;
pub mod rpc;
