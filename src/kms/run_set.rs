//! Running a plan for the keys of one resource: round by round, and within a round every Region for itself.

mod usable;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use awskms_core::observed::{Metadata, Observed, ObservedSet};
use awskms_core::plan::{Lanes, Plan, Replication, SetPlan, Step};
use futures_util::future::join_all;
use serde_json::Value;
use tokio::time::Instant;

use super::error::Kind;
use super::look::look_up;
use super::lookup::Lookup;
use super::observe::{describe, observe_key};
use super::patience::{self, Patience};
use super::run::{Executed, Regions, Trouble, run, run_step};
use crate::resource::Context;

/// How long both keys of a promotion may take to settle.
const SETTLING: Duration = Duration::from_mins(2);

/// What a run for a set needs beside the plan.
pub struct SetRun<'a> {
    /// Messages, cancellation, deadline.
    pub context: &'a Context,
    /// Where calls go.
    pub at: Regions<'a>,
    /// AWS's default policy for the keys' account.
    pub default_policy: &'a Value,
    /// What the run has done to the primary already.
    pub patience: Patience,
    /// Whether replicas that KMS still makes are waited for.
    pub wait_for_replicas: bool,
    /// Plans a replica that turns out to be there already, or says why it must be left alone.
    pub replan: &'a (dyn Fn(&str, &Observed) -> Result<Plan, String> + Send + Sync),
}

impl std::fmt::Debug for SetRun<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetRun").field("context", self.context).finish_non_exhaustive()
    }
}

/// How far a plan for a set got.
#[derive(Debug)]
pub struct ExecutedSet {
    /// The keys after the steps that KMS accepted.
    pub set: ObservedSet,
    /// What failed, by Region.
    pub failed: BTreeMap<String, Vec<(Step, Trouble)>>,
    /// What was not tried, by Region.
    pub left: BTreeMap<String, Vec<Step>>,
    /// What each Region's run has done that KMS may not show yet.
    patience: BTreeMap<String, Patience>,
    /// Regions that wait for a promotion that failed.
    waiting: BTreeSet<String>,
    /// Why a replica is not usable yet, by Region.
    unusable: BTreeMap<String, String>,
}

impl ExecutedSet {
    /// A run that has not begun.
    pub fn not_begun(set: ObservedSet) -> Self {
        Self {
            set,
            failed: BTreeMap::new(),
            left: BTreeMap::new(),
            patience: BTreeMap::new(),
            waiting: BTreeSet::new(),
            unusable: BTreeMap::new(),
        }
    }

    /// Whether every step was done in every Region.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.left.is_empty() && self.set.unreachable.is_empty() && self.unusable.is_empty()
    }

    /// Whether this step was done, of those that were planned.
    pub fn has_done(&self, step: &Step) -> bool {
        let failed = self.failed.values().flatten().map(|(step, _)| step);
        !failed.chain(self.left.values().flatten()).any(|other| other == step)
    }

    /// What a person must know of an incomplete run, one sentence a step.
    pub fn reasons(&self) -> Vec<String> {
        let regions: BTreeSet<&String> = self.failed.keys().chain(self.left.keys()).collect();
        let several = self.set.members.len() + self.set.unreachable.len() > 1;
        let mut reasons: Vec<String> = vec![];
        for region in regions {
            let arn = self.set.members.get(region).map_or(region.as_str(), |member| &member.metadata.arn);
            let (failed, left) = (self.failed.get(region), self.left.get(region));
            let none = (vec![], vec![]);
            let of_region = super::run::reasons(failed.unwrap_or(&none.0), left.unwrap_or(&none.1), arn);
            let label = if several { format!("{region}: ") } else { String::new() };
            reasons.extend(of_region.into_iter().map(|reason| format!("{label}{reason}")));
        }
        let unread = self.set.unreachable.iter();
        reasons.extend(unread.map(|(region, why)| format!("{region}: the key there could not be read: {why}")));
        reasons.extend(self.unusable.iter().map(|(region, why)| format!("{region}: {why}")));
        reasons
    }

    fn add(&mut self, region: &str, lane: Lane) {
        if let Some(done) = lane.done {
            self.set.members.insert(region.to_owned(), done.observed);
            self.patience.insert(region.to_owned(), done.patience);
            if !done.failed.is_empty() {
                self.failed.entry(region.to_owned()).or_default().extend(done.failed);
            }
            self.leave(region, done.left);
        }
        if let Some(trouble) = lane.trouble {
            self.failed.entry(region.to_owned()).or_default().push(trouble);
        }
        self.leave(region, lane.left);
    }

    fn leave(&mut self, region: &str, steps: Vec<Step>) {
        if !steps.is_empty() {
            self.left.entry(region.to_owned()).or_default().extend(steps);
        }
    }

    fn is_stuck(&self, region: &str) -> bool {
        self.failed.contains_key(region)
            || self.left.contains_key(region)
            || self.waiting.contains(region)
            || self.unusable.contains_key(region)
    }
}

/// What became of one Region in one round.
#[derive(Debug, Default)]
struct Lane {
    done: Option<Executed>,
    trouble: Option<(Step, Trouble)>,
    left: Vec<Step>,
}

/// Runs a plan for a set. It never fails as a whole: what could not be done is part of the answer.
pub async fn run_set(on: &SetRun<'_>, plan: &SetPlan, set: ObservedSet) -> ExecutedSet {
    let mut run = ExecutedSet::not_begun(set);
    run.patience.insert(run.set.primary.clone(), on.patience);
    run_lanes(on, &plan.opening, &mut run).await;
    if let Some(region) = &plan.promotion {
        promote(on, region, &mut run).await;
    }
    run_lanes(on, &plan.main, &mut run).await;
    if on.wait_for_replicas {
        usable::wait(on, &mut run).await;
    }
    run_lanes(on, &plan.closing, &mut run).await;
    run
}

/// Runs lanes at the same time. A Region in which something has failed before is left as it is, and so is a replica that
/// a primary in trouble would have to make.
pub async fn run_lanes(on: &SetRun<'_>, lanes: &Lanes, run: &mut ExecutedSet) {
    let several = lanes.len() + run.set.members.len() + run.set.unreachable.len() > 2;
    let state = &*run;
    let results = join_all(lanes.iter().map(|(region, plan)| async move {
        let context = if several { on.context.in_region(region) } else { on.context.clone() };
        let lane = run_lane(on, &context, region, plan, state).await;
        context.log.done();
        (region, lane)
    }))
    .await;
    for (region, lane) in results {
        run.add(region, lane);
    }
}

async fn run_lane(on: &SetRun<'_>, context: &Context, region: &str, plan: &Plan, run: &ExecutedSet) -> Lane {
    let left = |steps: &Plan| Lane { left: steps.steps().cloned().collect(), ..Lane::default() };
    let patience = run.patience.get(region).copied().unwrap_or_default();
    if run.is_stuck(region) {
        return left(plan);
    }
    let Some(Step::ReplicateKey(replication)) = plan.steps().next() else {
        let Some(observed) = run.set.members.get(region).cloned() else { return left(plan) };
        let done = self::run(context, &(on.at)(region), plan, observed, patience).await;
        return Lane { done: Some(done), ..Lane::default() };
    };
    if run.is_stuck(&run.set.primary) {
        return left(plan);
    }
    match replicate(on, context, run, replication).await {
        Ok((observed, rest)) => {
            let rest = rest.unwrap_or_else(|| plan.without_first());
            let patience = Patience { just_created: true, ..Patience::default() };
            Lane {
                done: Some(self::run(context, &(on.at)(region), &rest, observed, patience).await),
                ..Lane::default()
            }
        }
        Err(trouble) => {
            let step = Step::ReplicateKey(replication.clone());
            Lane { trouble: Some((step, trouble)), left: plan.without_first().steps().cloned().collect(), done: None }
        }
    }
}

/// Makes a replica. If KMS says that it is there already, from an answer that was lost or by somebody else, it is read and
/// planned for as it is.
async fn replicate(
    on: &SetRun<'_>,
    context: &Context,
    run: &ExecutedSet,
    replication: &Replication,
) -> Result<(Observed, Option<Plan>), Trouble> {
    let primary = (on.at)(&run.set.primary);
    let newborn = run.set.replicated(replication, on.default_policy);
    let (Some(main), Some(newborn)) = (run.set.main(), newborn) else {
        return Err(Trouble::Stopped("the primary could not be read"));
    };
    let patience = run.patience.get(&run.set.primary).copied().unwrap_or_default();
    let step = Step::ReplicateKey(Box::new(replication.clone()));
    match run_step(context, &primary, &main.metadata, &step, patience).await {
        Ok(_) => Ok((newborn, None)),
        Err(Trouble::Kms(error)) if error.kind == Kind::AlreadyExists => {
            let target = (on.at)(&replication.region);
            let read = observe_key(&target.client, &target.region, &newborn.metadata.arn);
            let there = match look_up(context, &target.region, read).await {
                Lookup::Present(there) => there,
                // KMS has just said that it is there.
                Lookup::Absent => return Err(Trouble::Kms(error)),
                Lookup::Unknown(error) => return Err(Trouble::Kms(error)),
            };
            let rest = (on.replan)(&replication.region, &there).map_err(Trouble::Refused)?;
            Ok((there, Some(rest)))
        }
        Err(trouble) => Err(trouble),
    }
}

/// Moves the primary and waits until both keys have settled: what comes next needs the new roles.
async fn promote(on: &SetRun<'_>, region: &str, run: &mut ExecutedSet) {
    let step = Step::UpdatePrimaryRegion { region: region.to_owned() };
    let from = run.set.primary.clone();
    // Until the roles are known again, neither key gets what depends on them; least of all may the old one go.
    run.waiting.extend([from.clone(), region.to_owned()]);
    if run.failed.contains_key(region) || run.failed.contains_key(&from) {
        return run.leave(region, vec![step]);
    }
    let (Some(main), true) = (run.set.main().cloned(), run.set.members.contains_key(region)) else {
        return run.leave(region, vec![step]);
    };
    let patience = run.patience.get(&from).copied().unwrap_or_default();
    let moved = run_step(on.context, &(on.at)(&from), &main.metadata, &step, patience).await;
    let moved = match moved {
        Ok(_) => settled(on, &from, region, &main.metadata.arn).await,
        Err(trouble) => Err(trouble),
    };
    match moved {
        Ok(()) => {
            run.set.promoted(region);
            run.waiting.clear();
        }
        Err(trouble) => drop(run.failed.insert(region.to_owned(), vec![(step, trouble)])),
    }
}

async fn settled(on: &SetRun<'_>, from: &str, to: &str, arn: &str) -> Result<(), Trouble> {
    let started = Instant::now();
    let mut attempt = 0;
    loop {
        let ask = |region: &str| {
            let (target, arn) = ((on.at)(region), awskms_core::outputs::arn_in(arn, region));
            async move { look_up(on.context, &target.region, describe(&target.client, &target.region, &arn)).await }
        };
        let (old, new) = tokio::join!(ask(from), ask(to));
        let has_moved = |seen: &Lookup<Metadata>| match seen {
            Lookup::Present(key) => key.primary_region.as_deref() == Some(to) && !key.state.passes(),
            Lookup::Absent | Lookup::Unknown(_) => false,
        };
        // The new primary knows best; an old one that cannot be asked will say so to its own next call.
        if has_moved(&new) && (matches!(old, Lookup::Unknown(_)) || has_moved(&old)) {
            return Ok(());
        }
        let over = (started.elapsed() > SETTLING).then_some("the primary had not moved within two minutes");
        if let Some(why) = on.context.stopped().or(over) {
            return Err(match (old, new) {
                (Lookup::Unknown(error), _) | (_, Lookup::Unknown(error)) => Trouble::Kms(error),
                _ => Trouble::Stopped(why),
            });
        }
        attempt += 1;
        on.context.log.status(&format!("waiting for the primary to move from {from} to {to}"));
        tokio::select! {
            () = on.context.cancel.cancelled() => return Err(Trouble::Stopped("the update was cancelled")),
            () = tokio::time::sleep(patience::pause(attempt)) => {}
        }
    }
}
