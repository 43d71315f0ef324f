//! Whom policies may name.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::caller::is_almighty;
use crate::error::ApiError;
use crate::policy;
use crate::regions;
use crate::state::State;

/// Principals of a policy must exist, and KMS must have heard of them. Their names must be good in any case.
pub(crate) fn principals_exist(state: &State, document: &Value, region: &str, now: f64) -> Result<(), ApiError> {
    let names = policy::principals(document, "AWS");
    let formed = names.iter().all(|name| is_name(name, regions::partition(region)))
        && policy::principals(document, "Service").iter().all(|name| is_service(name));
    let known = !state.options.known_principals_only || names.iter().all(|name| exists(state, name, now));
    if formed && known {
        Ok(())
    } else {
        Err(ApiError::malformed_policy("Policy contains a statement with one or more invalid principals."))
    }
}

/// An account, a principal of the partition, or the unique ID of one.
fn is_name(name: &str, partition: &str) -> bool {
    let account = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = name.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", of, "iam" | "sts", "", number, rest] => *of == partition && account(number) && !rest.is_empty(),
        [id] => account(id) || (id.len() > 16 && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())),
        _ => false,
    }
}

fn is_service(name: &str) -> bool {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let ends = [".amazonaws.com", ".amazonaws.com.cn", ".aws.internal", ".amazon.com"];
    name.chars().all(good) && ends.iter().any(|end| name.strip_suffix(end).is_some_and(|rest| !rest.is_empty()))
}

/// Whether a principal exists and KMS has heard of it.
pub(crate) fn exists(state: &State, name: &str, now: f64) -> bool {
    let is_account = name.len() == 12 && name.bytes().all(|b| b.is_ascii_digit());
    if is_account || is_almighty(name) {
        return true;
    }
    state.principal_of(name).is_some_and(|(_, principal)| principal.known_from <= now)
}

/// The unique IDs of the users and roles that a document names, by those names.
pub(crate) fn bound(state: &State, document: &Value) -> BTreeMap<String, String> {
    let known =
        |name: String| state.principal_of(&name).map(|(_, principal)| principal.unique_id.clone()).map(|id| (name, id));
    policy::principals(document, "AWS").into_iter().filter_map(known).collect()
}
