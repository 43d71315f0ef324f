//! Creating a key: look whether it is there already, create it once, then bring it to what is desired.

use awskms_core::desired::{Desired, Managed, managed};
use awskms_core::observed::Observed;
use awskms_core::outputs;
use awskms_core::owner::OwnerMark;
use awskms_core::plan::{Claim, Intent, plan_update};
use awskms_core::value::PropertyMap;
use tonic::Code;

use super::aliases::Claimant;
use super::ownership::{self, Found, Search};
use super::provider::{
    Provider, UNRELEASED_OUTPUT, account_of, default_policy, guarded, kms_failure, region_of, resolved, with_mark,
};
use super::{Context, Outcome, ResourceError, aliases};
use crate::kms::{self, Executed, Patience, Target, Trouble};

/// What is there before a key is created.
pub(super) struct Present {
    /// The key that the resource takes up instead.
    pub(super) found: Option<Found>,
    /// The mark of a new key.
    pub(super) mark: Option<OwnerMark>,
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
        let desired = resolved(inputs, account.as_ref())?;
        let mark = ownership::mark(self, urn, &target.region, &desired);
        let Present { found, mark } = self.already_there(context, urn, inputs, &target, &desired, mark).await?;
        let held = aliases::holders(context, &target, &desired.aliases).await?;
        let own_arn = found.as_ref().map(|found| found.observed.metadata.arn.as_str());
        let claim = aliases::claim(
            context,
            &held,
            &desired,
            &Claimant { urn, mark: mark.as_ref(), own_arn, memory: &self.memory },
            &target.region,
        )?;
        match found {
            Some(found) => self.finish(context, urn, inputs, &desired, claim, mark.as_ref(), &target, found).await,
            None => self.create_new(context, urn, inputs, &desired, claim, mark.as_ref(), &target).await,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one use case, cut in two where its branches part")]
    async fn create_new(
        &self,
        context: &Context,
        urn: &str,
        inputs: &PropertyMap,
        desired: &Desired,
        claim: Claim,
        mark: Option<&OwnerMark>,
        target: &Target,
    ) -> Result<Outcome, ResourceError> {
        context.log.status(&format!("creating a {} key in {}", desired.key_spec, target.region));
        let observed = match kms::create_key(context, target, desired, mark).await {
            Ok(observed) => observed,
            Err(Trouble::Kms(error)) if error.is_ambiguous() => {
                context.log.status("looking for the key: the answer of CreateKey was lost");
                let Some(mark) = mark else {
                    return Err(kms_failure("creating the key, which carries no owner mark to find it by", &error));
                };
                let Some(found) = ownership::find_after_lost_answer(self, context, target, mark).await? else {
                    return Err(kms_failure("creating the key, which was not found afterwards", &error));
                };
                found
            }
            Err(Trouble::Kms(error)) => return Err(kms_failure("creating the key", &error)),
            Err(Trouble::Stopped(why)) => {
                return Err(ResourceError::failed(Code::Cancelled, format!("{why}; no key was created")));
            }
        };
        let patience = Patience { just_created: true, ..Patience::default() };
        let nothing = Managed::default();
        self.bring(context, urn, inputs, desired, &claim, &nothing, target, observed, patience).await
    }

    /// Takes up a key of this resource that an earlier run created and the engine does not know.
    #[expect(clippy::too_many_arguments, reason = "one use case, cut in two where its branches part")]
    async fn finish(
        &self,
        context: &Context,
        urn: &str,
        inputs: &PropertyMap,
        desired: &Desired,
        mut claim: Claim,
        mark: Option<&OwnerMark>,
        target: &Target,
        found: Found,
    ) -> Result<Outcome, ResourceError> {
        context.log.info(&taking_up(&found));
        self.memory.note_taken_up(urn, &found.observed.metadata.key_id);
        claim.mark = mark.map(|mark| mark.after(found.observed.owner.as_ref()));
        let managed = self.everything_on(&found.observed);
        self.bring(context, urn, inputs, desired, &claim, &managed, target, found.observed, Patience::default()).await
    }

    /// Brings an existing key to what is desired and answers with what was reached. From here on nothing loses the ID.
    #[expect(clippy::too_many_arguments, reason = "the facts of one run")]
    async fn bring(
        &self,
        context: &Context,
        urn: &str,
        inputs: &PropertyMap,
        desired: &Desired,
        claim: &Claim,
        managed: &Managed,
        target: &Target,
        observed: Observed,
        patience: Patience,
    ) -> Result<Outcome, ResourceError> {
        self.memory.note_key(urn, &observed.metadata.key_id);
        self.memory.note_made(urn, &observed.metadata.key_id);
        let Some(account) = account_of(&observed.metadata.arn) else {
            return Ok(unfinished(
                inputs,
                &observed,
                vec![format!("the ARN {} cannot be read", observed.metadata.arn)],
            ));
        };
        let default = default_policy(&account);
        let mut observed = observed;
        if patience.just_created && desired.policy.is_none() {
            // KMS has just put its default policy there.
            observed.policy = awskms_core::observed::Reading::Seen(default.clone());
        }
        let plan = plan_update(desired, &observed, managed, claim, &default);
        let plan = match guarded(plan, Intent::Create) {
            Ok(plan) => plan,
            Err(refused) => return Ok(unfinished(inputs, &observed, vec![refused.to_string()])),
        };
        let mut done = kms::run(context, target, &plan, observed, patience).await;
        self.add_public_key(context, target, &mut done).await;
        Ok(outcome(inputs, &done, &PropertyMap::new(), managed.clone()))
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
            return Ok(Present { found: Some(adopted), mark });
        }
        let Search { found, newest } = ownership::find(self, context, urn, target, mark.as_ref(), desired).await?;
        Ok(Present {
            found: found.map(|observed| Found { observed, is_adopted: false }),
            mark: mark.map(|mark| mark.above(newest)),
        })
    }

    /// The public key of a new asymmetric key is an output like any other; failing to read it must not fail the create.
    async fn add_public_key(&self, context: &Context, target: &Target, done: &mut Executed) {
        match kms::public_key(&target.client, &target.region, &done.observed.metadata).await {
            Ok(pem) => done.observed.public_key = pem,
            Err(error) => context.log.warning(&format!(
                "The public key could not be read, the output publicKey is missing until the next refresh: {error}"
            )),
        }
    }
}

/// Says which key is taken up, and why.
pub(super) fn taking_up(found: &Found) -> String {
    let metadata = &found.observed.metadata;
    let pending =
        if metadata.state.is_pending_deletion() { " It is pending deletion: the deletion is cancelled." } else { "" };
    let whose = if !found.is_adopted {
        "belongs to this resource, from an earlier run"
    } else if found.observed.owner.is_some() {
        "is adopted from another stack or resource, whose state will leave it alone from now on"
    } else {
        "is adopted"
    };
    format!("{} {whose}: no new key is created.{pending}", metadata.arn)
}

/// The answer to a run that may be incomplete.
pub(super) fn outcome(inputs: &PropertyMap, done: &Executed, previous: &PropertyMap, before: Managed) -> Outcome {
    let mut outputs = with_mark(outputs::outputs(inputs, &done.observed, previous), &done.observed, previous);
    if !done.is_complete() {
        outputs.insert(UNRELEASED_OUTPUT.into(), before.and(&managed(inputs)).to_value());
    }
    Outcome {
        id: done.observed.metadata.key_id.clone(),
        outputs,
        partial: (!done.is_complete()).then(|| done.reasons()),
    }
}

fn unfinished(inputs: &PropertyMap, observed: &Observed, reasons: Vec<String>) -> Outcome {
    let outputs = with_mark(outputs::outputs(inputs, observed, &PropertyMap::new()), observed, &PropertyMap::new());
    Outcome { id: observed.metadata.key_id.clone(), outputs, partial: Some(reasons) }
}

/// The resource's name in its program: the last part of its URN.
pub(super) fn urn_name(urn: &str) -> &str {
    urn.rsplit("::").next().unwrap_or(urn)
}
