//! Differences between two lists of replicas: by Region, whatever the order.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, ChangeKind, compare, inner, same_policy};
use crate::ignored::INHERITED;
use crate::members;
use crate::path::{Path, Segment};
use crate::spec::constants::names;
use crate::spec::generated::REPLICA;
use crate::spec::table::Effect;
use crate::value::{PropertyMap, PropertyValue};

/// Compares the replicas that two runs ask for. Paths name the Region: `replicas["eu-west-1"].tags.team`.
pub(super) fn replicas(old: &PropertyMap, new: &PropertyMap, changes: &mut Vec<Change>) {
    let at = Path::of(names::REPLICAS);
    let hidden = members::hide_their_regions(old) || members::hide_their_regions(new);
    let differ =
        || old.get(names::REPLICAS).map(PropertyValue::plain) != new.get(names::REPLICAS).map(PropertyValue::plain);
    if hidden && !differ() {
        return;
    }
    if members::are_unknown(new) || hidden {
        changes.push(Change { path: at, kind: ChangeKind::Update, effect: Effect::Update });
        return;
    }
    let (before, after) = (members::entries(old), members::entries(new));
    let regions: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for region in regions {
        let mut push = |kind| changes.push(Change { path: at.name(region), kind, effect: Effect::Update });
        match (before.get(region), after.get(region)) {
            (None, None) => {}
            (None, Some(_)) => push(ChangeKind::Add),
            (Some(_), None) => push(ChangeKind::Delete),
            (Some(before), Some(after)) => {
                let mut found = vec![];
                entry(&at.name(region), before, after, &mut found);
                if before == after && found.is_empty() && inner(old, names::TAGS_ALL) == inner(new, names::TAGS_ALL) {
                    continue;
                }
                // What is written where it was inherited before, or the other way round, may ask for the same.
                let (was, is) = (members::effective(old, before), members::effective(new, after));
                found.retain(|change| !means_the_same(change, &was, &is));
                if same_policy(&was, &is) {
                    found.retain(|change| !is_about(change, names::POLICY));
                }
                // No tags of its own and none at all compare as alike, but the first inherits the default tags.
                if inner(before, names::TAGS) != inner(after, names::TAGS) && !found.iter().any(is_about_tags) {
                    let (was, is) = (inner(&was, names::TAGS_ALL), inner(&is, names::TAGS_ALL));
                    let path = at.name(region).name(names::TAGS_ALL);
                    compare(&path, Effect::Update, names::TAGS_ALL, was, is, &mut found);
                }
                changes.extend(found);
            }
        }
    }
}

fn entry(at: &Path, before: &PropertyMap, after: &PropertyMap, changes: &mut Vec<Change>) {
    for field in REPLICA.fields.iter().filter(|field| field.name != names::REGION) {
        let (old, new) = (inner(before, field.name), inner(after, field.name));
        compare(&at.name(field.name), field.effect, field.name, old, new, changes);
    }
    // Default tags of the provider, as far as the replica's own tags do not show the change already.
    let own_tags = inner(before, names::TAGS) != inner(after, names::TAGS);
    if !own_tags {
        let (old, new) = (inner(before, names::TAGS_ALL), inner(after, names::TAGS_ALL));
        compare(&at.name(names::TAGS_ALL), Effect::Update, names::TAGS_ALL, old, new, changes);
    }
}

fn is_about_tags(change: &Change) -> bool {
    is_about(change, names::TAGS)
}

fn is_about(change: &Change, property: &str) -> bool {
    matches!(change.path.segments(), [_, _, Segment::Name(name), ..] if name == property)
}

/// Whether a change is of the form only: the replica as a whole asks for the same as before.
fn means_the_same(change: &Change, was: &PropertyMap, is: &PropertyMap) -> bool {
    let [_, _, Segment::Name(name)] = change.path.segments() else { return false };
    let Some(names) = INHERITED.iter().find(|names| names.contains(&name.as_str())) else { return false };
    if change.kind == ChangeKind::Update {
        return false;
    }
    if names.contains(&names::ALIASES) {
        return names_of(was) == names_of(is) && !is.get(names::ALIASES).is_some_and(PropertyValue::has_unknowns);
    }
    let mut found = vec![];
    for name in *names {
        compare(&Path::of(name), Effect::Update, name, inner(was, name), inner(is, name), &mut found);
    }
    found.is_empty()
}

fn names_of(inputs: &PropertyMap) -> BTreeSet<String> {
    let list = inputs.get(names::ALIASES).and_then(PropertyValue::as_list).unwrap_or_default();
    inputs.get(names::ALIAS).into_iter().chain(list).filter_map(PropertyValue::as_str).map(str::to_owned).collect()
}

/// Whether the old inputs have a replica in the Region that the new ones make the primary's.
pub(crate) fn can_promote(old: &PropertyMap, new: &PropertyMap) -> bool {
    let old: BTreeMap<_, _> = members::entries(old);
    new.get(names::REGION).and_then(PropertyValue::as_str).is_some_and(|region| old.contains_key(region))
}
