//! Inline policies of roles and users: what IAM allows them, besides what key policies do.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{escaped, no_such, principal_arn, result};
use crate::authorize::Caller;
use crate::error::ApiError;
use crate::policy;
use crate::sim::Sim;
use crate::state::Principal;

type Form = BTreeMap<String, String>;

fn found<'a>(sim: &'a mut Sim, form: &Form, action: &str, caller: &Caller) -> Result<&'a mut Principal, ApiError> {
    let arn = principal_arn(form, action, caller);
    sim.state.principals.get_mut(&arn).filter(|principal| !principal.deleted).ok_or_else(|| no_such(&arn))
}

fn name(form: &Form) -> Result<&str, ApiError> {
    let name = form.get("PolicyName").map(String::as_str).filter(|name| !name.is_empty());
    name.ok_or_else(|| ApiError::new("ValidationError", "PolicyName is required."))
}

pub(super) fn put(sim: &mut Sim, form: &Form, action: &str, caller: &Caller) -> Result<String, ApiError> {
    let text = form.get("PolicyDocument").map_or("", String::as_str);
    let malformed = || ApiError::new("MalformedPolicyDocument", "Syntax errors in policy.");
    let document: Value = serde_json::from_str(text).map_err(|_| malformed())?;
    if !policy::is_own(&document) {
        return Err(malformed());
    }
    let name = name(form)?.to_owned();
    found(sim, form, action, caller)?.policies.insert(name, document.into());
    Ok(result("iam", action, ""))
}

pub(super) fn get(sim: &mut Sim, form: &Form, action: &str, caller: &Caller) -> Result<String, ApiError> {
    let member = if action.contains("Role") { "RoleName" } else { "UserName" };
    let name = name(form)?;
    let document = found(sim, form, action, caller)?.policies.get(name).ok_or_else(|| no_such(name))?.parts();
    let holder = form.get(member).map_or("", String::as_str);
    Ok(result(
        "iam",
        action,
        &format!(
            "<{member}>{}</{member}><PolicyName>{}</PolicyName><PolicyDocument>{}</PolicyDocument>",
            escaped(holder),
            escaped(name),
            percent_encoded(&document.to_string())
        ),
    ))
}

pub(super) fn list(sim: &mut Sim, form: &Form, action: &str, caller: &Caller) -> Result<String, ApiError> {
    let names =
        found(sim, form, action, caller)?.policies.keys().map(|name| format!("<member>{}</member>", escaped(name)));
    let names = names.collect::<String>();
    Ok(result("iam", action, &format!("<PolicyNames>{names}</PolicyNames><IsTruncated>false</IsTruncated>")))
}

pub(super) fn delete(sim: &mut Sim, form: &Form, action: &str, caller: &Caller) -> Result<String, ApiError> {
    let name = name(form)?;
    let gone = found(sim, form, action, caller)?.policies.remove(name);
    gone.map(|_| result("iam", action, "")).ok_or_else(|| no_such(name))
}

/// IAM gives documents percent-encoded.
fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            let plain = byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
            if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
        })
        .collect()
}
