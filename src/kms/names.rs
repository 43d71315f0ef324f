//! Aliases that go from one key to another within one process.
//!
//! Pulumi runs the resources of a program side by side. Where one gives an alias up and another takes it, the two must neither
//! delete what the other has just been given nor wait for each other.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// Aliases of one resource by Region.
pub type Aliases = BTreeMap<String, BTreeSet<String>>;

/// A Region and an alias.
type Name = (String, String);

/// Which resource of the program wants which alias, and who is at work on one.
#[derive(Debug, Default)]
pub struct Names {
    wanted: Mutex<HashMap<String, Aliases>>,
    previewed_as_deleted: Mutex<HashSet<Name>>,
    at_work: Mutex<HashMap<Name, Arc<tokio::sync::Mutex<()>>>>,
}

impl Names {
    /// The program wants these aliases for the resource of this URN, and no others. Gives those that it wants for another
    /// resource too, with that resource's URN.
    pub fn want(&self, urn: &str, aliases: Aliases) -> BTreeMap<String, String> {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut twice = BTreeMap::new();
        for (other, theirs) in wanted.iter().filter(|(other, _)| *other != urn) {
            for (region, names) in &aliases {
                let shared = theirs.get(region).into_iter().flat_map(|theirs| theirs.intersection(names));
                twice.extend(shared.map(|alias| (alias.clone(), other.clone())));
            }
        }
        wanted.insert(urn.to_owned(), aliases);
        twice
    }

    /// What the program wants for a resource; `None` while this process has not seen it.
    pub fn wanted_by(&self, urn: &str, region: &str) -> Option<BTreeSet<String>> {
        let wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.get(urn).map(|aliases| aliases.get(region).cloned().unwrap_or_default())
    }

    /// Whether the program wants the alias for another resource than this one.
    pub fn is_wanted_elsewhere(&self, urn: &str, region: &str, alias: &str) -> bool {
        let wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.iter().any(|(other, aliases)| other != urn && aliases.get(region).is_some_and(|all| all.contains(alias)))
    }

    /// A preview has shown that the alias will be deleted: what is previewed next finds it free.
    pub fn previewed_as_deleted(&self, region: &str, alias: &str) {
        let mut deleted = self.previewed_as_deleted.lock().unwrap_or_else(PoisonError::into_inner);
        deleted.insert((region.to_owned(), alias.to_owned()));
    }

    /// Whether a preview has shown that the alias will be deleted.
    pub fn was_previewed_as_deleted(&self, region: &str, alias: &str) -> bool {
        let deleted = self.previewed_as_deleted.lock().unwrap_or_else(PoisonError::into_inner);
        deleted.contains(&(region.to_owned(), alias.to_owned()))
    }

    /// Keeps other resources from the alias between a look at who holds it and the call that changes that.
    pub(super) async fn alone_with(&self, region: &str, alias: &str) -> OwnedMutexGuard<()> {
        let lock = {
            let mut at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(at_work.entry((region.to_owned(), alias.to_owned())).or_default())
        };
        lock.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::Names;

    #[test]
    fn knows_what_others_want() {
        let names = Names::default();
        let of = |alias: &str| BTreeMap::from([("r".to_owned(), BTreeSet::from([alias.to_owned()]))]);
        assert_eq!(names.want("a", of("alias/x")), BTreeMap::new());
        assert_eq!(names.want("c", of("alias/x")), BTreeMap::from([("alias/x".to_owned(), "a".to_owned())]));
        assert_eq!(names.want("c", of("alias/z")), BTreeMap::new());
        assert!(names.is_wanted_elsewhere("b", "r", "alias/x"));
        assert!(!names.is_wanted_elsewhere("a", "r", "alias/x") && !names.is_wanted_elsewhere("b", "s", "alias/x"));
        names.want("a", of("alias/y"));
        assert!(!names.is_wanted_elsewhere("b", "r", "alias/x"));
        assert_eq!(names.wanted_by("b", "r"), None);
        assert_eq!(names.wanted_by("a", "s"), Some(BTreeSet::new()));
    }
}
