//! Laws that hold for every multi-Region set: what Check, Diff, plan, guard, effect and reading back promise each other.
//!
//! KMS is modelled by the rules that matter between Regions: a replica is made by an enabled primary, once; the role of the
//! primary goes over between two enabled keys; rotation is the primary's; a primary goes after its replicas.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::drift::take_facts;
use super::generators::{Program, REGIONS, sets};
use super::model::{account, allowed, assert_is, checked, default_policy, plain_tags, rewritten};
use super::preview::assert_comes_true;
use crate::desired::{DesiredSet, Held, held, held_by_both, resolve_set};
use crate::diff::diff;
use crate::observed::{KeyState, Metadata, Observed, ObservedSet, Reading};
use crate::outputs::{preview_of_change, preview_of_new, set_outputs};
use crate::owner::OwnerMark;
use crate::plan::{Claim, Intent, Plan, Retirement, SetFacts, SetPlan, Step, guard_set, plan_set, plan_set_deletion};
use crate::read_back::{IgnoredTags, SetSurroundings, set_inputs};
use crate::spec::generated::DeletionPolicy;
use crate::spec::table::Effect;
use crate::value::{PropertyMap, PropertyValue};

/// The second of two programs, with a primary where the first one has a key.
fn reachable(old: &Program, mut new: Program) -> Program {
    let old = checked(old);
    let home = region(&checked(&new)).to_owned();
    if !desired(&old).members.contains_key(&home) {
        let home = region(&old).to_owned();
        let others = crate::members::entries(&new.inputs).into_iter().filter(|(region, _)| *region != home);
        let others = others.map(|(_, entry)| PropertyValue::Map(entry)).collect();
        new.inputs.insert("region".into(), home.into());
        new.inputs.insert("replicas".into(), PropertyValue::List(others));
    }
    new
}

fn region(inputs: &PropertyMap) -> &str {
    inputs["region"].as_str().expect("a Region")
}

fn desired(inputs: &PropertyMap) -> DesiredSet {
    resolve_set(inputs, region(inputs), Some(&account())).expect("everything is known")
}

fn mark() -> OwnerMark {
    OwnerMark::parse("1/00112233445566778899aabbccddeeff/0011223344556677/1").expect("a mark")
}

/// A primary right after `CreateKey`.
fn newborn(wanted: &DesiredSet) -> ObservedSet {
    let (region, main) = (&wanted.primary, wanted.main());
    let observed = Observed {
        metadata: Metadata {
            key_id: "mrk-1".into(),
            arn: format!("arn:aws:kms:{region}:123456789012:key/mrk-1"),
            state: KeyState::Enabled,
            key_spec: main.key_spec.clone(),
            key_usage: main.key_usage.clone(),
            origin: "AWS_KMS".into(),
            manager: "CUSTOMER".into(),
            multi_region: true,
            primary_region: Some(region.clone()),
            replica_regions: BTreeSet::new(),
            description: main.description.clone(),
            creation_date: "2026-01-01T00:00:00Z".into(),
            deletion_date: None,
        },
        aliases: Reading::Seen(BTreeSet::new()),
        policy: Reading::Seen(main.policy.clone().unwrap_or_else(default_policy)),
        rotation_period_days: Reading::Seen(None),
        tags: Reading::Seen(main.tags.clone()),
        owner: Some(mark()),
        rotation_mark: None,
        public_key: None,
    };
    ObservedSet::of_one(region, observed)
}

fn plan(wanted: &DesiredSet, set: &ObservedSet, held: &Held, intent: Intent) -> SetPlan {
    let (claims, default, mark) = (BTreeMap::<String, Claim>::new(), default_policy(), mark());
    let how = Retirement { policy: DeletionPolicy::Schedule, window_days: 30 };
    let retirements = held.keys().map(|region| (region.clone(), how)).collect();
    let facts = SetFacts {
        desired: wanted,
        observed: set,
        held,
        claims: &claims,
        retirements: &retirements,
        mark: Some(&mark),
        default_policy: &default,
    };
    let plan = plan_set(&facts);
    guard_set(&plan, &facts, intent).expect("nothing unsafe");
    plan
}

/// The calls of a plan in an order in which KMS could get them.
fn calls(plan: &SetPlan) -> Vec<(String, Step)> {
    let of = |lanes: &BTreeMap<String, Plan>| -> Vec<_> {
        let steps = lanes.iter().flat_map(|(region, plan)| plan.steps().map(|step| (region.clone(), step.clone())));
        steps.collect()
    };
    let mut calls = of(&plan.opening);
    calls.extend(
        plan.promotion.iter().map(|region| (region.clone(), Step::UpdatePrimaryRegion { region: region.clone() })),
    );
    calls.extend(of(&plan.main));
    calls.extend(of(&plan.closing));
    calls
}

/// KMS takes a call, or the law is broken.
fn apply(set: &mut ObservedSet, region: &str, step: &Step) {
    let enabled = |set: &ObservedSet, region: &str| set.members[region].metadata.state == KeyState::Enabled;
    match step {
        Step::ReplicateKey(replication) => {
            assert!(enabled(set, &set.primary), "{step:?} by a primary that is not enabled");
            let mut replica = set.replicated(replication, &default_policy()).expect("a set");
            assert!(!set.members.contains_key(region), "a second replica in {region}");
            replica.metadata.state = KeyState::Enabled;
            set.members.insert(region.to_owned(), replica);
        }
        Step::UpdatePrimaryRegion { region } => {
            assert!(enabled(set, &set.primary) && enabled(set, region), "{step:?}");
            set.promoted(region);
        }
        _ => {
            let rotation = matches!(step, Step::EnableKeyRotation { .. } | Step::DisableKeyRotation);
            assert!(!rotation || region == set.primary, "{step:?} on a replica");
            let key = set.members.get_mut(region).expect("a key in the Region");
            allowed(key, step);
            key.follow(step);
            let period = key.rotation_period_days.clone();
            if rotation {
                set.members.values_mut().for_each(|key| key.rotation_period_days = period.clone());
            }
        }
    }
}

fn run(set: &mut ObservedSet, plan: &SetPlan) {
    for (region, step) in calls(plan) {
        apply(set, &region, &step);
    }
}

fn policy_of(inputs: &PropertyMap) -> Option<String> {
    Some(desired(inputs).main().policy.clone().unwrap_or_else(default_policy).to_string())
}

/// A set that inputs have led to.
fn made(inputs: &PropertyMap) -> ObservedSet {
    let wanted = desired(inputs);
    let mut set = newborn(&wanted);
    let plan = plan(&wanted, &set, &Held::new(), Intent::Create);
    run(&mut set, &plan);
    set
}

fn assert_is_set(set: &ObservedSet, wanted: &DesiredSet) {
    assert_eq!(set.primary, wanted.primary);
    for (region, member) in &set.members {
        match wanted.members.get(region) {
            Some(wanted) => assert_is(member, wanted),
            None => assert_eq!(member.metadata.state, KeyState::PendingDeletion, "{region}"),
        }
    }
    assert!(wanted.members.keys().all(|region| set.members.contains_key(region)));
}

fn around<'a>(
    wanted: Option<&'a DesiredSet>,
    default: &'a serde_json::Value,
    tags: &'a BTreeMap<String, String>,
    ignored: &'a IgnoredTags,
) -> SetSurroundings<'a> {
    SetSurroundings {
        provider_region: Some(REGIONS[0]),
        default_tags: tags,
        ignored_tags: ignored,
        default_policy: default,
        desired: wanted,
    }
}

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
        let read = set_inputs(&inputs, &set, &around(Some(&wanted), &default, &tags, &ignored));
        prop_assert!(diff(&inputs, &read).is_empty(), "{:?}", diff(&inputs, &read));
        prop_assert_eq!(set_outputs(&read, &set, &before), before);
        // An import writes other words that mean the same.
        let imported = set_inputs(&PropertyMap::new(), &set, &around(None, &default, &tags, &ignored));
        let imported = checked(&program.with(imported));
        let plan = plan(&desired(&imported), &set, &held(&imported, region(&imported)), Intent::Update);
        prop_assert!(plan.is_empty(), "{:?} {:?}", plan, imported);
    }

    #[test]
    fn a_preview_of_a_new_set_names_every_output_and_contradicts_none(program in sets()) {
        let inputs = checked(&program);
        let real = set_outputs(&inputs, &made(&inputs), &PropertyMap::new());
        assert_comes_true(&preview_of_new(&inputs, policy_of(&inputs)), &real);
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
        let unknown: Vec<_> = shown.iter().filter(|(_, value)| value.has_unknowns()).collect();
        prop_assert_eq!(unknown, vec![]);
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
        let read = set_inputs(&inputs, &set, &around(Some(&wanted), &default, &tags, &ignored));
        let read = checked(&program.with(read));
        let nothing = plan(&desired(&read), &set, &held(&read, region(&read)), Intent::Update);
        prop_assert!(nothing.is_empty(), "{:?} {:?}", nothing, read);
        let plan = plan(&wanted, &set, &held(&read, region(&read)), Intent::Update);
        prop_assert_eq!(plan.is_empty(), diff(&read, &inputs).is_empty(), "{:?} {:?}", plan, diff(&read, &inputs));
        run(&mut set, &plan);
        assert_is_set(&set, &wanted);
    }

    #[test]
    fn a_primary_that_was_moved_by_hand_reads_back_as_what_it_is(program in sets(), to in 0_usize..4) {
        let inputs = checked(&program);
        let mut set = made(&inputs);
        prop_assume!(set.members.contains_key(REGIONS[to]));
        set.promoted(REGIONS[to]);
        let (tags, ignored, default, wanted) =
            (plain_tags(&program), IgnoredTags::default(), default_policy(), desired(&inputs));
        let read = set_inputs(&inputs, &set, &around(Some(&wanted), &default, &tags, &ignored));
        let read = checked(&program.with(read));
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
