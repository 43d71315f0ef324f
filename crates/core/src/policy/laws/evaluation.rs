//! The evaluator against a naive one: tables and loops over the model, nothing parsed, nothing matched.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;

use super::cases;
use super::model::{
    ACCOUNT, ACTIONS, ASKED, FOREIGN, OTHER, Policy, ROLE, SECOND_SESSION, SERVICE, SESSION, Statement, Test, USER,
    any_policy,
};
use super::spelling::{any_choices, spell};
use crate::policy::{Access, Request, Via, evaluate};

/// What the policy does not show, one way for all of it.
#[derive(Debug, Clone, Copy)]
struct World {
    mfa: bool,
    mfa_is_recent: bool,
    /// Whether a call of the role is made in the session that a statement names.
    in_session: bool,
    /// Whether a caller is excepted by a `NotPrincipal` that names a part of it only.
    half_excepted: bool,
}

fn worlds() -> impl Iterator<Item = World> {
    (0..16_u8).map(|bits| World {
        mfa: bits & 1 != 0,
        mfa_is_recent: bits & 2 != 0,
        in_session: bits & 4 != 0,
        half_excepted: bits & 8 != 0,
    })
}

const CALLERS: &[&str] = &[ACCOUNT, ROLE, SESSION, SECOND_SESSION, USER, FOREIGN, SERVICE];

/// Whether a name is the caller's own.
fn is_own(caller: &str, name: &str, world: World) -> bool {
    match (caller, name) {
        (_, "*") | (SESSION | SECOND_SESSION, ROLE) => true,
        (ROLE, SESSION) => world.in_session,
        _ => caller == name,
    }
}

/// The account that a caller is of.
fn account_of(caller: &str) -> &'static str {
    match caller {
        FOREIGN => OTHER,
        SERVICE => "",
        _ => ACCOUNT,
    }
}

/// By its own name, and by its account.
fn meant(one: &Statement, caller: &str, world: World) -> (bool, bool) {
    let names: Vec<_> = one.names.iter().chain(one.services.iter().filter(|_| caller == SERVICE)).collect();
    let own = names.iter().any(|name| is_own(caller, name, world));
    let account = names.iter().any(|name| **name == account_of(caller));
    if !one.not_principal {
        return (own, account);
    }
    let account = account || one.names.contains("*");
    let excepted = match (own, account) {
        _ if caller == SERVICE || caller == ACCOUNT => own,
        (true, true) => true,
        (false, false) => false,
        _ => world.half_excepted,
    };
    (!excepted, false)
}

fn holds(test: Test, values: &BTreeSet<&str>, caller: &str, app: Option<&str>, world: World) -> bool {
    let listed = |value: &str| values.contains(value);
    match test {
        ("stringequals", "kms:encryptioncontext:app") => app.is_some_and(listed),
        ("stringnotequals", "kms:encryptioncontext:app") => !app.is_some_and(listed),
        // The values of the model have one letter each, and none of them is z.
        ("stringlike", "kms:encryptioncontext:app") => app.is_some() && listed("?"),
        ("null", "kms:encryptioncontext:app") => listed(if app.is_none() { "true" } else { "false" }),
        ("stringequals", "kms:calleraccount") => listed(account_of(caller)),
        // The calls here are direct, so the key is absent.
        ("stringequalsifexists", "kms:viaservice") => true,
        ("stringequals", "kms:viaservice") => false,
        ("bool", "aws:multifactorauthpresent") => listed(if world.mfa { "true" } else { "false" }),
        ("numericlessthan", "aws:multifactorauthage") => world.mfa_is_recent,
        other => panic!("{other:?} is not in the model"),
    }
}

fn naive(policy: &Policy, caller: &str, action: &str, app: Option<&str>, world: World) -> Access {
    // KMS takes it from the key's own account only, whatever the policy says.
    if caller == FOREIGN && action == "kms:PutKeyPolicy" {
        return Access::Denied;
    }
    let (mut direct, mut by_account) = (false, false);
    for one in &policy.statements {
        let listed = ACTIONS.iter().any(|(pattern, means)| one.actions.contains(pattern) && means.contains(&action));
        let conditions = one.conditions.iter().all(|(test, values)| holds(*test, values, caller, app, world));
        if listed == one.not_action || !one.resources.contains("*") || !conditions {
            continue;
        }
        let (own, account) = meant(one, caller, world);
        if !one.allow && (own || account) {
            return Access::Denied;
        }
        direct |= one.allow && own;
        by_account |= one.allow && account;
    }
    match (direct, by_account) {
        (true, _) if caller == SERVICE || account_of(caller) == ACCOUNT => Access::Allowed,
        (false, false) => Access::Denied,
        _ => Access::DependsOnIam,
    }
}

/// Context names in two cases, which a condition does not tell apart.
fn any_app() -> impl Strategy<Value = Option<(&'static str, &'static str)>> {
    prop::option::of((select(vec!["App", "app", "APP"]), select(vec!["x", "y", "w"])))
}

proptest! {
    #![proptest_config(cases(6_000))]

    #[test]
    fn the_answer_holds_in_every_world(
        policy in any_policy(), mut choices in any_choices(), caller in select(CALLERS), action in select(ASKED), app in any_app(),
    ) {
        let document = spell(&policy, &mut choices);
        // KMS stores objects; a text is the user's way to write one.
        let document = document.as_str().map_or(document.clone(), |text| text.parse().expect("JSON"));
        let context: BTreeMap<_, _> = app.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut facts = BTreeMap::new();
        if caller == SERVICE {
            // What account a service calls for is not known of itself; the model gives it none.
            facts.insert("kms:calleraccount".to_owned(), String::new());
        }
        let request = Request { principal: caller, action, encryption_context: &context, account: ACCOUNT, via: Via::Directly, facts: &facts };
        let answer = evaluate(&document, &request);
        let carried = app.filter(|_| ASKED[..2].contains(&action)).map(|(_, value)| value);
        let truth: BTreeSet<_> = worlds().map(|world| naive(&policy, caller, action, carried, world)).collect();
        let decided = match answer {
            // It may be unknown although every world agrees, but not if no statement asks for what is not known.
            Access::Unknown => has_unknowns(&policy),
            Access::DependsOnIam => truth.is_subset(&BTreeSet::from([Access::DependsOnIam, Access::Allowed])),
            certain => truth == BTreeSet::from([certain]),
        };
        prop_assert!(decided, "{answer:?}, but {truth:?}: {document}");
        if !has_unknowns(&policy) {
            prop_assert_eq!(truth, BTreeSet::from([answer]));
        }
    }
}

fn has_unknowns(policy: &Policy) -> bool {
    policy.statements.iter().any(|one| {
        let conditions = one.conditions.keys().any(|(_, key)| key.starts_with("aws:multifactor"));
        conditions || one.not_principal || one.names.contains(SESSION)
    })
}
