//! Values with parts that are not known yet, or that are secret.

use proptest::prelude::*;

use super::generators::{Program, changes, programs};
use super::model::{account, checked, desired, made};
use super::preview::policy_of;
use crate::desired::Desired;
use crate::diff::diff;
use crate::outputs::{outputs, preview_of_change, preview_of_new};
use crate::secrets::Secrets;
use crate::value::{PropertyMap, PropertyValue};

/// Which parts of a value are covered: one decision for each part, in the order of a walk.
pub(super) fn parts() -> impl Strategy<Value = Vec<bool>> {
    proptest::collection::vec(proptest::bool::weighted(0.15), 64)
}

/// The properties with some of their parts, at any depth, replaced.
pub(super) fn with_parts(
    properties: &PropertyMap,
    parts: &[bool],
    cover: fn(PropertyValue) -> PropertyValue,
) -> PropertyMap {
    let mut next = parts.iter().copied().cycle();
    let entries = properties.iter().map(|(name, value)| (name.clone(), covered(value, &mut next, cover)));
    entries.collect()
}

fn covered(
    value: &PropertyValue,
    next: &mut impl Iterator<Item = bool>,
    cover: fn(PropertyValue) -> PropertyValue,
) -> PropertyValue {
    let is_covered = next.next() == Some(true);
    let value = match value {
        PropertyValue::List(items) => {
            PropertyValue::List(items.iter().map(|item| covered(item, next, cover)).collect())
        }
        PropertyValue::Map(map) => {
            PropertyValue::Map(map.iter().map(|(key, item)| (key.clone(), covered(item, next, cover))).collect())
        }
        other => other.clone(),
    };
    if is_covered { cover(value) } else { value }
}

pub(super) fn unknown(_: PropertyValue) -> PropertyValue {
    PropertyValue::Unknown
}

pub(super) fn with_secrets(program: &Program, parts: &[bool]) -> Program {
    program.with(with_parts(&program.inputs, parts, PropertyValue::into_secret))
}

/// The key that is asked for, whoever may read it.
fn in_the_open(desired: Desired) -> Desired {
    Desired { policy_is_secret: false, ..desired }
}

fn plain(properties: &PropertyMap) -> PropertyValue {
    PropertyValue::Map(properties.clone()).plain()
}

/// A plan is made from the preview and compared with the run: where both know a value, both hide it or neither does.
pub(super) fn assert_hides_the_same(shown: &PropertyMap, real: &PropertyMap) {
    for (name, value) in shown {
        let Some(in_run) = real.get(name) else { continue };
        assert!(hides_the_same(value, in_run), "{name}: {value:?} {in_run:?}");
    }
}

fn hides_the_same(shown: &PropertyValue, real: &PropertyValue) -> bool {
    match (shown, real) {
        (PropertyValue::Unknown, _) | (PropertyValue::Secret(_), PropertyValue::Secret(_)) => true,
        (PropertyValue::Secret(_), _) | (_, PropertyValue::Secret(_)) => false,
        (PropertyValue::Map(shown), PropertyValue::Map(real)) => {
            shown.iter().all(|(name, value)| real.get(name).is_none_or(|real| hides_the_same(value, real)))
        }
        _ => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_secret_means_what_its_value_means(program in programs(), parts in parts()) {
        let (open, veiled) = (checked(&program), checked(&with_secrets(&program, &parts)));
        prop_assert_eq!(plain(&veiled), plain(&open));
        prop_assert_eq!(in_the_open(desired(&veiled)), in_the_open(desired(&open)));
        prop_assert_eq!(diff(&open, &veiled), vec![]);
        let key = made(&open);
        let none = PropertyMap::new();
        prop_assert_eq!(plain(&outputs(&veiled, &key, &none)), plain(&outputs(&open, &key, &none)));
    }

    #[test]
    fn a_preview_hides_what_the_run_hides(
        (old, new) in changes(), before in parts(), now in parts(),
    ) {
        let (old, new) = (checked(&with_secrets(&old, &before)), checked(&with_secrets(&new, &now)));
        let secrets = Secrets::of_change(&new, &[&old]);
        let none = PropertyMap::new();
        let old_outputs = Secrets::of(&[&old]).seal(outputs(&old, &made(&old), &none), &old);
        let same = |shown: PropertyMap, real: &PropertyMap| {
            assert_hides_the_same(&secrets.seal(shown, &new), &secrets.seal(real.clone(), &new));
        };
        let key = made(&new);
        same(preview_of_new(&new, policy_of(&new), Some(&account())), &outputs(&new, &key, &none));
        same(preview_of_change(&new, &old_outputs, policy_of(&new)), &outputs(&new, &key, &old_outputs));
    }
}
