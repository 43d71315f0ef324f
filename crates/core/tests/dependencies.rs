//! What the provider must not be made of.
//!
//! `rsa` decrypts in a time that depends on the key (RUSTSEC-2023-0071, without a fix). The simulator uses it, on keys that
//! protect nothing; the provider holds no key and needs none of it.

use std::collections::{BTreeMap, BTreeSet};

const LOCK: &str = include_str!("../../../Cargo.lock");

/// The packages of the lock file, each with those that it depends on, by name.
fn packages() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut packages: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    let mut name = "";
    for line in LOCK.lines() {
        if let Some(text) = line.strip_prefix("name = ") {
            name = text.trim_matches('"');
            packages.entry(name).or_default();
        } else if let Some(text) = line.strip_prefix(" \"") {
            // A version stands behind the name where there are several.
            let needs = text.trim_end_matches(['"', ',']).split(' ').next().unwrap_or_default();
            packages.entry(name).or_default().insert(needs);
        }
    }
    packages
}

fn reached_from(start: &'static str) -> BTreeSet<&'static str> {
    let packages = packages();
    let (mut reached, mut left) = (BTreeSet::new(), vec![start]);
    while let Some(name) = left.pop() {
        if reached.insert(name) {
            left.extend(packages.get(name).into_iter().flatten());
        }
    }
    reached
}

#[test]
fn rsa_is_in_the_simulator_only() {
    assert!(reached_from("awskms-sim").contains("rsa"), "the simulator's keys; else this test looks at nothing");
    let provider = reached_from("pulumi-awskms");
    assert!(provider.contains("aws-sdk-kms"), "the lock file is read as it is written");
    for unwanted in ["rsa", "awskms-sim", "awskms-explore", "k256", "ml-kem"] {
        assert!(!provider.contains(unwanted), "the provider depends on {unwanted}");
    }
}
