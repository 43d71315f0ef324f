//! Parts of typed policies as programs give them.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::json;

use super::generators::{Property, ROLES, any_of, flag, names, property, some_of};
use crate::policy::{Need, Service, has_operation, service};
use crate::spec::generated::{AwsService, Operation, ServiceAccess};
use crate::value::{PropertyMap, PropertyValue};

/// Statements that only `additionalStatements` can say.
pub(super) fn additional_statements() -> impl Strategy<Value = PropertyValue> {
    let statement = |sid: &str, effect: &str, action: &str| json!({ "Sid": sid, "Effect": effect, "Principal": { "AWS": ROLES[0] }, "Action": [action], "Resource": "*" });
    let all = [statement("Mine", "Allow", "kms:ListGrants"), statement("NotMine", "Deny", "kms:CreateGrant")];
    let some = subsequence(all.to_vec(), 0..=2).prop_shuffle();
    some.prop_map(|list| PropertyValue::List(list.iter().map(PropertyValue::from_json).collect()))
}

/// Services, but for the one whose keys are in another Region than those of the laws.
pub(super) fn services() -> impl Strategy<Value = PropertyValue> {
    let all: Vec<AwsService> =
        AwsService::ALL.iter().copied().filter(|name| *name != AwsService::Route53Dnssec).collect();
    list(select(all).prop_flat_map(one_service))
}

fn one_service(name: AwsService) -> BoxedStrategy<PropertyMap> {
    const ARNS: &[&str] = &["arn:aws:x:*:123456789012:y/a", "arn:aws:x:*:123456789012:y/b*"];
    let row = service(name);
    let mut properties: Vec<Property> = vec![];
    let mut must = vec![];
    if row.takes_roles {
        properties.push(property("roles", names(&ROLES)));
    }
    if row.has_access() {
        properties.push(property("access", any_of(ServiceAccess::ALL, ServiceAccess::as_str)));
    }
    for (property_name, need) in [("resources", row.resources), ("sources", row.sources)] {
        match need {
            Need::Never => {}
            Need::May => properties.push(property(property_name, names(ARNS))),
            Need::Must => must.push((property_name, PropertyValue::List(vec![ARNS[0].into()]))),
        }
    }
    if name == AwsService::Autoscaling {
        properties.push(property("roleSuffix", Just("x".into())));
    }
    let entry = some_of(properties).prop_map(move |mut entry| {
        entry.insert("service".into(), name.as_str().into());
        entry.extend(must.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        entry
    });
    entry.boxed()
}

/// The services that roles call.
fn called() -> impl Strategy<Value = PropertyValue> {
    let called = AwsService::ALL.iter().copied().filter(|name| service(*name).is_called_by_roles());
    let called: Vec<&'static str> = called.map(AwsService::as_str).collect();
    texts(subsequence(called, 1..4))
}

fn texts(some: impl Strategy<Value = Vec<&'static str>>) -> impl Strategy<Value = PropertyValue> {
    some.prop_map(|items| PropertyValue::List(items.into_iter().map(PropertyValue::from).collect()))
}

fn context() -> impl Strategy<Value = PropertyValue> {
    let pairs = btree_map(select(&["App", "Env"][..]), select(&["x", "y"][..]), 0..3);
    pairs.prop_map(|pairs| PropertyValue::Map(pairs.into_iter().map(|(k, v)| (k.to_owned(), v.into())).collect()))
}

fn list(entry: impl Strategy<Value = PropertyMap>) -> impl Strategy<Value = PropertyValue> {
    vec(entry.prop_map(PropertyValue::Map), 0..3).prop_map(PropertyValue::List)
}

/// Roles with operations of keys of any kind; [`fit_key`] takes away what the key has not.
pub(super) fn access() -> impl Strategy<Value = PropertyValue> {
    let operations: Vec<&'static str> = Operation::ALL.iter().map(|operation| operation.as_str()).collect();
    let count = operations.len();
    let properties = vec![property("encryptionContext", context()), property("via", called())];
    let entry =
        (texts(subsequence(ROLES.to_vec(), 1..3)), texts(subsequence(operations, 1..=count)), some_of(properties));
    list(entry.prop_map(|(roles, operations, mut entry)| {
        entry.extend([("roles".to_owned(), roles), ("operations".to_owned(), operations)]);
        entry
    }))
}

/// How somebody outside uses the key.
fn outside() -> impl Strategy<Value = PropertyMap> {
    prop_oneof![some_of(vec![property("services", called())]), some_of(vec![property("encryptionContext", context())])]
}

pub(super) fn trusted_accounts() -> impl Strategy<Value = PropertyValue> {
    let roles = names(&["arn:aws:iam::444455556666:role/Far", "Near"]);
    let one = (proptest::option::of(roles), outside()).prop_map(|(roles, mut entry)| {
        entry.insert("account".into(), "444455556666".into());
        entry.extend(roles.map(|roles| ("roles".to_owned(), roles)));
        entry
    });
    let other = outside().prop_map(|mut entry| {
        entry.insert("account".into(), "777788889999".into());
        entry
    });
    (proptest::option::of(one), proptest::option::of(other))
        .prop_map(|(one, other)| PropertyValue::List(one.into_iter().chain(other).map(PropertyValue::Map).collect()))
}

pub(super) fn organization() -> impl Strategy<Value = PropertyValue> {
    let paths = names(&["o-a1b2c3d4e5/r-ab12/*", "o-a1b2c3d4e5/r-ab12/ou-1/*"]);
    (proptest::option::of(paths), outside()).prop_map(|(paths, mut organization)| {
        organization.insert("id".into(), "o-a1b2c3d4e5".into());
        organization.extend(paths.map(|paths| ("paths".to_owned(), paths)));
        organization.into()
    })
}

pub(super) fn protection() -> impl Strategy<Value = PropertyValue> {
    let properties = vec![
        property("deletionOnlyBy", names(&ROLES)),
        // No more than any deletionWindowDays.
        property("minimumDeletionWindowDays", Just(7.into())),
        property("noPolicyBypass", flag()),
    ];
    some_of(properties).prop_map(PropertyValue::Map)
}

/// Check wants somebody who uses a key through a service.
pub(super) fn fit_roles(policy: &mut PropertyMap) {
    let named = |map: &PropertyMap, name: &str| map.get(name).is_some_and(|value| value.as_list() != Some(&[]));
    if named(policy, "usageRoles") {
        return;
    }
    for entry in entries(policy, "services") {
        let row = entry.get("service").and_then(PropertyValue::as_str).and_then(AwsService::parse).map(service);
        if row.is_some_and(Service::is_called_by_roles) && !named(entry, "roles") {
            entry.insert("roles".into(), PropertyValue::List(vec![ROLES[0].into()]));
        }
    }
}

fn entries<'a>(policy: &'a mut PropertyMap, name: &str) -> impl Iterator<Item = &'a mut PropertyMap> {
    let list = match policy.get_mut(name) {
        Some(PropertyValue::List(items)) => items.as_mut_slice(),
        _ => &mut [],
    };
    list.iter_mut().filter_map(|item| match item {
        PropertyValue::Map(map) => Some(map),
        _ => None,
    })
}

/// What Check lets through for a key of this kind.
pub(super) fn fit_key(spec: &str, usage: &str, inputs: &mut PropertyMap) {
    let bypass = inputs.get("bypassPolicyLockoutSafetyCheck").and_then(PropertyValue::as_bool) == Some(true);
    fit_bypass(bypass, inputs);
    let Some(PropertyValue::Map(policy)) = inputs.get_mut("policy") else { return };
    let symmetric = spec == "SYMMETRIC_DEFAULT";
    if !symmetric {
        policy.remove("encryptionContext");
        policy.remove("services");
        for name in ["access", "trustedAccounts"] {
            entries(policy, name).for_each(only_direct);
        }
        if let Some(PropertyValue::Map(organization)) = policy.get_mut("organization") {
            only_direct(organization);
        }
    }
    fit_operations(spec, usage, policy);
}

fn only_direct(entry: &mut PropertyMap) {
    for name in ["encryptionContext", "services", "via"] {
        entry.remove(name);
    }
}

fn fit_operations(spec: &str, usage: &str, policy: &mut PropertyMap) {
    if let Some(PropertyValue::List(items)) = policy.get_mut("access") {
        for entry in items.iter_mut() {
            let PropertyValue::Map(entry) = entry else { continue };
            if let Some(PropertyValue::List(operations)) = entry.get_mut("operations") {
                operations.retain(|operation| {
                    let operation = operation.as_str().and_then(Operation::parse);
                    operation.is_some_and(|operation| has_operation(operation, usage, spec))
                });
            }
        }
        items.retain(|entry| {
            entry.as_map().and_then(|map| map.get("operations")?.as_list()).is_some_and(|all| !all.is_empty())
        });
    }
}

/// A policy that forbids what the inputs ask for is refused.
pub(super) fn fit_bypass(bypass: bool, inputs: &mut PropertyMap) {
    if let (true, Some(PropertyValue::Map(policy))) = (bypass, inputs.get_mut("policy"))
        && let Some(PropertyValue::Map(protect)) = policy.get_mut("protect")
    {
        protect.remove("noPolicyBypass");
    }
}
