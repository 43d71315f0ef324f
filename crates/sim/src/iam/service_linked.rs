//! Service-linked roles, which services of AWS define.

use serde_json::json;

use super::principals::made;
use super::{Request, no_such};
use crate::dates::rfc3339;
use crate::error::ApiError;
use crate::query::{Xml, percent_encoded};
use crate::state::{Details, State};

/// Names of roles by their services; others are made of the service's name.
static NAMES: &[(&str, &str)] = &[
    ("autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling"),
    ("eks.amazonaws.com", "AWSServiceRoleForAmazonEKS"),
    ("mrk.kms.amazonaws.com", "AWSServiceRoleForKeyManagementServiceMultiRegionKeys"),
    ("rds.amazonaws.com", "AWSServiceRoleForRDS"),
    ("spot.amazonaws.com", "AWSServiceRoleForEC2Spot"),
];

pub(super) fn create(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let service = request.form.required("AWSServiceName")?;
    let known = NAMES.iter().find(|(name, _)| *name == service).map(|(_, role)| (*role).to_owned());
    let name = known.unwrap_or_else(|| {
        let first = service.split('.').next().unwrap_or_default();
        let (head, tail) = first.split_at(first.chars().next().map_or(0, char::len_utf8));
        format!("AWSServiceRoleFor{}{tail}", head.to_uppercase())
    });
    let name = request.form.get("CustomSuffix").map_or(name.clone(), |suffix| format!("{name}_{suffix}"));
    let path = format!("aws-service-role/{service}/");
    let arn = format!("{}{path}{name}", request.start("role"));
    if state.principals.get(&arn).is_some_and(|principal| !principal.deleted) {
        let message =
            format!("Service role name {name} has been taken in this account, please try a different suffix.");
        return Err(ApiError::new("InvalidInput", message));
    }
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole",
    }] });
    let details = Details {
        trust: Some(trust.to_string()),
        description: request.form.get("Description").map(str::to_owned),
        ..Details::default()
    };
    let role = made(state, &arn, request, std::collections::BTreeMap::new(), details);
    let inside = Xml::default()
        .text("Path", format!("/{path}"))
        .text("RoleName", name)
        .text("RoleId", role.unique_id)
        .text("Arn", arn)
        .text("CreateDate", rfc3339(request.now))
        .text("AssumeRolePolicyDocument", percent_encoded(&trust.to_string()));
    Ok(Xml::default().element("Role", &inside))
}

pub(super) fn delete(state: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    let arn = request.arn(state)?;
    let service = arn.split('/').nth(2).filter(|_| arn.contains(":role/aws-service-role/"));
    let Some(service) = service.map(str::to_owned) else {
        return Err(no_such(&format!("{arn} is no service-linked role.")));
    };
    let name = arn.rsplit('/').next().unwrap_or_default();
    let task = format!("task/aws-service-role/{service}/{name}/00000000-0000-4000-8000-000000000000");
    request.principal(state)?.deleted = true;
    Ok(Xml::default().text("DeletionTaskId", task))
}

pub(super) fn deletion_status(_: &mut State, request: &Request<'_>) -> Result<Xml, ApiError> {
    request.form.required("DeletionTaskId")?;
    Ok(Xml::default().text("Status", "SUCCEEDED"))
}
