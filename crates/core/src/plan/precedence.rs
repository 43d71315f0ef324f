//! Where a new key policy stands among the other calls of a plan.
//!
//! The policy decides about every call, the one that replaces it included. So what only the present policy lets the caller
//! do comes before it, and what only the new one allows comes behind it; no policy in between is ever put, because it could
//! let somebody in. Where neither says anything, the order is the usual one.
//!
//! A call that the caller surely may not make is made at the end, so that it holds up nothing that can be done.

use std::collections::BTreeMap;

use super::dependence::What;
use super::order::MemberPlan;
use super::rights::Rights;
use super::room::Full;
use super::sides::Sides;
use super::{Plan, Step};

/// A part of the plan of one key, between which other keys of its set come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Round {
    Opening,
    Main,
    Closing,
}

/// A call and its usual place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    pub(super) what: What,
    pub(super) round: Round,
    /// Calls with the same number do not depend on each other.
    pub(super) stage: u8,
}

/// The usual place of a new policy: beside description, tags and aliases.
pub(super) const OWN_STAGE: u8 = 100;
const USUAL: (Round, Group, u8) = (Round::Main, Group::Front, OWN_STAGE);

/// Puts the calls of one key in order. `items` come in their usual order; `policy` is the call that puts the new one.
/// Without `rights` nothing is known of the caller, and the order is the usual one.
pub(super) fn arrange(items: Vec<Item>, policy: Option<&Step>, rights: Option<&Rights<'_>>, full: Full) -> MemberPlan {
    let Some(rights) = rights else { return usual(items, policy) };
    let sides = Sides::of(&items, policy, rights, full);
    let mut laid = Laid::default();
    let place = sides.policy_place(&items);
    for (index, item) in items.into_iter().enumerate() {
        let key = if sides.doomed.contains(&index) {
            (Round::Closing, Group::Tail, item.stage)
        } else if sides.behind.contains(&index) {
            (item.round.max(place.unwrap_or(item.round)), Group::Behind, item.stage)
        } else {
            (item.round.min(place.unwrap_or(item.round)), Group::Front, item.stage)
        };
        laid.put(key, item.what);
    }
    if let Some(step) = policy {
        let key = match (sides.policy_waits, place) {
            (Some(stage), _) => (Round::Closing, Group::Tail, stage),
            (None, None) => USUAL,
            (None, Some(round)) => (round, Group::Policy, 0),
        };
        laid.put_policy(key, step);
    }
    MemberPlan { beyond: Some(sides.beyond).filter(|beyond| !beyond.is_empty()), ..laid.plan() }
}

fn usual(items: Vec<Item>, policy: Option<&Step>) -> MemberPlan {
    let mut laid = Laid::default();
    for item in items {
        laid.put((item.round, Group::Front, item.stage), item.what);
    }
    if let Some(step) = policy {
        laid.put_policy(USUAL, step);
    }
    laid.plan()
}

/// On which side of the policy a call is, within its round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Front,
    Policy,
    Behind,
    Tail,
}

#[derive(Debug, Default)]
struct Laid(BTreeMap<(Round, Group, u8), Vec<Step>>);

impl Laid {
    fn put(&mut self, key: (Round, Group, u8), what: What) {
        if let What::Own(step) = what {
            self.0.entry(key).or_default().push(step);
        }
    }

    /// In its stage before the names, as people read it.
    fn put_policy(&mut self, key: (Round, Group, u8), step: &Step) {
        let stage = self.0.entry(key).or_default();
        let names = |step: &Step| matches!(step, Step::CreateAlias { .. } | Step::UpdateAlias { .. });
        let at = stage.iter().position(names).unwrap_or(stage.len());
        stage.insert(at, step.clone());
    }

    fn plan(self) -> MemberPlan {
        let mut plan = MemberPlan::default();
        for ((round, ..), stage) in self.0 {
            let part: &mut Plan = match round {
                Round::Opening => &mut plan.opening,
                Round::Main => &mut plan.main,
                Round::Closing => &mut plan.closing,
            };
            part.push(stage);
        }
        plan
    }
}
