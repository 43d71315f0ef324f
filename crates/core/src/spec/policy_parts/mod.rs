//! Rules of the parts of a typed policy beside administrators and users.

mod additional;
mod others;
mod services;

use super::check::Checked;
use crate::path::Path;
use crate::policy;
use crate::spec::constants::names;
use crate::value::{PropertyMap, PropertyValue};

/// The policy that is checked, and what is to be known around it.
#[derive(Debug, Clone, Copy)]
struct Around<'a> {
    /// Where the policy stands.
    at: &'a Path,
    policy: &'a PropertyMap,
    /// The key, or the replica, that has it.
    owner: &'a PropertyMap,
    /// Whether a part of it is a secret, so that messages show none of it.
    secret: bool,
}

/// Checks the parts of the policy of a key, or of a replica, with these inputs.
pub(super) fn check(checked: &mut Checked, at: &Path, policy: &PropertyValue, owner: &PropertyMap) {
    let Some(map) = policy.as_map() else { return };
    let around = Around { at, policy: map, owner, secret: policy.has_secrets() };
    services::check(checked, &around);
    others::access(checked, &around);
    others::accounts(checked, &around);
    others::organization(checked, &around);
    others::protection(checked, &around);
    additional::check(checked, &around);
}

/// Checks a role that is given by ARN or name.
pub(super) fn role(checked: &mut Checked, path: Path, role: &PropertyValue, secret: bool) {
    if let Some(Err(reason)) = role.as_str().map(policy::check_role) {
        let hidden = "it is neither the ARN of an IAM role or user nor the name of a role; give one";
        checked.fail(path, if secret { hidden.into() } else { reason });
    }
}

impl<'a> Around<'a> {
    /// The known entries of a list of objects, each with its path.
    fn entries(&self, name: &str) -> Vec<(Path, &'a PropertyMap)> {
        let list = self.policy.get(name).and_then(PropertyValue::as_list).unwrap_or_default().iter().enumerate();
        list.filter_map(|(index, item)| Some((self.at.name(name).index(index), item.as_map()?))).collect()
    }

    /// Checks the roles of an entry.
    fn roles(&self, checked: &mut Checked, at: &Path, entry: &PropertyMap, name: &str) {
        for (index, value) in list(entry, name).iter().enumerate() {
            role(checked, at.name(name).index(index), value, self.secret);
        }
    }
}

/// An encryption context is for symmetric keys.
fn context(checked: &mut Checked, at: &Path, entry: &PropertyMap) {
    if !is_given(entry, names::ENCRYPTION_CONTEXT) || checked.kind().is_none_or(|kind| kind.has_context) {
        return;
    }
    let spec = checked.text(names::KEY_SPEC).unwrap_or_default();
    checked.fail(
        at.name(names::ENCRYPTION_CONTEXT),
        format!("a {spec} key has no encryption context, so nobody could use it; remove it, or use keySpec SYMMETRIC_DEFAULT"),
    );
}

/// Services that calls come through: those whose roles call KMS, and keys that they take.
fn through(checked: &mut Checked, at: &Path, entry: &PropertyMap, name: &str) {
    for (index, value) in list(entry, name).iter().enumerate() {
        let Some(row) = services::row(value) else { continue };
        let (path, service) = (at.name(name).index(index), row.name.as_str());
        if !row.is_called_by_roles() {
            checked.fail(
                path,
                format!("no role calls KMS through {service}: it calls as itself; give it an entry in policy.services instead"),
            );
        } else if let Some(reason) = services::unfit(checked, row) {
            checked.fail(path, reason);
        }
    }
}

/// The known entries of a list.
fn list<'a>(map: &'a PropertyMap, name: &str) -> &'a [PropertyValue] {
    map.get(name).and_then(PropertyValue::as_list).unwrap_or_default()
}

/// Whether a property says something; one that is not known yet may.
fn is_given(map: &PropertyMap, name: &str) -> bool {
    match map.get(name).map(PropertyValue::reveal) {
        None => false,
        Some(PropertyValue::List(items)) => !items.is_empty(),
        Some(PropertyValue::Map(entries)) => !entries.is_empty(),
        Some(_) => true,
    }
}
