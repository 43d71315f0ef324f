//! Rules of `policy.services`.

use super::{Around, is_given, list};
use crate::ids;
use crate::members;
use crate::path::Path;
use crate::policy::{Fits, Need, Service, ServiceCaller, service};
use crate::spec::check::Checked;
use crate::spec::constants::names;
use crate::spec::generated::AwsService;
use crate::value::{PropertyMap, PropertyValue};

/// The Region of keys that sign for DNSSEC (Route 53 developer guide, "Working with customer managed keys for DNSSEC").
const DNSSEC_REGION: &str = "us-east-1";

pub(super) fn check(checked: &mut Checked, around: &Around<'_>) {
    advise(checked, around);
    for (at, entry) in around.entries(names::SERVICES) {
        around.roles(checked, &at, entry, names::ROLES);
        let Some(row) = entry.get(names::SERVICE).and_then(row) else { continue };
        roles(checked, around, &at, entry, row);
        parts(checked, around, &at, entry, row);
        if let Some(reason) = unfit(checked, row) {
            checked.fail(at.name(names::SERVICE), reason);
        }
        regions(checked, around, &at, entry, row);
    }
}

/// The service that a value names.
pub(super) fn row(value: &PropertyValue) -> Option<&'static Service> {
    value.as_str().and_then(AwsService::parse).map(service)
}

/// The context that the program's own code sends keeps services out. That is easily overlooked, so it is said until
/// `services` says something.
fn advise(checked: &mut Checked, around: &Around<'_>) {
    let has = |name| is_given(around.policy, name);
    if has(names::ENCRYPTION_CONTEXT) && has(names::USAGE_ROLES) && !around.policy.contains_key(names::SERVICES) {
        checked.warn(
            around.at.name(names::ENCRYPTION_CONTEXT),
            "AWS services such as RDS, EBS and S3 send an encryption context of their own, and some need grants, so usageRoles \
             can use the key by calls of their own but through no service; name the services in `services`, such as \
             [{service: RDS}], or set it to an empty list if there are none",
        );
    }
}

fn roles(checked: &mut Checked, around: &Around<'_>, at: &Path, entry: &PropertyMap, row: &Service) {
    let (name, given) = (row.name.as_str(), is_given(entry, names::ROLES));
    if given && !row.takes_roles {
        let who = match row.caller {
            ServiceCaller::ServiceLinkedRole { .. } => "by its service-linked role",
            _ => "as itself",
        };
        checked.fail(at.name(names::ROLES), format!("{name} calls KMS {who}, so it has no roles; remove them"));
    } else if row.is_called_by_roles() && !given && !is_given(around.policy, names::USAGE_ROLES) {
        checked.fail(
            at.name(names::ROLES),
            format!("nobody would use the key through {name}: name the roles that call it here, or in usageRoles"),
        );
    }
    let suffix = entry.get(names::ROLE_SUFFIX).and_then(PropertyValue::as_str);
    if let Some(suffix) = suffix {
        let odd = suffix.chars().find(|c| !(c.is_ascii_alphanumeric() || "_+=,.@-".contains(*c)));
        if !matches!(row.caller, ServiceCaller::ServiceLinkedRole { .. }) {
            let reason =
                format!("it is for AUTOSCALING only, whose role can have a suffix; {name} has none; remove it");
            checked.fail(at.name(names::ROLE_SUFFIX), reason);
        } else if let Some(odd) = odd {
            let reason = format!(
                "it contains {odd:?}, which no role's name has; give the part behind AWSServiceRoleForAutoScaling_"
            );
            checked.fail(at.name(names::ROLE_SUFFIX), reason);
        }
    }
}

fn parts(checked: &mut Checked, around: &Around<'_>, at: &Path, entry: &PropertyMap, row: &Service) {
    let name = row.name.as_str();
    if is_given(entry, names::ACCESS) && !row.has_access() {
        let reason = format!("{name} does not tell reading from writing by KMS's permissions; remove it");
        checked.fail(at.name(names::ACCESS), reason);
    }
    for (property, need) in [(names::RESOURCES, row.resources), (names::SOURCES, row.sources)] {
        let path = at.name(property);
        match (need, is_given(entry, property)) {
            (Need::Never, true) => {
                let other = match (property, row.resources, row.sources) {
                    (names::SOURCES, Need::May | Need::Must, _) => "; name what it uses the key for in resources",
                    (names::RESOURCES, _, Need::May | Need::Must) => "; name what it acts for in sources",
                    _ => "",
                };
                checked.fail(path, format!("{name} cannot be bound by {property}; remove them{other}"));
            }
            (Need::Must, false) => checked.fail(
                path,
                format!(
                    "{name} needs them: without, {name} could use the key for anybody; give ARNs, see docs/policy.md"
                ),
            ),
            _ => {}
        }
        let arns = property == names::SOURCES || row.resources_are_arns();
        for (index, value) in list(entry, property).iter().enumerate() {
            let Some(text) = value.as_str() else { continue };
            let wrong = if arns { text.split(':').count() < 6 || !text.starts_with("arn:") } else { text.is_empty() };
            if wrong && need != Need::Never {
                let shown = if around.secret { "it".to_owned() } else { format!("{text:?}") };
                let reason = format!(
                    "{shown} is no ARN; give one, with * where it may be anything, such as \"arn:aws:s3:::reports/*\""
                );
                checked.fail(at.name(property).index(index), reason);
            }
        }
    }
}

/// Why the key is none that the service takes, if so.
pub(super) fn unfit(checked: &Checked, row: &Service) -> Option<String> {
    let (spec, usage) = (checked.text(names::KEY_SPEC)?, checked.text(names::KEY_USAGE));
    let name = row.name.as_str();
    match row.fits {
        Fits::Symmetric if spec != "SYMMETRIC_DEFAULT" => Some(format!(
            "{name} takes symmetric encryption keys only, and this is a {spec} key; remove it, or use keySpec SYMMETRIC_DEFAULT"
        )),
        Fits::Dnssec if spec != "ECC_NIST_P256" || usage.is_some_and(|usage| usage != "SIGN_VERIFY") => Some(format!(
            "{name} signs with keys of keySpec ECC_NIST_P256 and keyUsage SIGN_VERIFY only, and this is a {spec} key; change keySpec"
        )),
        Fits::Dnssec => {
            let region = checked.text(names::REGION).filter(|region| region != DNSSEC_REGION)?;
            Some(format!(
                "{name} takes keys in {DNSSEC_REGION} only, and this one is in {region}; set region to {DNSSEC_REGION}"
            ))
        }
        Fits::Symmetric => None,
    }
}

/// Resources of one Region only do nothing in the others that have the policy.
fn regions(checked: &mut Checked, around: &Around<'_>, at: &Path, entry: &PropertyMap, row: &Service) {
    let given = list(entry, names::RESOURCES);
    let parts = given.iter().filter_map(PropertyValue::as_str).map(|arn| arn.split(':').nth(3).unwrap_or_default());
    let named: Vec<&str> = parts.collect();
    if !row.resources_are_arns() || named.is_empty() || named.len() < given.len() || around.secret {
        return;
    }
    for region in regions_of(around) {
        let there = |named: &&str| named.is_empty() || named.contains(['*', '?']) || *named == region;
        if ids::check_region(&region, true).is_ok() && !named.iter().any(there) {
            let reason = format!(
                "none of them is in {region}, where a key with this policy is, so {} can use that key for nothing; add some of {region}, or write * for the Region",
                row.name.as_str()
            );
            checked.warn(at.name(names::RESOURCES), reason);
        }
    }
}

/// The Regions of the keys that have the policy: of the owner, and of the replicas that inherit it.
fn regions_of(around: &Around<'_>) -> Vec<String> {
    let own = around.owner.get(names::REGION).and_then(PropertyValue::as_str).map(str::to_owned);
    let inherits =
        |entry: &PropertyMap| !entry.contains_key(names::POLICY) && !entry.contains_key(names::POLICY_DOCUMENT);
    let replicas = members::entries(around.owner).into_iter().filter(|(_, entry)| inherits(entry));
    own.into_iter().chain(replicas.map(|(region, _)| region)).collect()
}
