//! Laws that hold for every key and every set: what Check, Diff, plan, effect, outputs and reading back promise each other.
//!
//! [`generators`] makes what programs give, one generator for each property of the definition; [`model`] is KMS as far as
//! the laws need it. `covered` fails by name for a property that no generator gives.

mod covered;
mod drift;
mod generators;
mod given;
mod key;
mod model;
mod policies;
mod preview;
mod set;
mod set_model;
mod set_preview;
mod veiled;

pub(crate) use model::{allowed, assert_is, default_policy, newborn};
