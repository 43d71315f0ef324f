//! A simulator of AWS KMS that refuses what AWS refuses.
//!
//! [`Sim::handle`] is the whole service: a pure function of the time, a request and the state. It knows no clock, no
//! network and no ambient randomness, so the same requests at the same times give the same answers. The binary
//! `awskms-sim` puts it behind HTTP on loopback.

mod acting;
mod authorize;
mod caller;
mod constraints;
mod control;
mod dates;
mod document;
mod error;
mod faults;
mod grant;
mod iam;
mod imported;
mod journal;
mod key;
mod key_states;
mod key_store;
mod lag;
mod material;
mod multi_region;
mod ops;
mod options;
mod params;
mod passing_time;
mod policy;
#[cfg(test)]
mod properties;
mod query;
mod regions;
mod reply;
#[cfg(test)]
mod scenarios;
mod sealed_text;
mod sim;
mod state;
mod sts;

#[cfg(feature = "connector")]
pub mod connector;
pub mod http;
pub mod quotas;
pub mod store;
pub mod wire;

pub use error::ApiError;
pub use faults::{Effect, Fault};
pub use ops::names as operations;
pub use options::{Doubts, Lag, Options};
pub use sim::{Answer, Request, Sim};
pub use state::State;
