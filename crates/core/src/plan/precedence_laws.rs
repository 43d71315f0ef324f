//! Laws of the order around a new policy: random rights of the caller before and after, random plans.
//!
//! Policies come from a small algebra: each action is allowed to the caller, left to the account, not mentioned, or denied
//! in words. In the world of these laws IAM allows everything that a policy leaves to it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::dependence::{What, follows, needs};
use super::order::{Claim, usual_order_for_laws};
use super::precedence::Item;
use super::rights::{Call, Rights, Standing};
use super::room::{self, Full};
use super::{Intent, Plan, SetFacts, Step, check_tags, guard_set, plan_set, plan_update};
use crate::desired::{Desired, DesiredSet, Held, Managed};
use crate::laws::{allowed, assert_is, default_policy, newborn};
use crate::observed::{KeyState, Observed, ObservedSet, Reading};
use crate::owner::OwnerMark;
use crate::rotation_mark::RotationMark;

const CALLER: &str = "arn:aws:sts::123456789012:assumed-role/Deploy/run";
const ROLE: &str = "arn:aws:iam::123456789012:role/Deploy";
const ROOT: &str = "arn:aws:iam::123456789012:root";

const ACTIONS: [&str; 14] = [
    "CancelKeyDeletion",
    "CreateAlias",
    "DeleteAlias",
    "DescribeKey",
    "DisableKey",
    "DisableKeyRotation",
    "EnableKey",
    "EnableKeyRotation",
    "PutKeyPolicy",
    "RotateKeyOnDemand",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateKeyDescription",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Allow,
    Leave,
    Omit,
    Deny,
}

/// Mostly the same for every action, so that plans are not all hopeless.
fn words() -> impl Strategy<Value = Vec<Word>> {
    let word =
        || prop_oneof![3 => Just(Word::Allow), 2 => Just(Word::Leave), 2 => Just(Word::Omit), 1 => Just(Word::Deny)];
    let most = prop_oneof![Just(Word::Allow), Just(Word::Leave), Just(Word::Omit)];
    let change = prop::collection::vec(prop::option::weighted(0.3, word()), ACTIONS.len());
    (most, change).prop_map(|(most, change)| change.into_iter().map(|word| word.unwrap_or(most)).collect())
}

fn policy(id: &str, words: &[Word]) -> Value {
    let of = |wanted: Word| -> Vec<String> {
        let fitting = ACTIONS.iter().zip(words).filter(|(_, word)| **word == wanted);
        fitting.map(|(action, _)| format!("kms:{action}")).collect()
    };
    let statement = |effect: &str, principal: &str, actions: Vec<String>| json!({ "Effect": effect, "Principal": { "AWS": principal }, "Action": actions, "Resource": "*" });
    let all = [
        statement("Allow", ROLE, of(Word::Allow)),
        statement("Allow", ROOT, of(Word::Leave)),
        statement("Deny", "*", of(Word::Deny)),
    ];
    let kept: Vec<_> = all.into_iter().filter(|statement| statement["Action"] != json!([])).collect();
    json!({ "Version": "2012-10-17", "Id": id, "Statement": kept })
}

/// A key and what it should become.
#[derive(Debug, Clone)]
struct Case {
    seen: Observed,
    wanted: Desired,
    managed: Managed,
    claim: Claim,
}

fn mark(generation: u32) -> OwnerMark {
    let text = format!("1/00112233445566778899aabbccddeeff/0011223344556677/{generation}");
    OwnerMark::parse(&text).expect("a mark")
}

fn plain(policy: Value) -> Desired {
    Desired {
        key_spec: "SYMMETRIC_DEFAULT".into(),
        key_usage: "ENCRYPT_DECRYPT".into(),
        multi_region: false,
        aliases: BTreeSet::new(),
        description: String::new(),
        enabled: true,
        rotation_period_days: None,
        rotate_on_demand_trigger: None,
        policy: Some(policy),
        policy_is_secret: false,
        bypass_policy_lockout_safety_check: false,
        tags: BTreeMap::new(),
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let states = prop_oneof![Just("Enabled"), Just("Disabled"), Just("PendingDeletion")];
    let rotations =
        prop::sample::select(vec![(None, None), (None, Some(365)), (Some(365), None), (Some(90), Some(91))]);
    // How many tags go, come and stay with somebody else: often so many that there is no room.
    let tags =
        prop::sample::select(vec![(0, 0, 0), (1, 1, 0), (3, 2, 1), (48, 47, 2), (50, 1, 0), (49, 0, 0), (20, 20, 29)]);
    (
        (words(), words(), prop::bool::weighted(0.85)),
        (states, any::<bool>(), rotations, any::<bool>()),
        (prop::option::of(1..3_u32), prop::bool::weighted(0.5), any::<bool>(), tags),
        prop::collection::vec(any::<bool>(), 4),
    )
        .prop_map(
            |((old, new, changes), (state, enabled, rotation, on_demand), (marked, marks, describes, tags), names)| {
                let (old, new) = (
                    policy("old", &old),
                    policy(if changes { "new" } else { "old" }, if changes { &new } else { &old }),
                );
                let mut wanted = plain(new);
                let mut seen = newborn(&plain(old));
                seen.metadata.state = KeyState::parse(state);
                wanted.enabled = enabled;
                seen.rotation_period_days = Reading::Seen(rotation.0);
                wanted.rotation_period_days = rotation.1;
                wanted.description = if describes { "new".into() } else { String::new() };
                let tagged = |prefix: &str, number: usize| -> BTreeMap<String, String> {
                    (0..number).map(|at| (format!("{prefix}{at}"), "1".to_owned())).collect()
                };
                let (going, coming, kept) = tags;
                let managed_tags = tagged("old", going);
                wanted.tags = tagged("new", coming);
                let mut there = tagged("kept", kept);
                there.extend(managed_tags.clone());
                seen.tags = Reading::Seen(there);
                seen.owner = marked.map(mark);
                let claim_mark = marks.then(|| mark(3));
                let holder = "arn:aws:kms:eu-central-1:123456789012:key/other".to_owned();
                let mut claim = Claim {
                    mark: claim_mark,
                    rotation: on_demand.then(|| RotationMark::due("t", None, None, 0).expect("due")),
                    caller: Some(CALLER.into()),
                    ..Claim::default()
                };
                let mut managed = Managed { aliases: BTreeSet::new(), tag_keys: managed_tags.into_keys().collect() };
                if names[0] {
                    wanted.aliases.insert("alias/new".into());
                }
                if names[1] {
                    managed.aliases.insert("alias/old".into());
                    seen.aliases = Reading::Seen(BTreeSet::from(["alias/old".into()]));
                }
                if names[2] {
                    wanted.aliases.insert("alias/moved".into());
                    claim.movable.insert("alias/moved".into(), holder.clone());
                }
                if names[3] {
                    wanted.aliases.insert("alias/again".into());
                    claim.recreated.insert("alias/again".into(), holder);
                }
                Case { seen, wanted, managed, claim }
            },
        )
}

impl Case {
    fn plan(&self) -> Plan {
        plan_update(&self.wanted, &self.seen, &self.managed, &self.claim, &default_policy())
    }

    fn rights<'a>(&'a self, coming: Option<&'a Value>) -> Rights<'a> {
        Rights::new(CALLER, &self.seen.metadata, self.seen.policy.seen(), coming)
    }

    fn has_room(&self) -> bool {
        room::count(&self.seen) <= room::MOST && self.in_set(|facts| check_tags(facts).is_ok())
    }

    fn in_set<T>(&self, ask: impl FnOnce(&SetFacts<'_>) -> T) -> T {
        let region = "eu-central-1".to_owned();
        let desired = DesiredSet {
            primary: region.clone(),
            members: BTreeMap::from([(region.clone(), self.wanted.clone())]),
            wait_for_replicas: true,
        };
        let observed = ObservedSet::of_one(&region, self.seen.clone());
        let held = Held::from([(region.clone(), self.managed.clone())]);
        let claims = BTreeMap::from([(region, self.claim.clone())]);
        let default_policy = default_policy();
        ask(&SetFacts {
            desired: &desired,
            observed: &observed,
            held: &held,
            claims: &claims,
            retirements: &BTreeMap::new(),
            mark: None,
            default_policy: &default_policy,
        })
    }
}

/// Runs a plan as the provider does: all steps of a stage at the same time, nothing behind a stage that failed. Gives the
/// steps that were done. A stage in which the outcome depends on who is first breaks the law.
fn run(case: &Case, plan: &Plan) -> (Observed, Vec<Step>) {
    let mut key = case.seen.clone();
    let mut done = vec![];
    for stage in plan.stages() {
        let coming = stage.iter().find_map(Step::policy);
        let rights = Rights::new(CALLER, &case.seen.metadata, key.policy.seen(), coming);
        let (now, then) = (rights.clone(), rights);
        let may = |step: &Step| now.before(Call::Own(step)) != Standing::No;
        for step in stage.iter().filter(|step| step.policy().is_none() && coming.is_some()) {
            let by_coming = then.after(Call::Own(step)) != Standing::No;
            assert_eq!(may(step), by_coming, "{step:?} races with the policy");
        }
        let (fine, failed): (Vec<_>, Vec<_>) = stage.iter().cloned().partition(may);
        for step in fine {
            allowed(&key, &step);
            key.apply(&step);
            assert!(room::count(&key) <= room::MOST, "{step:?}: more than 50 tags");
            done.push(step);
        }
        if !failed.is_empty() {
            break;
        }
    }
    (key, done)
}

/// The most calls that any order can do, by trying every set of calls that may stand in front of the policy.
fn best(items: &[Item], policy: Option<&Step>, rights: &Rights<'_>, full: Full) -> usize {
    let number = items.len();
    let call = |at: usize| match &items[at].what {
        What::Own(step) => Call::Own(step),
        _ => unreachable!("a key alone"),
    };
    let before: Vec<bool> = (0..number).map(|at| rights.before(call(at)) != Standing::No).collect();
    let after: Vec<bool> = (0..number).map(|at| rights.after(call(at)) != Standing::No).collect();
    let edge = |of: fn(&What, &What, Full) -> bool| -> Vec<(usize, usize)> {
        let pairs = (0..number).flat_map(|then| (0..then).map(move |first| (first, then)));
        pairs.filter(|(first, then)| of(&items[*first].what, &items[*then].what, full)).collect()
    };
    let (follows, needs) = (edge(follows), edge(needs));
    let mut never: Vec<bool> = before.iter().zip(&after).map(|(before, after)| !before && !after).collect();
    for (first, then) in &needs {
        never[*then] |= never[*first];
    }
    let unmarked = (0..number).any(|at| never[at] && items[at].what.is_mark());
    let may_put = !unmarked && policy.is_some_and(|step| rights.before(Call::Own(step)) != Standing::No);
    let mut most = 0;
    for front in 0..1_usize << number {
        let is_front = |at: usize| front >> at & 1 == 1 || !may_put;
        let breaks = |first: usize, then: usize| !never[first] && is_front(then) && !is_front(first);
        if follows.iter().any(|(first, then)| breaks(*first, *then)) {
            continue;
        }
        let mut can: Vec<bool> = (0..number).map(|at| if is_front(at) { before[at] } else { after[at] }).collect();
        for (first, then) in &needs {
            can[*then] &= can[*first];
        }
        most = most.max(can.iter().filter(|can| **can).count());
    }
    most
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_order_does_more_and_nothing_races(case in cases()) {
        prop_assume!(case.has_room());
        let (items, policy, full) = usual_order_for_laws(&case.wanted, &case.seen, &case.managed, &case.claim, &default_policy());
        let coming = policy.as_ref().and_then(Step::policy);
        let plan = case.plan();
        let (key, done) = run(&case, &plan);
        let done = done.iter().filter(|step| step.policy().is_none()).count();
        let rights = case.rights(coming);
        prop_assert_eq!(done, best(&items, policy.as_ref(), &rights, full), "{:?}", plan);
        prop_assert_eq!(plan.steps().count(), items.len() + usize::from(policy.is_some()));
        if done == items.len() && policy.as_ref().is_none_or(|step| rights.before(Call::Own(step)) != Standing::No) {
            assert_is(&key, &with_kept(&case));
        }
    }

    #[test]
    fn the_guard_takes_what_is_planned_and_the_preview_names_what_fails(case in cases()) {
        prop_assume!(case.has_room());
        let plan = case.in_set(|facts| {
            let plan = plan_set(facts);
            guard_set(&plan, facts, Intent::Update).expect("nothing unsafe");
            plan
        });
        let whole = case.plan();
        let (_, done) = run(&case, &whole);
        prop_assert_eq!(done.len() == whole.steps().count(), plan.beyond.is_empty(), "{:?} {:?}", plan, done);
    }

    #[test]
    fn a_caller_of_whom_nothing_is_known_gets_the_usual_order(case in cases()) {
        let unknown = Case { claim: Claim { caller: None, ..case.claim.clone() }, ..case.clone() };
        let by_iam = Case { claim: Claim { caller: Some("somebody".into()), ..case.claim.clone() }, ..case };
        prop_assert_eq!(unknown.plan(), by_iam.plan());
    }
}

/// What the key should be with the tags that are not the resource's.
fn with_kept(case: &Case) -> Desired {
    let mut wanted = case.wanted.clone();
    let there = case.seen.tags.seen().expect("seen").iter();
    wanted
        .tags
        .extend(there.filter(|(key, _)| key.starts_with("kept")).map(|(key, value)| (key.clone(), value.clone())));
    wanted
}
