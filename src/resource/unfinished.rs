//! What a run that has failed leaves for the next one, in outputs that Pulumi does not show: the engine keeps the new inputs even
//! then, so nothing else tells.

use std::collections::BTreeMap;

use awskms_core::desired::{Held, Managed};
use awskms_core::plan::Retirement;
use awskms_core::value::{PropertyMap, PropertyValue};

use super::Outcome;

/// What the keys may still have from before, by Region, and how they go when they are no longer wanted.
const UNRELEASED: &str = "__unreleased";

/// IDs of the keys whose place this one takes or has taken: their aliases may go to it. Kept also when all is done, because the
/// deletion of the old key can fail for as long as it likes, and the program may want its alias again meanwhile.
const REPLACES: &str = "__replaces";

/// Whether the last run has failed half-way.
pub(super) fn is_unfinished(outputs: &PropertyMap) -> bool {
    outputs.contains_key(UNRELEASED)
}

/// What of the outputs of a state is an unfinished run's.
pub fn unfinished(outputs: &PropertyMap) -> PropertyMap {
    let left = [UNRELEASED, REPLACES].into_iter();
    left.filter_map(|name| Some((name.to_owned(), outputs.get(name)?.clone()))).collect()
}

/// What the keys may still have from before, each Region as a map of [`Managed`] and of the inputs that say how a key goes.
pub(super) fn unreleased(outputs: &PropertyMap) -> impl Iterator<Item = (&String, &PropertyValue)> {
    outputs.get(UNRELEASED).and_then(PropertyValue::as_map).into_iter().flatten()
}

/// Notes what is still to be released.
pub(super) fn leave_unreleased(outputs: &mut PropertyMap, held: &Held, how: &BTreeMap<String, Retirement>) {
    let member = |(region, managed): (&String, &Managed)| {
        let mut value = managed.to_value();
        if let (PropertyValue::Map(map), Some(how)) = (&mut value, how.get(region)) {
            map.insert("deletionPolicy".into(), how.policy.as_str().into());
            map.insert("deletionWindowDays".into(), how.window_days.into());
        }
        (region.clone(), value)
    };
    outputs.insert(UNRELEASED.into(), PropertyValue::Map(held.iter().map(member).collect()));
}

/// IDs of the keys whose place the key of these outputs takes.
pub(super) fn replaces(outputs: &PropertyMap) -> Vec<String> {
    let ids = outputs.get(REPLACES).and_then(PropertyValue::as_list).unwrap_or_default();
    ids.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect()
}

/// Notes in an outcome whose place its key takes.
pub(super) fn note_replaced(outcome: &mut Outcome, ids: &[String]) {
    let others: Vec<PropertyValue> = ids.iter().filter(|id| **id != outcome.id).map(|id| id.as_str().into()).collect();
    if !others.is_empty() {
        outcome.outputs.insert(REPLACES.into(), PropertyValue::List(others));
    }
}
