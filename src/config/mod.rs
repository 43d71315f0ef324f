//! The provider's configuration: settings, credentials, and clients by Region.

mod clients;
mod retry;
mod settings;
mod web_identity;

pub use clients::{Clients, ConfigError, Identity};
pub use settings::Settings;
