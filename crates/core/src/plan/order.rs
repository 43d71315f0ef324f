//! The plan that brings an existing key to what is desired.
//!
//! The order is what the key-state table of the AWS KMS developer guide demands: a pending deletion is cancelled first,
//! rotation can only change while the key is enabled, everything else works on a disabled key too, and a key that shall
//! be disabled is disabled last. Where the caller's rights change on the way, `precedence` has the last word.

use std::collections::BTreeMap;

use super::beyond::Beyond;
use super::dependence::What;
use super::precedence::{Item, OWN_STAGE, Round, arrange};
use super::rights::Rights;
use super::room::{Full, full};
use super::{Plan, Step};
use crate::desired::{Desired, Managed};
use crate::observed::{KeyState, Observed, Reading};
use crate::owner::{OWNER_TAG, OwnerMark};
use crate::policy;
use crate::rotation_mark::{ROTATION_TAG, RotationMark};
use crate::spec::key_kinds::key_kind;

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
    /// ARN of who makes the calls, if that is known: what the key's policies allow them decides about the order.
    pub caller: Option<String>,
    /// Whether a key that is read as disabled, and shall be, is disabled once more, because the read may be late.
    pub disables_again: bool,
}

/// What a key is in its set, and what the set needs of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// Whether the key stands alone or is the primary: only then rotation is its own.
    pub(super) is_primary: bool,
    /// The Region that becomes the primary's, if the key hands the role over or takes it.
    pub(super) promotion: Option<&'a str>,
    /// Whether replicas of the key are made.
    pub(super) is_replicated: bool,
}

impl Part<'_> {
    const ALONE: Self = Self { is_primary: true, promotion: None, is_replicated: false };
    const REPLICA: Self = Self { is_primary: false, promotion: None, is_replicated: false };
}

/// The plan of one key, cut where other keys of its set may come in between.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct MemberPlan {
    /// What makes the key usable: cancelling its deletion, taking it over, enabling it.
    pub(super) opening: Plan,
    /// Everything else.
    pub(super) main: Plan,
    /// Disabling it, which ends everything else, and a policy that takes the caller's rights.
    pub(super) closing: Plan,
    /// What the caller surely may not do.
    pub(super) beyond: Option<Beyond>,
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
    plan_member(desired, observed, managed, claim, default_policy, Part::ALONE).whole()
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
    plan_member(desired, observed, managed, claim, default_policy, Part::REPLICA).whole()
}

/// As [`plan_update`], for a key of a multi-Region set.
pub(super) fn plan_member(
    desired: &Desired,
    observed: &Observed,
    managed: &Managed,
    claim: &Claim,
    default_policy: &serde_json::Value,
    part: Part<'_>,
) -> MemberPlan {
    let full = full(desired, observed, managed, claim);
    let items = usual_order(desired, observed, managed, claim, part, full);
    let policy = policy_step(desired, observed, default_policy);
    let coming = policy.as_ref().and_then(Step::policy);
    let caller = claim.caller.as_ref();
    let rights = caller.map(|caller| Rights::new(caller, &observed.metadata, observed.policy.seen(), coming));
    arrange(items, policy.as_ref(), rights.as_ref(), full)
}

/// What the order around the policy is made from, for its laws.
#[cfg(test)]
pub(super) fn usual_order_for_laws(
    desired: &Desired,
    observed: &Observed,
    managed: &Managed,
    claim: &Claim,
    default_policy: &serde_json::Value,
) -> (Vec<Item>, Option<Step>, Full) {
    let full = full(desired, observed, managed, claim);
    let items = usual_order(desired, observed, managed, claim, Part::ALONE, full);
    (items, policy_step(desired, observed, default_policy), full)
}

/// Every call but the one that puts the policy, in the order that KMS demands.
fn usual_order(
    desired: &Desired,
    observed: &Observed,
    managed: &Managed,
    claim: &Claim,
    part: Part<'_>,
    full: Full,
) -> Vec<Item> {
    let mut order = Order::default();
    let pending = observed.metadata.state.is_pending_deletion();
    let rotation = if part.is_primary { rotation_steps(desired, observed) } else { vec![] };
    let is_enabled = observed.metadata.state == KeyState::Enabled;
    // New replicas and keys whose set gets another primary become enabled by themselves.
    let is_coming = observed.metadata.state.passes();
    let is_needed_by_set = part.promotion.is_some() || part.is_replicated;
    let needed = desired.enabled || !rotation.is_empty() || claim.rotation.is_some() || is_needed_by_set;
    let must_enable = !is_enabled && !is_coming && needed;
    let mut untagging = untag_step(desired, observed, managed);
    let mut untag_before = |at: Full| if full == at { std::mem::take(&mut untagging) } else { vec![] };

    order.then(Round::Opening, pending.then_some(Step::CancelKeyDeletion));
    // Tags go before others come where KMS would count more than it allows.
    order.then(Round::Opening, untag_before(Full::AtOwnerMark));
    // The mark comes first: from then on a run with an older state leaves the key alone.
    let mark = claim.mark.as_ref().filter(|mark| Some(*mark) != observed.owner.as_ref());
    order.then(Round::Opening, mark.map(|mark| tagging(OWNER_TAG, mark.to_string())));
    order.then(Round::Opening, must_enable.then_some(Step::EnableKey));
    order.meanwhile(part.promotion.map(|to| What::Promotion { to: to.to_owned() }));
    order.meanwhile(part.is_replicated.then_some(What::Replication));
    order.then(Round::Main, untag_before(Full::AtRotationMark));
    if let Some(mark) = &claim.rotation {
        let is_new = observed.rotation_mark.as_ref() != Some(mark);
        order.then(Round::Main, is_new.then(|| tagging(ROTATION_TAG, mark.to_string())));
        order.then(Round::Main, [Step::RotateKeyOnDemand { target: mark.target() }]);
    }
    order.then(Round::Main, rotation);
    order.then(Round::Main, untagging);
    let recreated = claim.recreated.iter();
    order.then(
        Round::Main,
        recreated.map(|(name, arn)| Step::DeleteAlias { name: name.clone(), holder: Some(arn.clone()) }),
    );
    order.beside_the_policy(own_part(desired, observed, claim));
    order.then(Round::Main, released_aliases(desired, observed, managed));
    let disables = is_enabled || is_coming || must_enable || claim.disables_again;
    order.then(Round::Closing, (!desired.enabled && disables).then_some(Step::DisableKey));
    order.items
}

/// Items as they come, each stage with a number of its own.
#[derive(Debug, Default)]
struct Order {
    items: Vec<Item>,
    stage: u8,
}

impl Order {
    fn then(&mut self, round: Round, steps: impl IntoIterator<Item = Step>) {
        self.stage += 1;
        let stage = self.stage;
        self.items.extend(steps.into_iter().map(|step| Item { what: What::Own(step), round, stage }));
    }

    fn meanwhile(&mut self, what: Option<What>) {
        self.items.extend(what.map(|what| Item { what, round: Round::Main, stage: self.stage }));
    }

    fn beside_the_policy(&mut self, steps: Vec<Step>) {
        self.stage = OWN_STAGE - 1;
        self.then(Round::Main, steps);
    }
}

fn tagging(tag: &str, value: String) -> Step {
    Step::TagResource { tags: BTreeMap::from([(tag.to_owned(), value)]) }
}

/// Rotation is read as "off" while a key is pending deletion, and the old setting comes back when the deletion is
/// cancelled: what cannot be seen is set again, which KMS takes without a change.
fn rotation_steps(desired: &Desired, observed: &Observed) -> Vec<Step> {
    let can_rotate =
        key_kind(&observed.metadata.key_spec).is_some_and(|kind| kind.rotates) && observed.metadata.origin == "AWS_KMS";
    match (desired.rotation_period_days, &observed.rotation_period_days) {
        (Some(wanted), Reading::Seen(Some(current))) if wanted == *current => vec![],
        (Some(period_days), _) => vec![Step::EnableKeyRotation { period_days }],
        (None, Reading::Seen(None)) => vec![],
        (None, _) if !can_rotate => vec![],
        (None, _) => vec![Step::DisableKeyRotation],
    }
}

/// Description, tags and new aliases: independent of each other and of the key's state.
fn own_part(desired: &Desired, observed: &Observed, claim: &Claim) -> Vec<Step> {
    let mut steps = vec![];
    if desired.description != observed.metadata.description {
        steps.push(Step::UpdateKeyDescription { description: desired.description.clone() });
    }
    steps.extend(tag_step(desired, observed));
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
