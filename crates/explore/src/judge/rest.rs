//! The end of a history: once faults stop, the world must come to rest.

use std::collections::BTreeSet;

use super::{Breach, Moment, judge, of};
use crate::engine::{Op, Operation, Step};
use crate::json::Properties;
use crate::program::{Program, REGION, Spec};
use crate::world::{Report, World};

/// A stack after the faults have stopped: its program was run once more, once again, and refreshed.
#[derive(Debug)]
pub struct Rest {
    /// The stack's place in the world.
    pub stack: usize,
    /// What it shall be.
    pub program: Program,
    /// The run that reaches it.
    pub up: Report,
    /// The run that finds nothing to do.
    pub again: Report,
    /// The refresh that finds nothing changed.
    pub refresh: Report,
}

/// Runs the programs of these stacks until they must be at rest, and judges all of it. Where a person has changed a key, the first
/// run is one with `--refresh`, because the engine knows of no such change otherwise.
pub fn settle(world: &mut World, programs: &[(usize, Program)]) -> Vec<Breach> {
    world.rest();
    let mut breaches = vec![];
    let rests: Vec<Rest> = programs.iter().map(|(stack, program)| run(world, *stack, program, &mut breaches)).collect();
    // Not before all stacks have had their turn: what one is about to delete is alive in the eyes of another.
    breaches.extend(rests.iter().flat_map(|rest| of(world, None, None, Some(rest))));
    breaches
}

fn run(world: &mut World, stack: usize, program: &Program, breaches: &mut Vec<Breach>) -> Rest {
    let program = &heeded(world, stack, program);
    let refresh = world.ledger.is_handed || world.ledger.is_cut_short && is_unchanged(world, stack, program);
    let operation = Operation::Up { program: program.clone(), refresh };
    let preview = (!refresh).then(|| world.operate(stack, &operation, true, &vec![]));
    breaches.extend(preview.iter().flat_map(|preview| judge(world, preview, None)).collect::<Vec<_>>());
    let up = world.operate(stack, &operation, false, &vec![]);
    breaches.extend(judge(world, &up, preview.as_ref()));
    let again = world.up(stack, program, false);
    breaches.extend(judge(world, &again, None));
    let refresh = world.operate(stack, &Operation::Refresh, false, &vec![]);
    breaches.extend(judge(world, &refresh, None));
    Rest { stack, program: program.clone(), up, again, refresh }
}

/// Whether the engine has nothing to ask the provider for, because the program says what the state says: then only a refresh
/// tells of what a killed run has done.
fn is_unchanged(world: &mut World, stack: usize, program: &Program) -> bool {
    let operation = Operation::Up { program: program.clone(), refresh: false };
    world.operate(stack, &operation, true, &vec![]).steps.iter().all(|step| step.op == Op::Same)
}

/// The program after its user has done what the errors advise: a live key of a former lineage of this state is rightly refused
/// until it is adopted.
fn heeded(world: &mut World, stack: usize, program: &Program) -> Program {
    let mut program = program.clone();
    for _ in 0..program.len() {
        let state = &world.stacks[stack];
        let had_others = state.providers >= 2 || state.providers == 1 && state.provider.is_none();
        if !had_others {
            break;
        }
        let operation = Operation::Up { program: program.clone(), refresh: false };
        let preview = world.operate(stack, &operation, true, &vec![]);
        let advised = preview.error.as_deref().and_then(|error| error.split("set adopt to ").nth(1));
        let failed = preview.steps.iter().find(|step| step.has_failed);
        let (Some(advised), Some(failed)) = (advised, failed) else { break };
        let arn = advised.split_whitespace().next().unwrap_or_default().trim_end_matches('.');
        let urns: Vec<String> = program.iter().map(|spec| world.stacks[stack].urn(&spec.name)).collect();
        for (spec, _) in program.iter_mut().zip(urns).filter(|(_, urn)| *urn == failed.urn) {
            arn.clone_into(&mut spec.adopt);
        }
    }
    program
}

/// P6: at rest one `up` reaches what the program says, live and in the state; the next one and a refresh change nothing.
pub fn converges(moment: &Moment<'_>) -> Vec<String> {
    let Some(rest) = moment.rest else { return vec![] };
    if let Some(error) = &rest.up.error {
        return vec![format!("the first up without trouble fails: {error}")];
    }
    let mut broken = vec![];
    let same = |step: &Step| step.op == Op::Same;
    if rest.again.error.is_some() || !rest.again.steps.iter().all(same) {
        broken.push(format!("the second up takes steps, with the error {:?}", rest.again.error));
    }
    broken.extend(rest.again.writes().map(|call| format!("the second up calls {}", call.operation)));
    if let Some(error) = &rest.refresh.error {
        broken.push(format!("the refresh at rest fails: {error}"));
    }
    for row in &rest.refresh.rows.0 {
        let after = rest.refresh.rows.1.iter().find(|after| after.urn == row.urn);
        match after.filter(|after| after.id == row.id) {
            None => broken.push(format!("the refresh at rest finds another key in {}", row.urn)),
            Some(after) if after.inputs != row.inputs => {
                let names = changed(&row.inputs, &after.inputs);
                broken.push(format!("the refresh at rest finds changes of {names:?} in {}", row.urn));
            }
            Some(_) => {}
        }
    }
    broken.extend(rest.program.iter().flat_map(|spec| unlike(moment, rest, spec)));
    broken
}

/// The names of properties that differ.
fn changed(before: &Properties, after: &Properties) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

/// What of the keys of a resource is not as its program says.
fn unlike(moment: &Moment<'_>, rest: &Rest, spec: &Spec) -> Vec<String> {
    let stack = &moment.stacks[rest.stack];
    let Some(at) = stack.row(&stack.urn(&spec.name)) else { return vec![format!("{} has no row", spec.name)] };
    let id = &stack.rows[at].id;
    let mut broken = vec![];
    for region in spec.regions() {
        let Some(key) = moment.keys.iter().find(|key| key.id == *id && key.region == region) else {
            broken.push(format!("{} has no key {id} in {region}", spec.name));
            continue;
        };
        let mut check = |name: &str, is: &str, shall: &str| {
            if is != shall {
                broken.push(format!("{name} of {} in {region} is {is:?} and shall be {shall:?}", spec.name));
            }
        };
        check("description", &key.description, &spec.text(&spec.description));
        check("tag", key.tags.get("t").map_or("", String::as_str), &spec.text(&spec.tag));
        check("state", &key.state, if spec.disabled { "Disabled" } else { "Enabled" });
        check("spec", &key.spec, if spec.hmac { "HMAC_256" } else { "SYMMETRIC_DEFAULT" });
        // A replica has its key's names.
        let alias = if spec.alias.is_empty() { String::new() } else { format!("alias/{}", spec.alias) };
        check("aliases", &key.aliases.join(", "), &alias);
        if region == REGION {
            let names_role =
                spec.role.is_empty() || key.policy.to_string().contains(&crate::program::role_arn(&spec.role));
            check("role", if names_role { "there" } else { "missing" }, "there");
        }
    }
    broken
}
