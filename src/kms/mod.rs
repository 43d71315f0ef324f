//! KMS, as this provider uses it: read one key, apply one step, run a plan.

mod apply;
mod error;
mod index;
mod last_use;
mod observe;
mod pace;
mod patience;
mod rotations;
mod run;

pub use error::{Kind, KmsError};
pub use index::MarkIndex;
pub use last_use::last_use;
pub use observe::{describe, observe, public_key};
pub use pace::Pace;
pub use patience::{Patience, pause};
pub use rotations::on_demand_rotations;
pub use run::{Executed, Target, Trouble, create_key, run};
