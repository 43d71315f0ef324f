//! Keys stay where they are, and are known.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Moment;
use crate::engine::{Op, Row};
use crate::json::{Properties, text};
use crate::keys::Key;
use crate::ledger::{had, stays};
use crate::world::Report;

/// P1: what was encrypted under a key can be read, unless the deletion of that key was asked for.
pub fn data_stays_readable(moment: &Moment<'_>) -> Vec<String> {
    let Some(report) = moment.report else { return vec![] };
    let was_live = report.keys.0.iter().filter(|key| key.is_live() && key.owner().is_some());
    let is_readable = |key: &Key| moment.keys.iter().any(|now| now.arn == key.arn && now.is_live());
    let lost = was_live.filter(|key| !is_readable(key) && !moment.ledger.asked_for(&key.id, &key.region));
    lost.map(|key| format!("the key {} is gone with its data", key.arn)).collect()
}

/// P2: every deletion, every disabling and every name that goes was asked for, and no key is replaced whose program forbids it.
pub fn nothing_goes_unasked(moment: &Moment<'_>) -> Vec<String> {
    let Some(report) = moment.report else { return vec![] };
    let mut broken = vec![];
    for call in report.writes() {
        let (id, region) = (call.key_id(), call.region.as_str());
        match call.operation.as_str() {
            "ScheduleKeyDeletion" if !moment.ledger.asked_for(id, region) => {
                broken.push(format!("the deletion of {id} in {region} was scheduled"));
            }
            "DisableKey" if !is_disabled_on_purpose(report, id) => broken.push(format!("{id} was disabled")),
            _ => {}
        }
    }
    for key in &report.keys.0 {
        for alias in &key.aliases {
            let is_there = report.keys.1.iter().any(|now| now.region == key.region && now.aliases.contains(alias));
            if !is_there && !is_unnamed_on_purpose(moment, report, key, alias) {
                broken.push(format!("{alias} of {} is gone", key.arn));
            }
        }
    }
    let replaced = report.steps.iter().filter(|step| step.op == Op::Replace && !step.has_failed && !report.is_preview);
    let forbidden = replaced.filter(|step| {
        let policy = step.inputs.as_ref().and_then(|inputs| text(inputs, "replacementPolicy"));
        let same = step.old.as_ref().map(|old| &old.id) == step.new.as_ref().map(|new| &new.id);
        policy.unwrap_or("FORBID") == "FORBID" && !same
    });
    broken.extend(forbidden.map(|step| format!("{} got another key, which replacementPolicy forbids", step.urn)));
    broken
}

/// Whether a program, or a `deletionPolicy`, wants the key disabled. A create that takes a key up names it only in its answer.
fn is_disabled_on_purpose(report: &Report, id: &str) -> bool {
    report.steps.iter().any(|step| {
        let kept = |old: &Row| old.id == id && text(&old.inputs, "deletionPolicy") == Some("DISABLE");
        let wants = step.inputs.as_ref().is_some_and(|inputs| inputs.get("enabled") == Some(&Value::Bool(false)));
        let concerns = had(step, id) || step.new.as_ref().is_none_or(|new| new.id == id);
        step.deletes() && step.old.as_ref().is_some_and(kept) || concerns && wants
    })
}

/// Whether a name was given up: with its key, with its row, or by inputs that do not have it any more.
fn is_unnamed_on_purpose(moment: &Moment<'_>, report: &Report, key: &Key, alias: &str) -> bool {
    if moment.ledger.asked_for(&key.id, &key.region) {
        return true;
    }
    report.steps.iter().any(|step| {
        let is_taken_up = step.new.as_ref().is_none_or(|new| new.id == key.id);
        if !had(step, &key.id) && !is_taken_up {
            return false;
        }
        // While a name moves to a key of another class there is a moment without it, and trouble may come just then.
        if step.op == Op::Replace && report.is_troubled {
            return true;
        }
        step.deletes() || step.op != Op::Replace && !step.inputs.as_ref().is_some_and(|inputs| has_alias(inputs, alias))
    })
}

fn has_alias(inputs: &Properties, alias: &str) -> bool {
    text(inputs, "alias") == Some(alias)
}

/// P3: no operation takes a live key out of the states unless somebody asked for it; at rest every live key of ours is in a
/// state, or a message has named it.
pub fn no_key_is_orphaned(moment: &Moment<'_>) -> Vec<String> {
    let is_known = |id: &str| moment.stacks.iter().flat_map(|stack| &stack.rows).any(|row| row.id == id);
    let live = |id: &str| moment.keys.iter().any(|key| key.id == id && key.is_live());
    let mut broken = vec![];
    if let Some(report) = moment.report {
        let lost = report.rows.0.iter().filter(|row| live(&row.id) && !is_known(&row.id));
        let lost = lost.filter(|row| !moment.ledger.is_released(&row.id));
        broken.extend(lost.map(|row| format!("the live key {} of {} is in no state any more", row.id, row.urn)));
    }
    if moment.rest.is_some() {
        let ours = moment.keys.iter().filter(|key| key.is_live() && key.owner().is_some());
        let lost = ours.filter(|key| !is_known(&key.id) && !moment.ledger.excuses(&key.id));
        broken.extend(lost.map(|key| format!("the live key {} is in no state", key.arn)));
    }
    broken
}

/// P4: no key is in two rows; at rest no resource has two live keys.
pub fn one_resource_one_key(moment: &Moment<'_>) -> Vec<String> {
    let rows = || moment.stacks.iter().flat_map(|stack| &stack.rows);
    let mut holders: BTreeMap<&str, usize> = BTreeMap::new();
    // What waits for its deletion is only forgotten if another row has its key.
    for row in rows().filter(|row| stays(row)) {
        *holders.entry(&row.id).or_default() += 1;
    }
    let twice = holders.into_iter().filter(|(_, count)| *count > 1);
    let mut broken: Vec<String> = twice.map(|(id, count)| format!("{id} is in {count} rows")).collect();
    if moment.rest.is_some() {
        let mut owners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for key in moment.keys.iter().filter(|key| key.is_live()) {
            let is_known = rows().any(|row| row.id == key.id);
            if let Some(owner) = key.owner().filter(|_| is_known || !moment.ledger.excuses(&key.id)) {
                owners.entry(owner).or_default().insert(&key.id);
            }
        }
        let twice = owners.into_values().filter(|keys| keys.len() > 1);
        broken.extend(twice.map(|keys| format!("one resource has the live keys {keys:?}")));
    }
    broken
}
