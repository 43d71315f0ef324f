//! Lists of grants.

use serde_json::{Value, json};

use super::super::Members;
use super::super::lookup::{Naming, key_id, page};
use super::{grant_id, principal_member};
use crate::authorize;
use crate::caller::account_of;
use crate::error::ApiError;
use crate::grant::{Grant, Party};
use crate::params::Params;
use crate::sim::Call;
use crate::state::State;

/// Entries of a page, and the most of them that a page has whatever is asked for.
const USUAL: usize = 50;
const MOST: i64 = 100;

fn answer(entries: Vec<Value>, marker: Option<&str>, limit: Option<i64>) -> Result<Value, ApiError> {
    let (grants, next) = page(entries, marker, limit.map(|limit| limit.min(MOST)), USUAL)?;
    let mut answer = json!({ "Grants": grants, "Truncated": next.is_some() });
    if let Some(next) = next {
        answer["NextMarker"] = json!(next);
    }
    Ok(answer)
}

/// Only services of AWS may look for services.
fn only_services(call: &Call<'_>, name: Option<&str>) -> Result<(), ApiError> {
    if name.is_none() || call.caller.service.is_some() {
        return Ok(());
    }
    let action = format!("kms:{}", call.operation);
    Err(authorize::refusal(&call.caller, &action, Some("*"), authorize::Reason::NotByIdentity))
}

fn is_of(party: Option<&Party>, wanted: &str, state: &State) -> bool {
    party.is_some_and(|party| party.shown(state) == wanted)
}

pub(crate) fn list(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let limit = params.integer("Limit", 1, 1000)?;
    let marker = params.limited_text("Marker", 1, 1024)?;
    let name = params.required_text("KeyId", 1, 2048)?;
    let id = params.limited_text("GrantId", 1, 128)?;
    let grantee = principal_member(&mut params, "GranteePrincipal")?;
    let service = principal_member(&mut params, "GranteeServicePrincipal")?;
    params.done()?;
    let key = key_id(state, call, name, Naming::KeyOnly)?;
    id.map_or(Ok(()), grant_id)?;
    only_services(call, service)?;
    let key = state.key(call.region, &key).expect("found above");
    let wanted = |grant: &&Grant| {
        id.is_none_or(|id| grant.id == id) && grantee.is_none_or(|name| is_of(Some(&grant.terms.grantee), name, state))
    };
    let entries = key.grants.iter().filter(wanted).map(|grant| grant.entry(state, key)).collect();
    answer(entries, marker, limit)
}

pub(crate) fn list_retirable(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let limit = params.integer("Limit", 1, 1000)?;
    let marker = params.limited_text("Marker", 1, 1024)?;
    let retiring = principal_member(&mut params, "RetiringPrincipal")?;
    let service = principal_member(&mut params, "RetiringServicePrincipal")?;
    if retiring.is_none() && service.is_none() {
        params.missing("RetiringPrincipal");
    }
    params.done()?;
    authorize::on_account(state, &call.caller, "kms:ListRetirableGrants")?;
    only_services(call, service)?;
    let retiring = retiring.unwrap_or_default();
    Party::principal(state, retiring, call.now)?;
    if account_of(retiring).is_some_and(|account| account != call.caller.account) {
        let reason = authorize::Reason::NotByResource;
        return Err(authorize::refusal(&call.caller, "kms:ListRetirableGrants", Some(retiring), reason));
    }
    // Whose keys they are does not matter.
    let here = state.keys.values().filter(|key| key.region == call.region);
    let grants = here.flat_map(|key| key.grants.iter().map(move |grant| (key, grant)));
    let entries = grants
        .filter(|(_, grant)| is_of(grant.terms.retiring.as_ref(), retiring, state))
        .map(|(key, grant)| grant.entry(state, key))
        .collect();
    answer(entries, marker, limit)
}
