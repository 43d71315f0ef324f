//! One resource's keys in all their Regions: what creating, changing, previewing and deleting them have in common.

use std::collections::{BTreeMap, BTreeSet};

use awskms_core::desired::{DesiredSet, Held, Managed, held, held_by_both};
use awskms_core::members;
use awskms_core::observed::{Observed, ObservedSet, Reading};
use awskms_core::outputs::{REPLICA_KEYS, arn_in};
use awskms_core::owner::{OwnerMark, may_touch};
use awskms_core::plan::{Claim, Intent, Retirement, SetFacts, SetPlan, guard_set, plan_replica, plan_set};
use awskms_core::spec::generated::{AwsKmsKeySpec, DeletionPolicy};
use awskms_core::value::{PropertyMap, PropertyValue};
use futures_util::future::try_join_all;
use serde_json::Value;
use tonic::Code;

use super::aliases::{self, Claimant};
use super::ownership::Found;
use super::provider::{Provider, kms_failure};
use super::{Context, ResourceError};
use crate::kms::{self, ExecutedSet, Patience, SetRun};

/// The name of the hidden output that remembers, after a run that failed, what the keys may still have from before: the
/// engine keeps the new inputs even then.
pub(super) const UNRELEASED_OUTPUT: &str = "__unreleased";

/// What a run works towards, and what it may touch on the way.
#[derive(Debug)]
pub(super) struct Work<'a> {
    pub(super) context: &'a Context,
    pub(super) desired: DesiredSet,
    /// The mark that new replicas get.
    pub(super) mark: Option<OwnerMark>,
    pub(super) held: Held,
    pub(super) claims: BTreeMap<String, Claim>,
    pub(super) retirements: BTreeMap<String, Retirement>,
    pub(super) default_policy: Value,
}

impl Work<'_> {
    /// The plan from what is to what should be, looked at a second time.
    pub(super) fn plan(&self, observed: &ObservedSet, intent: Intent) -> Result<SetPlan, ResourceError> {
        let facts = SetFacts {
            desired: &self.desired,
            observed,
            held: &self.held,
            claims: &self.claims,
            retirements: &self.retirements,
            mark: self.mark.as_ref(),
            default_policy: &self.default_policy,
        };
        let plan = plan_set(&facts);
        guard_set(&plan, &facts, intent)
            .map_err(|refusal| ResourceError::failed(Code::FailedPrecondition, refusal.to_string()))?;
        Ok(plan)
    }

    /// The keys that were found get the next generation of the mark: what an older state says of them no longer counts.
    pub(super) fn will_own(&mut self, found: &Found, set: &ObservedSet) {
        self.mark = self.mark.as_ref().map(|mark| mark.after(found.observed.owner.as_ref()));
        for region in self.desired.members.keys().filter(|region| set.members.contains_key(*region)) {
            self.claims.entry(region.clone()).or_default().mark.clone_from(&self.mark);
        }
    }

    /// The plan for a replica that is there although KMS was asked to make it. One of another owner is left alone.
    fn replan(&self, region: &str, there: &Observed) -> Result<awskms_core::plan::Plan, String> {
        if !may_touch(self.mark.as_ref(), there.owner.as_ref(), self.mark.as_ref()) {
            return Err(format!("{} belongs to another stack or resource", there.metadata.arn));
        }
        let claim = Claim { mark: self.mark.clone(), ..self.claims.get(region).cloned().unwrap_or_default() };
        let wanted = self.desired.members.get(region).ok_or("the inputs do not name the Region")?;
        Ok(plan_replica(wanted, there, &Managed::default(), &claim, &self.default_policy))
    }
}

impl Provider {
    /// Runs a plan for a set.
    pub(super) async fn run(
        &self,
        work: &Work<'_>,
        plan: &SetPlan,
        set: ObservedSet,
        patience: Patience,
    ) -> ExecutedSet {
        let at = |region: &str| self.target_in(region);
        let replan = |region: &str, there: &Observed| work.replan(region, there);
        let on =
            SetRun { context: work.context, at: &at, default_policy: &work.default_policy, patience, replan: &replan };
        kms::run_set(&on, plan, set).await
    }

    /// The keys that a state names, as they are. `None` if the key itself is not found in so many looks, with pauses between
    /// them; a replica that two looks do not find is not there.
    ///
    /// # Errors
    /// Not one of them could be read.
    pub(super) async fn observe_known(
        &self,
        context: &Context,
        arns: &BTreeMap<String, String>,
        arn: &str,
        most: u32,
    ) -> Result<Option<ObservedSet>, ResourceError> {
        let at = |region: &str| self.target_in(region);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let set = kms::observe_set(context, &at, arns).await;
            let set = set.map_err(|error| kms_failure(&format!("reading {arn}"), &error))?;
            let enough = set.as_ref().is_some_and(|set| {
                let known = |region: &String| set.members.contains_key(region) || set.unreachable.contains_key(region);
                known(&set.primary) && (attempt >= 2 || arns.keys().all(known))
            });
            if enough || attempt >= most || context.stopped().is_some() {
                return Ok(set.map(with_primary));
            }
            context.log.status("waiting for the key to become visible");
            tokio::time::sleep(kms::pause(attempt)).await;
        }
    }

    /// The whole set of a key that was read.
    pub(super) async fn whole(&self, context: &Context, region: &str, observed: Observed) -> ObservedSet {
        let at = |region: &str| self.target_in(region);
        kms::observe_relatives(context, &at, region, observed).await
    }

    /// Which names each key may take, in every Region at the same time. A name that is taken is an error; a replica's
    /// Region that cannot be asked is none, because the other Regions shall get what is theirs.
    pub(super) async fn claims(
        &self,
        context: &Context,
        urn: &str,
        desired: &DesiredSet,
        set: Option<&ObservedSet>,
        mark: Option<&OwnerMark>,
    ) -> Result<BTreeMap<String, Claim>, ResourceError> {
        let claims = desired.members.iter().map(|(region, wanted)| async move {
            let unreachable = set.is_some_and(|set| set.unreachable.contains_key(region));
            if unreachable {
                return Ok((region.clone(), Claim::default()));
            }
            let target = self.target_in(region);
            let own_arn = set.and_then(|set| {
                let any = set.members.values().next()?;
                Some(arn_in(&any.metadata.arn, region))
            });
            let names = match set.and_then(|set| set.members.get(region)).map(|member| &member.aliases) {
                Some(Reading::Seen(there)) => wanted.aliases.difference(there).cloned().collect(),
                _ => wanted.aliases.clone(),
            };
            let whose = Claimant { urn, mark, own_arn: own_arn.as_deref(), memory: &self.memory };
            let claim = match aliases::holders(context, &target, &names).await {
                Ok(holders) => aliases::claim(context, &holders, wanted, &whose, region)?,
                Err(error) if region != &desired.primary => {
                    context
                        .log
                        .warning(&format!("Whether the replica's names are taken could not be checked: {error}"));
                    Claim::default()
                }
                Err(error) => return Err(error),
            };
            Ok((region.clone(), claim))
        });
        Ok(try_join_all(claims).await?.into_iter().collect())
    }
}

/// KMS deletes a primary after its replicas: while one of them is there, a primary that is not found is there as well.
fn with_primary(mut set: ObservedSet) -> ObservedSet {
    if set.main().is_none() && !set.unreachable.contains_key(&set.primary) {
        let why = "KMS does not find the primary, although it shows a replica".to_owned();
        set.unreachable.insert(set.primary.clone(), why);
    }
    set
}

/// ARNs of the keys that a state knows of, by Region.
pub(super) fn known_arns(arn: &str, region: &str, held: &Held, outputs: &PropertyMap) -> BTreeMap<String, String> {
    let told =
        outputs.get(REPLICA_KEYS).and_then(PropertyValue::as_map).into_iter().flatten().map(|(region, _)| region);
    let all: BTreeSet<&String> = held.keys().chain(told).collect();
    let mut arns: BTreeMap<String, String> =
        all.into_iter().map(|region| (region.clone(), arn_in(arn, region))).collect();
    arns.insert(region.to_owned(), arn.to_owned());
    arns
}

/// What the resource has held by its state: by its inputs, and by the run before if that one failed.
pub(super) fn held_before(old_inputs: &PropertyMap, old_outputs: &PropertyMap, region: &str) -> Held {
    let unreleased = unreleased(old_outputs).map(|(region, value)| (region.clone(), Managed::from_value(value)));
    held_by_both(held(old_inputs, region), &unreleased.collect())
}

fn unreleased(outputs: &PropertyMap) -> impl Iterator<Item = (&String, &PropertyValue)> {
    outputs.get(UNRELEASED_OUTPUT).and_then(PropertyValue::as_map).into_iter().flatten()
}

/// How each key goes when it is no longer wanted, by what the state says of it.
pub(super) fn retirements(
    old_inputs: &PropertyMap,
    old_outputs: &PropertyMap,
    region: &str,
) -> BTreeMap<String, Retirement> {
    let left = unreleased(old_outputs).filter_map(|(region, value)| Some((region.clone(), value.as_map()?.clone())));
    let all = left.chain(members::by_region(old_inputs, region));
    all.map(|(region, inputs)| (region, retirement(&inputs))).collect()
}

fn retirement(inputs: &PropertyMap) -> Retirement {
    // What cannot be read was refused at the entrance of the call. Were it here all the same, the key would stay.
    let Ok(spec) = AwsKmsKeySpec::from_properties(inputs) else {
        return Retirement { policy: DeletionPolicy::Prevent, window_days: 30 };
    };
    Retirement {
        policy: spec.deletion_policy.known().copied().unwrap_or(DeletionPolicy::Schedule),
        window_days: spec.deletion_window_days.known().copied().unwrap_or(30),
    }
}

/// What a failed run leaves to be released, for [`held_before`] and [`retirements`] to read.
pub(super) fn unreleased_value(held: &Held, retirements: &BTreeMap<String, Retirement>) -> PropertyValue {
    let members = held.iter().map(|(region, managed)| {
        let mut value = managed.to_value();
        if let (PropertyValue::Map(map), Some(how)) = (&mut value, retirements.get(region)) {
            map.insert("deletionPolicy".into(), how.policy.as_str().into());
            map.insert("deletionWindowDays".into(), how.window_days.into());
        }
        (region.clone(), value)
    });
    PropertyValue::Map(members.collect())
}
