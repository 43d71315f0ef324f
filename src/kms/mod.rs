//! KMS, as this provider uses it: read one key, apply one step, run a plan.

mod apply;
mod error;
mod index;
mod observe;
mod patience;
mod run;

pub use error::{Kind, KmsError};
pub use index::MarkIndex;
pub use observe::{describe, observe, public_key};
pub use patience::{Patience, pause};
pub use run::{Executed, Target, Trouble, create_key, run};
