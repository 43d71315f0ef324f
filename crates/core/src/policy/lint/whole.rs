//! Remarks about a document as a whole.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::access::CRYPTOGRAPHIC;
use super::super::caller::{Caller, Kind};
use super::super::evaluate::action;
use super::super::grammar::{name_of, statements, texts};
use super::super::normal::statement;
use super::super::truth::Truth;
use super::rules::{KP018, KP021, KP022};
use super::statements::look_at_region;
use super::{At, Findings, Surroundings};

/// Looks at a document whose grammar is sound.
pub(in crate::policy) fn look_at_document(document: &Value, findings: &mut Findings) {
    let at = &At::DOCUMENT;
    let mut seen = BTreeSet::new();
    for (index, one) in statements(document).iter().enumerate() {
        if statement(one).is_some_and(|normal| !seen.insert(normal)) {
            findings.add(at, KP018, format!("{} says what another one says already; remove it", name_of(index, one)));
        }
        if is_prohibition_for_good(one) {
            let sid = one.get("Sid").and_then(Value::as_str);
            findings.add(&At { sid, ..*at }, KP022, format!("{} denies kms:PutKeyPolicy to the whole account without a condition: once it is in force nobody can change the policy again, and only AWS's support can help; except the administrators by a condition ArnNotLike on aws:PrincipalArn", name_of(index, one)));
        }
    }
    let gives = |one: &Value, what: &[&str]| {
        let allows = one.get("Effect").is_some_and(|effect| effect == "Allow");
        allows && what.iter().any(|name| action(one, name) > Truth::No)
    };
    // A grant lets somebody use the key too.
    let uses: Vec<&str> = CRYPTOGRAPHIC.iter().copied().chain(["kms:CreateGrant"]).collect();
    if !statements(document).iter().any(|one| gives(one, &uses)) {
        findings.add(at, KP021, "the policy lets nobody use the key for data; allow the roles that shall use it");
    }
}

/// Whether a statement takes the right to change the policy from the whole account.
fn is_prohibition_for_good(statement: &Value) -> bool {
    let denies = statement.get("Effect").is_some_and(|effect| effect == "Deny");
    let conditional = statement.get("Condition").and_then(Value::as_object).is_some_and(|block| !block.is_empty());
    let principal = statement.get("Principal");
    let names = principal.and_then(|principal| principal.get("AWS")).and_then(texts).unwrap_or_default();
    let whole = |name: &String| name == "*" || Caller::parse(name).is_some_and(|caller| caller.kind == Kind::Root);
    let everybody = principal.is_some_and(|all| all == "*") || names.iter().any(whole);
    denies && !conditional && everybody && action(statement, "kms:PutKeyPolicy") == Truth::Yes
}

/// What of a key's policy has no effect on a replica in another Region that has the same policy.
pub fn look_at_replica(document: &Value, region: &str) -> Findings {
    let mut findings = Findings::default();
    for (index, one) in statements(document).iter().enumerate() {
        let Some(map) = one.as_object() else { continue };
        let at = At { path: &name_of(index, one), sid: one.get("Sid").and_then(Value::as_str) };
        look_at_region(&at, map, &Surroundings::default(), Some(region), &mut findings);
    }
    findings
}
