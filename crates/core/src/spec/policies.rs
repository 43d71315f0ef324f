//! Rules for the policies of a key and its replicas.

use super::check::Checked;
use super::constants::names;
use super::generated::KEY_POLICY;
use crate::desired::{Account, resolve_set};
use crate::ids::known_partition;
use crate::members;
use crate::path::Path;
use crate::policy::{self, Finding, Findings, Surroundings, context_findings, rule};
use crate::value::{PropertyMap, PropertyValue};

/// A key's policy: one form of it, sound in itself, and fitting the key.
pub(super) fn rules(checked: &mut Checked, is_new: bool) {
    let inputs = checked.inputs.clone();
    let region = checked.text(names::REGION);
    super::rules::policy_of(checked, None, &inputs, region.as_deref());
    let given = inputs.contains_key(names::POLICY) || inputs.contains_key(names::POLICY_DOCUMENT);
    if !given && is_new {
        let text = "no policy is given, so AWS's default policy applies: every principal of the account that IAM allows may \
                    use and manage the key; set policy.adminRole and policy.usageRoles to narrow that";
        remark(checked, &Path::of(names::POLICY), "KP027", text);
    }
}

/// Adds remarks about the policy at a path, as the program's `lints` say.
fn say(checked: &mut Checked, at: &Path, found: Findings) {
    let found = checked.lints.apply(found);
    found.errors.into_iter().for_each(|error| checked.fail(at.clone(), error.to_string()));
    found.warnings.into_iter().for_each(|warning| checked.warn(at.clone(), warning.to_string()));
    found.infos.into_iter().for_each(|info| checked.inform(at.clone(), info.to_string()));
}

/// Adds a remark that no look at a document makes.
fn remark(checked: &mut Checked, at: &Path, id: &'static str, text: impl Into<String>) {
    let mut found = Findings::default();
    if let Some(rule) = rule(id) {
        found.note(rule, None, text);
    }
    say(checked, at, found);
}

fn around(region: Option<&str>) -> Surroundings<'_> {
    Surroundings { partition: region.and_then(known_partition), region, account: None }
}

/// A document that a program wrote.
pub(super) fn document(checked: &mut Checked, at: &Path, document: &PropertyValue, region: Option<&str>) {
    let secret = document.has_secrets();
    let Some(json) = document.to_json() else { return };
    let json = match json {
        serde_json::Value::String(text) => match policy::parse_text(&text) {
            Ok(json) => json,
            Err(reason) => return checked.fail(at.clone(), reason),
        },
        object => object,
    };
    let found = policy::check_document_in(&json, &around(region));
    if !secret {
        return say(checked, at, found);
    }
    for finding in checked.lints.apply(found).errors {
        checked.fail(
            at.clone(),
            format!(
                "the policy document is not valid ({}); its value is a secret, so no part of it is shown",
                finding.rule
            ),
        );
    }
}

/// What is odd about the parts of a typed policy, each at its own place.
pub(super) fn typed(checked: &mut Checked, at: &Path, policy: &PropertyValue, region: Option<&str>) {
    let Some(map) = policy.as_map().filter(|_| !policy.has_secrets()) else { return };
    let partition = region.and_then(known_partition);
    for (path, arn) in principals(at, map) {
        let of = arn.split(':').nth(1).unwrap_or_default();
        if let Some(partition) = partition.filter(|partition| arn.starts_with("arn:") && of != *partition) {
            checked.fail(path.clone(), format!("{arn:?} is of the partition {of}, but the key is in {partition}, where it does not exist; write arn:{partition}:…"));
        }
        if arn.contains(":assumed-role/") {
            remark(
                checked,
                &path,
                "KP020",
                format!(
                    "{arn:?} is a session of a role; AWS may put the role in its place, which then shows as a change; name the role"
                ),
            );
        }
    }
    let list = |names: &[&str]| -> Vec<String> {
        let values = names.iter().filter_map(|name| map.get(*name)).flat_map(PropertyValue::texts);
        values.collect()
    };
    let (administrators, users) = (list(&[names::ADMIN_ROLE, names::ADMIN_ROLES]), list(&[names::USAGE_ROLES]));
    for both in administrators.iter().filter(|role| users.contains(role)) {
        remark(
            checked,
            at,
            "KP021",
            format!(
                "{both:?} manages the key and uses it for data; whoever takes that role on needs nobody's consent; separate the two"
            ),
        );
    }
    let alone = map.get(names::ACCOUNT_ACCESS).and_then(PropertyValue::as_str) == Some("NONE");
    if let ([only], true) = (administrators.as_slice(), alone) {
        remark(
            checked,
            at,
            "KP021",
            format!(
                "with accountAccess NONE only {only:?} can manage the key; when that role is deleted nobody can; name a second one, or choose ADMINISTRATION"
            ),
        );
    }
    if let Some(context) = map.get(names::ENCRYPTION_CONTEXT).and_then(PropertyValue::as_map) {
        let pairs = context.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()));
        say(checked, &at.name(names::ENCRYPTION_CONTEXT), context_findings(pairs));
    }
}

/// The principals that a typed policy names, with their places.
fn principals(at: &Path, map: &PropertyMap) -> Vec<(Path, String)> {
    let named = KEY_POLICY.fields.iter().filter(|field| field.is_principal).filter_map(|field| {
        let value = map.get(field.name)?;
        let at = at.name(field.name);
        Some(match value.as_list() {
            Some(items) => {
                let items = items.iter().enumerate();
                items.filter_map(|(i, item)| Some((at.index(i), item.as_str()?.to_owned()))).collect::<Vec<_>>()
            }
            None => value.as_str().map(|text| (at, text.to_owned())).into_iter().collect(),
        })
    });
    named.flatten().collect()
}

/// What KMS would get: the documents that typed policies are written as, and on replicas the key's own document. The account
/// is not known here; every account has as many digits.
pub(super) fn as_rendered(checked: &mut Checked) {
    let inputs = checked.inputs.clone();
    let Some(region) = checked.text(names::REGION).filter(|_| checked.failures.is_empty()) else { return };
    let partition = known_partition(&region).unwrap_or("aws");
    let account = Account { partition: partition.to_owned(), id: "0".repeat(12) };
    let Ok(set) = resolve_set(&inputs, &region, Some(&account)) else { return };
    let mut places = vec![(region.clone(), None, inputs.clone())];
    let entries = members::entries(&inputs);
    let listed = inputs.get(names::REPLICAS).and_then(PropertyValue::as_list).unwrap_or_default();
    for (index, entry) in listed.iter().enumerate() {
        let of = entry.as_map().and_then(|entry| entry.get(names::REGION)).and_then(PropertyValue::as_str);
        if let Some((of, entry)) = of.and_then(|of| Some((of, entries.get(of)?))) {
            places.push((of.to_owned(), Some(Path::of(names::REPLICAS).index(index)), entry.clone()));
        }
    }
    for (of, at, given) in places {
        let Some(document) = set.members.get(&of).and_then(|wanted| wanted.policy.as_ref()) else { continue };
        let place = |name: &str| at.as_ref().map_or_else(|| Path::of(name), |at| at.name(name));
        if let Some(typed) = given.get(names::POLICY) {
            let found = policy::check_document_in(document, &around(Some(&of)));
            // These are said of each part, where it stands.
            let elsewhere = |finding: &Finding| ["KP002", "KP015", "KP016", "KP020"].contains(&finding.rule);
            let found = found.without(elsewhere);
            if !typed.has_secrets() {
                say(checked, &place(names::POLICY), found);
            } else if !found.errors.is_empty() {
                checked.fail(
                    place(names::POLICY),
                    "KMS would refuse what it comes to; its value is a secret, so no part of it is shown",
                );
            }
        } else if at.is_some() && !given.contains_key(names::POLICY_DOCUMENT) {
            let own = inputs.get(names::POLICY_DOCUMENT).filter(|document| !document.has_secrets());
            if own.is_some() {
                say(checked, &Path::of(names::POLICY_DOCUMENT), policy::look_at_replica(document, &of));
            }
        }
    }
}
