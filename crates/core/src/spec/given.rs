//! The form in which a program gave its inputs: which name it used for a property, and whether in a manifest.
//!
//! The state keeps this form, because the engine applies `ignoreChanges` and `replaceOnChanges` by the names that the
//! program uses. What is decided is decided on the normal form (see [`super::normal`]); this module leads from a property
//! in normal form to where the program wrote it.

use super::generated::AWS_KMS_KEY_SPEC;
use super::manifest;
use super::normal::normal;
use super::table::{Field, Kind, Message};
use crate::path::{Path, Segment};
use crate::spec::constants::names;
use crate::value::{PropertyMap, PropertyValue};

/// Inputs as a program gave them.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a>(&'a PropertyMap);

/// Where a program wrote a property.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    in_spec: bool,
    name: String,
}

impl<'a> Given<'a> {
    /// The form of these inputs.
    pub fn of(inputs: &'a PropertyMap) -> Self {
        Self(inputs)
    }

    /// The path of a property of the normal form in the program's own names; `None` where the program does not give it.
    pub fn path(&self, normal: &Path) -> Option<Path> {
        let place = self.place(normal.root())?;
        let top = if place.in_spec { Path::of(names::SPEC).name(&place.name) } else { Path::of(&place.name) };
        let value = self.map_at(place.in_spec)?.get(&place.name)?;
        let kind = field(&AWS_KMS_KEY_SPEC, normal.root()).map(|field| &field.kind);
        Some(below(top, kind, Some(value), normal.segments().get(1..).unwrap_or_default()))
    }

    fn map_at(self, in_spec: bool) -> Option<&'a PropertyMap> {
        if in_spec { manifest::spec(self.0) } else { Some(self.0) }
    }

    /// What stands in a manifest's `spec` counts before what stands beside it.
    fn place(self, name: &str) -> Option<Place> {
        [true, false].into_iter().find_map(|in_spec| {
            let map = self.map_at(in_spec)?;
            let given = |name: &String| map.get(name).is_some_and(|value| !value.is_null());
            Some(Place { in_spec, name: spellings(name).into_iter().find(given)? })
        })
    }
}

/// The given inputs with the properties that differ between two normal forms brought to the second one, each where and as
/// the program writes it.
pub fn write_back(given: &PropertyMap, before: &PropertyMap, now: &PropertyMap) -> PropertyMap {
    let mut result = given.clone();
    write_changes(&mut result, before, now);
    // A default that follows from another property may have gone with it.
    if let Ok(means) = normal(&result) {
        write_changes(&mut result, &means, now);
    }
    result
}

fn write_changes(given: &mut PropertyMap, before: &PropertyMap, now: &PropertyMap) {
    let names: std::collections::BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    for name in names.into_iter().filter(|name| before.get(*name) != now.get(*name)) {
        let place = Given(given).place(name).unwrap_or_else(|| Place {
            in_spec: field(&AWS_KMS_KEY_SPEC, name).is_some() && manifest::spec(given).is_some(),
            name: name.clone(),
        });
        let Some(map) = map_at_mut(given, place.in_spec) else { continue };
        match now.get(name) {
            Some(value) => {
                let kind = field(&AWS_KMS_KEY_SPEC, name).map(|field| &field.kind);
                let value = respelled(kind, map.get(&place.name), value);
                let value = if contrary(&place.name) { negated(&value) } else { value };
                map.insert(place.name, value);
            }
            None => {
                map.remove(&place.name);
            }
        }
    }
}

/// The place of a property among given inputs, to be changed.
pub(super) fn value_mut<'a>(given: &'a mut PropertyMap, name: &str) -> Option<&'a mut PropertyValue> {
    let place = Given(given).place(name)?;
    map_at_mut(given, place.in_spec)?.get_mut(&place.name)
}

fn map_at_mut(given: &mut PropertyMap, in_spec: bool) -> Option<&mut PropertyMap> {
    if !in_spec {
        return Some(given);
    }
    match given.get_mut(names::SPEC)?.reveal_mut() {
        PropertyValue::Map(map) => Some(map),
        _ => None,
    }
}

/// Every name of a property of the normal form, its own first.
pub(super) fn spellings(name: &str) -> Vec<String> {
    let mut names = vec![name.to_owned()];
    if let Some(field) = field(&AWS_KMS_KEY_SPEC, name) {
        names.push(field.proto_name.to_owned());
        names.extend(field.also.iter().flat_map(|also| [(*also).to_owned(), manifest::snake_case(also)]));
    }
    if name == names::ENABLE_ROTATION {
        names.extend([names::DISABLE_KEY_ROTATION.to_owned(), "disable_key_rotation".to_owned()]);
    }
    names
}

/// The name in normal form of a property that goes by any of its names.
pub(crate) fn normal_name(name: &str) -> Option<&'static str> {
    let fields = AWS_KMS_KEY_SPEC.fields.iter().map(|field| field.name);
    fields
        .filter(|own| *own != names::DISABLE_KEY_ROTATION)
        .find(|own| spellings(own).iter().any(|other| other == name))
}

/// The name in normal form of a property of a nested object.
pub(crate) fn nested_name(message: &'static Message, name: &str) -> Option<&'static Field> {
    message.fields.iter().find(|field| field.name == name || field.proto_name == name)
}

pub(crate) fn field(message: &'static Message, name: &str) -> Option<&'static Field> {
    message.fields.iter().find(|field| field.name == name)
}

fn contrary(name: &str) -> bool {
    [names::DISABLE_KEY_ROTATION, "disable_key_rotation"].contains(&name)
}

pub(super) fn negated(value: &PropertyValue) -> PropertyValue {
    match value {
        PropertyValue::Secret(inner) => negated(inner).into_secret(),
        PropertyValue::Bool(value) => PropertyValue::Bool(!value),
        other => other.clone(),
    }
}

fn below(mut at: Path, mut kind: Option<&'static Kind>, mut value: Option<&PropertyValue>, rest: &[Segment]) -> Path {
    for segment in rest {
        match segment {
            Segment::Index(index) => {
                kind = element(kind);
                value = value.and_then(PropertyValue::as_list).and_then(|list| list.get(*index));
                at = at.index(*index);
            }
            Segment::Name(name) => {
                let map = value.and_then(PropertyValue::as_map);
                let nested = match kind {
                    Some(Kind::Object(message)) => field(message, name),
                    _ => None,
                };
                let spelled = nested.filter(|field| map.is_some_and(|map| map.contains_key(field.proto_name)));
                let name = spelled.map_or(name.as_str(), |field| field.proto_name);
                // Entries of `replicas` go by their Region in the paths of a diff.
                (kind, value) = match kind {
                    Some(Kind::List { element, .. }) => (Some(*element), entry(value, name)),
                    Some(Kind::Map { element, .. }) => (Some(*element), map.and_then(|map| map.get(name))),
                    _ => (nested.map(|field| &field.kind), map.and_then(|map| map.get(name))),
                };
                at = at.name(name);
            }
        }
    }
    at
}

fn entry<'a>(list: Option<&'a PropertyValue>, region: &str) -> Option<&'a PropertyValue> {
    let is_it = |item: &&PropertyValue| {
        item.as_map().and_then(|map| map.get(names::REGION)).and_then(PropertyValue::as_str) == Some(region)
    };
    list?.as_list()?.iter().find(is_it)
}

fn element(kind: Option<&'static Kind>) -> Option<&'static Kind> {
    match kind {
        Some(Kind::List { element, .. } | Kind::Map { element, .. }) => Some(*element),
        _ => None,
    }
}

/// A value of the normal form in the names and the form that `given` has in its place.
fn respelled(kind: Option<&'static Kind>, given: Option<&PropertyValue>, value: &PropertyValue) -> PropertyValue {
    if let PropertyValue::Secret(inner) = value {
        return respelled(kind, given, inner).into_secret();
    }
    match (kind, value) {
        (Some(Kind::Json), PropertyValue::Map(_)) if given.is_some_and(|given| given.as_str().is_some()) => {
            value.to_json().map_or_else(|| value.clone(), |json| json.to_string().into())
        }
        (Some(Kind::Object(message)), PropertyValue::Map(map)) => {
            let had = given.and_then(PropertyValue::as_map);
            let names = map.iter().map(|(name, value)| {
                let Some(field) = field(message, name) else { return (name.clone(), value.clone()) };
                let spelled = had.is_some_and(|had| had.contains_key(field.proto_name));
                let name = if spelled { field.proto_name } else { field.name };
                (name.to_owned(), respelled(Some(&field.kind), had.and_then(|had| had.get(name)), value))
            });
            PropertyValue::Map(names.collect())
        }
        (Some(Kind::List { element, .. }), PropertyValue::List(items)) => {
            let had = |index: usize, item: &PropertyValue| {
                let region = item.as_map().and_then(|map| map.get(names::REGION)).and_then(PropertyValue::as_str);
                match region {
                    Some(region) => entry(given, region),
                    None => given?.as_list()?.get(index),
                }
            };
            let items = items.iter().enumerate();
            PropertyValue::List(items.map(|(i, item)| respelled(Some(*element), had(i, item), item)).collect())
        }
        _ => value.clone(),
    }
}
