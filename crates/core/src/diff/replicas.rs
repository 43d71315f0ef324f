//! Differences between two lists of replicas: by Region, whatever the order.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, ChangeKind, compare, inner};
use crate::members;
use crate::path::Path;
use crate::spec::generated::REPLICA;
use crate::spec::table::Effect;
use crate::value::{PropertyMap, PropertyValue};

/// Compares the replicas that two runs ask for. Paths name the Region: `replicas["eu-west-1"].tags.team`.
pub(super) fn replicas(old: &PropertyMap, new: &PropertyMap, changes: &mut Vec<Change>) {
    let at = Path::of("replicas");
    if members::are_unknown(new) {
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
            (Some(before), Some(after)) => entry(&at.name(region), before, after, changes),
        }
    }
}

fn entry(at: &Path, before: &PropertyMap, after: &PropertyMap, changes: &mut Vec<Change>) {
    for field in REPLICA.fields.iter().filter(|field| field.name != "region") {
        let (old, new) = (inner(before, field.name), inner(after, field.name));
        compare(&at.name(field.name), field.effect, field.name, old, new, changes);
    }
    // Default tags of the provider, as far as the replica's own tags do not show the change already.
    let own_tags = inner(before, "tags") != inner(after, "tags");
    if !own_tags {
        let (old, new) = (inner(before, "tagsAll"), inner(after, "tagsAll"));
        compare(&at.name("tagsAll"), Effect::Update, "tagsAll", old, new, changes);
    }
}

/// Whether the old inputs have a replica in the Region that the new ones make the primary's.
pub(crate) fn can_promote(old: &PropertyMap, new: &PropertyMap) -> bool {
    let old: BTreeMap<_, _> = members::entries(old);
    new.get("region").and_then(PropertyValue::as_str).is_some_and(|region| old.contains_key(region))
}
