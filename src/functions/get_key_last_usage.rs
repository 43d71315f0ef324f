//! `getKeyLastUsage`: when a key was last used.

use awskms_core::functions::generated::{GetKeyLastUsageArgs, GetKeyLastUsageResult, names};
use awskms_core::value::PropertyMap;

use super::key::date;
use super::{Call, Trouble};
use crate::kms::KmsError;

pub(super) async fn run(call: Call<'_>, arguments: &PropertyMap) -> Result<PropertyMap, Trouble> {
    let asked = GetKeyLastUsageArgs::from_properties(arguments)?;
    let (target, metadata) = call.described(&asked.region, &asked.key_id).await?;
    let answer = target.client.get_key_last_usage().key_id(&metadata.arn).send().await;
    let answer = answer.map_err(|error| {
        let error = KmsError::from_sdk("GetKeyLastUsage", &target.region, &error);
        Trouble::of_kms(&format!("reading the last use of {}", metadata.arn), names::KEY_ID, &error)
    })?;
    let last = answer.key_last_usage();
    let (created, tracked) = (answer.key_creation_date(), answer.tracking_start_date());
    Ok(GetKeyLastUsageResult {
        key_arn: metadata.arn,
        last_used_date: date(last.and_then(|last| last.timestamp())),
        last_operation: last.and_then(|last| last.operation()).map(|operation| operation.as_str().to_owned()),
        tracked_since: date(tracked),
        // Without both dates nothing is known of the time before now.
        is_complete: tracked.zip(created).is_some_and(|(tracked, created)| tracked.secs() <= created.secs()),
    }
    .into_properties())
}
