//! KMS, as this provider uses it: read one key, apply one step, run a plan.

mod apply;
mod error;
mod observe;
mod patience;
mod run;

pub use error::{KmsError, Kind};
pub use observe::{describe, observe};
pub use patience::Patience;
pub use run::{Executed, Target, Trouble, create_key, run};
