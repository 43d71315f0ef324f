//! What a plan asks for that its caller surely may not do.

use std::collections::BTreeSet;
use std::fmt;

/// Actions that the policies of one key deny to the caller of a plan, in words for a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beyond {
    pub(super) key: String,
    pub(super) caller: String,
    /// Whether the plan puts a new policy.
    pub(super) changes: bool,
    /// Whether the present policy denies the caller to put the new one.
    pub(super) is_refused: bool,
    /// No policy of the plan allows these.
    pub(super) never: BTreeSet<&'static str>,
    /// One of the policies allows these, but not the one that is in force when their turn comes.
    pub(super) not_then: BTreeSet<&'static str>,
}

impl Beyond {
    pub(super) fn is_empty(&self) -> bool {
        !self.is_refused && self.never.is_empty() && self.not_then.is_empty()
    }
}

fn list(actions: &BTreeSet<&'static str>) -> String {
    actions.iter().copied().collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Beyond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, caller, .. } = self;
        let mut sentences = vec![];
        if self.is_refused {
            sentences.push(format!(
                "{key}: its present policy does not allow kms:PutKeyPolicy to {caller}, so the new policy cannot be put, and \
                 what needs it will fail."
            ));
        }
        if !self.never.is_empty() {
            let both = "neither its present policy nor the new one allows";
            let which = if self.changes { both } else { "its policy does not allow" };
            sentences.push(format!(
                "{key}: {which} {} to {caller}. These calls will fail; what does not depend on them is done first. Allow \
                 them in the policy, by a caller who may change it.",
                list(&self.never)
            ));
        }
        if !self.not_then.is_empty() {
            sentences.push(format!(
                "{key}: {} is allowed to {caller} by one of the present and the new policy only, and has its turn while the \
                 other one is in force. These calls will fail. Change the policy in two steps, of which the first only grants.",
                list(&self.not_then)
            ));
        }
        f.write_str(&sentences.join(" "))
    }
}
