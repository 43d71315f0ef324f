//! Every short plan against a second statement of what the guard lets through: tables, and no walk over the steps.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Intent, Plan, Replication, Step, guard};

/// The most steps of a plan.
const LONGEST: u32 = 4;

/// Which intents include a step: to create, to update, to schedule the deletion, to keep.
type Intents = [bool; 4];

const MANAGING: Intents = [true, true, false, false];
const OF_UPDATES: Intents = [false, true, false, false];
const RETIRING: Intents = [false, false, true, false];
const ON_THE_WAY: Intents = [true, true, true, false];
const ALWAYS: Intents = [true; 4];
const NEVER: Intents = [false; 4];

/// Each kind of step, with those variants of it that make a difference, and the intents that include it.
fn alphabet() -> Vec<(Step, Intents)> {
    let policy = |policy| Step::PutKeyPolicy { policy, bypass_policy_lockout_safety_check: false };
    let name = |name: &str| name.to_owned();
    let replication = Replication {
        region: "eu-west-1".into(),
        policy: None,
        bypass_policy_lockout_safety_check: false,
        description: String::new(),
        tags: BTreeMap::new(),
    };
    vec![
        (Step::CancelKeyDeletion, ON_THE_WAY),
        (Step::EnableKey, ON_THE_WAY),
        (Step::EnableKeyRotation { period_days: 90 }, MANAGING),
        (Step::DisableKeyRotation, MANAGING),
        (Step::RotateKeyOnDemand { target: 1 }, OF_UPDATES),
        (Step::RotateKeyOnDemand { target: 2 }, OF_UPDATES),
        (Step::UpdateKeyDescription { description: name("d") }, MANAGING),
        (Step::TagResource { tags: BTreeMap::new() }, MANAGING),
        (Step::UntagResource { keys: vec![] }, MANAGING),
        (policy(json!({ "Statement": [] })), MANAGING),
        (policy(json!({})), NEVER),
        (Step::CreateAlias { name: name("alias/a") }, MANAGING),
        (Step::UpdateAlias { name: name("alias/a"), holder: name("arn") }, MANAGING),
        (Step::DeleteAlias { name: name("alias/a"), holder: None }, ON_THE_WAY),
        (Step::DeleteAlias { name: name("alias/b"), holder: Some(name("arn")) }, ON_THE_WAY),
        (Step::ReplicateKey(Box::new(replication)), MANAGING),
        (Step::UpdatePrimaryRegion { region: name("eu-west-1") }, NEVER),
        (Step::DisableKey, ALWAYS),
        (Step::ScheduleKeyDeletion { window_days: 6 }, NEVER),
        (Step::ScheduleKeyDeletion { window_days: 7 }, RETIRING),
        (Step::ScheduleKeyDeletion { window_days: 30 }, RETIRING),
        (Step::ScheduleKeyDeletion { window_days: 31 }, NEVER),
    ]
}

/// Whether one step may stand anywhere before another one. Steps are known by their operation, and aliases by their name.
fn may_precede(first: &Step, then: &Step) -> bool {
    let alias = |step: &Step| match step {
        Step::CreateAlias { name } | Step::UpdateAlias { name, .. } | Step::DeleteAlias { name, .. } => name.clone(),
        _ => String::new(),
    };
    match (first.operation(), then.operation()) {
        ("PutKeyPolicy" | "DeleteAlias", "CancelKeyDeletion") => true,
        ("DisableKey", _)
        | (_, "ReplicateKey" | "CancelKeyDeletion")
        | ("RotateKeyOnDemand", "RotateKeyOnDemand")
        | ("PutKeyPolicy", "PutKeyPolicy") => false,
        ("ScheduleKeyDeletion", then) => then == "DeleteAlias",
        ("CreateAlias" | "UpdateAlias", "DeleteAlias") => alias(first) != alias(then),
        _ => true,
    }
}

#[test]
fn every_short_plan_is_judged_as_the_tables_say() {
    let alphabet = alphabet();
    let size = alphabet.len();
    let pairs: Vec<Vec<bool>> =
        alphabet.iter().map(|(first, _)| alphabet.iter().map(|(then, _)| may_precede(first, then)).collect()).collect();
    let intents = [Intent::Create, Intent::Update, Intent::ScheduleDeletion, Intent::Keep];
    let (mut judged, mut allowed) = (0_u32, 0_u32);
    for length in 0..=LONGEST {
        for number in 0..size.pow(length) {
            let letters: Vec<usize> = (0..length).map(|at| number / size.pow(at) % size).collect();
            let in_order = (0..letters.len()).all(|then| (0..then).all(|first| pairs[letters[first]][letters[then]]));
            let plan = Plan::of(letters.iter().map(|letter| vec![alphabet[*letter].0.clone()]).collect());
            for (column, intent) in intents.into_iter().enumerate() {
                let expected = in_order && letters.iter().all(|letter| alphabet[*letter].1[column]);
                assert_eq!(guard(&plan, intent).is_ok(), expected, "{intent:?} {plan:?}");
                judged += 1;
                allowed += u32::from(expected);
            }
        }
    }
    println!("{judged} plans of up to {LONGEST} steps judged, {allowed} of them let through");
    assert!(judged > 900_000 && allowed > 10_000, "{judged} {allowed}");
}
