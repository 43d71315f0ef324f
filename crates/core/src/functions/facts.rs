//! A key as `getAwsKmsKey` tells of it.

use std::collections::{BTreeMap, BTreeSet};

use super::generated::GetAwsKmsKeyResult;
use crate::arn::alias_arn;
use crate::observed::{KeyState, Observed, ObservedSet, Reading};
use crate::spec::constants::names;
use crate::spec::key_kinds::key_kind;
use crate::value::PropertyMap;

/// The key of a set that is in a Region; `None` if it was not read. `alias` is the name that it was asked for by.
pub fn of_key(set: &ObservedSet, region: &str, alias: Option<&str>) -> Option<GetAwsKmsKeyResult> {
    let observed = set.members.get(region)?;
    let metadata = &observed.metadata;
    let aliases = observed.aliases.seen();
    let alias = alias.map(str::to_owned).or_else(|| aliases?.first().cloned());
    let replicas: BTreeMap<String, PropertyMap> = set
        .members
        .iter()
        .filter(|(region, _)| **region != set.primary)
        .map(|(region, member)| (region.clone(), replica(member)))
        .collect();
    Some(GetAwsKmsKeyResult {
        key_id: metadata.key_id.clone(),
        key_arn: metadata.arn.clone(),
        region: region.to_owned(),
        alias_arn: alias.as_deref().map(|alias| alias_arn(&metadata.arn, alias)),
        alias_name: alias,
        aliases: aliases.map(|aliases| aliases.iter().cloned().collect()),
        description: metadata.description.clone(),
        enabled: metadata.state == KeyState::Enabled,
        key_spec: metadata.key_spec.clone(),
        key_usage: metadata.key_usage.clone(),
        multi_region: metadata.multi_region,
        rotation_enabled: observed.rotation_period_days.seen().map(Option::is_some),
        rotation_period_days: observed.rotation_period_days.seen().copied().flatten(),
        key_state: metadata.state.as_str().to_owned(),
        creation_date: metadata.creation_date.clone(),
        deletion_date: metadata.deletion_date.clone(),
        policy_json: observed.policy.seen().map(ToString::to_string),
        replica_keys: Some(replicas).filter(|replicas| !replicas.is_empty()),
        primary_region: set.primary.clone(),
        public_key: observed.public_key.clone(),
        tags_all: observed.tags.seen().cloned(),
        key_manager: metadata.manager.clone(),
        origin: metadata.origin.clone(),
        missing_permissions: missing(observed),
    })
}

fn replica(member: &Observed) -> PropertyMap {
    let metadata = &member.metadata;
    let mut map = PropertyMap::from([
        (names::KEY_ARN.to_owned(), metadata.arn.as_str().into()),
        (names::KEY_STATE.to_owned(), metadata.state.as_str().into()),
    ]);
    if let Some(alias) = member.aliases.seen().and_then(BTreeSet::first) {
        map.insert(names::ALIAS_ARN.to_owned(), alias_arn(&metadata.arn, alias).into());
    }
    map
}

/// The actions that the caller lacks. While a deletion is pending KMS does not tell of the rotation to anybody.
fn missing(observed: &Observed) -> Vec<String> {
    fn lacking<T>(reading: &Reading<T>) -> Option<&'static str> {
        match reading {
            Reading::Seen(_) => None,
            Reading::Denied(permission) => Some(permission),
        }
    }
    let rotation = lacking(&observed.rotation_period_days).filter(|_| !observed.metadata.state.is_pending_deletion());
    let has_public_key = key_kind(&observed.metadata.key_spec).is_some_and(|kind| kind.has_public_key);
    let unread = has_public_key && observed.metadata.state == KeyState::Enabled && observed.public_key.is_none();
    let public_key = unread.then_some("kms:GetPublicKey");
    let all = [lacking(&observed.aliases), lacking(&observed.policy), lacking(&observed.tags), rotation, public_key];
    all.into_iter().flatten().map(str::to_owned).collect()
}
