//! Running a plan: stage by stage, the steps of a stage at the same time.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_kms::Client;
use awskms_core::desired::Desired;
use awskms_core::observed::{Metadata, Observed};
use awskms_core::owner::OwnerMark;
use awskms_core::plan::{Plan, Step};
use futures_util::future::join_all;
use tokio::time::Instant;

use super::apply::{self, Answer};
use super::error::{Kind, KmsError};
use super::names::Names;
use super::pace::Pace;
use super::patience::{self, Patience};
use super::waiting::telling;
use crate::resource::Context;

/// Where a plan runs.
#[derive(Debug, Clone)]
pub struct Target {
    /// Client of the key's Region.
    pub client: Client,
    /// The key's Region.
    pub region: String,
    /// The pace of all writes of this process.
    pub pace: Arc<Pace>,
    /// Aliases that go from one resource of the program to another.
    pub names: Arc<Names>,
}

/// Where calls for a Region go.
pub type Regions<'a> = &'a (dyn Fn(&str) -> Target + Send + Sync);

/// Why a step did not succeed.
#[derive(Debug)]
pub enum Trouble {
    /// KMS said no, or nothing.
    Kms(KmsError),
    /// The run was cancelled or its time was up before the step.
    Stopped(&'static str),
    /// The step would touch what is somebody else's.
    Refused(String),
}

impl Trouble {
    /// What a person must know of a step that did not succeed.
    pub(super) fn sentence(&self, step: &Step, arn: &str) -> String {
        match self {
            Self::Kms(error) => {
                let advice = error.advice();
                format!("{} ({arn}): {error}. {advice}", step.doing()).trim_end().to_owned()
            }
            Self::Stopped(why) => format!("{} was not done: {why}", step.doing()),
            Self::Refused(why) => format!("{} was not done: {why}", step.doing()),
        }
    }
}

/// How far a plan got.
#[derive(Debug)]
pub struct Executed {
    /// The key after the steps that KMS accepted.
    pub observed: Observed,
    /// Steps that failed, each with its reason.
    pub failed: Vec<(Step, Trouble)>,
    /// Steps that were not tried.
    pub left: Vec<Step>,
    /// What the run has done that KMS may not show yet.
    pub patience: Patience,
}

impl Executed {
    /// Whether every step was done.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.left.is_empty()
    }

    /// What a person must know of an incomplete run, one sentence a step.
    pub fn reasons(&self) -> Vec<String> {
        reasons(&self.failed, &self.left, &self.observed.metadata.arn)
    }
}

/// What a person must know of steps that failed, and of those that were left because of them: these are no failures of their
/// own, so they stand in the sentence of the last one that is.
pub(super) fn reasons(failed: &[(Step, Trouble)], left: &[Step], arn: &str) -> Vec<String> {
    let mut reasons: Vec<String> = failed.iter().map(|(step, trouble)| trouble.sentence(step, arn)).collect();
    if !left.is_empty() {
        let what: Vec<String> = left.iter().map(Step::doing).collect();
        let what = format!("Not tried yet: {}.", what.join(", "));
        match reasons.last_mut() {
            Some(last) => *last = format!("{}. {what}", last.trim_end_matches('.')),
            None => reasons.push(what),
        }
    }
    reasons
}

/// Creates a key, waiting for principals that were made moments ago.
///
/// Only refusals that prove that nothing was created are tried again: throttling, and principals that KMS does not know
/// yet.
pub async fn create_key(
    context: &Context,
    target: &Target,
    desired: &Desired,
    mark: Option<&OwnerMark>,
) -> Result<Observed, Trouble> {
    let mut attempts = Attempts::new(context, Patience::default());
    loop {
        paced(context, target, "CreateKey").await?;
        match in_time(context, target, "CreateKey", apply::create_key(target, desired, mark)).await {
            Ok(observed) => return Ok(observed),
            Err(error) => attempts.next(error).await?,
        }
    }
}

/// Runs a plan. It never fails as a whole: what could not be done is part of the answer.
///
/// All steps of a stage are tried, even if one of them fails; the stages behind a failed one are left, because they
/// build on it.
pub async fn run(
    context: &Context,
    target: &Target,
    plan: &Plan,
    mut observed: Observed,
    mut patience: Patience,
) -> Executed {
    let mut failed = vec![];
    let mut left = vec![];
    for stage in plan.stages() {
        if !failed.is_empty() {
            left.extend(stage.iter().cloned());
            continue;
        }
        let results =
            join_all(stage.iter().map(|step| run_step(context, target, &observed.metadata, step, patience))).await;
        for (step, result) in stage.iter().zip(results) {
            match result {
                Ok(answer) => {
                    observed.apply(step);
                    patience.after(step);
                    if answer.deletion_date.is_some() {
                        observed.metadata.deletion_date = answer.deletion_date;
                    }
                }
                Err(trouble) => failed.push((step.clone(), trouble)),
            }
        }
    }
    Executed { observed, failed, left, patience }
}

pub(super) async fn run_step(
    context: &Context,
    target: &Target,
    metadata: &Metadata,
    step: &Step,
    patience: Patience,
) -> Result<Answer, Trouble> {
    if let Some(why) = context.stopped() {
        return Err(Trouble::Stopped(why));
    }
    context.log.status(&step.doing());
    let mut attempts = Attempts::new(context, patience);
    loop {
        paced(context, target, step.operation()).await?;
        match in_time(context, target, step.operation(), apply::apply(target, &context.urn, metadata, step)).await {
            Ok(answer) => return Ok(answer),
            Err(error) => attempts.next(error).await?,
        }
    }
}

/// Waits for the turn of a call, or for the end of the run.
async fn paced(context: &Context, target: &Target, operation: &'static str) -> Result<(), Trouble> {
    tokio::select! {
        () = target.pace.turn(&target.region, operation) => {}
        () = context.ended() => {}
    }
    context.stopped().map_or(Ok(()), |why| Err(Trouble::Stopped(why)))
}

/// How long a call that is on its way may still take when the run is over.
const LAST_CALL: Duration = Duration::from_secs(3);

/// Waits for a call, but not much longer than the run may last: KMS may never answer.
async fn in_time<T>(
    context: &Context,
    target: &Target,
    operation: &'static str,
    call: impl Future<Output = Result<T, KmsError>>,
) -> Result<T, KmsError> {
    let over = async {
        context.ended().await;
        tokio::time::sleep(LAST_CALL).await;
    };
    let kms = format!("KMS in {}", target.region);
    tokio::select! {
        answer = telling(context, &kms, call) => answer,
        () = over => {
            let message = format!("KMS had not answered when {}", context.stopped().unwrap_or("the run ended"));
            Err(KmsError::local(operation, &target.region, Kind::NoAnswer, "NoAnswer", message))
        }
    }
}

/// Attempts at one call.
struct Attempts<'a> {
    context: &'a Context,
    patience: Patience,
    started: Instant,
    count: u32,
}

impl<'a> Attempts<'a> {
    fn new(context: &'a Context, patience: Patience) -> Self {
        Self { context, patience, started: Instant::now(), count: 0 }
    }

    /// Waits before the next attempt, or gives the error back as final.
    async fn next(&mut self, error: KmsError) -> Result<(), Trouble> {
        // The SDK does not repeat these two by itself; being throttled proves that nothing happened.
        let once = matches!(error.operation, "CreateKey" | "RotateKeyOnDemand" | "ReplicateKey");
        let throttled = error.kind == Kind::Throttled && once;
        let (at_most, what) = match self.patience.wait_for(&error) {
            Some(wait) => (wait.at_most, wait.what),
            None if throttled => (Duration::from_mins(2), "KMS to accept more requests"),
            None => return Err(Trouble::Kms(error)),
        };
        let waited = self.started.elapsed();
        let at_most = self.context.deadline.map_or(at_most, |deadline| at_most.min(deadline - self.started));
        self.count += 1;
        let pause = patience::pause(self.count);
        // The reason is worth more than one attempt that the time cuts off.
        if waited + pause >= at_most {
            return Err(Trouble::Kms(error));
        }
        self.context.log.status(&format!("waiting for {what} ({} s of {} s)", waited.as_secs(), at_most.as_secs()));
        tokio::select! {
            () = self.context.cancel.cancelled() => Err(Trouble::Stopped("the update was cancelled")),
            () = tokio::time::sleep(pause) => Ok(()),
        }
    }
}
