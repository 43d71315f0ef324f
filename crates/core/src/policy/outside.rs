//! Access from outside of the key's account: the inputs `trustedAccounts` and `organization`.
//!
//! KMS asks IAM policies of the other account too (AWS KMS developer guide, "Allowing users in other accounts to use a KMS
//! key"), and it denies all management of keys across accounts. So what is given is use of data: by direct calls, or through
//! services, among them the grants that a service makes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::recover::Remaining;
use super::role_access::{hosts, through};
use super::services::service;
use super::typed::{known, known_map, put_list, put_map, put_names};
use super::written::{Written, context, one_or_list, principals, wanted};
use super::{Facts, actions};
use crate::spec::constants::names;
use crate::spec::generated::{self, AwsService};
use crate::value::PropertyMap;

const ACCOUNT: &str = "TrustedAccount";
const ORGANIZATION: &str = "Organization";
/// Of direct calls, of looking up, and of calls through services.
const SUFFIXES: [&str; 3] = ["Use", "Lookup", "Services"];

/// Another account that uses the key for data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrustedAccount {
    /// Its ID, 12 digits.
    pub account: String,
    /// Roles of it, by ARN or name; empty for what its IAM policies allow.
    pub roles: Vec<String>,
    /// How the key is used.
    pub how: Use,
}

/// An organization whose accounts use the key for data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationAccess {
    /// Its ID, such as `o-a1b2c3d4e5`.
    pub id: String,
    /// Paths of accounts in it; empty for all.
    pub paths: Vec<String>,
    /// How the key is used.
    pub how: Use,
}

/// How somebody outside uses the key.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The services that calls must come through; empty for direct calls.
    pub services: BTreeSet<AwsService>,
    /// Encryption context of direct calls; empty for any.
    pub encryption_context: BTreeMap<String, String>,
}

impl Use {
    fn put(&self, map: &mut PropertyMap) {
        put_names(map, names::SERVICES, self.services.iter().map(|service| service.as_str()));
        put_map(map, names::ENCRYPTION_CONTEXT, &self.encryption_context);
    }

    /// The statements for a principal, with labels that begin alike. `bind` adds what all of them have in common.
    fn written(
        &self,
        label: &str,
        principal: &Value,
        facts: &Facts<'_>,
        bind: impl Fn(Written) -> Written,
    ) -> Vec<Value> {
        let usage = actions::usage(facts.key_usage, facts.key_spec);
        let allow = |suffix: usize, actions: &[&str]| {
            bind(Written::allow(&format!("{label}{}", SUFFIXES[suffix]), principal.clone(), actions))
        };
        if self.services.is_empty() {
            let used = (!usage.cryptographic.is_empty())
                .then(|| allow(0, usage.cryptographic).with_context(&self.encryption_context).value());
            return used.into_iter().chain([allow(1, usage.looking_up).value()]).collect();
        }
        // A service sends a context of its own.
        let grants = self.services.iter().any(|name| service(*name).makes_grants());
        let granting = ["kms:CreateGrant"].into_iter().filter(|_| grants);
        let mut all: Vec<_> = granting.chain(usage.cryptographic.iter().chain(usage.looking_up).copied()).collect();
        all.sort_unstable();
        vec![allow(2, &all).through(hosts(&self.services, facts)).value()]
    }

    fn read(label: &str, remaining: &Remaining, facts: &Facts<'_>) -> Option<Self> {
        let [using, looking_up, services] = SUFFIXES.map(|suffix| remaining.with_sid(&format!("{label}{suffix}")));
        using.or(looking_up).or(services)?;
        Some(Self {
            services: services.map(|statement| through(statement, facts)).unwrap_or_default(),
            encryption_context: using.map(context).unwrap_or_default(),
        })
    }
}

/// Any of the statements that belong together.
fn any<'a>(label: &str, remaining: &'a Remaining) -> Option<&'a Value> {
    SUFFIXES.iter().find_map(|suffix| remaining.with_sid(&format!("{label}{suffix}")))
}

impl TrustedAccount {
    pub(super) fn of(entry: &generated::TrustedAccount) -> Option<Self> {
        Some(Self {
            account: known(&entry.account)??,
            roles: known(&entry.roles)?.unwrap_or_default(),
            how: Use {
                services: known(&entry.services)?.unwrap_or_default().into_iter().collect(),
                encryption_context: known_map(&entry.encryption_context)?,
            },
        })
    }

    pub(super) fn to_properties(&self) -> PropertyMap {
        let mut map = PropertyMap::from([(names::ACCOUNT.to_owned(), self.account.as_str().into())]);
        put_list(&mut map, names::ROLES, &self.roles);
        self.how.put(&mut map);
        map
    }

    pub(super) fn statements(&self, facts: &Facts<'_>) -> Vec<Value> {
        let roles = facts.roles_in(&self.account, &self.roles);
        let principals = if roles.is_empty() { vec![facts.root_of(&self.account)] } else { roles };
        self.how.written(&format!("{ACCOUNT}{}", self.account), &json!({ "AWS": principals }), facts, |it| it)
    }
}

/// The accounts whose statements are all among the remaining ones, which are taken out.
pub(super) fn recover_accounts(remaining: &mut Remaining, facts: &Facts<'_>) -> Vec<TrustedAccount> {
    let account = |sid: &str| sid.strip_prefix(ACCOUNT).and_then(|rest| rest.get(..12)).map(str::to_owned);
    let accounts: BTreeSet<String> = remaining.sids().filter_map(account).collect();
    let mut found = vec![];
    for account in accounts {
        let label = format!("{ACCOUNT}{account}");
        let read = |remaining: &Remaining| {
            let how = Use::read(&label, remaining, facts)?;
            let named = principals(any(&label, remaining)?)?;
            let own = |name: &String| *name == facts.root_of(&account) || *name == account;
            let roles = if named.iter().all(own) { vec![] } else { named };
            Some(TrustedAccount { account: account.clone(), roles, how })
        };
        if let Some(entry) = read(remaining).filter(|entry| remaining.take(&entry.statements(facts))) {
            found.push(entry);
        }
    }
    found
}

impl OrganizationAccess {
    pub(super) fn of(entry: &generated::OrganizationAccess) -> Option<Self> {
        Some(Self {
            id: known(&entry.id)??,
            paths: known(&entry.paths)?.unwrap_or_default(),
            how: Use {
                services: known(&entry.services)?.unwrap_or_default().into_iter().collect(),
                encryption_context: known_map(&entry.encryption_context)?,
            },
        })
    }

    pub(super) fn to_properties(&self) -> PropertyMap {
        let mut map = PropertyMap::from([(names::ID.to_owned(), self.id.as_str().into())]);
        put_list(&mut map, names::PATHS, &self.paths);
        self.how.put(&mut map);
        map
    }

    pub(super) fn statements(&self, facts: &Facts<'_>) -> Vec<Value> {
        let mut paths = self.paths.clone();
        paths.sort_unstable();
        paths.dedup();
        self.how.written(ORGANIZATION, &json!({ "AWS": "*" }), facts, |written| {
            let bound = written.when("StringEquals", "aws:PrincipalOrgID", self.id.as_str());
            if paths.is_empty() {
                bound
            } else {
                bound.when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", one_or_list(paths.clone()))
            }
        })
    }
}

/// The organization whose statements are all among the remaining ones, which are taken out.
pub(super) fn recover_organization(remaining: &mut Remaining, facts: &Facts<'_>) -> Option<OrganizationAccess> {
    let how = Use::read(ORGANIZATION, remaining, facts)?;
    let statement = any(ORGANIZATION, remaining)?;
    let id = wanted(statement, "StringEquals", "aws:PrincipalOrgID").into_iter().next()?;
    let paths = wanted(statement, "ForAnyValue:StringLike", "aws:PrincipalOrgPaths");
    let read = OrganizationAccess { id, paths, how };
    remaining.take(&read.statements(facts)).then_some(read)
}
