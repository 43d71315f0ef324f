//! The small histories that are tried: which programs and acts, and how far.

use crate::history::Act;
use crate::program::Spec;
use crate::small::Bounds;
use crate::world::Hand;

/// The acts of one key with two programs: they differ in everything that a call each is for.
pub fn one_key() -> Vec<Act> {
    let first = Spec { name: "a".into(), alias: "a".into(), ..Spec::default() };
    let second =
        Spec { description: "2".into(), tag: "2".into(), alias: "b".into(), trigger: "2".into(), ..first.clone() };
    let first = Spec { trigger: "1".into(), ..first };
    acts(first, second, &[Hand::Schedule, Hand::Unmark])
}

/// The acts of one key whose spec changes: a replacement that Diff tells.
pub fn another_key() -> Vec<Act> {
    let first = Spec { name: "a".into(), alias: "a".into(), ..Spec::default() };
    let second = Spec { hmac: true, description: "2".into(), ..first.clone() };
    acts(first, second, &[Hand::Disable, Hand::Unname])
}

/// The acts of one key that changes in place.
pub fn one_change() -> Vec<Act> {
    let first = Spec { name: "a".into(), alias: "a".into(), secret: true, description: "1".into(), ..Spec::default() };
    let second =
        Spec { description: "2".into(), role: "App".into(), disabled: true, alias: "b".into(), ..first.clone() };
    acts(first, second, &[Hand::Describe, Hand::Schedule])
}

/// The acts of a set of two Regions.
pub fn two_regions() -> Vec<Act> {
    let first = Spec { name: "a".into(), alias: "a".into(), replicas: Some(vec![]), ..Spec::default() };
    let second = Spec { replicas: Some(vec!["eu-west-1".into()]), description: "2".into(), ..first.clone() };
    acts(first, second, &[Hand::Schedule])
}

fn acts(first: Spec, second: Spec, hands: &[Hand]) -> Vec<Act> {
    let name = first.name.clone();
    let engine = [Act::Up(vec![first]), Act::Up(vec![second]), Act::Refresh, Act::Destroy];
    engine.into_iter().chain(hands.iter().map(|hand| Act::ByHand(name.clone(), *hand))).collect()
}

/// Everything that is tried, with its name: in the tests, or as far as a machine gets in some hours.
pub fn all(is_long: bool) -> Vec<(&'static str, Vec<Act>, Bounds)> {
    let (slips, crashes, set) = if is_long {
        (
            Bounds { steps: 4, slips: 2, crashes: 3, hands: 1 },
            Bounds { steps: 5, slips: 0, crashes: 3, hands: 1 },
            Bounds { steps: 3, slips: 1, crashes: 2, hands: 1 },
        )
    } else {
        let crash = Bounds { steps: 2, slips: 0, crashes: 1, hands: 1 };
        (Bounds { slips: 1, crashes: 0, ..crash }, crash, Bounds { slips: 1, crashes: 0, hands: 0, ..crash })
    };
    vec![
        ("one key, replaced by its trigger", one_key(), slips),
        ("one key, replaced by its spec", another_key(), slips),
        ("one key, changed", one_change(), slips),
        ("a set of two Regions", two_regions(), set),
        ("crashes of one key, replaced by its trigger", one_key(), crashes),
        ("crashes of one key, replaced by its spec", another_key(), crashes),
        ("crashes of one key, changed", one_change(), crashes),
        ("crashes of a set of two Regions", two_regions(), Bounds { slips: 0, ..crashes }),
    ]
}
