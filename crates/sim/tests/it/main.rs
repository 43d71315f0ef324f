//! The simulator from outside: under the real AWS SDK, and held against what others recorded of AWS.

mod client;
mod drive;
mod golden;
mod state_table;
mod truth;
