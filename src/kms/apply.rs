//! One step, one call. Nothing is decided here.
//!
//! `BypassPolicyLockoutSafetyCheck` is left out of a call where it is false: a policy whose condition asks that
//! `kms:BypassPolicyLockoutSafetyCheck` is absent, as AWS's guide has one, would deny the call else.

use std::collections::BTreeMap;

use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::types::{KeySpec, KeyUsageType, Tag};
use awskms_core::desired::Desired;
use awskms_core::observed::{Metadata, Observed};
use awskms_core::owner::{OWNER_TAG, OwnerMark};
use awskms_core::plan::{Replication, Step};

use super::error::{Kind, KmsError};
use super::lookup::Lookup;
use super::observe::{describe, read_metadata, read_tags, whole_seconds};
use super::patience::pause;
use super::principals::named;
use super::run::Target;

/// What KMS said beyond "done".
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// When the key will be deleted.
    pub(super) deletion_date: Option<String>,
}

macro_rules! call {
    ($operation:literal, $target:expr, $request:expr) => {{ $request.send().await.map_err(|error| KmsError::from_sdk($operation, &$target.region, &error)) }};
}

/// Applies a step to the key with this ARN, for the resource of this URN.
///
/// # Errors
/// AWS's, classified. "Is there already" and "is gone already" count as done where they prove the wanted state.
pub(super) async fn apply(target: &Target, urn: &str, metadata: &Metadata, step: &Step) -> Result<Answer, KmsError> {
    let (client, arn) = (&target.client, metadata.arn.as_str());
    match step {
        Step::CancelKeyDeletion => {
            match call!("CancelKeyDeletion", target, client.cancel_key_deletion().key_id(arn)) {
                // An earlier attempt has cancelled it, and its answer was lost.
                Err(error) if error.message.contains("is not pending deletion") => {}
                other => drop(other?),
            }
        }
        Step::EnableKey => call!("EnableKey", target, client.enable_key().key_id(arn)).map(drop)?,
        Step::DisableKey => call!("DisableKey", target, client.disable_key().key_id(arn)).map(drop)?,
        Step::EnableKeyRotation { period_days } => {
            let request = client.enable_key_rotation().key_id(arn).rotation_period_in_days(*period_days);
            call!("EnableKeyRotation", target, request).map(drop)?;
        }
        Step::DisableKeyRotation => {
            call!("DisableKeyRotation", target, client.disable_key_rotation().key_id(arn)).map(drop)?;
        }
        Step::RotateKeyOnDemand { target: wanted } => rotate(target, metadata, *wanted).await?,
        Step::UpdateKeyDescription { description } => {
            let request = client.update_key_description().key_id(arn).description(description);
            call!("UpdateKeyDescription", target, request).map(drop)?;
        }
        Step::TagResource { tags } => {
            let request = client.tag_resource().key_id(arn).set_tags(Some(sdk_tags(tags)));
            call!("TagResource", target, request).map(drop)?;
        }
        Step::UntagResource { keys } => {
            let request = client.untag_resource().key_id(arn).set_tag_keys(Some(keys.clone()));
            call!("UntagResource", target, request).map(drop)?;
        }
        Step::PutKeyPolicy { policy, bypass_policy_lockout_safety_check } => {
            let request = client
                .put_key_policy()
                .key_id(arn)
                .policy_name("default")
                .policy(policy.to_string())
                .set_bypass_policy_lockout_safety_check(bypass_policy_lockout_safety_check.then_some(true));
            call!("PutKeyPolicy", target, request).map_err(|error| named(error, Some(policy)))?;
        }
        Step::CreateAlias { name } => {
            let _alone = target.names.alone_with(&target.region, name).await;
            create_alias(target, arn, name).await?;
        }
        Step::UpdateAlias { name, holder } => {
            let _alone = target.names.alone_with(&target.region, name).await;
            move_alias(target, arn, name, holder).await?;
        }
        Step::DeleteAlias { name, holder } => {
            let _alone = target.names.alone_with(&target.region, name).await;
            // Another resource of the program takes the name, before or after this: it needs no moment without one.
            if holder.is_some() || !target.names.is_wanted_elsewhere(urn, &target.region, name) {
                delete_alias(target, arn, name, holder.as_deref()).await?;
            }
        }
        Step::ReplicateKey(replication) => replicate(target, arn, replication).await?,
        Step::UpdatePrimaryRegion { region } => promote(target, metadata, region).await?,
        Step::ScheduleKeyDeletion { window_days } => {
            let request = client.schedule_key_deletion().key_id(arn).pending_window_in_days(*window_days);
            let answer = match call!("ScheduleKeyDeletion", target, request) {
                // An earlier run, or an earlier attempt of this one, has scheduled it.
                Err(error) if error.kind == Kind::PendingDeletion => return Ok(Answer::default()),
                other => other?,
            };
            return Ok(Answer { deletion_date: answer.deletion_date().map(whole_seconds) });
        }
    }
    Ok(Answer::default())
}

/// Creates a key, once: the SDK's own retries are off, because `CreateKey` has no idempotency token and a repeated call
/// after a lost answer makes a second key.
pub(super) async fn create_key(
    target: &Target,
    desired: &Desired,
    mark: Option<&OwnerMark>,
) -> Result<Observed, KmsError> {
    let mut tags = desired.tags.clone();
    tags.extend(mark.map(|mark| (OWNER_TAG.to_owned(), mark.to_string())));
    let request = target
        .client
        .create_key()
        .key_spec(KeySpec::from(desired.key_spec.as_str()))
        .key_usage(KeyUsageType::from(desired.key_usage.as_str()))
        .multi_region(desired.multi_region)
        .description(&desired.description)
        .set_policy(desired.policy.as_ref().map(ToString::to_string))
        .set_tags(Some(sdk_tags(&tags)).filter(|tags| !tags.is_empty()))
        .set_bypass_policy_lockout_safety_check(desired.bypass_policy_lockout_safety_check.then_some(true))
        .customize()
        .config_override(once());
    let answer = call!("CreateKey", target, request).map_err(|error| named(error, desired.policy.as_ref()))?;
    let metadata = answer.key_metadata().map(read_metadata);
    let metadata = metadata.filter(|metadata| !metadata.key_id.is_empty() && !metadata.arn.is_empty());
    // The key is there, and must be looked for.
    let metadata = metadata.ok_or_else(|| KmsError {
        kind: Kind::NoAnswer,
        ..KmsError::incomplete("CreateKey", &target.region, "KeyMetadata with KeyId and Arn")
    })?;
    Ok(Observed::created(metadata, desired, mark))
}

/// Repeating it is harmless: KMS makes one replica in a Region.
async fn replicate(target: &Target, arn: &str, replication: &Replication) -> Result<(), KmsError> {
    let request = target
        .client
        .replicate_key()
        .key_id(arn)
        .replica_region(&replication.region)
        .description(&replication.description)
        .set_policy(replication.policy.as_ref().map(ToString::to_string))
        .set_bypass_policy_lockout_safety_check(replication.bypass_policy_lockout_safety_check.then_some(true))
        .set_tags(Some(sdk_tags(&replication.tags)).filter(|tags| !tags.is_empty()));
    call!("ReplicateKey", target, request).map(drop).map_err(|error| named(error, replication.policy.as_ref()))
}

/// A key that is no primary any more when it is asked to hand the role over has done so at an earlier attempt.
async fn promote(target: &Target, metadata: &Metadata, region: &str) -> Result<(), KmsError> {
    let request = target.client.update_primary_region().key_id(&metadata.arn).primary_region(region);
    match call!("UpdatePrimaryRegion", target, request) {
        Err(error) if error.kind == Kind::Unsupported => {
            match describe(&target.client, &target.region, &metadata.arn).await {
                Lookup::Present(now) if now.primary_region.as_deref() == Some(region) => Ok(()),
                Lookup::Present(_) | Lookup::Absent | Lookup::Unknown(_) => Err(error),
            }
        }
        other => other.map(drop),
    }
}

/// The name went to another key between the look and the call.
fn moved_away(target: &Target, name: &str, arn: &str) -> KmsError {
    let message = format!("{name} now names {arn}; it was left there");
    KmsError::local("DescribeKey", &target.region, Kind::AlreadyExists, "AliasMoved", message)
}

/// Moves a name from the key that was seen to hold it: KMS takes a name from whoever has it, so this looks once more. A name
/// that its holder has given up since is created.
async fn move_alias(target: &Target, arn: &str, name: &str, holder: &str) -> Result<(), KmsError> {
    match describe(&target.client, &target.region, name).await {
        Lookup::Present(now) if now.arn == arn => return Ok(()),
        Lookup::Present(now) if now.arn != holder => return Err(moved_away(target, name, &now.arn)),
        Lookup::Unknown(error) => return Err(error),
        // Not found may be said too early of a name that was just given.
        Lookup::Present(_) | Lookup::Absent => {}
    }
    let request = target.client.update_alias().alias_name(name).target_key_id(arn);
    match call!("UpdateAlias", target, request) {
        Err(error) if error.kind == Kind::NotFound => create_alias(target, arn, name).await,
        other => other.map(drop),
    }
}

/// An alias that points at our key already is done: an earlier attempt made it and its answer was lost. Another key's is
/// said by its name.
async fn create_alias(target: &Target, arn: &str, name: &str) -> Result<(), KmsError> {
    let request = target.client.create_alias().alias_name(name).target_key_id(arn);
    match call!("CreateAlias", target, request) {
        Err(error) if error.kind == Kind::AlreadyExists => match describe(&target.client, &target.region, name).await {
            Lookup::Present(holder) if holder.arn == arn => Ok(()),
            Lookup::Present(holder) => {
                Err(KmsError { message: format!("{} It names {}.", error.message, holder.arn), ..error })
            }
            Lookup::Absent | Lookup::Unknown(_) => Err(error),
        },
        other => other.map(drop),
    }
}

/// Deletes a name from the key that holds it, and from no other: KMS deletes a name whoever has it by now, so this looks once
/// more. That there is no such name is believed when it was said in two rounds, because a young name may not show yet.
async fn delete_alias(target: &Target, arn: &str, name: &str, holder: Option<&str>) -> Result<(), KmsError> {
    let mut absent = 0;
    for attempt in 1.. {
        match describe(&target.client, &target.region, name).await {
            Lookup::Present(now) if now.arn == holder.unwrap_or(arn) => {}
            Lookup::Present(now) if holder.is_some() && now.arn != arn => {
                return Err(moved_away(target, name, &now.arn));
            }
            Lookup::Present(_) => break,
            Lookup::Absent => absent += 1,
            // The caller can see this resource's key, so the name is another's by now.
            Lookup::Unknown(error) if error.kind == Kind::AccessDenied => break,
            Lookup::Unknown(error) => return Err(error),
        }
        match call!("DeleteAlias", target, target.client.delete_alias().alias_name(name)) {
            Err(error) if error.kind == Kind::NotFound && absent < 2 && attempt < 5 => {
                tokio::time::sleep(pause(attempt)).await;
            }
            Err(error) if error.kind == Kind::NotFound => break,
            other => return other.map(drop),
        }
    }
    Ok(())
}

/// Rotates once: the SDK's own retries are off, and after an error that leaves it open the rotations are counted. "One is
/// under way" is such an error too.
async fn rotate(target: &Target, metadata: &Metadata, wanted: u32) -> Result<(), KmsError> {
    let request = target.client.rotate_key_on_demand().key_id(&metadata.arn).customize().config_override(once());
    match call!("RotateKeyOnDemand", target, request) {
        Err(error) if error.is_ambiguous() || error.kind == Kind::Conflict => {
            let had = super::rotations::on_demand_rotations(target, metadata).await;
            if had.is_ok_and(|had| had >= wanted) { Ok(()) } else { Err(error) }
        }
        other => other.map(drop),
    }
}

fn once() -> aws_sdk_kms::config::Builder {
    aws_sdk_kms::config::Builder::new().retry_config(RetryConfig::disabled())
}

fn sdk_tags(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().tag_key(key).tag_value(value).build().expect("both members are set"))
        .collect()
}

/// Changes the mark of a key to what `change` makes of the present one; `None` leaves it as it is.
///
/// # Errors
/// The tags could not be read or written; the mark stays as it is.
pub async fn change_mark(
    target: &Target,
    arn: &str,
    change: impl FnOnce(Option<&OwnerMark>) -> Option<OwnerMark>,
) -> Result<(), KmsError> {
    let tags = read_tags(&target.client, &target.region, arn).await?;
    let present = tags.get(OWNER_TAG).and_then(|text| OwnerMark::parse(text));
    let Some(mark) = change(present.as_ref()).filter(|mark| present.as_ref() != Some(mark)) else { return Ok(()) };
    target.pace.turn(&target.region, "TagResource").await;
    let tags = BTreeMap::from([(OWNER_TAG.to_owned(), mark.to_string())]);
    let request = target.client.tag_resource().key_id(arn).set_tags(Some(sdk_tags(&tags)));
    call!("TagResource", target, request).map(drop)
}
