//! What a key should be: its definition as tables, and inputs as typed values.

pub mod input;
pub mod table;
