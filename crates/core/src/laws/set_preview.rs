//! What previews and refreshes of a multi-Region set say is what the run does.

use proptest::prelude::*;

use super::drift::take_facts;
use super::generators::{REGIONS, sets};
use super::model::{account, checked, default_policy, plain_tags};
use super::preview::{assert_comes_true, policy_of, with_unknowns};
use super::set_model::{assert_is_set, desired, made, plan, reachable, region, run, set_read_context};
use super::veiled::{assert_hides_the_same, parts, with_secrets};
use crate::desired::held;
use crate::diff::diff;
use crate::outputs::{preview_of_change, preview_of_new, set_outputs};
use crate::plan::Intent;
use crate::read_back::{IgnoredTags, set_inputs};
use crate::secrets::Secrets;
use crate::spec::normal::normal;
use crate::value::PropertyMap;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_preview_of_a_new_set_names_every_output_and_contradicts_none(program in sets()) {
        let inputs = checked(&program);
        let real = set_outputs(&inputs, &made(&inputs), &PropertyMap::new());
        assert_comes_true(&preview_of_new(&inputs, policy_of(&inputs), Some(&account())), &real);
    }

    #[test]
    fn a_preview_of_a_changed_set_names_every_output_and_contradicts_none(old in sets(), new in sets()) {
        let new = checked(&reachable(&old, new));
        let old = checked(&old);
        let mut set = made(&old);
        let before = set_outputs(&old, &set, &PropertyMap::new());
        let plan = plan(&desired(&new), &set, &held(&old, region(&old)), Intent::Update);
        run(&mut set, &plan);
        let real = set_outputs(&new, &set, &before);
        let shown = preview_of_change(&new, &before, policy_of(&new));
        assert_comes_true(&shown, &real);
        let promoted = region(&old) != region(&new);
        let unknown = shown.iter().filter(|(_, value)| value.has_unknowns());
        let unknown: Vec<_> = unknown.filter(|(name, _)| !promoted || *name != "policyJson").collect();
        prop_assert_eq!(unknown, vec![]);
    }

    #[test]
    fn what_depends_on_an_unknown_value_of_a_new_set_is_not_known(program in sets(), parts in parts()) {
        let inputs = checked(&program);
        let real = set_outputs(&inputs, &made(&inputs), &PropertyMap::new());
        let partly = with_unknowns(&program, &parts);
        assert_comes_true(&preview_of_new(&partly, policy_of(&partly), Some(&account())), &real);
    }

    #[test]
    fn what_depends_on_an_unknown_value_of_a_changed_set_is_not_known(
        old in sets(), new in sets(), parts in parts(),
    ) {
        let new = reachable(&old, new);
        let partly = with_unknowns(&new, &parts);
        let (old, new) = (checked(&old), checked(&new));
        let mut set = made(&old);
        let before = set_outputs(&old, &set, &PropertyMap::new());
        let plan = plan(&desired(&new), &set, &held(&old, region(&old)), Intent::Update);
        run(&mut set, &plan);
        let real = set_outputs(&new, &set, &before);
        assert_comes_true(&preview_of_change(&partly, &before, policy_of(&partly)), &real);
    }

    #[test]
    fn what_drifted_on_a_replica_shows_and_is_taken_back(
        program in sets(), other in sets(), which in any::<[bool; 5]>(), at in 0_usize..4,
    ) {
        let (inputs, other) = (checked(&program), made(&checked(&other)));
        let (mut set, wanted) = (made(&inputs), desired(&inputs));
        prop_assume!(REGIONS[at] != set.primary && set.members.contains_key(REGIONS[at]));
        let Some(by_hand) = other.members.get(REGIONS[at]).cloned() else { return Ok(()) };
        let replica = set.members.get_mut(REGIONS[at]).expect("a replica");
        // The rotation is the primary's.
        let [description, state, aliases, tags, policy] = which;
        take_facts(replica, by_hand, [description, state, false, aliases, tags, policy]);
        let (tags, ignored, default) = (plain_tags(&program), IgnoredTags::default(), default_policy());
        let read = set_inputs(&inputs, &set, &set_read_context(Some(&wanted), &default, &tags, &ignored));
        let read = normal(&read).expect("readable");
        let nothing = plan(&desired(&read), &set, &held(&read, region(&read)), Intent::Update);
        prop_assert!(nothing.is_empty(), "{:?} {:?}", nothing, read);
        let plan = plan(&wanted, &set, &held(&read, region(&read)), Intent::Update);
        prop_assert_eq!(plan.is_empty(), diff(&read, &inputs).is_empty(), "{:?} {:?}", plan, diff(&read, &inputs));
        run(&mut set, &plan);
        assert_is_set(&set, &wanted);
    }

    #[test]
    fn a_preview_of_a_set_hides_what_the_run_hides(
        old in sets(), new in sets(), before in parts(), now in parts(),
    ) {
        let new = reachable(&old, new);
        let (old, new) = (checked(&with_secrets(&old, &before)), checked(&with_secrets(&new, &now)));
        let secrets = Secrets::of_change(&new, &[&old]);
        let old_outputs = set_outputs(&old, &made(&old), &PropertyMap::new());
        let old_outputs = Secrets::of(&[&old]).seal(old_outputs, &old);
        let set = made(&new);
        let run = |previous: &PropertyMap| secrets.seal(set_outputs(&new, &set, previous), &new);
        let seal = |shown: PropertyMap| secrets.seal(shown, &new);
        assert_hides_the_same(&seal(preview_of_new(&new, policy_of(&new), Some(&account()))), &run(&PropertyMap::new()));
        let shown = seal(preview_of_change(&new, &old_outputs, policy_of(&new)));
        assert_hides_the_same(&shown, &run(&old_outputs));
    }
}
