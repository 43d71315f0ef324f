//! The plan for the keys of one resource: one key, or a multi-Region set.
//!
//! Each Region has a lane of its own, so that a Region in trouble holds up no other. The lanes meet only where KMS makes
//! them: a replica is made by the primary, and the role of the primary goes over while both keys are enabled.

use std::collections::BTreeMap;

use serde_json::Value;

use super::beyond::Beyond;
use super::order::{MemberPlan, Part, plan_member};
use super::step::Replication;
use super::{Claim, Plan, Step, plan_deletion};
use crate::desired::{Desired, DesiredSet, Held, Managed};
use crate::observed::{KeyState, Observed, ObservedSet};
use crate::owner::{OWNER_TAG, OwnerMark};
use crate::spec::generated::DeletionPolicy;

/// Plans by Region. They run at the same time and do not wait for each other.
pub type Lanes = BTreeMap<String, Plan>;

/// What happens to a key whose Region the inputs no longer name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retirement {
    /// What its deletion policy says.
    pub policy: DeletionPolicy,
    /// Length of the waiting period in days, 7 to 30.
    pub window_days: i32,
}

/// What a plan for a set is made from.
#[derive(Debug, Clone, Copy)]
pub struct SetFacts<'a> {
    /// What should be.
    pub desired: &'a DesiredSet,
    /// What is.
    pub observed: &'a ObservedSet,
    /// What earlier runs have put on each key. A key in a Region that is not in here is somebody else's.
    pub held: &'a Held,
    /// Names and marks of each key.
    pub claims: &'a BTreeMap<String, Claim>,
    /// How a key that is no longer wanted goes, by Region.
    pub retirements: &'a BTreeMap<String, Retirement>,
    /// The mark that new replicas are born with.
    pub mark: Option<&'a OwnerMark>,
    /// AWS's default policy for the account.
    pub default_policy: &'a Value,
}

/// The calls for a set, in four rounds. Within a round the Regions go on at the same time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SetPlan {
    /// Makes keys usable that must be before anything else: cancels deletions, takes over, enables.
    pub opening: Lanes,
    /// The Region that becomes the primary's. The keys of both Regions go on only when that is done.
    pub promotion: Option<String>,
    /// New replicas and all that is each key's own; retires keys that are no longer wanted.
    pub main: Lanes,
    /// Disables keys, which ends everything else, and puts policies that take the caller's rights.
    pub closing: Lanes,
    /// What the caller surely may not do, by Region.
    pub beyond: BTreeMap<String, Beyond>,
}

impl SetPlan {
    /// All steps with the Region that each is about, in order.
    pub fn steps(&self) -> impl Iterator<Item = (&str, &Step)> {
        [&self.opening, &self.main, &self.closing].into_iter().flat_map(steps_of)
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.promotion.is_none() && self.steps().next().is_none()
    }

    fn add(&mut self, region: &str, member: MemberPlan) {
        for (lanes, plan) in
            [(&mut self.opening, member.opening), (&mut self.main, member.main), (&mut self.closing, member.closing)]
        {
            if !plan.is_empty() {
                lanes.entry(region.to_owned()).or_default().stages.extend(plan.stages);
            }
        }
        self.beyond.extend(member.beyond.map(|beyond| (region.to_owned(), beyond)));
    }
}

fn steps_of(lanes: &Lanes) -> impl Iterator<Item = (&str, &Step)> {
    lanes.iter().flat_map(|(region, plan)| plan.steps().map(move |step| (region.as_str(), step)))
}

/// Plans the calls from what is to what should be. Keys that could not be read get no call.
pub fn plan_set(facts: &SetFacts<'_>) -> SetPlan {
    let SetFacts { desired, observed, .. } = *facts;
    let mut plan = SetPlan::default();
    let moves = desired.primary != observed.primary;
    plan.promotion = moves.then(|| desired.primary.clone());
    let missing =
        |region: &String| !observed.members.contains_key(region) && !observed.unreachable.contains_key(region);
    let replicates = desired.members.keys().any(missing);
    let none = Claim::default();
    for (region, wanted) in &desired.members {
        let claim = facts.claims.get(region).unwrap_or(&none);
        let is_old_primary = region == &observed.primary;
        let is_primary = region == &desired.primary;
        let part = Part {
            is_primary,
            promotion: (moves && (is_old_primary || is_primary)).then_some(&desired.primary),
            is_replicated: is_old_primary && replicates,
        };
        if missing(region) {
            let replication = replication(wanted, facts, region);
            let Some(newborn) = observed.replicated(&replication, facts.default_policy) else { continue };
            let member = plan_member(wanted, &newborn, &Managed::default(), claim, facts.default_policy, part);
            plan.replicate(region, replication, member, part.promotion.is_some());
        } else if let Some(seen) = observed.members.get(region) {
            let managed = facts.held.get(region).cloned().unwrap_or_default();
            plan.add(region, plan_member(wanted, seen, &managed, claim, facts.default_policy, part));
        }
    }
    retire(&mut plan, facts);
    plan
}

impl SetPlan {
    /// A new replica begins with the call that makes it: before the promotion if it is the one to be promoted.
    fn replicate(&mut self, region: &str, replication: Replication, member: MemberPlan, is_promoted: bool) {
        let call = Plan { stages: vec![vec![Step::ReplicateKey(Box::new(replication))]] };
        let lanes = if is_promoted { &mut self.opening } else { &mut self.main };
        lanes.insert(region.to_owned(), call);
        self.add(region, member);
    }
}

/// Keys that the resource has had and no longer wants. What others have added to the set stays.
fn retire(plan: &mut SetPlan, facts: &SetFacts<'_>) {
    for (region, seen) in &facts.observed.members {
        if facts.desired.members.contains_key(region) {
            continue;
        }
        let (Some(managed), Some(how)) = (facts.held.get(region), facts.retirements.get(region)) else { continue };
        let mut seen = seen.clone();
        if plan.promotion.is_some() && region == &facts.observed.primary {
            let opening = enabled_for_a_moment(&seen);
            opening.steps().for_each(|step| seen.apply(step));
            if !opening.is_empty() {
                plan.opening.insert(region.clone(), opening);
            }
        }
        let retired = plan_deletion(how.policy, how.window_days, &seen, managed);
        if !retired.is_empty() {
            plan.main.insert(region.clone(), retired);
        }
    }
}

/// A primary hands its role over only while it is enabled, even if it goes afterwards.
fn enabled_for_a_moment(seen: &Observed) -> Plan {
    let mut plan = Plan::default();
    if seen.metadata.state.is_pending_deletion() {
        plan.push(vec![Step::CancelKeyDeletion]);
    }
    if seen.metadata.state != KeyState::Enabled {
        plan.push(vec![Step::EnableKey]);
    }
    plan
}

/// Plans what the deletion of the resource does to its keys, in two rounds: the replicas, then the primary.
pub fn plan_set_deletion(
    observed: &ObservedSet,
    held: &Held,
    retirements: &BTreeMap<String, Retirement>,
) -> (Lanes, Plan) {
    let of = |region: &String, seen: &Observed| {
        let (managed, how) = (held.get(region)?, retirements.get(region)?);
        Some(plan_deletion(how.policy, how.window_days, seen, managed))
    };
    let (mut replicas, mut primary) = (Lanes::new(), Plan::default());
    for (region, seen) in &observed.members {
        let Some(plan) = of(region, seen).filter(|plan| !plan.is_empty()) else { continue };
        if region == &observed.primary {
            primary = plan;
        } else {
            replicas.insert(region.clone(), plan);
        }
    }
    (replicas, primary)
}

fn replication(wanted: &Desired, facts: &SetFacts<'_>, region: &str) -> Replication {
    let mut tags = wanted.tags.clone();
    tags.extend(facts.mark.map(|mark| (OWNER_TAG.to_owned(), mark.to_string())));
    Replication {
        region: region.to_owned(),
        policy: wanted.policy.clone(),
        bypass_policy_lockout_safety_check: wanted.bypass_policy_lockout_safety_check,
        description: wanted.description.clone(),
        tags,
    }
}
