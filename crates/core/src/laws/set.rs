//! Laws that hold for every multi-Region set: what Check, Diff, plan, guard, effect and reading back promise each other.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::generators::{Program, REGIONS, sets};
use super::model::{checked, default_policy, plain_tags, rewritten};
use super::set_model::{apply, assert_is_set, calls, desired, made, plan, reachable, region, run, set_read_context};
use crate::desired::{DesiredSet, Held, held, held_by_both};
use crate::diff::diff;
use crate::observed::{KeyState, Reading};
use crate::outputs::set_outputs;
use crate::plan::{Intent, Plan, Retirement, SetFacts, SetPlan, Step, guard_set, plan_set_deletion};
use crate::read_back::{IgnoredTags, set_inputs};
use crate::spec::generated::DeletionPolicy;
use crate::spec::normal::normal;
use crate::spec::table::Effect;
use crate::value::{PropertyMap, PropertyValue};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn check_of_a_set_is_idempotent_and_order_means_nothing(program in sets()) {
        let inputs = checked(&program);
        prop_assert_eq!(&checked(&program.with(inputs.clone())), &inputs);
        let mut turned = inputs.clone();
        if let Some(PropertyValue::List(replicas)) = turned.get_mut("replicas") {
            replicas.reverse();
        }
        prop_assert_eq!(diff(&inputs, &turned), vec![]);
    }

    #[test]
    fn a_new_set_is_what_was_asked_for(program in sets()) {
        let inputs = checked(&program);
        let set = made(&inputs);
        assert_is_set(&set, &desired(&inputs));
        prop_assert!(plan(&desired(&inputs), &set, &held(&inputs, region(&inputs)), Intent::Update).is_empty());
    }

    #[test]
    fn a_change_leads_from_one_set_to_the_other(old in sets(), new in sets(), pending in any::<bool>()) {
        let new = checked(&reachable(&old, new));
        let old = checked(&old);
        let mut set = made(&old);
        if pending {
            // As a destroy has left it.
            for (region, key) in &mut set.members {
                let primary = *region == set.primary;
                key.metadata.state = if primary { KeyState::PendingReplicaDeletion } else { KeyState::PendingDeletion };
                key.rotation_period_days = Reading::Denied("kms:GetKeyRotationStatus");
            }
        }
        let changes = diff(&old, &new);
        prop_assert!(changes.iter().all(|change| change.effect != Effect::Replace), "{:?}", changes);
        let (wanted, held) = (desired(&new), held(&old, region(&old)));
        let plan = plan(&wanted, &set, &held, Intent::Update);
        run(&mut set, &plan);
        assert_is_set(&set, &wanted);
        prop_assert!(pending || plan.is_empty() || !changes.is_empty(), "{:?}", plan);
    }

    #[test]
    fn a_run_that_stops_anywhere_is_finished_by_the_next(old in sets(), new in sets(), stop in 0_usize..30) {
        let new = checked(&reachable(&old, new));
        let old = checked(&old);
        let (mut set, wanted) = (made(&old), desired(&new));
        let before = held(&old, region(&old));
        let first = plan(&wanted, &set, &before, Intent::Update);
        for (region, step) in calls(&first).iter().take(stop) {
            apply(&mut set, region, step);
        }
        let both = held_by_both(held(&new, region(&new)), &before);
        let second = plan(&wanted, &set, &both, Intent::Update);
        run(&mut set, &second);
        assert_is_set(&set, &wanted);
    }

    #[test]
    fn a_region_out_of_reach_is_left_alone_and_healed_later(old in sets(), new in sets(), lost in 0_usize..4) {
        let new = checked(&reachable(&old, new));
        let old = checked(&old);
        let (mut set, wanted) = (made(&old), desired(&new));
        let held = held(&old, region(&old));
        prop_assume!(REGIONS[lost] != set.primary && REGIONS[lost] != wanted.primary);
        let Some(hidden) = set.members.remove(REGIONS[lost]) else { return Ok(()) };
        set.unreachable.insert(REGIONS[lost].into(), "down".into());
        let first = plan(&wanted, &set, &held, Intent::Update);
        prop_assert!(calls(&first).iter().all(|(region, _)| region != REGIONS[lost]));
        run(&mut set, &first);
        set.unreachable.clear();
        let mut back = hidden;
        back.metadata.primary_region = Some(set.primary.clone());
        set.members.insert(REGIONS[lost].into(), back);
        let period = set.members[&set.primary].rotation_period_days.clone();
        set.members.values_mut().for_each(|key| key.rotation_period_days = period.clone());
        let second = plan(&wanted, &set, &held, Intent::Update);
        run(&mut set, &second);
        assert_is_set(&set, &wanted);
    }

    #[test]
    fn a_refresh_of_an_untouched_set_changes_nothing(program in sets()) {
        let inputs = checked(&program);
        let mut set = made(&inputs);
        let before = set_outputs(&inputs, &set, &PropertyMap::new());
        for key in set.members.values_mut() {
            key.policy = Reading::Seen(rewritten(key.policy.seen().expect("seen")));
        }
        let (tags, ignored, default, wanted) =
            (plain_tags(&program), IgnoredTags::default(), default_policy(), desired(&inputs));
        let read = set_inputs(&inputs, &set, &set_read_context(Some(&wanted), &default, &tags, &ignored));
        prop_assert!(diff(&inputs, &read).is_empty(), "{:?}", diff(&inputs, &read));
        prop_assert_eq!(set_outputs(&read, &set, &before), before);
        // An import writes other words that mean the same.
        let imported = set_inputs(&PropertyMap::new(), &set, &set_read_context(None, &default, &tags, &ignored));
        let imported = checked(&program.with(imported));
        let plan = plan(&desired(&imported), &set, &held(&imported, region(&imported)), Intent::Update);
        prop_assert!(plan.is_empty(), "{:?} {:?}", plan, imported);
    }

    #[test]
    fn a_primary_that_was_moved_by_hand_reads_back_as_what_it_is(program in sets(), to in 0_usize..4) {
        let inputs = checked(&program);
        let mut set = made(&inputs);
        prop_assume!(set.members.contains_key(REGIONS[to]));
        set.promoted(REGIONS[to]);
        let (tags, ignored, default, wanted) =
            (plain_tags(&program), IgnoredTags::default(), default_policy(), desired(&inputs));
        let read = set_inputs(&inputs, &set, &set_read_context(Some(&wanted), &default, &tags, &ignored));
        let read = normal(&read).expect("readable");
        prop_assert_eq!(region(&read), REGIONS[to]);
        let nothing = plan(&desired(&read), &set, &held(&read, region(&read)), Intent::Update);
        prop_assert!(nothing.is_empty(), "{:?} {:?}", nothing, read);
        // And the program's inputs bring it back in place.
        prop_assert!(diff(&read, &inputs).iter().all(|change| change.effect != Effect::Replace));
        let back = plan(&wanted, &set, &held(&read, region(&read)), Intent::Update);
        run(&mut set, &back);
        assert_is_set(&set, &wanted);
    }

    #[test]
    fn a_deletion_takes_every_replica_and_then_the_primary(program in sets()) {
        let inputs = checked(&program);
        let mut set = made(&inputs);
        let held = held(&inputs, region(&inputs));
        let how = Retirement { policy: DeletionPolicy::Schedule, window_days: 7 };
        let retirements = held.keys().map(|region| (region.clone(), how)).collect();
        let (replicas, primary) = plan_set_deletion(&set, &held, &retirements);
        prop_assert!(!replicas.contains_key(&set.primary));
        for (region, plan) in &replicas {
            plan.steps().for_each(|step| apply(&mut set, region, step));
        }
        let home = set.primary.clone();
        primary.steps().for_each(|step| apply(&mut set, &home, step));
        prop_assert!(set.members.values().all(|key| key.metadata.state.is_pending_deletion()));
        // Again it only looks for names that a late read may not have shown.
        let (replicas, primary) = plan_set_deletion(&set, &held, &retirements);
        let mut again = replicas.values().chain([&primary]).flat_map(Plan::steps);
        let only_names = again.all(|step| matches!(step, Step::DeleteAlias { .. }));
        prop_assert!(only_names);
    }
}

/// The guard must not share the planner's mistakes: it refuses plans that no planner should make.
#[test]
fn the_guard_refuses_what_nobody_asked_for() {
    let with = |replicas: &[&str]| {
        let list = replicas.iter().map(|region| PropertyMap::from([("region".to_owned(), (*region).into())]).into());
        let mut inputs = PropertyMap::from([("region".to_owned(), REGIONS[0].into())]);
        inputs.insert("multiRegion".into(), true.into());
        inputs.insert("replicas".into(), PropertyValue::List(list.collect()));
        checked(&Program { inputs, ..Program::default() })
    };
    let both = with(&[REGIONS[1]]);
    let (set, wanted, default, claims) = (made(&both), desired(&both), default_policy(), BTreeMap::new());
    let how = Retirement { policy: DeletionPolicy::Schedule, window_days: 30 };
    let refused = |wanted: &DesiredSet, held: Held, plan: SetPlan| {
        let retirements = held.keys().map(|region| (region.clone(), how)).collect();
        let facts = SetFacts {
            desired: wanted,
            observed: &set,
            held: &held,
            claims: &claims,
            retirements: &retirements,
            mark: None,
            default_policy: &default,
        };
        guard_set(&plan, &facts, Intent::Update).is_err()
    };
    let one = |region: &str, step: Step| {
        let plan = Plan::of(vec![vec![step]]);
        SetPlan { main: BTreeMap::from([(region.to_owned(), plan)]), ..SetPlan::default() }
    };
    let deletion = || Step::ScheduleKeyDeletion { window_days: 30 };
    let ours = || held(&both, REGIONS[0]);
    let alone = desired(&with(&[]));
    assert!(refused(&wanted, ours(), one(REGIONS[0], deletion())), "the primary");
    assert!(refused(&wanted, ours(), one(REGIONS[1], deletion())), "a replica that is wanted");
    assert!(refused(&alone, Held::new(), one(REGIONS[1], deletion())), "a replica of somebody else");
    assert!(!refused(&alone, ours(), one(REGIONS[1], deletion())), "a replica that goes");
    assert!(refused(&alone, ours(), SetPlan { promotion: Some(REGIONS[1].into()), ..SetPlan::default() }));
    assert!(refused(&wanted, ours(), one(REGIONS[1], Step::UpdatePrimaryRegion { region: REGIONS[1].into() })));
    assert!(refused(&wanted, ours(), one(REGIONS[2], Step::EnableKey)), "a Region that nobody names");
}
