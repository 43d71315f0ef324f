//! What is true of every state.

use std::collections::{BTreeMap, BTreeSet};

use crate::State;
use crate::key::{Key, KeyState};
use crate::material::Material;

/// Checks a whole state.
pub(super) fn check(state: &State) {
    let mut regions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for ((region, id), key) in &state.keys {
        assert_eq!((region, id), (&key.region, &key.id));
        assert_eq!(key.arn, format!("arn:aws:kms:{region}:{}:key/{id}", key.account));
        assert_eq!(key.deletion.is_some(), key.state == KeyState::PendingDeletion, "{}", key.arn);
        let transient = matches!(key.state, KeyState::Creating | KeyState::Updating);
        assert_eq!(key.passing.is_some(), transient, "{}", key.arn);
        assert_eq!(key.multi_region, state.sets.contains_key(id), "{}", key.arn);
        place(state, key);
        materials(key);
        grants(key);
        if key.multi_region {
            regions.entry(id).or_default().insert(region);
        }
    }
    for (id, set) in &state.sets {
        let named: BTreeSet<&str> = set.regions.iter().map(String::as_str).collect();
        assert_eq!(regions.get(id.as_str()), Some(&named), "{id}");
        let primary = state.key(&set.primary, id).expect("a set has its primary");
        if primary.state == KeyState::PendingReplicaDeletion {
            assert!(set.has_replicas(), "{id}");
        }
        for region in &named {
            let key = state.key(region, id).expect("seen above");
            if *region != set.primary {
                assert_ne!(key.state, KeyState::PendingReplicaDeletion, "{}", key.arn);
            }
            let core = |key: &Key| {
                let materials: Vec<_> = key.materials.iter().chain(&key.pending).map(Material::id).collect();
                let materials: Vec<_> = materials.into_iter().map(str::to_owned).collect();
                let rotation = key.rotation.as_ref().map(|rotation| (rotation.period_days, rotation.next));
                (key.spec.clone(), key.usage.clone(), key.origin.clone(), materials, rotation)
            };
            assert_eq!(core(key), core(primary), "{}", key.arn);
        }
    }
    for ((_, region, name), alias) in &state.aliases {
        assert!(state.key(region, &alias.key_id).is_some(), "{name} in {region} has no target");
    }
}

/// A key in a store can be used as long as the store is connected.
fn place(state: &State, key: &Key) {
    let available = crate::key_store::is_available(state, key);
    assert_eq!(key.state == KeyState::Unavailable, key.when_available.is_some(), "{}", key.arn);
    match key.state {
        KeyState::Enabled | KeyState::Disabled => assert!(available, "{}", key.arn),
        KeyState::Unavailable => assert!(!available, "{}", key.arn),
        _ => {}
    }
    assert!(key.place.as_ref().is_none_or(|place| state.stores.contains_key(&place.store)), "{}", key.arn);
}

/// A key is usable if, and only if, all of its material is there.
fn materials(key: &Key) {
    match key.state {
        KeyState::Enabled | KeyState::Disabled => assert!(key.is_complete(), "{}", key.arn),
        KeyState::PendingImport => assert!(!key.is_complete(), "{}", key.arn),
        _ => {}
    }
    let all: Vec<_> = key.materials.iter().chain(&key.pending).map(Material::id).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{}", key.arn);
    assert!(key.pending.is_none() || (key.origin == "EXTERNAL" && !key.materials.is_empty()), "{}", key.arn);
    assert!(all.is_empty() || key.origin == "EXTERNAL" || key.is_complete(), "{}", key.arn);
}

/// No two grants of a key have one ID, or one name and the same terms.
fn grants(key: &Key) {
    for (at, grant) in key.grants.iter().enumerate() {
        let alike = |other: &&crate::grant::Grant| other.id == grant.id || other.terms == grant.terms;
        assert!(!key.grants[..at].iter().any(|other| alike(&other)), "{}", key.arn);
    }
}
