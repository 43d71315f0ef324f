//! Retiring a key: its replicas first, then the key itself.

use std::collections::BTreeMap;

use awskms_core::desired::Held;
use awskms_core::members;
use awskms_core::observed::{KeyState, Observed, ObservedSet, Reading};
use awskms_core::outputs::REPLICA_KEYS;
use awskms_core::owner::{OwnerMark, may_touch};
use awskms_core::plan::{Idleness, Intent, Lanes, Plan, Retirement, guard, plan_set_deletion};
use awskms_core::spec::generated::{AwsKmsKeySpec, DeletionPolicy, UnknownUsage};
use awskms_core::value::{PropertyMap, PropertyValue};
use tonic::Code;

use super::look::{attempts, is_young, now};
use super::ownership;
use super::provider::{Provider, key_arn, kms_failure, region_of, remembered_mark};
use super::set::{held_before, known_arns, retirements};
use super::update::was_pending;
use super::{Context, ResourceError};
use crate::kms::{self, ExecutedSet, Kind, Patience, SetRun, Target};

impl Provider {
    /// Does to the key and its replicas what their deletion policies say. A key that is gone or pending deletion already is
    /// done, so a failed deletion can be run again.
    ///
    /// # Errors
    /// The deletion is forbidden, or KMS refused a step; what is done already stays done.
    pub async fn delete(
        &self,
        context: &Context,
        urn: &str,
        id: &str,
        outputs: &PropertyMap,
        old_inputs: &PropertyMap,
    ) -> Result<(), ResourceError> {
        self.note_state(urn, id, outputs);
        let arn = key_arn(outputs, id);
        if self.memory.has_taken_up(urn, id) {
            context.log.warning(&not_replaced(&arn));
            return Ok(());
        }
        let old_inputs = if old_inputs.is_empty() { outputs } else { old_inputs };
        let region = self.target(region_of(outputs))?.region;
        let how = retirements(old_inputs, outputs, &region);
        let mut held = held_before(old_inputs, outputs, &region);
        if let Some((region, _)) = how.iter().find(|(_, how)| how.policy == DeletionPolicy::Prevent) {
            return Err(prevented(&awskms_core::outputs::arn_in(&arn, region)));
        }
        if how.values().all(|how| how.policy == DeletionPolicy::Retain) {
            context.log.info(&format!("{arn} is retained with its aliases, as deletionPolicy RETAIN says."));
            return Ok(());
        }
        self.account(&region).await?;
        let at = |region: &str| self.target_in(region);
        let arns = known_arns(&arn, &region, &held, outputs);
        let Some(mut set) = self.observe_known(context, &arns, &arn, attempts(outputs)).await? else {
            self.may_be_gone(&arn).await?;
            context.log.info(&format!("{arn} does not exist any more."));
            return Ok(());
        };
        check_answers(&arn, &set)?;
        let remembered = remembered_mark(outputs);
        let ours = set.main().and_then(|main| ownership::mark_of_key(self, urn, &main.metadata));
        for member in set.members.values_mut() {
            warn_of_unread_marks(context, member, remembered.as_ref());
            not_pending_yet(member, &region, outputs);
        }
        let touchable = |member: &Observed| may_touch(remembered.as_ref(), member.owner.as_ref(), ours.as_ref());
        for member in set.members.values().filter(|member| !touchable(member)) {
            context.log.warning(&format!(
                "{} has been taken over by a newer owner since this state was written: it is left alone, only the state \
                 forgets it.",
                member.metadata.arn
            ));
            held.remove(member.metadata.region());
        }
        if !held.contains_key(&set.primary) && set.main().is_some() {
            return Ok(());
        }
        report_strangers(context, &set, &held);
        would_not_wait_for_ever(&set, &held, &how)?;
        set.unreachable.retain(|region, _| held.contains_key(region));
        let inputs = members::by_region(old_inputs, &region);
        self.check_all_idle(context, &set, &held, &how, &inputs).await?;
        let patience = Patience { just_created: is_young(outputs), ..Patience::default() };
        if let Some(ours) = ours.filter(|_| !self.memory.is_replaced(urn, id)) {
            let primary = self.target_in(&set.primary);
            sign(context, &primary, &mut set, &ours, remembered.as_ref(), patience).await;
        }
        let (replicas, primary) = plan_set_deletion(&set, &held, &how);
        let primary = Lanes::from([(set.primary.clone(), primary)]);
        for (region, plan) in replicas.iter().chain(&primary) {
            let intent = if schedules(&how, region) { Intent::ScheduleDeletion } else { Intent::Keep };
            guard(plan, intent)
                .map_err(|refusal| ResourceError::failed(Code::FailedPrecondition, refusal.to_string()))?;
        }
        let nothing = serde_json::Value::Null;
        let replan = |_: &str, _: &Observed| Err("no replica is made in a deletion".to_owned());
        let on = SetRun { context, at: &at, default_policy: &nothing, patience, replan: &replan };
        let mut done = ExecutedSet::not_begun(set);
        kms::run_lanes(&on, &replicas, &mut done).await;
        // A primary that goes before its replicas would wait for them for ever.
        if done.is_complete() {
            kms::run_lanes(&on, &primary, &mut done).await;
        }
        if !done.is_complete() {
            return Err(ResourceError::failed(Code::FailedPrecondition, done.reasons().join("\n")));
        }
        for (region, how) in &how {
            if let Some(member) = done.set.members.get(region).filter(|_| held.contains_key(region)) {
                context.log.info(&farewell(*how, member, done.set.members.len()));
            }
        }
        Ok(())
    }
}

impl Provider {
    /// Lets the deletion guard look at the last use of every key that would be scheduled for deletion, before any is.
    async fn check_all_idle(
        &self,
        context: &Context,
        set: &ObservedSet,
        held: &Held,
        how: &BTreeMap<String, Retirement>,
        inputs: &BTreeMap<String, PropertyMap>,
    ) -> Result<(), ResourceError> {
        let going = set.members.iter().filter(|(region, member)| {
            held.contains_key(*region) && schedules(how, region) && !member.metadata.state.is_pending_deletion()
        });
        for (region, member) in going {
            if let Some(of_member) = inputs.get(region) {
                check_idle(context, &self.target_in(region), &member.metadata.arn, of_member).await?;
            }
        }
        Ok(())
    }
}

fn schedules(how: &BTreeMap<String, Retirement>, region: &str) -> bool {
    how.get(region).is_some_and(|how| how.policy == DeletionPolicy::Schedule)
}

/// Check refuses a replica that stays below a key that goes, but the primary may have been moved by hand since.
fn would_not_wait_for_ever(
    set: &ObservedSet,
    held: &Held,
    how: &BTreeMap<String, Retirement>,
) -> Result<(), ResourceError> {
    let stays = |region: &&String| **region != set.primary && held.contains_key(*region) && !schedules(how, region);
    let staying = set.members.keys().find(stays);
    let Some(staying) = staying.filter(|_| held.contains_key(&set.primary) && schedules(how, &set.primary)) else {
        return Ok(());
    };
    let primary = &set.primary;
    Err(ResourceError::failed(
        Code::FailedPrecondition,
        format!(
            "nothing was deleted: the primary is in {primary} now, to be scheduled for deletion, and the key in {staying} \
             stays by its deletionPolicy, so KMS would wait for it for ever. Move the primary to {staying} first: \
             `aws kms update-primary-region --region {primary} --primary-region {staying} --key-id {id}`.",
            id = set.members.values().next().map_or("", |member| &member.metadata.key_id),
        ),
    ))
}

/// A key ID means another key in every Region of a set, so the keys that answered must be the ones that were asked for.
fn check_answers(arn: &str, set: &ObservedSet) -> Result<(), ResourceError> {
    let wrong = set.members.iter().find(|(region, member)| {
        arn.starts_with("arn:") && member.metadata.arn != awskms_core::outputs::arn_in(arn, region)
    });
    match wrong {
        None => Ok(()),
        Some((region, member)) => Err(ResourceError::failed(
            Code::FailedPrecondition,
            format!(
                "KMS answered for {} when asked for the key of {arn} in {region}; nothing was deleted",
                member.metadata.arn
            ),
        )),
    }
}

/// Replicas that others have added to the set are not this resource's to delete, and KMS waits for them.
fn report_strangers(context: &Context, set: &ObservedSet, held: &Held) {
    let strangers: Vec<&str> = set
        .members
        .iter()
        .filter(|(region, member)| {
            !held.contains_key(*region) && !member.metadata.state.is_pending_deletion() && **region != set.primary
        })
        .map(|(_, member)| member.metadata.arn.as_str())
        .collect();
    if !strangers.is_empty() {
        context.log.warning(&format!(
            "{} was added by somebody else and is left alone. KMS deletes the primary only when it is gone.",
            strangers.join(", ")
        ));
    }
}

fn warn_of_unread_marks(context: &Context, member: &Observed, remembered: Option<&OwnerMark>) {
    if let (Reading::Denied(permission), Some(_)) = (&member.tags, remembered) {
        context.log.warning(&format!(
            "Whether a newer owner has taken over {} could not be checked: allow {permission} to the caller.",
            member.metadata.arn
        ));
    }
}

/// A key that was restored moments ago may still be read as pending deletion, and would be left alive and forgotten. Where
/// the state does not remember it as pending, the deletion is asked for: KMS says if it is pending already.
fn not_pending_yet(member: &mut Observed, home: &str, outputs: &PropertyMap) {
    let replica = || outputs.get(REPLICA_KEYS).and_then(PropertyValue::as_map)?.get(member.metadata.region())?.as_map();
    let remembered = if member.metadata.region() == home { Some(outputs) } else { replica() };
    if member.metadata.state == KeyState::PendingDeletion && remembered.is_some_and(|key| !was_pending(key)) {
        member.metadata.state = KeyState::Enabled;
    }
}

/// Marks a key that carries no mark, or that of an earlier name of the resource, so that it is found if the resource comes
/// back. That it cannot be marked is no reason to keep it.
async fn sign(
    context: &Context,
    target: &Target,
    set: &mut ObservedSet,
    ours: &OwnerMark,
    remembered: Option<&OwnerMark>,
    patience: Patience,
) {
    let Some(main) = set.main().cloned() else { return };
    let readable = main.tags.seen().is_some() && !main.metadata.state.is_pending_deletion();
    let Some(mark) = ours.renewed(main.owner.as_ref(), remembered).filter(|_| readable) else { return };
    let done = kms::run(context, target, &Plan::marking(&mark), main, patience).await;
    if !done.is_complete() {
        context.log.warning(&format!(
            "{} could not be marked as this resource's, so it will not be restored by itself if the resource comes back: \
             {}",
            done.observed.metadata.arn,
            done.reasons().join(" ")
        ));
    }
    set.members.insert(set.primary.clone(), done.observed);
}

/// Lets the user's deletion guard look at the last use of the key.
pub(super) async fn check_idle(
    context: &Context,
    target: &Target,
    arn: &str,
    inputs: &PropertyMap,
) -> Result<(), ResourceError> {
    let spec = AwsKmsKeySpec::from_properties(inputs)?;
    let Some(guard) = spec.deletion_guard.known() else { return Ok(()) };
    let days = guard.min_idle_days.known().copied().unwrap_or_default();
    let idleness = match kms::last_use(target, arn).await {
        Ok(last) => last.idleness(days, now()),
        Err(error) if error.kind == Kind::AccessDenied => Idleness::Unknown(format!("{error}. {}", error.advice())),
        Err(error) => return Err(kms_failure(&format!("reading the last use of {arn} before its deletion"), &error)),
    };
    let unknown_blocks = guard.on_unknown.known() != Some(&UnknownUsage::Warn);
    let (reason, way_out) = match idleness {
        Idleness::Idle => return Ok(()),
        Idleness::Unknown(reason) if !unknown_blocks => {
            context.log.warning(&format!(
                "deletionGuard: whether {arn} has been idle for {days} days is not known: {reason}. It is scheduled for \
                 deletion, as onUnknown WARN says."
            ));
            return Ok(());
        }
        Idleness::Unknown(reason) => (reason, ", set deletionGuard.onUnknown to WARN"),
        Idleness::InUse(reason) => (reason, ""),
    };
    Err(ResourceError::failed(
        Code::FailedPrecondition,
        format!(
            "{arn} is not deleted: its deletionGuard asks for {days} days without use, and {reason}. Nothing was changed. \
             Find out who uses it, or disable it first and wait; then run this again{way_out}, or take the guard away with \
             `pulumi up` before."
        ),
    ))
}

/// `pulumi up --replace` asks for a new key without a word to the provider that there is an old one; that looks like a
/// run that finishes an interrupted one, so the old key is what it got.
fn not_replaced(arn: &str) -> String {
    format!(
        "{arn} is kept: a replacement that no input asks for gets the key that the resource has. For new key material \
         change rotateOnDemandTrigger; for another key, give the resource another name, or use the option \
         replaceOnChanges with an input that changes."
    )
}

pub(super) fn prevented(arn: &str) -> ResourceError {
    ResourceError::failed(
        Code::FailedPrecondition,
        format!(
            "{arn} is not deleted: its deletionPolicy is PREVENT. To retire it, set deletionPolicy to SCHEDULE, DISABLE \
             or RETAIN, run `pulumi up`, then delete it."
        ),
    )
}

fn farewell(how: Retirement, key: &Observed, keys: usize) -> String {
    let metadata = &key.metadata;
    match how.policy {
        DeletionPolicy::Retain => {
            return format!("{} is retained with its aliases, as deletionPolicy RETAIN says.", metadata.arn);
        }
        DeletionPolicy::Disable => {
            return format!("{} is disabled and kept with its aliases, as deletionPolicy DISABLE says.", metadata.arn);
        }
        DeletionPolicy::Schedule | DeletionPolicy::Prevent => {}
    }
    let when = match &metadata.deletion_date {
        Some(date) => format!(" on {date}"),
        None if keys > 1 && !metadata.is_replica() => {
            format!(" {} days after its last replica is gone", how.window_days)
        }
        None => String::new(),
    };
    format!(
        "{arn} will be deleted{when}. Until then `aws kms cancel-key-deletion --key-id {arn}` keeps it; so does bringing \
         the resource back.",
        arn = metadata.arn
    )
}
