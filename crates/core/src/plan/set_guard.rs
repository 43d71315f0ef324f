//! A second opinion on the plan for a set, independent of the planner.

use std::collections::BTreeSet;

use super::guard::{Intent, Refusal, guard_steps};
use super::order_guard::guard_order;
use super::rights::{Call, Rights};
use super::{SetFacts, SetPlan, Step};

/// Refuses a plan for a set that does what nobody asked for.
///
/// # Errors
/// A [`Refusal`] that names the step and the Region: the deletion of a key that the inputs name, that is not the
/// resource's, or that is or becomes the primary; a second replica in a Region; a promotion to a Region that the inputs do
/// not name; whatever [`guard`](super::guard) refuses of one key; calls in an order in which the caller loses a right that
/// it has, or has more tags on a key than KMS allows.
pub fn guard_set(plan: &SetPlan, facts: &SetFacts<'_>, intent: Intent) -> Result<(), Refusal> {
    let primary = plan.promotion.as_ref().unwrap_or(&facts.observed.primary);
    if !facts.desired.members.contains_key(primary) {
        return Err(Refusal::new(format!("a plan that leaves the primary in {primary}, which the inputs do not name")));
    }
    for region in lanes(plan) {
        let wanted = facts.desired.members.contains_key(region);
        let ours = facts.held.contains_key(region) && facts.retirements.contains_key(region);
        if !wanted && (!ours || region == primary) {
            return Err(Refusal::new(format!("calls for the key in {region}, which is not this resource's")));
        }
        // A key that the inputs do not name is retired; one that they name never is.
        let intent = if wanted { intent } else { Intent::ScheduleDeletion };
        guard_steps(steps(plan, region), intent)?;
        let mut seen = facts.observed.members.contains_key(region);
        for step in steps(plan, region) {
            let makes = matches!(step, Step::ReplicateKey(replication) if &replication.region == region);
            if seen == makes {
                return Err(Refusal::new(format!("{} in {region}", step.operation())));
            }
            seen = true;
        }
        in_order(plan, facts, region)?;
    }
    Ok(())
}

/// The order of the calls on one key. A replica that is still to be made begins with its own call.
fn in_order(plan: &SetPlan, facts: &SetFacts<'_>, region: &str) -> Result<(), Refusal> {
    let Some(seen) = facts.observed.members.get(region) else { return Ok(()) };
    let is_old_primary = region == facts.observed.primary;
    let moves = plan.promotion.as_deref().filter(|to| is_old_primary || *to == region);
    let replicates = plan.main.values().any(|lane| matches!(lane.steps().next(), Some(Step::ReplicateKey(_))));
    let opening = plan.opening.get(region).map_or(0, |lane| lane.steps().count());
    let mut calls: Vec<Call<'_>> = steps(plan, region).map(Call::Own).collect();
    let between = moves.map(|to| Call::Promotion { to }).into_iter();
    let between = between.chain((is_old_primary && replicates).then_some(Call::Replication));
    calls.splice(opening..opening, between);
    let coming = steps(plan, region).find_map(Step::policy);
    let caller = facts.claims.get(region).and_then(|claim| claim.caller.as_deref());
    let rights = caller.map(|caller| Rights::new(caller, &seen.metadata, seen.policy.seen(), coming));
    guard_order(&calls, rights.as_ref(), seen)
}

/// All steps for the key in a Region, in order.
fn steps<'a>(plan: &'a SetPlan, region: &str) -> impl Iterator<Item = &'a Step> {
    let lanes = [&plan.opening, &plan.main, &plan.closing].map(|lanes| lanes.get(region));
    lanes.into_iter().flatten().flat_map(super::Plan::steps)
}

fn lanes(plan: &SetPlan) -> BTreeSet<&String> {
    [&plan.opening, &plan.main, &plan.closing].into_iter().flat_map(|lanes| lanes.keys()).collect()
}
