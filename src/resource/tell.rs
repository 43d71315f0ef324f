//! What a preview tells beside the diff: the calls and the replicas' values.

use awskms_core::diff::{ChangeKind, diff};
use awskms_core::members;
use awskms_core::path::{Path, Segment};
use awskms_core::plan::{Lanes, SetPlan, Step};
use awskms_core::spec::constants::names;
use awskms_core::value::{PropertyMap, PropertyValue};

use super::Context;

/// The calls of a plan in one line: each tells what will happen to the keys, the ones in between included. Calls go to the
/// Region of `primary` unless another one is named. `first` comes before the plan. `noted` are the Regions whose key gets a note that it is recorded, when all
/// else is done.
pub(super) fn calls(first: Option<&str>, plan: &SetPlan, primary: &str, noted: &[&str]) -> String {
    if first.is_none() && plan.is_empty() && noted.is_empty() {
        return "Nothing about it changes.".to_owned();
    }
    let of_lanes = |lanes: &Lanes| -> Vec<String> {
        let steps = lanes.iter().flat_map(|(region, plan)| plan.steps().map(move |step| (region, step)));
        steps.map(|(region, step)| call(region, step, primary)).collect()
    };
    let mut names: Vec<String> = first.map(str::to_owned).into_iter().collect();
    names.extend(of_lanes(&plan.opening));
    names.extend(plan.promotion.iter().map(|region| format!("UpdatePrimaryRegion (to {region})")));
    names.extend(of_lanes(&plan.main));
    names.extend(of_lanes(&plan.closing));
    let note =
        |region: &&str| if *region == primary { "TagResource".to_owned() } else { format!("TagResource ({region})") };
    names.extend(noted.iter().map(note));
    format!("KMS calls: {}", names.join(", "))
}

fn call(region: &str, step: &Step, primary: &str) -> String {
    match step {
        Step::ReplicateKey(_) => format!("ReplicateKey (to {region})"),
        step if region == primary => step.operation().to_owned(),
        step => format!("{} ({region})", step.operation()),
    }
}

/// Says what changes in each replica, by Region: the engine shows the entries of the list by their numbers. What several
/// replicas change alike is one line, and a promotion is no deletion.
pub(super) fn tell_replicas(context: &Context, old: &PropertyMap, new: &PropertyMap) {
    let promoted = promotion(old, new);
    let swaps =
        |region: &str| promoted.as_ref().is_some_and(|(from, to)| [from.as_str(), to.as_str()].contains(&region));
    if let Some((from, to)) = &promoted {
        context.log.info(&format!("{to} becomes the primary, {from} a replica; no key is deleted."));
    }
    // What is said of a path, with the Regions of which it is said.
    let mut said: Vec<((String, String), Vec<String>)> = vec![];
    for change in diff(old, new).iter().filter(|change| change.path.root() == names::REPLICAS) {
        let Some((region, below)) = region_and_rest(&change.path) else { continue };
        if below.is_empty() && swaps(region) {
            continue;
        }
        let shown = |inputs| value_at(inputs, &change.path).as_ref().map(shown);
        let what = match (change.kind, shown(old), shown(new)) {
            (ChangeKind::Delete, Some(_), _) if below.is_empty() => "leaves the list".to_owned(),
            (ChangeKind::Delete, Some(old), _) => format!("{old} goes"),
            (ChangeKind::Add, _, Some(new)) => format!("{new} is new"),
            (_, Some(old), Some(new)) => format!("{old} becomes {new}"),
            _ => continue,
        };
        let line = (below, what);
        match said.iter_mut().find(|(other, _)| *other == line) {
            Some((_, regions)) => regions.push(region.to_owned()),
            None => said.push((line, vec![region.to_owned()])),
        }
    }
    for ((below, what), regions) in said {
        let noun = if regions.len() == 1 { "replica" } else { "replicas" };
        let regions = regions.join(", ");
        let line = if below.is_empty() {
            format!("{noun} in {regions}: {what}")
        } else {
            format!("{noun} in {regions}: {below}: {what}")
        };
        context.log.info(&line);
    }
}

/// The Regions between which the primary moves, if it moves to a replica and stays one itself.
fn promotion(old: &PropertyMap, new: &PropertyMap) -> Option<(String, String)> {
    let region = |inputs: &PropertyMap| inputs.get(names::REGION).and_then(PropertyValue::as_str).map(str::to_owned);
    let (from, to) = (region(old)?, region(new)?);
    let swapped = members::entries(old).contains_key(&to) && members::entries(new).contains_key(&from);
    (from != to && swapped).then_some((from, to))
}

/// The Region of a replica's path, and what follows it.
fn region_and_rest(path: &Path) -> Option<(&str, String)> {
    let [_, Segment::Name(region), rest @ ..] = path.segments() else { return None };
    Some((region, Path::default().below(rest).to_string()))
}

/// The value at a path whose second segment is a replica's Region.
fn value_at(inputs: &PropertyMap, path: &Path) -> Option<PropertyValue> {
    let mut segments = path.segments().iter().skip(1);
    let Segment::Name(region) = segments.next()? else { return None };
    let mut value = PropertyValue::Map(members::entries(inputs).remove(region)?);
    for segment in segments {
        let secret = matches!(value, PropertyValue::Secret(_));
        let inner = match segment {
            Segment::Name(name) => value.as_map()?.get(name)?.clone(),
            Segment::Index(index) => value.as_list()?.get(*index)?.clone(),
        };
        value = if secret { inner.into_secret() } else { inner };
    }
    Some(value)
}

fn shown(value: &PropertyValue) -> String {
    if value.has_secrets() {
        return "[secret]".to_owned();
    }
    value.to_json().map_or_else(|| "a value that is not known yet".to_owned(), |json| json.to_string())
}
