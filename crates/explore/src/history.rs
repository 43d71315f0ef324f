//! Histories: data that a life is lived from, so that one can be found, shrunk, kept as a file and lived again.

use serde::{Deserialize, Serialize};

use crate::cloud::Faults;
use crate::engine::Operation;
use crate::judge::{self, Breach};
use crate::program::Program;
use crate::world::{Hand, Report, World};
use crate::wrong::Wrong;

/// What is done in one step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Act {
    /// `pulumi up` of a program.
    Up(Program),
    /// `pulumi up --refresh` of a program.
    UpRefresh(Program),
    /// `pulumi refresh`.
    Refresh,
    /// `pulumi destroy`.
    Destroy,
    /// A person changes the key of a resource.
    ByHand(String, Hand),
}

impl Act {
    /// The engine's operation, if it is one.
    pub(crate) fn operation(&self) -> Option<Operation> {
        Some(match self {
            Self::Up(program) => Operation::Up { program: program.clone(), refresh: false },
            Self::UpRefresh(program) => Operation::Up { program: program.clone(), refresh: true },
            Self::Refresh => Operation::Refresh,
            Self::Destroy => Operation::Destroy,
            Self::ByHand(..) => return None,
        })
    }

    /// What the program says after it, if it says anything about that.
    pub(crate) fn program(&self) -> Option<Program> {
        match self {
            Self::Up(program) | Self::UpRefresh(program) => Some(program.clone()),
            Self::Destroy => Some(Program::new()),
            _ => None,
        }
    }
}

/// One step of a history.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Step {
    /// Which stack.
    #[serde(default)]
    pub stack: usize,
    /// What is done.
    pub act: Act,
    /// Which calls of KMS go wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Faults,
    /// Whether a preview goes before it.
    #[serde(default)]
    pub is_previewed: bool,
}

/// A whole life.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct History {
    /// Its steps.
    pub steps: Vec<Step>,
}

/// What a history has led to.
#[derive(Debug, Default)]
pub struct Lived {
    /// Promises that were not kept.
    pub breaches: Vec<Breach>,
    /// Operations of the engine.
    pub operations: usize,
    /// Faults that were met.
    pub faults: usize,
    /// What happened, line by line.
    pub log: Vec<String>,
}

/// The names of the stacks.
pub const STACKS: [&str; 2] = ["dev", "prod"];

/// Lives a history to its rest, under all judges; the first step that breaks a promise is the last.
pub fn live(history: &History, wrong: Option<Wrong>) -> Lived {
    let mut world = World::new(&STACKS);
    world.wrong = wrong;
    let mut lived = Lived::default();
    let mut programs: [Option<Program>; STACKS.len()] = Default::default();
    for step in &history.steps {
        if let Some(program) = step.act.program() {
            programs[step.stack] = Some(program);
        }
        take(&mut world, step, &mut lived);
        if !lived.breaches.is_empty() {
            return lived;
        }
    }
    let programs = programs.iter().enumerate();
    let programs = programs.filter_map(|(stack, program)| Some((stack, allowed(program.as_ref()?))));
    let programs: Vec<(usize, Program)> = programs.collect();
    lived.operations += 4 * programs.len();
    lived.breaches.extend(judge::settle(&mut world, &programs));
    lived
}

/// The program with every replacement allowed: a forbidden one is rightly refused for ever.
pub(crate) fn allowed(program: &Program) -> Program {
    program.iter().cloned().map(|spec| crate::program::Spec { forbidden: false, ..spec }).collect()
}

fn take(world: &mut World, step: &Step, lived: &mut Lived) {
    let Some(operation) = step.act.operation() else {
        if let Act::ByHand(name, hand) = &step.act {
            let is_done = world.by_hand(step.stack, name, *hand);
            lived.log.push(format!("by hand: {hand:?} {name}, done: {is_done}"));
        }
        return;
    };
    let preview = step.is_previewed.then(|| world.operate(step.stack, &operation, true, &vec![]));
    if let Some(preview) = &preview {
        lived.operations += 1;
        lived.breaches.extend(judge::judge(world, preview, None));
    }
    let report = world.operate(step.stack, &operation, false, &step.faults);
    lived.operations += 1;
    lived.faults += report.calls.iter().filter(|call| call.fault.is_some()).count();
    lived.breaches.extend(judge::judge(world, &report, preview.as_ref()));
    lived.log.push(told(&report));
    let serious =
        report.messages.iter().filter(|message| message.is_serious && !message.text.contains("no policy is given"));
    lived.log.extend(serious.map(|message| format!("  {}", message.text)));
}

/// An operation in one line.
pub fn told(report: &Report) -> String {
    let steps = report.steps.iter().map(|step| {
        let name = step.urn.rsplit(':').next().unwrap_or_default();
        format!("{:?} {name}{}", step.op, if step.has_failed { " FAILED" } else { "" })
    });
    let calls =
        report.calls.iter().filter(|call| call.effect || call.fault.is_some()).map(|call| {
            format!("{}{}", call.operation, call.fault.map(|fault| format!(" {fault:?}")).unwrap_or_default())
        });
    format!(
        "stack {}: {} => {}; calls {}; error {:?}",
        report.stack,
        operation(report),
        steps.collect::<Vec<_>>().join(", "),
        calls.collect::<Vec<_>>().join(", "),
        report.error
    )
}

fn operation(report: &Report) -> &'static str {
    match report.operation {
        Operation::Up { refresh: false, .. } => "up",
        Operation::Up { refresh: true, .. } => "up --refresh",
        Operation::Refresh => "refresh",
        Operation::Destroy => "destroy",
    }
}
