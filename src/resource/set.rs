//! One resource's keys in all their Regions: what creating, changing, previewing and deleting them have in common.

use std::collections::{BTreeMap, BTreeSet};

use awskms_core::desired::{DesiredSet, Held, Managed, held, held_by_both};
use awskms_core::members;
use awskms_core::observed::{Observed, ObservedSet, Reading};
use awskms_core::outputs::{REPLICA_KEYS, arn_in};
use awskms_core::owner::{OwnerMark, Remembered, may_touch};
use awskms_core::plan::{Claim, Intent, Retirement, SetFacts, SetPlan, check_tags, guard_set, plan_replica, plan_set};
use awskms_core::spec::generated::{AwsKmsKeySpec, DeletionPolicy};
use awskms_core::value::{PropertyMap, PropertyValue};
use futures_util::future::try_join_all;
use serde_json::Value;
use tonic::Code;

use super::aliases::{self, Claimant};
use super::ownership::Found;
use super::provider::{Provider, kms_failure};
use super::unfinished::unreleased;
use super::{Context, ResourceError};
use crate::kms::{self, ExecutedSet, Lookup, Patience, SetRun};

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
    /// What the state remembers of the keys' marks.
    pub(super) remembered: Remembered,
}

impl Work<'_> {
    fn facts<'a>(&'a self, observed: &'a ObservedSet) -> SetFacts<'a> {
        SetFacts {
            desired: &self.desired,
            observed,
            held: &self.held,
            claims: &self.claims,
            retirements: &self.retirements,
            mark: self.mark.as_ref(),
            default_policy: &self.default_policy,
        }
    }

    /// Whether every key has room for the tags that it shall carry.
    pub(super) fn check_tags(&self, observed: &ObservedSet) -> Result<(), ResourceError> {
        check_tags(&self.facts(observed))
            .map_err(|full| ResourceError::failed(Code::FailedPrecondition, full.to_string()))
    }

    /// The plan from what is to what should be, looked at a second time.
    pub(super) fn plan(&self, observed: &ObservedSet, intent: Intent) -> Result<SetPlan, ResourceError> {
        self.check_tags(observed)?;
        let facts = self.facts(observed);
        let plan = plan_set(&facts);
        guard_set(&plan, &facts, intent)
            .map_err(|refusal| ResourceError::failed(Code::FailedPrecondition, refusal.to_string()))?;
        Ok(plan)
    }

    /// The keys that were found get the next generation of the mark: what an older state says of them no longer counts. Those
    /// that the inputs do not name are retired as the key itself would be.
    pub(super) fn will_own(&mut self, found: &Found, set: &ObservedSet, held: Held) {
        if let Some(own) = self.retirements.get(&self.desired.primary).copied() {
            for region in held.keys() {
                self.retirements.entry(region.clone()).or_insert(own);
            }
        }
        self.held = held;
        self.mark = self.mark.as_ref().map(|mark| mark.after(found.observed.owner.as_ref()));
        for region in self.desired.members.keys().filter(|region| set.members.contains_key(*region)) {
            self.claims.entry(region.clone()).or_default().mark.clone_from(&self.mark);
        }
    }

    /// The plan for a replica that is there although KMS was asked to make it. One of another owner is left alone.
    fn replan(&self, region: &str, there: &Observed) -> Result<awskms_core::plan::Plan, String> {
        let known = self.remembered.after(self.mark.as_ref(), self.mark.as_ref());
        if !may_touch(&known, there.owner.as_ref(), self.mark.as_ref()) {
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
        let on = SetRun {
            context: work.context,
            at: &at,
            default_policy: &work.default_policy,
            patience,
            wait_for_replicas: work.desired.wait_for_replicas,
            replan: &replan,
        };
        kms::run_set(&on, plan, set).await
    }

    /// The keys that a state names, as they are; at least one of them was read. Gone is the key only if KMS has said so in so
    /// many looks, with pauses between them, to credentials of the key's account; a replica that two looks do not find is not
    /// there.
    ///
    /// # Errors
    /// Whether the key is there could not be found out: not one of the keys could be read, the credentials belong to another
    /// account, or the call was cancelled or ran out of time.
    pub(super) async fn observe_known(
        &self,
        context: &Context,
        arns: &BTreeMap<String, String>,
        arn: &str,
        most: u32,
    ) -> Result<Known, ResourceError> {
        let at = |region: &str| self.target_in(region);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let seen = match kms::observe_set(context, &at, arns).await {
                Lookup::Unknown(error) => return Err(kms_failure(&format!("reading {arn}"), &error)),
                Lookup::Present(set) => Some(set),
                Lookup::Absent => None,
            };
            let enough = seen.as_ref().is_some_and(|set| {
                let known = |region: &String| set.members.contains_key(region) || set.unreachable.contains_key(region);
                known(&set.primary) && (attempt >= 2 || arns.keys().all(known))
            });
            if let Some(why) = context.stopped().filter(|_| !enough) {
                let message = format!("reading {arn}: {why}; nothing was changed");
                return Err(ResourceError::failed(Code::Cancelled, message));
            }
            if enough || attempt >= most {
                let Some(set) = seen else {
                    self.may_be_gone(arn).await?;
                    return Ok(Known::Gone);
                };
                return Ok(Known::Present(with_primary(set)));
            }
            context.log.status("waiting for the key to become visible");
            tokio::select! {
                () = context.ended() => {}
                () = tokio::time::sleep(kms::pause(attempt)) => {}
            }
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
        replaced: &[String],
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
            let whose = Claimant { urn, mark, own_arn: own_arn.as_deref(), replaced, region };
            let claim = match aliases::holders(context, &target, &names).await {
                Ok(holders) => self.claim(context, &holders, wanted, whose).await?,
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
        let mut claims: BTreeMap<String, Claim> = try_join_all(claims).await?.into_iter().collect();
        // Without an identity the calls keep their usual order.
        let caller = self.clients.identity().await.ok().flatten().map(|identity| identity.arn.clone());
        for claim in claims.values_mut() {
            claim.caller.clone_from(&caller);
        }
        Ok(claims)
    }
}

/// What has become of the keys that a state names.
#[derive(Debug)]
pub(super) enum Known {
    /// They are there, at least in part.
    Present(ObservedSet),
    /// There is no such key any more.
    Gone,
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
