//! What a preview predicts is what the run gives: every output of the run is in it, and none that it knows is another then.

use proptest::prelude::*;

use super::generators::{Program, changes, programs};
use super::model::{account, apply, checked, default_policy, desired, made, plan};
use super::veiled::{parts, unknown, with_parts};
use crate::desired::{managed, resolve};
use crate::outputs::{outputs, preview_of_change, preview_of_new};
use crate::value::{PropertyMap, PropertyValue};

/// The policy of a preview, as far as it is known.
pub(super) fn policy_of(inputs: &PropertyMap) -> Option<String> {
    let desired = resolve(inputs, Some(&account())).ok()?;
    Some(desired.policy.unwrap_or_else(default_policy).to_string())
}

/// Whether a prediction comes true. What is not known may turn out to be anything, or nothing.
fn comes_true(shown: &PropertyValue, real: Option<&PropertyValue>) -> bool {
    match (shown.reveal(), real.map(PropertyValue::reveal)) {
        (PropertyValue::Unknown, _) => true,
        (PropertyValue::Map(shown), Some(PropertyValue::Map(real))) => {
            shown.iter().all(|(name, value)| comes_true(value, real.get(name)))
                && real.keys().all(|name| shown.contains_key(name))
        }
        (PropertyValue::List(shown), Some(PropertyValue::List(real))) => {
            shown.len() == real.len() && shown.iter().zip(real).all(|(shown, real)| comes_true(shown, Some(real)))
        }
        (shown, real) => real == Some(shown),
    }
}

pub(super) fn assert_comes_true(shown: &PropertyMap, real: &PropertyMap) {
    for (name, value) in shown {
        assert!(comes_true(value, real.get(name)), "{name}: {value:?} was predicted, it is {:?}", real.get(name));
    }
    let missing: Vec<_> = real.keys().filter(|name| !shown.contains_key(*name)).collect();
    assert!(missing.is_empty(), "the preview lacks {missing:?}");
}

/// The outputs of a key of these inputs, and what a change to others makes of them.
fn before_and_after(old: &PropertyMap, new: &PropertyMap) -> (PropertyMap, PropertyMap) {
    let mut observed = made(old);
    let before = outputs(old, &observed, &PropertyMap::new());
    let plan = plan(&desired(new), &observed, &managed(old));
    apply(&mut observed, &plan);
    let real = outputs(new, &observed, &before);
    (before, real)
}

pub(super) fn with_unknowns(program: &Program, parts: &[bool]) -> PropertyMap {
    checked(&program.with(with_parts(&program.inputs, parts, unknown)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_preview_of_a_new_key_names_every_output_and_contradicts_none(program in programs()) {
        let inputs = checked(&program);
        let real = outputs(&inputs, &made(&inputs), &PropertyMap::new());
        let shown = preview_of_new(&inputs, policy_of(&inputs), Some(&account()));
        prop_assert_eq!(shown.keys().collect::<Vec<_>>(), real.keys().collect::<Vec<_>>());
        assert_comes_true(&shown, &real);
    }

    #[test]
    fn a_preview_of_a_change_names_every_output_and_contradicts_none((old, new) in changes()) {
        let (old, new) = (checked(&old), checked(&new));
        let (before, real) = before_and_after(&old, &new);
        let shown = preview_of_change(&new, &before, policy_of(&new));
        prop_assert_eq!(shown.keys().collect::<Vec<_>>(), real.keys().collect::<Vec<_>>());
        assert_comes_true(&shown, &real);
        // Nothing of a key that only changes is hidden from those that depend on it, but what the change itself decides.
        let unknown: Vec<_> = shown.iter().filter(|(_, value)| value.has_unknowns()).collect();
        prop_assert_eq!(unknown, vec![]);
    }

    #[test]
    fn what_depends_on_an_unknown_value_of_a_new_key_is_not_known(program in programs(), parts in parts()) {
        let inputs = checked(&program);
        let real = outputs(&inputs, &made(&inputs), &PropertyMap::new());
        let partly = with_unknowns(&program, &parts);
        assert_comes_true(&preview_of_new(&partly, policy_of(&partly), Some(&account())), &real);
    }

    #[test]
    fn what_depends_on_an_unknown_value_of_a_change_is_not_known((old, new) in changes(), parts in parts()) {
        let partly = with_unknowns(&new, &parts);
        let (old, new) = (checked(&old), checked(&new));
        let (before, real) = before_and_after(&old, &new);
        assert_comes_true(&preview_of_change(&partly, &before, policy_of(&partly)), &real);
    }
}

fn single(inputs: &[(&str, PropertyValue)]) -> PropertyMap {
    let inputs = inputs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    checked(&Program { inputs, ..Program::default() })
}

#[test]
fn a_rotation_that_is_not_known_yet_gives_a_key_that_cannot_rotate_no_period() {
    let inputs = single(&[
        ("keySpec", "RSA_2048".into()),
        ("keyUsage", "SIGN_VERIFY".into()),
        ("enableRotation", PropertyValue::Unknown),
    ]);
    assert!(!inputs.contains_key("rotationPeriodDays"));
}

#[test]
fn a_policy_that_says_the_same_keeps_its_text_in_a_preview() {
    let typed = PropertyMap::from([("accountAccess".to_owned(), "FULL".into())]);
    let new = single(&[("policy", typed.into())]);
    let mut before = outputs(&new, &made(&new), &PropertyMap::new());
    let document: serde_json::Value = serde_json::from_str(before["policyJson"].as_str().expect("text")).expect("JSON");
    let text = format!("{document:#}");
    before.insert("policyJson".into(), text.as_str().into());
    assert_eq!(preview_of_change(&new, &before, policy_of(&new))["policyJson"], text.as_str().into());
}

#[test]
fn an_output_that_was_secret_is_as_secret_as_the_new_inputs_make_it() {
    let new = single(&[("region", "eu-central-1".into())]);
    let mut before = outputs(&new, &made(&new), &PropertyMap::new());
    let arn = before["keyArn"].clone();
    before.insert("keyArn".into(), arn.clone().into_secret());
    assert_eq!(preview_of_change(&new, &before, policy_of(&new))["keyArn"], arn);
}
