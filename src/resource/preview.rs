//! What a preview can say without changing anything.

use awskms_core::desired::{Account, Desired, resolve};
use awskms_core::observed::Observed;
use awskms_core::outputs;
use awskms_core::plan::{Plan, Step, plan_update};
use awskms_core::policy::{Control, Form, access_changes, keeps_control, named_principals};
use awskms_core::value::{PropertyMap, PropertyValue};
use tonic::Code;

use super::aliases::Claimant;
use super::create::{Present, taking_up};
use super::provider::{MARK_OUTPUT, Provider, account_of, default_policy, key_arn, region_of};
use super::update::{Prepared, was_pending};
use super::{Context, ResourceError, aliases, ownership};
use crate::config::ConfigError;

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
        let account = self.quiet_account(inputs).await?;
        let desired = resolve(inputs, account.as_ref()).ok();
        if let (Some(desired), Some(account)) = (&desired, &account) {
            let target = self.target(region_of(inputs))?;
            let mark = ownership::mark(self, urn, &target.region, desired);
            let Present { found, mark } = self.already_there(context, urn, inputs, &target, desired, mark).await?;
            let own_arn = found.as_ref().map(|found| found.observed.metadata.arn.as_str());
            let held = aliases::holders(context, &target, &desired.aliases).await?;
            let mut claim = aliases::claim(
                context,
                &held,
                desired,
                &Claimant { urn, mark: mark.as_ref(), own_arn, memory: &self.memory },
                &target.region,
            )?;
            self.predict_lockout(context, inputs, desired, account).await?;
            if let Some(found) = &found {
                claim.mark = mark.map(|mark| mark.after(found.observed.owner.as_ref()));
                let managed = self.everything_on(&found.observed);
                let plan = plan_update(desired, &found.observed, &managed, &claim, &default_policy(account));
                context.log.warning(&format!("{} {}", taking_up(found), calls(&plan)));
                tell_access(context, &found.observed, desired, account);
            }
        }
        Ok(outputs::preview_of_new(inputs, policy_json(inputs, account.as_ref())))
    }

    /// The outputs of a key that would be changed. With credentials at hand it looks, reading only, and says which calls
    /// KMS will get and whose access changes.
    ///
    /// # Errors
    /// What the real run would refuse too.
    pub async fn preview_update(
        &self,
        context: &Context,
        urn: &str,
        id: &str,
        old_outputs: &PropertyMap,
        old_inputs: &PropertyMap,
        inputs: &PropertyMap,
    ) -> Result<PropertyMap, ResourceError> {
        let arn = key_arn(old_outputs, id);
        let account = account_of(&arn);
        let desired = resolve(inputs, account.as_ref()).ok();
        if let (Some(desired), Some(account), Some(_)) = (&desired, &account, self.quiet_account(inputs).await?) {
            let target = self.target(region_of(old_outputs).or_else(|| region_of(inputs)))?;
            let prepared = self.prepare_update(context, urn, &target, &arn, old_outputs, old_inputs, inputs).await;
            match prepared {
                Ok(Prepared { observed, plan }) => {
                    if plan.steps().any(|step| matches!(step, Step::PutKeyPolicy { .. })) {
                        self.predict_lockout(context, inputs, desired, account).await?;
                        tell_access(context, &observed, desired, account);
                    }
                    if observed.metadata.state.is_pending_deletion() {
                        context.log.warning(&format!("{arn} is pending deletion: the deletion will be cancelled."));
                    }
                    if !plan.is_empty() {
                        context.log.info(&calls(&plan));
                    }
                }
                // A preview works where reading does not; what it would have said, the real run says.
                Err(error) if matches!(error.code, Code::PermissionDenied | Code::Unavailable | Code::Unknown) => {
                    context.log.warning(&format!("The preview could not look at the key: {error}"));
                }
                Err(error) => return Err(error),
            }
        } else if was_pending(old_outputs) {
            context.log.warning("The key is pending deletion: the deletion will be cancelled.");
        }
        let policy = policy_json(inputs, account.as_ref());
        let mut outputs = outputs::preview_of_change(inputs, old_outputs, policy);
        if let Some(mark) = old_outputs.get(MARK_OUTPUT) {
            outputs.insert(MARK_OUTPUT.into(), mark.clone());
        }
        Ok(outputs)
    }

    /// Asks the policy whether the caller could still change it, as KMS will.
    async fn predict_lockout(
        &self,
        context: &Context,
        inputs: &PropertyMap,
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
        let Control::Lost { reason, fix } = keeps_control(policy, &caller.arn, &account.id, form) else {
            return Ok(());
        };
        let text = if secret {
            format!("{property}: it would lock the caller out of the key; its value is a secret, so no part is shown")
        } else {
            format!("{property}: it would lock the caller out of the key: {reason}; {fix}")
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

    /// The account, if it can be had: a preview works without credentials too. An account that must not be worked on
    /// is said at once.
    async fn quiet_account(&self, inputs: &PropertyMap) -> Result<Option<Account>, ResourceError> {
        let Some(region) = region_of(inputs).or_else(|| self.clients.region()) else { return Ok(None) };
        match self.clients.identity().await {
            Ok(None) => Ok(None),
            Ok(Some(_)) => self.account(region).await,
            Err(excluded @ ConfigError::Account { .. }) => Err(excluded.into()),
            Err(error) => {
                tracing::debug!("the preview goes on without the account: {error}");
                Ok(None)
            }
        }
    }
}

/// The calls of a plan in one line: each tells what will happen to the key, the ones in between included.
fn calls(plan: &Plan) -> String {
    let names: Vec<&str> = plan.steps().map(Step::operation).collect();
    if names.is_empty() { "Nothing about it changes.".to_owned() } else { format!("KMS calls: {}", names.join(", ")) }
}

/// Says who gains and who loses what by a new policy. What a secret policy says is not told.
fn tell_access(context: &Context, observed: &Observed, desired: &Desired, account: &Account) {
    let (Some(old), Some(new)) = (observed.policy.seen(), desired.policy.as_ref()) else { return };
    if desired.policy_is_secret {
        return;
    }
    let principals = named_principals(old, new);
    for change in access_changes(old, new, &account.id, principals.iter().map(String::as_str)) {
        context.log.info(&format!("Access: {change}"));
    }
}

/// The policy that the inputs lead to, if everything in it is known.
fn policy_json(inputs: &PropertyMap, account: Option<&Account>) -> Option<String> {
    let account = account?;
    let desired = resolve(inputs, Some(account)).ok()?;
    Some(desired.policy.unwrap_or_else(|| default_policy(account)).to_string())
}
