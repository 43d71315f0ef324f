//! Deleting imported material.

use serde_json::{Value, json};

use super::super::Members;
use super::external;
use crate::error::ApiError;
use crate::imported;
use crate::material::Material;
use crate::multi_region::{is_replica, synchronize};
use crate::params::Params;
use crate::sim::Call;
use crate::state::State;

pub(in crate::ops) fn delete(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let named = params.material_id()?;
    params.done()?;
    let key = external(state, call, name)?;
    let known = |id: &str| key.materials.iter().chain(&key.pending).any(|material| material.id() == id);
    if let Some(named) = named.filter(|named| !known(named)) {
        let message = format!("Key material {named} of {} does not exist", key.arn);
        return Err(ApiError::new("NotFoundException", message));
    }
    let material = named.map(str::to_owned).or_else(|| key.materials.last().map(|last| last.id().to_owned()));
    let mut answer = json!({ "KeyId": key.arn });
    if let Some(material) = material {
        if key.is_symmetric() {
            answer["KeyMaterialId"] = json!(material);
        }
        let (id, replica) = (key.id.clone(), is_replica(state, key));
        let key = state.key_mut(call.region, &id).expect("found above");
        // A replica's pending material is its primary's: it can only be taken out of this Region.
        match key.pending.as_mut().filter(|pending| replica && pending.id() == material) {
            Some(pending) => Material::forget(pending),
            None => imported::lose(key, &material),
        }
        synchronize(state, &id);
    }
    Ok(answer)
}
