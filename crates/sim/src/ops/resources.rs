//! `GetResources` of the Resource Groups Tagging API: keys by their tags.

use serde_json::{Value, json};

use super::Members;
use crate::authorize;
use crate::error::ApiError;
use crate::key::Key;
use crate::params::{Params, unknown_members};
use crate::sim::Call;
use crate::state::State;

/// A key, and any of some values; any value at all if there are none.
struct Filter {
    key: String,
    values: Vec<String>,
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterException", message)
}

pub(super) fn get(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let token = params.limited_text("PaginationToken", 0, 2048)?.filter(|token| !token.is_empty());
    let filters = filters(&mut params)?;
    let types = params.texts("ResourceTypeFilters")?;
    let arns = params.texts("ResourceARNList")?;
    let per_page = params.integer("ResourcesPerPage", 1, 100)?;
    let tags_per_page = params.integer("TagsPerPage", 100, 500)?;
    let compliance = params.flag("IncludeComplianceDetails")?.unwrap_or(false);
    let only_bad = params.flag("ExcludeCompliantResources")?.unwrap_or(false);
    // This service has a code of its own for requests of a bad form.
    params.done().map_err(|error| invalid(error.message.unwrap_or_default()))?;
    if only_bad && !compliance {
        return Err(invalid("ExcludeCompliantResources needs IncludeComplianceDetails."));
    }
    let others = !filters.is_empty() || !types.is_empty() || token.is_some() || per_page.or(tags_per_page).is_some();
    if !arns.is_empty() && others {
        return Err(invalid("ResourceARNList cannot be combined with filters or pagination."));
    }
    let kinds = types.iter().map(|kind| is_of_keys(kind)).collect::<Result<Vec<bool>, ApiError>>()?;
    authorize::on_account(state, &call.caller, "tag:GetResources")?;
    let kind = kinds.is_empty() || kinds.contains(&true);
    let mine = |key: &&Key| key.region == call.region && key.account == call.caller.account;
    let wanted = |key: &&Key| {
        // No tag policy is in effect, so every key complies with it.
        kind && key.was_tagged
            && !only_bad
            && (arns.is_empty() || arns.contains(&key.arn))
            && filters.iter().all(|filter| has(key, filter))
    };
    let found: Vec<&Key> = state.keys.values().filter(mine).filter(wanted).collect();
    page(&found, token, per_page, tags_per_page)
}

fn filters(params: &mut Params<'_>) -> Result<Vec<Filter>, ApiError> {
    let list = match params.get("TagFilters") {
        None => return Ok(vec![]),
        Some(list) => list.as_array().ok_or_else(|| invalid("TagFilters is a list."))?,
    };
    if list.len() > 50 {
        return Err(invalid("TagFilters has at most 50 entries."));
    }
    list.iter().map(filter).collect()
}

fn filter(entry: &Value) -> Result<Filter, ApiError> {
    let entry = entry.as_object().ok_or_else(|| invalid("A tag filter is a structure."))?;
    unknown_members(entry, &["Key", "Values"])?;
    let key = entry.get("Key").and_then(Value::as_str).filter(|key| (1..=128).contains(&key.chars().count()));
    let key = key.ok_or_else(|| invalid("A tag filter has a key of 1 to 128 characters."))?.to_owned();
    let values: Vec<String> = match entry.get("Values") {
        None | Some(Value::Null) => vec![],
        Some(values) => serde_json::from_value(values.clone()).map_err(|_| invalid("Values is a list of texts."))?,
    };
    if values.len() > 20 || values.iter().any(|value| value.chars().count() > 256) {
        return Err(invalid("A tag filter has at most 20 values of at most 256 characters."));
    }
    Ok(Filter { key, values })
}

/// Whether a type of resources is that of keys; a type without a service is none.
fn is_of_keys(kind: &str) -> Result<bool, ApiError> {
    let good = |c: char| c.is_ascii_alphanumeric() || ":-_/.".contains(c);
    if kind.is_empty() || kind.starts_with(':') || !kind.chars().all(good) {
        return Err(invalid(format!("{kind} is no type of resources.")));
    }
    Ok(kind == "kms" || kind == "kms:key")
}

fn has(key: &Key, filter: &Filter) -> bool {
    key.tags.get(&filter.key).is_some_and(|value| filter.values.is_empty() || filter.values.contains(value))
}

/// A page ends before the key that would bring it over its tags; a key without tags counts as one.
fn page(
    found: &[&Key],
    token: Option<&str>,
    per_page: Option<i64>,
    tags_per_page: Option<i64>,
) -> Result<Value, ApiError> {
    let start = match token {
        None => 0,
        Some(token) => {
            let position = token.strip_prefix("from-").map(|arn| found.iter().position(|key| key.arn == arn));
            position.flatten().ok_or_else(|| invalid("The pagination token is not valid."))?
        }
    };
    let size = |limit: Option<i64>, usual: usize| limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usual);
    let (most, most_tags) = (size(per_page, 100), size(tags_per_page, usize::MAX));
    let (mut shown, mut tags) = (vec![], 0);
    for key in &found[start..] {
        tags += key.tags.len().max(1);
        if shown.len() == most || tags > most_tags {
            break;
        }
        let list: Vec<Value> = key.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        shown.push(json!({ "ResourceARN": key.arn, "Tags": list }));
    }
    let next = found.get(start + shown.len()).map_or_else(String::new, |key| format!("from-{}", key.arn));
    Ok(json!({ "PaginationToken": next, "ResourceTagMappingList": shown }))
}
