//! Imported material: coming, going and expiring.

use crate::key::{Key, KeyState, Seconds};
use crate::material::{Import, Material};

/// Puts imported material in its place: again where it was, else as the first one or, of a key that has some, pending a
/// rotation. What was said about it before stays where nothing new is said.
pub(crate) fn take(key: &mut Key, mut material: Material, import: Import) {
    let place = key.materials.iter_mut().chain(&mut key.pending).find(|known| known.id() == material.id());
    if let Some(known) = place {
        let described = known.import.take().and_then(|import| import.description);
        let description = import.description.or(described);
        (material.rotated, material.import) = (known.rotated, Some(Box::new(Import { description, ..import })));
        *known = material;
    } else {
        material.import = Some(Box::new(import));
        if key.materials.is_empty() {
            key.materials.push(material);
        } else {
            key.pending = Some(material);
        }
    }
    if key.is_complete() {
        becomes(key, KeyState::PendingImport, KeyState::Enabled);
    }
}

/// Takes material away by its ID. What was pending a rotation belonged to the key for no longer than that.
pub(crate) fn lose(key: &mut Key, id: &str) {
    key.pending.take_if(|pending| pending.id() == id);
    if let Some(material) = key.materials.iter_mut().find(|material| material.id() == id) {
        material.forget();
        becomes(key, KeyState::Enabled, KeyState::PendingImport);
        becomes(key, KeyState::Disabled, KeyState::PendingImport);
    }
}

/// Takes away what has expired.
pub(crate) fn expire(key: &mut Key, date: Seconds) {
    let due = |material: &&Material| material.expires().is_some_and(|expiry| expiry <= date);
    let ids: Vec<String> =
        key.materials.iter().chain(&key.pending).filter(due).map(|material| material.id().to_owned()).collect();
    for id in ids {
        lose(key, &id);
    }
}

/// Changes the state of a key, or the one that follows a passing state.
fn becomes(key: &mut Key, from: KeyState, to: KeyState) {
    let state = key.passing.as_mut().map_or(&mut key.state, |(_, then)| then);
    if *state == from {
        *state = to;
    }
}
