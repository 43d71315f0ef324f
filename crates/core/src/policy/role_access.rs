//! One entry of the input `access`: roles with chosen operations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::recover::Remaining;
use super::services::{self, service};
use super::typed::{known, known_map, put_list, put_map, put_names};
use super::written::{Written, actions, context, numbered, principals, wanted};
use super::{Facts, actions as table};
use crate::spec::constants::names;
use crate::spec::generated::{self, AwsService, Operation};
use crate::value::PropertyMap;

const USE: &str = "AccessUse";
const LOOKUP: &str = "AccessLookup";

/// Roles that may do some operations and no others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleAccess {
    /// The roles, by ARN or name.
    pub roles: Vec<String>,
    /// What they may do.
    pub operations: BTreeSet<Operation>,
    /// Encryption context that each call must carry; empty for none.
    pub encryption_context: BTreeMap<String, String>,
    /// The services that calls must come through; empty for calls by themselves as well.
    pub via: BTreeSet<AwsService>,
}

impl RoleAccess {
    /// Reads checked properties; `None` while a part of them is not known.
    pub(super) fn of(entry: &generated::RoleAccess) -> Option<Self> {
        Some(Self {
            roles: known(&entry.roles)?.unwrap_or_default(),
            operations: known(&entry.operations)?.unwrap_or_default().into_iter().collect(),
            encryption_context: known_map(&entry.encryption_context)?,
            via: known(&entry.via)?.unwrap_or_default().into_iter().collect(),
        })
    }

    /// The fewest properties that read as this.
    pub(super) fn to_properties(&self) -> PropertyMap {
        let mut map = PropertyMap::new();
        put_list(&mut map, names::ROLES, &self.roles);
        put_names(&mut map, names::OPERATIONS, self.operations.iter().map(|operation| operation.as_str()));
        put_map(&mut map, names::ENCRYPTION_CONTEXT, &self.encryption_context);
        put_names(&mut map, names::VIA, self.via.iter().map(|service| service.as_str()));
        map
    }

    fn written(&self, number: usize, facts: &Facts<'_>) -> Vec<Value> {
        let usage = table::usage(facts.key_usage, facts.key_spec);
        let chosen = |all: &[&'static str]| -> Vec<&'static str> {
            let fits = |action: &&str| {
                self.operations.iter().any(|operation| table::of_operation(*operation).contains(action))
            };
            all.iter().copied().filter(fits).collect()
        };
        let roles = facts.roles(&self.roles);
        let parts = [
            (USE, chosen(usage.cryptographic), &self.encryption_context),
            // Looking up carries no context.
            (LOOKUP, chosen(usage.looking_up), &BTreeMap::new()),
        ];
        let some = parts.into_iter().filter(|(_, actions, _)| !roles.is_empty() && !actions.is_empty());
        let written = some.map(|(sid, actions, context)| {
            let allowed = Written::allow(&numbered(sid, number), json!({ "AWS": roles }), &actions);
            allowed.with_context(context).through(hosts(&self.via, facts)).value()
        });
        written.collect()
    }
}

/// `kms:ViaService` of calls through some services.
pub(super) fn hosts(services: &BTreeSet<AwsService>, facts: &Facts<'_>) -> BTreeSet<String> {
    services.iter().filter_map(|name| service(*name).via(facts.region)).collect()
}

/// The services that a condition on `kms:ViaService` means; one of those that share a name.
pub(super) fn through(statement: &Value, facts: &Facts<'_>) -> BTreeSet<AwsService> {
    let hosts =
        ["StringEquals", "StringLike"].iter().flat_map(|operator| wanted(statement, operator, "kms:ViaService"));
    let named = |host: String| services::ALL.iter().find(|row| row.via(facts.region).as_ref() == Some(&host));
    hosts.filter_map(named).map(|row| row.name).collect()
}

/// The statements of all entries. Their order does not depend on the order of the entries.
pub(super) fn statements(entries: &[RoleAccess], facts: &Facts<'_>) -> Vec<Value> {
    let mut ordered: Vec<RoleAccess> =
        entries.iter().map(|entry| RoleAccess { roles: facts.roles(&entry.roles), ..entry.clone() }).collect();
    ordered.sort_unstable();
    ordered.dedup();
    ordered.iter().enumerate().flat_map(|(index, entry)| entry.written(index + 1, facts)).collect()
}

/// The entries whose statements are all among the remaining ones, which are taken out.
pub(super) fn recover(remaining: &mut Remaining, facts: &Facts<'_>) -> Vec<RoleAccess> {
    let mut found = vec![];
    for number in 1..=remaining.len() {
        let Some(entry) = read(remaining, number, facts) else { break };
        if remaining.take(&entry.written(number, facts)) {
            found.push(entry);
        }
    }
    found
}

fn read(remaining: &Remaining, number: usize, facts: &Facts<'_>) -> Option<RoleAccess> {
    let [using, looking_up] = [USE, LOOKUP].map(|sid| remaining.with_sid(&numbered(sid, number)));
    let first = using.or(looking_up)?;
    let listed: BTreeSet<String> = [using, looking_up].into_iter().flatten().filter_map(actions).flatten().collect();
    let usage = table::usage(facts.key_usage, facts.key_spec);
    let asks_for = |operation: &Operation| {
        let own = table::of_operation(*operation).iter();
        let mut fitting =
            own.filter(|action| usage.cryptographic.contains(action) || usage.looking_up.contains(action)).peekable();
        fitting.peek().is_some() && fitting.all(|action| listed.contains(*action))
    };
    Some(RoleAccess {
        roles: principals(first)?,
        operations: Operation::ALL.iter().copied().filter(asks_for).collect(),
        encryption_context: using.map(context).unwrap_or_default(),
        via: through(first, facts),
    })
}
