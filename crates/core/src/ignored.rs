//! `ignoreChanges`: what the user has the provider leave alone, whatever name is used for it.
//!
//! The engine sets ignored properties back before Check, by the names of the program. This does the same in normal form, so
//! that an ignored property stays ignored under its other names, in a manifest, and for states of a version that kept
//! another form. [`crate::untouched`] keeps the plan away from ignored properties that were changed by hand.

use std::collections::BTreeSet;

use crate::path::{Path, Segment};
use crate::spec::constants::names;
use crate::spec::generated::AWS_KMS_KEY_SPEC;
use crate::spec::given::{nested_name, normal_name};
use crate::spec::input::Unreadable;
use crate::spec::normal::{fill, flat, normal};
use crate::spec::table::Kind;
use crate::value::{PropertyMap, PropertyValue};

const ANY: &str = "*";

/// Properties that a replica has from the key itself where it has none of its own, in groups that stand together.
pub(crate) const INHERITED: [&[&str]; 5] = [
    &[names::DESCRIPTION],
    &[names::ENABLED],
    &[names::ALIAS, names::ALIASES],
    &[names::TAGS],
    &[names::POLICY, names::POLICY_DOCUMENT],
];

/// The paths whose changes are ignored, in normal form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ignored {
    paths: Vec<Path>,
    everything: bool,
}

impl Ignored {
    /// Reads the option as the engine passes it on. What is no path of an input says nothing about the key.
    pub fn of(paths: &[String]) -> Self {
        let parsed: Vec<Path> = paths.iter().filter_map(|text| Path::parse(text)).collect();
        let everything = parsed.iter().any(|path| {
            let root = path.root();
            (root == ANY || root == names::SPEC) && path.segments().get(1).is_none_or(|next| is(next, ANY))
        });
        Self { paths: parsed.iter().filter_map(in_normal_form).collect(), everything }
    }

    /// Whether nothing is ignored.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty() && !self.everything
    }

    /// Whether a top-level property is ignored as a whole.
    pub fn covers(&self, name: &str) -> bool {
        self.everything
            || self.paths.iter().any(|path| path.segments().len() == 1 && group(path.root()).contains(&name))
    }

    /// What is ignored below a top-level property that is not ignored as a whole.
    pub fn below(&self, name: &str) -> impl Iterator<Item = &[Segment]> {
        self.paths
            .iter()
            .filter(move |path| path.root() == name)
            .filter_map(|path| path.segments().get(1..))
            .filter(|rest| !rest.is_empty())
    }

    /// The new inputs in normal form, with everything that is ignored as the old ones have it. Both are as Check gave them.
    ///
    /// # Errors
    /// A value is not what Check lets through.
    pub fn applied(&self, old: &PropertyMap, new: &PropertyMap) -> Result<PropertyMap, Unreadable> {
        if self.is_empty() || old.is_empty() {
            return normal(new);
        }
        normal(old)?;
        let (old, mut new) = (flat(old, &mut vec![]), flat(new, &mut vec![]));
        self.reset(&old, &mut new);
        fill(&mut new);
        normal(&new)
    }

    /// The outputs of a preview, where what KMS has of an ignored property stays as it is.
    #[must_use]
    pub fn previewed(&self, mut outputs: PropertyMap, old_outputs: &PropertyMap) -> PropertyMap {
        let decided = [
            (names::POLICY_JSON, names::POLICY),
            (names::TAGS_ALL, names::TAGS),
            (names::ROTATION_ENABLED, names::ENABLE_ROTATION),
            (names::KEY_STATE, names::ENABLED),
            (names::ALIAS_ARN, names::ALIAS),
        ];
        for (output, _) in decided.into_iter().filter(|(_, input)| self.covers(input)) {
            let last = old_outputs.get(output);
            // A deletion that is pending is cancelled whatever is ignored.
            let last = last.filter(|last| {
                output != names::KEY_STATE || ["Enabled", "Disabled"].map(Some).contains(&last.as_str())
            });
            outputs.extend(last.map(|last| (output.to_owned(), last.clone())));
        }
        if !self.covers(names::POLICY) && self.below(names::POLICY).next().is_some() {
            outputs.insert(names::POLICY_JSON.into(), PropertyValue::Unknown);
        }
        outputs
    }

    fn reset(&self, old: &PropertyMap, new: &mut PropertyMap) {
        if self.everything {
            new.clone_from(old);
            return;
        }
        let tags_before = new.get(names::TAGS).cloned();
        for path in &self.paths {
            let [Segment::Name(root), rest @ ..] = path.segments() else { continue };
            if rest.is_empty() {
                put_back(old, new, group(root));
                inherited(old, new, root);
            } else if root == names::REPLICAS {
                replicas(old, new, rest);
            } else if let Some(new) = new.get_mut(root) {
                part(old.get(root), new, rest);
            }
        }
        merged_tags(old, new, tags_before.as_ref());
    }
}

fn is(segment: &Segment, name: &str) -> bool {
    matches!(segment, Segment::Name(other) if other == name)
}

/// The two forms of a policy are one property.
fn group(name: &str) -> &[&str] {
    match name {
        names::POLICY | names::POLICY_DOCUMENT => &[names::POLICY, names::POLICY_DOCUMENT],
        name => AWS_KMS_KEY_SPEC
            .fields
            .iter()
            .find(|field| field.name == name)
            .map_or(&[], |field| std::slice::from_ref(&field.name)),
    }
}

fn in_normal_form(path: &Path) -> Option<Path> {
    let segments = path.segments();
    let segments = if path.root() == names::SPEC { segments.get(1..)? } else { segments };
    let [Segment::Name(root), rest @ ..] = segments else { return None };
    let root = normal_name(root)?;
    let mut kind = AWS_KMS_KEY_SPEC.fields.iter().find(|field| field.name == root).map(|field| &field.kind);
    let mut normal = Path::of(root);
    for segment in rest {
        let field = match (kind, segment) {
            (Some(Kind::Object(message)), Segment::Name(name)) => nested_name(message, name),
            _ => None,
        };
        kind = match kind {
            Some(Kind::List { element, .. } | Kind::Map { element, .. }) => Some(*element),
            _ => field.map(|field| &field.kind),
        };
        normal = match segment {
            Segment::Index(index) => normal.index(*index),
            Segment::Name(name) => normal.name(field.map_or(name.as_str(), |field| field.name)),
        };
    }
    Some(normal)
}

fn put_back(old: &PropertyMap, new: &mut PropertyMap, names: &[&str]) {
    for name in names {
        new.remove(*name);
        new.extend(old.get(*name).map(|value| ((*name).to_owned(), value.clone())));
    }
}

/// Sets one part of a value back. What the new value has no place for stays away.
fn part(old: Option<&PropertyValue>, new: &mut PropertyValue, rest: &[Segment]) {
    let [first, rest @ ..] = rest else { return };
    match (new.reveal_mut(), first) {
        (PropertyValue::Map(map), Segment::Name(name)) => {
            let old = old.and_then(PropertyValue::as_map);
            let names: BTreeSet<String> = match name.as_str() {
                ANY => map.keys().chain(old.into_iter().flatten().map(|(name, _)| name)).cloned().collect(),
                name => [name.to_owned()].into(),
            };
            for name in names {
                let old = old.and_then(|old| old.get(&name));
                if !rest.is_empty() {
                    map.get_mut(&name).into_iter().for_each(|new| part(old, new, rest));
                } else if let Some(old) = old {
                    map.insert(name, old.clone());
                } else {
                    map.remove(&name);
                }
            }
        }
        (PropertyValue::List(items), segment) => {
            let old = old.and_then(PropertyValue::as_list).unwrap_or_default();
            for (index, item) in items.iter_mut().enumerate() {
                let ignored = is(segment, ANY) || *segment == Segment::Index(index);
                match old.get(index).filter(|_| ignored) {
                    Some(old) if rest.is_empty() => item.clone_from(old),
                    Some(old) => part(Some(old), item, rest),
                    None => {}
                }
            }
        }
        _ => {}
    }
}

fn entry<'a>(inputs: &'a PropertyMap, region: &PropertyValue) -> Option<&'a PropertyMap> {
    let list = inputs.get(names::REPLICAS)?.as_list()?;
    let same = |map: &&PropertyMap| map.get(names::REGION).map(PropertyValue::plain) == Some(region.plain());
    list.iter().filter_map(PropertyValue::as_map).find(same)
}

fn entries_mut(inputs: &mut PropertyMap) -> impl Iterator<Item = (usize, &mut PropertyMap)> {
    let list = match inputs.get_mut(names::REPLICAS).map(PropertyValue::reveal_mut) {
        Some(PropertyValue::List(list)) => &mut list[..],
        _ => &mut [],
    };
    list.iter_mut().enumerate().filter_map(|(index, item)| match item.reveal_mut() {
        PropertyValue::Map(map) => Some((index, map)),
        _ => None,
    })
}

/// Entries stay the same by their Region; the index is the new list's.
fn replicas(old: &PropertyMap, new: &mut PropertyMap, rest: &[Segment]) {
    let [which, rest @ ..] = rest else { return };
    for (_, new) in entries_mut(new).filter(|(index, _)| is(which, ANY) || *which == Segment::Index(*index)) {
        let Some(old) = new.get(names::REGION).and_then(|region| entry(old, region)) else { continue };
        match rest {
            [] => new.clone_from(old),
            [Segment::Name(name)] if name == ANY => new.clone_from(old),
            [Segment::Name(name)] => {
                put_back(old, new, group(name));
                if name == names::TAGS {
                    put_back(old, new, &[names::TAGS_ALL]);
                }
            }
            [Segment::Name(name), rest @ ..] => {
                if let Some(new) = new.get_mut(name) {
                    part(old.get(name), new, rest);
                }
            }
            [Segment::Index(_), ..] => {}
        }
    }
}

/// A replica that has an ignored property from the key keeps what it has.
fn inherited(old: &PropertyMap, new: &mut PropertyMap, root: &str) {
    let Some(names) = INHERITED.iter().find(|names| names.contains(&root)) else { return };
    for (_, new) in entries_mut(new) {
        let own = names.iter().any(|name| new.contains_key(*name));
        if let Some(old) = new.get(names::REGION).and_then(|region| entry(old, region)).filter(|_| !own) {
            put_back(old, new, names);
            if root == names::TAGS {
                put_back(old, new, &[names::TAGS_ALL]);
            }
        }
    }
}

/// Default tags of the provider are not ignored with the tags of the program.
fn merged_tags(old: &PropertyMap, new: &mut PropertyMap, before: Option<&PropertyValue>) {
    if new.get(names::TAGS) == before {
        return;
    }
    let Some(all) = new.get(names::TAGS_ALL).and_then(PropertyValue::as_map) else { return };
    let map = |value: Option<&PropertyValue>| value.and_then(PropertyValue::as_map).cloned().unwrap_or_default();
    let (before, after, old_all) = (map(before), map(new.get(names::TAGS)), map(old.get(names::TAGS_ALL)));
    let mut merged = all.clone();
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        merged.remove(key);
        merged.extend(old_all.get(key).map(|value| (key.clone(), value.clone())));
    }
    let whole = new.get(names::TAGS).cloned().unwrap_or(PropertyValue::Null);
    merged.extend(after.into_iter().map(|(key, value)| (key, value.like(&whole))));
    new.insert(names::TAGS_ALL.into(), PropertyValue::Map(merged));
}

#[cfg(test)]
mod tests {
    use super::INHERITED;
    use crate::spec::constants::names;
    use crate::spec::generated::REPLICA;
    use crate::spec::table::Effect;

    #[test]
    fn what_a_replica_has_from_the_key_is_known_of_every_property_that_kms_keeps() {
        let kept = REPLICA.fields.iter().filter(|field| field.effect == Effect::Update && !field.hidden);
        for name in kept.map(|field| field.name).filter(|name| *name != names::REGION) {
            assert!(INHERITED.iter().any(|names| names.contains(&name)), "add {name} to INHERITED");
        }
    }
}
