//! A second opinion on the order of one key's calls, independent of the planner: it looks at the finished order only.

use super::guard::Refusal;
use super::rights::{Call, Rights, Standing};
use super::{Step, room};
use crate::observed::Observed;

/// Refuses an order in which the caller loses a right that another order would have kept, in which something follows the
/// disabling of the key without need, or in which the key has more tags on the way than KMS allows.
///
/// `calls` are those of the key's own plan, and those of other lanes on it, in the order in which they are made.
pub(super) fn guard_order(calls: &[Call<'_>], rights: Option<&Rights<'_>>, seen: &Observed) -> Result<(), Refusal> {
    let put = calls.iter().position(|call| matches!(call, Call::Own(Step::PutKeyPolicy { .. })));
    if let (Some(at), Some(rights)) = (put, rights) {
        around_policy(&calls[..at], calls[at], &calls[at + 1..], rights)?;
    }
    behind_disabling(calls, put, rights)?;
    within_tags(calls, seen)
}

/// Nothing that gains by it stands in front of it, and what
/// loses by it stands behind it only beside something that gains.
fn around_policy(
    front: &[Call<'_>],
    policy: Call<'_>,
    behind: &[Call<'_>],
    rights: &Rights<'_>,
) -> Result<(), Refusal> {
    let no = |standing: Standing| standing == Standing::No;
    // A call that surely fails ends the run, so what stands behind it changes nothing; neither does such a policy.
    let fails =
        |call: &&Call<'_>| matches!(call, Call::Own(_)) && no(rights.before(**call)) && no(rights.after(**call));
    if no(rights.before(policy)) || front.iter().any(|call| fails(&call)) {
        return Ok(());
    }
    let gains = |call: &&Call<'_>| no(rights.before(**call)) && !no(rights.after(**call));
    let loses = |call: &&Call<'_>| no(rights.after(**call)) && !no(rights.before(**call));
    if let Some(call) = front.iter().find(gains) {
        return Err(Refusal::new(format!("{} before the policy that allows it", named(*call))));
    }
    let first_to_fail = behind.iter().find(|call| no(rights.after(**call)));
    match (first_to_fail.filter(loses), behind.iter().find(gains)) {
        (Some(call), None) => Err(Refusal::new(format!("{} after the policy that takes it", named(*call)))),
        _ => Ok(()),
    }
}

/// Behind the disabling of a key stand a new policy and what waits for it, and what the caller may not do at all.
fn behind_disabling(calls: &[Call<'_>], put: Option<usize>, rights: Option<&Rights<'_>>) -> Result<(), Refusal> {
    let Some(at) = calls.iter().position(|call| matches!(call, Call::Own(Step::DisableKey))) else { return Ok(()) };
    let Some(next) = (at + 1..calls.len()).find(|next| Some(*next) != put || rights.is_none()) else { return Ok(()) };
    let excused = rights.is_some_and(|rights| {
        let (before, after) = (rights.before(calls[next]), rights.after(calls[next]));
        before < after || before.min(after) == Standing::No
    });
    if excused { Ok(()) } else { Err(Refusal::new("DisableKey before the last step".into())) }
}

fn within_tags(calls: &[Call<'_>], seen: &Observed) -> Result<(), Refusal> {
    if seen.tags.seen().is_none() {
        return Ok(());
    }
    let mut key = seen.clone();
    for call in calls {
        let Call::Own(step) = call else { continue };
        key.follow(step);
        if matches!(step, Step::TagResource { .. }) && room::count(&key) > room::MOST {
            return Err(Refusal::new(format!("more than {} tags on the way", room::MOST)));
        }
    }
    Ok(())
}

fn named(call: Call<'_>) -> &'static str {
    match call {
        Call::Own(step) => step.operation(),
        Call::Promotion { .. } => "UpdatePrimaryRegion",
        Call::Replication => "ReplicateKey",
    }
}
