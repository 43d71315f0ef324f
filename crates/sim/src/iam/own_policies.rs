//! Inline policies of roles and users: what IAM allows them, besides what key policies do.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Request, malformed, no_such};
use crate::document::Document;
use crate::error::ApiError;
use crate::policy;
use crate::query::{Xml, percent_encoded};
use crate::state::State;

/// A document that IAM takes.
pub(super) fn document(text: &str) -> Result<Document, ApiError> {
    let parts: Value = serde_json::from_str(text).map_err(|_| malformed())?;
    if policy::is_own(&parts) { Ok(Document::new(text, BTreeMap::new())) } else { Err(malformed()) }
}

pub(super) fn put(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let document = document(request.form.get("PolicyDocument").unwrap_or_default())?;
    let name = request.form.required("PolicyName")?.to_owned();
    request.principal(state)?.policies.insert(name, document);
    Ok(Xml::default())
}

pub(super) fn get(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let member = request.kind.member();
    let name = request.form.required("PolicyName")?;
    let found = request.principal(state)?.policies.get(name).ok_or_else(|| unknown(name))?;
    Ok(Xml::default()
        .text(member, request.form.get(member).unwrap_or_default())
        .text("PolicyName", name)
        .text("PolicyDocument", percent_encoded(found.text())))
}

pub(super) fn list(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let names = request.principal(state)?.policies.keys();
    Ok(Xml::default().texts("PolicyNames", names.map(String::as_str)))
}

pub(super) fn delete(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let name = request.form.required("PolicyName")?;
    let gone = request.principal(state)?.policies.remove(name);
    gone.map(|_| Xml::default()).ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> ApiError {
    no_such(&format!("The policy with name {name} cannot be found."))
}
