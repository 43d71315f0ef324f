//! The input `policy`: who may do what with a key, in the form that programs write.

use std::collections::BTreeMap;

use crate::spec::constants::{defaults, names};
use crate::spec::generated::{AccountAccess, KeyPolicy};
use crate::spec::input::Input;
use crate::value::{PropertyMap, PropertyValue};

/// Who may do what with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedPolicy {
    /// ARNs of the roles that manage the key.
    pub admin_roles: Vec<String>,
    /// ARNs of the roles that use it for data.
    pub usage_roles: Vec<String>,
    /// Encryption context that every use must carry; empty for none.
    pub encryption_context: BTreeMap<String, String>,
    /// What IAM policies of the key's own account may allow.
    pub account_access: AccountAccess,
}

impl TypedPolicy {
    /// The policy that gives nobody anything.
    pub(super) fn nobody() -> Self {
        Self {
            admin_roles: vec![],
            usage_roles: vec![],
            encryption_context: BTreeMap::new(),
            account_access: AccountAccess::None,
        }
    }

    /// Reads checked properties; `None` while a part of them is not known.
    pub fn of(policy: &KeyPolicy) -> Option<Self> {
        let mut admin_roles: Vec<String> = known(&policy.admin_role)?.into_iter().collect();
        admin_roles.extend(known(&policy.admin_roles)?.unwrap_or_default());
        let context = known(&policy.encryption_context)?.unwrap_or_default();
        let context = context.into_iter().filter_map(|(key, value)| match value {
            Input::Known(value) => Some(Some((key, value))),
            Input::Unknown => Some(None),
            Input::Absent => None,
        });
        Some(Self {
            admin_roles,
            usage_roles: known(&policy.usage_roles)?.unwrap_or_default(),
            encryption_context: context.collect::<Option<_>>()?,
            account_access: known(&policy.account_access)?.unwrap_or(defaults::ACCOUNT_ACCESS),
        })
    }

    /// The fewest properties that read as this policy.
    pub fn to_properties(&self) -> PropertyMap {
        let list = |roles: &[String]| PropertyValue::List(roles.iter().map(|role| role.as_str().into()).collect());
        let mut map = PropertyMap::new();
        if let Some((first, rest)) = self.admin_roles.split_first() {
            map.insert(names::ADMIN_ROLE.into(), first.as_str().into());
            if !rest.is_empty() {
                map.insert(names::ADMIN_ROLES.into(), list(rest));
            }
        }
        if !self.usage_roles.is_empty() {
            map.insert(names::USAGE_ROLES.into(), list(&self.usage_roles));
        }
        if !self.encryption_context.is_empty() {
            let context = self.encryption_context.iter().map(|(key, value)| (key.clone(), value.as_str().into()));
            map.insert(names::ENCRYPTION_CONTEXT.into(), PropertyValue::Map(context.collect()));
        }
        if self.account_access != defaults::ACCOUNT_ACCESS {
            map.insert(names::ACCOUNT_ACCESS.into(), self.account_access.as_str().into());
        }
        map
    }
}

/// A value or none; `None` if that is not known.
#[expect(clippy::option_option, reason = "not known, none, a value")]
fn known<T: Clone>(input: &Input<T>) -> Option<Option<T>> {
    match input {
        Input::Absent => Some(None),
        Input::Known(value) => Some(Some(value.clone())),
        Input::Unknown => None,
    }
}
