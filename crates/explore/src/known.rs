//! What is known to be broken: each kind is shown by a file in found/, listed as open there. Explorations count them apart, so that
//! whatever else breaks is seen.

use crate::judge::Breach;

/// A kind of breach that does not hold yet.
struct Known {
    /// The file that shows it.
    name: &'static str,
    promise: &'static str,
    /// What it says.
    text: &'static str,
}

const KNOWN: [Known; 2] = [
    Known {
        name: "policy-of-a-key-that-is-taken-up",
        promise: "P5",
        text: "said policyJson of",
    },
    Known {
        name: "replacement-that-may-not-move-its-name",
        promise: "P6",
        text: "carries the owner mark of this very resource and is not the key that this state has",
    },
];

/// The file that shows what these breaches are, if they are known.
pub fn known(breaches: &[Breach]) -> Option<&'static str> {
    let is = |known: &Known, breach: &Breach| breach.promise == known.promise && breach.what.contains(known.text);
    KNOWN.iter().find(|known| breaches.iter().any(|breach| is(known, breach))).map(|known| known.name)
}

/// The names of all kinds.
pub fn names() -> Vec<&'static str> {
    KNOWN.iter().map(|known| known.name).collect()
}
