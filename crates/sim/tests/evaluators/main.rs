//! Two evaluators of key policies, one answer: the simulator's, asked by calls, and the provider's, which predicts them.
//!
//! They share no code. The provider's knows only the policy, so it may leave an answer to IAM or to the call; where it
//! commits itself, the simulator must agree, for a caller whom IAM allows nothing and for one whom it allows everything.

mod policies;
mod service;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use awskms_core::policy::{Access, Control, Form, Request as Question, Via, evaluate, keeps_control};
use awskms_sim::{Sim, State};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use policies::{context, policy};
use service::{ACCOUNT, CALLERS, OPERATIONS, asked, call, key_of, known, service, takes_context};

/// How many questions both were asked, and how many of them the provider's evaluator decided.
#[derive(Debug, Default)]
struct Count {
    asked: AtomicU32,
    decided: AtomicU32,
}

impl Count {
    fn note(&self, is_decided: bool) {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.decided.fetch_add(u32::from(is_decided), Ordering::Relaxed);
    }

    /// Says how much was compared; too little would show nothing.
    fn is_enough(&self, what: &str) {
        let (asked, decided) = (self.asked.load(Ordering::Relaxed), self.decided.load(Ordering::Relaxed));
        println!("{what}: {asked} compared, {decided} of them decided by the policy");
        assert!(asked >= 10_000 && decided >= asked / 2, "{asked} {decided}");
    }
}

/// Whether a policy asks for what its text and a prediction do not show, so that IAM's word may be enough without being
/// needed.
fn asks_for_more(policy: &Value) -> bool {
    let open = [
        "NotPrincipal",
        "arn:aws:kms:",
        "aws:PrincipalOrgID",
        "aws:SourceIp",
        "aws:CurrentTime",
        "kms:RequestAlias",
        "aws:PrincipalArn",
        "aws:ResourceTag",
        "kms:KeySpec",
        "kms:MultiRegion",
        "kms:RotationPeriodInDays",
    ];
    open.iter().any(|part| policy.to_string().contains(part))
}

/// Where the provider's evaluator commits itself and a call goes otherwise, in words.
fn disagreements(policy: &Value, context: &BTreeMap<String, String>, count: &Count) -> Vec<String> {
    let mut found = vec![];
    let (mut nothing, arn) = key_of(&service(&json!([])), policy);
    let (mut everything, _) = key_of(&service(&json!(["kms:*"])), policy);
    for (operation, across) in OPERATIONS {
        for (access_key, principal, _) in CALLERS {
            if access_key == "FOREIGN" && !across {
                continue;
            }
            let (mut body, facts) = asked(operation);
            body["KeyId"] = json!(arn);
            if takes_context(operation) {
                body["EncryptionContext"] = json!(context);
            }
            let action = format!("kms:{operation}");
            let facts = known(&facts);
            let none = BTreeMap::new();
            let question = Question {
                principal,
                action: &action,
                encryption_context: if takes_context(operation) { context } else { &none },
                account: ACCOUNT,
                via: Via::Directly,
                facts: &facts,
            };
            let answer = evaluate(policy, &question);
            let may = |sim: &mut Sim| {
                let (error, answer) = call(sim, access_key, operation, body.clone());
                assert!(error.as_deref().is_none_or(|error| error == "AccessDeniedException"), "{answer}");
                error.is_none()
            };
            let (alone, with_iam) = (may(&mut nothing), may(&mut everything));
            // IAM has no say about the root user of the key's account.
            let alone = if access_key == "ROOT" { with_iam } else { alone };
            let agrees = match answer {
                Access::Denied => !alone && !with_iam,
                Access::DependsOnIam => with_iam && (!alone || asks_for_more(policy)),
                Access::Allowed => alone && with_iam,
                Access::Unknown => true,
            };
            count.note(answer != Access::Unknown);
            if !agrees {
                found.push(format!(
                    "{principal} {action} {context:?}: {answer:?}, but {alone} alone, {with_iam} by IAM"
                ));
            }
        }
    }
    found
}

/// As [`disagreements`], about policies that lock their author out.
fn lockouts(policy: &Value, count: &Count) -> Vec<String> {
    let mut found = vec![];
    let (nothing, everything) = (service(&json!(["kms:CreateKey"])), service(&json!(["kms:*"])));
    for (access_key, principal, _) in CALLERS.iter().filter(|(key, ..)| *key != "FOREIGN") {
        let may = |state: &State| {
            let body = json!({ "Policy": policy.to_string() });
            let (error, answer) = call(&mut Sim::new(state.clone()), access_key, "CreateKey", body);
            assert!(error.as_deref().is_none_or(|error| error == "MalformedPolicyDocumentException"), "{answer}");
            error.is_none()
        };
        let (alone, with_iam) = (may(&nothing), may(&everything));
        let alone = if *access_key == "ROOT" { with_iam } else { alone };
        let control = keeps_control(policy, principal, ACCOUNT, Form::Document);
        let by_iam = matches!(&control, Control::Unknown { reason } if reason.contains("IAM policies"));
        count.note(by_iam || !matches!(control, Control::Unknown { .. }));
        let agrees = match &control {
            Control::Kept => alone && with_iam,
            Control::Lost { .. } => !alone && !with_iam,
            Control::Unknown { .. } if by_iam => with_iam && (!alone || asks_for_more(policy)),
            Control::Unknown { .. } => true,
        };
        if !agrees {
            found.push(format!("{principal}: {control:?}, but {alone} alone, {with_iam} by IAM"));
        }
    }
    found
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() })
}

#[test]
fn a_prediction_is_what_a_call_meets() {
    let count = Count::default();
    let asked = runner(1_500).run(&(policy(), context()), |(policy, context)| {
        let found = disagreements(&policy, &context, &count);
        prop_assert!(found.is_empty(), "{}\n{}", policy, found.join("\n"));
        Ok(())
    });
    asked.unwrap_or_else(|error| panic!("{error}"));
    count.is_enough("policies and calls");
}

#[test]
fn a_predicted_lockout_is_the_one_that_kms_refuses() {
    let count = Count::default();
    let asked = runner(2_500).run(&policy(), |policy| {
        let found = lockouts(&policy, &count);
        prop_assert!(found.is_empty(), "{}\n{}", policy, found.join("\n"));
        Ok(())
    });
    asked.unwrap_or_else(|error| panic!("{error}"));
    count.is_enough("policies and lockouts");
}
