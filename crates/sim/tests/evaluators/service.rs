//! The simulator as somebody who calls it sees it: callers, operations and keys.

use std::collections::BTreeMap;

use awskms_sim::{Doubts, Options, Request, Sim, State};
use serde_json::{Value, json};

pub(crate) const ACCOUNT: &str = "123456789012";
const REGION: &str = "eu-central-1";
pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/Deploy";
pub(crate) const PATHED: &str = "arn:aws:iam::123456789012:role/team/Path";
pub(crate) const USER: &str = "arn:aws:iam::123456789012:user/staff/bob";
pub(crate) const FOREIGN: &str = "arn:aws:iam::444455556666:role/Deploy";

/// Access key, ARN of the caller, and the principal that IAM knows it by.
pub(crate) const CALLERS: [(&str, &str, &str); 6] = [
    ("ROLE", "arn:aws:sts::123456789012:assumed-role/Deploy/run", ROLE),
    ("OTHERRUN", "arn:aws:sts::123456789012:assumed-role/Deploy/other", ROLE),
    ("PATHED", "arn:aws:sts::123456789012:assumed-role/Path/run", PATHED),
    ("USER", USER, USER),
    ("ROOT", "arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:root"),
    ("FOREIGN", "arn:aws:sts::444455556666:assumed-role/Deploy/run", FOREIGN),
];

/// What is asked of a key: the operation, its body beside the key, and condition keys that the body decides.
pub(crate) fn asked(operation: &str) -> (Value, Vec<(&'static str, &'static str)>) {
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
pub(crate) const OPERATIONS: [(&str, bool); 8] = [
    ("DescribeKey", true),
    ("GetKeyPolicy", false),
    ("ListResourceTags", false),
    ("Encrypt", true),
    ("GenerateDataKey", true),
    ("UpdateKeyDescription", false),
    ("EnableKeyRotation", false),
    ("CreateGrant", true),
];

pub(crate) fn takes_context(operation: &str) -> bool {
    matches!(operation, "Encrypt" | "GenerateDataKey")
}

/// A service whose IAM allows every principal these actions.
pub(crate) fn service(allowed: &Value) -> State {
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

pub(crate) fn call(sim: &mut Sim, access_key: &str, operation: &str, body: Value) -> (Option<String>, Value) {
    let request = Request { region: REGION.into(), access_key: access_key.into(), operation: operation.into(), body };
    let answer = sim.handle(1_000_000_000.0, &request);
    (answer.body["__type"].as_str().map(str::to_owned), answer.body)
}

/// A key with a policy, whoever it locks out.
pub(crate) fn key_of(state: &State, policy: &Value) -> (Sim, String) {
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

pub(crate) fn known(more: &[(&str, &str)]) -> BTreeMap<String, String> {
    let of_key = [("kms:keyspec", "SYMMETRIC_DEFAULT"), ("kms:multiregion", "false"), ("aws:resourcetag/team", "red")];
    of_key.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
