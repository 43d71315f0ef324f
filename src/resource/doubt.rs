//! What a plan for a set is made from beside what was read: in spite of late reads, and apart from what the user ignores.

use std::collections::BTreeMap;

use awskms_core::desired::{Account, DesiredSet, Held, Managed};
use awskms_core::members;
use awskms_core::observed::ObservedSet;
use awskms_core::outputs::REPLICA_KEYS;
use awskms_core::owner::OwnerMark;
use awskms_core::stale::disabling_is_in_doubt;
use awskms_core::untouched::{Ignoring, Untouched};
use awskms_core::value::{PropertyMap, PropertyValue};

use super::provider::{Provider, default_policy};
use super::set::Work;
use super::unfinished::is_unfinished;
use super::update::Change;

/// Keeps what the user ignores out of what a plan is made towards. `before` is where the state has the primary.
pub(super) fn untouched(
    change: &Change<'_>,
    desired: &mut DesiredSet,
    held: &mut Held,
    set: &ObservedSet,
    account: Option<&Account>,
    before: &str,
) -> Untouched {
    let remembered: BTreeMap<String, PropertyMap> = desired
        .members
        .keys()
        .map(|region| (region.clone(), remembered_of(change.old_outputs, region, before)))
        .collect();
    let ignoring = Ignoring {
        old: change.old_inputs,
        new: change.inputs,
        ignored: change.ignored,
        unfinished: is_unfinished(change.old_outputs).then_some(&remembered),
    };
    Untouched::of(&ignoring, desired, held, set, account, &account.map(default_policy).unwrap_or_default())
}

impl Provider {
    /// A replica that comes back while its key is there is this resource's with all that is on it: the state has forgotten
    /// what the replica held in its former life.
    pub(super) fn hold_returned(
        &self,
        held: &mut Held,
        set: &ObservedSet,
        desired: &DesiredSet,
        mark: Option<&OwnerMark>,
    ) {
        for (region, managed) in self.held_of(set, &BTreeMap::new(), mark) {
            if desired.members.contains_key(&region) {
                held.entry(region).or_insert(managed);
            }
        }
    }
}

/// The keys for a plan in spite of late reads, and the Regions whose key must be disabled once more to be sure.
pub(super) fn doubted(
    mut set: ObservedSet,
    work: &Work<'_>,
    old_outputs: &PropertyMap,
    before: &str,
    untouched: &Untouched,
) -> (ObservedSet, Vec<String>) {
    let mut in_doubt = vec![];
    let none = Managed::default();
    for (region, observed) in &mut set.members {
        let Some(wanted) = work.desired.members.get(region) else { continue };
        let remembered = remembered_of(old_outputs, region, before);
        if disabling_is_in_doubt(observed, wanted, &remembered) && !untouched.has_state(region) {
            in_doubt.push(region.clone());
        }
        let managed = work.held.get(region).unwrap_or(&none);
        *observed = observed.doubted(wanted, &remembered, managed, &work.default_policy);
        untouched.restore(region, observed, wanted, &work.default_policy);
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
