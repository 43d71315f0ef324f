//! Planning in spite of late reads, for the keys of a set.

use awskms_core::desired::Managed;
use awskms_core::members;
use awskms_core::observed::ObservedSet;
use awskms_core::outputs::REPLICA_KEYS;
use awskms_core::stale::disabling_is_in_doubt;
use awskms_core::value::{PropertyMap, PropertyValue};

use super::set::Work;

/// The keys for a plan in spite of late reads, and the Regions whose key must be disabled once more to be sure.
pub(super) fn doubted(
    mut set: ObservedSet,
    work: &Work<'_>,
    old_outputs: &PropertyMap,
    before: &str,
) -> (ObservedSet, Vec<String>) {
    let mut in_doubt = vec![];
    let none = Managed::default();
    for (region, observed) in &mut set.members {
        let Some(wanted) = work.desired.members.get(region) else { continue };
        let remembered = remembered_of(old_outputs, region, before);
        if disabling_is_in_doubt(observed, wanted, &remembered) {
            in_doubt.push(region.clone());
        }
        let managed = work.held.get(region).unwrap_or(&none);
        *observed = observed.doubted(wanted, &remembered, managed, &work.default_policy);
    }
    (set, in_doubt)
}

/// What a state remembers of the key in one Region; nothing where it knows of none there.
fn remembered_of(outputs: &PropertyMap, region: &str, before: &str) -> PropertyMap {
    if region == before {
        return outputs.clone();
    }
    let key = outputs.get(REPLICA_KEYS).and_then(PropertyValue::as_map).and_then(|keys| keys.get(region)?.as_map());
    let (Some(key), Some(entry)) = (key, members::entries(outputs).remove(region)) else { return PropertyMap::new() };
    let own = members::effective(outputs, &entry);
    let tags = own.get("tagsAll").or_else(|| own.get("tags"));
    let kept = [
        ("keyId", outputs.get("keyId")),
        ("keyState", key.get("keyState")),
        ("description", own.get("description")),
        ("tagsAll", tags),
    ];
    kept.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.clone()))).collect()
}
