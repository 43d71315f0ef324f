//! When a key was last used.

use awskms_core::plan::KeyUse;

use super::error::KmsError;
use super::run::Target;

/// Asks KMS. It counts successful cryptographic operations in this Region; what is done with a public key outside of AWS
/// it cannot see.
pub async fn last_use(target: &Target, arn: &str) -> Result<KeyUse, KmsError> {
    let answer = target.client.get_key_last_usage().key_id(arn).send().await;
    let answer = answer.map_err(|error| KmsError::from_sdk("GetKeyLastUsage", &target.region, &error))?;
    let last = answer.key_last_usage().and_then(|last| {
        let operation = last.operation().map_or("an operation", |operation| operation.as_str());
        Some((operation.to_owned(), last.timestamp()?.secs()))
    });
    let created = answer.key_creation_date().map_or(0, aws_smithy_types::DateTime::secs);
    // Without a start nothing is known of the time before now.
    let tracked_since = answer.tracking_start_date().map_or(i64::MAX, aws_smithy_types::DateTime::secs);
    Ok(KeyUse { last, tracked_since, created })
}
