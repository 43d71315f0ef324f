//! The gate in front of every replacement, however it is asked for.
//!
//! Check refuses a change of inputs that would need another key. But the engine replaces for other reasons too: a
//! `replacementTrigger`, `replaceWith`, `replaceOnChanges`, a replaced resource that this one is deleted with. It then calls
//! `Create` without `Diff`, and Check cannot know. So the gate stands before a new key is made, in previews as well.

use awskms_core::members;
use awskms_core::spec::generated::{AwsKmsKeySpec, DeletionPolicy, ReplacementPolicy};
use awskms_core::spec::input::Unreadable;
use awskms_core::value::PropertyMap;
use tonic::Code;

use super::engine_view::Replaced;
use super::provider::{Provider, key_arn, region_of};
use super::retirement::check_idle;
use super::{Context, ResourceError};

impl Provider {
    /// Lets a replacement through that the program allows and whose old key may be retired. Without a replacement there is
    /// nothing to ask.
    ///
    /// # Errors
    /// `replacementPolicy` FORBID, `deletionPolicy` PREVENT or another one than the old key would be retired by, or a
    /// `deletionGuard` that speaks against it. Nothing was changed.
    pub(super) async fn may_replace(
        &self,
        context: &Context,
        urn: &str,
        inputs: &PropertyMap,
    ) -> Result<(), ResourceError> {
        let Some(replaced) = self.view.replaced(urn) else { return Ok(()) };
        if !allows_replacement(inputs)? {
            return Err(forbidden());
        }
        let (old, new) = (deletion_policy(&replaced.inputs)?, deletion_policy(inputs)?);
        if old == DeletionPolicy::Prevent || old != new {
            return Err(retired_otherwise(old, new));
        }
        self.old_key_is_idle(context, &replaced).await
    }

    /// Lets the deletion guard of the old key look at its last use, before the new key is made: afterwards there would be no way
    /// to take the guard away.
    async fn old_key_is_idle(&self, context: &Context, replaced: &Replaced) -> Result<(), ResourceError> {
        let Replaced { inputs, outputs } = replaced;
        let region = region_of(outputs).or_else(|| region_of(inputs)).or_else(|| self.clients.region());
        let (Some(region), true) = (region, outputs.contains_key("keyArn")) else { return Ok(()) };
        let arn = key_arn(outputs, "");
        for (region, of_member) in members::by_region(inputs, region) {
            if deletion_policy(&of_member)? == DeletionPolicy::Schedule {
                let arn = awskms_core::outputs::arn_in(&arn, &region);
                check_idle(context, &self.target_in(&region), &arn, &of_member).await?;
            }
        }
        Ok(())
    }
}

/// Whether a program lets its key be replaced.
pub(super) fn allows_replacement(inputs: &PropertyMap) -> Result<bool, Unreadable> {
    Ok(AwsKmsKeySpec::from_properties(inputs)?.replacement_policy.known() == Some(&ReplacementPolicy::Allow))
}

fn deletion_policy(inputs: &PropertyMap) -> Result<DeletionPolicy, Unreadable> {
    Ok(AwsKmsKeySpec::from_properties(inputs)?.deletion_policy.known().copied().unwrap_or(DeletionPolicy::Schedule))
}

pub(super) fn forbidden() -> ResourceError {
    refused(
        "replacementPolicy is FORBID, so the key is not replaced: a new key cannot read what the present one has encrypted. \
         Nothing was changed. The engine asked for a replacement that no input of the key needs: take the resource option that \
         does away (replacementTrigger, replaceWith, replaceOnChanges, deletedWith, deleteBeforeReplace of a dependency) or its \
         change back; for new key material in the same key change rotateOnDemandTrigger; or set replacementPolicy to ALLOW, \
         which creates a new key first and then retires this one by its deletionPolicy."
            .to_owned(),
    )
}

fn retired_otherwise(old: DeletionPolicy, new: DeletionPolicy) -> ResourceError {
    let (old, new) = (old.as_str(), new.as_str());
    refused(if old == "PREVENT" {
        "deletionPolicy PREVENT keeps the present key from being retired, so it cannot be replaced. Nothing was changed. Set \
         deletionPolicy to SCHEDULE, DISABLE or RETAIN, run `pulumi up`, then replace it."
            .to_owned()
    } else {
        format!(
            "the present key would be retired by the deletionPolicy of the last run, {old}, not by {new}. Nothing was changed. \
             Run `pulumi up` with deletionPolicy {new} alone first, then replace the key."
        )
    })
}

fn refused(reason: String) -> ResourceError {
    ResourceError::failed(Code::FailedPrecondition, reason)
}
