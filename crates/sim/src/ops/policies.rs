//! Key policies.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Members;
use super::lookup::{Naming, key_id};
use crate::authorize;
use crate::document::Document;
use crate::error::ApiError;
use crate::params::Params;
use crate::policy;
use crate::regions;
use crate::sim::{Call, nothing};
use crate::state::State;

/// A document that KMS accepts from this caller for the key of an account and an ARN, which is empty before the key is
/// there: well-formed, of principals that exist, and no lockout.
pub(super) fn accepted(
    state: &State,
    call: &Call<'_>,
    text: &str,
    (account, arn): (&str, &str),
    bypass: bool,
) -> Result<Document, ApiError> {
    let parts = policy::parse(text, &state.options.doubts)?;
    authorize::principals_exist(state, &parts, call.region, call.now)?;
    let document = Document::new(text, authorize::bound(state, &parts));
    if !bypass {
        authorize::lockout(state, &call.caller, &document, account, arn)?;
    }
    Ok(document)
}

/// The policy that a key gets without one, as AWS writes it.
pub(super) fn usual(account: &str, region: &str) -> Document {
    let parts = policy::default_policy(account, regions::partition(region));
    Document::new(&pretty(&parts), BTreeMap::new())
}

/// AWS writes policies over several lines.
fn pretty(parts: &Value) -> String {
    serde_json::to_string_pretty(parts).expect("a policy is JSON")
}

/// The text that is given back: as it was put, or as AWS may rewrite it.
pub(super) fn shown(state: &State, document: &Document, region: &str) -> String {
    if !state.options.rewrite_policies {
        return document.text().to_owned();
    }
    // Who was deleted since, or made again, is another one than was meant.
    let gone = |name: &str| {
        let meant = document.bound().get(name)?;
        let still = state.principal_of(name).is_some_and(|(_, principal)| principal.unique_id == *meant);
        (!still).then(|| meant.clone())
    };
    pretty(&policy::rewritten(&document.parts(), regions::partition(region), &gone))
}

/// The policy that a request names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Default,
    /// The one that AWS RAM manages.
    Ram,
}

const RAM: &str = "AWS_RAM";

impl Named {
    fn read(name: Option<&str>) -> Result<Self, ApiError> {
        match name {
            None | Some("default") => Ok(Self::Default),
            Some(RAM) => Ok(Self::Ram),
            Some(other) => Err(no_such(other)),
        }
    }
}

fn no_such(name: &str) -> ApiError {
    ApiError::new("NotFoundException", format!("No such policy exists: {name}"))
}

pub(super) fn put(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let policy_name = params.limited_text("PolicyName", 1, 128)?;
    let text = params.required_text("Policy", 1, 131_072)?;
    let bypass = params.flag("BypassPolicyLockoutSafetyCheck")?.unwrap_or(false);
    params.done()?;
    let which = Named::read(policy_name)?;
    let id = key_id(state, call, name, Naming::KeyOnly)?;
    if which == Named::Ram {
        return Err(ApiError::validation("The AWS_RAM policy can only be managed by the RAM service."));
    }
    let key = state.key(call.region, &id).expect("found above");
    let document = accepted(state, call, text, (&key.account, &key.arn), bypass)?;
    state.key_mut(call.region, &id).expect("found above").policy = document;
    Ok(nothing())
}

pub(super) fn get(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let policy_name = params.limited_text("PolicyName", 1, 128)?;
    params.done()?;
    let which = Named::read(policy_name)?;
    let id = key_id(state, call, name, Naming::KeyOnly)?;
    let key = state.key(call.region, &id).expect("found above");
    let (name, document) = match which {
        Named::Default => ("default", &key.policy),
        Named::Ram => (RAM, &key.share.as_ref().ok_or_else(|| no_such(RAM))?.policy),
    };
    Ok(json!({ "Policy": shown(state, document, call.region), "PolicyName": name }))
}

pub(super) fn list(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    params.integer("Limit", 1, 1000)?;
    params.limited_text("Marker", 1, 1024)?;
    params.done()?;
    let id = key_id(state, call, name, Naming::KeyOnly)?;
    let shared = state.key(call.region, &id).is_some_and(|key| key.share.is_some());
    let names: &[&str] = if shared { &["default", RAM] } else { &["default"] };
    Ok(json!({ "PolicyNames": names, "Truncated": false }))
}
