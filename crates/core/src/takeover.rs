//! Whether a create goes on with a key that is there already.
//!
//! To the provider a first create, the rerun of an interrupted one, the first half of a replacement and a create by a state that
//! has lost the resource all look alike: a URN and inputs. Only the marks on the keys tell what is meant, and a key that
//! another state holds must never be handed over in silence. So a key is taken up only if an interrupted run of *this* state
//! can have left it, if it is on its way out, or if its resource gave it away.

use std::collections::BTreeSet;

use crate::observed::Observed;
use crate::owner::{OwnerMark, Phase};

/// What a create is about, beside the keys that are there.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The mark that a new key would get.
    pub mark: &'a OwnerMark,
    /// The aliases that the key shall have.
    pub aliases: &'a BTreeSet<String>,
    /// What the engine has shown of the resource in this process.
    pub row: Row,
    /// Whether the program wants a key of its own, whatever other states have (`adopt` NONE).
    pub on_its_own: bool,
}

/// What the engine has shown of the resource before it asked for a create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// Nothing: a new resource, or one that is to be replaced without a word about the old one (`--replace`, `state taint`).
    NotShown,
    /// The resource is in the state: the create is half of a replacement.
    Replaced {
        /// The generation of the mark that the state remembers, if it was shown.
        generation: Option<u32>,
    },
}

/// Why a key is taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// An interrupted run has begun it.
    Interrupted,
    /// It is pending deletion.
    PendingDeletion,
    /// Its resource was deleted, and somebody has cancelled its deletion: a run that was interrupted, or a person.
    Undeleted,
    /// Its resource was deleted with the wish that the key stays, and it has one of the wanted names.
    Released,
}

/// Why nothing may be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// The key was recorded in this state. Either a replacement was asked for without showing the key to the provider, or the
    /// resource was moved or taken out of the state; then another state may have the key.
    Recorded,
    /// The key belongs to the resource of this URN in another state.
    OtherState,
}

/// What becomes of a create.
#[derive(Debug)]
pub enum Decision<'a> {
    /// A new key is made. `replaced` is the recorded key that it replaces, where the engine did not name it; `others` are
    /// live keys of this resource that stay as they are.
    New {
        /// The key that the state must have.
        replaced: Option<&'a Observed>,
        /// Live keys that carry the resource's mark and are not touched.
        others: Vec<&'a Observed>,
    },
    /// This key is the resource's; it may replace another one, as a new key may.
    TakeUp {
        /// The key.
        key: &'a Observed,
        /// Why it is.
        reason: Reason,
        /// The key that the state must have.
        replaced: Option<&'a Observed>,
    },
    /// Nothing is created, because of this key.
    Refuse(&'a Observed, Conflict),
}

/// Decides about keys that carry a mark of the resource's URN and that the engine has named as nobody's.
pub fn decide<'a>(keys: &'a [Observed], request: &Request<'_>) -> Decision<'a> {
    let ours = request.mark;
    let marked: Vec<(&Observed, &OwnerMark)> =
        keys.iter().filter_map(|key| Some((key, key.owner.as_ref().filter(|mark| mark.same_urn(ours))?))).collect();
    let newest = |wanted: &dyn Fn(&Observed, &OwnerMark) -> bool| {
        let fitting = marked.iter().filter(|(key, mark)| mark.same_key(ours) && wanted(key, mark));
        fitting.max_by_key(|(_, mark)| mark.generation()).map(|(key, _)| *key)
    };
    let is_newer = |mark: &OwnerMark| match request.row {
        Row::Replaced { generation: Some(generation) } => mark.generation() > generation,
        Row::Replaced { generation: None } | Row::NotShown => true,
    };
    let is_begun = |key: &Observed, mark: &OwnerMark| {
        is_live(key) && mark.same_resource(ours) && mark.phase() == Phase::Begun && is_newer(mark)
    };
    let recorded = marked.iter().filter(|(key, mark)| is_recorded_here(key, mark, ours));
    let replaced = recorded.max_by_key(|(_, mark)| mark.generation()).map(|(key, _)| *key);
    if let Some(key) = newest(&is_begun) {
        return Decision::TakeUp { key, reason: Reason::Interrupted, replaced };
    }
    if request.row == Row::NotShown {
        if let Some((key, conflict)) = conflict(&marked, request) {
            return Decision::Refuse(key, conflict);
        }
        let is_undeleted = |key: &Observed, mark: &OwnerMark| is_live(key) && mark.phase() == Phase::Deleted;
        if let Some(key) = newest(&is_undeleted) {
            return Decision::TakeUp { key, reason: Reason::Undeleted, replaced };
        }
        let pending = |ours_only: bool| newest(&|key, mark| !is_live(key) && (!ours_only || mark.same_resource(ours)));
        if let Some(key) = pending(true).or_else(|| pending(false)) {
            return Decision::TakeUp { key, reason: Reason::PendingDeletion, replaced };
        }
        let is_given_back = |key: &Observed, mark: &OwnerMark| {
            is_live(key) && mark.phase() == Phase::Released && shares_a_name(key, request)
        };
        if let Some(key) = newest(&is_given_back) {
            return Decision::TakeUp { key, reason: Reason::Released, replaced };
        }
    }
    let others = marked.iter().map(|(key, _)| *key).filter(|key| is_live(key) && !is_same(key, replaced));
    Decision::New { replaced, others: others.collect() }
}

/// The key that stands in the way of a create by a state that does not have the resource.
fn conflict<'a>(marked: &[(&'a Observed, &OwnerMark)], request: &Request<'_>) -> Option<(&'a Observed, Conflict)> {
    if request.on_its_own {
        return None;
    }
    let ours = request.mark;
    let recorded = marked.iter().find(|(key, mark)| is_recorded_here(key, mark, ours));
    if let Some((key, _)) = recorded {
        return Some((key, Conflict::Recorded));
    }
    let is_held = |mark: &OwnerMark| matches!(mark.phase(), Phase::Begun | Phase::Recorded);
    let elsewhere = marked
        .iter()
        .find(|(key, mark)| is_live(key) && is_held(mark) && mark.same_key(ours) && !mark.same_resource(ours));
    elsewhere.map(|(key, _)| (*key, Conflict::OtherState))
}

fn is_recorded_here(key: &Observed, mark: &OwnerMark, ours: &OwnerMark) -> bool {
    is_live(key) && mark.same_resource(ours) && mark.phase() == Phase::Recorded
}

fn is_live(key: &Observed) -> bool {
    !key.metadata.state.is_pending_deletion()
}

fn is_same(key: &Observed, other: Option<&Observed>) -> bool {
    other.is_some_and(|other| other.metadata.arn == key.metadata.arn)
}

/// Whether a key has one of the wanted names, or neither has any. One whose aliases cannot be read shares none.
fn shares_a_name(key: &Observed, request: &Request<'_>) -> bool {
    let held = key.aliases.seen();
    held.is_some_and(|held| {
        (held.is_empty() && request.aliases.is_empty()) || held.intersection(request.aliases).next().is_some()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Conflict, Decision, Reason, Request, Row, decide};
    use crate::desired::resolve;
    use crate::laws;
    use crate::observed::{KeyState, Observed, Reading};
    use crate::owner::OwnerMark;
    use crate::value::PropertyMap;

    const HERE: &str = "aaaaaaaaaaaaaaaa";
    const ELSEWHERE: &str = "bbbbbbbbbbbbbbbb";

    fn mark(generation: u32, lineage: &str, phase: char) -> OwnerMark {
        let text = format!("2/{}/0011223344556677/{generation}/{lineage}/{generation:016x}/{phase}", "c".repeat(32));
        OwnerMark::parse(&text).expect("a mark")
    }

    fn key(id: &str, mark: &OwnerMark, state: KeyState, alias: &str) -> Observed {
        let mut key = laws::newborn(&resolve(&PropertyMap::new(), None).expect("nothing is unknown"));
        id.clone_into(&mut key.metadata.key_id);
        key.metadata.arn = format!("arn:aws:kms:eu-central-1:123456789012:key/{id}");
        key.metadata.state = state;
        key.owner = Some(mark.clone());
        key.aliases = Reading::Seen(BTreeSet::from([alias.to_owned()]));
        key
    }

    fn live(generation: u32, lineage: &str, phase: char) -> Observed {
        key(&format!("{generation}{phase}"), &mark(generation, lineage, phase), KeyState::Enabled, "alias/a")
    }

    fn pending(generation: u32, lineage: &str) -> Observed {
        key(&format!("{generation}p"), &mark(generation, lineage, 'k'), KeyState::PendingDeletion, "alias/a")
    }

    /// The decision in a word: what is done, and with which key.
    fn decided(keys: &[Observed], row: Row, alias: &str) -> String {
        let (mark, aliases) = (mark(9, HERE, 'b'), BTreeSet::from([alias.to_owned()]));
        let request = Request { mark: &mark, aliases: &aliases, row, on_its_own: false };
        let id = |key: &Observed| key.metadata.key_id.clone();
        match decide(keys, &request) {
            Decision::New { replaced, others } => {
                format!("new for {:?} beside {:?}", replaced.map(id), others.into_iter().map(id).collect::<Vec<_>>())
            }
            Decision::TakeUp { key, reason, .. } => format!("{reason:?} {}", id(key)),
            Decision::Refuse(key, conflict) => format!("{conflict:?} {}", id(key)),
        }
    }

    const NEW: &str = "new for None beside []";

    #[test]
    fn only_what_an_interrupted_run_of_this_state_has_begun_is_finished() {
        let row = Row::NotShown;
        assert_eq!(decided(&[], row, "alias/a"), NEW);
        assert_eq!(decided(&[live(1, HERE, 'b')], row, "alias/b"), format!("{:?} 1b", Reason::Interrupted));
        for phase in ['b', 'k'] {
            assert_eq!(
                decided(&[live(1, ELSEWHERE, phase)], row, "alias/a"),
                format!("{:?} 1{phase}", Conflict::OtherState)
            );
        }
        assert_eq!(decided(&[live(1, HERE, 'k')], row, "alias/a"), format!("{:?} 1k", Conflict::Recorded));
    }

    #[test]
    fn a_key_that_is_pending_deletion_comes_back_also_from_another_state() {
        let row = Row::NotShown;
        assert_eq!(decided(&[pending(1, ELSEWHERE)], row, "alias/a"), "PendingDeletion 1p");
        assert_eq!(decided(&[pending(5, ELSEWHERE), pending(2, HERE)], row, "alias/a"), "PendingDeletion 2p");
    }

    #[test]
    fn a_key_whose_deletion_was_cancelled_comes_back_before_one_that_is_still_pending() {
        let row = Row::NotShown;
        for lineage in [HERE, ELSEWHERE] {
            assert_eq!(decided(&[live(1, lineage, 'd'), pending(2, HERE)], row, "alias/b"), "Undeleted 1d");
        }
        assert_eq!(
            decided(&[live(1, HERE, 'd')], Row::Replaced { generation: None }, "alias/a"),
            "new for None beside [\"1d\"]"
        );
    }

    #[test]
    fn a_released_key_comes_back_under_its_own_name_only() {
        let row = Row::NotShown;
        let released = [live(3, ELSEWHERE, 'r')];
        assert_eq!(decided(&released, row, "alias/a"), "Released 3r");
        assert_eq!(decided(&released, row, "alias/b"), "new for None beside [\"3r\"]");
    }

    #[test]
    fn a_replacement_goes_on_with_the_key_that_it_has_begun_and_with_no_other() {
        for generation in [None, Some(2)] {
            let row = Row::Replaced { generation };
            let keys = [live(1, HERE, 'r'), live(2, HERE, 'k'), live(3, HERE, 'b')];
            assert_eq!(decided(&keys, row, "alias/a"), "Interrupted 3b");
            assert_eq!(decided(&keys[..2], row, "alias/a"), "new for Some(\"2k\") beside [\"1r\"]");
            assert_eq!(decided(&[pending(7, HERE)], row, "alias/a"), NEW);
        }
        let older = Row::Replaced { generation: Some(3) };
        assert_eq!(decided(&[live(3, HERE, 'b')], older, "alias/a"), "new for None beside [\"3b\"]");
    }

    #[test]
    fn a_replacement_that_the_engine_does_not_announce_is_refused() {
        for alias in ["alias/a", "alias/b"] {
            let decided = decided(&[live(2, HERE, 'k')], Row::NotShown, alias);
            assert_eq!(decided, format!("{:?} 2k", Conflict::Recorded));
        }
    }
}
