//! A diff as the user reads it: in the program's own names, without what is ignored, with drift that no input can show.

use super::by_index::by_index;
use super::{Change, ChangeKind, diff};
use crate::desired::{Account, resolve};
use crate::ids::KmsArn;
use crate::ignored::Ignored;
use crate::path::Path;
use crate::policy;
use crate::spec::constants::names;
use crate::spec::given::Given;
use crate::spec::input::Unreadable;
use crate::spec::normal::normal;
use crate::spec::table::Effect;
use crate::value::{PropertyMap, PropertyValue};

/// What the engine compares. Inputs are as Check gave them.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// The inputs in the state.
    pub old_inputs: &'a PropertyMap,
    /// The outputs in the state.
    pub old_outputs: &'a PropertyMap,
    /// The inputs of the program.
    pub news: &'a PropertyMap,
    /// What the user ignores.
    pub ignored: &'a Ignored,
}

/// How the program differs from the state.
///
/// # Errors
/// A value is not what Check lets through.
pub fn changes(sides: &Sides<'_>) -> Result<Vec<Change>, Unreadable> {
    let old = normal(sides.old_inputs)?;
    let new = sides.ignored.applied(sides.old_inputs, sides.news)?;
    let mut changes = diff(&old, &new);
    if drifted(sides, &old, &new) && !changes.iter().any(|change| is_policy(change.path.root())) {
        let update = |path| Change { path, kind: ChangeKind::Update, effect: Effect::Update };
        let named = [names::POLICY, names::POLICY_DOCUMENT].into_iter().filter(|name| new.contains_key(*name));
        changes.extend(named.map(|name| update(Path::of(name))));
        changes.push(update(Path::of(names::POLICY_JSON)));
    }
    let (before, now) = (Given::of(sides.old_inputs), Given::of(sides.news));
    // Who does not give a property that depends on an unknown one does not take it away.
    let depends = |change: &Change| {
        now.path(&Path::of(change.path.root())).is_none()
            && new.get(change.path.root()).is_some_and(PropertyValue::is_unknown)
    };
    changes.retain(|change| !depends(change));
    let changes = changes.into_iter().filter_map(|change| as_given(change, before, now)).collect();
    let changes = by_index(changes, sides.old_inputs, sides.news);
    Ok(changes.into_iter().map(|change| in_the_open(change, sides)).collect())
}

fn is_policy(name: &str) -> bool {
    [names::POLICY, names::POLICY_DOCUMENT].contains(&name)
}

/// Whether the policy that was last seen is not the one that the inputs of the state ask for. A refresh keeps the typed
/// form, which cannot express every policy; the output `policyJson` has what is there.
fn drifted(sides: &Sides<'_>, old: &PropertyMap, new: &PropertyMap) -> bool {
    let ignored = sides.ignored.covers(names::POLICY) || sides.ignored.below(names::POLICY).next().is_some();
    let text = |name: &str| sides.old_outputs.get(name).and_then(PropertyValue::as_str);
    let (false, Some(seen), Some(arn)) =
        (ignored, text(names::POLICY_JSON), text(names::KEY_ARN).and_then(KmsArn::parse))
    else {
        return false;
    };
    if [names::POLICY, names::POLICY_DOCUMENT]
        .iter()
        .any(|name| new.get(*name).is_some_and(PropertyValue::has_unknowns))
    {
        return false;
    }
    let account = Account { partition: arn.partition, id: arn.account };
    let Ok(wanted) = resolve(old, Some(&account)) else { return false };
    let wanted = wanted.policy.unwrap_or_else(|| policy::default_policy(&account.partition, &account.id));
    serde_json::from_str(seen).is_ok_and(|seen| !policy::equal(&seen, &wanted))
}

/// The change under the name that the program uses. One that neither side has written follows from another change, which
/// shows, or from a value that is not known yet.
fn as_given(change: Change, before: Given<'_>, now: Given<'_>) -> Option<Change> {
    let (old, new) = (before.path(&change.path), now.path(&change.path));
    let is_root = change.path.segments().len() == 1;
    let kind = match (&old, &new) {
        (None, Some(_)) if is_root => ChangeKind::Add,
        (Some(_), None) if is_root => ChangeKind::Delete,
        _ => change.kind,
    };
    match new.or(old) {
        Some(path) => Some(Change { path, kind, ..change }),
        None if change.effect == Effect::Replace || change.path.root() == names::POLICY_JSON => Some(change),
        None => None,
    }
}

fn in_the_open(mut change: Change, sides: &Sides<'_>) -> Change {
    change.path = change.path.outside_of_secrets(sides.news).outside_of_secrets(sides.old_inputs);
    change
}
