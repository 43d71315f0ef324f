//! The manifest form: `apiVersion`, `kind`, `metadata`, `spec`, taken apart into plain inputs.

use super::generated::AWS_KMS_KEY_SPEC;
use super::table::{Kind, Message};
use crate::failure::Failure;
use crate::path::Path;
use crate::spec::constants::names;
use crate::value::{PropertyMap, PropertyValue};

/// The envelope's API versions that mean this resource.
const API_VERSIONS: [&str; 3] = ["aws.project-planton.org/v1", "aws.openmcf.org/v1", "aws.planton.dev/v1"];

const ENVELOPE: [&str; 5] = [names::API_VERSION, names::KIND, names::METADATA, names::SPEC, names::STATUS];

/// Whether the inputs are in the form of a manifest.
pub(super) fn is_manifest(inputs: &PropertyMap) -> bool {
    ENVELOPE.iter().any(|name| envelope(inputs, name).is_some_and(|value| !value.is_null()))
}

/// The inputs of the key in a manifest; `None` in plain inputs, or where the manifest has none.
pub(super) fn spec(inputs: &PropertyMap) -> Option<&PropertyMap> {
    inputs.get(names::SPEC)?.as_map()
}

fn envelope<'a>(inputs: &'a PropertyMap, name: &str) -> Option<&'a PropertyValue> {
    inputs.get(name).or_else(|| inputs.get("api_version").filter(|_| name == names::API_VERSION))
}

/// Takes the envelope off, if there is one, and brings `snake_case` names to camelCase in what was inside.
pub(super) fn unwrap(inputs: &PropertyMap, failures: &mut Vec<Failure>) -> PropertyMap {
    let envelope = |name: &str| envelope(inputs, name);
    if !is_manifest(inputs) {
        return inputs.clone();
    }
    expect_text(names::API_VERSION, envelope(names::API_VERSION), &API_VERSIONS, failures);
    expect_text(names::KIND, envelope(names::KIND), &["AwsKmsKey"], failures);
    for name in [names::METADATA, names::STATUS] {
        let part = envelope(name).and_then(|value| value.unreadable_part(&Path::of(name)));
        failures.extend(part.map(|(at, kind)| Failure::new(at, format!("it is {kind}, which a manifest cannot hold"))));
    }
    let mut flat: PropertyMap = inputs
        .iter()
        .filter(|(name, value)| !ENVELOPE.contains(&name.as_str()) && *name != "api_version" && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let Some(spec) = envelope(names::SPEC) else {
        failures.push(Failure::new(Path::of(names::SPEC), "the manifest has no spec; add one with the key's inputs"));
        return flat;
    };
    let secret = matches!(spec, PropertyValue::Secret(_));
    let Some(spec) = spec.as_map() else {
        failures
            .push(Failure::new(Path::of(names::SPEC), format!("it is {}, but must be an object", spec.type_name())));
        return flat;
    };
    for (name, value) in camel_case(&AWS_KMS_KEY_SPEC, spec) {
        let value = if secret { value.into_secret() } else { value };
        match flat.get(&name) {
            // SDKs write constant defaults beside a manifest; who wrote the manifest meant what stands there.
            Some(other) if other.plain() != value.plain() && !is_constant_default(&name, other) => {
                let reason = format!("it contradicts spec.{name} of the manifest; keep one of them");
                failures.push(Failure::new(Path::of(&name), reason));
                let reason = format!("it contradicts the input {name}; keep one of them");
                failures.push(Failure::new(Path::of(names::SPEC).name(&name), reason));
            }
            _ => {
                flat.insert(name, value);
            }
        }
    }
    flat
}

pub(super) fn is_constant_default(name: &str, value: &PropertyValue) -> bool {
    let field = AWS_KMS_KEY_SPEC.fields.iter().find(|field| field.name == name);
    field.and_then(|field| field.default).is_some_and(|default| default.value() == *value)
}

fn expect_text(name: &str, value: Option<&PropertyValue>, known: &[&str], failures: &mut Vec<Failure>) {
    let Some(value) = value.filter(|value| !value.is_unknown()) else { return };
    if !value.as_str().is_some_and(|text| known.contains(&text)) {
        let shown = value.as_str().map_or_else(|| value.type_name().to_owned(), |text| format!("{text:?}"));
        failures.push(Failure::new(
            Path::of(name),
            format!("it is {shown}; a manifest of a KMS key has {}", known.join(" or ")),
        ));
    }
}

/// Names as proto's JSON takes them: camelCase or `snake_case`, in objects and the objects in them; keys of maps are data.
fn camel_case(message: &Message, map: &PropertyMap) -> PropertyMap {
    let mut renamed = PropertyMap::new();
    for (name, value) in map {
        let field = message.fields.iter().find(|field| field.name == name || field.proto_name == name);
        let (name, value) = match field {
            Some(field) => (field.name.to_owned(), nested(&field.kind, value)),
            None => (other_name(message, name).unwrap_or_else(|| name.clone()), value.clone()),
        };
        renamed.insert(name, value);
    }
    renamed
}

/// The camelCase of another name that a property is known by: `alias_name` -> `aliasName`.
fn other_name(message: &Message, name: &str) -> Option<String> {
    let also = message.fields.iter().flat_map(|field| field.also);
    also.copied().find(|also| snake_case(also) == name).map(str::to_owned)
}

fn nested(kind: &Kind, value: &PropertyValue) -> PropertyValue {
    match (kind, value) {
        (_, PropertyValue::Secret(inner)) => nested(kind, inner).into_secret(),
        (Kind::Object(message), PropertyValue::Map(map)) => PropertyValue::Map(camel_case(message, map)),
        (Kind::List { element, .. }, PropertyValue::List(items)) => {
            PropertyValue::List(items.iter().map(|item| nested(element, item)).collect())
        }
        _ => value.clone(),
    }
}

pub(super) fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}
