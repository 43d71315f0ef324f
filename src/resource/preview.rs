//! What a preview can say without changing anything.

use awskms_core::desired::{Account, Desired, DesiredSet, Held, resolve, resolve_set};
use awskms_core::functions::cost::of_new_key;
use awskms_core::members;
use awskms_core::observed::{Metadata, Observed, ObservedSet, Reading};
use awskms_core::outputs;
use awskms_core::owner::{OWNER_TAG, OwnerMark, Phase, Remembered};
use awskms_core::plan::{Intent, SetPlan, Step};
use awskms_core::policy::{Control, Form, denies_deletion, keeps_control};
use awskms_core::spec::constants::{defaults, names};
use awskms_core::value::{PropertyMap, PropertyValue};
use tonic::Code;

use super::create::{Present, taking_up};
use super::lints::tell_lints;
use super::provider::{Provider, account_of, default_policy, key_arn, region_of};
use super::remembered::{remember, remembered};
use super::set::{Work, retirements};
use super::tell::{calls, tell_replicas};
use super::tell_access::{policies_of, tell_changes, tell_new, tell_unknown};
use super::update::{Change, Prepared, was_pending};
use super::{Context, ResourceError};
use crate::config::ConfigError;
use crate::kms::telling;

impl Provider {
    /// The outputs of a key that would be created. With credentials at hand it looks, reading only: an alias that is
    /// taken fails the preview, and a key that would be taken up or restored is announced.
    ///
    /// # Errors
    /// What the real run would refuse too.
    pub async fn preview_create(
        &self,
        context: &Context,
        urn: &str,
        inputs: &PropertyMap,
    ) -> Result<PropertyMap, ResourceError> {
        self.may_replace(context, urn, inputs).await?;
        let account = self.quiet_account(context, inputs).await?;
        let region = region_of(inputs).or_else(|| self.clients.region()).unwrap_or_default();
        let desired = resolve_set(inputs, region, account.as_ref()).ok();
        if let (Some(desired), Some(account)) = (desired, &account) {
            match self.look_before_create(context, urn, inputs, desired, account).await {
                Err(error) if could_not_ask(&error) => self.tell_blind(context, "KMS", &error.to_string()),
                seen => seen?,
            }
        } else {
            tell_unknown(context, inputs);
        }
        Ok(outputs::preview_of_new(inputs, policy_json(inputs, account.as_ref()), account.as_ref()))
    }

    /// Looks, reading only, at what is there before a key is created, and tells it.
    async fn look_before_create(
        &self,
        context: &Context,
        urn: &str,
        inputs: &PropertyMap,
        desired: DesiredSet,
        account: &Account,
    ) -> Result<(), ResourceError> {
        let target = self.target(region_of(inputs))?;
        let mark = self.mark(urn, &target.region, desired.main());
        let present = self.already_there(context, urn, inputs, &target, desired.main(), mark).await?;
        let Present { found, mark, replaced } = present;
        let taken_up = match found {
            Some(found) => {
                self.view.foresees(urn, &found.observed.metadata.key_id);
                let set = self.whole(context, &target.region, found.observed.clone()).await;
                Some((found, set))
            }
            None => None,
        };
        if let Some(old) = &replaced {
            context
                .log
                .warning(&format!("{} is replaced by a new key, as replacementPolicy ALLOW says.", old.metadata.arn));
        }
        let replaces = self.replaces(urn, replaced.as_ref());
        let set = taken_up.as_ref().map(|(_, set)| set);
        let claims = self.claims(context, urn, &desired, set, mark.as_ref(), &replaces).await?;
        self.predict_lockouts(context, inputs, &desired, account).await?;
        let retirements = retirements(inputs, &PropertyMap::new(), &target.region);
        let default_policy = default_policy(account);
        let (remembered, nothing) = (Remembered::default(), Held::new());
        let mut work = Work { context, desired, mark, held: nothing, claims, retirements, default_policy, remembered };
        let Some((found, set)) = taken_up else {
            self.foresee_new(&work, account, &target.region)?;
            tell_new(context, &work.desired, account);
            return Ok(());
        };
        let held = self.held_of(&set, &work.desired.members, work.mark.as_ref());
        work.will_own(&found, &set, held);
        let plan = work.plan(&set, Intent::Create)?;
        self.foresee_deleted_names(&plan);
        context.log.warning(&taking_up(&found));
        context.log.info(&calls(None, &plan, &set.primary, &self.noted_at_the_end(&work)));
        plan.beyond.values().for_each(|beyond| context.log.warning(&beyond.to_string()));
        tell_changes(context, &plan, &policies_of(&set), &set, &work.desired, account, &PropertyMap::new());
        Ok(())
    }

    /// The outputs of a key that would be changed. With credentials at hand it looks, reading only, and says which calls
    /// KMS will get and whose access changes.
    ///
    /// # Errors
    /// What the real run would refuse too.
    pub async fn preview_update(&self, context: &Context, change: &Change<'_>) -> Result<PropertyMap, ResourceError> {
        let Change { id, old_outputs, old_inputs, inputs, .. } = *change;
        let arn = key_arn(old_outputs, id);
        let account = account_of(&arn);
        let region = region_of(inputs).or_else(|| region_of(old_outputs)).unwrap_or_default();
        let desired = resolve_set(inputs, region, account.as_ref()).ok();
        if let (Some(desired), Some(account), Some(_)) =
            (&desired, &account, self.quiet_account(context, inputs).await?)
        {
            match self.prepare_update(context, change).await {
                Ok(Prepared { set, plan, policies, .. }) => {
                    if plan.steps().any(|(_, step)| sets_policy(step)) {
                        self.predict_lockouts(context, inputs, desired, account).await?;
                    }
                    tell_changes(context, &plan, &policies, &set, desired, account, old_inputs);
                    for (region, member) in &set.members {
                        if member.metadata.state.is_pending_deletion() && desired.members.contains_key(region) {
                            let arn = &member.metadata.arn;
                            context.log.warning(&format!("{arn} is pending deletion: the deletion will be cancelled."));
                        }
                    }
                    for (region, why) in &set.unreachable {
                        context.log.warning(&format!("The preview could not look at the key in {region}: {why}"));
                    }
                    plan.beyond.values().for_each(|beyond| context.log.warning(&beyond.to_string()));
                    tell_replicas(context, old_inputs, inputs);
                    self.foresee_deleted_names(&plan);
                    let noted = self.to_be_noted(&set, &plan);
                    if !plan.is_empty() || !noted.is_empty() {
                        context.log.info(&calls(None, &plan, &set.primary, &noted));
                    }
                }
                // A preview works where reading does not; what it would have said, the real run says.
                Err(error) if error.code == Code::PermissionDenied || could_not_ask(&error) => {
                    context.log.warning(&format!(
                        "The preview could not look at the key: {error} Which calls the update makes and whose access changes \
                         is not known; the run looks again."
                    ));
                }
                Err(error) => return Err(error),
            }
        } else {
            tell_unknown(context, inputs);
            if was_pending(old_outputs) {
                context.log.warning("The key is pending deletion: the deletion will be cancelled.");
            }
        }
        let policy = policy_json(inputs, account.as_ref());
        let mut outputs = outputs::preview_of_change(inputs, old_outputs, policy);
        remember(&mut outputs, &remembered(old_outputs));
        Ok(outputs)
    }

    /// Says which calls make a new key.
    fn foresee_new(&self, work: &Work<'_>, account: &Account, region: &str) -> Result<(), ResourceError> {
        let desired = work.desired.main();
        let metadata = Metadata::foreseen(desired, account, region);
        let mut new = Observed::created(metadata, desired, work.mark.as_ref());
        if desired.policy.is_none() {
            new.policy = Reading::Seen(work.default_policy.clone());
        }
        let plan = work.plan(&ObservedSet::of_one(region, new), Intent::Create)?;
        work.context.log.info(&calls(Some("CreateKey"), &plan, region, &self.noted_at_the_end(work)));
        work.context.log.info(&of_new_key(work.desired.members.len().saturating_sub(1)));
        Ok(())
    }

    /// Regions whose key a create notes as recorded, when the run ends.
    fn noted_at_the_end<'a>(&self, work: &'a Work<'_>) -> Vec<&'a str> {
        let marks = work.mark.is_some() && !self.is_stateless;
        work.desired.members.keys().filter(|_| marks).map(String::as_str).collect()
    }

    /// Notes for the previews of other resources which names this one gives up before them.
    fn foresee_deleted_names(&self, plan: &SetPlan) {
        for (region, step) in plan.steps() {
            if let Step::DeleteAlias { name, .. } = step {
                self.names.previewed_as_deleted(region, name);
            }
        }
    }

    /// Regions whose key the run will note as recorded: an earlier run was killed before it could, and the plan
    /// writes no mark on it.
    fn to_be_noted<'a>(&self, set: &'a ObservedSet, plan: &SetPlan) -> Vec<&'a str> {
        let is_marked = |region: &str| {
            plan.steps().any(|(of, step)| {
                of == region && matches!(step, Step::TagResource { tags } if tags.contains_key(OWNER_TAG))
            })
        };
        let begun = set.members.iter().filter(|(region, member)| {
            let phase = member.owner.as_ref().map(OwnerMark::phase);
            phase.is_some_and(|phase| phase != Phase::Recorded)
                && !is_marked(region)
                && !self.recording.awaits(&member.metadata.arn)
        });
        begun.filter(|_| !self.is_stateless).map(|(region, _)| region.as_str()).collect()
    }

    /// Looks at the policy of every key.
    async fn predict_lockouts(
        &self,
        context: &Context,
        inputs: &PropertyMap,
        desired: &DesiredSet,
        account: &Account,
    ) -> Result<(), ResourceError> {
        tell_lints(context, inputs, desired, account)?;
        self.predict_lockout(context, inputs, "", desired.main(), account).await?;
        for (region, entry) in members::entries(inputs) {
            let own = ["policy", "policyDocument"].iter().any(|name| entry.contains_key(*name));
            if let Some(wanted) = desired.members.get(&region).filter(|_| own) {
                let entry = members::effective(inputs, &entry);
                self.predict_lockout(context, &entry, &format!("replicas[\"{region}\"]."), wanted, account).await?;
            }
        }
        Ok(())
    }

    /// Asks the policy whether the caller could still change it, as KMS will.
    async fn predict_lockout(
        &self,
        context: &Context,
        inputs: &PropertyMap,
        at: &str,
        desired: &Desired,
        account: &Account,
    ) -> Result<(), ResourceError> {
        let Ok(Some(caller)) = self.clients.identity().await else { return Ok(()) };
        let Some(policy) = desired.policy.as_ref() else { return Ok(()) };
        let (form, property) = match inputs.get("policy") {
            Some(_) => (Form::Typed, "policy"),
            None => (Form::Document, "policyDocument"),
        };
        let secret = inputs.get(property).is_some_and(PropertyValue::has_secrets);
        let (reason, fix) = match keeps_control(policy, &caller.arn, &account.id, form) {
            Control::Kept => {
                warn_of_protection(context, inputs, at, policy, &caller.arn, account);
                return Ok(());
            }
            Control::Unknown { reason } => {
                let why = if secret {
                    "; its value is a secret, so no part is shown".to_owned()
                } else {
                    format!(": {reason}")
                };
                context.log.info(&format!("{at}{property}: whether the caller can change the policy afterwards is not for the policy alone to say{why}"));
                warn_of_protection(context, inputs, at, policy, &caller.arn, account);
                return Ok(());
            }
            Control::Lost { reason, fix } => (reason, fix),
        };
        let text = if secret {
            format!(
                "{at}{property}: it would lock the caller out of the key; its value is a secret, so no part is shown"
            )
        } else {
            format!("{at}{property}: it would lock the caller out of the key: {reason}; {fix}")
        };
        if desired.bypass_policy_lockout_safety_check {
            context.log.warning(&format!("{text}. It is put all the same, as bypassPolicyLockoutSafetyCheck says."));
            return Ok(());
        }
        Err(ResourceError::failed(
            Code::InvalidArgument,
            format!("{text}. KMS would refuse it; bypassPolicyLockoutSafetyCheck would put it all the same"),
        ))
    }

    /// The account, if it can be had: a preview works without credentials too, and says so. An account that must not be
    /// worked on is an error at once.
    async fn quiet_account(&self, context: &Context, inputs: &PropertyMap) -> Result<Option<Account>, ResourceError> {
        let Some(region) = region_of(inputs).or_else(|| self.clients.region()) else { return Ok(None) };
        match telling(context, "STS", self.clients.identity()).await {
            Ok(None) => Ok(None),
            Ok(Some(_)) => self.account(region).await,
            Err(fatal @ (ConfigError::Account { .. } | ConfigError::Cancelled)) => Err(fatal.into()),
            Err(error) => {
                self.tell_blind(context, "AWS", &error.to_string());
                Ok(None)
            }
        }
    }

    /// Says that a preview shows the program only: once, because the other keys of the program fare alike.
    fn tell_blind(&self, context: &Context, at: &str, why: &str) {
        if self.say_once(format!("blind {at}")) {
            let why = why.trim_end_matches('.');
            context.log.warning(&format!(
                "This preview could not look at {at}: {why}. So it does not show whether aliases are taken, whether a key of an \
                 earlier run is taken up, which calls are made, whose access changes, and whether the policy would lock the \
                 caller out; the run checks all that, and fails as long as this is not mended."
            ));
        }
    }
}

/// Whether KMS could not be asked, or gave no answer: nothing is known of the key.
fn could_not_ask(error: &ResourceError) -> bool {
    matches!(error.code, Code::Unavailable | Code::Unknown)
}

fn sets_policy(step: &Step) -> bool {
    matches!(step, Step::PutKeyPolicy { .. } | Step::ReplicateKey(_))
}

/// A protected key may be kept from those who deploy it as well, which shows at the end of its life only.
fn warn_of_protection(
    context: &Context,
    inputs: &PropertyMap,
    at: &str,
    policy: &serde_json::Value,
    caller: &str,
    account: &Account,
) {
    let protects = inputs.get(names::POLICY).and_then(PropertyValue::as_map).and_then(|map| map.get(names::PROTECT));
    let is_scheduled =
        inputs.get(names::DELETION_POLICY).and_then(PropertyValue::as_str).unwrap_or("SCHEDULE") == "SCHEDULE";
    let window = inputs.get(names::DELETION_WINDOW_DAYS).and_then(PropertyValue::as_number);
    #[expect(clippy::cast_possible_truncation, reason = "Check has held it to 7 to 30")]
    let window = window.map_or(defaults::DELETION_WINDOW_DAYS, |days| days as i32);
    if protects.is_some() && is_scheduled && denies_deletion(policy, caller, &account.id, window) {
        context.log.warning(&format!(
            "{at}policy.protect: {caller} may not schedule the deletion of the key, so `pulumi destroy` with these credentials \
             would be refused; that is what deletionOnlyBy asks for, if it is meant",
        ));
    }
}

/// The policy that the inputs lead to, if everything in it is known.
fn policy_json(inputs: &PropertyMap, account: Option<&Account>) -> Option<String> {
    let account = account?;
    let desired = resolve(inputs, Some(account)).ok()?;
    Some(desired.policy.unwrap_or_else(|| default_policy(account)).to_string())
}
