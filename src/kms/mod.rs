//! KMS, as this provider uses it: read one key, apply one step, run a plan.

mod apply;
mod denied;
mod error;
mod index;
mod last_use;
mod listing;
mod look;
mod lookup;
mod names;
mod observe;
mod observe_set;
mod pace;
mod patience;
mod principals;
#[cfg(test)]
mod races;
mod rotations;
mod run;
mod run_set;
mod waiting;

pub use apply::change_mark;
pub use error::{Kind, KmsError};
pub use index::{MarkIndex, Marked};
pub use last_use::last_use;
pub use listing::{Filter, ListedKey, Listing};
pub use look::{look, look_up};
pub use lookup::Lookup;
pub use names::{Aliases, Names};
pub use observe::{describe, observe, observe_key, pem, public_key, read_policy, whole_seconds};
pub use observe_set::{observe_relatives, observe_set};
pub use pace::Pace;
pub use patience::{Patience, pause};
pub use rotations::on_demand_rotations;
pub use run::{Executed, Regions, Target, Trouble, create_key, run};
pub use run_set::{ExecutedSet, SetRun, run_lanes, run_set};
pub use waiting::telling;
