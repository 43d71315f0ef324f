//! The promises of the provider, judged over every small history of a key and over many long ones.
//!
//! A model of Pulumi's engine ([`engine`]) calls the provider's own service in this process; the provider's calls of KMS go to
//! the simulator, without a network. The clock stands still but for waits, so that a wait of minutes costs nothing and a run
//! takes a millisecond or two. What was found under Pulumi's real engine is in tests/engine; here breadth is bought with a model.

mod canon;
mod cloud;
pub mod engine;
mod failure;
pub mod history;
mod json;
pub mod judge;
mod keys;
pub mod known;
mod ledger;
pub mod lives;
mod plugin;
mod program;
mod random;
pub mod scope;
pub mod small;
mod world;
mod wrong;

pub use cloud::{Call, Fault, Faults};
pub use json::Properties;
pub use keys::Key;
pub use ledger::Ledger;
pub use plugin::{Message, Said};
pub use program::{Program, REGION, Spec};
pub use world::{Hand, Report, World};
pub use wrong::Wrong;
