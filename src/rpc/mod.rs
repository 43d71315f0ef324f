//! Pulumi's side: the gRPC service, its wire form, and messages back to the engine.
//!
//! Protobuf stops here. Each call is decoded, handed to a use case, and its answer encoded.

mod cancel;
mod diff;
pub mod engine;
mod invoke;
/// Code generated from proto/pulumi.
#[expect(missing_docs, clippy::pedantic, clippy::allow_attributes, reason = "generated")]
pub mod generated {
    pub mod pulumirpc {
        include!("gen/pulumirpc.rs");
    }
    pub mod google_rpc {
        include!("gen/google_rpc.rs");
    }
}
mod lifeline;
mod serve;
mod service;
mod status;
mod wire;

pub use lifeline::engine_is_gone;
pub use serve::{Ending, serve};
pub use service::{SCHEMA, Service, VERSION};
pub use wire::Struct;
