//! Finding the key that a request means.

use std::collections::BTreeMap;

use crate::authorize;
use crate::error::ApiError;
use crate::key::Key;
use crate::key_states;
use crate::regions;
use crate::sim::Call;
use crate::state::State;

/// How a request may name a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// Key ID or key ARN.
    KeyOnly,
    /// Those, or an alias or alias ARN.
    OrAlias,
}

/// The ID of the key that a name means, if the caller may act on it and its state allows the operation.
pub(super) fn key_id(state: &State, call: &Call<'_>, name: &str, naming: Naming) -> Result<String, ApiError> {
    with_context(state, call, name, naming, &BTreeMap::new())
}

/// As [`key_id`], for a cryptographic operation with an encryption context.
pub(super) fn with_context(
    state: &State,
    call: &Call<'_>,
    name: &str,
    naming: Naming,
    context: &BTreeMap<String, String>,
) -> Result<String, ApiError> {
    let key = resolve(state, call, name, naming)?;
    authorize::on_key(state, &call.caller, &format!("kms:{}", call.operation), key, context)?;
    key_states::check(call.operation, key, &state.options.doubts)?;
    Ok(key.id.clone())
}

/// The key that a name means, whatever the caller may do with it.
pub(super) fn resolve<'a>(state: &'a State, call: &Call<'_>, name: &str, naming: Naming) -> Result<&'a Key, ApiError> {
    let not_found = |message: String| ApiError::new("NotFoundException", message);
    if let Some(rest) = name.strip_prefix("arn:") {
        let parts: Vec<&str> = rest.splitn(5, ':').collect();
        let [_, "kms", region, account, resource] = parts.as_slice() else {
            return Err(ApiError::new("NotFoundException", format!("Invalid arn {name}")));
        };
        if *region != call.region {
            return Err(not_found(format!("Invalid arn {region}")));
        }
        return match resource.split_once('/') {
            Some(("key", id)) => state
                .key(region, id)
                .filter(|key| key.account == *account)
                .ok_or_else(|| not_found(format!("Key '{name}' does not exist"))),
            Some(("alias", _)) if naming == Naming::OrAlias => by_alias(state, call, account, resource, name),
            _ => Err(not_found(format!("Invalid arn {name}"))),
        };
    }
    let account = &call.caller.account;
    let own_arn =
        |resource: &str| format!("arn:{}:kms:{}:{account}:{resource}", regions::partition(call.region), call.region);
    if name.starts_with("alias/") {
        if naming == Naming::KeyOnly {
            return Err(ApiError::new("NotFoundException", format!("Invalid keyId '{name}'")));
        }
        let arn = own_arn(name);
        return by_alias(state, call, account, name, &arn);
    }
    if !is_key_id(name) {
        return Err(not_found(format!("Invalid keyId '{name}'")));
    }
    let key = state.key(call.region, name).filter(|key| key.account == *account);
    key.ok_or_else(|| not_found(format!("Key '{}' does not exist", own_arn(&format!("key/{name}")))))
}

fn by_alias<'a>(state: &'a State, call: &Call<'_>, account: &str, alias: &str, arn: &str) -> Result<&'a Key, ApiError> {
    let name = (account.to_owned(), call.region.to_owned(), alias.to_owned());
    let target = state.aliases.get(&name).and_then(|alias| state.key(call.region, &alias.key_id));
    target.ok_or_else(|| ApiError::new("NotFoundException", format!("Alias {arn} is not found.")))
}

/// A UUID, or `mrk-` and 32 hexadecimal digits.
fn is_key_id(name: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    if let Some(digits) = name.strip_prefix("mrk-") {
        digits.len() == 32 && hex(digits)
    } else {
        let groups: Vec<&str> = name.split('-').collect();
        groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(|group| hex(group))
    }
}

/// One page of a list, by a marker that is the position of its first entry.
pub(super) fn page<T>(
    items: Vec<T>,
    marker: Option<&str>,
    limit: Option<i64>,
    usual: usize,
) -> Result<(Vec<T>, Option<String>), ApiError> {
    let from = match marker {
        None => 0,
        Some(marker) => marker
            .strip_prefix("at-")
            .and_then(|position| position.parse::<usize>().ok())
            .ok_or_else(|| ApiError::silent("InvalidMarkerException"))?,
    };
    let size = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usual);
    let total = items.len();
    let page: Vec<T> = items.into_iter().skip(from).take(size).collect();
    let next = from + page.len();
    Ok((page, (next < total).then(|| format!("at-{next}"))))
}
