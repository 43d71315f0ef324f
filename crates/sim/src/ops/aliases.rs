//! Aliases.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::lookup::{Naming, key_id, page, resolve};
use super::{Members, aws_managed};
use crate::authorize;
use crate::error::ApiError;
use crate::key::Key;
use crate::key_states;
use crate::params::Params;
use crate::sim::{Call, nothing};
use crate::state::{Alias, State};

/// What follows the prefix that every alias has.
fn has_prefix(name: &str) -> Result<&str, ApiError> {
    name.strip_prefix("alias/").ok_or_else(|| {
        ApiError::validation(
            "Alias must start with the prefix \"alias/\". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
        )
    })
}

fn checked_name(state: &State, name: &str) -> Result<(), ApiError> {
    let rest = has_prefix(name)?;
    if rest.starts_with("aws/") {
        return Err(ApiError::new(&state.options.doubts.reserved_alias_code, ""));
    }
    let good = !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-'));
    if good {
        Ok(())
    } else {
        Err(ApiError::new("InvalidAliasNameException", format!("Alias name {name} is not valid.")))
    }
}

fn own(call: &Call<'_>, alias: &str) -> (String, String, String) {
    (call.caller.account.clone(), call.region.to_owned(), alias.to_owned())
}

fn arn(call: &Call<'_>, alias: &str) -> String {
    format!("arn:{}:kms:{}:{}:{alias}", crate::regions::partition(call.region), call.region, call.caller.account)
}

/// Refuses an alias more than a key may have.
fn has_room(state: &State, call: &Call<'_>, id: &str) -> Result<(), ApiError> {
    let held = state.aliases.iter().filter(|((_, region, _), alias)| region == call.region && alias.key_id == id);
    if held.count() < 50 {
        return Ok(());
    }
    Err(ApiError::new("LimitExceededException", "The number of aliases per key has reached its quota of 50."))
}

pub(super) fn create(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let alias = params.required_text("AliasName", 1, 256)?;
    let target = params.required_text("TargetKeyId", 1, 2048)?;
    params.done()?;
    checked_name(state, alias)?;
    let id = key_id(state, call, target, Naming::KeyOnly)?;
    let name = own(call, alias);
    if state.aliases.contains_key(&name) {
        return Err(ApiError::new(
            "AlreadyExistsException",
            format!("An alias with the name {} already exists", arn(call, alias)),
        ));
    }
    has_room(state, call, &id)?;
    state.aliases.insert(name, Alias { key_id: id, created: call.now, updated: call.now });
    Ok(nothing())
}

pub(super) fn update(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let alias = params.required_text("AliasName", 1, 256)?;
    let target = params.required_text("TargetKeyId", 1, 2048)?;
    params.done()?;
    checked_name(state, alias)?;
    let name = own(call, alias);
    let Some(present) = state.aliases.get(&name).and_then(|alias| state.key(call.region, &alias.key_id)) else {
        return Err(ApiError::new("NotFoundException", format!("Alias {} is not found.", arn(call, alias))));
    };
    authorize::on_key(state, &call.caller, "kms:UpdateAlias", present, &BTreeMap::new())?;
    let new = resolve(state, call, target, Naming::KeyOnly)?;
    authorize::on_key(state, &call.caller, "kms:UpdateAlias", new, &BTreeMap::new())?;
    key_states::check("UpdateAlias", new, &state.options.doubts)?;
    if class(present) != class(new) || present.usage != new.usage {
        return Err(ApiError::validation(format!(
            "Alias {} cannot be changed from a key to another of a different type or usage.",
            arn(call, alias)
        )));
    }
    let id = new.id.clone();
    if present.id != id {
        has_room(state, call, &id)?;
    }
    let entry = state.aliases.get_mut(&name).expect("found above");
    entry.key_id = id;
    entry.updated = call.now;
    Ok(nothing())
}

fn class(key: &Key) -> u8 {
    match key.spec.as_str() {
        "SYMMETRIC_DEFAULT" => 0,
        spec if spec.starts_with("HMAC") => 1,
        _ => 2,
    }
}

pub(super) fn delete(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let alias = params.required_text("AliasName", 1, 256)?;
    params.done()?;
    has_prefix(alias)?;
    let name = own(call, alias);
    let key = state.aliases.get(&name).and_then(|alias| state.key(call.region, &alias.key_id));
    let Some(key) = key else {
        return Err(ApiError::new("NotFoundException", format!("Alias {} is not found.", arn(call, alias))));
    };
    authorize::on_key(state, &call.caller, "kms:DeleteAlias", key, &BTreeMap::new())?;
    state.aliases.remove(&name);
    Ok(nothing())
}

pub(super) fn list(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let key = params.limited_text("KeyId", 1, 2048)?;
    let limit = params.integer("Limit", 1, 100)?;
    let marker = params.limited_text("Marker", 1, 1024)?;
    params.done()?;
    authorize::on_account(state, &call.caller, "kms:ListAliases")?;
    let only = key.map(|name| resolve(state, call, name, Naming::KeyOnly).map(|key| key.id.clone())).transpose()?;
    let mine = state.aliases.iter().filter(|((account, region, _), alias)| {
        *account == call.caller.account && region == call.region && only.as_ref().is_none_or(|id| *id == alias.key_id)
    });
    let entries = mine.map(|((_, _, name), alias)| {
        json!({
            "AliasName": name, "AliasArn": arn(call, name), "TargetKeyId": alias.key_id,
            "CreationDate": alias.created, "LastUpdatedDate": alias.updated,
        })
    });
    let mut entries: Vec<Value> = entries.collect();
    if key.is_none() {
        // Predefined names whose keys were not needed yet have no target and no dates.
        let unused = aws_managed::names().filter(|name| !state.aliases.contains_key(&own(call, name)));
        entries.extend(unused.map(|name| json!({ "AliasName": name, "AliasArn": arn(call, &name) })));
        entries.sort_by(|one, other| one["AliasName"].as_str().cmp(&other["AliasName"].as_str()));
    }
    let (aliases, next) = page(entries, marker, limit, 50)?;
    let mut answer = json!({ "Aliases": aliases, "Truncated": next.is_some() });
    if let Some(next) = next {
        answer["NextMarker"] = json!(next);
    }
    Ok(answer)
}
