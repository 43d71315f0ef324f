//! Remarks about one statement that KMS takes: who is let in more widely than hardly anybody means, and what can never apply.

use serde_json::{Map, Value};

use super::super::access::OWN_ACCOUNT_ONLY;
use super::super::actions::{ON_A_KEY, ON_GRANTS, carries_context};
use super::super::caller::{Caller, Kind};
use super::super::condition::{Operator, Set};
use super::super::grammar::{CONTEXT, condition_key, texts};
use super::super::pattern::{like, like_ignoring_case};
use super::rules::{KP004, KP006, KP007, KP008, KP009, KP010, KP011, KP013, KP024};
use super::services::{calls_as_the_caller, cannot_be_bound, name};
use super::{At, Findings, Surroundings};

/// A statement in its parts, read without trusting its shape.
struct Parts<'a> {
    allows: bool,
    anybody: bool,
    /// Users, roles, sessions and accounts.
    aws: Vec<String>,
    services: Vec<String>,
    /// Actions as they are written; `None` for `NotAction`.
    written: Option<Vec<String>>,
    /// The actions that they mean.
    actions: Vec<&'static str>,
    conditions: Vec<Condition<'a>>,
}

struct Condition<'a> {
    operator: Operator,
    key: String,
    values: Vec<String>,
    shown: &'a str,
}

impl Condition<'_> {
    /// Whether the call must have the key, with one of the values.
    fn demands(&self) -> bool {
        let o = &self.operator;
        o.demands_the_key() && (o.name != "null" || self.values.iter().any(|value| value.eq_ignore_ascii_case("false")))
    }

    /// Whether it lets only some values through.
    fn narrows(&self) -> bool {
        self.demands()
            && self.operator.name != "null"
            && !self.values.iter().any(|value| value.trim_matches('*').is_empty())
    }
}

impl<'a> Parts<'a> {
    fn of(map: &'a Map<String, Value>) -> Self {
        let principal = map.get("Principal");
        let kind = |kind: &str| {
            let names = principal.and_then(|principal| principal.get(kind)).and_then(texts).unwrap_or_default();
            names.into_iter().filter(|name| name != "*").collect::<Vec<_>>()
        };
        let star = principal.and_then(|principal| principal.get("AWS")).and_then(texts);
        let written = map.get("Action").and_then(texts);
        let not = map.get("NotAction").and_then(texts);
        let means = |patterns: &[String], action: &str| patterns.iter().any(|one| like_ignoring_case(one, action));
        let actions = ON_A_KEY.iter().copied().filter(|action| match (&written, &not) {
            (Some(patterns), _) => means(patterns, action),
            (None, Some(others)) => !means(others, action),
            (None, None) => false,
        });
        let operators = map.get("Condition").and_then(Value::as_object).into_iter().flatten();
        let conditions = operators.flat_map(|(name, keys)| {
            keys.as_object().into_iter().flatten().map(|(key, values)| Condition {
                operator: Operator::parse(name),
                key: condition_key(key),
                values: texts(values).unwrap_or_default(),
                shown: key,
            })
        });
        Self {
            allows: map.get("Effect").is_some_and(|effect| effect == "Allow"),
            anybody: principal.is_some_and(|all| all == "*")
                || star.is_some_and(|names| names.iter().any(|n| n == "*")),
            aws: kind("AWS"),
            services: kind("Service"),
            actions: actions.collect(),
            written,
            conditions: conditions.collect(),
        }
    }

    fn narrowed_by(&self, keys: &[&str]) -> bool {
        self.conditions.iter().any(|one| one.narrows() && keys.iter().any(|key| one.key.starts_with(key)))
    }

    /// Whether every action is allowed, by a wildcard or by an exception from all.
    fn takes_every_action(&self) -> bool {
        self.written.as_ref().is_none_or(|patterns| patterns.iter().any(|one| ["*", "kms:*"].contains(&one.as_str())))
    }
}

/// Looks at a statement whose grammar is sound.
pub(in crate::policy) fn look_at_statement(
    at: &At<'_>,
    map: &Map<String, Value>,
    around: &Surroundings<'_>,
    findings: &mut Findings,
) {
    let parts = Parts::of(map);
    if parts.allows {
        anybody(at, &parts, findings);
        services(at, &parts, findings);
        every_action(at, &parts, findings);
        grants(at, &parts, findings);
        others(at, &parts, around, findings);
        if parts.written.iter().flatten().any(|action| action.eq_ignore_ascii_case("kms:RetireGrant")) {
            findings.add(at, KP013, format!("{at}.Action has kms:RetireGrant, which no key policy can allow: the grant says who may retire it; remove it"));
        }
    }
    never(at, &parts, findings);
    look_at_region(at, map, around, None, findings);
}

/// Keys that say of whom, or from where, a call comes.
const BINDING: &[&str] = &[
    "kms:calleraccount",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltag/",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourcevpc",
    "aws:userid",
    "aws:vpce",
    "aws:vpcsourceip",
];

/// Keys that say for which resource, account or organization a service calls.
const SOURCES: &[&str] =
    &["aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:principalorgid"];

fn anybody(at: &At<'_>, parts: &Parts<'_>, findings: &mut Findings) {
    if !parts.anybody {
        return;
    }
    if !parts.narrowed_by(BINDING) {
        let what =
            if parts.conditions.is_empty() { "without a condition" } else { "and no condition says which of them" };
        findings.add(at, KP004, format!("{at} allows every AWS principal of every account, {what}; name the principals, or add a condition such as StringEquals on aws:PrincipalOrgID or kms:CallerAccount"));
    }
    let unseen = ["aws:principalorgid", "aws:principalorgpaths", "aws:principaltag/"];
    if let Some(condition) = parts.conditions.iter().find(|one| unseen.iter().any(|key| one.key.starts_with(key))) {
        findings.add(
            at,
            KP024,
            format!(
                "{at} allows by {}; who that is cannot be seen here, and changes without a change of this policy",
                condition.shown
            ),
        );
    }
}

fn services(at: &At<'_>, parts: &Parts<'_>, findings: &mut Findings) {
    let bound = parts.narrowed_by(SOURCES)
        || parts.narrowed_by(&[CONTEXT])
        || parts.conditions.iter().any(|one| one.key.starts_with(CONTEXT) && one.demands());
    // To look a key up harms nobody.
    let looks = parts.actions.iter().all(|action| ["kms:DescribeKey", "kms:GetPublicKey"].contains(action));
    if bound || looks {
        return;
    }
    for service in &parts.services {
        if calls_as_the_caller(service) {
            findings.add(at, KP008, format!("{at} allows {service}, but this service calls KMS with the identity of whoever uses it; allow that role, with the condition kms:ViaService"));
        } else if !(cannot_be_bound(service) || is_event_data_store(service, parts) || is_dnssec_grant(service, parts))
        {
            findings.add(at, KP006, format!("{at} allows {service} for whomever it works, in every account; add a condition on aws:SourceArn or aws:SourceAccount"));
        }
    }
}

/// `CloudTrail` Lake sends neither source (AWS `CloudTrail` user guide, "Configure AWS KMS key policies for `CloudTrail`").
fn is_event_data_store(service: &str, parts: &Parts<'_>) -> bool {
    let actions = parts.actions.iter().all(|action| ["kms:Decrypt", "kms:GenerateDataKey"].contains(action));
    service == "cloudtrail.amazonaws.com" && actions
}

/// Amazon Route 53 sends no source where it makes a grant for DNSSEC signing (Amazon Route 53 developer guide, "Working with customer
/// managed keys for DNSSEC").
fn is_dnssec_grant(service: &str, parts: &Parts<'_>) -> bool {
    service == "dnssec-route53.amazonaws.com"
        && parts.actions.iter().all(|action| *action == "kms:CreateGrant")
        && parts.conditions.iter().any(|one| one.key == "kms:grantisforawsresource")
}

fn every_action(at: &At<'_>, parts: &Parts<'_>, findings: &mut Findings) {
    if !parts.takes_every_action() {
        return;
    }
    let root = |name: &String| Caller::parse(name).is_some_and(|caller| caller.kind == Kind::Root);
    for name in parts.aws.iter().filter(|name| !root(name)).chain(&parts.services) {
        findings.add(at, KP009, format!("{at} allows every action to {name}: managing the key, using it and giving grants; write out the actions that it needs"));
    }
}

fn grants(at: &At<'_>, parts: &Parts<'_>, findings: &mut Findings) {
    const LIMITS: &[&str] = &[
        "kms:grantisforawsresource",
        "kms:grantoperations",
        "kms:granteeprincipal",
        "kms:granteeserviceprincipal",
        "kms:grantconstrainttype",
        "kms:grantconstraintsourcearn",
        "kms:viaservice",
    ];
    let gives = parts.actions.contains(&"kms:CreateGrant") && !parts.takes_every_action();
    if !gives || parts.narrowed_by(LIMITS) {
        return;
    }
    let named = |name: &&String| Caller::parse(name).is_some_and(|caller| caller.kind != Kind::Root);
    if let Some(name) = parts.aws.iter().find(named) {
        findings.add(at, KP010, format!("{at} lets {name} give anybody any part of its use of the key by kms:CreateGrant; add a condition on kms:GrantIsForAWSResource, kms:ViaService, kms:GrantOperations or kms:GranteePrincipal; only EKS needs it without"));
    }
}

fn others(at: &At<'_>, parts: &Parts<'_>, around: &Surroundings<'_>, findings: &mut Findings) {
    let Some(account) = around.account else { return };
    let foreign = parts
        .aws
        .iter()
        .filter(|name| Caller::parse(name).and_then(|caller| caller.account).is_some_and(|other| other != account));
    for name in foreign {
        if parts.conditions.is_empty() {
            findings.add(at, KP011, format!("{at} allows {name}, which is of another account than the key ({account}), without a condition; IAM policies of that account decide who gets it"));
        }
        let denied: Vec<_> = parts
            .written
            .iter()
            .flatten()
            .filter(|one| OWN_ACCOUNT_ONLY.iter().any(|known| known.eq_ignore_ascii_case(one)))
            .map(String::as_str)
            .collect();
        if !denied.is_empty() {
            findings.add(at, KP011, format!("{at} allows {} to {name}; KMS takes them from principals of the key's own account only; remove them", denied.join(", ")));
        }
    }
}

/// What no call can meet.
fn never(at: &At<'_>, parts: &Parts<'_>, findings: &mut Findings) {
    let only_services = !parts.services.is_empty() && parts.aws.is_empty() && !parts.anybody;
    for condition in parts.conditions.iter().filter(|one| one.demands()) {
        let key = condition.shown;
        if condition.key == "kms:viaservice" && only_services {
            findings.add(at, KP007, format!("{at} never applies: a service that calls in its own name has no {key}; use aws:SourceArn, or name the roles whose calls the service passes on"));
        }
        let is_grants = condition.key == "kms:grantisforawsresource"
            && condition.values.iter().any(|value| value.eq_ignore_ascii_case("true"));
        if is_grants {
            let without: Vec<_> = parts.actions.iter().filter(|action| !ON_GRANTS.contains(action)).copied().collect();
            lacking(at, key, "only calls about grants have it", &without, parts, findings);
        }
        let needs_context = condition.key.starts_with(CONTEXT) || condition.key == "kms:encryptioncontextkeys";
        if needs_context {
            let without: Vec<_> = parts.actions.iter().filter(|action| !carries_context(action)).copied().collect();
            lacking(at, key, "they carry no encryption context", &without, parts, findings);
        }
    }
}

fn lacking(at: &At<'_>, key: &str, why: &str, without: &[&str], parts: &Parts<'_>, findings: &mut Findings) {
    if without.is_empty() || without.len() == ON_A_KEY.len() || parts.takes_every_action() {
        return;
    }
    let does = if parts.allows { "allows" } else { "denies" };
    let put = if without.len() == parts.actions.len() {
        "remove the condition"
    } else {
        "put them into a statement without it"
    };
    findings.add(
        at,
        KP007,
        format!("{at} never {does} {}: its condition asks for {key}, and {why}; {put}", without.join(", ")),
    );
}

/// Names of services that are another Region's. `replica` is the Region of a replica that has the policy of its key.
pub(super) fn look_at_region(
    at: &At<'_>,
    map: &Map<String, Value>,
    around: &Surroundings<'_>,
    replica: Option<&str>,
    findings: &mut Findings,
) {
    let Some(region) = replica.or(around.region) else { return };
    let parts = Parts::of(map);
    let there =
        replica.map_or_else(String::new, |region| format!("on the replica in {region}, which has the same policy, "));
    let advice = if replica.is_some() { "; give the replica a policy of its own" } else { "" };
    let elsewhere = |full: &str| name(full).and_then(|(_, of)| of).is_some_and(|of| !like(of, region));
    for service in parts.services.iter().filter(|service| elsewhere(service)) {
        findings.add(
            at,
            KP007,
            format!(
                "{at}: {there}{service} never calls, because it is the service of another Region than {region}{advice}"
            ),
        );
    }
    for condition in parts.conditions.iter().filter(|one| one.key == "kms:viaservice" && one.narrows()) {
        let values = &condition.values;
        if !values.is_empty() && values.iter().all(|value| elsewhere(value)) {
            findings.add(
                at,
                KP007,
                format!(
                    "{at}: {there}no call comes by {}, because the key is in {region}{advice}",
                    values.join(" or ")
                ),
            );
        }
        if let Some(value) =
            values.iter().find(|value| value.ends_with(".amazonaws.com.cn")).filter(|_| replica.is_none())
        {
            findings.add(at, KP007, format!("{at}.Condition has kms:ViaService {value:?}; the name ends in .amazonaws.com in every partition; remove .cn"));
        }
    }
}

impl Operator {
    /// Whether the condition fails for a call without the key.
    fn demands_the_key(&self) -> bool {
        !self.negated && !self.if_exists && self.set != Set::ForAll
    }
}
