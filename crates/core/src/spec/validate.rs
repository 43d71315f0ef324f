//! Checks against the tables: names, types, ranges, lengths, required properties, and the defaults that are constants.

use std::collections::BTreeSet;

use super::peers;
use super::table::{Field, Kind, Message, Text};
use crate::failure::Failure;
use crate::ids::nearest;
use crate::needles::Needles;
use crate::path::Path;
use crate::value::{PropertyMap, PropertyValue};

/// Checks an object and gives it back in normal form: renamed properties under their own names, enum spellings
/// normalized, nulls gone. Failures are added to `failures`; what fails stays as it is.
pub(crate) fn object(
    message: &Message,
    at: Option<&Path>,
    map: &PropertyMap,
    failures: &mut Vec<Failure>,
) -> PropertyMap {
    let mut normal = PropertyMap::new();
    for (name, value) in map {
        if value.is_null() {
            continue;
        }
        let path = below(at, name);
        match field_of(message, name) {
            Some(field) if field.hidden => {
                failures.push(Failure::new(path, "it is not available in this version of the provider yet; remove it"));
            }
            Some(field) => {
                let value = checked(&field.kind, &path, value, failures);
                let own = below(at, field.name);
                match normal.get(field.name) {
                    Some(other) if other.plain() != value.plain() => {
                        let reason =
                            format!("it contradicts {name:?}, another name of the same property; keep one of them");
                        failures.push(Failure::new(own, reason.clone()));
                        failures.push(Failure::new(
                            path,
                            format!(
                                "it contradicts {:?}, another name of the same property; keep one of them",
                                field.name
                            ),
                        ));
                    }
                    _ => {
                        normal.insert(field.name.to_owned(), value);
                    }
                }
            }
            None => failures.push(unknown(message, path, name)),
        }
    }
    for field in message.fields.iter().filter(|field| field.required && !field.hidden) {
        if !normal.contains_key(field.name) {
            failures.push(Failure::new(below(at, field.name), "it is required and missing; give a value"));
        }
    }
    normal
}

/// Fills constant defaults into an object and the objects in it.
pub(crate) fn fill_defaults(message: &Message, map: &mut PropertyMap) {
    for field in message.fields.iter().filter(|field| !field.hidden) {
        match (map.get_mut(field.name), &field.default) {
            (None, Some(default)) => {
                map.insert(field.name.to_owned(), default.value());
            }
            (Some(value), _) => {
                if let Kind::Object(nested) = &field.kind {
                    fill_nested(nested, value);
                }
            }
            (None, None) => {}
        }
    }
}

fn fill_nested(message: &Message, value: &mut PropertyValue) {
    match value {
        PropertyValue::Secret(inner) => fill_nested(message, inner),
        PropertyValue::Map(map) => fill_defaults(message, map),
        _ => {}
    }
}

/// The property that a name means: its own, or an accepted other one.
pub(super) fn field_of(message: &Message, name: &str) -> Option<&'static Field> {
    message.fields.iter().find(|field| field.name == name || field.also.contains(&name))
}

fn unknown(message: &Message, path: Path, name: &str) -> Failure {
    let known = message.fields.iter().filter(|field| !field.hidden).map(|field| field.name);
    let all: Vec<&str> = known.clone().collect();
    let reason = match (peers::hint(message.name, name), nearest(name, known)) {
        (Some(hint), _) => format!("there is no property {name:?} here; {hint}"),
        (None, Some(near)) => format!("there is no property {name:?}; did you mean {near:?}?"),
        (None, None) => format!("there is no property {name:?}; remove it, or use one of {}", all.join(", ")),
    };
    Failure::new(path, reason)
}

fn checked(kind: &Kind, path: &Path, value: &PropertyValue, failures: &mut Vec<Failure>) -> PropertyValue {
    // Secrets are checked like others and stay secrets; their values are kept out of the messages.
    if let PropertyValue::Secret(inner) = value {
        let mut found = vec![];
        let value = checked(kind, path, inner, &mut found);
        if !found.is_empty() {
            let hidden = Hidden::of(inner);
            failures.extend(found.into_iter().map(|failure| hidden.hide(failure)));
        }
        return value.into_secret();
    }
    if matches!(value, PropertyValue::Unknown) {
        return PropertyValue::Unknown;
    }
    match (kind, value) {
        (Kind::Bool, PropertyValue::Bool(_)) => {}
        (Kind::Json, PropertyValue::String(_) | PropertyValue::Map(_)) => {
            let part = value.unreadable_part(path);
            failures.extend(part.map(|(at, found)| {
                Failure::new(at, format!("it is {found}, which JSON cannot hold; change the value"))
            }));
        }
        (Kind::Integer { minimum, maximum }, PropertyValue::Number(number)) => {
            integer(*number, *minimum, *maximum, path, failures);
        }
        (Kind::Number { minimum }, PropertyValue::Number(number)) => at_least(*number, *minimum, path, failures),
        (Kind::Text(limits), PropertyValue::String(text)) => length(limits, text, path, failures),
        (Kind::Enum(enumeration), PropertyValue::String(text)) => {
            let found = enumeration.values.iter().find(|v| v.name == text || v.also.contains(&text.as_str()));
            match found {
                Some(found) => return PropertyValue::from(found.name),
                None => failures.push(not_in(enumeration, path, text)),
            }
        }
        (Kind::Object(message), PropertyValue::Map(map)) => {
            return PropertyValue::Map(object(message, Some(path), map, failures));
        }
        (Kind::List { element, max_items }, PropertyValue::List(items)) => {
            too_many(items.len(), *max_items, path, failures);
            let items = items.iter().enumerate();
            return PropertyValue::List(
                items.map(|(i, item)| checked(element, &path.index(i), item, failures)).collect(),
            );
        }
        (Kind::Map { element, max_items }, PropertyValue::Map(map)) => {
            too_many(map.len(), *max_items, path, failures);
            let entries = map.iter().filter(|(_, value)| !value.is_null());
            return PropertyValue::Map(
                entries.map(|(key, item)| (key.clone(), checked(element, &path.name(key), item, failures))).collect(),
            );
        }
        (_, other) => failures.push(wrong_type(kind, path, other)),
    }
    value.clone()
}

fn integer(number: f64, minimum: i32, maximum: i32, path: &Path, failures: &mut Vec<Failure>) {
    if number.fract() != 0.0 || !number.is_finite() {
        failures
            .push(Failure::new(path.clone(), format!("{number} is not a whole number; give one without a fraction")));
    } else if number < f64::from(minimum) || number > f64::from(maximum) {
        let side = if number < f64::from(minimum) { "below the minimum" } else { "above the maximum" };
        failures.push(Failure::new(
            path.clone(),
            format!("{number} is {side}; it may be {minimum} to {maximum}; choose a value in that range"),
        ));
    }
}

fn at_least(number: f64, minimum: f64, path: &Path, failures: &mut Vec<Failure>) {
    if !number.is_finite() {
        failures.push(Failure::new(path.clone(), format!("{number} is no number to count with; give another one")));
    } else if number < minimum {
        failures.push(Failure::new(
            path.clone(),
            format!("{number} is below the minimum, {minimum}; choose a value that is not"),
        ));
    }
}

fn length(limits: &Text, text: &str, path: &Path, failures: &mut Vec<Failure>) {
    let count = text.chars().count();
    let least = limits.min_length as usize;
    if count < least {
        failures.push(Failure::new(
            path.clone(),
            format!("it has {count} characters; at least {least} are needed; give a longer value or remove it"),
        ));
    }
    if let Some(most) = limits.max_length.filter(|most| count > *most as usize) {
        failures.push(Failure::new(
            path.clone(),
            format!("it has {count} characters; it may have at most {most}; shorten it"),
        ));
    }
}

fn too_many(count: usize, most: Option<u32>, path: &Path, failures: &mut Vec<Failure>) {
    if let Some(most) = most.filter(|most| count > *most as usize) {
        failures.push(Failure::new(
            path.clone(),
            format!("it has {count} entries; it may have at most {most}; remove some"),
        ));
    }
}

fn not_in(enumeration: &super::table::Enum, path: &Path, text: &str) -> Failure {
    let names: Vec<&str> = enumeration.values.iter().map(|value| value.name).collect();
    let hint = nearest(text, names.iter().copied()).map_or_else(String::new, |near| format!(" Did you mean {near:?}?"));
    Failure::new(path.clone(), format!("{text:?} is not one of {}.{hint}", names.join(", ")))
}

/// Characters of a text that a message shows where it is no more than an example of what is wrong.
const SHOWN: usize = 80;

fn wrong_type(kind: &Kind, path: &Path, value: &PropertyValue) -> Failure {
    let wanted = match kind {
        Kind::Bool => "true or false",
        Kind::Integer { .. } | Kind::Number { .. } => "a number",
        Kind::Text(_) | Kind::Enum(_) => "a string",
        Kind::Object(_) | Kind::Map { .. } => "an object",
        Kind::List { .. } => "a list",
        Kind::Json => "JSON text or an object",
    };
    let shown = match value {
        PropertyValue::String(text) => match text.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("the string {:?}…", &text[..end]),
            None => format!("the string {text:?}"),
        },
        PropertyValue::Number(number) => format!("the number {number}"),
        PropertyValue::Bool(value) => format!("the boolean {value}"),
        other => other.type_name().to_owned(),
    };
    let is_text = matches!(value, PropertyValue::String(_));
    let what_to_do = peers::type_hint(path.root(), is_text).unwrap_or("change the value");
    Failure::new(path.clone(), format!("it is {shown}, but must be {wanted}; {what_to_do}"))
}

/// A message must not repeat what a secret holds: the rule is told without the value.
struct Hidden(Needles);

impl Hidden {
    fn of(secret: &PropertyValue) -> Self {
        let mut forms = BTreeSet::new();
        collect_forms(secret, &mut forms);
        Self(Needles::of(forms.iter().map(String::as_str)))
    }

    fn hide(&self, failure: Failure) -> Failure {
        let (mut reason, mut rest) = (String::new(), 0);
        for part in self.0.covered(&failure.reason) {
            reason.push_str(&failure.reason[rest..part.start]);
            reason.push_str("[secret]");
            rest = part.end;
        }
        reason.push_str(&failure.reason[rest..]);
        Failure { reason, ..failure }
    }
}

fn collect_forms(value: &PropertyValue, forms: &mut BTreeSet<String>) {
    match value {
        PropertyValue::String(text) if !text.is_empty() => {
            forms.extend([format!("{text:?}"), text.clone()]);
            forms.extend(text.char_indices().nth(SHOWN).map(|(end, _)| format!("{:?}", &text[..end])));
        }
        PropertyValue::Number(number) => drop(forms.insert(number.to_string())),
        PropertyValue::Secret(inner) => collect_forms(inner, forms),
        PropertyValue::List(items) => items.iter().for_each(|item| collect_forms(item, forms)),
        PropertyValue::Map(map) => map.values().for_each(|item| collect_forms(item, forms)),
        _ => {}
    }
}

pub(super) fn below(at: Option<&Path>, name: &str) -> Path {
    at.map_or_else(|| Path::of(name), |path| path.name(name))
}
