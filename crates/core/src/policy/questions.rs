//! Questions that people ask of a policy: why a call is allowed or not, and who may do what.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::access::named_principals;
use super::actions::{ON_A_KEY, administration, carries_context, usage};
use super::caller::{Caller, Kind};
use super::condition;
use super::evaluate::{Access, Reading, concerning, decide, evaluate, read};
use super::grammar::{CONTEXT, condition_key, name_of};
use super::request::{Request, Via};
use super::truth::Truth;

/// Whether a text is a principal whose access can be judged: an ARN of IAM or STS, an account ID, a service, or `*`.
pub fn is_principal(text: &str) -> bool {
    Caller::parse(text).is_some()
}

/// Every action that a key policy can allow, sorted.
pub fn actions_on_a_key() -> &'static [&'static str] {
    ON_A_KEY
}

/// Those of them that a key of this kind can have, sorted.
pub fn actions_of_key(key_spec: &str, key_usage: &str, multi_region: bool, imported: bool) -> Vec<&'static str> {
    let used = usage(key_usage, key_spec);
    let mut all: BTreeSet<&'static str> = administration(key_spec, multi_region).into_iter().collect();
    all.extend(used.cryptographic.iter().chain(used.looking_up));
    all.extend(["kms:CreateGrant", "kms:RetireGrant"]);
    if imported {
        all.extend(["kms:DeleteImportedKeyMaterial", "kms:GetParametersForImport", "kms:ImportKeyMaterial"]);
    }
    all.into_iter().collect()
}

/// What a policy answers to a call, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The answer.
    pub access: Access,
    /// The statements that decide it, as people call them: by Sid or by number.
    pub statements: Vec<String>,
    /// Condition keys that only the call will show, sorted.
    pub undecided: Vec<String>,
}

/// Judges one call, as [`super::evaluate`] does, and says by which statements.
pub fn explain(policy: &Value, request: &Request<'_>) -> Explained {
    let Some(caller) = Caller::parse(request.principal) else {
        return Explained { access: Access::Unknown, statements: vec![], undecided: vec![] };
    };
    let concerning = concerning(policy, &caller);
    let names = concerning.iter().map(|(index, statement, _)| name_of(*index, statement));
    let readings: Vec<Reading> =
        concerning.iter().map(|(_, statement, named)| read(statement, *named, request, &caller)).collect();
    let access = evaluate(policy, request);
    let counts = |reading: &&Reading| decides(reading, access);
    let statements = names.zip(&readings).filter(|(_, reading)| counts(reading)).map(|(name, _)| name).collect();
    let open = readings.iter().filter(|_| access == Access::Unknown).filter(counts);
    let undecided: BTreeSet<String> = open.flat_map(|reading| reading.undecided.clone()).collect();
    Explained { access, statements, undecided: undecided.into_iter().collect() }
}

/// Whether a statement is a reason for the answer.
fn decides(reading: &Reading, access: Access) -> bool {
    let truth = reading.named.at_all().and(reading.applies());
    match (access, reading.allows) {
        (Access::Denied, allows) => allows == Some(false) && truth == Truth::Yes,
        (Access::Allowed | Access::DependsOnIam, allows) => allows == Some(true) && truth == Truth::Yes,
        (Access::Unknown, None) => true,
        (Access::Unknown, Some(_)) => truth == Truth::Maybe,
    }
}

fn is_own(caller: &Caller<'_>, account: &str) -> bool {
    caller.account == Some(account) || caller.kind == Kind::Service
}

/// What one principal may do with a key, whatever its calls look like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The principal, as the policy names it.
    pub principal: String,
    /// What the policy allows to it.
    pub allowed: Vec<&'static str>,
    /// What it may do where IAM policies allow it.
    pub iam_decides: Vec<&'static str>,
    /// What it may do in some calls and not in others.
    pub conditional: Vec<&'static str>,
    /// The condition keys that this hangs on, as the policy writes them, sorted.
    pub conditions: Vec<String>,
}

/// What each principal that the policy names may do, of some actions. Those who may do nothing are left out.
pub fn standings(policy: &Value, account: &str, actions: &[&'static str]) -> Vec<Standing> {
    let principals = named_principals(policy, policy);
    let all = principals.iter().filter_map(|principal| standing(policy, account, principal, actions));
    all.filter(|one| !(one.allowed.is_empty() && one.iam_decides.is_empty() && one.conditional.is_empty())).collect()
}

fn standing(policy: &Value, account: &str, principal: &str, actions: &[&'static str]) -> Option<Standing> {
    let caller = Caller::parse(principal)?;
    let concerning = concerning(policy, &caller);
    let none = BTreeMap::new();
    let mut standing = Standing { principal: principal.to_owned(), ..Standing::default() };
    let mut conditions = BTreeSet::new();
    for action in actions {
        let request =
            Request { principal, action, encryption_context: &none, account, via: Via::Unstated, facts: &none };
        let readings: Vec<Reading> = concerning
            .iter()
            .map(|(_, statement, named)| {
                in_any_context(statement, read(statement, *named, &request, &caller), &request, &caller)
            })
            .collect();
        // What carries no context is what it is in every one.
        let access = if carries_context(action) {
            decide(&readings, is_own(&caller, account))
        } else {
            evaluate(policy, &request)
        };
        match access {
            Access::Denied => {}
            Access::Allowed => standing.allowed.push(action),
            Access::DependsOnIam => standing.iam_decides.push(action),
            Access::Unknown => {
                standing.conditional.push(action);
                let open = concerning.iter().zip(&readings).filter(|(_, reading)| decides(reading, Access::Unknown));
                conditions.extend(open.flat_map(|((_, statement, _), _)| keys(statement)));
            }
        }
    }
    standing.conditions = conditions.into_iter().collect();
    Some(standing)
}

/// A reading of a statement that looks into the encryption context: the call chooses its context, so that part may hold or
/// not.
fn in_any_context(statement: &Value, reading: Reading, request: &Request<'_>, caller: &Caller<'_>) -> Reading {
    let Some(block) = statement.get("Condition") else { return reading };
    if !carries_context(request.action) || !keys(statement).iter().any(|key| is_of_context(key)) {
        return reading;
    }
    let rest = without_context(block);
    let mut undecided = reading.undecided.clone();
    let condition = condition::holds(Some(&rest), request, caller, &mut undecided).and(Truth::Maybe);
    Reading { condition, undecided, ..reading }
}

fn is_of_context(key: &str) -> bool {
    let key = condition_key(key);
    key.starts_with(CONTEXT) || key == "kms:encryptioncontextkeys"
}

fn without_context(block: &Value) -> Value {
    let operators = block.as_object().into_iter().flatten().map(|(operator, keys)| {
        let rest: Map<String, Value> = keys
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(key, _)| !is_of_context(key))
            .map(|(key, values)| (key.clone(), values.clone()))
            .collect();
        (operator.clone(), Value::Object(rest))
    });
    Value::Object(operators.filter(|(_, keys)| keys.as_object().is_some_and(|keys| !keys.is_empty())).collect())
}

/// The keys of a statement's conditions.
fn keys(statement: &Value) -> Vec<String> {
    let operators = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
    operators.filter_map(|(_, keys)| keys.as_object()).flat_map(|keys| keys.keys().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::{Standing, actions_of_key, explain, is_principal, standings};
    use crate::policy::{Access, Request, Via};

    const ACCOUNT: &str = "111122223333";
    const APP: &str = "arn:aws:iam::111122223333:role/App";
    const ROOT: &str = "arn:aws:iam::111122223333:root";

    fn allow(principal: &str, action: &str) -> Value {
        json!({ "Effect": "Allow", "Principal": { "AWS": principal }, "Action": action, "Resource": "*" })
    }

    fn with(mut statement: Value, element: &str, value: Value) -> Value {
        statement[element] = value;
        statement
    }

    fn ask(policy: &Value, action: &str, facts: &[(&str, &str)]) -> (Access, Vec<String>, Vec<String>) {
        let facts = facts.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let none = BTreeMap::new();
        let request = Request {
            principal: APP,
            action,
            encryption_context: &none,
            account: ACCOUNT,
            via: Via::Directly,
            facts: &facts,
        };
        let told = explain(policy, &request);
        (told.access, told.statements, told.undecided)
    }

    #[test]
    fn the_statement_that_decides_is_named() {
        let deny = json!({ "Sid": "No", "Effect": "Deny", "Principal": "*", "Action": "kms:Sign", "Resource": "*" });
        let policy = json!({ "Statement": [allow(APP, "kms:Decrypt"), allow(ROOT, "kms:*"), deny] });
        let first = vec!["statement number 1".to_owned(), "statement number 2".to_owned()];
        assert_eq!(ask(&policy, "kms:Decrypt", &[]), (Access::Allowed, first, vec![]));
        assert_eq!(
            ask(&policy, "kms:Encrypt", &[]),
            (Access::DependsOnIam, vec!["statement number 2".to_owned()], vec![])
        );
        assert_eq!(ask(&policy, "kms:Sign", &[]), (Access::Denied, vec!["statement \"No\"".to_owned()], vec![]));
    }

    #[test]
    fn what_only_the_call_shows_is_asked_for() {
        let block = json!({ "StringEquals": { "aws:PrincipalOrgID": "o-mine" } });
        let policy = json!({ "Statement": with(allow(APP, "kms:Decrypt"), "Condition", block) });
        let (access, statements, undecided) = ask(&policy, "kms:Decrypt", &[]);
        assert_eq!((access, undecided), (Access::Unknown, vec!["aws:PrincipalOrgID".to_owned()]));
        assert_eq!(statements.len(), 1);
        assert_eq!(ask(&policy, "kms:Decrypt", &[("aws:principalorgid", "o-mine")]).0, Access::Allowed);
        assert_eq!(ask(&policy, "kms:Decrypt", &[("aws:principalorgid", "o-other")]).0, Access::Denied);
    }

    #[test]
    fn who_may_what() {
        let block = json!({ "StringEquals": { "kms:EncryptionContext:App": "orders" } });
        let policy = json!({ "Statement": [
            with(allow(APP, "kms:Decrypt"), "Condition", block),
            allow(APP, "kms:DescribeKey"),
            allow(ROOT, "kms:*"),
            allow("arn:aws:iam::444455556666:role/Away", "kms:Decrypt"),
            with(allow(APP, "kms:Sign"), "Effect", json!("Deny")),
        ] });
        let found = standings(&policy, ACCOUNT, &["kms:Decrypt", "kms:DescribeKey", "kms:Sign"]);
        let one = |principal: &str| found.iter().find(|one| one.principal == principal).expect("an entry").clone();
        assert_eq!(
            one(APP),
            Standing {
                principal: APP.into(),
                allowed: vec!["kms:DescribeKey"],
                // The account's IAM policies can allow it without a context.
                iam_decides: vec!["kms:Decrypt"],
                ..Standing::default()
            }
        );
        assert_eq!(one(ROOT).allowed, ["kms:Decrypt", "kms:DescribeKey", "kms:Sign"]);
        assert_eq!(one("arn:aws:iam::444455556666:role/Away").iam_decides, ["kms:Decrypt"]);
    }

    #[test]
    fn a_context_makes_it_conditional_in_an_allow_and_in_a_deny() {
        let of = |operator: &str, effect: &str| {
            let block = json!({ operator: { "kms:EncryptionContext:App": "orders" } });
            let statement = with(with(allow(APP, "kms:*"), "Condition", block), "Effect", json!(effect));
            let policy = json!({ "Statement": [statement, allow(if effect == "Deny" { APP } else { "444455556666" }, "kms:*")] });
            let found = standings(&policy, ACCOUNT, &["kms:Decrypt", "kms:PutKeyPolicy"]);
            found.into_iter().find(|one| one.principal == APP)
        };
        let conditions = vec!["kms:EncryptionContext:App".to_owned()];
        let allowed = of("StringEquals", "Allow").expect("an entry");
        assert_eq!((allowed.conditional, allowed.conditions), (vec!["kms:Decrypt"], conditions.clone()));
        let denied = of("StringNotEquals", "Deny").expect("an entry");
        assert_eq!((denied.conditional, denied.conditions), (vec!["kms:Decrypt"], conditions));
    }

    #[test]
    fn actions_fit_the_key() {
        let symmetric = actions_of_key("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", false, false);
        assert!(symmetric.contains(&"kms:Decrypt") && symmetric.contains(&"kms:EnableKeyRotation"));
        assert!(!symmetric.contains(&"kms:Sign") && !symmetric.contains(&"kms:ReplicateKey"));
        assert!(actions_of_key("ECC_NIST_P256", "SIGN_VERIFY", true, false).contains(&"kms:ReplicateKey"));
        assert!(is_principal("*") && !is_principal("arn:aws:s3:::bucket"));
    }
}
