//! From what is desired and what is observed to the calls that KMS gets, and no others.
//!
//! A plan is data: which steps, in which order. It leaves nothing to decide while it runs.

mod beyond;
mod delete;
mod dependence;
mod guard;
#[cfg(test)]
mod guard_enumerated;
mod order;
mod order_guard;
mod precedence;
#[cfg(test)]
mod precedence_laws;
mod rights;
mod room;
mod set;
mod set_guard;
mod sides;
mod step;
mod usage;

use std::collections::BTreeMap;

use crate::owner::{OWNER_TAG, OwnerMark};

pub use beyond::Beyond;
pub use delete::plan_deletion;
pub use guard::{Intent, Refusal, guard};
pub use order::{Claim, plan_replica, plan_update};
pub use room::{TooManyTags, check_tags};
pub use set::{Lanes, Retirement, SetFacts, SetPlan, plan_set, plan_set_deletion};
pub use set_guard::guard_set;
pub use step::{Replication, Step};
pub use usage::{Idleness, KeyUse};

/// Steps in stages. The steps of one stage do not depend on each other and run at the same time; a stage begins when
/// the one before it is done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    stages: Vec<Vec<Step>>,
}

impl Plan {
    /// The stages, in order; none is empty.
    pub fn stages(&self) -> &[Vec<Step>] {
        &self.stages
    }

    /// All steps, in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.stages.iter().flatten()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }

    /// A plan of these stages.
    #[cfg(test)]
    pub(crate) fn of(stages: Vec<Vec<Step>>) -> Self {
        Self { stages }
    }

    /// The plan behind its first step.
    #[must_use]
    pub fn without_first(&self) -> Self {
        let mut stages = self.stages.clone();
        if let Some(first) = stages.first_mut() {
            first.remove(0);
        }
        stages.retain(|stage| !stage.is_empty());
        Self { stages }
    }

    /// The plan that only puts the owner mark on a key.
    pub fn marking(mark: &OwnerMark) -> Self {
        let tags = BTreeMap::from([(OWNER_TAG.to_owned(), mark.to_string())]);
        Self { stages: vec![vec![Step::TagResource { tags }]] }
    }

    fn push(&mut self, stage: Vec<Step>) {
        if !stage.is_empty() {
            self.stages.push(stage);
        }
    }
}
