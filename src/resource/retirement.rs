//! What speaks against retiring a key: its policies, its last use, and replicas that would keep it waiting.

use std::collections::BTreeMap;

use awskms_core::desired::Held;
use awskms_core::observed::ObservedSet;
use awskms_core::plan::{Idleness, Retirement};
use awskms_core::spec::generated::{AwsKmsKeySpec, DeletionPolicy, UnknownUsage};
use awskms_core::value::PropertyMap;
use tonic::Code;

use super::look::now;
use super::provider::{Provider, kms_failure};
use super::{Context, ResourceError};
use crate::kms::{self, Kind, Target};

impl Provider {
    /// Lets the deletion guard look at the last use of every key that would be scheduled for deletion, before any is.
    pub(super) async fn check_all_idle(
        &self,
        context: &Context,
        set: &ObservedSet,
        held: &Held,
        how: &BTreeMap<String, Retirement>,
        inputs: &BTreeMap<String, PropertyMap>,
    ) -> Result<(), ResourceError> {
        let going = set.members.iter().filter(|(region, member)| {
            held.contains_key(*region) && schedules(how, region) && !member.metadata.state.is_pending_deletion()
        });
        for (region, member) in going {
            if let Some(of_member) = inputs.get(region) {
                check_idle(context, &self.target_in(region), &member.metadata.arn, of_member).await?;
            }
        }
        Ok(())
    }
}

/// Whether the key in a Region is to be scheduled for deletion.
pub(super) fn schedules(how: &BTreeMap<String, Retirement>, region: &str) -> bool {
    how.get(region).is_some_and(|how| how.policy == DeletionPolicy::Schedule)
}

/// Check refuses a replica that stays below a key that goes, but the primary may have been moved by hand since.
pub(super) fn would_not_wait_for_ever(
    set: &ObservedSet,
    held: &Held,
    how: &BTreeMap<String, Retirement>,
) -> Result<(), ResourceError> {
    let stays = |region: &&String| **region != set.primary && held.contains_key(*region) && !schedules(how, region);
    let staying = set.members.keys().find(stays);
    let Some(staying) = staying.filter(|_| held.contains_key(&set.primary) && schedules(how, &set.primary)) else {
        return Ok(());
    };
    let primary = &set.primary;
    Err(ResourceError::failed(
        Code::FailedPrecondition,
        format!(
            "nothing was deleted: the primary is in {primary} now, to be scheduled for deletion, and the key in {staying} \
             stays by its deletionPolicy, so KMS would wait for it for ever. Move the primary to {staying} first: \
             `aws kms update-primary-region --region {primary} --primary-region {staying} --key-id {id}`.",
            id = set.members.values().next().map_or("", |member| &member.metadata.key_id),
        ),
    ))
}

/// Lets the user's deletion guard look at the last use of the key.
pub(super) async fn check_idle(
    context: &Context,
    target: &Target,
    arn: &str,
    inputs: &PropertyMap,
) -> Result<(), ResourceError> {
    let spec = AwsKmsKeySpec::from_properties(inputs)?;
    let Some(guard) = spec.deletion_guard.known() else { return Ok(()) };
    let days = guard.min_idle_days.known().copied().unwrap_or_default();
    let idleness = match kms::last_use(target, arn).await {
        Ok(last) => last.idleness(days, now()),
        Err(error) if error.kind == Kind::AccessDenied => Idleness::Unknown(format!("{error}. {}", error.advice())),
        Err(error) => return Err(kms_failure(&format!("reading the last use of {arn} before its deletion"), &error)),
    };
    let unknown_blocks = guard.on_unknown.known() != Some(&UnknownUsage::Warn);
    let (reason, way_out) = match idleness {
        Idleness::Idle => return Ok(()),
        Idleness::Unknown(reason) if !unknown_blocks => {
            context.log.warning(&format!(
                "deletionGuard: whether {arn} has been idle for {days} days is not known: {reason}. It is scheduled for \
                 deletion, as onUnknown WARN says."
            ));
            return Ok(());
        }
        Idleness::Unknown(reason) => (reason, ", set deletionGuard.onUnknown to WARN"),
        Idleness::InUse(reason) => (reason, ""),
    };
    Err(ResourceError::failed(
        Code::FailedPrecondition,
        format!(
            "{arn} is not deleted: its deletionGuard asks for {days} days without use, and {reason}. Nothing was changed. \
             Find out who uses it, or disable it first and wait; then run this again{way_out}, or take the guard away with \
             `pulumi up` before."
        ),
    ))
}

pub(super) fn prevented(arn: &str) -> ResourceError {
    ResourceError::failed(
        Code::FailedPrecondition,
        format!(
            "{arn} is not deleted: its deletionPolicy is PREVENT. To retire it, set deletionPolicy to SCHEDULE, DISABLE \
             or RETAIN, run `pulumi up`, then delete it."
        ),
    )
}
