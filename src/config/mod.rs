//! The provider's configuration: settings, credentials, and clients by Region.

mod assume_role;
mod clients;
mod environment;
mod error;
mod load;
mod profiles;
mod retry;
mod settings;
mod sound;
mod sts;
mod web_identity;

pub use clients::{Clients, Identity};
pub use error::ConfigError;
pub(crate) use retry::TOO_MANY_REQUESTS;
pub use settings::Settings;
