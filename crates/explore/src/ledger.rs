//! What the judges remember of the keys of a history: who has asked for what.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::cloud::{Call, Fault};
use crate::engine::{Op, Row, Stack, Step};
use crate::json::{Properties, text};
use crate::program::REGION;
use crate::world::{Hand, Report};

/// Who has asked for what, so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    /// Keys whose deletion somebody has asked for, by ID and Region.
    asked: BTreeSet<(String, String)>,
    /// Keys that somebody has asked to leave behind.
    released: BTreeSet<String>,
    /// Keys of creates that failed before a row had them.
    begun: BTreeMap<String, Begun>,
    /// Regions that creates without a row have begun, by stack and URN.
    begun_regions: BTreeMap<(usize, String), BTreeSet<String>>,
    /// Keys that a warning or an error of a run has named to the user.
    named: BTreeSet<String>,
    /// Whether a person has changed anything.
    pub(crate) is_handed: bool,
    /// Whether a change or a deletion was killed, of which the state knows nothing.
    pub(crate) is_cut_short: bool,
}

/// A create that has failed.
#[derive(Debug, Clone, PartialEq)]
struct Begun {
    stack: usize,
    urn: String,
    /// Whether the engine has asked for a key of the resource again since, and got one.
    again: bool,
}

impl Ledger {
    /// A person has changed a key.
    pub(crate) fn by_hand(&mut self, hand: Hand, id: &str) {
        self.is_handed = true;
        if hand == Hand::Schedule {
            self.asked.insert((id.to_owned(), REGION.to_owned()));
        }
    }

    /// A key is left behind on purpose.
    pub(crate) fn release(&mut self, id: &str) {
        self.released.insert(id.to_owned());
    }

    /// Takes an operation into account.
    pub(crate) fn note(&mut self, stacks: &[Stack], report: &Report) {
        if report.is_preview {
            return;
        }
        let is_killed = report.calls.iter().any(|call| call.fault.is_some_and(Fault::kills));
        self.is_cut_short |= is_killed && report.steps.iter().any(|step| step.has_failed && step.old.is_some());
        self.note_names(report);
        self.note_new_keys(report);
        for key in report.keys.1.iter().filter(|key| key.is_live()) {
            // It came back: whoever wants it gone must ask again.
            if held(&report.rows.1, &key.id) && !report.steps.iter().any(|step| step.deletes() && had(step, &key.id)) {
                self.asked.remove(&(key.id.clone(), key.region.clone()));
            }
        }
        for step in &report.steps {
            if let Some(old) = &step.old {
                self.note_step(stacks, report, step, old);
            }
            self.note_begun_regions(report, step);
        }
        for row in report.rows.1.iter().filter(|row| stays(row)) {
            self.released.remove(&row.id);
        }
    }

    fn note_names(&mut self, report: &Report) {
        let serious = report.messages.iter().filter(|message| message.is_serious).map(|message| message.text.as_str());
        let said: Vec<&str> = serious.chain(report.error.as_deref()).collect();
        let keys = report.keys.1.iter().filter(|key| said.iter().any(|text| text.contains(&key.id)));
        self.named.extend(keys.map(|key| key.id.clone()));
    }

    fn note_new_keys(&mut self, report: &Report) {
        // Without a look at the tags nobody can tell what an interrupted run has left; a warning says so. Nor can a run that comes
        // within the seconds in which KMS does not list a new key. docs/reliability.md names both.
        let is_blind = |call: &Call| {
            let looks = ["ListKeys", "ListResourceTags"].contains(&call.operation.as_str());
            looks && matches!(call.fault, Some(Fault::Refused | Fault::Stale))
        };
        if report.calls.iter().any(is_blind) {
            self.named.extend(self.begun.keys().cloned());
        }
        for key in &report.keys.1 {
            // Made, or brought back from its deletion.
            let is_new = key.is_live() && !report.keys.0.iter().any(|before| before.id == key.id && before.is_live());
            let failed = report.steps.iter().find(|step| step.has_failed);
            if let Some(step) = failed.filter(|_| is_new && !held(&report.rows.1, &key.id)) {
                let begun = Begun { stack: report.stack, urn: step.urn.clone(), again: false };
                self.begun.insert(key.id.clone(), begun);
            }
        }
        for (id, begun) in &mut self.begun {
            let was_there = report.keys.0.iter().any(|key| key.id == *id);
            let makes =
                |step: &Step| step.urn == begun.urn && !step.has_failed && matches!(step.op, Op::Create | Op::Replace);
            begun.again |= was_there && report.stack == begun.stack && report.steps.iter().any(makes);
        }
    }

    /// Reads from a step what it asks for.
    fn note_step(&mut self, stacks: &[Stack], report: &Report, step: &Step, old: &Row) {
        if step.deletes() {
            let others = stacks.iter().enumerate().filter(|(at, _)| *at != report.stack);
            if kept(report, step, old) || others.into_iter().any(|(_, stack)| held(&stack.rows, &old.id)) {
                return;
            }
            if matches!(text(&old.inputs, "deletionPolicy"), Some("RETAIN" | "DISABLE")) {
                self.released.insert(old.id.clone());
                return;
            }
            // An update that has failed half-way may have made keys in Regions that the row's inputs do not name.
            let begun = self.begun_regions.get(&(report.stack, step.urn.clone())).into_iter().flatten().cloned();
            let all = regions(&old.inputs).into_iter().chain(begun);
            self.asked.extend(all.map(|region| (old.id.clone(), region)).collect::<Vec<_>>());
        } else if let Some(inputs) = &step.inputs {
            let now = regions(inputs);
            let left = regions(&old.inputs).into_iter().filter(|region| !now.contains(region));
            self.asked.extend(left.map(|region| (old.id.clone(), region)));
        }
    }

    /// A run that takes up what an interrupted one has begun gives up the Regions that it does not name.
    fn note_begun_regions(&mut self, report: &Report, step: &Step) {
        let (Op::Create | Op::Replace | Op::Update, Some(inputs)) = (step.op, &step.inputs) else { return };
        let (place, now) = ((report.stack, step.urn.clone()), regions(inputs));
        let begun = self.begun_regions.entry(place).or_default();
        let left: Vec<String> = begun.iter().filter(|region| !now.contains(region)).cloned().collect();
        if step.has_failed {
            begun.extend(now);
        }
        let unrecorded = self.begun.iter().filter(|(_, key)| key.stack == report.stack && key.urn == step.urn);
        let rows = step.new.iter().chain(&step.old).map(|row| &row.id);
        let ids: Vec<String> = unrecorded.map(|(id, _)| id).chain(rows).cloned().collect();
        let places = ids.into_iter().flat_map(|id| left.iter().map(move |region| (id.clone(), region.clone())));
        self.asked.extend(places);
    }

    /// Whether anybody has asked for the deletion of a key in a Region.
    pub(crate) fn asked_for(&self, id: &str, region: &str) -> bool {
        self.asked.contains(&(id.to_owned(), region.to_owned()))
    }

    /// Whether a live key may be in no state: it was left behind on purpose, a message has named it, or no call of the engine
    /// has spoken of its resource since its create failed.
    pub(crate) fn excuses(&self, id: &str) -> bool {
        let is_out_of_reach = self.begun.get(id).is_some_and(|begun| !begun.again);
        self.released.contains(id) || self.named.contains(id) || is_out_of_reach
    }

    /// Whether somebody has asked to leave the key behind.
    pub(crate) fn is_released(&self, id: &str) -> bool {
        self.released.contains(id)
    }
}

/// Whether a row that stays has the key.
pub(crate) fn held(rows: &[Row], id: &str) -> bool {
    rows.iter().any(|row| stays(row) && row.id == id)
}

/// Whether a row waits neither for its deletion nor for what replaces it.
pub(crate) fn stays(row: &Row) -> bool {
    !row.is_to_delete && !row.awaits_replacement
}

/// Whether a step is about the row of a key.
pub(crate) fn had(step: &Step, id: &str) -> bool {
    step.old.as_ref().is_some_and(|old| old.id == id)
}

/// Whether the key of a row that a step deletes stays with another row: of another resource, or of the same one, which a
/// replacement has given the key that it had.
fn kept(report: &Report, step: &Step, old: &Row) -> bool {
    let is_replaced = |other: &Step| {
        other.op == Op::Replace && other.urn == step.urn && other.new.as_ref().is_some_and(|new| new.id == old.id)
    };
    let same_again = old.is_to_delete || report.steps.iter().any(is_replaced);
    report.rows.1.iter().any(|row| stays(row) && row.id == old.id && (row.urn != step.urn || same_again))
}

/// The Regions that inputs name.
pub(crate) fn regions(inputs: &Properties) -> Vec<String> {
    let replicas = inputs.get("replicas").and_then(Value::as_array).into_iter().flatten();
    let own = text(inputs, "region").unwrap_or(REGION).to_owned();
    std::iter::once(own).chain(replicas.filter_map(|replica| replica["region"].as_str().map(str::to_owned))).collect()
}
