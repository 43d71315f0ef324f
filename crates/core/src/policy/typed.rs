//! The input `policy`: who may do what with a key, in the form that programs write.

use std::collections::BTreeMap;

use serde_json::Value;

use super::outside::{OrganizationAccess, TrustedAccount};
use super::protection::Protection;
use super::role_access::RoleAccess;
use super::services::ServiceUse;
use crate::spec::constants::{defaults, names};
use crate::spec::generated::{AccountAccess, KeyPolicy};
use crate::spec::input::Input;
use crate::value::{PropertyMap, PropertyValue};

/// Who may do what with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedPolicy {
    /// The roles that manage the key, by ARN or name.
    pub admin_roles: Vec<String>,
    /// The roles that use it for data, by ARN or name.
    pub usage_roles: Vec<String>,
    /// Encryption context that every use by them must carry; empty for none.
    pub encryption_context: BTreeMap<String, String>,
    /// What IAM policies of the key's own account may allow.
    pub account_access: AccountAccess,
    /// Roles with chosen operations.
    pub access: Vec<RoleAccess>,
    /// AWS services that use the key.
    pub services: Vec<ServiceUse>,
    /// Other accounts that use it for data.
    pub trusted_accounts: Vec<TrustedAccount>,
    /// An organization whose accounts use it for data.
    pub organization: Option<OrganizationAccess>,
    /// What nobody may do.
    pub protect: Protection,
    /// Statements as they are.
    pub additional_statements: Vec<Value>,
}

impl TypedPolicy {
    /// The policy that gives nobody anything.
    pub(super) fn nobody() -> Self {
        Self {
            admin_roles: vec![],
            usage_roles: vec![],
            encryption_context: BTreeMap::new(),
            account_access: AccountAccess::None,
            access: vec![],
            services: vec![],
            trusted_accounts: vec![],
            organization: None,
            protect: Protection::default(),
            additional_statements: vec![],
        }
    }

    /// Reads checked properties; `None` while a part of them is not known.
    pub fn of(policy: &KeyPolicy) -> Option<Self> {
        let mut admin_roles: Vec<String> = known(&policy.admin_role)?.into_iter().collect();
        admin_roles.extend(known(&policy.admin_roles)?.unwrap_or_default());
        let organization = known(&policy.organization)?.as_ref().map(OrganizationAccess::of);
        Some(Self {
            admin_roles,
            usage_roles: known(&policy.usage_roles)?.unwrap_or_default(),
            encryption_context: known_map(&policy.encryption_context)?,
            account_access: known(&policy.account_access)?.unwrap_or(defaults::ACCOUNT_ACCESS),
            access: each(&policy.access, RoleAccess::of)?,
            services: each(&policy.services, ServiceUse::of)?,
            trusted_accounts: each(&policy.trusted_accounts, TrustedAccount::of)?,
            organization: match organization {
                Some(known) => Some(known?),
                None => None,
            },
            protect: known(&policy.protect)?.map_or(Some(Protection::default()), |it| Protection::of(&it))?,
            additional_statements: known(&policy.additional_statements)?.unwrap_or_default(),
        })
    }

    /// Whether it is another policy in another Region.
    pub fn speaks_of_region(&self) -> bool {
        !self.services.is_empty()
            || self.access.iter().any(|access| !access.via.is_empty())
            || self.trusted_accounts.iter().any(|account| !account.how.services.is_empty())
            || self.organization.iter().any(|organization| !organization.how.services.is_empty())
    }

    /// The fewest properties that read as this policy.
    pub fn to_properties(&self) -> PropertyMap {
        let mut map = PropertyMap::new();
        if let Some((first, rest)) = self.admin_roles.split_first() {
            map.insert(names::ADMIN_ROLE.into(), first.as_str().into());
            put_list(&mut map, names::ADMIN_ROLES, rest);
        }
        put_list(&mut map, names::USAGE_ROLES, &self.usage_roles);
        put_map(&mut map, names::ENCRYPTION_CONTEXT, &self.encryption_context);
        if self.account_access != defaults::ACCOUNT_ACCESS {
            map.insert(names::ACCOUNT_ACCESS.into(), self.account_access.as_str().into());
        }
        put_objects(&mut map, names::ACCESS, self.access.iter().map(RoleAccess::to_properties));
        put_objects(&mut map, names::SERVICES, self.services.iter().map(ServiceUse::to_properties));
        put_objects(&mut map, names::TRUSTED_ACCOUNTS, self.trusted_accounts.iter().map(TrustedAccount::to_properties));
        if let Some(organization) = &self.organization {
            map.insert(names::ORGANIZATION.into(), organization.to_properties().into());
        }
        if self.protect != Protection::default() {
            map.insert(names::PROTECT.into(), self.protect.to_properties().into());
        }
        if !self.additional_statements.is_empty() {
            let statements = self.additional_statements.iter().map(PropertyValue::from_json);
            map.insert(names::ADDITIONAL_STATEMENTS.into(), PropertyValue::List(statements.collect()));
        }
        map
    }
}

/// A value or none; `None` if that is not known.
#[expect(clippy::option_option, reason = "not known, none, a value")]
pub(super) fn known<T: Clone>(input: &Input<T>) -> Option<Option<T>> {
    match input {
        Input::Absent => Some(None),
        Input::Known(value) => Some(Some(value.clone())),
        Input::Unknown => None,
    }
}

/// A map, empty where none is given; `None` if a part of it is not known.
pub(super) fn known_map(input: &Input<BTreeMap<String, Input<String>>>) -> Option<BTreeMap<String, String>> {
    let entries = known(input)?.unwrap_or_default().into_iter().filter_map(|(key, value)| match value {
        Input::Known(value) => Some(Some((key, value))),
        Input::Unknown => Some(None),
        Input::Absent => None,
    });
    entries.collect()
}

fn each<T: Clone, U>(input: &Input<Vec<T>>, read: impl Fn(&T) -> Option<U>) -> Option<Vec<U>> {
    known(input)?.unwrap_or_default().iter().map(read).collect()
}

/// Adds a list, if it has entries.
pub(super) fn put_list(map: &mut PropertyMap, name: &str, texts: &[String]) {
    put_names(map, name, texts.iter().map(String::as_str));
}

/// Adds a list of names, if it has entries.
pub(super) fn put_names<'a>(map: &mut PropertyMap, name: &str, texts: impl Iterator<Item = &'a str>) {
    let list: Vec<PropertyValue> = texts.map(PropertyValue::from).collect();
    if !list.is_empty() {
        map.insert(name.into(), PropertyValue::List(list));
    }
}

/// Adds a map, if it has entries.
pub(super) fn put_map(map: &mut PropertyMap, name: &str, entries: &BTreeMap<String, String>) {
    if !entries.is_empty() {
        let entries = entries.iter().map(|(key, value)| (key.clone(), value.as_str().into()));
        map.insert(name.into(), PropertyValue::Map(entries.collect()));
    }
}

fn put_objects(map: &mut PropertyMap, name: &str, objects: impl Iterator<Item = PropertyMap>) {
    let list: Vec<PropertyValue> = objects.map(PropertyValue::Map).collect();
    if !list.is_empty() {
        map.insert(name.into(), PropertyValue::List(list));
    }
}
