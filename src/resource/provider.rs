//! What the use cases share: clients, settings, and what this process has seen so far.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use awskms_core::desired::{self, Account, DesiredSet, Unresolved};
use awskms_core::owner::Lineage;
use awskms_core::policy;
use awskms_core::value::{PropertyMap, PropertyValue};
use tonic::Code;

use super::ResourceError;
use super::engine_view::EngineView;
use super::recording::Recording;
use super::remembered::remembered;
use crate::config::Clients;
use crate::kms::{Kind, KmsError, MarkIndex, Names, Pace, Target};

/// The resource `awskms:index:AwsKmsKey`, on one provider configuration.
#[derive(Debug)]
pub struct Provider {
    pub(super) clients: Clients,
    pub(super) view: EngineView,
    pub(super) index: MarkIndex,
    pub(super) lineage: Lineage,
    /// Whether the calls come from `pulumi do` without a state: they own nothing.
    pub(super) is_stateless: bool,
    pub(super) recording: Recording,
    pub(super) names: Arc<Names>,
    pace: Arc<Pace>,
    said: Mutex<HashSet<String>>,
}

impl Provider {
    /// A provider on these clients, for the resources of this state. Every stateless `pulumi do` is a state of its own.
    pub fn new(clients: Clients, lineage: Lineage, is_stateless: bool) -> Self {
        Self {
            clients,
            view: EngineView::default(),
            index: MarkIndex::default(),
            lineage,
            is_stateless,
            recording: Recording::default(),
            names: Arc::default(),
            pace: Arc::default(),
            said: Mutex::default(),
        }
    }

    /// Clients and settings.
    pub fn clients(&self) -> &Clients {
        &self.clients
    }

    /// Whether the calls come from `pulumi do` without a state.
    pub(crate) fn is_stateless(&self) -> bool {
        self.is_stateless
    }

    /// `Check` was called: what the state has of the resource, and what the program asks for. Gives the aliases that the program
    /// wants for another resource too, each with that resource's URN.
    pub fn checked(&self, urn: &str, old_inputs: &PropertyMap, inputs: &PropertyMap) -> BTreeMap<String, String> {
        self.view.checked(urn, old_inputs, inputs);
        let region = region_of(inputs).or_else(|| self.clients.region());
        // What is not known yet may be any name; then nobody can count on one.
        let names = ["alias", "aliases", "replicas"];
        let unknown = names.iter().any(|name| inputs.get(*name).is_some_and(PropertyValue::has_unknowns));
        if let Some(region) = region.filter(|_| !unknown) {
            let wanted = desired::held(inputs, region).into_iter().map(|(region, managed)| (region, managed.aliases));
            return self.names.want(urn, wanted.collect());
        }
        BTreeMap::new()
    }

    /// The engine's state has this key as the resource of this URN.
    pub fn shown(&self, urn: &str, id: &str, outputs: &PropertyMap) {
        self.view.shown(urn, id, outputs, remembered(outputs).settled.as_ref());
    }

    /// `Diff` was called: what the state has, and what the program asks for.
    pub fn compared(&self, urn: &str, id: &str, outputs: &PropertyMap, inputs: &PropertyMap) {
        self.shown(urn, id, outputs);
        self.view.compared(urn, inputs);
    }

    /// The process ends: what is left to note on keys is noted.
    pub async fn end(&self) {
        self.recording.note_all().await;
    }

    /// Whether this is the first time in this process.
    pub(super) fn say_once(&self, what: String) -> bool {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).insert(what)
    }

    /// Where calls for the key of these inputs go.
    pub(crate) fn target(&self, region: Option<&str>) -> Result<Target, ResourceError> {
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
        Target {
            client: self.clients.kms(region),
            region: region.to_owned(),
            pace: Arc::clone(&self.pace),
            names: Arc::clone(&self.names),
        }
    }

    /// The account that the credentials belong to, checked against the provider's allowed and forbidden accounts.
    pub(crate) async fn account(&self, region: &str) -> Result<Option<Account>, ResourceError> {
        let identity = self.clients.identity().await?;
        Ok(identity
            .map(|identity| Account { partition: partition_of(&identity.arn, region), id: identity.account.clone() }))
    }

    /// The ARN of the key that a state names. A state without outputs has its ID only; then it is a key of the caller's
    /// account.
    pub(super) async fn arn_of_state(
        &self,
        outputs: &PropertyMap,
        id: &str,
        region: &str,
    ) -> Result<String, ResourceError> {
        let arn = key_arn(outputs, id);
        if account_of(&arn).is_some() {
            return Ok(arn);
        }
        let account = self.account(region).await?;
        Ok(account.map_or(arn, |account| account.arn_of(region, &format!("key/{id}"))))
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

/// A refusal of KMS, as the engine needs it: the code says whether anything may have happened.
pub(crate) fn kms_failure(doing: &str, error: &KmsError) -> ResourceError {
    let code = match error.kind {
        Kind::AccessDenied | Kind::Credentials | Kind::Region => Code::PermissionDenied,
        Kind::NotFound => Code::NotFound,
        Kind::Throttled | Kind::Quota => Code::ResourceExhausted,
        Kind::AlreadyExists => Code::AlreadyExists,
        Kind::Unreachable | Kind::Unclear => Code::Unavailable,
        Kind::Stopped => Code::Cancelled,
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
