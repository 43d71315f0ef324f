//! Names and values of an encryption context, in either form of a policy.

use std::collections::BTreeMap;

use super::super::pattern::is_pattern;
use super::Findings;
use super::rules::{KP015, KP016};

/// The first two names that differ by case only.
pub(super) fn differ_by_case<'a>(names: impl Iterator<Item = &'a str>) -> Option<(&'a str, &'a str)> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for name in names {
        match seen.insert(name.to_lowercase(), name) {
            Some(other) if other != name => return Some((other, name)),
            _ => {}
        }
    }
    None
}

/// What is odd about the pairs of a typed policy's encryption context.
pub fn context_findings<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Findings {
    let mut found = Findings::default();
    if let Some((one, two)) = differ_by_case(pairs.clone().map(|(name, _)| name)) {
        found.note(KP016, None, format!("{one:?} and {two:?} differ by case only; AWS compares these names without case, so one call can hardly have both; keep one"));
    }
    for (name, value) in pairs {
        if let Some(what) = oddity(value) {
            found.note(KP015, None, format!("the value {value:?} of {name:?} has {what}; a context is compared letter by letter; write the value that the calls carry"));
        }
    }
    found
}

/// What is odd about a value that is compared letter by letter: a wildcard or a policy variable.
fn oddity(value: &str) -> Option<&'static str> {
    if value.contains("${") {
        Some("a policy variable, which AWS puts the caller's own value in place of")
    } else if is_pattern(value) {
        Some("a wildcard, which stands for itself")
    } else {
        None
    }
}
