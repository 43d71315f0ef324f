//! Who may use keys, and whose they are.

use serde_json::Value;

use super::Moment;
use crate::keys::Key;
use crate::ledger::held;
use crate::program::role_arn;
use crate::world::Report;

/// P7: every policy that any call puts, those of steps in between included, allows nobody whom no program names, and leaves
/// somebody who can change it.
pub fn nobody_is_let_in(moment: &Moment<'_>) -> Vec<String> {
    let Some(report) = moment.report else { return vec![] };
    let mut broken = vec![];
    for call in report.writes() {
        let Some(policy) = call.request["Policy"].as_str() else { continue };
        let policy: Value = serde_json::from_str(policy).unwrap_or_default();
        let allowed = allowed(&policy);
        if allowed.is_empty() {
            broken.push(format!("{} puts a policy that allows nobody anything", call.operation));
        }
        for who in allowed.iter().filter(|who| !who.ends_with(":root") && !is_named(report, who)) {
            broken.push(format!("{} lets {who} in, whom no program names", call.operation));
        }
    }
    broken
}

fn is_named(report: &Report, who: &str) -> bool {
    let named_now = report.program().iter().any(|spec| !spec.role.is_empty() && role_arn(&spec.role) == who);
    let before = report.rows.0.iter().map(|row| Value::Object(row.inputs.clone()).to_string());
    named_now || before.into_iter().any(|inputs| inputs.contains(who))
}

/// The principals that a policy's Allow statements name.
fn allowed(policy: &Value) -> Vec<String> {
    let mut all = vec![];
    for statement in policy["Statement"].as_array().into_iter().flatten() {
        if statement["Effect"] == "Allow" {
            collect(&statement["Principal"], &mut all);
        }
    }
    all
}

fn collect(principal: &Value, all: &mut Vec<String>) {
    match principal {
        Value::String(name) => all.push(name.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, all)),
        Value::Object(members) => members.values().for_each(|member| collect(member, all)),
        _ => {}
    }
}

/// P8: no operation changes a key, or takes a name of a key, that another stack holds.
pub fn never_fights(moment: &Moment<'_>) -> Vec<String> {
    let Some(report) = moment.report else { return vec![] };
    let others = moment.stacks.iter().enumerate().filter(|(at, _)| *at != report.stack).map(|(_, stack)| stack);
    let others: Vec<_> = others.collect();
    let is_foreign = |id: &str| others.iter().any(|stack| held(&stack.rows, id)) && !held(&report.rows.0, id);
    let touched = report.writes().filter(|call| is_foreign(call.key_id()));
    let mut broken: Vec<String> =
        touched.map(|call| format!("{} changes the key {} of another stack", call.operation, call.key_id())).collect();
    for key in report.keys.0.iter().filter(|key| is_foreign(&key.id)) {
        let has =
            |alias: &String| moment.keys.iter().any(|now: &Key| now.arn == key.arn && now.aliases.contains(alias));
        let lost = key.aliases.iter().filter(|alias| !has(alias));
        broken.extend(lost.map(|alias| format!("{alias} is taken from the key {} of another stack", key.id)));
    }
    broken
}
