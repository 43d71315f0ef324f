//! KMS as far as the laws need it: what a call makes of a key, and what it demands of the key's state.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::generators::Program;
use crate::desired::{Account, Desired, Managed, resolve};
use crate::observed::{KeyState, Metadata, Observed, Reading};
use crate::plan::{Claim, Intent, Plan, Step, guard, plan_update};
use crate::policy;
use crate::read_back::{IgnoredTags, ReadContext};
use crate::spec::check::{CheckContext, check};
use crate::spec::normal::normal;
use crate::value::{PropertyMap, PropertyValue};

pub(super) const REGION: &str = "eu-central-1";

const KEY_ID: &str = "0f0c4d1e-0000-4000-8000-000000000000";

pub(super) fn account() -> Account {
    Account { partition: "aws".into(), id: "123456789012".into() }
}

pub(crate) fn default_policy() -> Value {
    policy::default_policy("aws", "123456789012")
}

/// The inputs as Check keeps them.
pub(super) fn given(program: &Program) -> PropertyMap {
    let context = CheckContext {
        provider_region: Some(REGION),
        default_tags: Some(&program.default_tags),
        ..CheckContext::default()
    };
    let checked = check(&PropertyMap::new(), &program.inputs, &context);
    assert!(checked.failures.is_empty(), "{:?}", checked.failures);
    checked.inputs
}

/// The inputs in normal form.
pub(super) fn checked(program: &Program) -> PropertyMap {
    normal(&given(program)).expect("readable")
}

pub(super) fn desired(inputs: &PropertyMap) -> Desired {
    resolve(inputs, Some(&account())).expect("everything is known")
}

/// A key right after `CreateKey`.
pub(crate) fn newborn(desired: &Desired) -> Observed {
    Observed {
        metadata: Metadata {
            key_id: KEY_ID.into(),
            arn: format!("arn:aws:kms:{REGION}:123456789012:key/{KEY_ID}"),
            state: KeyState::Enabled,
            key_spec: desired.key_spec.clone(),
            key_usage: desired.key_usage.clone(),
            origin: "AWS_KMS".into(),
            manager: "CUSTOMER".into(),
            multi_region: desired.multi_region,
            primary_region: desired.multi_region.then(|| REGION.to_owned()),
            replica_regions: BTreeSet::new(),
            description: desired.description.clone(),
            creation_date: "2026-01-01T00:00:00Z".into(),
            deletion_date: None,
        },
        aliases: Reading::Seen(BTreeSet::new()),
        policy: Reading::Seen(desired.policy.clone().unwrap_or_else(default_policy)),
        rotation_period_days: Reading::Seen(None),
        tags: Reading::Seen(desired.tags.clone()),
        owner: None,
        rotation_mark: None,
        public_key: is_asymmetric(&desired.key_spec).then(|| "-----BEGIN PUBLIC KEY-----".to_owned()),
    }
}

fn is_asymmetric(key_spec: &str) -> bool {
    !["SYMMETRIC_DEFAULT", "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512"].contains(&key_spec)
}

pub(super) fn apply(observed: &mut Observed, plan: &Plan) {
    for step in plan.steps() {
        allowed(observed, step);
        observed.apply(step);
    }
}

/// What KMS demands of the key's state (AWS KMS developer guide, "Key states of AWS KMS keys").
pub(crate) fn allowed(observed: &Observed, step: &Step) {
    let state = &observed.metadata.state;
    let needs_enabled =
        matches!(step, Step::EnableKeyRotation { .. } | Step::DisableKeyRotation | Step::RotateKeyOnDemand { .. });
    assert!(!needs_enabled || *state == KeyState::Enabled, "{step:?} in {state:?}");
    let (pending, is_cancel) = (state.is_pending_deletion(), matches!(step, Step::CancelKeyDeletion));
    assert!(!is_cancel || pending, "{step:?} in {state:?}");
    let while_pending = is_cancel || matches!(step, Step::DeleteAlias { .. } | Step::PutKeyPolicy { .. });
    assert!(!pending || while_pending, "{step:?} in {state:?}");
}

pub(super) fn plan(desired: &Desired, observed: &Observed, managed: &Managed) -> Plan {
    plan_update(desired, observed, managed, &Claim::default(), &default_policy())
}

/// A key that `inputs` have led to.
pub(super) fn made(inputs: &PropertyMap) -> Observed {
    let desired = desired(inputs);
    let mut observed = newborn(&desired);
    let plan = plan(&desired, &observed, &Managed::default());
    guard(&plan, Intent::Create).expect("nothing unsafe");
    apply(&mut observed, &plan);
    observed
}

pub(crate) fn assert_is(observed: &Observed, desired: &Desired) {
    assert_eq!(observed.aliases.seen(), Some(&desired.aliases));
    assert_eq!(observed.metadata.description, desired.description);
    assert_eq!(observed.metadata.state == KeyState::Enabled, desired.enabled);
    assert_eq!(observed.rotation_period_days.seen(), Some(&desired.rotation_period_days));
    assert_eq!(observed.tags.seen(), Some(&desired.tags));
    let policy = desired.policy.clone().unwrap_or_else(default_policy);
    assert!(policy::equal(observed.policy.seen().expect("seen"), &policy));
}

/// Gives back what AWS may make of a policy: single values instead of lists, statements in another order.
pub(super) fn rewritten(policy: &Value) -> Value {
    let mut policy = policy.clone();
    if let Some(Value::Array(statements)) = policy.get_mut("Statement") {
        statements.reverse();
        for statement in statements {
            for element in ["Action", "Resource"] {
                if let Some(Value::Array(items)) = statement.get(element).cloned()
                    && items.len() == 1
                {
                    statement[element] = items[0].clone();
                }
            }
        }
    }
    policy
}

/// The provider's default tags as reading back knows them.
pub(super) fn plain_tags(program: &Program) -> BTreeMap<String, String> {
    let text = |value: &PropertyValue| value.as_str().unwrap_or_default().to_owned();
    program.default_tags.iter().map(|(key, value)| (key.clone(), text(value))).collect()
}

/// What a refresh knows beside the key; an import has no `desired`.
pub(super) fn read_context<'a>(
    tags: &'a BTreeMap<String, String>,
    ignored_tags: &'a IgnoredTags,
    default_policy: &'a Value,
    desired: Option<&'a Desired>,
) -> ReadContext<'a> {
    ReadContext {
        provider_region: Some(REGION),
        default_tags: tags,
        ignored_tags,
        default_policy,
        desired,
        policy_is_an_output: true,
    }
}
