//! What the use cases share: clients, settings, and what this process has seen so far.

use std::collections::BTreeMap;
use std::sync::Arc;

use awskms_core::desired::{Account, DesiredSet, Unresolved};
use awskms_core::observed::{Observed, Reading};
use awskms_core::owner::OwnerMark;
use awskms_core::policy;
use awskms_core::value::{PropertyMap, PropertyValue};
use tonic::Code;

use super::ResourceError;
use super::memory::Memory;
use crate::config::Clients;
use crate::kms::{Kind, KmsError, MarkIndex, Pace, Target};

/// The name of the hidden output that remembers the owner mark. Pulumi treats names with two underscores as internal
/// and does not show them.
pub(super) const MARK_OUTPUT: &str = "__owner";

/// The resource `awskms:index:AwsKmsKey`, on one provider configuration.
#[derive(Debug)]
pub struct Provider {
    pub(super) clients: Clients,
    pub(super) memory: Memory,
    pub(super) index: MarkIndex,
    pace: Arc<Pace>,
}

impl Provider {
    /// A provider on these clients.
    pub fn new(clients: Clients) -> Self {
        Self { clients, memory: Memory::default(), index: MarkIndex::default(), pace: Arc::default() }
    }

    /// Clients and settings.
    pub fn clients(&self) -> &Clients {
        &self.clients
    }

    /// What this process has seen of resources, for the calls that do not come through the use cases.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The engine's state has this key as the resource of this URN.
    pub fn note_state(&self, urn: &str, id: &str, outputs: &PropertyMap) {
        self.memory.note_key(urn, id);
        self.memory.note_mark(urn, remembered_mark(outputs).as_ref());
    }

    /// Where calls for the key of these inputs go.
    pub(super) fn target(&self, region: Option<&str>) -> Result<Target, ResourceError> {
        let region = region.or_else(|| self.clients.region()).ok_or_else(|| {
            ResourceError::failed(
                Code::InvalidArgument,
                "region: no AWS Region is known. Set the resource's region, the provider's region \
                 (`pulumi config set awskms:region REGION`) or AWS_REGION.",
            )
        })?;
        Ok(self.target_in(region))
    }

    /// Where calls for a Region go.
    pub(super) fn target_in(&self, region: &str) -> Target {
        Target { client: self.clients.kms(region), region: region.to_owned(), pace: Arc::clone(&self.pace) }
    }

    /// The account that the credentials belong to, checked against the provider's allowed and forbidden accounts.
    pub(super) async fn account(&self, region: &str) -> Result<Option<Account>, ResourceError> {
        let identity = self.clients.identity().await?;
        Ok(identity
            .map(|identity| Account { partition: partition_of(&identity.arn, region), id: identity.account.clone() }))
    }

    /// The provider's default tags.
    pub(super) fn default_tags(&self) -> &BTreeMap<String, String> {
        &self.clients.settings().default_tags
    }
}

/// The Region in inputs or outputs.
pub(super) fn region_of(properties: &PropertyMap) -> Option<&str> {
    properties.get("region").and_then(PropertyValue::as_str)
}

/// The account in a key ARN: a key's own account is known without asking STS.
pub(super) fn account_of(arn: &str) -> Option<Account> {
    let mut parts = arn.split(':');
    let partition = parts.nth(1)?.to_owned();
    let id = parts.nth(2)?.to_owned();
    Some(Account { partition, id })
}

/// AWS's default policy for an account.
pub(super) fn default_policy(account: &Account) -> serde_json::Value {
    policy::default_policy(&account.partition, &account.id)
}

/// What the inputs ask for in each Region; real runs have no unknowns.
pub(super) fn resolved_set(
    inputs: &PropertyMap,
    region: &str,
    account: Option<&Account>,
) -> Result<DesiredSet, ResourceError> {
    awskms_core::desired::resolve_set(inputs, region, account).map_err(|unresolved| {
        let code = match unresolved {
            Unresolved::Unknown(_) => Code::InvalidArgument,
            Unresolved::NoAccount => Code::FailedPrecondition,
            Unresolved::Unreadable(_) => Code::Internal,
        };
        ResourceError::failed(code, unresolved.to_string())
    })
}

/// The ARN of the key that a state names; calls use it, because a bare key ID means another key in another Region of a
/// multi-Region set.
pub(super) fn key_arn(outputs: &PropertyMap, id: &str) -> String {
    outputs.get("keyArn").and_then(PropertyValue::as_str).unwrap_or(id).to_owned()
}

/// The mark that a state last saw.
pub(super) fn remembered_mark(outputs: &PropertyMap) -> Option<OwnerMark> {
    outputs.get(MARK_OUTPUT).and_then(PropertyValue::as_str).and_then(OwnerMark::parse)
}

/// Remembers the mark in the outputs; the one of before where the tags could not be read.
pub(super) fn remember_mark(outputs: &mut PropertyMap, observed: &Observed, previous: &PropertyMap) {
    let mark = match (&observed.owner, &observed.tags) {
        (Some(mark), _) => Some(mark.to_string().into()),
        (None, Reading::Denied(_)) => previous.get(MARK_OUTPUT).cloned(),
        (None, Reading::Seen(_)) => None,
    };
    outputs.extend(mark.map(|mark| (MARK_OUTPUT.to_owned(), mark)));
}

/// A refusal of KMS, as the engine needs it: the code says whether anything may have happened.
pub(super) fn kms_failure(doing: &str, error: &KmsError) -> ResourceError {
    let code = match error.kind {
        Kind::AccessDenied | Kind::Credentials | Kind::Region => Code::PermissionDenied,
        Kind::NotFound => Code::NotFound,
        Kind::Throttled | Kind::Quota => Code::ResourceExhausted,
        Kind::AlreadyExists => Code::AlreadyExists,
        Kind::Unreachable => Code::Unavailable,
        Kind::Invalid | Kind::MalformedPolicy | Kind::InvalidPrincipal | Kind::Lockout | Kind::Tags => {
            Code::InvalidArgument
        }
        Kind::NoAnswer | Kind::Service => Code::Unknown,
        _ => Code::FailedPrecondition,
    };
    let message = format!("{doing}: {error}. {}", error.advice());
    ResourceError::failed(code, message.trim_end())
}

fn partition_of(identity_arn: &str, region: &str) -> String {
    match identity_arn.split(':').nth(1) {
        Some(partition) if !partition.is_empty() => partition.to_owned(),
        _ => awskms_core::ids::partition_of_region(region).to_owned(),
    }
}
