//! Rules of `policy.access`, `policy.trustedAccounts`, `policy.organization` and `policy.protect`.

use std::collections::BTreeSet;

use super::{Around, context, is_given, list, through};
use crate::ids;
use crate::path::Path;
use crate::policy::has_operation;
use crate::spec::check::Checked;
use crate::spec::constants::{defaults, names};
use crate::spec::generated::Operation;
use crate::value::{PropertyMap, PropertyValue};

pub(super) fn access(checked: &mut Checked, around: &Around<'_>) {
    for (at, entry) in around.entries(names::ACCESS) {
        around.roles(checked, &at, entry, names::ROLES);
        context(checked, &at, entry);
        through(checked, &at, entry, names::VIA);
        for name in [names::ROLES, names::OPERATIONS] {
            if entry.contains_key(name) && !is_given(entry, name) {
                checked.fail(at.name(name), "it is empty, so the entry allows nothing; fill it, or remove the entry");
            }
        }
        operations(checked, &at, entry);
    }
}

fn operations(checked: &mut Checked, at: &Path, entry: &PropertyMap) {
    let (Some(spec), Some(usage)) = (checked.text(names::KEY_SPEC), checked.text(names::KEY_USAGE)) else { return };
    for (index, value) in list(entry, names::OPERATIONS).iter().enumerate() {
        let Some(operation) = value.as_str().and_then(Operation::parse) else { continue };
        if !has_operation(operation, &usage, &spec) {
            let fitting = Operation::ALL.iter().filter(|other| has_operation(**other, &usage, &spec));
            let fitting: Vec<&str> = fitting.map(|operation| operation.as_str()).collect();
            let reason = format!(
                "a {spec} key for {usage} has no {}; it has {}; choose among those",
                operation.as_str(),
                fitting.join(", ")
            );
            checked.fail(at.name(names::OPERATIONS).index(index), reason);
        }
    }
    let only_describes = list(entry, names::OPERATIONS).iter().all(|operation| operation.as_str() == Some("DESCRIBE"));
    if only_describes && is_given(entry, names::OPERATIONS) && is_given(entry, names::ENCRYPTION_CONTEXT) {
        checked.warn(at.name(names::ENCRYPTION_CONTEXT), "it restricts nothing: looking a key up carries no context");
    }
}

pub(super) fn accounts(checked: &mut Checked, around: &Around<'_>) {
    let mut seen = BTreeSet::new();
    for (at, entry) in around.entries(names::TRUSTED_ACCOUNTS) {
        around.roles(checked, &at, entry, names::ROLES);
        outside(checked, &at, entry);
        let Some(account) = entry.get(names::ACCOUNT).and_then(PropertyValue::as_str) else { continue };
        if let Err(reason) = ids::check_account(account) {
            checked.fail(
                at.name(names::ACCOUNT),
                if around.secret { "it is no account ID; those have 12 digits".into() } else { reason },
            );
            continue;
        }
        if !seen.insert(account) {
            checked.fail(at.name(names::ACCOUNT), "the account has an entry already; make one of the two");
        }
        for (index, role) in list(entry, names::ROLES).iter().enumerate() {
            let other = role.as_str().filter(|role| role.contains(':')).and_then(|role| role.split(':').nth(4));
            if other.is_some_and(|other| other != account) {
                let reason = "the role is of another account than `account`; give it an entry of its own, or correct one of the two";
                checked.fail(at.name(names::ROLES).index(index), reason);
            }
        }
        if !is_given(entry, names::ROLES) {
            checked.warn(
                at,
                "every principal of that account whom its administrators allow may use the key; name roles to narrow that",
            );
        }
    }
}

pub(super) fn organization(checked: &mut Checked, around: &Around<'_>) {
    let Some(entry) = around.policy.get(names::ORGANIZATION).and_then(PropertyValue::as_map) else { return };
    let at = around.at.name(names::ORGANIZATION);
    outside(checked, &at, entry);
    let Some(id) = entry.get(names::ID).and_then(PropertyValue::as_str) else { return };
    let formed = id.strip_prefix("o-").is_some_and(|rest| {
        (10..=32).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    });
    if !formed {
        let reason = "it is no ID of an organization; those look like \"o-a1b2c3d4e5\"; `aws organizations describe-organization` shows it";
        checked.fail(at.name(names::ID), reason);
        return;
    }
    for (index, path) in list(entry, names::PATHS).iter().enumerate() {
        if path.as_str().is_some_and(|path| !path.starts_with(&format!("{id}/"))) {
            let reason = "it does not begin with the organization's ID and a slash; paths look like \"o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*\"";
            checked.fail(at.name(names::PATHS).index(index), reason);
        }
    }
}

/// What accounts and organizations have in common.
fn outside(checked: &mut Checked, at: &Path, entry: &PropertyMap) {
    context(checked, at, entry);
    through(checked, at, entry, names::SERVICES);
    if is_given(entry, names::SERVICES) && is_given(entry, names::ENCRYPTION_CONTEXT) {
        checked.fail(
            at.name(names::ENCRYPTION_CONTEXT),
            "services send an encryption context of their own, so nobody could use the key; remove it, or remove services",
        );
    }
}

pub(super) fn protection(checked: &mut Checked, around: &Around<'_>) {
    let Some(protect) = around.policy.get(names::PROTECT).and_then(PropertyValue::as_map) else { return };
    let at = around.at.name(names::PROTECT);
    around.roles(checked, &at, protect, names::DELETION_ONLY_BY);
    let number = |map: &PropertyMap, name| map.get(name).and_then(PropertyValue::as_number);
    let window = number(around.owner, names::DELETION_WINDOW_DAYS)
        .or_else(|| number(&checked.inputs, names::DELETION_WINDOW_DAYS));
    let window = window.unwrap_or_else(|| f64::from(defaults::DELETION_WINDOW_DAYS));
    if let Some(least) = number(protect, names::MINIMUM_DELETION_WINDOW_DAYS)
        .filter(|least| (window..=30.0).contains(least) && *least > window)
    {
        let reason = format!(
            "{least} days are more than deletionWindowDays, {window}: `pulumi destroy` would be refused; raise deletionWindowDays, or lower this"
        );
        checked.fail(at.name(names::MINIMUM_DELETION_WINDOW_DAYS), reason);
    }
    let bypass = checked.inputs.get(names::BYPASS_POLICY_LOCKOUT_SAFETY_CHECK).and_then(PropertyValue::as_bool);
    if protect.get(names::NO_POLICY_BYPASS).and_then(PropertyValue::as_bool) == Some(true) && bypass == Some(true) {
        checked.fail(
            at.name(names::NO_POLICY_BYPASS),
            "it contradicts bypassPolicyLockoutSafetyCheck, which asks for what this denies; remove one of the two",
        );
    }
}
