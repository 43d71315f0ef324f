//! The statements of services.

use serde_json::{Value, json};

use super::ServiceUse;
use super::row::{Bound, Caller, Part, Service};
use super::table::service;
use crate::policy::Facts;
use crate::policy::written::{Written, numbered, one_or_list};

/// The statements of all entries, each entry's together. Their order does not depend on the order of the entries.
pub(in crate::policy) fn statements(entries: &[ServiceUse], usage_roles: &[String], facts: &Facts<'_>) -> Vec<Value> {
    let mut ordered: Vec<ServiceUse> = entries.iter().map(|entry| entry.resolved(usage_roles, facts)).collect();
    ordered.sort_unstable();
    ordered.dedup();
    let mut all = vec![];
    for (index, entry) in ordered.iter().enumerate() {
        let alike = |other: &&ServiceUse| (other.service, other.access) == (entry.service, entry.access);
        let number = 1 + ordered.iter().take(index).filter(alike).count();
        all.extend(of_one(entry, number, usage_roles, facts));
    }
    all
}

/// The statements of one entry. `number` counts the entries of the same service and access, from one.
pub(super) fn of_one(entry: &ServiceUse, number: usize, usage_roles: &[String], facts: &Facts<'_>) -> Vec<Value> {
    let row = service(entry.service);
    let parts = parts(row, entry);
    let written = parts.filter_map(|part| {
        let sid = numbered(&format!("{}{}", row.label, part.suffix), number);
        let principal = principal(row, part, entry, usage_roles, facts)?;
        let allowed = Written::allow(&sid, principal, part.actions);
        let bound = part.bounds.iter().fold(allowed, |written, bound| bind(written, *bound, row, entry, facts));
        Some(bound.value())
    });
    written.collect()
}

/// The statements that an entry's access asks for.
pub(super) fn parts<'a>(row: &'static Service, entry: &'a ServiceUse) -> impl Iterator<Item = &'static Part> + 'a {
    row.parts.iter().filter(|part| part.access.is_empty() || part.access.contains(&entry.access))
}

/// `None` where nobody is meant: KMS refuses a statement without principals.
fn principal(
    row: &Service,
    part: &Part,
    entry: &ServiceUse,
    usage_roles: &[String],
    facts: &Facts<'_>,
) -> Option<Value> {
    let aws = |roles: Vec<String>| (!roles.is_empty()).then(|| json!({ "AWS": roles }));
    if part.for_readers {
        return aws(facts.roles(&entry.roles));
    }
    match row.caller {
        Caller::Role { .. } if entry.roles.is_empty() => aws(facts.roles(usage_roles)),
        Caller::Role { .. } => aws(facts.roles(&entry.roles)),
        Caller::Itself(principal) => Some(json!({ "Service": principal })),
        Caller::InRegion(name) => {
            // A principal with a Region has China's ending there. Seen in public code; AWS's own page could not be read.
            let suffix = if facts.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
            Some(json!({ "Service": format!("{name}.{}.{suffix}", facts.region) }))
        }
        Caller::ServiceLinkedRole { of, name } => {
            let suffix = entry.role_suffix.as_ref().map_or_else(String::new, |suffix| format!("_{suffix}"));
            aws(facts.roles(&[format!("aws-service-role/{of}/{name}{suffix}")]))
        }
    }
}

fn bind(written: Written, bound: Bound, row: &Service, entry: &ServiceUse, facts: &Facts<'_>) -> Written {
    match bound {
        Bound::Via => written.through(row.via(facts.region).into_iter().collect()),
        Bound::Resources => {
            let Some(context) = &row.context else { return written };
            let values = given_or(&entry.resources, context.usual, facts);
            let operator = if context.arns { "ArnLike" } else { "StringLike" };
            among(written, operator, &format!("kms:EncryptionContext:{}", context.key), values)
        }
        Bound::Sources => among(written, "ArnLike", "aws:SourceArn", given_or(&entry.sources, row.usual_source, facts)),
        Bound::ResourcesAsSources => among(written, "ArnLike", "aws:SourceArn", entry.resources.clone()),
        Bound::SourceAccount => written.when("StringEquals", "aws:SourceAccount", facts.account),
        Bound::ForAwsResource => written.when("Bool", "kms:GrantIsForAWSResource", "true"),
        Bound::ContextKey(key) => written.when("ForAnyValue:StringEquals", "kms:EncryptionContextKeys", key),
        Bound::Carries(key) => written.when("Null", &format!("kms:EncryptionContext:{key}"), "false"),
        Bound::Context(key, value) => {
            let operator = if value.contains('*') { "StringLike" } else { "StringEquals" };
            written.when(operator, &format!("kms:EncryptionContext:{key}"), filled(value, facts))
        }
    }
}

fn among(written: Written, operator: &str, key: &str, mut values: Vec<String>) -> Written {
    values.sort_unstable();
    values.dedup();
    if values.is_empty() { written } else { written.when(operator, key, one_or_list(values)) }
}

/// What is given, or what is usual.
pub(super) fn given_or(given: &[String], usual: Option<&str>, facts: &Facts<'_>) -> Vec<String> {
    if given.is_empty() { usual.map(|usual| filled(usual, facts)).into_iter().collect() } else { given.to_vec() }
}

/// A text of the table with what is known of the key.
pub(super) fn filled(template: &str, facts: &Facts<'_>) -> String {
    let places = [("{partition}", facts.partition), ("{region}", facts.region), ("{account}", facts.account)];
    places.iter().fold(template.to_owned(), |text, (place, value)| text.replace(place, value))
}
