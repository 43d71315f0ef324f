//! Replicas, and which key of a set is the primary.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::lookup::{Naming, resolve};
use super::tagging;
use super::{Members, policies};
use crate::authorize;
use crate::error::ApiError;
use crate::key::{Key, KeyState};
use crate::key_states;
use crate::material::Material;
use crate::multi_region::{arn_in, metadata, not_primary};
use crate::params::Params;
use crate::regions;
use crate::sim::{Call, nothing};
use crate::state::State;

/// The primary that a request names, in the Region of the request. Its place in the set is judged before its state: a replica
/// that was just made is refused as no primary (recorded on AWS).
fn primary<'a>(state: &'a State, call: &Call<'_>, name: &str) -> Result<&'a Key, ApiError> {
    let key = resolve(state, call, name, Naming::KeyOnly)?;
    authorize::on_key(state, &call.caller, &format!("kms:{}", call.operation), key, &BTreeMap::new())?;
    if state.sets.get(&key.id).is_none_or(|set| set.primary != call.region) {
        return Err(not_primary(key));
    }
    key_states::check(call.operation, key, &state.options.doubts)?;
    Ok(key)
}

pub(super) fn replicate(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let region = params.required_text("ReplicaRegion", 1, 32)?;
    let text = params.limited_text("Policy", 1, 131_072)?;
    let bypass = params.flag("BypassPolicyLockoutSafetyCheck")?.unwrap_or(false);
    let description = params.limited_text("Description", 0, 8192)?.unwrap_or_default();
    let tags = params.tags("Tags")?;
    params.done()?;
    let tags = tagging::merged(&BTreeMap::new(), tags, "TagException")?;
    let primary = primary(state, call, name)?;
    checked_region(state, primary, region)?;
    if state.sets.get(&primary.id).is_some_and(|set| set.regions.contains(region)) {
        return Err(ApiError::new(
            "AlreadyExistsException",
            "You can create only one replica of each primary key in each AWS Region.",
        ));
    }
    authorize::on_account(state, &call.caller, "kms:CreateKey")?;
    if !tags.is_empty() {
        authorize::tagging_a_new_key(state, &call.caller)?;
    }
    let policy = match text {
        Some(text) => policies::accepted(state, call, text, (&primary.account, &arn_in(primary, region)), bypass)?,
        None => policies::usual(&primary.account, region),
    };
    let then = if primary.materials.is_empty() || primary.origin == "EXTERNAL" {
        KeyState::PendingImport
    } else {
        KeyState::Enabled
    };
    let replica = Key {
        arn: arn_in(primary, region),
        region: region.to_owned(),
        description: description.to_owned(),
        state: KeyState::Creating,
        created: call.now,
        deletion: None,
        pending_window_days: 0.0,
        when_available: None,
        passing: Some((call.now + state.options.creating_seconds, then)),
        policy: policy.clone(),
        share: None,
        was_tagged: !tags.is_empty(),
        tags,
        grants: vec![],
        // Imported material is imported into each Region.
        materials: if primary.origin == "EXTERNAL" {
            primary.materials.iter().map(Material::forgotten).collect()
        } else {
            primary.materials.clone()
        },
        pending: primary.pending.as_ref().map(Material::forgotten),
        ..primary.clone()
    };
    let (id, tags) = (replica.id.clone(), replica.tags.clone());
    state.keys.insert((region.to_owned(), id.clone()), replica);
    state.quiet_until = 0.0;
    if let Some(set) = state.sets.get_mut(&id) {
        set.regions.insert(region.to_owned());
    }
    let replica = state.key(region, &id).expect("just made");
    let mut answer = json!({
        "ReplicaKeyMetadata": metadata(state, replica),
        "ReplicaPolicy": policies::shown(state, &policy, region),
    });
    if !tags.is_empty() {
        let list: Vec<_> = tags.iter().map(|(key, value)| json!({ "TagKey": key, "TagValue": value })).collect();
        answer["ReplicaTags"] = json!(list);
    }
    Ok(answer)
}

/// A Region that a key can have a replica in: AWS has it, it is another one, and of the same partition.
fn checked_region(state: &State, primary: &Key, region: &str) -> Result<(), ApiError> {
    if region == primary.region {
        return Err(ApiError::new(
            &state.options.doubts.own_region_replica_code,
            format!("{} is in {region} already: a replica goes into another Region.", primary.arn),
        ));
    }
    if !regions::exists(region) {
        return Err(ApiError::validation(format!("{region} is not a Region that is enabled for this account.")));
    }
    if regions::partition(region) != regions::partition(&primary.region) {
        return Err(ApiError::validation(format!("{region} is in another partition than {}.", primary.region)));
    }
    Ok(())
}

pub(super) fn update_primary(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let region = params.required_text("PrimaryRegion", 1, 32)?;
    params.done()?;
    let primary = primary(state, call, name)?;
    let id = primary.id.clone();
    if region == call.region {
        return Err(ApiError::validation(format!("{} is the primary key already.", primary.arn)));
    }
    let moving = state.sets.get(&id).and_then(|set| set.moving.clone());
    if let Some((_, to)) = moving {
        // A repeated call asks for what is under way; another one has to wait.
        let again = to == region;
        let error = ApiError::new("KMSInvalidStateException", format!("{} is updating.", primary.arn));
        return if again { Ok(nothing()) } else { Err(error) };
    }
    let Some(replica) = state.key(region, &id) else {
        return Err(ApiError::new("NotFoundException", format!("Key '{}' does not exist", arn_in(primary, region))));
    };
    authorize::on_key(state, &call.caller, "kms:UpdatePrimaryRegion", replica, &BTreeMap::new())?;
    key_states::check("UpdatePrimaryRegion", replica, &state.options.doubts)?;
    let end = call.now + state.options.updating_seconds;
    let here = call.region.to_owned();
    for region in [here.as_str(), region] {
        let key = state.key_mut(region, &id).expect("found above");
        key.passing = Some((end, key.state));
        key.state = KeyState::Updating;
    }
    if let Some(set) = state.sets.get_mut(&id) {
        set.moving = Some((end, region.to_owned()));
    }
    Ok(nothing())
}
