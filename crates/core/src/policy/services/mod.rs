//! AWS services that use a key: what each of them needs of a key policy, as data, and the statements that follow.
//!
//! [`row`] says what is to be known of a service, [`table`] what the services' guides ask for; [`ServiceUse`] is one entry of
//! the input `services`.

mod actions;
mod build;
mod recover;
mod render;
mod row;
#[cfg(test)]
mod rules;
mod service_use;
mod table;

pub use row::{Caller, Fits, Need, Service};
pub use service_use::ServiceUse;
pub use table::service;

pub(super) use recover::recover;
pub(super) use render::statements;
pub(super) use table::ALL;
