//! The owner mark: a tag that every key carries from birth and that names the resource it belongs to.
//!
//! `CreateKey` has no idempotency token. When its answer is lost, or the run is killed before the engine has recorded
//! the key, only something on the key itself can tell the next run that the key is there and whose it is. The mark goes
//! into the `CreateKey` call, so that no key ever exists without it.
//!
//! A mark says five things:
//! - **owner**, a hash of the resource's URN;
//! - **lineage**, which of several states with this URN: see [`Lineage`];
//! - **generation**, how often the key has changed hands, the fencing token: see [`may_touch`];
//! - **phase**, how far the key has come: see [`Phase`];
//! - **fingerprint**, which key was asked for, in everything that KMS cannot change.
//!
//! A nonce makes each mark unique, so that the key of a lost answer is found by the mark of that very call.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::desired::Desired;
use crate::observed::Metadata;

/// The key of the tag that holds the mark.
pub const OWNER_TAG: &str = "awskms:owner";

/// The form of marks before lineage, nonce and phase: `1/OWNER/FINGERPRINT/GENERATION`. Still read, and written back as it was.
const FIRST_FORM: &str = "1";

/// The form of today's marks: `2/OWNER/FINGERPRINT/GENERATION/LINEAGE/NONCE/PHASE`.
const FORM: &str = "2";

/// Stands for a lineage that the engine did not reveal.
const NO_LINEAGE: &str = "-";

/// Which of several states a resource is in: two backends, a stack and its renamed predecessor, or a stack before and after it
/// was destroyed can all hold a resource of one URN.
///
/// It comes from the ID of the provider resource, a UUID that the engine makes and saves before any key exists, and hands over
/// with `Configure` (Pulumi 3.154 and newer). It survives a killed first run and `pulumi stack rename`. It is **no** stable
/// identity: it changes when everything was destroyed, with the plugin's version, and with another explicit provider. So it
/// tells states apart, and what a state remembers of its key is the second witness.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Lineage {
    /// The engine does not say, because it is too old.
    #[default]
    Untold,
    /// A preview of a state that has no provider resource yet: it cannot have left any key.
    Unborn,
    /// The hash of the provider resource's ID.
    Known(String),
}

impl Lineage {
    /// The lineage of a provider resource's ID.
    pub fn of_provider(id: &str) -> Self {
        Self::Known(short_hash(&["lineage", id], 8))
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Untold => None,
            // No mark carries it, because a preview writes none.
            Self::Unborn => Some("0".repeat(16)),
            Self::Known(hash) => Some(hash.clone()),
        }
    }
}

/// The resource that claims a key: its URN in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    owner: String,
    lineage: Option<String>,
}

impl Identity {
    /// The resource of this URN in this state.
    pub fn new(urn: &str, lineage: &Lineage) -> Self {
        // The first part once named an organization; engines do not reveal it, so it is empty for everybody.
        Self { owner: short_hash(&["owner", "", urn], 16), lineage: lineage.text() }
    }
}

/// How far a key has come. Only a key of the first phase can be what an interrupted run has left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// A run has created it or taken it up, and the engine may not have recorded it.
    Begun,
    /// The engine has it in a state.
    Recorded,
    /// Its resource was deleted with the wish that the key stays (`deletionPolicy` RETAIN or DISABLE).
    Released,
    /// Its resource was deleted, and its deletion is scheduled. It is live only if the deletion was cancelled: by a run that was
    /// interrupted as it brought the resource back, or by hand.
    Deleted,
}

impl Phase {
    const ALL: [Self; 4] = [Self::Begun, Self::Recorded, Self::Released, Self::Deleted];

    fn letter(self) -> &'static str {
        match self {
            Self::Begun => "b",
            Self::Recorded => "k",
            Self::Released => "r",
            Self::Deleted => "d",
        }
    }
}

/// Who a key belongs to, which key was asked for, how often it has changed hands, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerMark {
    owner: String,
    fingerprint: String,
    generation: u32,
    lineage: Option<String>,
    /// `None` in marks of the first form.
    nonce: Option<String>,
    phase: Phase,
}

impl OwnerMark {
    /// The mark of a new key, as a run begins it.
    pub fn new(identity: &Identity, region: &str, desired: &Desired, nonce: u64) -> Self {
        Self::first(identity, region, (&desired.key_spec, &desired.key_usage, desired.multi_region), nonce)
    }

    /// The mark that the resource would put on a key that exists.
    pub fn of_key(identity: &Identity, key: &Metadata, nonce: u64) -> Self {
        Self::first(identity, key.region(), (&key.key_spec, &key.key_usage, key.multi_region), nonce)
    }

    fn first(identity: &Identity, region: &str, key: (&str, &str, bool), nonce: u64) -> Self {
        let (spec, usage, multi_region) = key;
        let set = if multi_region { "multi-Region" } else { "single-Region" };
        Self {
            owner: identity.owner.clone(),
            // The primary of a multi-Region key moves; the key stays the same.
            fingerprint: short_hash(&["fingerprint", if multi_region { "" } else { region }, spec, usage, set], 8),
            generation: 1,
            lineage: identity.lineage.clone(),
            nonce: Some(format!("{nonce:016x}")),
            phase: Phase::Begun,
        }
    }

    /// Reads a tag's value; `None` if it is not in one of our forms.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('/').collect();
        let is_hex = |text: &str, bytes: usize| text.len() == 2 * bytes && text.bytes().all(|b| b.is_ascii_hexdigit());
        let [form, owner, fingerprint, generation, rest @ ..] = parts.as_slice() else { return None };
        if !is_hex(owner, 16) || !is_hex(fingerprint, 8) {
            return None;
        }
        let (lineage, nonce, phase) = match (*form, rest) {
            // Such a mark does not say how far its key has come; the engine may not have recorded it.
            (FIRST_FORM, []) => (None, None, Phase::Begun),
            (FORM, [lineage, nonce, phase]) if is_hex(nonce, 8) => {
                let lineage = match *lineage {
                    NO_LINEAGE => None,
                    hash if is_hex(hash, 8) => Some(hash.to_owned()),
                    _ => return None,
                };
                let phase = Phase::ALL.into_iter().find(|known| known.letter() == *phase)?;
                (lineage, Some((*nonce).to_owned()), phase)
            }
            _ => return None,
        };
        let (owner, fingerprint) = ((*owner).to_owned(), (*fingerprint).to_owned());
        Some(Self { owner, fingerprint, generation: generation.parse().ok()?, lineage, nonce, phase })
    }

    /// Whether both name the same URN, in whatever state.
    pub fn same_urn(&self, other: &Self) -> bool {
        self.owner == other.owner
    }

    /// Whether both name the same resource of the same state.
    pub fn same_resource(&self, other: &Self) -> bool {
        self.owner == other.owner && self.lineage == other.lineage
    }

    /// Whether both come from the same state, for whatever resource. Two marks without a lineage say nothing about it.
    pub fn same_state(&self, other: &Self) -> bool {
        self.lineage.is_some() && self.lineage == other.lineage
    }

    /// Whether both are one mark, in whatever phase.
    pub fn same_mark(&self, other: &Self) -> bool {
        self.same_resource(other) && self.generation == other.generation && self.nonce == other.nonce
    }

    /// Whether the mark names the URN of this identity.
    pub fn names(&self, identity: &Identity) -> bool {
        self.owner == identity.owner
    }

    /// Whether both ask for the same key in everything that KMS cannot change.
    pub fn same_key(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
    }

    /// How often the key has changed hands, from 1.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// How far the key has come.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The same mark in another phase. A mark of the first form has none and stays as it is.
    #[must_use]
    pub fn in_phase(&self, phase: Phase) -> Self {
        if self.nonce.is_none() { self.clone() } else { Self { phase, ..self.clone() } }
    }

    /// The mark after this resource has taken over a key that carries `previous`.
    #[must_use]
    pub fn after(&self, previous: Option<&Self>) -> Self {
        self.above(previous.map_or(0, Self::generation))
    }

    /// The mark of a new key beside older ones of the same resource: one generation above the newest of them.
    #[must_use]
    pub fn above(&self, newest: u32) -> Self {
        Self { generation: newest.saturating_add(1), ..self.clone() }
    }

    /// The mark that a change by the resource `self`, which a state holds, leaves on a key; `None` where the present one is
    /// right.
    ///
    /// `on_key` is what the key carries, `in_state` what the state remembers. A key without a mark gets one: it was
    /// imported, or somebody has stripped it. A key that carries the mark of another URN or lineage was renamed, or moved with
    /// its state. A key that was read late keeps the newer mark that the state remembers.
    pub fn renewed(&self, on_key: Option<&Self>, in_state: Option<&Self>) -> Option<Self> {
        let in_state_as_ours = in_state.filter(|state| state.same_resource(self));
        let renewed = match (on_key, in_state_as_ours) {
            (Some(present), Some(state)) if state.generation > present.generation => state.clone(),
            (Some(present), _) if present.same_resource(self) => present.clone(),
            (Some(present), _) => self.after(Some(present)),
            (None, Some(stripped)) => stripped.clone(),
            (None, None) => self.after(in_state),
        };
        let renewed = renewed.in_phase(Phase::Recorded);
        (on_key != Some(&renewed)).then_some(renewed)
    }
}

impl fmt::Display for OwnerMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { owner, fingerprint, generation, .. } = self;
        match &self.nonce {
            None => write!(f, "{FIRST_FORM}/{owner}/{fingerprint}/{generation}"),
            Some(nonce) => {
                let lineage = self.lineage.as_deref().unwrap_or(NO_LINEAGE);
                let phase = self.phase.letter();
                write!(f, "{FORM}/{owner}/{fingerprint}/{generation}/{lineage}/{nonce}/{phase}")
            }
        }
    }
}

/// What a state remembers of the mark on its key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remembered {
    /// The mark that the key was last known to carry.
    pub settled: Option<OwnerMark>,
    /// Other marks under which the key is the state's all the same: the one before, which a late read may still show, and one
    /// whose writing has failed without an answer that rules its effect out.
    pub also: Vec<OwnerMark>,
}

impl Remembered {
    /// What a state remembers that has written `written` (with or without success) on keys that now carry `on_key`.
    ///
    /// The generation never falls: a mark of the same resource that was read late does not replace a newer one.
    #[must_use]
    pub fn after(&self, on_key: Option<&OwnerMark>, written: Option<&OwnerMark>) -> Self {
        let late =
            |mark: &OwnerMark, settled: &OwnerMark| settled.same_resource(mark) && settled.generation > mark.generation;
        let settled = match (on_key, &self.settled) {
            (Some(mark), Some(settled)) if late(mark, settled) => Some(settled.clone()),
            (Some(mark), _) => Some(mark.clone()),
            (None, settled) => settled.clone(),
        };
        let known = self.settled.iter().chain(written).chain(&self.also);
        let mut also: Vec<OwnerMark> = vec![];
        for mark in known {
            if ![settled.as_ref(), also.iter().find(|other| other.same_mark(mark))]
                .into_iter()
                .flatten()
                .any(|other| other.same_mark(mark))
            {
                also.push(mark.clone());
            }
        }
        also.truncate(MOST_REMEMBERED);
        Self { settled, also }
    }

    /// The same, and marks under which the keys were this resource's in a former life: those that a restored set left out still
    /// carry them.
    #[must_use]
    pub fn and_former(mut self, marks: impl IntoIterator<Item = OwnerMark>) -> Self {
        for mark in marks {
            if !self.holds(&mark) {
                self.also.push(mark);
            }
        }
        self.also.truncate(MOST_REMEMBERED);
        self
    }

    fn holds(&self, key: &OwnerMark) -> bool {
        self.settled.iter().chain(&self.also).any(|mark| mark.same_mark(key))
    }
}

/// Marks that a state remembers beside the settled one: the one before and what failed runs have written since.
const MOST_REMEMBERED: usize = 4;

/// Whether a deletion or a change by the resource `ours`, from a state that remembers `state`, may touch a key that carries
/// `key`: the fence.
///
/// A key without a mark may be touched. A marked one may be touched if the state knows the mark; if it is an older one of
/// the same resource, which was read late; or if a run of this very resource has put it there ([`OwnerMark::renewed`]) and was
/// killed before the engine has recorded it. A lower generation of *another* resource proves nothing: whoever took the key
/// over may not have been able to read the mark before.
pub fn may_touch(state: &Remembered, key: Option<&OwnerMark>, ours: Option<&OwnerMark>) -> bool {
    let Some(key) = key.filter(|key| !state.holds(key)) else { return true };
    let settled = state.settled.as_ref();
    if settled.is_some_and(|settled| settled.same_resource(key) && key.generation < settled.generation) {
        return true;
    }
    let Some(ours) = ours.filter(|ours| settled.is_none_or(|settled| !settled.same_resource(ours))) else {
        return false;
    };
    key.same_resource(ours) && key.generation == settled.map_or(0, OwnerMark::generation).saturating_add(1)
}

pub(crate) fn short_hash(parts: &[&str], bytes: usize) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        hasher.update(part.len().to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Identity, Lineage, OwnerMark, Phase, Remembered, may_touch};

    fn mark(text: &str) -> OwnerMark {
        OwnerMark::parse(text).expect("a mark")
    }

    fn of(urn: char, generation: u32, lineage: char, nonce: u32, phase: char) -> OwnerMark {
        let (owner, lineage) = (urn.to_string().repeat(32), lineage.to_string().repeat(16));
        mark(&format!("2/{owner}/0011223344556677/{generation}/{lineage}/{nonce:016x}/{phase}"))
    }

    fn state(settled: Option<&OwnerMark>) -> Remembered {
        Remembered { settled: settled.cloned(), also: vec![] }
    }

    #[test]
    fn reads_what_it_prints() {
        let first = "1/00112233445566778899aabbccddeeff/0011223344556677/1";
        let second = "2/00112233445566778899aabbccddeeff/0011223344556677/7/0123456789abcdef/00000000000000ff/k";
        let untold = "2/00112233445566778899aabbccddeeff/0011223344556677/7/-/00000000000000ff/r";
        for text in [first, second, untold] {
            assert_eq!(mark(text).to_string(), text);
        }
        let bad = ["", "1/0011/22/1", "3/00112233445566778899aabbccddeeff/0011223344556677/1"];
        let cut =
            [&first.replace('1', "2"), &format!("{first}/x"), &second.replace("/k", "/z"), &second.replace("/k", "")];
        for bad in bad.iter().copied().chain(cut.iter().map(|text| text.as_str())) {
            assert_eq!(OwnerMark::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_resource_is_a_urn_in_one_state() {
        let lineages = [Lineage::Untold, Lineage::Unborn, Lineage::of_provider("1"), Lineage::of_provider("2")];
        let all: Vec<Identity> = lineages.iter().map(|lineage| Identity::new("urn", lineage)).collect();
        for (index, one) in all.iter().enumerate() {
            assert!(all.iter().enumerate().all(|(other, identity)| (other == index) == (identity == one)));
        }
        assert_ne!(all[2], Identity::new("other", &lineages[2]));
    }

    #[test]
    fn the_fence_lets_through_what_the_state_knows() {
        let (first, second) = (of('a', 1, 'b', 1, 'k'), of('a', 2, 'b', 2, 'k'));
        let begun = first.in_phase(Phase::Begun);
        for ours in [None, Some(&first)] {
            let touch =
                |remembered: Option<&OwnerMark>, key: Option<&OwnerMark>| may_touch(&state(remembered), key, ours);
            assert!(touch(Some(&first), Some(&first)));
            assert!(touch(Some(&first), Some(&begun)), "the phase is not part of the claim");
            assert!(!touch(Some(&first), Some(&second)), "a newer run");
            assert!(!touch(None, Some(&second)));
            assert!(touch(Some(&first), None));
            assert!(touch(Some(&second), Some(&first)), "a late read");
        }
    }

    #[test]
    fn a_lower_generation_of_somebody_else_is_no_late_read() {
        let (ours, stranger) = (of('a', 2, 'b', 1, 'k'), of('c', 1, 'b', 2, 'k'));
        let elsewhere = of('a', 1, 'd', 3, 'k');
        for foreign in [&stranger, &elsewhere] {
            assert!(!may_touch(&state(Some(&ours)), Some(foreign), Some(&ours)));
        }
        // Unless it is the one that this state has replaced.
        let taken_over = state(Some(&stranger)).after(Some(&ours), Some(&ours));
        assert!(may_touch(&taken_over, Some(&stranger), Some(&ours)));
        assert!(!may_touch(&taken_over, Some(&elsewhere), Some(&ours)));
    }

    #[test]
    fn a_mark_whose_writing_got_no_answer_is_known() {
        let (old, new) = (of('a', 1, 'b', 1, 'k'), of('a', 2, 'b', 2, 'b'));
        let remembered = state(Some(&old)).after(Some(&old), Some(&new));
        assert_eq!(remembered.settled.as_ref(), Some(&old));
        assert!(may_touch(&remembered, Some(&new), Some(&old)) && may_touch(&remembered, Some(&old), Some(&old)));
        assert!(!may_touch(&remembered, Some(&of('a', 2, 'b', 3, 'k')), Some(&old)), "another run's");
    }

    #[test]
    fn what_a_state_remembers_never_falls() {
        let (first, second) = (of('a', 1, 'b', 1, 'k'), of('a', 2, 'b', 2, 'k'));
        assert_eq!(state(Some(&second)).after(Some(&first), None).settled, Some(second.clone()), "read late");
        assert_eq!(state(Some(&second)).after(None, None).settled, Some(second.clone()), "stripped, or not to be read");
        let many =
            (3..20).fold(state(Some(&second)), |known, nonce| known.after(None, Some(&of('a', 2, 'b', nonce, 'k'))));
        assert!(many.also.len() <= super::MOST_REMEMBERED);
    }

    #[test]
    fn a_key_is_marked_anew_after_an_import_a_rename_and_a_loss_of_its_tags() {
        let (first, second) = (of('a', 1, 'b', 1, 'k'), of('a', 2, 'b', 2, 'k'));
        let (renamed, upgraded) = (of('c', 1, 'b', 9, 'b'), of('a', 1, 'd', 9, 'b'));
        for ours in [&renamed, &upgraded] {
            let renew = |on_key, in_state| ours.renewed(on_key, in_state).map(|mark| mark.generation());
            assert_eq!(renew(None, None), Some(1));
            assert_eq!(renew(Some(&second), Some(&second)), Some(3));
            assert_eq!(renew(None, Some(&second)), Some(3));
            let kept = ours.in_phase(Phase::Recorded);
            assert_eq!(renew(Some(&kept), Some(&kept)), None);
            // The mark was put and the run killed: the state still remembers what was there before.
            for remembered in [None, Some(&first), Some(&second)] {
                let put = ours.renewed(remembered, remembered).expect("a new mark");
                assert_eq!(put.phase(), Phase::Recorded, "the state has the key");
                assert!(may_touch(&state(remembered), Some(&put), Some(ours)));
                assert!(!may_touch(&state(remembered), Some(&put), Some(&first)), "another resource");
                assert!(!may_touch(&state(remembered), Some(&put.after(Some(&put))), Some(ours)), "taken over since");
            }
        }
        assert_eq!(second.renewed(None, Some(&second)), Some(second.clone()), "the stripped mark, as it was");
        assert_eq!(second.renewed(Some(&first), Some(&second)), Some(second.clone()), "read late");
        let begun = first.in_phase(Phase::Begun);
        assert_eq!(first.renewed(Some(&begun), Some(&begun)), Some(first.clone()), "begun, and recorded since");
    }
}
