//! KMS as far as the laws of multi-Region sets need it, by the rules that matter between Regions: a replica is made by an
//! enabled primary, once; the role of the primary goes over between two enabled keys; rotation is the primary's; a primary
//! goes after its replicas.

use std::collections::{BTreeMap, BTreeSet};

use super::generators::{Program, REGIONS};
use super::model::{account, allowed, assert_is, checked, default_policy};
use crate::desired::{DesiredSet, Held, resolve_set};
use crate::observed::{KeyState, Metadata, Observed, ObservedSet, Reading};
use crate::owner::OwnerMark;
use crate::plan::{Claim, Intent, Plan, Retirement, SetFacts, SetPlan, Step, guard_set, plan_set};
use crate::read_back::{IgnoredTags, SetReadContext};
use crate::spec::generated::DeletionPolicy;
use crate::value::{PropertyMap, PropertyValue};

/// The second of two programs, with a primary where the first one has a key.
pub(super) fn reachable(old: &Program, mut new: Program) -> Program {
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

pub(super) fn region(inputs: &PropertyMap) -> &str {
    inputs["region"].as_str().expect("a Region")
}

pub(super) fn desired(inputs: &PropertyMap) -> DesiredSet {
    resolve_set(inputs, region(inputs), Some(&account())).expect("everything is known")
}

pub(super) fn mark() -> OwnerMark {
    OwnerMark::parse("1/00112233445566778899aabbccddeeff/0011223344556677/1").expect("a mark")
}

/// A primary right after `CreateKey`.
pub(super) fn newborn(wanted: &DesiredSet) -> ObservedSet {
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

pub(super) fn plan(wanted: &DesiredSet, set: &ObservedSet, held: &Held, intent: Intent) -> SetPlan {
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
pub(super) fn calls(plan: &SetPlan) -> Vec<(String, Step)> {
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
pub(super) fn apply(set: &mut ObservedSet, region: &str, step: &Step) {
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
            key.apply(step);
            let period = key.rotation_period_days.clone();
            if rotation {
                set.members.values_mut().for_each(|key| key.rotation_period_days = period.clone());
            }
        }
    }
}

pub(super) fn run(set: &mut ObservedSet, plan: &SetPlan) {
    for (region, step) in calls(plan) {
        apply(set, &region, &step);
    }
}

/// A set that inputs have led to.
pub(super) fn made(inputs: &PropertyMap) -> ObservedSet {
    let wanted = desired(inputs);
    let mut set = newborn(&wanted);
    let plan = plan(&wanted, &set, &Held::new(), Intent::Create);
    run(&mut set, &plan);
    set
}

pub(super) fn assert_is_set(set: &ObservedSet, wanted: &DesiredSet) {
    assert_eq!(set.primary, wanted.primary);
    for (region, member) in &set.members {
        match wanted.members.get(region) {
            Some(wanted) => assert_is(member, wanted),
            None => assert_eq!(member.metadata.state, KeyState::PendingDeletion, "{region}"),
        }
    }
    assert!(wanted.members.keys().all(|region| set.members.contains_key(region)));
}

pub(super) fn set_read_context<'a>(
    wanted: Option<&'a DesiredSet>,
    default: &'a serde_json::Value,
    tags: &'a BTreeMap<String, String>,
    ignored: &'a IgnoredTags,
) -> SetReadContext<'a> {
    SetReadContext {
        provider_region: Some(REGIONS[0]),
        default_tags: tags,
        ignored_tags: ignored,
        default_policy: default,
        desired: wanted,
    }
}
