//! Which calls stand on which side of a new policy, by what the caller may do before and after it.

use std::collections::BTreeSet;

use super::Step;
use super::beyond::Beyond;
use super::dependence::{What, follows, needs};
use super::precedence::{Item, OWN_STAGE, Round};
use super::rights::{Call, Rights, Standing};
use super::room::Full;

/// Which calls come before the policy, which behind it, and which at the very end. By index.
#[derive(Debug)]
pub(super) struct Sides {
    pub(super) front: BTreeSet<usize>,
    pub(super) behind: BTreeSet<usize>,
    pub(super) doomed: BTreeSet<usize>,
    /// The stage among what is doomed, if the policy will not be put.
    pub(super) policy_waits: Option<u8>,
    pub(super) beyond: Beyond,
}

impl Sides {
    pub(super) fn of(items: &[Item], policy: Option<&Step>, rights: &Rights<'_>, full: Full) -> Self {
        let needs = |one: usize, other: usize| one < other && needs(&items[one].what, &items[other].what, full);
        let both: Vec<_> =
            items.iter().map(|item| (rights.before(item.what.call()), rights.after(item.what.call()))).collect();
        let mut hopeless: BTreeSet<usize> =
            (0..items.len()).filter(|at| both[*at] == (Standing::No, Standing::No)).collect();
        spread(&mut hopeless, items.len(), needs);
        // What cannot be marked is not touched.
        let is_unmarked = hopeless.iter().any(|at| items[*at].what.is_mark());
        let is_refused = policy.is_some_and(|step| rights.before(Call::Own(step)) == Standing::No);
        let stays = is_unmarked || is_refused;
        let standing: Vec<_> =
            both.iter().map(|(before, after)| (*before, if stays { *before } else { *after })).collect();
        let hopeful: BTreeSet<usize> = (0..items.len()).filter(|at| !hopeless.contains(at)).collect();
        let none = BTreeSet::new;
        let (front, behind, doomed) = (none(), none(), none());
        let policy_waits = match (is_unmarked, is_refused) {
            (true, _) => Some(OWN_STAGE),
            (false, true) => Some(0),
            (false, false) => None,
        };
        let beyond = rights.nothing_beyond(policy.is_some());
        let mut sides = Self { front, behind, doomed, policy_waits, beyond };
        if hopeful.iter().any(|at| standing[*at].0 != standing[*at].1) {
            sides.split(items, &hopeful, &standing, full);
        }
        sides.judge(items, &both, &hopeful, rights);
        sides.beyond.is_refused = is_refused;
        spread(&mut sides.doomed, items.len(), needs);
        sides
    }

    /// What gains by the policy goes behind it, with all that builds on it, even if that loses its right: before the call
    /// that it builds on it could do nothing. A gain from "IAM decides" to "allowed" is worth that only if nothing is lost
    /// by it. If nothing gains, the policy is last; if nothing loses, it is first.
    fn split(&mut self, items: &[Item], among: &BTreeSet<usize>, standing: &[(Standing, Standing)], full: Full) {
        let chosen = |wanted: fn(Standing, Standing) -> bool| -> BTreeSet<usize> {
            among.iter().copied().filter(|at| wanted(standing[*at].0, standing[*at].1)).collect()
        };
        let follows = |one: usize, other: usize| {
            among.contains(&other) && one < other && follows(&items[one].what, &items[other].what, full)
        };
        let number = items.len();
        self.behind = chosen(|before, after| before == Standing::No && after != Standing::No);
        if self.behind.iter().any(|at| items[*at].what == What::Replication) {
            // The policy is then put before the first round in which lanes meet, and so before the promotion.
            self.behind.extend(among.iter().filter(|at| matches!(items[**at].what, What::Promotion { .. })));
        }
        spread(&mut self.behind, number, follows);
        let lost = chosen(|before, after| before != Standing::No && after == Standing::No);
        for gain in chosen(|before, after| before == Standing::Open && after == Standing::Yes) {
            let mut more = BTreeSet::from([gain]);
            spread(&mut more, number, follows);
            let costs = |at: &usize| lost.contains(at) && !self.behind.contains(at);
            if items[gain].what.step().is_some() && !more.iter().any(costs) {
                self.behind.extend(more);
            }
        }
        let last = chosen(|before, after| before > after).iter().any(|at| !self.behind.contains(at));
        // A run with an older state is to leave the key alone from as early on as can be, so the mark comes first.
        self.front = among.iter().copied().filter(|at| last || items[*at].what.is_mark()).collect();
        self.front = &self.front - &self.behind;
        spread(&mut self.front, number, |one, other| among.contains(&other) && follows(other, one));
        self.behind = among - &self.front;
    }

    /// Finds the calls that are not allowed when their turn comes. Those that need what nobody can do say nothing by
    /// themselves.
    fn judge(
        &mut self,
        items: &[Item],
        standing: &[(Standing, Standing)],
        hopeful: &BTreeSet<usize>,
        rights: &Rights<'_>,
    ) {
        for (at, (before, after)) in standing.iter().enumerate() {
            let is_behind = self.behind.contains(&at);
            let (then, other) = if is_behind { (after, before) } else { (before, after) };
            let lacking = (*then == Standing::No).then(|| rights.lacking(items[at].what.call(), is_behind)).flatten();
            if *other == Standing::No {
                self.beyond.never.extend(lacking);
            } else if hopeful.contains(&at) && self.policy_waits.is_none() {
                self.beyond.not_then.extend(lacking);
            }
            if *then == Standing::No || !hopeful.contains(&at) {
                self.doomed.insert(at);
            }
        }
    }

    /// The round at whose end, or between whose calls, the policy is put; `None` for its usual place.
    pub(super) fn policy_place(&self, items: &[Item]) -> Option<Round> {
        if self.front.is_empty() && self.behind.is_empty() {
            return None;
        }
        if self.behind.iter().any(|at| items[*at].what.step().is_none()) {
            return Some(Round::Opening);
        }
        let live = self.front.iter().filter(|at| !self.doomed.contains(at));
        let ends = live.map(|at| match items[*at].what {
            What::Own(_) => items[*at].round,
            What::Promotion { .. } => Round::Main,
            What::Replication => Round::Closing,
        });
        Some(ends.max().unwrap_or(Round::Opening))
    }
}

/// Adds everything, of so many, that is reached from the members.
fn spread(members: &mut BTreeSet<usize>, number: usize, reaches: impl Fn(usize, usize) -> bool) {
    loop {
        let is_new = |at: &usize| !members.contains(at) && members.iter().any(|member| reaches(*member, *at));
        let more: Vec<_> = (0..number).filter(is_new).collect();
        if more.is_empty() {
            return;
        }
        members.extend(more);
    }
}
