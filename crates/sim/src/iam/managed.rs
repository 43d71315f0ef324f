//! Managed policies, in one version each. Those that AWS manages can be attached by their ARNs, but say nothing here.

use super::own_policies::document;
use super::{Request, conflict, no_such};
use crate::dates::rfc3339;
use crate::error::ApiError;
use crate::query::{Xml, percent_encoded};
use crate::state::{ManagedPolicy, State};
use crate::sts::unique_id;

const VERSION: &str = "v1";

fn found<'a>(state: &'a mut State, request: &Request<'_>) -> Result<(&'a str, &'a mut ManagedPolicy), ApiError> {
    let arn = request.form.required("PolicyArn")?;
    let mut range = state.policies.range_mut(arn.to_owned()..);
    let found = range.next().filter(|(known, _)| *known == arn);
    found.map(|(arn, policy)| (arn.as_str(), policy)).ok_or_else(|| no_such(&format!("Policy {arn} was not found.")))
}

pub(super) fn create(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let form = request.form;
    let name = form.required("PolicyName")?;
    let document = document(form.required("PolicyDocument")?)?;
    let path = form.get("Path").unwrap_or("/");
    let arn = format!("{}{}{name}", request.start("policy"), path.strip_prefix('/').unwrap_or(path));
    if state.policies.contains_key(&arn) {
        return Err(conflict("EntityAlreadyExists", &format!("A policy called {name} already exists.")));
    }
    let policy = ManagedPolicy {
        id: unique_id("ANPA", &format!("{arn}#{}", request.now)),
        document,
        description: form.get("Description").map(str::to_owned),
        created: request.now,
        tags: form.tags(),
    };
    let answer = shown(&arn, &policy, 0);
    state.policies.insert(arn, policy);
    Ok(answer)
}

pub(super) fn get(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let arn = request.form.required("PolicyArn")?;
    let attached = holders(state, arn).count();
    found(state, request).map(|(arn, policy)| shown(arn, policy, attached))
}

fn holders<'a>(state: &'a State, arn: &'a str) -> impl Iterator<Item = &'a String> {
    let holds = move |principal: &crate::state::Principal| !principal.deleted && principal.attached.contains(arn);
    state.principals.iter().filter(move |(_, principal)| holds(principal)).map(|(name, _)| name)
}

fn shown(arn: &str, policy: &ManagedPolicy, attached: usize) -> Xml {
    let resource = arn.split_once(":policy").map_or("/", |(_, resource)| resource);
    let (path, name) = resource.rsplit_once('/').unwrap_or_default();
    let mut inside = Xml::default()
        .text("PolicyName", name)
        .text("PolicyId", &policy.id)
        .text("Arn", arn)
        .text("Path", format!("{path}/"))
        .text("DefaultVersionId", VERSION)
        .text("AttachmentCount", attached.to_string())
        .text("IsAttachable", "true")
        .maybe("Description", policy.description.as_deref())
        .text("CreateDate", rfc3339(policy.created))
        .text("UpdateDate", rfc3339(policy.created));
    if !policy.tags.is_empty() {
        inside = inside.tags(&policy.tags);
    }
    Xml::default().element("Policy", &inside)
}

fn version(policy: &ManagedPolicy) -> Xml {
    Xml::default()
        .text("VersionId", VERSION)
        .text("IsDefaultVersion", "true")
        .text("CreateDate", rfc3339(policy.created))
}

pub(super) fn get_version(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let (arn, policy) = found(state, request)?;
    if request.form.required("VersionId")? != VERSION {
        return Err(no_such(&format!("Policy {arn} has only the version {VERSION}.")));
    }
    let inside = version(policy).text("Document", percent_encoded(policy.document.text()));
    Ok(Xml::default().element("PolicyVersion", &inside))
}

pub(super) fn list_versions(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let (_, policy) = found(state, request)?;
    Ok(Xml::default().list("Versions", [version(policy)]))
}

pub(super) fn list_tags(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let (_, policy) = found(state, request)?;
    Ok(Xml::default().tags(&policy.tags).text("IsTruncated", "false"))
}

pub(super) fn tag(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    found(state, request)?.1.tags.extend(request.form.tags());
    Ok(Xml::default())
}

pub(super) fn untag(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let gone = request.form.list("TagKeys");
    found(state, request)?.1.tags.retain(|key, _| !gone.contains(key));
    Ok(Xml::default())
}

pub(super) fn delete(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let arn = found(state, request)?.0.to_owned();
    if holders(state, &arn).next().is_some() {
        return Err(conflict("DeleteConflict", "Cannot delete a policy attached to entities."));
    }
    state.policies.remove(&arn);
    Ok(Xml::default())
}

pub(super) fn attach(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let arn = request.form.required("PolicyArn")?.to_owned();
    let of_aws = arn.split(':').nth(4) == Some("aws");
    if !of_aws && !state.policies.contains_key(&arn) {
        return Err(no_such(&format!("Policy {arn} does not exist or is not attachable.")));
    }
    request.principal(state)?.attached.insert(arn);
    Ok(Xml::default())
}

pub(super) fn detach(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let arn = request.form.required("PolicyArn")?;
    let gone = request.principal(state)?.attached.remove(arn);
    if gone { Ok(Xml::default()) } else { Err(no_such(&format!("Policy {arn} was not found."))) }
}

pub(super) fn list_attached(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let attached = request.principal(state)?.attached.iter().map(|arn| {
        let name = arn.rsplit('/').next().unwrap_or_default();
        Xml::default().text("PolicyName", name).text("PolicyArn", arn)
    });
    Ok(Xml::default().list("AttachedPolicies", attached))
}
