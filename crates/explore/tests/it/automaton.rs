//! The model against Pulumi's own engine: `tests/engine/automaton_test.go` lives the same histories on the same simulator and
//! wants the same calls of the provider and the same rows.

use awskms_explore::engine::{Operation, Row};
use awskms_explore::{Fault, Faults, Program, Report, World};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Recorded {
    name: String,
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    act: String,
    #[serde(default)]
    program: Program,
    kill: Option<Kill>,
    rpcs: Vec<String>,
    rows: Vec<String>,
}

/// A death of the provider's process, at the nth call of an operation.
#[derive(Debug, Deserialize)]
struct Kill {
    operation: String,
    nth: usize,
    after: bool,
}

#[test]
fn the_model_calls_what_the_engine_calls() {
    let recorded = include_str!("../../../../tests/engine/testdata/automaton.json");
    let recorded: Vec<Recorded> = serde_json::from_str(recorded).expect("histories of the engine");
    assert!(recorded.len() >= 10);
    for history in &recorded {
        let mut world = World::new(&["dev"]);
        for (at, step) in history.steps.iter().enumerate() {
            let report = run(&mut world, step);
            let rows: Vec<String> = world.stacks[0].rows.iter().map(shown).collect();
            let told = format!("{}, step {}: {:?}", history.name, at + 1, report.error);
            assert_eq!(report.rpcs, step.rpcs, "{told}");
            assert_eq!(sorted(rows), sorted(step.rows.clone()), "{told}");
        }
    }
}

fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort();
    rows
}

fn run(world: &mut World, step: &Step) -> Report {
    let program = step.program.clone();
    let operation = match step.act.as_str() {
        "refresh" => Operation::Refresh,
        "destroy" => Operation::Destroy,
        act => Operation::Up { program, refresh: act == "upRefresh" },
    };
    let faults = step.kill.as_ref().map(|kill| faults(&world.clone(), &operation, kill)).unwrap_or_default();
    world.operate(0, &operation, step.act == "preview", &faults)
}

/// The call that a death is at, as a run without it shows.
fn faults(world: &World, operation: &Operation, kill: &Kill) -> Faults {
    let calls = world.clone().operate(0, operation, false, &vec![]).calls;
    let mut matching = calls.iter().enumerate().filter(|(_, call)| call.operation == kill.operation);
    let (at, _) = matching.nth(kill.nth - 1).expect("the call is made");
    vec![(at, if kill.after { Fault::KilledAfter } else { Fault::KilledBefore })]
}

/// A row as the other side writes it.
fn shown(row: &Row) -> String {
    let name = row.urn.rsplit(':').next().unwrap_or_default();
    let flags = [
        (row.is_to_delete, " delete"),
        (row.awaits_replacement, " pendingReplacement"),
        (row.has_init_errors, " initErrors"),
    ];
    format!("{name}{}", flags.into_iter().filter(|(set, _)| *set).map(|(_, name)| name).collect::<String>())
}
