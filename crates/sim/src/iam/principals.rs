//! Users and roles themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::{Kind, Request, conflict, malformed, no_such};
use crate::caller::is_almighty;
use crate::dates::rfc3339;
use crate::error::ApiError;
use crate::query::{Xml, percent_encoded};
use crate::state::{Details, Principal, State};
use crate::sts::unique_id;

/// Seconds that a session lasts at most unless the role says otherwise.
const USUAL_SESSION: u32 = 3600;

pub(super) fn create(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let form = request.form;
    let name = form.required(request.kind.member())?;
    if request.arn(state).is_ok() {
        let message = format!("{} with name {name} already exists.", request.kind.word());
        return Err(conflict("EntityAlreadyExists", &message));
    }
    let trust = match request.kind {
        Kind::User => None,
        Kind::Role => Some(trust(form.required("AssumeRolePolicyDocument")?)?),
    };
    let path = form.get("Path").unwrap_or("/");
    let arn = format!(
        "{}{}{name}",
        request.start(&request.kind.word().to_lowercase()),
        path.strip_prefix('/').unwrap_or(path)
    );
    let details = Details {
        trust,
        description: form.get("Description").map(str::to_owned),
        longest_session: form.get("MaxSessionDuration").and_then(|seconds| seconds.parse().ok()),
        boundary: form.get("PermissionsBoundary").map(str::to_owned),
    };
    let principal = made(state, &arn, request, form.tags(), details);
    Ok(shown(&arn, &principal, request.kind))
}

/// Makes a principal, which is another one than any of the same name that was there before.
pub(super) fn made(
    state: &mut State,
    arn: &str,
    request: &Request<'_>,
    tags: BTreeMap<String, String>,
    details: Details,
) -> Principal {
    let before = state.principals.get(arn).map_or("", |principal| principal.unique_id.as_str());
    let principal = Principal {
        unique_id: unique_id(request.kind.prefix(), &format!("{arn}#{before}#{}", request.now)),
        known_from: request.now,
        deleted: false,
        allowed: vec![],
        denied: vec![],
        policies: BTreeMap::new(),
        attached: BTreeSet::new(),
        tags,
        details,
    };
    state.principals.insert(arn.to_owned(), principal.clone());
    principal
}

/// A trust policy: JSON at least.
fn trust(text: &str) -> Result<String, ApiError> {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(document) if document.is_object() => Ok(text.to_owned()),
        _ => Err(malformed()),
    }
}

pub(super) fn get(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let arn = request.arn(state)?;
    if is_almighty(&arn) {
        return Ok(almighty(&arn));
    }
    let principal = state.principals.get(&arn).ok_or_else(|| no_such(&format!("{arn} cannot be found.")))?;
    Ok(shown(&arn, principal, request.kind))
}

/// The user that every account has here.
fn almighty(arn: &str) -> Xml {
    let name = arn.rsplit(['/', ':']).next().unwrap_or_default();
    let inside = Xml::default()
        .text("Path", "/")
        .text("UserName", name)
        .text("UserId", unique_id("AIDA", arn))
        .text("Arn", arn)
        .text("CreateDate", rfc3339(0.0));
    Xml::default().element("User", &inside)
}

fn shown(arn: &str, principal: &Principal, kind: Kind) -> Xml {
    let word = kind.word();
    let resource = arn.split_once(&format!(":{}", word.to_lowercase())).map_or("/", |(_, resource)| resource);
    let (path, name) = resource.rsplit_once('/').unwrap_or_default();
    let details = &principal.details;
    let mut inside = Xml::default()
        .text("Path", format!("{path}/"))
        .text(kind.member(), name)
        .text(&format!("{word}Id"), &principal.unique_id)
        .text("Arn", arn)
        .text("CreateDate", rfc3339(principal.known_from));
    if kind == Kind::Role {
        inside = inside
            .maybe("AssumeRolePolicyDocument", details.trust.as_deref().map(percent_encoded))
            .maybe("Description", details.description.as_deref())
            .text("MaxSessionDuration", details.longest_session.unwrap_or(USUAL_SESSION).to_string())
            .element("RoleLastUsed", &Xml::default());
    }
    if let Some(boundary) = &details.boundary {
        let boundary =
            Xml::default().text("PermissionsBoundaryType", "Policy").text("PermissionsBoundaryArn", boundary);
        inside = inside.element("PermissionsBoundary", &boundary);
    }
    if !principal.tags.is_empty() {
        inside = inside.tags(&principal.tags);
    }
    Xml::default().element(word, &inside)
}

pub(super) fn delete(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let principal = request.principal(state)?;
    if !principal.policies.is_empty() {
        return Err(conflict("DeleteConflict", "Cannot delete entity, must delete policies first."));
    }
    if !principal.attached.is_empty() {
        return Err(conflict("DeleteConflict", "Cannot delete entity, must detach all policies first."));
    }
    principal.deleted = true;
    Ok(Xml::default())
}

pub(super) fn update(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let form = request.form;
    let principal = request.principal(state)?;
    if form.0.contains_key("Description") {
        principal.details.description = form.get("Description").map(str::to_owned);
    }
    if let Some(seconds) = form.get("MaxSessionDuration") {
        principal.details.longest_session = seconds.parse().ok();
    }
    Ok(Xml::default())
}

pub(super) fn update_trust(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let document = trust(request.form.required("PolicyDocument")?)?;
    request.principal(state)?.details.trust = Some(document);
    Ok(Xml::default())
}

pub(super) fn put_boundary(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let boundary = request.form.required("PermissionsBoundary")?.to_owned();
    request.principal(state)?.details.boundary = Some(boundary);
    Ok(Xml::default())
}

pub(super) fn delete_boundary(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    request.principal(state)?.details.boundary = None;
    Ok(Xml::default())
}

pub(super) fn tag(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    request.principal(state)?.tags.extend(request.form.tags());
    Ok(Xml::default())
}

pub(super) fn untag(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let gone = request.form.list("TagKeys");
    request.principal(state)?.tags.retain(|key, _| !gone.contains(key));
    Ok(Xml::default())
}

pub(super) fn list_tags(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    Ok(Xml::default().tags(&request.principal(state)?.tags).text("IsTruncated", "false"))
}
