//! Changing a key in place.

use awskms_core::desired::Desired;
use awskms_core::observed::{Observed, Reading};
use awskms_core::owner::{OwnerMark, may_touch};
use awskms_core::plan::{Intent, Plan, Step, plan_update};
use awskms_core::rotation_mark::RotationMark;
use awskms_core::stale::disabling_is_in_doubt;
use awskms_core::value::{PropertyMap, PropertyValue};
use tonic::Code;

use super::aliases::Claimant;
use super::create::outcome;
use super::look::{is_young, look};
use super::ownership;
use super::provider::{
    Provider, account_of, default_policy, guarded, held_before, key_arn, kms_failure, region_of, remembered_mark,
    resolved,
};
use super::{Context, Outcome, ResourceError, aliases};
use crate::kms::{self, Executed, Patience, Target};

/// The property whose change rotates the key.
pub const TRIGGER: &str = "rotateOnDemandTrigger";

/// Most rotations on demand of one key.
const ON_DEMAND_ROTATIONS: u32 = 25;

impl Provider {
    /// Brings a key to its new inputs: the fewest calls, in the order that KMS demands.
    ///
    /// # Errors
    /// Nothing was changed: the key could not be read, belongs to a newer owner, or an alias is taken. What fails later
    /// is part of the outcome.
    pub async fn update(
        &self,
        context: &Context,
        urn: &str,
        id: &str,
        old_outputs: &PropertyMap,
        old_inputs: &PropertyMap,
        inputs: &PropertyMap,
    ) -> Result<Outcome, ResourceError> {
        self.note_state(urn, id, old_outputs);
        let target = self.target(region_of(old_outputs).or_else(|| region_of(inputs)))?;
        self.account(&target.region).await?;
        let Prepared { observed, plan } = self
            .prepare_update(context, urn, &target, &key_arn(old_outputs, id), old_outputs, old_inputs, inputs)
            .await?;
        if observed.metadata.state.is_pending_deletion() {
            context.log.info(&format!("{} is pending deletion: the deletion is cancelled.", observed.metadata.arn));
        }
        let patience = Patience { just_created: is_young(old_outputs), ..Patience::default() };
        let done = kms::run(context, &target, &plan, observed, patience).await;
        report_rotation(context, &plan, &done);
        let mut result = outcome(inputs, &done, old_outputs, held_before(old_inputs, old_outputs));
        if done.failed.iter().map(|(step, _)| step).chain(&done.left).any(is_rotation) {
            // The rotation is still owed: the state keeps the old trigger, so that the next run sees the change.
            keep_trigger(&mut result.outputs, old_outputs);
        }
        Ok(result)
    }

    /// Observes a key and plans its change, without changing anything.
    #[expect(clippy::too_many_arguments, reason = "the facts of one run")]
    pub(super) async fn prepare_update(
        &self,
        context: &Context,
        urn: &str,
        target: &Target,
        arn: &str,
        old_outputs: &PropertyMap,
        old_inputs: &PropertyMap,
        inputs: &PropertyMap,
    ) -> Result<Prepared, ResourceError> {
        let account = account_of(arn);
        let desired = resolved(inputs, account.as_ref())?;
        let observed = look(context, target, arn, old_outputs).await;
        let observed = observed.map_err(|error| kms_failure(&format!("reading {arn}"), &error))?;
        warn_of_denied(context, &observed);
        let (mark, remembered) = (ownership::mark(self, urn, &target.region, &desired), remembered_mark(old_outputs));
        fence(&observed, remembered.as_ref(), mark.as_ref())?;
        let new_names = new_names(&desired.aliases, &observed);
        let held = aliases::holders(context, target, &new_names).await?;
        let mut claim = aliases::claim(
            context,
            &held,
            &desired,
            &Claimant { urn, mark: mark.as_ref(), own_arn: Some(arn), memory: &self.memory },
            &target.region,
        )?;
        claim.mark = mark
            .as_ref()
            .filter(|_| observed.tags.seen().is_some())
            .and_then(|mark| mark.renewed(observed.owner.as_ref(), remembered.as_ref()));
        claim.rotation = rotation_due(target, old_outputs, &desired, &observed).await?;
        let mut managed = held_before(old_inputs, old_outputs);
        managed.tag_keys.retain(|key| !self.clients.settings().ignored_tags.covers(key));
        let default = account.as_ref().map(default_policy).unwrap_or_default();
        let view = observed.doubted(&desired, old_outputs, &managed, &default);
        let mut plan = plan_update(&desired, &view, &managed, &claim, &default);
        if disabling_is_in_doubt(&observed, &desired, old_outputs) {
            plan = plan.ending_disabled();
        }
        Ok(Prepared { observed: view, plan: guarded(plan, Intent::Update)? })
    }
}

/// A key as it is and the calls that bring it to its inputs.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) observed: Observed,
    pub(super) plan: Plan,
}

/// The rotation on demand that a changed trigger asks for.
async fn rotation_due(
    target: &Target,
    old_outputs: &PropertyMap,
    desired: &Desired,
    observed: &Observed,
) -> Result<Option<RotationMark>, ResourceError> {
    let before = old_outputs.get(TRIGGER).and_then(PropertyValue::as_str);
    let Some(trigger) = desired.rotate_on_demand_trigger.as_deref().filter(|trigger| Some(*trigger) != before) else {
        return Ok(None);
    };
    let had = kms::on_demand_rotations(target, &observed.metadata).await;
    let had = had.map_err(|error| kms_failure("counting the key's rotations on demand", &error))?;
    Ok(RotationMark::due(trigger, observed.rotation_mark.as_ref(), had))
}

fn is_rotation(step: &Step) -> bool {
    matches!(step, Step::RotateKeyOnDemand { .. })
}

/// Tells how many rotations on demand are left (AWS KMS developer guide, "Resource quotas": 25 a key).
fn report_rotation(context: &Context, plan: &Plan, done: &Executed) {
    let rotated = plan.steps().find_map(|step| match step {
        Step::RotateKeyOnDemand { target } if !done.failed.iter().any(|(failed, _)| failed == step) => Some(*target),
        _ => None,
    });
    if let Some(had) = rotated.filter(|_| !done.left.iter().any(is_rotation)) {
        let left = ON_DEMAND_ROTATIONS.saturating_sub(had);
        context.log.info(&format!(
            "{} was rotated on demand; KMS allows {left} more such rotations in its life.",
            done.observed.metadata.arn
        ));
    }
}

/// Gives outputs the trigger that the state had.
pub(super) fn keep_trigger(outputs: &mut PropertyMap, old_outputs: &PropertyMap) {
    match old_outputs.get(TRIGGER) {
        Some(trigger) => outputs.insert(TRIGGER.into(), trigger.clone()),
        None => outputs.remove(TRIGGER),
    };
}

/// A key that a newer run of the resource has taken over is not this state's to change.
fn fence(observed: &Observed, remembered: Option<&OwnerMark>, ours: Option<&OwnerMark>) -> Result<(), ResourceError> {
    if may_touch(remembered, observed.owner.as_ref(), ours) {
        return Ok(());
    }
    Err(ResourceError::failed(
        Code::FailedPrecondition,
        format!(
            "{arn} has been taken over by a newer owner since this state was written (tag {tag}). Nothing was changed. \
             If this program is to own the key, run `pulumi state delete` for this resource and import it again: \
             `pulumi import awskms:index:AwsKmsKey NAME {arn}`.",
            arn = observed.metadata.arn,
            tag = awskms_core::owner::OWNER_TAG,
        ),
    ))
}

/// Names that the key does not hold yet.
fn new_names(wanted: &std::collections::BTreeSet<String>, observed: &Observed) -> std::collections::BTreeSet<String> {
    match &observed.aliases {
        Reading::Seen(held) => wanted.difference(held).cloned().collect(),
        Reading::Denied(_) => wanted.clone(),
    }
}

/// Says which permissions are missing to read the key, once a run.
pub(super) fn warn_of_denied(context: &Context, observed: &Observed) {
    let mut missing = vec![];
    let pending = observed.metadata.state.is_pending_deletion();
    if let Reading::Denied(permission) = observed.policy {
        missing.push(permission);
    }
    if let Reading::Denied(permission) = observed.tags {
        missing.push(permission);
    }
    if let Reading::Denied(permission) = observed.aliases {
        missing.push(permission);
    }
    if let (Reading::Denied(permission), false) = (&observed.rotation_period_days, pending) {
        missing.push(permission);
    }
    if !missing.is_empty() {
        context.log.warning(&format!(
            "{} could not be read whole: allow {} to the caller. The last known values are kept, and drift in them does \
             not show.",
            observed.metadata.arn,
            missing.join(", ")
        ));
    }
}

/// Whether a state says that its key was pending deletion when it was last seen.
pub fn was_pending(outputs: &PropertyMap) -> bool {
    outputs
        .get("keyState")
        .and_then(PropertyValue::as_str)
        .is_some_and(|state| awskms_core::observed::KeyState::parse(state).is_pending_deletion())
}
