//! A second opinion on a finished plan, independent of the planner.
//!
//! A mistake has to be made twice, here and there, before it reaches a key.

use super::{Plan, Step};

/// What the user asked for, as far as it bears on safety.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// A key is created, or finished after a failed run.
    Create,
    /// A key is changed.
    Update,
    /// A key is retired and may be scheduled for deletion.
    ScheduleDeletion,
    /// A key is retired but must stay.
    Keep,
}

/// Why a plan must not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("internal error: the plan was refused by the safety guard, nothing was changed: {reason}")]
pub struct Refusal {
    reason: String,
}

impl Refusal {
    pub(super) fn new(reason: String) -> Self {
        Self { reason }
    }
}

/// Refuses a plan that does what nobody asked for.
///
/// # Errors
/// A [`Refusal`] that names the step: a deletion without intent, a policy that is not an object with
/// statements, a key that is disabled before its last step, a waiting period outside of 7 to 30 days.
pub fn guard(plan: &Plan, intent: Intent) -> Result<(), Refusal> {
    guard_steps(plan, intent)?;
    let mut rest = plan.steps().skip_while(|step| **step != Step::DisableKey).skip(1);
    rest.next().map_or(Ok(()), |_| Err(Refusal::new("DisableKey before the last step".into())))
}

/// As [`guard`], but for the order around a new policy and the disabling of the key.
pub(super) fn guard_steps(plan: &Plan, intent: Intent) -> Result<(), Refusal> {
    let steps: Vec<&Step> = plan.steps().collect();
    let refuse = |reason: String| Err(Refusal { reason });

    for (position, step) in steps.iter().enumerate() {
        match step {
            Step::ScheduleKeyDeletion { window_days } => {
                if intent != Intent::ScheduleDeletion {
                    return refuse(format!("ScheduleKeyDeletion in a plan to {intent:?}"));
                }
                if !(7..=30).contains(window_days) {
                    return refuse(format!("a waiting period of {window_days} days"));
                }
            }
            Step::PutKeyPolicy { policy, .. } if policy.get("Statement").is_none() => {
                return refuse("a key policy without statements".into());
            }
            Step::RotateKeyOnDemand { .. } if intent != Intent::Update => {
                return refuse(format!("RotateKeyOnDemand in a plan to {intent:?}"));
            }
            Step::RotateKeyOnDemand { .. } if steps[..position].contains(step) => {
                return refuse("RotateKeyOnDemand twice".into());
            }
            Step::ReplicateKey(_) if position != 0 => {
                return refuse("ReplicateKey after other calls for the replica".into());
            }
            Step::UpdatePrimaryRegion { .. } => {
                return refuse("UpdatePrimaryRegion for a single key".into());
            }
            Step::DeleteAlias { name, .. } if steps[..position].iter().any(|earlier| creates(earlier, name)) => {
                return refuse(format!("{name} is created and deleted"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn creates(step: &Step, alias: &str) -> bool {
    matches!(step, Step::CreateAlias { name } | Step::UpdateAlias { name, .. } if name == alias)
}
