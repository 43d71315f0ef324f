//! Importing material into a key.

use serde_json::{Value, json};

use super::super::Members;
use super::{external, token};
use crate::error::ApiError;
use crate::imported;
use crate::key::Key;
use crate::material::{Import, Material, unwrap};
use crate::multi_region::{is_replica, synchronize};
use crate::params::Params;
use crate::sim::Call;
use crate::state::State;

const EXPIRES: &str = "KEY_MATERIAL_EXPIRES";
const STAYS: &str = "KEY_MATERIAL_DOES_NOT_EXPIRE";
const NEW: &str = "NEW_KEY_MATERIAL";
const EXISTING: &str = "EXISTING_KEY_MATERIAL";

/// The longest that material may be valid.
const LONGEST: f64 = 365.0 * 86_400.0;

/// A request of a good form.
struct Request<'a> {
    name: &'a str,
    token: Vec<u8>,
    wrapped: Vec<u8>,
    valid_to: Option<f64>,
    model: &'a str,
    kind: Option<&'a str>,
    description: Option<&'a str>,
    material_id: Option<&'a str>,
}

fn read(members: &Members) -> Result<Request<'_>, ApiError> {
    let mut params = Params::new(members);
    let good = |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || ":/_.-".contains(c);
    let request = Request {
        name: params.required_text("KeyId", 1, 2048)?,
        token: params.bytes("ImportToken", 1, 6144)?,
        wrapped: params.bytes("EncryptedKeyMaterial", 1, 6144)?,
        valid_to: params.date("ValidTo")?,
        model: params.choice("ExpirationModel", &[EXPIRES, STAYS])?.unwrap_or(EXPIRES),
        kind: params.choice("ImportType", &[NEW, EXISTING])?,
        description: params.formed_text("KeyMaterialDescription", (0, 256), r"^[a-zA-Z0-9:/_\s.-]+$", good)?,
        material_id: params.material_id()?,
    };
    params.done()?;
    Ok(request)
}

impl Request<'_> {
    fn expiry(&self, now: f64) -> Result<(), ApiError> {
        let refuse = |message: &str| Err(ApiError::validation(message));
        match (self.model, self.valid_to) {
            (EXPIRES, None) => refuse("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"),
            (EXPIRES, Some(date)) if date <= now => refuse("The validTo date must be in the future"),
            (EXPIRES, Some(date)) if date > now + LONGEST => {
                refuse("The validTo date must not be more than 365 days in the future")
            }
            (STAYS, Some(_)) => {
                refuse("A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE")
            }
            _ => Ok(()),
        }
    }

    /// Some members are for symmetric keys only, and new material has no ID to name.
    fn members_for(&self, key: &Key) -> Result<(), ApiError> {
        let special = self.kind.is_some() || self.description.is_some() || self.material_id.is_some();
        if special && !key.is_symmetric() {
            return Err(ApiError::validation(
                "ImportType, KeyMaterialDescription and KeyMaterialId are only valid for symmetric encryption keys.",
            ));
        }
        if self.kind == Some(NEW) && self.material_id.is_some() {
            return Err(ApiError::validation(
                "KeyMaterialId must not be specified if the ImportType is NEW_KEY_MATERIAL",
            ));
        }
        Ok(())
    }
}

/// Whether a key takes material: again what it had, or something new as far as it may.
fn acceptable(state: &State, request: &Request<'_>, key: &Key, id: &str) -> Result<(), ApiError> {
    let incorrect = || Err(ApiError::silent("IncorrectKeyMaterialException"));
    if request.material_id.is_some_and(|named| named != id) {
        return incorrect();
    }
    let known = key.materials.iter().chain(&key.pending).any(|material| material.id() == id);
    let usual = if key.materials.is_empty() { NEW } else { EXISTING };
    if request.kind.unwrap_or(usual) == EXISTING {
        return if known { Ok(()) } else { incorrect() };
    }
    // A replica takes what its primary has; new material goes into the primary first.
    if known || request.material_id.is_some() || is_replica(state, key) {
        return incorrect();
    }
    if let Some(pending) = &key.pending {
        return Err(ApiError::new(
            "KMSInvalidStateException",
            format!(
                "New key material (id: {id}) cannot be imported into KMS key {}, because another key material (id: {}) is pending rotation.",
                key.arn,
                pending.id()
            ),
        ));
    }
    Ok(())
}

pub(in crate::ops) fn import(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let request = read(members)?;
    let key = external(state, call, request.name)?;
    request.expiry(call.now)?;
    request.members_for(key)?;
    let wrapping = token::read(state, call.now, key, request.token.clone())?;
    let bytes = unwrap(&wrapping.key, &wrapping.algorithm, &request.wrapped)
        .ok_or_else(|| ApiError::silent("InvalidCiphertextException"))?;
    let material = Material::imported(&key.id, &key.spec, &bytes)
        .ok_or_else(|| ApiError::silent("IncorrectKeyMaterialException"))?;
    acceptable(state, &request, key, material.id())?;
    let import = Import { held: true, expires: request.valid_to, description: request.description.map(str::to_owned) };
    let (id, symmetric) = (key.id.clone(), key.is_symmetric());
    let mut answer = json!({ "KeyId": key.arn });
    if symmetric {
        answer["KeyMaterialId"] = json!(material.id());
    }
    let key = state.key_mut(call.region, &id).expect("found above");
    imported::take(key, material, import);
    synchronize(state, &id);
    Ok(answer)
}
