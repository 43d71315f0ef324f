//! Multi-Region sets: one primary and its replicas, which share material, rotation and ID, and nothing else.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::key::{Key, KeyState, Seconds};
use crate::material::Material;
use crate::state::State;

/// The keys of one ID. Everything else that they have in common is copied from the primary by [`synchronize`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Set {
    pub(crate) primary: String,
    /// All Regions, the primary's among them.
    pub(crate) regions: BTreeSet<String>,
    /// A move of the primary under way: when it ends, and where to.
    pub(crate) moving: Option<(Seconds, String)>,
}

impl Set {
    /// The set of a new primary.
    pub(crate) fn of_primary(region: &str) -> Self {
        Self { primary: region.to_owned(), regions: BTreeSet::from([region.to_owned()]), moving: None }
    }

    pub(crate) fn has_replicas(&self) -> bool {
        self.regions.len() > 1
    }
}

/// Whether a key is in a set and not its primary.
pub(crate) fn is_replica(state: &State, key: &Key) -> bool {
    state.sets.get(&key.id).is_some_and(|set| set.primary != key.region)
}

/// Refuses what only the primary of a set may have done to it.
pub(crate) fn primary_only(state: &State, key: &Key) -> Result<(), ApiError> {
    if is_replica(state, key) { Err(not_primary(key)) } else { Ok(()) }
}

/// The refusal of keys that are no primary of a set.
pub(crate) fn not_primary(key: &Key) -> ApiError {
    ApiError::new("UnsupportedOperationException", format!("{} is not a multi-region primary key.", key.arn))
}

/// Whether the spec of a key is shown as `CustomerMasterKeySpec` too, whose enumeration has no new ones.
pub(crate) fn has_old_name(state: &State, key: &Key) -> bool {
    let is_new = key.spec.starts_with("ML_") || key.spec == "ECC_NIST_EDWARDS25519";
    !is_new || state.options.doubts.old_name_of_new_specs
}

/// `KeyMetadata` of a key, its place in its set included.
pub(crate) fn metadata(state: &State, key: &Key) -> Value {
    let mut metadata = key.metadata();
    if !has_old_name(state, key)
        && let Some(members) = metadata.as_object_mut()
    {
        members.remove("CustomerMasterKeySpec");
    }
    crate::key_store::describe(state, key, &mut metadata);
    if let Some(set) = state.sets.get(&key.id) {
        let member = |region: &String| json!({ "Arn": arn_in(key, region), "Region": region });
        let hidden = set.moving.is_some() && state.options.doubts.both_replicas_while_updating;
        let role = if set.primary == key.region && !hidden { "PRIMARY" } else { "REPLICA" };
        let replicas = set.regions.iter().filter(|region| **region != set.primary).map(member);
        metadata["MultiRegionConfiguration"] = json!({
            "MultiRegionKeyType": role,
            "PrimaryKey": member(&set.primary),
            "ReplicaKeys": replicas.collect::<Vec<_>>(),
        });
    }
    metadata
}

/// The ARN of a key's relative in a Region.
pub(crate) fn arn_in(key: &Key, region: &str) -> String {
    format!("arn:{}:kms:{region}:{}:key/{}", crate::regions::partition(region), key.account, key.id)
}

/// Gives the replicas what the primary has: rotation always, and material, of which only the IDs if it is imported: that
/// is done in each Region.
pub(crate) fn synchronize(state: &mut State, id: &str) {
    let Some(set) = state.sets.get(id).filter(|set| set.has_replicas()).cloned() else { return };
    let Some(primary) = state.key(&set.primary, id).cloned() else { return };
    for region in set.regions.iter().filter(|region| **region != set.primary) {
        let Some(replica) = state.key_mut(region, id) else { continue };
        replica.rotation.clone_from(&primary.rotation);
        replica.on_demand_rotations = primary.on_demand_rotations;
        if primary.origin == "EXTERNAL" {
            follow(replica, &primary);
        } else {
            replica.materials.clone_from(&primary.materials);
        }
    }
}

/// Gives a replica the list of a primary's imported materials. What the replica has of them it keeps.
fn follow(replica: &mut Key, primary: &Key) {
    let own: Vec<Material> = replica.materials.drain(..).chain(replica.pending.take()).collect();
    let like = |material: &Material| {
        let known = own.iter().find(|own| own.id() == material.id());
        known.cloned().unwrap_or_else(|| material.forgotten()).with_rotation(material.rotated)
    };
    replica.materials = primary.materials.iter().map(like).collect();
    replica.pending = primary.pending.as_ref().map(like);
}

/// Whether material that waits for a rotation is in every Region of the key.
pub(crate) fn pending_everywhere(state: &State, key: &Key) -> bool {
    let held = |key: &Key| key.pending.as_ref().is_some_and(Material::is_held);
    let set = state.sets.get(&key.id);
    held(key) && set.is_none_or(|set| set.regions.iter().all(|region| state.key(region, &key.id).is_none_or(held)))
}

/// Ends a move that is due: the roles swap.
pub(crate) fn finish_move(state: &mut State, id: &str, date: Seconds) {
    let Some(set) = state.sets.get_mut(id) else { return };
    if let Some((_, to)) = set.moving.take_if(|(end, _)| *end <= date) {
        set.primary = to;
    }
}

/// Takes a deleted key out of its set. A primary whose last replica went begins its own waiting period at that moment.
pub(crate) fn remove(state: &mut State, region: &str, id: &str, when: Seconds) {
    let Some(set) = state.sets.get_mut(id) else { return };
    set.regions.remove(region);
    let (primary, alone) = (set.primary.clone(), !set.has_replicas());
    if set.regions.is_empty() {
        state.sets.remove(id);
        return;
    }
    let waiting = state.key_mut(&primary, id).filter(|key| alone && key.state == KeyState::PendingReplicaDeletion);
    if let Some(key) = waiting {
        key.state = KeyState::PendingDeletion;
        key.deletion = Some(when + key.pending_window_days * 86_400.0);
    }
}
