//! Under which conditions something is allowed, as sets that can be compared.
//!
//! Whether a call is allowed may hang on what nobody knows before it: an encryption context, a service in between, an
//! organization. So access is not asked call by call. It is kept as the conditions themselves: each statement that
//! applies is a clause, and a clause is the set of conditions that are left when those that the principal meets or misses
//! by itself are decided. Two policies give the same access if the same clauses are left.

use std::collections::BTreeMap;

/// How a clause allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// The policy alone.
    Direct,
    /// Together with an IAM policy of the principal's account.
    Iam,
    /// It forbids.
    Deny,
}

/// The number of a condition among the [`Conditions`] of a comparison.
pub(super) type ConditionId = usize;

/// A statement, as it reads to one principal and one class of actions: all of its conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Clause {
    pub(super) way: Way,
    /// Sorted, once each.
    pub(super) conditions: Vec<ConditionId>,
}

impl Clause {
    /// Whether this clause holds wherever the other one does.
    fn covers(&self, other: &Self) -> bool {
        let stronger = self.way == other.way || (self.way, other.way) == (Way::Direct, Way::Iam);
        stronger && is_subset(&self.conditions, &other.conditions)
    }
}

fn is_subset(few: &[ConditionId], many: &[ConditionId]) -> bool {
    few.iter().all(|one| many.binary_search(one).is_ok())
}

/// What a policy allows to one principal for one action: nothing, if no clause allows.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Granted {
    pub(super) allows: Vec<Clause>,
    /// Exceptions; empty where nothing is allowed.
    pub(super) denies: Vec<Clause>,
}

impl Granted {
    /// What is left of clauses when those that another one covers, and those that a prohibition takes away, are gone.
    /// `work` counts the comparisons.
    pub(super) fn of(clauses: &[&Clause], work: &mut u64) -> Self {
        let (denies, allows): (Vec<_>, Vec<_>) = clauses.iter().copied().partition(|clause| clause.way == Way::Deny);
        let denies = uncovered(&denies, work);
        let left: Vec<_> = allows
            .into_iter()
            .filter(|allow| {
                *work += denies.len() as u64;
                !denies.iter().any(|deny| is_subset(&deny.conditions, &allow.conditions))
            })
            .collect();
        let allows = uncovered(&left, work);
        if allows.is_empty() {
            return Self::default();
        }
        let owned = |clauses: Vec<&Clause>| clauses.into_iter().cloned().collect();
        Self { allows: owned(allows), denies: owned(denies) }
    }

    /// The same for the principals of an account that is granted this: IAM policies decide who of them.
    pub(super) fn by_iam(&self) -> Self {
        let by_iam = |clause: &Clause| match clause.way {
            Way::Direct => Clause { way: Way::Iam, ..clause.clone() },
            Way::Iam | Way::Deny => clause.clone(),
        };
        let mut allows: Vec<_> = self.allows.iter().map(by_iam).collect();
        allows.sort_unstable();
        Self { allows, denies: self.denies.clone() }
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.allows.is_empty()
    }

    /// Whether every call that this allows is allowed by the other one too, as far as the conditions alone show it.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        let allowed = self.allows.iter().all(|clause| other.allows.iter().any(|wider| wider.covers(clause)));
        allowed && other.denies.iter().all(|deny| self.denies.iter().any(|wider| wider.covers(deny)))
    }
}

/// The clauses that no other one covers, sorted, once each.
fn uncovered<'a>(clauses: &[&'a Clause], work: &mut u64) -> Vec<&'a Clause> {
    let mut clauses = clauses.to_vec();
    // A clause is covered by shorter ones only.
    clauses.sort_by_key(|clause| (clause.conditions.len(), *clause));
    clauses.dedup();
    let mut kept: Vec<&Clause> = vec![];
    for clause in clauses {
        *work += kept.len() as u64;
        if !kept.iter().any(|wider| wider.covers(clause)) {
            kept.push(clause);
        }
    }
    kept.sort_unstable();
    kept
}

/// The conditions that occur in a comparison, each once, with their words.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    ids: BTreeMap<Condition, ConditionId>,
    all: Vec<Condition>,
}

/// One condition as it is compared: spelling that AWS does not look at is gone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Condition {
    /// An operator in lower case, a condition key, values.
    Key { operator: String, key: Key, values: Vec<String> },
    /// A `Resource` or `NotResource` that may or may not be this key.
    Resource(String),
    /// A principal element that means the principal in part, or perhaps.
    Principal(String),
    /// What is in no grammar.
    Odd(String),
}

/// A condition key: compared without case, shown as it is written.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) shown: String,
    pub(super) compared: String,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.compared == other.compared
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.compared.cmp(&other.compared)
    }
}

impl Conditions {
    pub(super) fn id(&mut self, condition: Condition) -> ConditionId {
        if let Some(id) = self.ids.get(&condition) {
            return *id;
        }
        let id = self.all.len();
        self.all.push(condition.clone());
        self.ids.insert(condition, id);
        id
    }

    pub(super) fn get(&self, id: ConditionId) -> Option<&Condition> {
        self.all.get(id)
    }
}

#[cfg(test)]
mod tests {
    use super::{Clause, Granted, Way};

    fn granted(clauses: &[(Way, &[usize])]) -> Granted {
        let clauses: Vec<_> = clauses.iter().map(|(way, ids)| Clause { way: *way, conditions: ids.to_vec() }).collect();
        Granted::of(&clauses.iter().collect::<Vec<_>>(), &mut 0)
    }

    #[test]
    fn what_says_nothing_new_goes() {
        let plain = granted(&[(Way::Direct, &[])]);
        assert_eq!(granted(&[(Way::Direct, &[]), (Way::Iam, &[]), (Way::Direct, &[1]), (Way::Direct, &[])]), plain);
        let both = granted(&[(Way::Direct, &[1]), (Way::Iam, &[])]);
        assert_eq!(both.allows.len(), 2, "IAM may allow more calls than the policy alone does");
        assert!(both.is_within(&plain) && !plain.is_within(&both));
    }

    #[test]
    fn a_prohibition_takes_away_what_it_covers() {
        let nothing = Granted::default();
        assert_eq!(granted(&[(Way::Direct, &[]), (Way::Deny, &[])]), nothing);
        assert_eq!(granted(&[(Way::Direct, &[1, 2]), (Way::Deny, &[2])]), nothing);
        let excepted = granted(&[(Way::Direct, &[1]), (Way::Deny, &[2])]);
        assert_eq!(excepted.denies.len(), 1);
        assert!(excepted.is_within(&granted(&[(Way::Direct, &[1])])));
        assert!(!granted(&[(Way::Direct, &[1])]).is_within(&excepted));
    }
}
