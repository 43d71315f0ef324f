//! The inputs that a whole multi-Region set stands for.
//!
//! Each key is read back as if it stood alone; then every replica is written down as what it does not share with the
//! primary. Where the primary has moved by hand, the two keys change places in the inputs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{IgnoredTags, ReadContext, inputs};
use crate::desired::DesiredSet;
use crate::members::{OF_THE_WHOLE, by_region, effective, entries};
use crate::observed::ObservedSet;
use crate::spec::constants::{defaults, names};
use crate::value::{PropertyMap, PropertyValue};

/// What reading a set back must know beside the keys.
#[derive(Debug)]
pub struct SetReadContext<'a> {
    /// The provider's Region, if it has one.
    pub provider_region: Option<&'a str>,
    /// The provider's default tags.
    pub default_tags: &'a BTreeMap<String, String>,
    /// The provider's `ignoreTags`.
    pub ignored_tags: &'a IgnoredTags,
    /// AWS's default policy for the keys' account.
    pub default_policy: &'a Value,
    /// What the old inputs ask for; `None` on import.
    pub desired: Option<&'a DesiredSet>,
}

/// The inputs of an observed set, in the form of `old` where that still holds.
///
/// A refresh keeps to the Regions that the old inputs name: a replica that is gone goes, one that others have added shows
/// in the outputs only. An import takes every replica. A key that could not be read stays as the old inputs have it.
pub fn set_inputs(old: &PropertyMap, set: &ObservedSet, context: &SetReadContext<'_>) -> PropertyMap {
    let old_primary = context.desired.map_or(&set.primary, |desired| &desired.primary);
    let before = by_region(old, old_primary);
    let alone = |region: &str, given: &PropertyMap| {
        set.members.get(region).map(|observed| {
            let desired = context.desired.and_then(|desired| desired.members.get(region));
            let context = ReadContext {
                provider_region: context.provider_region,
                default_tags: context.default_tags,
                ignored_tags: context.ignored_tags,
                default_policy: context.default_policy,
                desired,
                policy_is_an_output: region == set.primary,
            };
            inputs(given, observed, &context)
        })
    };
    let kept: BTreeSet<&String> = match context.desired {
        Some(_) => before.keys().filter(|region| is_there(set, region)).collect(),
        None => set.members.keys().chain(set.unreachable.keys()).collect(),
    };
    let none = PropertyMap::new();
    let mut now: BTreeMap<&str, PropertyMap> = BTreeMap::new();
    for region in kept {
        let given = before.get(region).unwrap_or(&none);
        now.insert(region, alone(region, given).unwrap_or_else(|| given.clone()));
    }
    let moved = old_primary != &set.primary;
    let mut main = now.remove(set.primary.as_str()).unwrap_or_else(|| old.clone());
    if moved {
        main.insert(names::REGION.into(), set.primary.as_str().into());
        main.extend(of_the_whole(old));
    }
    main.remove(names::REPLICAS);
    let replicas = replicas(old, &main, &now, context);
    // An empty list stays where the program has one.
    if !replicas.is_empty() || old.contains_key(names::REPLICAS) {
        main.insert(names::REPLICAS.into(), PropertyValue::List(replicas));
    }
    main
}

/// Whether a Region has a key, or may have one.
fn is_there(set: &ObservedSet, region: &str) -> bool {
    set.members.contains_key(region) || set.unreachable.contains_key(region) || set.primary == region
}

/// Inputs that belong to no single key and so do not change places.
fn of_the_whole(old: &PropertyMap) -> PropertyMap {
    let names = OF_THE_WHOLE.iter().filter(|name| **name != names::REPLICAS);
    names.filter_map(|name| Some(((*name).to_owned(), old.get(*name)?.clone()))).collect()
}

/// The list of replicas, in the order of the old one, new entries behind.
fn replicas(
    old: &PropertyMap,
    main: &PropertyMap,
    now: &BTreeMap<&str, PropertyMap>,
    context: &SetReadContext<'_>,
) -> Vec<PropertyValue> {
    let known = entries(old);
    let listed = old.get(names::REPLICAS).and_then(PropertyValue::as_list).unwrap_or_default();
    let order = listed.iter().filter_map(|item| item.as_map()?.get(names::REGION)?.as_str());
    let mut regions: Vec<&str> = order.filter(|region| now.contains_key(region)).collect();
    let added: Vec<&str> = now.keys().copied().filter(|region| !regions.contains(region)).collect();
    regions.extend(added);
    let entry = |region: &str| {
        let given = known.get(region).cloned();
        let bare = || PropertyMap::from([(names::REGION.to_owned(), region.into())]);
        PropertyValue::Map(fitted(given.unwrap_or_else(bare), main, &now[region], context))
    };
    regions.into_iter().map(entry).collect()
}

/// Properties that stand or fall together, and what says "none" where the key itself has some.
fn groups(default_policy: &Value) -> [(&'static [&'static str], &'static str, PropertyValue); 8] {
    [
        (&[names::DESCRIPTION], names::DESCRIPTION, defaults::DESCRIPTION.into()),
        (&[names::ENABLED], names::ENABLED, defaults::ENABLED.into()),
        (&[names::ALIAS, names::ALIASES], names::ALIASES, PropertyValue::List(vec![])),
        (&[names::TAGS, names::TAGS_ALL], names::TAGS, PropertyMap::new().into()),
        (&[names::POLICY, names::POLICY_DOCUMENT], names::POLICY_DOCUMENT, PropertyValue::from_json(default_policy)),
        (&[names::DELETION_WINDOW_DAYS], names::DELETION_WINDOW_DAYS, defaults::DELETION_WINDOW_DAYS.into()),
        (&[names::DELETION_POLICY], names::DELETION_POLICY, defaults::DELETION_POLICY.as_str().into()),
        (&[names::DELETION_GUARD], names::DELETION_GUARD, PropertyValue::Null),
    ]
}

/// An entry that, on top of the primary's inputs, asks for what the replica is. What it says already stays as it says it.
fn fitted(
    mut entry: PropertyMap,
    main: &PropertyMap,
    replica: &PropertyMap,
    context: &SetReadContext<'_>,
) -> PropertyMap {
    for (names, said_as, none) in groups(context.default_policy) {
        let now = effective(main, &entry);
        if names.iter().all(|name| same(now.get(*name), replica.get(*name), &none)) || same_names(names, &now, replica)
        {
            continue;
        }
        for name in names {
            entry.remove(*name);
        }
        if said_as == names::ALIASES {
            entry.insert(names::ALIASES.into(), PropertyValue::List(all_names(replica)));
            continue;
        }
        let given = names.iter().filter_map(|name| Some(((*name).to_owned(), replica.get(*name)?.clone())));
        entry.extend(given);
        if !names.iter().any(|name| *name != names::TAGS_ALL && entry.contains_key(*name)) && !none.is_null() {
            entry.insert(said_as.into(), none);
        }
    }
    entry
}

/// Whether two values ask for the same, where none at all asks for `none`.
fn same(one: Option<&PropertyValue>, other: Option<&PropertyValue>, none: &PropertyValue) -> bool {
    let asks = |value: Option<&PropertyValue>| value.map_or_else(|| none.plain(), PropertyValue::plain);
    one == other || asks(one) == asks(other)
}

fn same_names(group: &[&str], one: &PropertyMap, other: &PropertyMap) -> bool {
    let sorted = |map: &PropertyMap| {
        let names = all_names(map);
        names.iter().filter_map(PropertyValue::as_str).map(str::to_owned).collect::<BTreeSet<_>>()
    };
    group.contains(&names::ALIASES) && sorted(one) == sorted(other)
}

fn all_names(map: &PropertyMap) -> Vec<PropertyValue> {
    let list = map.get(names::ALIASES).and_then(PropertyValue::as_list).unwrap_or_default();
    map.get(names::ALIAS).into_iter().chain(list).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::groups;
    use crate::spec::constants::names;
    use crate::spec::generated::REPLICA;

    #[test]
    fn every_property_of_a_replica_is_read_back() {
        let groups = groups(&serde_json::Value::Null);
        for field in REPLICA.fields.iter().filter(|field| !field.hidden && field.name != names::REGION) {
            let (name, known) = (field.name, groups.iter().any(|(names, ..)| names.contains(&field.name)));
            assert!(known, "a replica that was read back lacks {name}: add it to the groups of read_back/set.rs");
        }
    }
}
