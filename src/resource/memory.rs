//! What this process has seen of the engine's resources.
//!
//! To `Create` alone, a run after a crash and the first half of a replacement look the same: the same URN, no old ID.
//! A key that the engine knows already must never be handed out as the new one, because the engine deletes the old one
//! next. The engine shows what it knows before it asks for a replacement, in the same process: this remembers it.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use awskms_core::owner::OwnerMark;

/// Resources and keys that the engine has named in this process.
#[derive(Debug, Default)]
pub struct Memory {
    seen: Mutex<HashMap<String, Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    in_state: bool,
    keys: HashSet<String>,
    taken_up: HashSet<String>,
    made: HashSet<String>,
    generation: Option<u32>,
}

impl Memory {
    /// The engine has a resource of this URN in its state.
    pub fn note_resource(&self, urn: &str) {
        self.with(urn, |seen| seen.in_state = true);
    }

    /// The engine knows this key as the resource of this URN.
    pub fn note_key(&self, urn: &str, key_id: &str) {
        self.with(urn, |seen| {
            seen.in_state = true;
            seen.keys.insert(key_id.to_owned());
        });
    }

    /// The engine's state of this URN remembers this mark.
    pub fn note_mark(&self, urn: &str, mark: Option<&OwnerMark>) {
        self.with(urn, |seen| seen.generation = seen.generation.max(mark.map(OwnerMark::generation)));
    }

    /// The newest generation that the engine's state of this URN has remembered; `None` if it remembers no mark.
    pub fn generation(&self, urn: &str) -> Option<u32> {
        self.with(urn, |seen| seen.generation)
    }

    /// `Create` has answered with this key, or is about to.
    pub fn note_made(&self, urn: &str, key_id: &str) {
        self.with(urn, |seen| {
            seen.made.insert(key_id.to_owned());
        });
    }

    /// Whether `Create` has answered for this URN with another key than this one: the key is being replaced.
    pub fn is_replaced(&self, urn: &str, key_id: &str) -> bool {
        self.with(urn, |seen| seen.made.iter().any(|made| made != key_id))
    }

    /// Whether the engine knows this key as a resource of another URN: it was renamed, and its mark still names the old one.
    pub fn knows_elsewhere(&self, urn: &str, key_id: &str) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().any(|(other, seen)| other != urn && seen.keys.contains(key_id))
    }

    /// Whether the engine has, or had at the start of this run, a resource of this URN: then a `Create` is the first
    /// half of a replacement, or its second after the deletion.
    pub fn knows_resource(&self, urn: &str) -> bool {
        self.with(urn, |seen| seen.in_state)
    }

    /// Whether the engine knows this key as the resource of this URN.
    pub fn knows_key(&self, urn: &str, key_id: &str) -> bool {
        self.with(urn, |seen| seen.keys.contains(key_id))
    }

    /// `Create` has answered with a key that was there already.
    pub fn note_taken_up(&self, urn: &str, key_id: &str) {
        self.with(urn, |seen| {
            seen.taken_up.insert(key_id.to_owned());
        });
    }

    /// Whether `Create` has answered with this key although it was there already.
    pub fn has_taken_up(&self, urn: &str, key_id: &str) -> bool {
        self.with(urn, |seen| seen.taken_up.contains(key_id))
    }

    fn with<T>(&self, urn: &str, act: impl FnOnce(&mut Seen) -> T) -> T {
        // A panic elsewhere cannot leave a half-written set behind.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        act(seen.entry(urn.to_owned()).or_default())
    }
}
