//! What the engine has shown this process of its resources.
//!
//! To `Create` alone, a run after a crash, the first half of a replacement and a second attempt look the same: the same URN, no
//! old ID. What the engine showed before, in the same process, tells them apart: `Check` with old inputs means that the
//! resource is in the state; `Diff`, `Read`, `Update` and `Delete` name its key.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use awskms_core::owner::OwnerMark;
use awskms_core::takeover::Row;
use awskms_core::value::{PropertyMap, PropertyValue};
use tokio::sync::Notify;

/// Resources and keys that the engine has shown in this process.
#[derive(Debug, Default)]
pub struct EngineView {
    resources: Mutex<HashMap<String, Shown>>,
    changed: Notify,
}

/// The resource that a replacement retires, as far as the engine has shown it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Replaced {
    /// Its inputs in the state.
    pub inputs: PropertyMap,
    /// Its outputs in the state; empty if they were not shown.
    pub outputs: PropertyMap,
}

#[derive(Debug, Default)]
struct Shown {
    /// The state has, or had at the start of this run, the resource.
    in_state: bool,
    /// `Delete` was called since.
    deleted: bool,
    /// Keys that the state has as this resource's.
    keys: HashSet<String>,
    replaced: Replaced,
    generation: Option<u32>,
    /// What the program asks for.
    asked: Option<PropertyMap>,
    /// `Check` was called for the state's resource and then for a new one in its place.
    is_replacement: bool,
    /// `Check` was called for a new resource, and nothing has shown that the state has one of this URN; `Create` was not called.
    is_new: bool,
    /// Keys that `Create` has answered with, with their ARNs.
    made: HashMap<String, String>,
    /// Those of them that were there already.
    taken_up: HashSet<String>,
    /// Keys that a preview of `Create` would take up.
    foreseen: HashSet<String>,
}

impl EngineView {
    /// `Check` was called for a resource, with the inputs that the state has of it; they are empty for a new one, and also in
    /// some replacements.
    pub fn checked(&self, urn: &str, old_inputs: &PropertyMap, inputs: &PropertyMap) {
        self.with(urn, |shown| {
            if old_inputs.is_empty() && shown.deleted {
                // Another life of the resource.
                *shown = Shown::default();
            }
            shown.asked = Some(inputs.clone());
            shown.is_replacement = old_inputs.is_empty() && shown.in_state;
            shown.is_new = old_inputs.is_empty() && !shown.in_state && shown.made.is_empty();
            if old_inputs.is_empty() {
                return;
            }
            shown.in_state = true;
            old_inputs.clone_into(&mut shown.replaced.inputs);
            // What this process has created before was recorded.
            let made: Vec<String> = shown.made.keys().cloned().collect();
            shown.keys.extend(made);
        });
    }

    /// The state has this key as the resource of this URN.
    pub fn shown(&self, urn: &str, key_id: &str, outputs: &PropertyMap, mark: Option<&OwnerMark>) {
        self.with(urn, |shown| {
            shown.in_state = true;
            shown.keys.insert(key_id.to_owned());
            outputs.clone_into(&mut shown.replaced.outputs);
            shown.generation = shown.generation.max(mark.map(OwnerMark::generation));
        });
        self.changed.notify_waiters();
    }

    /// The key of the resource is gone, so the engine takes the resource out of the state.
    pub fn is_gone(&self, urn: &str) {
        self.with(urn, |shown| *shown = Shown::default());
    }

    /// The resource no longer holds this key: it was deleted, or forgotten.
    pub fn deleted(&self, urn: &str, key_id: &str) {
        self.with(urn, |shown| {
            shown.deleted = true;
            shown.keys.remove(key_id);
            shown.made.remove(key_id);
        });
    }

    /// `Create` was called: what is deleted from now on is not deleted before it.
    pub fn creating(&self, urn: &str) {
        self.with(urn, |shown| (shown.is_replacement, shown.is_new) = (false, false));
    }

    /// Whether the program was seen to want a resource of this URN as if there were none: a row of it that is deleted now is
    /// deleted before a replacement that nothing but the engine's user asks for (`--replace`, `state taint`).
    pub fn is_new(&self, urn: &str) -> bool {
        self.with(urn, |shown| shown.is_new)
    }

    /// The inputs of the new key, while a replacement of this resource has begun and `Create` was not called yet.
    pub fn replacement(&self, urn: &str) -> Option<PropertyMap> {
        self.with(urn, |shown| shown.asked.clone().filter(|_| shown.is_replacement))
    }

    /// What the program asks for, if it was shown.
    pub fn asked(&self, urn: &str) -> Option<PropertyMap> {
        self.with(urn, |shown| shown.asked.clone())
    }

    /// Whether the state was seen to have this key for the resource, and no other.
    pub fn has_only(&self, urn: &str, key_id: &str) -> bool {
        self.with(urn, |shown| shown.keys.iter().all(|key| key == key_id))
    }

    /// `Create` answers with this key; `was_there` if it has not made it.
    pub fn made(&self, urn: &str, arn: &str, was_there: bool) {
        let key_id = arn.rsplit('/').next().unwrap_or(arn);
        self.with(urn, |shown| {
            shown.made.insert(key_id.to_owned(), arn.to_owned());
            if was_there {
                shown.taken_up.insert(key_id.to_owned());
            }
        });
        self.changed.notify_waiters();
    }

    /// A preview shows that `Create` would answer with this key, which is there already.
    pub fn foresees(&self, urn: &str, key_id: &str) {
        self.with(urn, |shown| shown.foreseen.insert(key_id.to_owned()));
        self.changed.notify_waiters();
    }

    /// ARNs of the keys that `Create` has answered with and that the engine has not shown since: it may ask again, for the same
    /// key, after an error (`onError` hooks).
    pub fn attempted(&self, urn: &str) -> Vec<String> {
        self.with(urn, |shown| {
            let unseen = shown.made.iter().filter(|(id, _)| !shown.keys.contains(*id));
            unseen.map(|(_, arn)| arn.clone()).collect()
        })
    }

    /// `Diff` was called. In a real run its inputs are known, but for one case: the engine looks which resources must be deleted
    /// and made again because one that they depend on is deleted before it is replaced.
    pub fn compared(&self, urn: &str, inputs: &PropertyMap) {
        if inputs.values().any(PropertyValue::has_unknowns) {
            self.with(urn, |shown| {
                shown.asked = Some(inputs.clone());
                shown.is_replacement = true;
            });
        }
    }

    /// What a create of this resource must know of its row in the state.
    pub fn row(&self, urn: &str) -> Row {
        self.with(
            urn,
            |shown| {
                if shown.in_state { Row::Replaced { generation: shown.generation } } else { Row::NotShown }
            },
        )
    }

    /// What a replacement of this resource retires; `None` if the engine has shown nothing of it.
    pub fn replaced(&self, urn: &str) -> Option<Replaced> {
        self.with(urn, |shown| shown.in_state.then(|| shown.replaced.clone()))
    }

    /// IDs of the keys that the state has as this resource's, as far as the engine has shown them.
    pub fn keys_in_state(&self, urn: &str) -> Vec<String> {
        self.with(urn, |shown| shown.keys.iter().cloned().collect())
    }

    /// Whether the state has this key as the resource of this URN.
    pub fn has_key(&self, urn: &str, key_id: &str) -> bool {
        self.with(urn, |shown| shown.keys.contains(key_id))
    }

    /// Whether `Create` has answered with this key although it was there already.
    pub fn has_taken_up(&self, urn: &str, key_id: &str) -> bool {
        self.with(urn, |shown| shown.taken_up.contains(key_id))
    }

    /// Whether `Create` has answered for this URN with another key than this one: the key is being replaced.
    pub fn is_replaced(&self, urn: &str, key_id: &str) -> bool {
        self.with(urn, |shown| shown.made.keys().any(|made| made != key_id))
    }

    /// The URN of another resource that has this key, by the state or by this run.
    pub fn holder_beside(&self, urn: &str, key_id: &str) -> Option<String> {
        let all = self.resources.lock().unwrap_or_else(PoisonError::into_inner);
        let mut holders = all.iter().filter(|(other, shown)| {
            let has = shown.keys.contains(key_id) || shown.made.contains_key(key_id);
            other.as_str() != urn && (has || shown.foreseen.contains(key_id))
        });
        holders.next().map(|(other, _)| other.clone())
    }

    /// As [`EngineView::holder_beside`], and waits for one to be shown, or made by this run, until `over` ends.
    pub async fn wait_for_holder(&self, urn: &str, key_id: &str, over: impl Future<Output = ()>) -> Option<String> {
        tokio::pin!(over);
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Before the look: what is shown in between would wake nobody else.
            changed.as_mut().enable();
            if let Some(holder) = self.holder_beside(urn, key_id) {
                return Some(holder);
            }
            tokio::select! {
                () = changed => {}
                // What has come at the last moment counts.
                () = &mut over => return self.holder_beside(urn, key_id),
            }
        }
    }

    fn with<T>(&self, urn: &str, act: impl FnOnce(&mut Shown) -> T) -> T {
        // A panic elsewhere cannot leave a half-written set behind.
        let mut all = self.resources.lock().unwrap_or_else(PoisonError::into_inner);
        act(all.entry(urn.to_owned()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use awskms_core::takeover::Row;
    use awskms_core::value::PropertyMap;
    use futures_util::future::join_all;

    use super::EngineView;

    fn some() -> PropertyMap {
        PropertyMap::from([("alias".to_owned(), "alias/x".into())])
    }

    #[test]
    fn a_check_with_old_inputs_means_that_the_resource_is_in_the_state() {
        let view = EngineView::default();
        view.checked("a", &PropertyMap::new(), &some());
        assert_eq!(view.row("a"), Row::NotShown);
        assert!(view.is_new("a"));
        view.checked("a", &some(), &some());
        assert!(!view.is_new("a"));
        view.checked("a", &PropertyMap::new(), &some());
        assert_eq!(view.row("a"), Row::Replaced { generation: None });
        assert_eq!(view.replaced("a").map(|replaced| replaced.inputs), Some(some()));
        // Replaced by deleting first: still the same life.
        view.deleted("a", "k");
        assert_eq!(view.row("a"), Row::Replaced { generation: None });
        // Destroyed and made again.
        view.checked("a", &PropertyMap::new(), &some());
        assert_eq!(view.row("a"), Row::NotShown);
    }

    #[test]
    fn a_key_that_create_has_answered_with_is_the_states_once_it_comes_back() {
        let view = EngineView::default();
        view.made("a", "k", false);
        assert!(!view.has_key("a", "k"), "a second attempt may finish it");
        assert_eq!(view.holder_beside("b", "k").as_deref(), Some("a"));
        view.checked("a", &some(), &some());
        assert!(view.has_key("a", "k"));
        assert!(view.is_replaced("a", "old") && !view.is_replaced("a", "k"));
        view.is_gone("a");
        assert_eq!((view.row("a"), view.holder_beside("b", "k")), (Row::NotShown, None));
    }

    #[tokio::test]
    async fn waits_for_the_engine_to_show_who_holds_a_key() {
        let view = EngineView::default();
        let (holder, ()) = tokio::join!(view.wait_for_holder("b", "k", std::future::pending()), async {
            view.shown("a", "k", &PropertyMap::new(), None);
        });
        assert_eq!(holder.as_deref(), Some("a"));
        assert_eq!(view.wait_for_holder("b", "other", std::future::ready(())).await, None);
    }

    /// Whatever way the holder becomes known, and whenever: all that wait hear of it.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn no_holder_comes_unnoticed() {
        const WAITING: usize = 100;
        for round in 0..600 {
            let (view, begun) = (Arc::new(EngineView::default()), Arc::new(AtomicUsize::new(0)));
            let waiting = (0..WAITING).map(|_| {
                let (view, begun) = (view.clone(), begun.clone());
                tokio::spawn(async move {
                    begun.fetch_add(1, Ordering::SeqCst);
                    view.wait_for_holder("b", "k", std::future::pending()).await
                })
            });
            let waiting: Vec<_> = waiting.collect();
            // It becomes known while so many of them wait and another one is about to.
            while begun.load(Ordering::SeqCst) < round % WAITING {
                std::hint::spin_loop();
            }
            if round % 2 == 0 {
                view.shown("a", "k", &PropertyMap::new(), None);
            } else {
                view.made("a", "arn:aws:kms:eu-west-1:111122223333:key/k", false);
            }
            let holders =
                tokio::time::timeout(Duration::from_secs(20), join_all(waiting)).await.expect("all are woken");
            assert!(holders.iter().all(|holder| matches!(holder, Ok(Some(urn)) if urn == "a")), "{holders:?}");
        }
    }
}
