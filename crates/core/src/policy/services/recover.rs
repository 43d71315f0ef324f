//! From statements back to the services that they are for.

use serde_json::Value;

use super::ServiceUse;
use super::render::{filled, of_one, parts};
use super::row::{Bound, Caller, Service};
use super::table::ALL;
use crate::policy::Facts;
use crate::policy::recover::Remaining;
use crate::policy::written::{numbered, principals, wanted};
use crate::spec::generated::ServiceAccess;

/// The services whose statements are all among the remaining ones, which are taken out. Nothing is taken for a service that
/// only looks like it: what was read is written again and compared.
pub(in crate::policy) fn recover(
    remaining: &mut Remaining,
    usage_roles: &[String],
    facts: &Facts<'_>,
) -> Vec<ServiceUse> {
    let mut found = vec![];
    for row in ALL {
        let accesses = if row.has_access() { ServiceAccess::ALL } else { &[ServiceAccess::ReadWrite] };
        for access in accesses {
            for number in 1..=remaining.len() {
                let Some(read) = read(row, *access, number, remaining, usage_roles, facts) else { break };
                if remaining.take(&of_one(&read, number, usage_roles, facts)) {
                    found.push(read);
                }
            }
        }
    }
    found
}

/// What an entry with statements of this number can have said; `None` if there are none.
fn read(
    row: &'static Service,
    access: ServiceAccess,
    number: usize,
    remaining: &Remaining,
    usage_roles: &[String],
    facts: &Facts<'_>,
) -> Option<ServiceUse> {
    let mut entry = ServiceUse { access, ..ServiceUse::new(row.name) };
    let mut any = false;
    for part in parts(row, &entry.clone()) {
        let sid = numbered(&format!("{}{}", row.label, part.suffix), number);
        let Some(statement) = remaining.with_sid(&sid) else { continue };
        any = true;
        if part.for_readers || matches!(row.caller, Caller::Role { .. }) {
            entry.roles = principals(statement)?;
        }
        if let Caller::ServiceLinkedRole { name, .. } = row.caller {
            let role = principals(statement)?.first().cloned().unwrap_or_default();
            entry.role_suffix =
                role.rsplit('/').next().and_then(|own| own.strip_prefix(name)?.strip_prefix('_')).map(str::to_owned);
        }
        if part.bounds.contains(&Bound::Resources) {
            entry.resources = resources(row, statement, facts);
        }
        if part.bounds.contains(&Bound::Sources) {
            let sources = wanted(statement, "ArnLike", "aws:SourceArn");
            entry.sources = unless_usual(sources, row.usual_source, facts);
        }
    }
    any.then(|| entry.resolved(usage_roles, facts))
}

fn resources(row: &Service, statement: &Value, facts: &Facts<'_>) -> Vec<String> {
    let Some(context) = &row.context else { return vec![] };
    let operator = if context.arns { "ArnLike" } else { "StringLike" };
    let found = wanted(statement, operator, &format!("kms:EncryptionContext:{}", context.key));
    unless_usual(found, context.usual, facts)
}

fn unless_usual(found: Vec<String>, usual: Option<&str>, facts: &Facts<'_>) -> Vec<String> {
    let is_usual = usual.is_some_and(|usual| found == [filled(usual, facts)]);
    if is_usual { vec![] } else { found }
}
