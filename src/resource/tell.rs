//! What a preview tells beside the diff: the calls and the replicas' values.

use awskms_core::diff::{ChangeKind, diff};
use awskms_core::members;
use awskms_core::path::{Path, Segment};
use awskms_core::plan::{Lanes, SetPlan, Step};
use awskms_core::value::{PropertyMap, PropertyValue};

use super::Context;

/// The calls of a plan in one line: each tells what will happen to the keys, the ones in between included. Calls go to the
/// Region of `primary` unless another one is named. `noted` are the Regions whose key gets a note that it is recorded, when all
/// else is done.
pub(super) fn calls(plan: &SetPlan, primary: &str, noted: &[&str]) -> String {
    if plan.is_empty() && noted.is_empty() {
        return "Nothing about it changes.".to_owned();
    }
    let of_lanes = |lanes: &Lanes| -> Vec<String> {
        let steps = lanes.iter().flat_map(|(region, plan)| plan.steps().map(move |step| (region, step)));
        steps.map(|(region, step)| call(region, step, primary)).collect()
    };
    let mut names = of_lanes(&plan.opening);
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

/// Says what changes in each replica. The engine shows the same paths and not their values, because it knows lists by
/// number only.
pub(super) fn tell_replicas(context: &Context, old: &PropertyMap, new: &PropertyMap) {
    for change in diff(old, new).iter().filter(|change| change.path.root() == "replicas") {
        let shown = |inputs| value_at(inputs, &change.path).as_ref().map(shown);
        let (old, new) = (shown(old), shown(new));
        let what = match (change.kind, old, new) {
            (ChangeKind::Delete, Some(old), _) => format!("{old} goes"),
            (ChangeKind::Add, _, Some(new)) => format!("{new} is new"),
            (_, Some(old), Some(new)) => format!("{old} becomes {new}"),
            _ => continue,
        };
        context.log.info(&format!("{}: {what}", change.path));
    }
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
