//! The policy that a function judges: the one that is given, or a key's.

use awskms_core::functions::generated::names;
use awskms_core::ids::KmsArn;
use awskms_core::observed::Metadata;
use awskms_core::policy::parse_text;
use awskms_core::spec::input::Input;
use serde_json::Value;
use tonic::Code;

use super::{Call, Trouble};
use crate::kms::{self, Target};
use crate::resource::ResourceError;

/// A policy and whose it is.
pub(super) struct Judged {
    /// The document.
    pub(super) document: Value,
    /// Account of the key.
    pub(super) account: String,
    /// The key, if one was named.
    pub(super) key: Option<(Target, Metadata)>,
}

impl Call<'_> {
    /// The policy that is given, or that of the key that is named.
    pub(super) async fn policy(
        &self,
        given: &Input<Value>,
        key: &Input<String>,
        account: &Input<String>,
        region: &Input<String>,
    ) -> Result<Judged, Trouble> {
        if let Some(given) = given.known() {
            let account = match account.known() {
                Some(account) => account.clone(),
                None => self.own_account(region).await?,
            };
            return Ok(Judged { document: document(given)?, account, key: None });
        }
        let (target, metadata) = self.described(region, key).await?;
        let document = kms::read_policy(&target.client, &target.region, &metadata.arn).await;
        let document = document.map_err(|error| {
            Trouble::of_kms(&format!("reading the policy of {}", metadata.arn), names::KEY_ID, &error)
        })?;
        let of_key = KmsArn::parse(&metadata.arn).map(|arn| arn.account).unwrap_or_default();
        let account = account.known().cloned().unwrap_or(of_key);
        Ok(Judged { document, account, key: Some((target, metadata)) })
    }

    /// The account that the credentials belong to.
    async fn own_account(&self, region: &Input<String>) -> Result<String, Trouble> {
        let region = region.known().map(String::as_str).or(self.provider.clients().region()).unwrap_or("us-east-1");
        let account = self.provider.account(region).await?;
        account.map(|account| account.id).ok_or_else(|| {
            Trouble::Failed(ResourceError::failed(
                Code::FailedPrecondition,
                "account: it is not given, and skipRequestingAccountId keeps the provider from asking whose the credentials \
                 are; give the 12 digits of the key's account",
            ))
        })
    }
}

/// A policy as a document, given as text or as an object.
pub(super) fn document(given: &Value) -> Result<Value, Trouble> {
    match given {
        Value::String(text) => parse_text(text).map_err(|reason| Trouble::refused(names::POLICY, reason)),
        object => Ok(object.clone()),
    }
}
