//! The answer to Diff and `DiffConfig`.

use std::collections::{BTreeMap, BTreeSet};

use awskms_core::diff::{Change, ChangeKind, Sides, changes};
use awskms_core::outputs::{REPLICA_KEYS, may_be_replaced};
use awskms_core::owner::Identity;
use awskms_core::path::Path;
use awskms_core::spec::constants::names;
use awskms_core::spec::generated::OUTPUTS;
use awskms_core::spec::given::Given;
use awskms_core::spec::input::Unreadable;
use awskms_core::spec::normal::normal;
use awskms_core::spec::table::Effect;
use awskms_core::value::{PropertyMap, PropertyValue};

use super::generated::pulumirpc::diff_response::DiffChanges;
use super::generated::pulumirpc::property_diff::Kind;
use super::generated::pulumirpc::{DiffResponse, PropertyDiff};
use crate::resource::{TRIGGER, pending_replicas, remembered, was_pending};

/// How a key differs from its new inputs.
///
/// A key whose remembered mark names another URN than `identity`, because the resource was renamed or moved with its state,
/// needs one update that signs it anew: until then a resource of the old name could take it for its own. Such an update has
/// no property that it is about.
///
/// # Errors
/// A value is not what Check lets through.
pub(super) fn key(sides: &Sides<'_>, identity: Option<&Identity>) -> Result<DiffResponse, Unreadable> {
    let old_outputs = sides.old_outputs;
    let (old_inputs, news) = (normal(sides.old_inputs)?, sides.ignored.applied(sides.old_inputs, sides.news)?);
    let mut changes = changes(sides)?;
    // A key that is on its way out is brought back by the next update, whatever the inputs say.
    let pending = was_pending(old_outputs);
    if pending {
        changes.push(Change { path: Path::of(names::KEY_STATE), kind: ChangeKind::Update, effect: Effect::Update });
    }
    for region in pending_replicas(old_outputs, &news) {
        let path = Path::of(REPLICA_KEYS).name(&region).name(names::KEY_STATE);
        changes.push(Change { path, kind: ChangeKind::Update, effect: Effect::Update });
    }
    // A rotation that a failed run still owes: the state keeps the trigger that was there before.
    let trigger = |map: &PropertyMap| map.get(TRIGGER).map(PropertyValue::plain);
    let owed = trigger(&news) != trigger(old_outputs) && trigger(&news) == trigger(&old_inputs);
    if owed && !old_outputs.is_empty() && trigger(&news).is_some() && !sides.ignored.covers(TRIGGER) {
        let path = Path::of(TRIGGER);
        let path = Given::of(sides.news).path(&path).unwrap_or(path);
        changes.push(Change { path, kind: ChangeKind::Update, effect: Effect::Update });
    }
    let mut answer = answer(&changes);
    let settled = remembered(old_outputs).settled;
    if matches!((settled, identity), (Some(settled), Some(identity)) if !settled.names(identity)) {
        answer.changes = DiffChanges::DiffSome.into();
    }
    if may_be_replaced(&news) {
        answer.stables.clear();
    }
    Ok(answer)
}

/// A change of the provider's configuration. Other credentials or endpoints reach the same keys, and a key whose account
/// or Region would be another is looked at on its own, so the provider never forces a replacement.
pub(super) fn config(old: &PropertyMap, new: &PropertyMap) -> DiffResponse {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let changes: Vec<Change> = names
        .into_iter()
        .filter(|name| old.get(*name).map(PropertyValue::plain) != new.get(*name).map(PropertyValue::plain))
        .map(|name| Change { path: Path::of(name), kind: ChangeKind::Update, effect: Effect::Update })
        .collect();
    answer(&changes)
}

fn answer(changes: &[Change]) -> DiffResponse {
    let roots = |wanted: &dyn Fn(&Change) -> bool| -> Vec<String> {
        let names: BTreeSet<&str> = changes.iter().filter(|c| wanted(c)).map(|c| c.path.root()).collect();
        names.into_iter().map(str::to_owned).collect()
    };
    let replaces = roots(&|change| change.effect == Effect::Replace);
    let detailed: BTreeMap<String, PropertyDiff> = changes
        .iter()
        .map(|change| {
            let kind = wire_kind(change.kind, change.effect == Effect::Replace);
            let input_diff = ![names::KEY_STATE, names::POLICY_JSON, REPLICA_KEYS].contains(&change.path.root());
            (change.path.to_string(), PropertyDiff { kind: kind.into(), input_diff })
        })
        .collect();
    // A promotion moves the ARN.
    let moves = changes.iter().any(|change| [names::REGION, "spec.region"].contains(&change.path.to_string().as_str()));
    // Without these every dependant of the key would see unknown values in a preview.
    let stables = OUTPUTS.iter().filter(|output| output.stable && !(moves && output.follows_primary));
    let stables = stables.filter(|_| replaces.is_empty()).map(|output| output.name.to_owned()).collect();
    let changed = if changes.is_empty() { DiffChanges::DiffNone } else { DiffChanges::DiffSome };
    DiffResponse {
        stables,
        replaces,
        delete_before_replace: false,
        changes: changed.into(),
        diffs: roots(&|_| true),
        detailed_diff: detailed,
        has_detailed_diff: true,
    }
}

fn wire_kind(kind: ChangeKind, replace: bool) -> Kind {
    match (kind, replace) {
        (ChangeKind::Add, false) => Kind::Add,
        (ChangeKind::Add, true) => Kind::AddReplace,
        (ChangeKind::Delete, false) => Kind::Delete,
        (ChangeKind::Delete, true) => Kind::DeleteReplace,
        (ChangeKind::Update, false) => Kind::Update,
        (ChangeKind::Update, true) => Kind::UpdateReplace,
    }
}
