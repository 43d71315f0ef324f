//! The simulator from outside: under the real AWS SDK, and held against what others recorded of AWS.

mod any_request;
mod client;
mod drive;
mod golden;
mod http;
mod key_stores;
mod multi_region;
mod state_table;
mod trouble;
mod truth;
