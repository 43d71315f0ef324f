//! The plan that retires a key.

use super::{Plan, Step};
use crate::desired::Managed;
use crate::observed::Observed;
use crate::spec::generated::DeletionPolicy;

/// Plans what the deletion of the resource does to its key. A key that is pending deletion already is done.
///
/// [`DeletionPolicy::Prevent`] has no plan: the guard refuses it before any is made. Aliases go after the deletion is
/// scheduled, so that a refused call leaves the key as it was; only those that still point at the key go:
/// each is looked at right before, so none is left out here that a late read did not show.
pub fn plan_deletion(policy: DeletionPolicy, window_days: i32, observed: &Observed, managed: &Managed) -> Plan {
    let mut plan = Plan::default();
    let pending = observed.metadata.state.is_pending_deletion();
    match policy {
        DeletionPolicy::Schedule => {
            if !pending {
                plan.push(vec![Step::ScheduleKeyDeletion { window_days }]);
            }
            let names = managed.aliases.iter().cloned();
            plan.push(names.map(|name| Step::DeleteAlias { name, holder: None }).collect());
        }
        DeletionPolicy::Disable => {
            if !pending && observed.metadata.state.as_str() != "Disabled" {
                plan.push(vec![Step::DisableKey]);
            }
        }
        DeletionPolicy::Retain | DeletionPolicy::Prevent => {}
    }
    plan
}
