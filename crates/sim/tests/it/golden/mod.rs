//! Golden tests: what others recorded on AWS, asked again of the simulator. Codes, statuses and messages of errors must be
//! the same, and answers have the same members; IDs, dates and ciphertexts are masked in the recordings.

mod control_plane;
mod data_plane;
mod imports;
mod masks;
mod world;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::truth;
use world::World;

/// Steps of a recorded test by name, each with the simulator's answer.
type Steps = Vec<(String, Value)>;

/// Rows that the simulator answers differently, one by one: test, step, why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[(
    "test_rotate_key_on_demand_raises_error_given_key_with_imported_key_material",
    "error-response",
    "recorded in March 2025, before keys with imported material could rotate on demand; the recordings of November 2025 \
     show the present answer",
)];

/// Members that answers have since they were recorded, by the present service model: test, member.
const NEWER: &[(&str, &str)] = &[
    ("test_generate_data_key", "KeyMaterialId"),
    ("test_generate_data_key_without_plaintext", "KeyMaterialId"),
    ("test_generate_data_key_pair", "KeyMaterialId"),
    ("test_generate_data_key_pair_without_plaintext", "KeyMaterialId"),
    ("test_re_encrypt", "SourceKeyMaterialId"),
    ("test_re_encrypt", "DestinationKeyMaterialId"),
];

/// Recorded tests that are not asked again here, one by one: test, why.
const NOT_DRIVEN: &[(&str, &str)] = &[("test_verify_salt_length", "the recording is empty")];

/// Drives a recorded test: its name, and what is in its brackets.
fn drive(name: &str, variant: &str) -> Option<Steps> {
    let mut world = World::new();
    control_plane::drive(&mut world, name, variant)
        .or_else(|| data_plane::drive(&mut world, name, variant))
        .or_else(|| imports::drive(&mut world, name, variant))
}

fn parts(test: &str) -> (&str, &str) {
    let test = test.rsplit("::").next().unwrap_or(test);
    test.split_once('[').map_or((test, ""), |(name, rest)| (name, rest.trim_end_matches(']')))
}

fn excused(name: &str, step: &str) -> bool {
    EXCEPTIONS.iter().any(|(test, of, _)| *test == name && *of == step)
}

/// An answer as it was when it was recorded.
fn as_then(name: &str, mut answer: Value) -> Value {
    if let Some(members) = answer.as_object_mut() {
        members.retain(|member, _| !NEWER.contains(&(name, member.as_str())));
    }
    answer
}

#[test]
fn every_recorded_test() {
    let Some(recorded) = truth::json("recorded.json") else { return };
    let mut wrong = vec![];
    let (mut compared, mut left_out) = (0, vec![]);
    for (test, recording) in recorded.as_object().expect("tests by name") {
        let (name, variant) = parts(test);
        if NOT_DRIVEN.iter().any(|(of, _)| *of == name) {
            left_out.push(test.rsplit("::").next());
            continue;
        }
        let Some(steps) = drive(name, variant) else {
            wrong.push(format!("{name}[{variant}] is not driven"));
            continue;
        };
        let steps: BTreeMap<_, _> = steps.into_iter().collect();
        for (step, wanted) in recording["recorded-content"].as_object().expect("steps") {
            if excused(name, step) {
                continue;
            }
            compared += 1;
            let came = steps.get(step).cloned().unwrap_or_else(|| json!("the step is missing"));
            let came = as_then(name, came);
            if let Err(difference) = masks::same(wanted, &came) {
                wrong.push(format!("{name}[{variant}] {step}: {difference}\n    came {came}"));
            }
        }
    }
    println!("{compared} steps compared; left out: {left_out:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_row_of_the_recorded_errors() {
    let Some(rows) = truth::text("errors.tsv") else { return };
    let mut wrong = vec![];
    let mut compared = 0;
    let mut driven: BTreeMap<String, Steps> = BTreeMap::new();
    for row in rows.lines().filter(|row| !row.starts_with('#') && !row.is_empty()) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [test, step, code, status, message] = cells[..] else { panic!("five cells: {row}") };
        let (name, variant) = parts(test);
        if excused(name, step) {
            continue;
        }
        let steps = driven.entry(test.to_owned()).or_insert_with(|| drive(name, variant).unwrap_or_default());
        let came = steps.iter().find(|(of, _)| of == step).map_or(&Value::Null, |(_, came)| came);
        let wanted = json!({
            "Error": { "Code": code, "Message": message },
            "ResponseMetadata": { "HTTPStatusCode": status.parse::<u16>().expect("a status") },
        });
        compared += 1;
        if let Err(difference) = masks::same(&wanted, came) {
            wrong.push(format!("{test} {step}: {difference}\n    came {came}"));
        }
    }
    println!("{compared} rows compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
