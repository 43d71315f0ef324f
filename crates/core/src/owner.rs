//! The owner mark: a tag that every key carries from birth and that names the resource it belongs to.
//!
//! `CreateKey` has no idempotency token. When its answer is lost, or the run is killed before the engine has recorded
//! the key, only something on the key itself can tell the next run that the key is there and whose it is. The mark goes
//! into the `CreateKey` call, so that no key ever exists without it.
//!
//! The mark also fences: it carries a generation, and the stack's state remembers the mark it last saw. When a newer run
//! has taken the key over, the generation on the key has moved on, and a deletion or change from the old state leaves
//! the key alone.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::desired::Desired;
use crate::observed::Metadata;

/// The key of the tag that holds the mark.
pub const OWNER_TAG: &str = "awskms:owner";

/// The version of the mark's form.
const VERSION: &str = "1";

/// Who a key belongs to, which key was asked for, and how often it has changed hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerMark {
    owner: String,
    fingerprint: String,
    generation: u32,
}

impl OwnerMark {
    /// The mark of a new key of the resource with this URN. The URN names stack and project; the organization comes
    /// from the backend where it has one.
    pub fn new(organization: &str, urn: &str, region: &str, desired: &Desired) -> Self {
        Self::first(organization, urn, region, (&desired.key_spec, &desired.key_usage, desired.multi_region))
    }

    /// The mark that the resource with this URN would put on a key that exists.
    pub fn of_key(organization: &str, urn: &str, key: &Metadata) -> Self {
        let region = key.arn.split(':').nth(3).unwrap_or_default();
        Self::first(organization, urn, region, (&key.key_spec, &key.key_usage, key.multi_region))
    }

    fn first(organization: &str, urn: &str, region: &str, key: (&str, &str, bool)) -> Self {
        let (spec, usage, multi_region) = key;
        let set = if multi_region { "multi-Region" } else { "single-Region" };
        Self {
            owner: short_hash(&["owner", organization, urn], 16),
            // The primary of a multi-Region key moves; the key stays the same.
            fingerprint: short_hash(&["fingerprint", if multi_region { "" } else { region }, spec, usage, set], 8),
            generation: 1,
        }
    }

    /// Reads a tag's value; `None` if it is not in our form.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let (version, owner, fingerprint, generation) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_hash = |text: &str, bytes: usize| text.len() == 2 * bytes && text.bytes().all(|b| b.is_ascii_hexdigit());
        let whole = version == VERSION && parts.next().is_none() && is_hash(owner, 16) && is_hash(fingerprint, 8);
        Some(Self {
            owner: owner.to_owned(),
            fingerprint: fingerprint.to_owned(),
            generation: generation.parse().ok().filter(|_| whole)?,
        })
    }

    /// Whether both name the same resource.
    pub fn same_owner(&self, other: &Self) -> bool {
        self.owner == other.owner
    }

    /// Whether both ask for the same key in everything that KMS cannot change.
    pub fn same_key(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
    }

    /// How often the key has changed hands, from 1.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// The mark after this resource has taken over a key that carries `previous`.
    #[must_use]
    pub fn after(&self, previous: Option<&Self>) -> Self {
        match previous {
            Some(previous) => Self { generation: previous.generation.saturating_add(1), ..self.clone() },
            None => self.clone(),
        }
    }

    /// The mark of a new key beside older ones of the same resource: one generation above the newest of them, so that
    /// the key can be told from them even when the answer of its creation is lost.
    #[must_use]
    pub fn above(&self, newest: u32) -> Self {
        Self { generation: newest.saturating_add(1), ..self.clone() }
    }

    /// The mark that a change by the resource `self` leaves on a key; `None` where the present one is right.
    ///
    /// `on_key` is what the key carries, `in_state` what the state remembers. A key without a mark gets one: it was
    /// imported, or somebody has stripped it. A key that carries the mark of another URN has been renamed or moved with
    /// its state.
    pub fn renewed(&self, on_key: Option<&Self>, in_state: Option<&Self>) -> Option<Self> {
        match (on_key, in_state.filter(|state| state.same_owner(self))) {
            (Some(present), _) if present.same_owner(self) => None,
            (Some(present), Some(state)) if state.generation > present.generation => Some(state.clone()),
            (Some(present), _) => Some(self.after(Some(present))),
            (None, Some(stripped)) => Some(stripped.clone()),
            (None, None) => Some(self.after(in_state)),
        }
    }
}

impl fmt::Display for OwnerMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VERSION}/{}/{}/{}", self.owner, self.fingerprint, self.generation)
    }
}

/// Whether a deletion or a change by the resource `ours`, from a state that remembers `state`, may touch a key that carries
/// `key`.
///
/// A state without a mark belongs to a key that was imported without one, or to a user who switched marks off: it may
/// touch a key without a mark only, because a mark that came later is a newer owner's. One such mark is no newer owner's:
/// the one that a run of this very resource has put there ([`OwnerMark::renewed`]) before it was killed.
pub fn may_touch(state: Option<&OwnerMark>, key: Option<&OwnerMark>, ours: Option<&OwnerMark>) -> bool {
    let Some(key) = key.filter(|key| Some(*key) != state) else { return true };
    // Marks only ever rise: a lower one was read late.
    if state.is_some_and(|state| key.generation < state.generation) {
        return true;
    }
    let Some(ours) = ours.filter(|ours| state.is_none_or(|state| !state.same_owner(ours))) else { return false };
    key.same_owner(ours) && key.generation == state.map_or(0, |state| state.generation).saturating_add(1)
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
    use super::{OwnerMark, may_touch};

    fn mark(text: &str) -> OwnerMark {
        OwnerMark::parse(text).expect("a mark")
    }

    const FIRST: &str = "1/00112233445566778899aabbccddeeff/0011223344556677/1";
    const SECOND: &str = "1/00112233445566778899aabbccddeeff/0011223344556677/2";

    const RENAMED: &str = "1/ffffffffffffffffffffffffffffffff/0011223344556677/1";

    #[test]
    fn reads_what_it_prints() {
        assert_eq!(mark(FIRST).to_string(), FIRST);
        for bad in ["", "1/0011/22/1", "2/00112233445566778899aabbccddeeff/0011223344556677/1", &format!("{FIRST}/x")] {
            assert_eq!(OwnerMark::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_newer_generation_fences_an_old_state() {
        let (first, second) = (mark(FIRST), mark(SECOND));
        assert_eq!(first.after(Some(&first)), second);
        for ours in [None, Some(&first)] {
            assert!(may_touch(Some(&first), Some(&first), ours));
            assert!(!may_touch(Some(&first), Some(&second), ours));
            assert!(!may_touch(None, Some(&second), ours));
            assert!(may_touch(Some(&first), None, ours));
            assert!(may_touch(Some(&second), Some(&first), ours), "a late read");
        }
    }

    #[test]
    fn a_key_is_marked_anew_after_an_import_a_rename_and_a_loss_of_its_tags() {
        let (first, second, renamed) = (mark(FIRST), mark(SECOND), mark(RENAMED));
        let renew = |on_key, in_state| renamed.renewed(on_key, in_state).map(|mark| mark.generation());
        assert_eq!(renew(None, None), Some(1));
        assert_eq!(renew(Some(&second), Some(&second)), Some(3));
        assert_eq!(renew(None, Some(&second)), Some(3));
        assert_eq!(renew(Some(&renamed), Some(&renamed)), None);
        assert_eq!(second.renewed(None, Some(&second)), Some(second.clone()), "the stripped mark, as it was");
        // The mark was put and the run killed: the state still remembers what was there before.
        for state in [None, Some(&first), Some(&second)] {
            let put = renamed.renewed(state, state).expect("a new mark");
            assert!(may_touch(state, Some(&put), Some(&renamed)));
            assert!(!may_touch(state, Some(&put), Some(&first)), "another resource");
            assert!(!may_touch(state, Some(&put.after(Some(&put))), Some(&renamed)), "taken over since");
        }
    }
}
