//! Spelling makes no difference, meaning does.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::cases;
use super::model::{NAMES, Policy, SERVICE, Statement, any_action, any_condition, any_policy, any_statement};
use super::spelling::{any_choices, spell};
use crate::policy::equal;

/// One change of what a policy says.
#[derive(Debug, Clone)]
enum Change {
    Drop,
    Repeat,
    Add(Statement),
    Version,
    Sid,
    Effect,
    PrincipalForNot,
    ActionForNot,
    Name(&'static str),
    Service,
    Action(&'static str),
    Resource,
    Condition((&'static str, &'static str), &'static str),
}

fn any_change() -> impl Strategy<Value = Change> {
    use Change::{
        Action, ActionForNot, Add, Condition, Drop, Effect, Name, PrincipalForNot, Repeat, Resource, Service, Sid,
        Version,
    };
    prop_oneof![
        select(vec![Drop, Repeat, Version, Sid, Effect, PrincipalForNot, ActionForNot, Service, Resource]),
        any_statement().prop_map(Add),
        select(NAMES).prop_map(Name),
        any_action().prop_map(Action),
        any_condition().prop_map(|(test, values)| Condition(test, values.into_iter().next().expect("a value"))),
    ]
}

/// Puts a member in, or takes it out.
fn toggle<T: Ord>(set: &mut std::collections::BTreeSet<T>, member: T) {
    if !set.remove(&member) {
        set.insert(member);
    }
}

fn apply(change: Change, policy: &mut Policy, at: usize) {
    let one = &mut policy.statements[at];
    match change {
        Change::Drop => drop(policy.statements.remove(at)),
        Change::Repeat => policy.statements.push(policy.statements[at].clone()),
        Change::Add(statement) => policy.statements.push(statement),
        Change::Version => {
            policy.version = if policy.version == Some("2012-10-17") { None } else { Some("2012-10-17") };
        }
        Change::Sid => one.sid = if one.sid.is_some() { None } else { Some("Z".into()) },
        Change::Effect => one.allow = !one.allow,
        Change::PrincipalForNot => one.not_principal = !one.not_principal,
        Change::ActionForNot => one.not_action = !one.not_action,
        Change::Name(name) => toggle(&mut one.names, name),
        Change::Service => toggle(&mut one.services, SERVICE),
        Change::Action(action) => toggle(&mut one.actions, action),
        Change::Resource => toggle(&mut one.resources, "arn:aws:s3:::bucket"),
        Change::Condition(test, value) => {
            let values = one.conditions.entry(test).or_default();
            toggle(values, value);
            if values.is_empty() {
                one.conditions.remove(&test);
            }
        }
    }
}

/// Lists that nothing is in are no policy that KMS takes.
fn is_whole(policy: &Policy) -> bool {
    let full = |one: &Statement| !one.names.is_empty() && !one.actions.is_empty() && !one.resources.is_empty();
    !policy.statements.is_empty() && policy.statements.iter().all(full)
}

proptest! {
    // Ten thousand pairs in all, and more.
    #![proptest_config(cases(4_000))]

    #[test]
    fn one_policy_in_two_spellings_is_equal(policy in any_policy(), mut one in any_choices(), mut two in any_choices()) {
        let (one, two) = (spell(&policy, &mut one), spell(&policy, &mut two));
        prop_assert!(equal(&one, &two), "{one}\n{two}");
        prop_assert!(equal(&two, &one), "the other way round");
    }

    #[test]
    fn any_change_of_meaning_is_unequal_in_every_spelling(
        policy in any_policy(), change in any_change(), at in any::<Index>(), mut one in any_choices(), mut two in any_choices(),
    ) {
        let mut changed = policy.clone();
        apply(change, &mut changed, at.index(policy.statements.len()));
        prop_assume!(is_whole(&changed) && changed.meaning() != policy.meaning());
        let (one, two) = (spell(&policy, &mut one), spell(&changed, &mut two));
        prop_assert!(!equal(&one, &two), "{one}\n{two}");
    }

    #[test]
    fn two_statements_are_equal_only_if_they_mean_the_same(
        left in any_statement(), right in any_statement(), mut one in any_choices(), mut two in any_choices(),
    ) {
        let alone = |statement| Policy { version: None, statements: vec![statement] };
        let (left, right) = (alone(left), alone(right));
        let same = left.meaning() == right.meaning();
        prop_assert_eq!(equal(&spell(&left, &mut one), &spell(&right, &mut two)), same);
    }
}
