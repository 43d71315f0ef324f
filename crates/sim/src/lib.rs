//! A strict simulator of AWS KMS.
