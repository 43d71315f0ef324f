//! Listing custom key stores.

use serde_json::{Value, json};

use super::super::Members;
use super::super::lookup::page;
use super::settings::others;
use super::{found, not_found};
use crate::authorize;
use crate::error::ApiError;
use crate::params::Params;
use crate::sim::Call;
use crate::state::State;

pub(in crate::ops) fn describe(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let id = params.limited_text("CustomKeyStoreId", 1, 64)?;
    let name = params.limited_text("CustomKeyStoreName", 1, 256)?;
    let limit = params.integer("Limit", 1, 1000)?;
    let marker = params.limited_text("Marker", 1, 1024)?;
    params.done()?;
    authorize::on_account(state, &call.caller, "kms:DescribeCustomKeyStores")?;
    let stores = match (id, name) {
        (Some(_), Some(_)) => {
            return Err(ApiError::validation("Specify either CustomKeyStoreId or CustomKeyStoreName, not both."));
        }
        (Some(id), None) => vec![found(state, call, id)?],
        (None, Some(name)) => {
            let store = others(state, call, None).find(|store| store.name == name);
            vec![store.ok_or_else(|| not_found(name))?]
        }
        (None, None) => others(state, call, None).collect(),
    };
    let entries = stores.into_iter().map(crate::key_store::KeyStore::entry).collect();
    let (entries, next) = page(entries, marker, limit, 1000)?;
    let mut answer = json!({ "CustomKeyStores": entries, "Truncated": next.is_some() });
    if let Some(next) = next {
        answer["NextMarker"] = json!(next);
    }
    Ok(answer)
}
