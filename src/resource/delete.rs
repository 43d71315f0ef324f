//! Retiring a key: its replicas first, then the key itself.

use std::collections::BTreeMap;

use awskms_core::desired::Held;
use awskms_core::members;
use awskms_core::observed::{KeyState, Observed, ObservedSet, Reading};
use awskms_core::outputs::REPLICA_KEYS;
use awskms_core::owner::{OwnerMark, Phase, Remembered, may_touch};
use awskms_core::plan::{Intent, Lanes, Plan, Retirement, Step, guard, plan_set_deletion};
use awskms_core::spec::generated::DeletionPolicy;
use awskms_core::takeover::Conflict;
use awskms_core::value::{PropertyMap, PropertyValue};
use tonic::Code;

use super::gate::{allows_replacement, forbidden};
use super::look::{attempts, is_young};
use super::ownership::refused;
use super::provider::{Provider, key_arn, region_of};
use super::remembered::remembered;
use super::retirement::{prevented, schedules, would_not_wait_for_ever};
use super::set::{Known, held_before, known_arns, retirements};
use super::update::was_pending;
use super::{Context, ResourceError};
use crate::kms::{self, ExecutedSet, Patience, SetRun, telling};

/// What the engine says of a key that is to be retired.
#[derive(Debug, Clone, Copy)]
pub struct Removal<'a> {
    /// The resource's URN.
    pub urn: &'a str,
    /// The key ID.
    pub id: &'a str,
    /// The outputs in the state.
    pub outputs: &'a PropertyMap,
    /// The inputs in the state.
    pub old_inputs: &'a PropertyMap,
}

/// Why the row leaves the state and the key stays as it is.
enum Outcome {
    /// The key is not this row's to retire, or it stays by the user's wish: this is said.
    Kept(String),
    /// The key is retired by a plan.
    Planned(Box<Deletion>),
}

/// The keys as they are and the calls that retire them.
struct Deletion {
    set: ObservedSet,
    held: Held,
    how: BTreeMap<String, Retirement>,
    replicas: Lanes,
    primary: Lanes,
    /// The mark that the keys get before, if it is not the one that they have.
    mark: Option<OwnerMark>,
    patience: Patience,
}

impl Provider {
    /// Does to the key and its replicas what their deletion policies say. A key that is gone or pending deletion already is
    /// done, so a failed deletion can be run again. A key that another row of the program holds is only forgotten.
    ///
    /// # Errors
    /// The deletion is forbidden, whether the key is there could not be found out, or KMS refused a step; what is done already
    /// stays done.
    pub async fn delete(&self, context: &Context, removal: &Removal<'_>) -> Result<(), ResourceError> {
        let Removal { urn, id, outputs, .. } = *removal;
        if self.view.is_new(urn) {
            // A preview, which is not told of the deletion, refuses the create; so does the run.
            return Err(refused(&key_arn(outputs, id), Conflict::Recorded, urn));
        }
        self.shown(urn, id, outputs);
        match self.prepare_deletion(context, removal).await? {
            Outcome::Kept(why) => context.log.warning(&why),
            Outcome::Planned(deletion) => self.run_deletion(context, *deletion).await?,
        }
        self.recording.forget(id);
        self.view.deleted(urn, id);
        Ok(())
    }

    /// Observes the keys and plans their retirement. Nothing is changed, but for the note on a key that stays by the user's wish.
    async fn prepare_deletion(&self, context: &Context, removal: &Removal<'_>) -> Result<Outcome, ResourceError> {
        let Removal { urn, id, outputs, old_inputs } = *removal;
        let region = self.target(region_of(outputs).or_else(|| region_of(old_inputs)))?.region;
        let arn = self.arn_of_state(outputs, id, &region).await?;
        if let Some(kept) = self.not_this_rows(removal, &arn)? {
            return Ok(Outcome::Kept(kept));
        }
        let old_inputs = if old_inputs.is_empty() { outputs } else { old_inputs };
        let how = retirements(old_inputs, outputs, &region);
        let mut held = held_before(old_inputs, outputs, &region);
        if let Some((region, _)) = how.iter().find(|(_, how)| how.policy == DeletionPolicy::Prevent) {
            return Err(prevented(&awskms_core::outputs::arn_in(&arn, region)));
        }
        let marks = remembered(outputs);
        if how.values().all(|how| how.policy == DeletionPolicy::Retain) {
            self.release(context, urn, &arn, &marks).await;
            return Ok(Outcome::Kept(format!("{arn} is retained with its aliases, as deletionPolicy RETAIN says.")));
        }
        telling(context, "STS", self.account(&region)).await?;
        let arns = known_arns(&arn, &region, &held, outputs);
        let Known::Present(mut set) = self.observe_known(context, &arns, &arn, attempts(outputs)).await? else {
            return Ok(Outcome::Kept(format!("{arn} does not exist any more.")));
        };
        let ours = set.main().and_then(|main| self.mark_of_key(urn, &main.metadata));
        for member in set.members.values_mut() {
            warn_of_unread_marks(context, member, &marks);
            not_pending_yet(member, &region, outputs);
        }
        if let Some(kept) = leave_to_newer_owners(context, &set, &mut held, &marks, ours.as_ref()) {
            return Ok(Outcome::Kept(kept));
        }
        report_strangers(context, &set, &held);
        would_not_wait_for_ever(&set, &held, &how)?;
        set.unreachable.retain(|region, _| held.contains_key(region));
        if self.guard_applies(removal) {
            let inputs = members::by_region(old_inputs, &region);
            self.check_all_idle(context, &set, &held, &how, &inputs).await?;
        }
        let (replicas, primary) = plan_set_deletion(&set, &held, &how);
        let primary = Lanes::from([(set.primary.clone(), primary)]);
        for (region, plan) in replicas.iter().chain(&primary) {
            let intent = if schedules(&how, region) { Intent::ScheduleDeletion } else { Intent::Keep };
            guard(plan, intent)
                .map_err(|refusal| ResourceError::failed(Code::FailedPrecondition, refusal.to_string()))?;
        }
        let mark =
            ours.filter(|_| !self.view.is_replaced(urn, id)).and_then(|ours| last_mark(&ours, &set, &marks, &how));
        let patience = Patience { just_created: is_young(outputs), ..Patience::default() };
        Ok(Outcome::Planned(Box::new(Deletion { set, held, how, replicas, primary, mark, patience })))
    }

    /// Why the engine's wish to delete the row is none to retire the key, if so.
    fn not_this_rows(&self, removal: &Removal<'_>, arn: &str) -> Result<Option<String>, ResourceError> {
        let Removal { urn, id, .. } = *removal;
        if self.view.has_taken_up(urn, id) {
            return Ok(Some(not_replaced(arn)));
        }
        if let Some(holder) = self.view.holder_beside(urn, id) {
            return Ok(Some(format!(
                "{arn} stays as it is, because another resource of this program has it: {holder}. Only this row leaves the state."
            )));
        }
        // Deleting before replacing: the key would be gone when the gate in front of the new one closes.
        match self.view.replacement(urn) {
            Some(inputs) if !allows_replacement(&inputs)? => Err(forbidden()),
            _ => Ok(None),
        }
    }

    /// Whether the deletion guard of the state counts. The old key of a replacement, which the program cannot reach any more, is
    /// free of it when the program has taken the guard away.
    fn guard_applies(&self, removal: &Removal<'_>) -> bool {
        let Removal { urn, id, .. } = *removal;
        let asked = self.view.asked(urn).filter(|_| self.view.is_replaced(urn, id) || !self.view.has_only(urn, id));
        asked.is_none_or(|inputs| inputs.get("deletionGuard").is_some_and(|guard| !guard.is_null()))
    }

    /// Notes on a key that stays by the user's wish that its resource gave it away: it comes back under its own alias only.
    async fn release(&self, context: &Context, urn: &str, arn: &str, marks: &Remembered) {
        let Some(identity) = self.identity(urn).filter(|_| !self.is_stateless) else { return };
        let Some(region) = awskms_core::ids::KmsArn::parse(arn).map(|arn| arn.region) else { return };
        let target = self.target_in(&region);
        let may = |present: Option<&OwnerMark>| match present {
            Some(present) => may_touch(marks, Some(present), None).then(|| present.in_phase(Phase::Released)),
            None => {
                marks.settled.as_ref().filter(|mark| mark.names(&identity)).map(|mark| mark.in_phase(Phase::Released))
            }
        };
        if let Err(error) =
            kms::look(context, &region, "ListResourceTags and TagResource", kms::change_mark(&target, arn, may)).await
        {
            context.log.warning(&format!(
                "{arn} could not be marked as given away: {error}. A new resource of this name will not be created beside it unless \
                 it sets adopt."
            ));
        }
    }

    async fn run_deletion(&self, context: &Context, deletion: Deletion) -> Result<(), ResourceError> {
        let Deletion { mut set, held, how, replicas, primary, mark, patience } = deletion;
        if let Some(mark) = mark {
            self.mark_before_deletion(context, &mut set, &mark, patience).await;
        }
        let nothing = serde_json::Value::Null;
        let at = |region: &str| self.target_in(region);
        let replan = |_: &str, _: &Observed| Err("no replica is made in a deletion".to_owned());
        let on =
            SetRun { context, at: &at, default_policy: &nothing, patience, wait_for_replicas: false, replan: &replan };
        let mut done = ExecutedSet::not_begun(set);
        kms::run_lanes(&on, &replicas, &mut done).await;
        let left_names = only_names_are_left(&mut done);
        // A primary that goes before its replicas would wait for them for ever.
        if done.is_complete() {
            kms::run_lanes(&on, &primary, &mut done).await;
        }
        let left_names = [left_names, only_names_are_left(&mut done)].concat();
        if !done.is_complete() {
            let reasons = [left_names, done.reasons()].concat().join("\n");
            return Err(ResourceError::failed(Code::FailedPrecondition, format!("{reasons}\n{HALF_DELETED}")));
        }
        if !left_names.is_empty() {
            context.log.warning(&format!("{}\n{NAMES_ARE_LEFT}", left_names.join("\n")));
        }
        for (region, how) in &how {
            if let Some(member) = done.set.members.get(region).filter(|_| held.contains_key(region)) {
                context.log.info(&deletion_message(*how, member, done.set.members.len()));
            }
        }
        Ok(())
    }

    /// Marks a key so that it is found if the resource comes back. Failing to mark it must not keep it from being retired.
    async fn mark_before_deletion(
        &self,
        context: &Context,
        set: &mut ObservedSet,
        mark: &OwnerMark,
        patience: Patience,
    ) {
        let Some(main) = set.main().cloned() else { return };
        let target = self.target_in(&set.primary);
        let done = kms::run(context, &target, &Plan::marking(mark), main, patience).await;
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
}

/// What a person must know of a deletion that has failed: the engine keeps the row as it was.
const HALF_DELETED: &str = "Run it again to finish the deletion. To keep the keys instead, run `pulumi up --refresh`: without \
    a refresh the engine does not learn which of them are pending deletion.";

/// What a person must know of names that could not be deleted.
const NAMES_ARE_LEFT: &str = "The deletion is scheduled all the same. KMS deletes these names together with the key; until \
    then nobody else can have them, unless you run `aws kms delete-alias`.";

/// Takes names that could not be deleted from keys whose deletion KMS has accepted out of what an incomplete run has to show;
/// gives what happened to them. The deletion is done without them: if it failed for their sake, the row would stay in the
/// state as if the key were in use, and no `pulumi up` would say that it dies.
fn only_names_are_left(done: &mut ExecutedSet) -> Vec<String> {
    let failed = done.failed.values().flatten().map(|(step, _)| step);
    let mut undone = failed.chain(done.left.values().flatten());
    if done.is_complete()
        || !done.set.unreachable.is_empty()
        || !undone.all(|step| matches!(step, Step::DeleteAlias { .. }))
    {
        return vec![];
    }
    let reasons = done.reasons();
    done.failed.clear();
    done.left.clear();
    reasons
}

/// The mark that the key keeps after its resource: that of the resource's present name, in the phase that says what became of
/// it. `None` where the key carries it already, is on its way out, or cannot be read.
///
/// A key that is pending deletion takes no tag, so a run that brings the resource back can only cancel the deletion first. If it
/// is killed then, the phase tells the next one that nobody else has the live key.
fn last_mark(
    ours: &OwnerMark,
    set: &ObservedSet,
    marks: &Remembered,
    how: &BTreeMap<String, Retirement>,
) -> Option<OwnerMark> {
    let main = set.main()?;
    if main.tags.seen().is_none() || main.metadata.state.is_pending_deletion() {
        return None;
    }
    let renewed = ours.renewed(main.owner.as_ref(), marks.settled.as_ref());
    let phase = if schedules(how, &set.primary) { Phase::Deleted } else { Phase::Released };
    let last = renewed.as_ref().or(main.owner.as_ref())?.in_phase(phase);
    (main.owner.as_ref() != Some(&last)).then_some(last)
}

/// Takes keys out of `held` that newer owners have; says why the row is only forgotten if the key itself is one of them.
fn leave_to_newer_owners(
    context: &Context,
    set: &ObservedSet,
    held: &mut Held,
    marks: &Remembered,
    ours: Option<&OwnerMark>,
) -> Option<String> {
    let mut kept = None;
    for member in set.members.values().filter(|member| !may_touch(marks, member.owner.as_ref(), ours)) {
        let message = format!(
            "{} has been taken over by a newer owner since this state was written: it stays as it is, and is removed from this \
             state only.",
            member.metadata.arn
        );
        held.remove(member.metadata.region());
        if member.metadata.region() == set.primary {
            kept = Some(message);
        } else {
            context.log.warning(&message);
        }
    }
    kept
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

fn warn_of_unread_marks(context: &Context, member: &Observed, marks: &Remembered) {
    if let (Reading::Denied(permission), Some(_)) = (&member.tags, &marks.settled) {
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

/// `pulumi up --replace` asks for a new key without a word to the provider that there is an old one; that looks like a
/// run that finishes an interrupted one, so the old key is what it got.
fn not_replaced(arn: &str) -> String {
    format!(
        "{arn} is kept: a replacement that no input asks for gets the key that the resource has. For new key material \
         change rotateOnDemandTrigger; for another key, give the resource another name, or use the option \
         replaceOnChanges with an input that changes."
    )
}

fn deletion_message(how: Retirement, key: &Observed, keys: usize) -> String {
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
        "{arn} will be deleted{when}. Until then bringing the resource back keeps it, with its aliases. By hand it takes \
         `aws kms cancel-key-deletion --region {region} --key-id {arn}`, then `aws kms enable-key --region {region} --key-id \
         {arn}`, and `aws kms create-alias` for each alias.",
        arn = metadata.arn,
        region = metadata.region()
    )
}
