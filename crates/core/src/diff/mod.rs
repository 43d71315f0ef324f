//! What a change of inputs means to the user: exact paths, and nothing that only looks different.

mod by_index;
mod given;
mod replicas;

pub use given::{Sides, changes};

pub(crate) use replicas::can_promote;

use std::collections::BTreeSet;

use crate::desired::{Account, resolve};
use crate::path::Path;
use crate::policy;
use crate::spec::constants::names;
use crate::spec::generated::{AWS_KMS_KEY_SPEC, KEY_POLICY, REPLICA};
use crate::spec::table::{Effect, Field};
use crate::value::{PropertyMap, PropertyValue};

/// How a value differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Add,
    /// It is gone.
    Delete,
    /// It is another.
    Update,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub path: Path,
    /// How.
    pub kind: ChangeKind,
    /// What it does to the key.
    pub effect: Effect,
}

/// Compares the inputs of two runs, both in normal form. Nothing is a change that KMS would not tell apart: the order of
/// roles and aliases, the spelling of a policy document, a condition on roles that a typed policy does not name.
pub fn diff(old: &PropertyMap, new: &PropertyMap) -> Vec<Change> {
    let mut changes = vec![];
    for field in AWS_KMS_KEY_SPEC.fields {
        let (before, after) = (present(old, field.name), present(new, field.name));
        match (before, after) {
            // The provider's Region: not known in one of the runs, or not written down by an import.
            (None, Some(_)) | (Some(_), None) if field.name == names::REGION => {}
            _ if field.name == names::REPLICAS => replicas::replicas(old, new, &mut changes),
            _ if field.name == names::POLICY && same_policy(old, new) => {}
            _ => {
                let effect = effect(field, after, can_promote(old, new));
                compare(&Path::of(field.name), effect, field.name, before, after, &mut changes);
            }
        }
    }
    default_tags(old, new, &mut changes);
    changes
}

/// Tags of the provider's `defaultTags` show under `tagsAll`, as long as they do not show under `tags` already.
fn default_tags(old: &PropertyMap, new: &PropertyMap, changes: &mut Vec<Change>) {
    let all = |inputs: &PropertyMap| present(inputs, names::TAGS_ALL).or_else(|| present(inputs, names::TAGS)).cloned();
    let mut found = vec![];
    compare(
        &Path::of(names::TAGS_ALL),
        Effect::Update,
        names::TAGS_ALL,
        all(old).as_ref(),
        all(new).as_ref(),
        &mut found,
    );
    let shown: BTreeSet<String> = changes
        .iter()
        .filter(|change| change.path.root() == names::TAGS)
        .map(|change| change.path.to_string())
        .collect();
    changes.extend(found.into_iter().filter(|change| {
        let twin = change.path.to_string().replacen(names::TAGS_ALL, names::TAGS, 1);
        !shown.contains(&twin) && !shown.contains(names::TAGS)
    }));
}

fn present<'a>(inputs: &'a PropertyMap, name: &str) -> Option<&'a PropertyValue> {
    inputs.get(name).filter(|value| !value.is_null() && !is_empty(value))
}

/// An empty list or map asks for the same as none.
fn is_empty(value: &PropertyValue) -> bool {
    match value.reveal() {
        PropertyValue::List(items) => items.is_empty(),
        PropertyValue::Map(map) => map.is_empty(),
        _ => false,
    }
}

/// What a change of a property does. What is not known yet may be the old value: no replacement is announced for it.
fn effect(field: &Field, after: Option<&PropertyValue>, can_promote: bool) -> Effect {
    match field.effect {
        Effect::Promote | Effect::Replace if after.is_some_and(PropertyValue::is_unknown) => Effect::Update,
        Effect::Promote if can_promote => Effect::Update,
        Effect::Promote => Effect::Replace,
        effect => effect,
    }
}

/// Whether two typed policies lead to the same document: roles named in another way, a condition on nobody.
fn same_policy(old: &PropertyMap, new: &PropertyMap) -> bool {
    // Any account does: both are written for the same one.
    let account = Account { partition: "aws".into(), id: "000000000000".into() };
    let rendered = |inputs: &PropertyMap| {
        let typed = present(inputs, names::POLICY).filter(|_| !inputs.contains_key(names::POLICY_DOCUMENT))?;
        let names = [names::KEY_SPEC, names::KEY_USAGE, names::MULTI_REGION];
        let kind = names.iter().filter_map(|name| Some(((*name).to_owned(), new.get(*name)?.clone())));
        let policy = [(names::POLICY.to_owned(), typed.clone())].into_iter().chain(kind).collect();
        resolve(&policy, Some(&account)).ok()?.policy
    };
    matches!((rendered(old), rendered(new)), (Some(old), Some(new)) if policy::equal(&old, &new))
}

fn compare(
    path: &Path,
    effect: Effect,
    name: &str,
    old: Option<&PropertyValue>,
    new: Option<&PropertyValue>,
    changes: &mut Vec<Change>,
) {
    let mut push = |kind| changes.push(Change { path: path.clone(), kind, effect });
    let (old, new) = match (old, new) {
        (None, None) => return,
        (None, Some(_)) => return push(ChangeKind::Add),
        (Some(_), None) => return push(ChangeKind::Delete),
        (Some(old), Some(new)) => (old, new),
    };
    if [old, new].iter().any(|value| matches!(value, PropertyValue::Secret(_))) {
        // The keys and the number of what is a secret as a whole are secret too.
        let mut found = vec![];
        compare(path, effect, name, Some(old.reveal()), Some(new.reveal()), &mut found);
        if !found.is_empty() {
            push(ChangeKind::Update);
        }
        return;
    }
    match (old, new) {
        (PropertyValue::List(old), PropertyValue::List(new)) if is_set(name) => {
            sets(path, effect, old, new, changes);
        }
        (PropertyValue::Map(old), PropertyValue::Map(new)) if name != names::POLICY_DOCUMENT => {
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                compare(&path.name(name), effect, name, inner(old, name), inner(new, name), changes);
            }
        }
        (PropertyValue::List(old), PropertyValue::List(new)) => {
            for index in 0..old.len().max(new.len()) {
                compare(&path.index(index), effect, name, old.get(index), new.get(index), changes);
            }
        }
        (old, new) if name == names::POLICY_DOCUMENT => {
            let same = match (old.to_json(), new.to_json()) {
                (Some(old), Some(new)) => policy::equal(&old, &new),
                _ => false,
            };
            if !same {
                push(ChangeKind::Update);
            }
        }
        (PropertyValue::Unknown, _) | (_, PropertyValue::Unknown) => push(ChangeKind::Update),
        (old, new) if old == new => {}
        _ => push(ChangeKind::Update),
    }
}

/// Whether the order of a list means nothing.
fn is_set(name: &str) -> bool {
    let mut fields = [&AWS_KMS_KEY_SPEC, &KEY_POLICY, &REPLICA].into_iter().flat_map(|message| message.fields);
    fields.any(|field| field.is_set && field.name == name)
}

/// Inside maps, null means absent, but an empty text is a value.
fn inner<'a>(map: &'a PropertyMap, name: &str) -> Option<&'a PropertyValue> {
    map.get(name).filter(|value| !value.is_null())
}

fn sets(path: &Path, effect: Effect, old: &[PropertyValue], new: &[PropertyValue], changes: &mut Vec<Change>) {
    let holds = |list: &[PropertyValue], item: &PropertyValue| list.iter().any(|other| other.plain() == item.plain());
    for (index, _) in old.iter().enumerate().filter(|(_, item)| !holds(new, item)) {
        let replaced = new.get(index).is_some_and(|other| !holds(old, other));
        let kind = if replaced { ChangeKind::Update } else { ChangeKind::Delete };
        changes.push(Change { path: path.index(index), kind, effect });
    }
    for (index, item) in new.iter().enumerate() {
        let unknown = item.has_unknowns();
        let taken = changes.iter().any(|change| change.path == path.index(index));
        if (unknown || !holds(old, item)) && !taken {
            changes.push(Change { path: path.index(index), kind: ChangeKind::Add, effect });
        }
    }
}
