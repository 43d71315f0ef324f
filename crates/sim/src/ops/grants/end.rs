//! Ending grants: an administrator revokes them, who works with them retires them.

use serde_json::Value;

use super::super::Members;
use super::super::crypto::rehearsal;
use super::super::lookup::{Naming, key_id, resolve};
use super::{grant_id, unknown};
use crate::authorize;
use crate::error::ApiError;
use crate::grant::token;
use crate::key::Key;
use crate::params::Params;
use crate::sim::{Call, nothing};
use crate::state::State;

pub(crate) fn revoke(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let grant = params.required_text("GrantId", 1, 128)?;
    let dry = params.flag("DryRun")?.unwrap_or(false);
    params.done()?;
    let id = key_id(state, call, name, Naming::KeyOnly)?;
    grant_id(grant)?;
    let key = state.key(call.region, &id).expect("found above");
    key.grants.iter().find(|known| known.id == grant).ok_or_else(|| unknown(grant))?;
    rehearsal(dry)?;
    let region = call.region.to_owned();
    Ok(remove(state, &region, &id, grant))
}

pub(crate) fn retire(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let given = params.limited_text("GrantToken", 1, 8192)?;
    let name = params.limited_text("KeyId", 1, 2048)?;
    let grant = params.limited_text("GrantId", 1, 128)?;
    let dry = params.flag("DryRun")?.unwrap_or(false);
    params.done()?;
    let (key, grant) = match (given, name, grant) {
        (Some(given), None, None) => by_token(state, call, given)?,
        (None, Some(name), Some(grant)) => {
            let key = resolve(state, call, name, Naming::KeyOnly)?;
            grant_id(grant)?;
            (key, grant.to_owned())
        }
        _ => return Err(ApiError::validation("Specify either a grant token, or a key ID and a grant ID.")),
    };
    let found = key.grants.iter().find(|known| known.id == grant).ok_or_else(|| unknown(&grant))?;
    authorize::retiring(state, &call.caller, key, found)?;
    rehearsal(dry)?;
    let (region, key) = (key.region.clone(), key.id.clone());
    Ok(remove(state, &region, &key, &grant))
}

fn by_token<'a>(state: &'a State, call: &Call<'_>, given: &str) -> Result<(&'a Key, String), ApiError> {
    let named = token::read(state, given)?;
    // A token of another Region is of no use here.
    let key = state.key(&named.region, &named.key).filter(|key| key.region == call.region);
    Ok((key.ok_or_else(|| unknown(&named.grant))?, named.grant))
}

fn remove(state: &mut State, region: &str, key: &str, grant: &str) -> Value {
    let key = state.key_mut(region, key).expect("found above");
    key.grants.retain(|known| known.id != grant);
    nothing()
}
