//! Previews against the runs that follow them.

use super::Moment;
use crate::engine::{Op, Step};
use crate::json::{is_unknown, plain};
use crate::world::Report;

/// P5: a preview writes nothing; the run that follows it fails if it has failed, takes the same steps, makes the calls that
/// were listed, and ends in the values that were shown as known.
pub fn preview_tells_the_truth(moment: &Moment<'_>) -> Vec<String> {
    let Some(run) = moment.report else { return vec![] };
    if run.is_preview {
        return run.writes().map(|call| format!("the preview calls {}", call.operation)).collect();
    }
    let Some(preview) = moment.preview.filter(|_| !run.is_troubled) else { return vec![] };
    if preview.error.is_some() != run.error.is_some() {
        return vec![format!("the preview's error was {:?}, the run's {:?}", preview.error, run.error)];
    }
    if run.error.is_some() {
        return vec![];
    }
    let mut broken = vec![];
    let (said, done) = (steps(preview), steps(run));
    if said != done {
        broken.push(format!("the preview said {said:?}, the run did {done:?}"));
    }
    broken.extend(calls_unlike(preview, run));
    broken.extend(values_unlike(preview, run));
    broken
}

fn steps(report: &Report) -> Vec<String> {
    let mut names: Vec<String> = report.steps.iter().map(|step| format!("{:?} {}", step.op, step.urn)).collect();
    names.sort();
    names
}

/// Only where all that is done are creations and updates does a preview list every call: the engine does not ask about a deletion.
fn calls_unlike(preview: &Report, run: &Report) -> Option<String> {
    if !run.steps.iter().all(|step| matches!(step.op, Op::Create | Op::Update | Op::Same)) {
        return None;
    }
    let mut listed = vec![];
    for message in &preview.messages {
        let Some(list) = message.text.strip_prefix("KMS calls: ") else { continue };
        listed.extend(without_notes(list).split(", ").map(str::to_owned));
    }
    let mut made = vec![];
    for call in &run.calls {
        // Tried, as the preview has said, and done already: KMS may be told something twice after an interrupted run.
        let is_done_already = match call.code.as_deref() {
            Some(code) if code.starts_with("NotFound") => call.operation == "DeleteAlias",
            Some(code) if code.starts_with("AlreadyExists") => call.operation == "CreateAlias",
            _ => false,
        };
        if call.effect {
            made.push(call.operation.clone());
        } else if is_done_already && let Some(at) = listed.iter().position(|name| *name == call.operation) {
            listed.remove(at);
        }
    }
    let (unmade, unlisted) = (without(&listed, &made), without(&made, &listed));
    let differ = !unmade.is_empty() || !unlisted.is_empty();
    differ.then(|| {
        format!("calls that the preview listed and the run left out: {unmade:?}, and the other way round: {unlisted:?}")
    })
}

/// One list without each member that the other has, as often as it has it.
fn without(all: &[String], others: &[String]) -> Vec<String> {
    let mut left = all.to_vec();
    for other in others {
        if let Some(at) = left.iter().position(|name| name == other) {
            left.remove(at);
        }
    }
    left
}

/// A list of calls without what stands in brackets behind them.
fn without_notes(list: &str) -> String {
    let mut depth = 0;
    let kept = list.chars().filter(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => return depth == 0,
        }
        false
    });
    kept.collect::<String>().replace(" ,", ",").trim_end().to_owned()
}

fn values_unlike(preview: &Report, run: &Report) -> Vec<String> {
    let makes = |step: &&Step| matches!(step.op, Op::Create | Op::Update | Op::Replace);
    let mut broken = vec![];
    for step in preview.steps.iter().filter(makes) {
        let row = run.rows.1.iter().find(|row| row.urn == step.urn && !row.is_to_delete);
        let (Some(foreseen), Some(row)) = (&step.new, row) else { continue };
        for (name, said) in foreseen.outputs.iter().filter(|(name, said)| !name.starts_with("__") && !is_unknown(said))
        {
            let came = row.outputs.get(name);
            if came.map(plain) != Some(plain(said)) {
                broken.push(format!("the preview said {name} of {} would be {said}, it is {came:?}", row.urn));
            }
        }
    }
    broken
}
