//! What a preview can say without changing anything.

use awskms_core::desired::{Account, resolve};
use awskms_core::outputs;
use awskms_core::value::PropertyMap;

use super::provider::{MARK_OUTPUT, Provider, account_of, default_policy};
use super::update::was_pending;
use super::{Context, ResourceError, aliases, ownership};
use crate::config::ConfigError;
use crate::resource::create::urn_name;
use crate::resource::provider::region_of;

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
        if let (Some(desired), Some(_)) = (&desired, &account) {
            let target = self.target(region_of(inputs))?;
            let mark = ownership::mark(urn, &target.region, desired);
            let found = ownership::find(self, context, urn, &target, &mark).await?;
            let own_arn = found.as_ref().map(|found| found.observed.metadata.arn.as_str());
            let held = aliases::holders(context, &target, &desired.aliases).await?;
            aliases::claim(&held, desired, Some(&mark), own_arn, &target.region, urn_name(urn))?;
            if let Some(arn) = own_arn {
                context.log.warning(&format!(
                    "{arn} belongs to this resource: it will be taken up, no new key will be created."
                ));
            }
        }
        Ok(outputs::preview_of_new(inputs, policy_json(inputs, account.as_ref())))
    }

    /// The outputs of a key that would be changed.
    pub fn preview_update(&self, context: &Context, old_outputs: &PropertyMap, inputs: &PropertyMap) -> PropertyMap {
        if was_pending(old_outputs) {
            context.log.warning("The key is pending deletion: the deletion will be cancelled.");
        }
        let arn = old_outputs.get("keyArn").and_then(|arn| arn.as_str()).unwrap_or_default();
        let policy = policy_json(inputs, account_of(arn).as_ref());
        let mut outputs = outputs::preview_of_change(inputs, old_outputs, policy);
        if let Some(mark) = old_outputs.get(MARK_OUTPUT) {
            outputs.insert(MARK_OUTPUT.into(), mark.clone());
        }
        outputs
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

/// The policy that the inputs lead to, if everything in it is known.
fn policy_json(inputs: &PropertyMap, account: Option<&Account>) -> Option<String> {
    let account = account?;
    let desired = resolve(inputs, Some(account)).ok()?;
    Some(desired.policy.unwrap_or_else(|| default_policy(account)).to_string())
}
