//! Creating a key: look whether it is there already, create it once, then bring it, and its replicas, to what is desired.

use std::collections::BTreeMap;

use awskms_core::desired::{Desired, Held, Managed, held_by_both};
use awskms_core::observed::{Observed, ObservedSet, Reading};
use awskms_core::outputs;
use awskms_core::owner::{OwnerMark, Remembered};
use awskms_core::plan::{Intent, Retirement};
use awskms_core::takeover::Reason;
use awskms_core::value::PropertyMap;
use tonic::Code;

use super::ownership::{By, Found, Search};
use super::provider::{Provider, account_of, default_policy, kms_failure, region_of, resolved_set};
use super::remembered::{remember, remembered};
use super::set::{Work, retirements};
use super::unfinished::{leave_unreleased, note_replaced};
use super::{Context, Outcome, ResourceError};
use crate::kms::{self, ExecutedSet, Patience, Target, Trouble};

/// What is there before a key is created.
#[derive(Debug)]
pub(super) struct Present {
    /// The key that the resource takes up instead.
    pub(super) found: Option<Found>,
    /// The mark of a new key.
    pub(super) mark: Option<OwnerMark>,
    /// The key that is being replaced, where the engine did not name it.
    pub(super) replaced: Option<Observed>,
}

impl Provider {
    /// Creates the key that the inputs ask for, or finishes the one that an interrupted run of the same resource has
    /// left behind.
    ///
    /// # Errors
    /// Before a key exists: the reason, and nothing was created. Afterwards there is no error: the outcome carries the
    /// key's ID and what is left to do.
    pub async fn create(&self, context: &Context, urn: &str, inputs: &PropertyMap) -> Result<Outcome, ResourceError> {
        let target = self.target(region_of(inputs))?;
        let account = self.account(&target.region).await?;
        let desired = resolved_set(inputs, &target.region, account.as_ref())?;
        self.view.creating(urn);
        self.recording.note_older().await;
        self.may_replace(context, urn, inputs).await?;
        let mark = self.mark(urn, &target.region, desired.main());
        let present = self.already_there(context, urn, inputs, &target, desired.main(), mark).await?;
        let Present { found, mark, replaced } = present;
        let taken_up = match &found {
            Some(found) => Some(self.whole(context, &target.region, found.observed.clone()).await),
            None => None,
        };
        let replaces = self.replaces(urn, replaced.as_ref());
        let claims = self.claims(context, urn, &desired, taken_up.as_ref(), mark.as_ref(), &replaces).await?;
        let mut work = Work {
            context,
            desired,
            mark,
            held: Held::new(),
            claims,
            retirements: retirements(inputs, &PropertyMap::new(), &target.region),
            // KMS names the account in the ARN of the key that it makes.
            default_policy: account.as_ref().map(default_policy).unwrap_or_default(),
            remembered: Remembered::default(),
        };
        let former = former_marks(found.as_ref(), taken_up.as_ref());
        let (set, patience) = if let Some((found, set)) = found.zip(taken_up) {
            self.take_up(&mut work, urn, &found, &set);
            work.check_tags(&set)?;
            (set, Patience::default())
        } else {
            let observed = self.create_new(&work, &target).await?;
            let just_created = Patience { just_created: true, ..Patience::default() };
            (ObservedSet::of_one(&target.region, observed), just_created)
        };
        let mut outcome = self.bring(work, urn, inputs, set, patience).await;
        note_replaced(&mut outcome, &replaces);
        let marks = remembered(&outcome.outputs).and_former(former);
        remember(&mut outcome.outputs, &marks);
        Ok(outcome)
    }

    /// IDs of the keys that a new key of this resource takes the place of: those that the engine has shown, and one that it has
    /// not named.
    pub(super) fn replaces(&self, urn: &str, unnamed: Option<&Observed>) -> Vec<String> {
        let unnamed = unnamed.map(|key| key.metadata.key_id.clone());
        self.view.keys_in_state(urn).into_iter().chain(unnamed).collect()
    }

    /// Makes the key, once.
    async fn create_new(&self, work: &Work<'_>, target: &Target) -> Result<Observed, ResourceError> {
        let (context, desired, mark) = (work.context, work.desired.main(), work.mark.as_ref());
        context.log.status(&format!("creating a {} key in {}", desired.key_spec, target.region));
        match kms::create_key(context, target, desired, mark).await {
            Ok(observed) => Ok(observed),
            Err(Trouble::Kms(error)) if error.is_ambiguous() => {
                context.log.status("looking for the key: the answer of CreateKey was lost");
                let Some(mark) = mark else {
                    return Err(kms_failure("creating the key, which carries no owner mark to find it by", &error));
                };
                let found = self.find_after_lost_answer(context, target, mark).await?;
                found.ok_or_else(|| kms_failure("creating the key, which was not found afterwards", &error))
            }
            Err(Trouble::Kms(error)) => Err(kms_failure("creating the key", &error)),
            Err(Trouble::Stopped(why)) => {
                Err(ResourceError::failed(Code::Cancelled, format!("{why}; no key was created")))
            }
            Err(Trouble::Refused(why)) => Err(ResourceError::failed(Code::FailedPrecondition, why)),
        }
    }

    /// Takes up the keys of this resource that an earlier run created and the engine does not know.
    fn take_up(&self, work: &mut Work<'_>, urn: &str, found: &Found, set: &ObservedSet) {
        work.context.log.info(&taking_up(found));
        self.view.made(urn, &found.observed.metadata.arn, true);
        work.will_own(found, set, self.held_of(set, &work.desired.members, work.mark.as_ref()));
    }

    /// What a resource has that takes up a set: the keys that its inputs name, and the others that carry its mark. What
    /// else is in the set stays whoever's it is.
    pub(super) fn held_of(
        &self,
        set: &ObservedSet,
        wanted: &BTreeMap<String, Desired>,
        mark: Option<&OwnerMark>,
    ) -> Held {
        let marked =
            |seen: &Observed| matches!((mark, &seen.owner), (Some(ours), Some(theirs)) if ours.same_urn(theirs));
        let ours = set.members.iter().filter(|(region, seen)| wanted.contains_key(*region) || marked(seen));
        ours.map(|(region, seen)| (region.clone(), self.everything_on(seen))).collect()
    }

    /// Brings existing keys to what is desired and answers with what was reached. From here on nothing loses the ID.
    async fn bring(
        &self,
        mut work: Work<'_>,
        urn: &str,
        inputs: &PropertyMap,
        mut set: ObservedSet,
        patience: Patience,
    ) -> Outcome {
        let any = set.members.values().next().map(|member| member.metadata.clone());
        let Some(metadata) = any else { unreachable!("a key was found or made") };
        self.view.made(urn, &metadata.arn, false);
        let none = PropertyMap::new();
        let unfinished = |set: ObservedSet, reason: String| {
            let mut outcome =
                outcome(inputs, &ExecutedSet::not_begun(set), &none, &Held::new(), &BTreeMap::new(), None);
            outcome.partial = Some(vec![reason]);
            outcome
        };
        let Some(account) = account_of(&metadata.arn) else {
            return unfinished(set, format!("the ARN {} cannot be read", metadata.arn));
        };
        work.default_policy = default_policy(&account);
        if patience.just_created && work.desired.main().policy.is_none() {
            // KMS has just put its default policy there.
            for member in set.members.values_mut() {
                member.policy = Reading::Seen(work.default_policy.clone());
            }
        }
        let plan = match work.plan(&set, Intent::Create) {
            Ok(plan) => plan,
            Err(refused) => return unfinished(set, refused.to_string()),
        };
        let mut done = self.run(&work, &plan, set, patience).await;
        self.add_public_key(work.context, &mut done).await;
        if done.is_complete() {
            self.will_be_recorded(&done.set);
        }
        outcome(inputs, &done, &none, &work.held, &work.retirements, work.mark.as_ref())
    }

    /// The engine records the keys once it has the answer.
    pub(super) fn will_be_recorded(&self, set: &ObservedSet) {
        if self.is_stateless {
            return;
        }
        for (region, member) in &set.members {
            if let Some(mark) = &member.owner {
                self.recording.answered(self.target_in(region), &member.metadata.arn, mark);
            }
        }
    }

    /// A key that is taken up is this resource's with all that is on it, as a refresh would read it: names and tags that
    /// the inputs do not have go. Tags of AWS and ignored tags are never ours.
    pub(super) fn everything_on(&self, observed: &Observed) -> Managed {
        let ignored = &self.clients.settings().ignored_tags;
        let tags = observed.tags.seen().into_iter().flatten().map(|(key, _)| key);
        Managed {
            aliases: observed.aliases.seen().cloned().unwrap_or_default(),
            tag_keys: tags.filter(|key| !ignored.covers(key)).cloned().collect(),
        }
    }

    /// The key that the resource shall take up instead of creating one: named by `adopt`, or its own of an earlier run.
    pub(super) async fn already_there(
        &self,
        context: &Context,
        urn: &str,
        inputs: &PropertyMap,
        target: &Target,
        desired: &Desired,
        mark: Option<OwnerMark>,
    ) -> Result<Present, ResourceError> {
        if let Some(adopted) = self.adopted(context, urn, inputs, target, desired).await? {
            return Ok(Present { found: Some(adopted), mark, replaced: None });
        }
        let found = self.find(context, urn, target, mark.as_ref(), desired, inputs).await?;
        let Search { found, newest, replaced } = found;
        Ok(Present { found, mark: mark.map(|mark| mark.above(newest)), replaced })
    }

    /// The public key of a new asymmetric key is an output like any other; failing to read it must not fail the create.
    async fn add_public_key(&self, context: &Context, done: &mut ExecutedSet) {
        let target = self.target_in(&done.set.primary);
        let Some(main) = done.set.members.get_mut(&target.region) else { return };
        match kms::public_key(&target.client, &target.region, &main.metadata).await {
            Ok(pem) => main.public_key = pem,
            Err(error) => context.log.warning(&format!(
                "The public key could not be read, the output publicKey is missing until the next refresh: {error}"
            )),
        }
    }
}

/// The marks under which a set that is taken up was the resource's before: that of the key, and those of the same resource on its
/// relatives.
fn former_marks(found: Option<&Found>, set: Option<&ObservedSet>) -> Vec<OwnerMark> {
    let Some(own) = found.and_then(|found| found.observed.owner.as_ref()) else { return vec![] };
    let relatives = set.into_iter().flat_map(|set| set.members.values()).filter_map(|member| member.owner.as_ref());
    std::iter::once(own).chain(relatives.filter(|mark| mark.same_urn(own))).cloned().collect()
}

/// Says which key is taken up, and why.
pub(super) fn taking_up(found: &Found) -> String {
    let metadata = &found.observed.metadata;
    let pending =
        if metadata.state.is_pending_deletion() { " It is pending deletion: the deletion is cancelled." } else { "" };
    let whose = match found.by {
        By::Mark(Reason::Released) => "was kept when this resource was deleted earlier, and has its alias",
        By::Mark(Reason::Undeleted) => "was this resource's until it was deleted, and its deletion has been cancelled",
        By::Mark(Reason::Interrupted | Reason::PendingDeletion) => "belongs to this resource, from an earlier run",
        By::Adopt if found.observed.owner.is_some() => {
            "is adopted from another stack or resource, whose state will leave it alone from now on"
        }
        By::Adopt => "is adopted",
    };
    format!("{} {whose}: no new key is created.{pending}", metadata.arn)
}

/// The answer to a run that may be incomplete. `before` is what the keys had from earlier runs, `how` the way in which each
/// goes when it is no longer wanted, `written` the mark that the run has put on them, or tried to.
pub(super) fn outcome(
    inputs: &PropertyMap,
    done: &ExecutedSet,
    previous: &PropertyMap,
    before: &Held,
    how: &BTreeMap<String, Retirement>,
    written: Option<&OwnerMark>,
) -> Outcome {
    let set = &done.set;
    let mut outputs = outputs::set_outputs(inputs, set, previous);
    let main = set.main().or_else(|| set.members.values().next());
    let on_key = main.and_then(|main| main.owner.as_ref());
    remember(&mut outputs, &remembered(previous).after(on_key, written));
    if !done.is_complete() {
        let all = held_by_both(awskms_core::desired::held(inputs, &set.primary), before);
        leave_unreleased(&mut outputs, &all, how);
    }
    Outcome {
        id: main.map(|main| main.metadata.key_id.clone()).unwrap_or_default(),
        outputs,
        partial: (!done.is_complete()).then(|| done.reasons()),
    }
}
