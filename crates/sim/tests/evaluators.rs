//! Two evaluators of key policies, one answer: the simulator's, asked by calls, and the provider's, which predicts them.
//!
//! They share no code. The provider's knows only the policy, so it may leave an answer to IAM or to the call; where it
//! commits itself, the simulator must agree, for a caller whom IAM allows nothing and for one whom it allows everything.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use awskms_core::policy::{Access, Control, Form, Request as Question, Via, evaluate, keeps_control};
use awskms_sim::{Doubts, Options, Request, Sim, State};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

const ACCOUNT: &str = "123456789012";
const REGION: &str = "eu-central-1";
const ROLE: &str = "arn:aws:iam::123456789012:role/Deploy";
const PATHED: &str = "arn:aws:iam::123456789012:role/team/Path";
const USER: &str = "arn:aws:iam::123456789012:user/staff/bob";
const FOREIGN: &str = "arn:aws:iam::444455556666:role/Deploy";

/// Access key, ARN of the caller, and the principal that IAM knows it by.
const CALLERS: [(&str, &str, &str); 6] = [
    ("ROLE", "arn:aws:sts::123456789012:assumed-role/Deploy/run", ROLE),
    ("OTHERRUN", "arn:aws:sts::123456789012:assumed-role/Deploy/other", ROLE),
    ("PATHED", "arn:aws:sts::123456789012:assumed-role/Path/run", PATHED),
    ("USER", USER, USER),
    ("ROOT", "arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:root"),
    ("FOREIGN", "arn:aws:sts::444455556666:assumed-role/Deploy/run", FOREIGN),
];

const NAMES: &[&str] = &[
    "*",
    ACCOUNT,
    "arn:aws:iam::123456789012:root",
    ROLE,
    PATHED,
    USER,
    FOREIGN,
    "444455556666",
    "arn:aws:sts::123456789012:assumed-role/Deploy/run",
    "arn:aws:iam::123456789012:role/Nobody",
];

const ACTIONS: &[&str] = &[
    "kms:*",
    "*",
    "KMS:encrypt",
    "kms:Describe*",
    "kms:Get???Policy",
    "kms:Put*",
    "kms:CreateGrant",
    "kms:List*",
    "kms:*Key",
    "kms:EnableKeyRotation",
    "kms:UpdateKeyDescription",
    "kms:Generate*",
    "kms:PutKeyPolicy",
    "s3:*",
    "kms:",
    "kms:*Policy",
];

/// What is asked of a key: the operation, its body beside the key, and condition keys that the body decides.
fn asked(operation: &str) -> (Value, Vec<(&'static str, &'static str)>) {
    match operation {
        "EnableKeyRotation" => (json!({ "RotationPeriodInDays": 100 }), vec![("kms:rotationperiodindays", "100")]),
        "UpdateKeyDescription" => (json!({ "Description": "d" }), vec![]),
        "Encrypt" => (json!({ "Plaintext": "AAAA" }), vec![("kms:encryptionalgorithm", "SYMMETRIC_DEFAULT")]),
        "GenerateDataKey" => (json!({ "KeySpec": "AES_256" }), vec![("kms:encryptionalgorithm", "SYMMETRIC_DEFAULT")]),
        "CreateGrant" => (
            json!({ "GranteePrincipal": "arn:aws:iam::123456789012:role/Grantee", "Operations": ["Decrypt"] }),
            vec![("kms:granteeprincipal", "arn:aws:iam::123456789012:role/Grantee")],
        ),
        _ => (json!({}), vec![]),
    }
}

/// Operations, of which the last leaves something behind; with whether other accounts may use them.
const OPERATIONS: [(&str, bool); 8] = [
    ("DescribeKey", true),
    ("GetKeyPolicy", false),
    ("ListResourceTags", false),
    ("Encrypt", true),
    ("GenerateDataKey", true),
    ("UpdateKeyDescription", false),
    ("EnableKeyRotation", false),
    ("CreateGrant", true),
];

fn takes_context(operation: &str) -> bool {
    matches!(operation, "Encrypt" | "GenerateDataKey")
}

type Tested = (&'static [&'static str], &'static str, &'static [&'static str]);

/// Operators that fit a condition key, the key, and values.
const CONDITIONS: &[Tested] = &[
    (
        &["StringEquals", "StringNotEquals", "StringLike", "StringEqualsIfExists"],
        "kms:CallerAccount",
        &[ACCOUNT, "444455556666", "1234*"],
    ),
    (&["StringEquals", "StringNotLike"], "aws:PrincipalAccount", &[ACCOUNT, "4444*"]),
    (
        &[
            "ArnLike",
            "ArnEquals",
            "ArnNotLike",
            "ArnNotEquals",
            "StringLike",
            "StringEquals",
            "StringNotLike",
            "StringNotEquals",
        ],
        "aws:PrincipalArn",
        &[
            ROLE,
            PATHED,
            USER,
            "arn:aws:iam::*:role/*",
            "arn:aws:iam::123456789012:role/D*",
            "arn:aws:iam::123456789012:*",
            "arn:aws:iam::123456789012:role/team/*",
            "arn:*:role/Deploy",
            "*",
            "arn:aws:sts::123456789012:assumed-role/Deploy/run",
        ],
    ),
    (
        &[
            "StringEquals",
            "StringNotEquals",
            "StringLike",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
            "StringNotLike",
            "StringEqualsIfExists",
            "ForAnyValue:StringEquals",
            "ForAllValues:StringEquals",
            "ForAnyValue:StringNotEquals",
            "ForAllValues:StringNotEquals",
            "ForAnyValue:StringEqualsIfExists",
        ],
        "kms:EncryptionContext:App",
        &["x", "X", "y", "?", "*", "x*"],
    ),
    (&["Null"], "kms:EncryptionContext:App", &["true", "false"]),
    (&["Null"], "kms:encryptioncontext:APP", &["True", "False"]),
    (
        &[
            "ForAnyValue:StringEquals",
            "ForAllValues:StringEquals",
            "ForAnyValue:StringNotEquals",
            "ForAllValues:StringLike",
            "ForAllValues:StringNotEquals",
            "ForAnyValue:StringLikeIfExists",
        ],
        "kms:EncryptionContextKeys",
        &["App", "Env", "app", "A*", "E?v"],
    ),
    (&["Null"], "kms:EncryptionContextKeys", &["true", "false"]),
    (
        &[
            "StringEquals",
            "StringNotEquals",
            "StringEqualsIfExists",
            "StringLike",
            "StringNotLikeIfExists",
            "ForAnyValue:StringEquals",
        ],
        "kms:ViaService",
        &["s3.eu-central-1.amazonaws.com", "*"],
    ),
    (&["Null"], "kms:ViaService", &["true", "false"]),
    (&["StringEquals", "StringNotEquals", "StringLike"], "aws:PrincipalOrgID", &["o-1234567890", "o-*"]),
    (&["Bool", "BoolIfExists"], "aws:SecureTransport", &["true", "false", "True"]),
    (&["Bool", "BoolIfExists"], "aws:PrincipalIsAWSService", &["true", "false"]),
    (&["Bool", "Null", "BoolIfExists"], "aws:ViaAWSService", &["true", "false"]),
    (&["StringEquals", "StringNotEquals"], "aws:PrincipalType", &["AssumedRole", "User", "Account"]),
    (&["StringEquals", "StringNotLike", "Null", "StringEqualsIfExists"], "aws:username", &["bob", "true", "b*"]),
    (&["Null"], "aws:username", &["true", "false"]),
    (&["Bool", "StringEquals", "BoolIfExists"], "kms:GrantIsForAWSResource", &["true", "false"]),
    (&["Bool", "StringEquals"], "kms:MultiRegion", &["true", "false"]),
    (&["StringEquals", "StringLike", "StringNotEquals"], "kms:KeySpec", &["SYMMETRIC_DEFAULT", "RSA*", "SYMM*"]),
    (&["StringEquals", "StringNotEquals", "StringLike"], "aws:ResourceTag/Team", &["red", "Red", "r?d"]),
    (
        &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericGreaterThanEquals",
            "NumericLessThanEqualsIfExists",
        ],
        "kms:RotationPeriodInDays",
        &["100", "99", "365"],
    ),
    (&["StringEquals", "Null"], "kms:RequestAlias", &["true", "alias/x"]),
    (&["StringEquals"], "aws:SourceArn", &["arn:aws:s3:::b"]),
    (&["Null"], "aws:SourceAccount", &["true", "false"]),
    (&["DateGreaterThan"], "aws:CurrentTime", &["2020-01-01T00:00:00Z"]),
    (&["IpAddress", "NotIpAddress"], "aws:SourceIp", &["127.0.0.0/8"]),
];

fn one_or_many(values: &[&str]) -> Value {
    if let [one] = values { json!(one) } else { json!(values) }
}

fn some(of: &'static [&'static str], most: usize) -> impl Strategy<Value = Value> {
    subsequence(of.to_vec(), 1..=most.min(of.len())).prop_map(|values| one_or_many(&values))
}

fn condition() -> impl Strategy<Value = (String, String, Value)> {
    select(CONDITIONS).prop_flat_map(|(operators, key, values)| {
        (select(operators), Just(key), some(values, 2))
            .prop_map(|(operator, key, values)| (operator.to_owned(), key.to_owned(), values))
    })
}

fn statement() -> impl Strategy<Value = Value> {
    let principal = prop_oneof![
        8 => some(NAMES, 3).prop_map(|names| ("Principal", json!({ "AWS": names }))),
        1 => Just(("Principal", json!("*"))),
        1 => Just(("Principal", json!({ "Service": "logs.eu-central-1.amazonaws.com" }))),
        3 => some(NAMES, 4).prop_map(|names| ("NotPrincipal", json!({ "AWS": names }))),
    ];
    let action = prop_oneof![
        6 => some(ACTIONS, 3).prop_map(|actions| ("Action", actions)),
        1 => some(ACTIONS, 3).prop_map(|actions| ("NotAction", actions)),
    ];
    let resource = prop_oneof![
        12 => Just(("Resource", json!("*"))),
        1 => Just(("Resource", json!(["arn:aws:s3:::bucket", "*"]))),
        1 => Just(("Resource", json!("arn:aws:s3:::bucket"))),
        1 => Just(("Resource", json!("arn:aws:kms:*:*:key/*"))),
        1 => Just(("NotResource", json!("arn:aws:s3:::bucket"))),
    ];
    let conditions = prop_oneof![2 => Just(0), 2 => Just(1), 1 => Just(2)];
    let conditions = conditions.prop_flat_map(|number: usize| prop::collection::vec(condition(), number));
    (prop::bool::weighted(0.7), principal, action, resource, conditions).prop_map(
        |(allows, principal, action, resource, conditions)| {
            let mut statement = json!({ "Effect": if allows { "Allow" } else { "Deny" } });
            for (element, value) in [principal, action, resource] {
                statement[element] = value;
            }
            for (operator, key, values) in conditions {
                statement["Condition"][operator][key] = values;
            }
            statement
        },
    )
}

fn policy() -> impl Strategy<Value = Value> {
    prop::collection::vec(statement(), 1..4)
        .prop_map(|statements| json!({ "Version": "2012-10-17", "Statement": statements }))
}

fn context() -> impl Strategy<Value = BTreeMap<String, String>> {
    prop::collection::btree_map(
        select(vec!["App".to_owned(), "Env".to_owned()]),
        select(vec!["x".to_owned(), "y".to_owned()]),
        0..3,
    )
}

/// A service whose IAM allows every principal these actions.
fn service(allowed: &Value) -> State {
    // Statements that KMS may refuse to take are judged too.
    let doubts =
        Doubts { bare_policy_statements_refused: false, iam_condition_keys_refused: false, ..Doubts::default() };
    let options = Options { known_principals_only: false, doubts, ..Options::default() };
    let mut state = serde_json::to_value(State::new(7, options)).expect("JSON");
    for (key, arn, principal) in CALLERS {
        let behind = if key == "ROOT" { Value::Null } else { json!([principal, principal]) };
        state["sessions"][key] =
            json!({ "arn": arn, "principal": behind, "service": null, "issued": 0.0, "facts": {} });
        state["principals"][principal] = json!({
            "unique_id": principal, "known_from": 0.0, "deleted": false, "allowed": allowed, "denied": [],
        });
    }
    serde_json::from_value(state).expect("a state")
}

fn call(sim: &mut Sim, access_key: &str, operation: &str, body: Value) -> (Option<String>, Value) {
    let request = Request { region: REGION.into(), access_key: access_key.into(), operation: operation.into(), body };
    let answer = sim.handle(1_000_000_000.0, &request);
    (answer.body["__type"].as_str().map(str::to_owned), answer.body)
}

/// A key with a policy, whoever it locks out.
fn key_of(state: &State, policy: &Value) -> (Sim, String) {
    let mut sim = Sim::new(state.clone());
    let body = json!({
        "Policy": policy.to_string(), "BypassPolicyLockoutSafetyCheck": true,
        "Tags": [{ "TagKey": "Team", "TagValue": "red" }],
    });
    let (error, answer) = call(&mut sim, "test", "CreateKey", body);
    assert_eq!(error, None, "{answer} {policy}");
    let arn = answer["KeyMetadata"]["Arn"].as_str().expect("an ARN").to_owned();
    (sim, arn)
}

fn known(more: &[(&str, &str)]) -> BTreeMap<String, String> {
    let of_key = [("kms:keyspec", "SYMMETRIC_DEFAULT"), ("kms:multiregion", "false"), ("aws:resourcetag/team", "red")];
    of_key.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

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
            let body = json!({ "Policy": policy.to_string(), "BypassPolicyLockoutSafetyCheck": false });
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
