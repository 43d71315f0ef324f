//! The plan that brings an existing key to what is desired.
//!
//! The order is what the key-state table of the AWS KMS developer guide demands: a pending deletion is cancelled first,
//! rotation can only change while the key is enabled, everything else works on a disabled key too, and a key that shall
//! be disabled is disabled last.

use std::collections::BTreeMap;

use super::{Plan, Step};
use crate::desired::{Desired, Managed};
use crate::observed::{KeyState, Observed, Reading};
use crate::owner::{OWNER_TAG, OwnerMark};
use crate::policy;
use crate::rotation_mark::{ROTATION_TAG, RotationMark};

/// What stands behind names and ownership when a plan is made.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Claim {
    /// Aliases that another key holds and that this key may take over in one call, each with that key's ARN.
    pub movable: BTreeMap<String, String>,
    /// Aliases that another key holds and that KMS will not move, because that key is of another class or usage: they
    /// are deleted there and created here. Each with that key's ARN.
    pub recreated: BTreeMap<String, String>,
    /// The owner mark that the key shall carry, if it is not the one it has.
    pub mark: Option<OwnerMark>,
    /// A rotation on demand that is due.
    pub rotation: Option<RotationMark>,
}

/// What a key is in its set, and what the set needs of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// Whether the key stands alone or is the primary: only then rotation is its own.
    pub(super) is_primary: bool,
    /// Whether the set needs the key enabled for a moment: to be replicated, or to hand the role of the primary over.
    pub(super) must_be_enabled: bool,
}

/// The plan of one key, cut where other keys of its set may come in between.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct MemberPlan {
    /// What makes the key usable: cancelling its deletion, taking it over, enabling it.
    pub(super) opening: Plan,
    /// Everything else.
    pub(super) main: Plan,
    /// Disabling it, which ends everything else.
    pub(super) closing: Plan,
}

/// Plans the calls from `observed` to `desired` of a key that stands alone. `default_policy` is what `Desired::policy`
/// means when it is `None`.
///
/// Facts that the caller may not read are set anyway where setting them again is harmless, and tags and aliases
/// outside of `managed` and `desired` are left alone.
pub fn plan_update(
    desired: &Desired,
    observed: &Observed,
    managed: &Managed,
    claim: &Claim,
    default_policy: &serde_json::Value,
) -> Plan {
    let alone = Part { is_primary: true, must_be_enabled: false };
    plan_member(desired, observed, managed, claim, default_policy, alone).whole()
}

impl MemberPlan {
    fn whole(self) -> Plan {
        Plan { stages: [self.opening.stages, self.main.stages, self.closing.stages].concat() }
    }
}

/// As [`plan_update`], for a replica: its rotation is its primary's.
pub fn plan_replica(
    desired: &Desired,
    observed: &Observed,
    managed: &Managed,
    claim: &Claim,
    default_policy: &serde_json::Value,
) -> Plan {
    let part = Part { is_primary: false, must_be_enabled: false };
    plan_member(desired, observed, managed, claim, default_policy, part).whole()
}

/// As [`plan_update`], for a key of a multi-Region set.
pub(super) fn plan_member(
    desired: &Desired,
    observed: &Observed,
    managed: &Managed,
    claim: &Claim,
    default_policy: &serde_json::Value,
    part: Part,
) -> MemberPlan {
    let mut plan = MemberPlan::default();
    let pending = observed.metadata.state.is_pending_deletion();
    let rotation = if part.is_primary { rotation_steps(desired, observed) } else { vec![] };
    let is_enabled = observed.metadata.state == KeyState::Enabled;
    // New replicas and keys whose set gets another primary become enabled by themselves.
    let is_coming = observed.metadata.state.passes();
    let needed = desired.enabled || !rotation.is_empty() || claim.rotation.is_some() || part.must_be_enabled;
    let must_enable = !is_enabled && !is_coming && needed;

    // The mark comes first: from then on a run with an older state leaves the key alone.
    let mark = claim.mark.as_ref().filter(|mark| Some(*mark) != observed.owner.as_ref());
    let marking =
        mark.map(|mark| Step::TagResource { tags: BTreeMap::from([(OWNER_TAG.to_owned(), mark.to_string())]) });
    if pending {
        plan.opening.push(vec![Step::CancelKeyDeletion]);
    }
    plan.opening.push(marking.into_iter().collect());
    if must_enable {
        plan.opening.push(vec![Step::EnableKey]);
    }
    if let Some(mark) = &claim.rotation {
        if observed.rotation_mark.as_ref() != Some(mark) {
            let tags = BTreeMap::from([(ROTATION_TAG.to_owned(), mark.to_string())]);
            plan.main.push(vec![Step::TagResource { tags }]);
        }
        plan.main.push(vec![Step::RotateKeyOnDemand { target: mark.target() }]);
    }
    plan.main.push(rotation);
    // Tags go before others come: KMS counts to 50 at every call.
    plan.main.push(untag_step(desired, observed, managed));
    let recreated = claim.recreated.iter();
    plan.main.push(
        recreated.map(|(name, arn)| Step::DeleteAlias { name: name.clone(), holder: Some(arn.clone()) }).collect(),
    );
    plan.main.push(own_part(desired, observed, claim, default_policy));
    plan.main.push(released_aliases(desired, observed, managed));
    if !desired.enabled && (is_enabled || is_coming || must_enable) {
        plan.closing.push(vec![Step::DisableKey]);
    }
    plan
}

/// Rotation is read as "off" while a key is pending deletion, and the old setting comes back when the deletion is
/// cancelled: what cannot be seen is set again, which KMS takes without a change.
fn rotation_steps(desired: &Desired, observed: &Observed) -> Vec<Step> {
    let can_rotate = observed.metadata.key_spec == "SYMMETRIC_DEFAULT" && observed.metadata.origin == "AWS_KMS";
    match (desired.rotation_period_days, &observed.rotation_period_days) {
        (Some(wanted), Reading::Seen(Some(current))) if wanted == *current => vec![],
        (Some(period_days), _) => vec![Step::EnableKeyRotation { period_days }],
        (None, Reading::Seen(None)) => vec![],
        (None, _) if !can_rotate => vec![],
        (None, _) => vec![Step::DisableKeyRotation],
    }
}

/// Description, tags, policy and new aliases: independent of each other and of the key's state.
fn own_part(desired: &Desired, observed: &Observed, claim: &Claim, default_policy: &serde_json::Value) -> Vec<Step> {
    let mut steps = vec![];
    if desired.description != observed.metadata.description {
        steps.push(Step::UpdateKeyDescription { description: desired.description.clone() });
    }
    steps.extend(tag_step(desired, observed));
    steps.extend(policy_step(desired, observed, default_policy));
    let held = observed.aliases.seen();
    for name in &desired.aliases {
        if held.is_none_or(|held| !held.contains(name)) {
            let name = name.clone();
            steps.push(match claim.movable.get(&name).cloned() {
                Some(holder) => Step::UpdateAlias { name, holder },
                None => Step::CreateAlias { name },
            });
        }
    }
    steps
}

/// Removes tags that the resource has set and no longer wants. Without permission to look it asks for the removal of
/// all of them: KMS does not mind a key that is not there.
fn untag_step(desired: &Desired, observed: &Observed, managed: &Managed) -> Vec<Step> {
    let there = |key: &String| observed.tags.seen().is_none_or(|tags| tags.contains_key(key));
    let keys: Vec<_> =
        managed.tag_keys.iter().filter(|key| !desired.tags.contains_key(*key) && there(key)).cloned().collect();
    if keys.is_empty() { vec![] } else { vec![Step::UntagResource { keys }] }
}

fn tag_step(desired: &Desired, observed: &Observed) -> Option<Step> {
    let current = observed.tags.seen();
    let tags: BTreeMap<_, _> = desired
        .tags
        .iter()
        .filter(|(key, value)| current.and_then(|tags| tags.get(*key)) != Some(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    (!tags.is_empty()).then_some(Step::TagResource { tags })
}

fn policy_step(desired: &Desired, observed: &Observed, default_policy: &serde_json::Value) -> Option<Step> {
    let wanted = desired.policy.as_ref().unwrap_or(default_policy);
    let same = observed.policy.seen().is_some_and(|current| policy::equal(current, wanted));
    (!same).then(|| Step::PutKeyPolicy {
        policy: wanted.clone(),
        bypass_policy_lockout_safety_check: desired.bypass_policy_lockout_safety_check,
    })
}

/// Names that the resource held and no longer wants. They go after the new ones are there, so that the key is never
/// without a name.
fn released_aliases(desired: &Desired, observed: &Observed, managed: &Managed) -> Vec<Step> {
    managed
        .aliases
        .iter()
        .filter(|name| !desired.aliases.contains(*name))
        .filter(|name| observed.aliases.seen().is_none_or(|held| held.contains(*name)))
        .map(|name| Step::DeleteAlias { name: name.clone(), holder: None })
        .collect()
}
