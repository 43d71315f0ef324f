//! Rules about the replicas of a multi-Region key.

use std::collections::BTreeSet;

use super::check::{CheckContext, Checked};
use super::normal::entries_mut;
use super::rules as key_rules;
use crate::ids;
use crate::path::Path;
use crate::spec::constants::names;
use crate::value::{PropertyMap, PropertyValue};

/// A key with replicas is a multi-Region key, and one that was stays one when its last replica goes.
pub(super) fn multi_region(checked: &mut Checked, olds: &PropertyMap) {
    if checked.inputs.get(names::MULTI_REGION).and_then(PropertyValue::as_bool) == Some(false)
        && has_replicas(&checked.inputs)
    {
        checked.fail(
            Path::of(names::MULTI_REGION),
            "false contradicts replicas: only a multi-Region key has any; set it to true, or remove the replicas",
        );
    }
    if needs_a_set(checked, olds) && checked.text(names::REPLACEMENT_POLICY).as_deref() != Some("ALLOW") {
        checked.fail(
            Path::of(names::REPLICAS),
            "the present key is a single-Region key, and KMS cannot give it replicas; remove them; or add a second \
             AwsKmsKey with replicas and move the data over; or set replacementPolicy to ALLOW, which creates a new key \
             that cannot read what this one has encrypted",
        );
    }
}

/// Whether the inputs ask for replicas of a key that KMS cannot replicate.
pub(super) fn needs_a_set(checked: &Checked, olds: &PropertyMap) -> bool {
    olds.get(names::MULTI_REGION).and_then(PropertyValue::as_bool) == Some(false) && has_replicas(&checked.inputs)
}

fn has_replicas(inputs: &PropertyMap) -> bool {
    inputs.get(names::REPLICAS).and_then(PropertyValue::as_list).is_some_and(|list| !list.is_empty())
}

/// Each replica: its Region, and its own part by the same rules as the key's.
pub(super) fn rules(checked: &mut Checked, context: &CheckContext<'_>) {
    let mut inputs = checked.inputs.clone();
    let mut regions = BTreeSet::new();
    change_entries(&mut inputs, |at, entry| {
        region(checked, &at.name(names::REGION), entry, &mut regions, context.skip_region_validation());
        let aliases = entry.get(names::ALIASES).and_then(PropertyValue::as_list).unwrap_or_default();
        let named = aliases.iter().enumerate().map(|(i, name)| (at.name(names::ALIASES).index(i), name.clone()));
        key_rules::names(checked, named.collect());
        let own = entry.get(names::REGION).and_then(PropertyValue::as_str).map(str::to_owned);
        key_rules::policy_of(checked, Some(at), entry, own.as_deref());
        deletion(checked, at, entry);
        if let Some(own) = entry.get(names::TAGS).cloned()
            && let Some(all) = key_rules::tags_of(checked, &at.name(names::TAGS), Some(&own), context.default_tags)
        {
            entry.insert(names::TAGS_ALL.into(), all);
        }
    });
    checked.inputs = inputs;
}

fn region(checked: &mut Checked, at: &Path, entry: &PropertyMap, seen: &mut BTreeSet<String>, lenient: bool) {
    let Some(region) = entry.get(names::REGION).and_then(PropertyValue::as_str) else { return };
    if let Err(reason) = ids::check_region(region, lenient) {
        return checked.fail(at.clone(), reason);
    }
    if !seen.insert(region.to_owned()) {
        let reason =
            format!("{region} has a replica already; KMS allows one replica in each Region; remove one of the two");
        return checked.fail(at.clone(), reason);
    }
    let Some(own) = checked.text(names::REGION) else { return };
    if own == region {
        checked.fail(
            at.clone(),
            format!("{region} is the Region of the key itself; a replica goes into another Region; remove it, or change region"),
        );
    } else if ids::partition_of_region(&own) != ids::partition_of_region(region) {
        checked.fail(
            at.clone(),
            format!(
                "{region} is in the partition {}, the key in {own} is in {}; KMS replicates within one partition only; \
                 choose a Region of {}",
                ids::partition_of_region(region),
                ids::partition_of_region(&own),
                ids::partition_of_region(&own),
            ),
        );
    }
}

/// KMS deletes a primary only when its last replica is gone.
fn deletion(checked: &mut Checked, at: &Path, entry: &PropertyMap) {
    let own = entry.get(names::DELETION_POLICY).and_then(PropertyValue::as_str);
    let stays = own.filter(|policy| ["DISABLE", "RETAIN"].contains(policy));
    if let Some(policy) = stays.filter(|_| checked.text(names::DELETION_POLICY).as_deref() == Some("SCHEDULE")) {
        checked.fail(
            at.name(names::DELETION_POLICY),
            format!(
                "{policy} keeps the replica, and the key itself is scheduled for deletion: KMS would wait for the replica \
                 for ever, with the key unusable meanwhile; set the key's deletionPolicy to {policy} as well, or this one to \
                 SCHEDULE"
            ),
        );
    }
}

/// Changes every entry of `replicas` that is known, given its path.
fn change_entries(inputs: &mut PropertyMap, mut change: impl FnMut(&Path, &mut PropertyMap)) {
    for (index, entry) in entries_mut(inputs.get_mut(names::REPLICAS)) {
        change(&Path::of(names::REPLICAS).index(index), entry);
    }
}
