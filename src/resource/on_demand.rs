//! Rotation on demand: once for each change of the trigger, also when a run is repeated.

use awskms_core::desired::Desired;
use awskms_core::observed::Observed;
use awskms_core::outputs::ROTATION_OUTPUT;
pub use awskms_core::outputs::TRIGGER;
use awskms_core::plan::{SetPlan, Step};
use awskms_core::rotation_mark::RotationMark;
use awskms_core::value::{PropertyMap, PropertyValue};

use super::provider::kms_failure;
use super::{Context, ResourceError};
use crate::kms::{self, ExecutedSet, Target};

/// Most rotations on demand of one key.
const ON_DEMAND_ROTATIONS: u32 = 25;

/// The rotation on demand that a changed trigger asks for.
pub(super) async fn rotation_due(
    context: &Context,
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
    let finished = old_outputs.get(ROTATION_OUTPUT).and_then(PropertyValue::as_str).and_then(RotationMark::parse);
    let due = RotationMark::due(trigger, observed.rotation_mark.as_ref(), finished.as_ref(), had);
    if due.is_none() {
        context.log.info(&format!(
            "{} has been rotated for this rotateOnDemandTrigger before, so it is not rotated again. For another rotation \
             give a trigger that was not used yet.",
            observed.metadata.arn
        ));
    }
    Ok(due)
}

pub(super) fn is_rotation(step: &Step) -> bool {
    matches!(step, Step::RotateKeyOnDemand { .. })
}

/// Tells how many rotations on demand are left (AWS KMS developer guide, "Resource quotas": 25 a key).
pub(super) fn report_rotation(context: &Context, plan: &SetPlan, done: &ExecutedSet) {
    let rotated = plan.steps().find_map(|(region, step)| match step {
        Step::RotateKeyOnDemand { target } if done.has_done(step) => Some((region, *target)),
        _ => None,
    });
    if let Some((region, had)) = rotated {
        let left = ON_DEMAND_ROTATIONS.saturating_sub(had);
        let arn = done.set.members.get(region).map_or("The key", |member| &member.metadata.arn);
        context.log.info(&format!("{arn} was rotated on demand; KMS allows {left} more such rotations in its life."));
    }
}

/// Gives outputs the trigger that the state had, and the rotation that it remembers as finished.
pub(super) fn keep_trigger(outputs: &mut PropertyMap, old_outputs: &PropertyMap) {
    for name in [TRIGGER, ROTATION_OUTPUT] {
        match old_outputs.get(name) {
            Some(value) => outputs.insert(name.into(), value.clone()),
            None => outputs.remove(name),
        };
    }
}
