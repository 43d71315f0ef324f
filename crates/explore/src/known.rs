//! What is known to be broken: each kind is shown by a file in found/, listed as open there. Explorations count them apart, so that
//! whatever else breaks is seen.

use std::collections::BTreeSet;

use crate::judge::Breach;

/// A kind of breach that does not hold yet.
struct Known {
    /// The file that shows it.
    name: &'static str,
    promise: &'static str,
    /// What it says, in parts.
    texts: &'static [&'static str],
}

const KNOWN: [Known; 6] = [
    Known { name: "policy-of-a-key-that-is-taken-up", promise: "P5", texts: &["said policyJson of"] },
    Known {
        name: "name-whose-last-look-was-refused",
        promise: "P6",
        texts: &["the refresh at rest finds changes of [\"aliases\"]"],
    },
    Known {
        name: "note-of-a-replica-that-goes",
        promise: "P5",
        texts: &["calls that the preview listed and the run left out: [\"TagResource\"], and the other way round: []"],
    },
    Known { name: "replica-that-goes-is-previewed-as-staying", promise: "P5", texts: &["said replicaKeys of"] },
    Known { name: "replicas-of-a-killed-update", promise: "P3", texts: &["the live key mrk-"] },
    Known { name: "unmarked-key-deleted-before-it-is-replaced", promise: "P5", texts: &["is taken in"] },
];

/// The file that shows what these breaches are, if they are known.
pub fn known(breaches: &[Breach]) -> Option<&'static str> {
    let is = |known: &Known, breach: &Breach| {
        breach.promise == known.promise && known.texts.iter().all(|text| breach.what.contains(text))
    };
    KNOWN.iter().find(|known| breaches.iter().any(|breach| is(known, breach))).map(|known| known.name)
}

/// The names of all kinds.
pub fn names() -> BTreeSet<&'static str> {
    KNOWN.iter().map(|known| known.name).collect()
}
