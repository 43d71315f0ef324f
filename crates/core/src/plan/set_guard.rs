//! A second opinion on the plan for a set, independent of the planner.

use std::collections::BTreeSet;

use super::guard::{Intent, Refusal, guard};
use super::{SetFacts, SetPlan, Step};

/// Refuses a plan for a set that does what nobody asked for.
///
/// # Errors
/// A [`Refusal`] that names the step and the Region: the deletion of a key that the inputs name, that is not the
/// resource's, or that is or becomes the primary; a second replica in a Region; a promotion to a Region that the inputs do
/// not name; whatever [`guard`] refuses of one key.
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
        let mut seen = facts.observed.members.contains_key(region);
        for lanes in [&plan.opening, &plan.main, &plan.closing] {
            let Some(lane) = lanes.get(region) else { continue };
            guard(lane, intent)?;
            for step in lane.steps() {
                let makes = matches!(step, Step::ReplicateKey(replication) if &replication.region == region);
                if seen == makes {
                    return Err(Refusal::new(format!("{} in {region}", step.operation())));
                }
                seen = true;
            }
        }
    }
    Ok(())
}

fn lanes(plan: &SetPlan) -> BTreeSet<&String> {
    [&plan.opening, &plan.main, &plan.closing].into_iter().flat_map(|lanes| lanes.keys()).collect()
}
