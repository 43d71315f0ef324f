//! A second opinion on a finished plan, independent of the planner.
//!
//! A mistake has to be made twice, here and there, before it reaches a key.

use super::{Plan, Step};
use crate::spec::constants::limits;

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
/// A [`Refusal`] that names the step: one that the intent does not include, a second policy or rotation on demand, a
/// policy that is not an object with statements, a waiting period outside of 7 to 30 days, a change of a key that is
/// pending deletion or disabled.
pub fn guard(plan: &Plan, intent: Intent) -> Result<(), Refusal> {
    guard_steps(plan.steps(), intent)?;
    let mut rest = plan.steps().skip_while(|step| **step != Step::DisableKey).skip(1);
    rest.next().map_or(Ok(()), |_| Err(Refusal::new("DisableKey before the last step".into())))
}

/// As [`guard`], but for what follows the disabling of the key.
pub(super) fn guard_steps<'a>(steps: impl Iterator<Item = &'a Step>, intent: Intent) -> Result<(), Refusal> {
    let steps: Vec<&Step> = steps.collect();
    for (position, step) in steps.iter().enumerate() {
        if !includes(intent, step) {
            return Err(Refusal::new(format!("{} in a plan to {intent:?}", step.operation())));
        }
        if let Some(reason) = bad(step).or_else(|| misplaced(step, &steps[..position])) {
            return Err(Refusal::new(reason));
        }
    }
    Ok(())
}

/// Whether a step serves what the user asked for at all.
fn includes(intent: Intent, step: &Step) -> bool {
    let retires = matches!(step, Step::ScheduleKeyDeletion { .. });
    match intent {
        // The role of the primary moves between keys, and only the plan of the set knows when.
        Intent::Create | Intent::Update if matches!(step, Step::UpdatePrimaryRegion { .. }) => false,
        Intent::Create => !retires && !matches!(step, Step::RotateKeyOnDemand { .. }),
        Intent::Update => !retires,
        // A primary is enabled for a moment to hand its role over.
        Intent::ScheduleDeletion => {
            let on_the_way = [Step::CancelKeyDeletion, Step::EnableKey, Step::DisableKey];
            retires || matches!(step, Step::DeleteAlias { .. }) || on_the_way.contains(step)
        }
        Intent::Keep => *step == Step::DisableKey,
    }
}

/// What is wrong with a step by itself.
fn bad(step: &Step) -> Option<String> {
    match step {
        Step::ScheduleKeyDeletion { window_days } if !limits::DELETION_WINDOW_DAYS.contains(window_days) => {
            Some(format!("a waiting period of {window_days} days"))
        }
        Step::PutKeyPolicy { policy, .. } if policy.get("Statement").is_none() => {
            Some("a key policy without statements".into())
        }
        _ => None,
    }
}

/// What is wrong with a step behind these.
fn misplaced(step: &Step, earlier: &[&Step]) -> Option<String> {
    let after = |other: fn(&Step) -> bool| earlier.iter().any(|step| other(step));
    let (name, is_alias) = (step.operation(), matches!(step, Step::DeleteAlias { .. }));
    if after(|step| matches!(step, Step::ScheduleKeyDeletion { .. })) && !is_alias {
        return Some(format!("{name} on a key that is pending deletion"));
    }
    match step {
        // KMS takes nothing else while a deletion is pending.
        Step::CancelKeyDeletion
            if after(|step| !matches!(step, Step::PutKeyPolicy { .. } | Step::DeleteAlias { .. })) =>
        {
            Some("CancelKeyDeletion after other calls".into())
        }
        Step::RotateKeyOnDemand { .. } if after(|step| matches!(step, Step::RotateKeyOnDemand { .. })) => {
            Some("RotateKeyOnDemand twice".into())
        }
        Step::PutKeyPolicy { .. } if after(|step| matches!(step, Step::PutKeyPolicy { .. })) => {
            Some("PutKeyPolicy twice".into())
        }
        Step::ReplicateKey(_) if !earlier.is_empty() => Some("ReplicateKey after other calls for the replica".into()),
        Step::DeleteAlias { name, .. } if earlier.iter().any(|earlier| creates(earlier, name)) => {
            Some(format!("{name} is created and deleted"))
        }
        _ => None,
    }
}

fn creates(step: &Step, alias: &str) -> bool {
    matches!(step, Step::CreateAlias { name } | Step::UpdateAlias { name, .. } if name == alias)
}
