//! Changing a key, and its replicas, in place.

use awskms_core::ignored::Ignored;
use awskms_core::members;
use awskms_core::observed::{KeyState, Observed, ObservedSet, Reading};
use awskms_core::outputs::REPLICA_KEYS;
use awskms_core::plan::{Intent, Retirement, SetPlan};
use awskms_core::spec::generated::DeletionPolicy;
use awskms_core::value::{PropertyMap, PropertyValue};
use tonic::Code;

use super::adopt::claims_back;
use super::create::outcome;
use super::doubt::{doubted, untouched};
use super::fence::{Marks, fence, marks};
use super::look::{attempts, is_young};
use super::on_demand::{is_rotation, keep_trigger, report_rotation, rotation_due};
use super::provider::{Provider, account_of, default_policy, region_of, resolved_set};
use super::remembered::remembered;
use super::retirement::{check_idle, prevented};
use super::set::{Known, Work, held_before, known_arns, retirements};
use super::tell_access::{Policies, policies_of};
use super::unfinished::{note_replaced, replaces};
use super::{Context, Outcome, ResourceError};
use crate::kms::{Patience, telling};

/// What the engine says of a key that is to be changed.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The resource's URN.
    pub urn: &'a str,
    /// The key ID.
    pub id: &'a str,
    /// The outputs in the state.
    pub old_outputs: &'a PropertyMap,
    /// The inputs in the state.
    pub old_inputs: &'a PropertyMap,
    /// What the program asks for now, with what it ignores as in the state.
    pub inputs: &'a PropertyMap,
    /// What the program ignores.
    pub ignored: &'a Ignored,
}

impl Provider {
    /// Brings a key to its new inputs: the fewest calls, in the order that KMS demands.
    ///
    /// # Errors
    /// Nothing was changed: the key could not be read, belongs to a newer owner, or an alias is taken. What fails later
    /// is part of the outcome.
    pub async fn update(&self, context: &Context, change: &Change<'_>) -> Result<Outcome, ResourceError> {
        let Change { urn, id, old_outputs, old_inputs, inputs, .. } = *change;
        self.shown(urn, id, old_outputs);
        let before = self.target(region_of(old_outputs).or_else(|| region_of(inputs)))?;
        telling(context, "STS", self.account(&before.region)).await?;
        let Prepared { work, set, plan, .. } = self.prepare_update(context, change).await?;
        for (region, member) in &set.members {
            if member.metadata.state.is_pending_deletion() && work.desired.members.contains_key(region) {
                context.log.info(&format!("{} is pending deletion: the deletion is cancelled.", member.metadata.arn));
            }
        }
        let patience = Patience { just_created: is_young(old_outputs), ..Patience::default() };
        let done = self.run(&work, &plan, set, patience).await;
        report_rotation(context, &plan, &done);
        // An earlier run may have ended before it could note that the engine has the key.
        self.will_be_recorded(&done.set);
        let how = retirements(old_inputs, old_outputs, &before.region);
        let held = held_before(old_inputs, old_outputs, &before.region);
        let mut result = outcome(inputs, &done, old_outputs, &held, &how, work.mark.as_ref());
        note_replaced(&mut result, &replaces(old_outputs));
        let planned = plan.steps().map(|(_, step)| step);
        if planned.filter(|step| is_rotation(step)).any(|step| !done.has_done(step)) {
            // The rotation is still owed: the state keeps the old trigger, so that the next run sees the change.
            keep_trigger(&mut result.outputs, old_outputs);
        }
        Ok(result)
    }

    /// Observes the keys and plans their change, without changing anything.
    pub(super) async fn prepare_update<'a>(
        &self,
        context: &'a Context,
        change: &Change<'_>,
    ) -> Result<Prepared<'a>, ResourceError> {
        let Change { urn, id, old_outputs, old_inputs, inputs, .. } = *change;
        let before = self.target(region_of(old_outputs).or_else(|| region_of(inputs)))?.region;
        let arn = self.arn_of_state(old_outputs, id, &before).await?;
        let account = account_of(&arn);
        let mut desired = resolved_set(inputs, region_of(inputs).unwrap_or(&before), account.as_ref())?;
        let mut held = held_before(old_inputs, old_outputs, &before);
        for (region, managed) in &mut held {
            managed.tag_keys.retain(|key| !self.clients.settings().ignored_tags.covers(key));
            // Another resource of the program takes the alias over, in one call of its own.
            managed.aliases.retain(|alias| !self.names.is_wanted_elsewhere(urn, region, alias));
        }
        let arns = known_arns(&arn, &before, &held, old_outputs);
        let Known::Present(mut set) = self.observe_known(context, &arns, &arn, attempts(old_outputs)).await? else {
            return Err(gone(&arn));
        };
        for observed in set.members.values() {
            warn_of_denied(context, observed);
        }
        let mark = self.mark(urn, &desired.primary, desired.main()).filter(|_| !self.is_stateless);
        let remembered = remembered(old_outputs);
        self.hold_returned(&mut held, &set, &desired, mark.as_ref());
        let claims_back = claims_back(inputs, old_inputs, &arn)?;
        let whose = Marks { remembered: &remembered, ours: mark.as_ref(), claims_back };
        fence(context, whose, &mut set, &mut held, &desired)?;
        let left_alone = untouched(change, &mut desired, &mut held, &set, account.as_ref(), &before);
        let mut claims = self
            .claims(
                context,
                urn,
                &desired,
                Some(&set),
                remembered.settled.as_ref().or(mark.as_ref()),
                &replaces(old_outputs),
            )
            .await?;
        let owner = marks(&mut claims, &set, mark.as_ref(), &remembered);
        if let Some(main) = set.main() {
            let due = rotation_due(context, &self.target_in(&set.primary), old_outputs, desired.main(), main).await?;
            claims.entry(desired.primary.clone()).or_default().rotation = due;
        }
        let default_policy = account.as_ref().map(default_policy).unwrap_or_default();
        let retirements = retirements(old_inputs, old_outputs, &before);
        let mut work = Work { context, desired, mark: owner, held, claims, retirements, default_policy, remembered };
        let policies = policies_of(&set);
        let (set, in_doubt) = doubted(set, &work, old_outputs, &before, &left_alone);
        for region in in_doubt {
            work.claims.entry(region).or_default().disables_again = true;
        }
        let plan = work.plan(&set, Intent::Update)?;
        self.may_retire(&work, &set, old_inputs, &before).await?;
        if set.primary != work.desired.primary && set.primary != before {
            context.log.warning(&format!(
                "The primary is in {} now, not in {before}: it moves to {}, as the inputs say.",
                set.primary, work.desired.primary
            ));
        }
        Ok(Prepared { work, set, plan, policies })
    }

    /// Lets deletion policy and deletion guard look at the replicas that the inputs no longer name, before anything is
    /// changed.
    async fn may_retire(
        &self,
        work: &Work<'_>,
        set: &ObservedSet,
        old_inputs: &PropertyMap,
        region: &str,
    ) -> Result<(), ResourceError> {
        let inputs = members::by_region(old_inputs, region);
        for (region, Retirement { policy, .. }) in &work.retirements {
            let Some(observed) = set.members.get(region).filter(|_| work.held.contains_key(region)) else { continue };
            if work.desired.members.contains_key(region) {
                continue;
            }
            let (arn, pending) = (&observed.metadata.arn, observed.metadata.state.is_pending_deletion());
            match policy {
                DeletionPolicy::Prevent => return Err(prevented(arn)),
                DeletionPolicy::Schedule if !pending => {
                    let of_member = inputs.get(region).unwrap_or(old_inputs);
                    check_idle(work.context, &self.target_in(region), arn, of_member).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Keys as they are and the calls that bring them to their inputs.
#[derive(Debug)]
pub(super) struct Prepared<'a> {
    pub(super) work: Work<'a>,
    pub(super) set: ObservedSet,
    pub(super) plan: SetPlan,
    /// The keys' policies as they were read, whatever the plan makes of them.
    pub(super) policies: Policies,
}

fn gone(arn: &str) -> ResourceError {
    ResourceError::failed(
        Code::NotFound,
        format!("{arn} does not exist any more. Nothing was changed. `pulumi refresh` takes it out of the state."),
    )
}

/// Says which permissions are missing to read the key, once a run.
pub(super) fn warn_of_denied(context: &Context, observed: &Observed) {
    let mut missing = vec![];
    let pending = observed.metadata.state.is_pending_deletion();
    if let Reading::Denied(permission) = observed.policy {
        missing.push(permission);
    }
    if let Reading::Denied(permission) = observed.tags {
        missing.push(permission);
    }
    if let Reading::Denied(permission) = observed.aliases {
        missing.push(permission);
    }
    if let (Reading::Denied(permission), false) = (&observed.rotation_period_days, pending) {
        missing.push(permission);
    }
    if !missing.is_empty() {
        context.log.warning(&format!(
            "{} could not be read whole: allow {} to the caller. The last known values are kept, and drift in them does \
             not show.",
            observed.metadata.arn,
            missing.join(", ")
        ));
    }
}

/// Whether a state says that its key was pending deletion when it was last seen.
pub fn was_pending(outputs: &PropertyMap) -> bool {
    outputs
        .get("keyState")
        .and_then(PropertyValue::as_str)
        .is_some_and(|state| KeyState::parse(state).is_pending_deletion())
}

/// Regions of wanted replicas that a state says were pending deletion.
pub fn pending_replicas(outputs: &PropertyMap, inputs: &PropertyMap) -> Vec<String> {
    let told = outputs.get(REPLICA_KEYS).and_then(PropertyValue::as_map).into_iter().flatten();
    let wanted = members::entries(inputs);
    told.filter(|(region, key)| wanted.contains_key(*region) && key.as_map().is_some_and(was_pending))
        .map(|(region, _)| region.clone())
        .collect()
}
