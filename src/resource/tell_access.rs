//! What a preview tells about policies: who gains and who loses what, in which Region.

use std::collections::BTreeMap;

use awskms_core::desired::{Account, Desired, DesiredSet};
use awskms_core::members;
use awskms_core::observed::{ObservedSet, Reading};
use awskms_core::plan::{SetPlan, Step};
use awskms_core::policy::{Scope, access_lines, equal};
use awskms_core::spec::constants::names;
use awskms_core::value::{PropertyMap, PropertyValue};
use serde_json::Value;

use super::Context;
use super::provider::default_policy;

/// The policies of keys, by Region, as they were read.
pub(super) type Policies = BTreeMap<String, Reading<Value>>;

/// The policies as they are read now, before a plan doubts them.
pub(super) fn policies_of(set: &ObservedSet) -> Policies {
    set.members.iter().map(|(region, member)| (region.clone(), member.policy.clone())).collect()
}

/// What each key of a new set gets.
pub(super) fn tell_new(context: &Context, desired: &DesiredSet, account: &Account) {
    let default = default_policy(account);
    let regions = desired.members.iter().map(|(region, wanted)| {
        let policy = wanted.policy.as_ref().unwrap_or(&default);
        (region.as_str(), lines(None, policy, wanted, account, "AWS_KMS"))
    });
    tell(context, regions.collect());
}

/// What the steps of a plan that put a policy change, against the policies as they were read.
pub(super) fn tell_changes(
    context: &Context,
    plan: &SetPlan,
    seen: &Policies,
    set: &ObservedSet,
    desired: &DesiredSet,
    account: &Account,
    old_inputs: &PropertyMap,
) {
    let default = default_policy(account);
    let was_secret = has_secret_policy(old_inputs);
    let regions = plan.steps().filter_map(|(region, step)| {
        let (old, new) = match step {
            Step::PutKeyPolicy { policy, .. } => (seen.get(region), policy),
            Step::ReplicateKey(replication) => (None, replication.policy.as_ref().unwrap_or(&default)),
            _ => return None,
        };
        let wanted = desired.members.get(region)?;
        // A replica has its material from the primary.
        let origin = set.members.get(region).or_else(|| set.main()).map_or("AWS_KMS", |key| &key.metadata.origin);
        let lines = if was_secret { secret() } else { lines(old, new, wanted, account, origin) };
        Some((region, lines))
    });
    tell(context, regions.collect());
}

/// Whether a policy among these inputs is a secret: what goes from the key would tell it.
fn has_secret_policy(inputs: &PropertyMap) -> bool {
    let entries = members::entries(inputs);
    let own = [names::POLICY, names::POLICY_DOCUMENT];
    let is_secret = |map: &PropertyMap| own.iter().any(|name| map.get(*name).is_some_and(PropertyValue::has_secrets));
    let hidden = matches!(inputs.get(names::REPLICAS), Some(PropertyValue::Secret(_)));
    hidden || is_secret(inputs) || entries.values().any(is_secret)
}

fn secret() -> Vec<String> {
    vec!["the policy is or was a secret, so whose access changes is not shown".to_owned()]
}

/// Says that nothing can be said of a policy that is not known yet.
pub(super) fn tell_unknown(context: &Context, inputs: &PropertyMap) {
    let unknown = [names::POLICY, names::POLICY_DOCUMENT];
    if unknown.iter().any(|name| inputs.get(*name).is_some_and(PropertyValue::has_unknowns)) {
        context.log.info("Access: the policy depends on what is not known yet, so whose access changes does not show.");
    }
}

/// The lines of one key. What a secret policy says is not told.
fn lines(old: Option<&Reading<Value>>, new: &Value, wanted: &Desired, account: &Account, origin: &str) -> Vec<String> {
    if wanted.policy_is_secret {
        return secret();
    }
    let scope = Scope {
        account: &account.id,
        key_spec: &wanted.key_spec,
        key_usage: &wanted.key_usage,
        origin,
        multi_region: wanted.multi_region,
    };
    match old {
        None => access_lines(None, new, &scope),
        Some(Reading::Seen(old)) if equal(old, new) => vec![
            "KMS shows this policy already and the state remembers another one, so it is put again; it changes nobody's access"
                .to_owned(),
        ],
        Some(Reading::Seen(old)) => access_lines(Some(old), new, &scope),
        Some(Reading::Denied(permission)) => {
            let reason = format!(
                "the present policy cannot be read ({permission} is not allowed), so this is all that the new one gives"
            );
            [reason].into_iter().chain(access_lines(None, new, &scope)).collect()
        }
    }
}

/// Each line once, with the Regions that it is about if there is more than one key.
fn tell(context: &Context, regions: Vec<(&str, Vec<String>)>) {
    let several = regions.len() > 1;
    let mut order: Vec<String> = vec![];
    let mut of: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (region, lines) in regions {
        for line in lines {
            let regions = of.entry(line.clone()).or_default();
            if regions.is_empty() {
                order.push(line);
            }
            regions.push(region);
        }
    }
    for line in order {
        match of.get(&line).filter(|_| several) {
            Some(regions) => context.log.info(&format!("Access: in {}: {line}", regions.join(", "))),
            None => context.log.info(&format!("Access: {line}")),
        }
    }
}
