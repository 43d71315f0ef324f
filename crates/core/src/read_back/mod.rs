//! The inputs that an observed key stands for: for `pulumi refresh` and `pulumi import`.
//!
//! A refresh keeps every input in the form in which the program gave it, as long as it means what KMS says; only what
//! has drifted is written anew. An import starts from nothing and writes the fewest inputs that lead to the same key.

mod set;
mod words;

pub use set::{SetReadContext, set_inputs};

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::desired::Desired;
use crate::observed::{Observed, Reading};
use crate::policy::{self, Facts};
use crate::spec::constants::{defaults, names};
use crate::value::{PropertyMap, PropertyValue};

/// What reading back must know beside the key.
#[derive(Debug)]
pub struct ReadContext<'a> {
    /// The provider's Region, if it has one.
    pub provider_region: Option<&'a str>,
    /// The provider's default tags.
    pub default_tags: &'a BTreeMap<String, String>,
    /// The provider's `ignoreTags`.
    pub ignored_tags: &'a IgnoredTags,
    /// AWS's default policy for the key's account.
    pub default_policy: &'a Value,
    /// What the old inputs ask for; `None` on import.
    pub desired: Option<&'a Desired>,
    /// Whether the outputs show the key's policy, so that the inputs need not. Those of a replica do not.
    pub policy_is_an_output: bool,
}

/// Tags that belong to somebody else: neither drift nor ours to remove.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IgnoredTags {
    /// Tag keys.
    pub keys: Vec<String>,
    /// Beginnings of tag keys.
    pub key_prefixes: Vec<String>,
}

impl IgnoredTags {
    /// Whether a tag belongs to somebody else. Tags that begin with `aws:` are AWS's own; nobody else can set or remove
    /// them.
    pub fn covers(&self, key: &str) -> bool {
        key.starts_with("aws:")
            || self.keys.iter().any(|ignored| ignored == key)
            || self.key_prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()))
    }
}

/// The inputs of an observed key, in the form of `old` where that still holds.
pub fn inputs(old: &PropertyMap, observed: &Observed, context: &ReadContext<'_>) -> PropertyMap {
    let mut inputs = old.clone();
    identity(&mut inputs, observed, context);
    description(&mut inputs, observed, context);
    state(&mut inputs, observed, context);
    rotation(&mut inputs, observed, context);
    aliases(&mut inputs, observed, context);
    tags(&mut inputs, observed, context);
    key_policy(&mut inputs, observed, context);
    inputs
}

/// What cannot change: written on import only, and only where it differs from what Check fills in.
fn identity(inputs: &mut PropertyMap, observed: &Observed, context: &ReadContext<'_>) {
    if context.desired.is_some() {
        return;
    }
    let metadata = &observed.metadata;
    let region = metadata.region();
    if context.provider_region != Some(region) {
        inputs.insert(names::REGION.into(), region.into());
    }
    if metadata.key_spec != defaults::KEY_SPEC.as_str() {
        inputs.insert(names::KEY_SPEC.into(), metadata.key_spec.as_str().into());
        inputs.insert(names::KEY_USAGE.into(), metadata.key_usage.as_str().into());
    }
    if metadata.multi_region {
        inputs.insert(names::MULTI_REGION.into(), true.into());
    }
}

fn description(inputs: &mut PropertyMap, observed: &Observed, context: &ReadContext<'_>) {
    let seen = &observed.metadata.description;
    let wanted = context.desired.map_or(defaults::DESCRIPTION, |desired| &desired.description);
    if wanted != seen {
        put_like(inputs, names::DESCRIPTION, seen.as_str().into());
    }
}

/// A key that is pending deletion keeps the `enabled` that it will have again; its state is an output of its own.
fn state(inputs: &mut PropertyMap, observed: &Observed, context: &ReadContext<'_>) {
    let seen = match observed.metadata.state.as_str() {
        "Enabled" => true,
        "Disabled" => false,
        _ => return,
    };
    let wanted = context.desired.map_or(defaults::ENABLED, |desired| desired.enabled);
    if wanted != seen {
        inputs.insert(names::ENABLED.into(), seen.into());
    }
}

fn rotation(inputs: &mut PropertyMap, observed: &Observed, context: &ReadContext<'_>) {
    let Reading::Seen(seen) = observed.rotation_period_days else { return };
    let wanted = match context.desired {
        Some(desired) => desired.rotation_period_days,
        // What Check fills in where nothing is given.
        None if observed.metadata.key_spec == defaults::KEY_SPEC.as_str() => Some(defaults::ROTATION_PERIOD_DAYS),
        None => None,
    };
    if wanted == seen {
        return;
    }
    if wanted.is_some() != seen.is_some() {
        inputs.insert(names::ENABLE_ROTATION.into(), seen.is_some().into());
    }
    match seen {
        Some(days) if context.desired.is_some() || days != defaults::ROTATION_PERIOD_DAYS => {
            inputs.insert(names::ROTATION_PERIOD_DAYS.into(), days.into());
        }
        Some(_) => {}
        None => {
            inputs.remove(names::ROTATION_PERIOD_DAYS);
        }
    }
}

/// `alias` stays the name it is while the key holds it. Names that the resource never asked for are drift: they show.
fn aliases(inputs: &mut PropertyMap, observed: &Observed, context: &ReadContext<'_>) {
    let Reading::Seen(seen) = &observed.aliases else { return };
    let empty = BTreeSet::new();
    let wanted = context.desired.map_or(&empty, |desired| &desired.aliases);
    if wanted == seen {
        return;
    }
    let first = inputs.get(names::ALIAS).and_then(PropertyValue::as_str).map(str::to_owned);
    let first = first.filter(|name| seen.contains(name)).or_else(|| seen.first().cloned());
    let rest: Vec<PropertyValue> =
        seen.iter().filter(|name| Some(*name) != first.as_ref()).map(|name| name.as_str().into()).collect();
    match first {
        Some(name) => put_like(inputs, names::ALIAS, name.into()),
        None => {
            inputs.remove(names::ALIAS);
        }
    }
    if rest.is_empty() {
        inputs.remove(names::ALIASES);
    } else {
        inputs.insert(names::ALIASES.into(), PropertyValue::List(rest));
    }
}

/// A tag that equals a default tag of the provider is the provider's unless the program gave it too.
fn tags(inputs: &mut PropertyMap, observed: &Observed, context: &ReadContext<'_>) {
    let Reading::Seen(seen) = &observed.tags else { return };
    let seen: BTreeMap<&str, &str> = seen
        .iter()
        .filter(|(key, _)| !context.ignored_tags.covers(key))
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    let old = inputs.get(names::TAGS).and_then(PropertyValue::as_map).cloned().unwrap_or_default();
    let all_secret = matches!(inputs.get(names::TAGS), Some(PropertyValue::Secret(_)));
    let mut own = PropertyMap::new();
    for (key, value) in &seen {
        let given = old.get(*key);
        if given.is_none() && context.default_tags.get(*key).map(String::as_str) == Some(value) {
            continue;
        }
        let value = match given {
            Some(given) if given.as_str() == Some(value) => given.clone(),
            Some(PropertyValue::Secret(_)) => PropertyValue::from(*value).into_secret(),
            _ => PropertyValue::from(*value),
        };
        own.insert((*key).to_owned(), value);
    }
    if own != old {
        if own.is_empty() {
            inputs.remove(names::TAGS);
        } else {
            let map = PropertyValue::Map(own);
            inputs.insert(names::TAGS.into(), if all_secret { map.into_secret() } else { map });
        }
    }
    merged_tags(inputs, &seen, context);
}

/// `tagsAll` is part of the normal form only where the provider has default tags.
fn merged_tags(inputs: &mut PropertyMap, seen: &BTreeMap<&str, &str>, context: &ReadContext<'_>) {
    if context.default_tags.is_empty() {
        return;
    }
    let secret = inputs.get(names::TAGS).and_then(PropertyValue::as_map).cloned().unwrap_or_default();
    let all = seen.iter().map(|(key, value)| {
        let value = PropertyValue::from(*value);
        let hidden = secret.get(*key).is_some_and(PropertyValue::has_secrets);
        ((*key).to_owned(), if hidden { value.into_secret() } else { value })
    });
    inputs.insert(names::TAGS_ALL.into(), PropertyValue::Map(all.collect()));
}

/// A policy that means the same keeps its form, and so does the property that holds it: `ignoreChanges` names it. One that
/// drifted to what that form cannot express shows by the output `policyJson` where there is one, else as a document.
fn key_policy(inputs: &mut PropertyMap, observed: &Observed, context: &ReadContext<'_>) {
    let Reading::Seen(seen) = &observed.policy else { return };
    let wanted = context.desired.and_then(|desired| desired.policy.as_ref()).unwrap_or(context.default_policy);
    if policy::equal(wanted, seen) {
        return;
    }
    let given = [names::POLICY, names::POLICY_DOCUMENT].into_iter().find(|name| inputs.contains_key(*name));
    let secret = given.is_some_and(|name| inputs.get(name).is_some_and(PropertyValue::has_secrets));
    let hide = |value: PropertyValue| if secret { value.into_secret() } else { value };
    let typed = || typed_policy(observed, seen).map(|typed| (names::POLICY, in_given_words(inputs, typed, observed)));
    let document = || (names::POLICY_DOCUMENT, PropertyValue::from_json(seen));
    let stays = context.desired.is_some() && context.policy_is_an_output;
    let read = match given {
        Some(names::POLICY_DOCUMENT) => Some(document()),
        Some(_) if stays => typed(),
        None if stays => None,
        _ if policy::equal(seen, context.default_policy) => {
            inputs.remove(names::POLICY);
            None
        }
        _ => Some(typed().unwrap_or_else(document)),
    };
    if let Some((name, value)) = read {
        inputs.remove(names::POLICY);
        inputs.remove(names::POLICY_DOCUMENT);
        inputs.insert(name.into(), hide(value));
    }
}

/// A typed policy with the names of roles that the inputs have.
fn in_given_words(inputs: &PropertyMap, typed: PropertyMap, observed: &Observed) -> PropertyValue {
    let given = inputs.get(names::POLICY).and_then(PropertyValue::as_map);
    let arn = crate::ids::KmsArn::parse(&observed.metadata.arn);
    PropertyValue::Map(match (given, arn) {
        (Some(given), Some(arn)) => words::in_words_of(given, typed, &arn.partition, &arn.account),
        _ => typed,
    })
}

/// The input `policy` that stands for a document, if one does.
pub(crate) fn typed_policy(observed: &Observed, document: &Value) -> Option<PropertyMap> {
    let metadata = &observed.metadata;
    let arn = crate::ids::KmsArn::parse(&metadata.arn)?;
    let facts = Facts {
        partition: &arn.partition,
        account: &arn.account,
        region: &arn.region,
        key_usage: &metadata.key_usage,
        key_spec: &metadata.key_spec,
        multi_region: metadata.multi_region,
    };
    policy::recover(document, &facts).map(|typed| typed.to_properties())
}

fn put_like(inputs: &mut PropertyMap, name: &str, value: PropertyValue) {
    let secret = matches!(inputs.get(name), Some(PropertyValue::Secret(_)));
    inputs.insert(name.into(), if secret { value.into_secret() } else { value });
}
