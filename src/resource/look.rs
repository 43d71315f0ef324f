//! Looking at the key that a state names, although KMS may lag.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_smithy_types::date_time::{DateTime, Format};
use awskms_core::ids::KmsArn;
use awskms_core::value::{PropertyMap, PropertyValue};
use tonic::Code;

use super::ResourceError;
use super::provider::Provider;

/// KMS shows a key everywhere "in several minutes" at worst (AWS KMS developer guide, "Eventual consistency").
const YOUNG_SECONDS: i64 = 600;

/// How often "not found" must be said of a state's key to be believed: twice; of one that was created minutes ago it takes
/// some seconds more, because a key that is forgotten by mistake costs money for ever.
pub(super) fn attempts(outputs: &PropertyMap) -> u32 {
    if is_young(outputs) { 8 } else { 2 }
}

/// Whether a state's key was created so lately that KMS may not show it everywhere.
pub(super) fn is_young(outputs: &PropertyMap) -> bool {
    let text = outputs.get("creationDate").and_then(PropertyValue::as_str);
    let created = text.and_then(|text| DateTime::from_str(text, Format::DateTime).ok()).map(|date| date.secs());
    created.is_some_and(|created| now() - created < YOUNG_SECONDS)
}

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}

impl Provider {
    /// "Not found" means "gone" only to credentials of the key's own account; others cannot see it.
    pub(super) async fn may_be_gone(&self, arn: &str) -> Result<(), ResourceError> {
        let Some(owner) = KmsArn::parse(arn).map(|arn| arn.account) else { return Ok(()) };
        match self.clients.identity().await? {
            Some(caller) if caller.account != owner => Err(ResourceError::failed(
                Code::PermissionDenied,
                format!(
                    "{arn} was not found, but it belongs to account {owner} and the credentials to account {}: whether it \
                     exists is not known. Nothing was changed. Use credentials of account {owner}.",
                    caller.account
                ),
            )),
            _ => Ok(()),
        }
    }
}
