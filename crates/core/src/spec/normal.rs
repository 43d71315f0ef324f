//! The normal form of inputs: plain camelCase names, enum values in KMS's spelling, every default in place.
//!
//! Everything that is decided is decided on this form. It is computed wherever inputs are read, so the state can keep the
//! form that the program gave. What an earlier version has stored in normal form stays as it is: the normal form of a
//! normal form is itself.

use super::constants::{defaults, names};
use super::generated::AWS_KMS_KEY_SPEC;
use super::given::negated;
use super::input::Unreadable;
use super::key_kinds::key_kind;
use super::{manifest, validate};
use crate::failure::Failure;
use crate::path::Path;
use crate::value::{PropertyMap, PropertyValue};

/// Names that begin so are Pulumi's own or this provider's memory: no program writes them.
const HIDDEN: &str = "__";

/// The normal form of inputs that Check has let through.
///
/// # Errors
/// A value is not what Check lets through: the state was written by something else.
pub fn normal(given: &PropertyMap) -> Result<PropertyMap, Unreadable> {
    let mut inputs = flat(given, &mut vec![]);
    fill(&mut inputs);
    super::generated::AwsKmsKeySpec::from_properties(&inputs)?;
    Ok(inputs)
}

/// Names and spellings in normal form, without defaults. What is wrong is added to `failures`.
pub(crate) fn flat(given: &PropertyMap, failures: &mut Vec<Failure>) -> PropertyMap {
    let mut plain = manifest::unwrap(given, failures);
    let hidden: Vec<_> = plain.extract_if(.., |name, _| name.starts_with(HIDDEN)).collect();
    let tags_all = plain.remove(names::TAGS_ALL);
    let own = take_merged_tags(&mut plain);
    contrary_rotation(&mut plain, failures);
    let mut inputs = validate::object(&AWS_KMS_KEY_SPEC, None, &plain, failures);
    put_merged_tags(&mut inputs, own);
    inputs.extend(tags_all.map(|all| (names::TAGS_ALL.to_owned(), all)));
    inputs.extend(hidden);
    inputs
}

/// Every tag that inputs in normal form ask for: the program's own, and the provider's default tags where it has any.
pub fn all_tags(inputs: &PropertyMap) -> Option<&PropertyValue> {
    inputs.get(names::TAGS_ALL).or_else(|| inputs.get(names::TAGS))
}

/// Fills in what the program leaves out. What depends on a value that is not known yet is not known either.
pub(crate) fn fill(inputs: &mut PropertyMap) {
    validate::fill_defaults(&AWS_KMS_KEY_SPEC, inputs);
    usage(inputs);
    rotation(inputs);
    if !inputs.contains_key(names::MULTI_REGION)
        && let Some(replicas) = inputs.get(names::REPLICAS)
    {
        let any = match replicas.reveal() {
            PropertyValue::Unknown => PropertyValue::Unknown,
            PropertyValue::List(list) => (!list.is_empty()).into(),
            _ => false.into(),
        };
        let any = any.like(replicas);
        inputs.insert(names::MULTI_REGION.into(), any);
    }
    inputs.entry(names::MULTI_REGION.into()).or_insert(false.into());
}

/// The usage is filled in where it is plain.
fn usage(inputs: &mut PropertyMap) {
    let Some(spec) = inputs.get(names::KEY_SPEC).filter(|_| !inputs.contains_key(names::KEY_USAGE)) else { return };
    let usage = match spec.as_str().map(key_kind) {
        Some(Some(kind)) => match kind.default_usage {
            Some(usage) => usage.into(),
            None => return,
        },
        None if spec.is_unknown() => PropertyValue::Unknown,
        _ => return,
    };
    let usage = usage.like(spec);
    inputs.insert(names::KEY_USAGE.into(), usage);
}

/// Rotation is on where KMS can rotate and the program says nothing.
fn rotation(inputs: &mut PropertyMap) {
    let Some(spec) = inputs.get(names::KEY_SPEC) else { return };
    let by_default = match spec.as_str().map(key_kind) {
        Some(Some(kind)) => kind.rotates.into(),
        None if spec.is_unknown() => PropertyValue::Unknown,
        _ => return,
    };
    let can_rotate = by_default.as_bool() != Some(false);
    let by_default = by_default.like(spec);
    let enable = inputs.entry(names::ENABLE_ROTATION.into()).or_insert(by_default).clone();
    if inputs.contains_key(names::ROTATION_PERIOD_DAYS) {
        return;
    }
    let period = match enable.reveal() {
        PropertyValue::Bool(true) => defaults::ROTATION_PERIOD_DAYS.into(),
        PropertyValue::Unknown if can_rotate => PropertyValue::Unknown,
        _ => return,
    };
    inputs.insert(names::ROTATION_PERIOD_DAYS.into(), period.like(&enable));
}

/// Project Planton names rotation by its opposite.
fn contrary_rotation(inputs: &mut PropertyMap, failures: &mut Vec<Failure>) {
    let Some(disabled) = inputs.remove(names::DISABLE_KEY_ROTATION) else { return };
    let enabled = match disabled.reveal() {
        PropertyValue::Null => return,
        PropertyValue::Bool(_) | PropertyValue::Unknown => negated(&disabled),
        other => {
            let reason = format!("it is {}, but must be true or false; change the value", other.type_name());
            failures.push(Failure::new(Path::of(names::DISABLE_KEY_ROTATION), reason));
            return;
        }
    };
    match inputs.get(names::ENABLE_ROTATION).filter(|value| !value.is_null()) {
        Some(given) if given.plain() != enabled.plain() => {
            let contradiction = |other: &str| format!("it contradicts {other}, its opposite; keep one of them");
            failures.push(Failure::new(Path::of(names::ENABLE_ROTATION), contradiction(names::DISABLE_KEY_ROTATION)));
            failures.push(Failure::new(Path::of(names::DISABLE_KEY_ROTATION), contradiction(names::ENABLE_ROTATION)));
        }
        _ => {
            let kind = key_kind(
                inputs.get(names::KEY_SPEC).and_then(PropertyValue::as_str).unwrap_or(defaults::KEY_SPEC.as_str()),
            );
            // "Do not disable rotation" is no demand to rotate a key that cannot.
            let asks_for_nothing = enabled.as_bool() == Some(true) && kind.is_some_and(|kind| !kind.rotates);
            if !asks_for_nothing {
                inputs.insert(names::ENABLE_ROTATION.into(), enabled);
            }
        }
    }
}

/// The entries of a list of replicas that are known, each with its place.
pub(super) fn entries_mut(replicas: Option<&mut PropertyValue>) -> Vec<(usize, &mut PropertyMap)> {
    let Some(PropertyValue::List(items)) = replicas.map(PropertyValue::reveal_mut) else { return vec![] };
    let known = items.iter_mut().enumerate().filter_map(|(index, item)| match item.reveal_mut() {
        PropertyValue::Map(entry) => Some((index, entry)),
        _ => None,
    });
    known.collect()
}

fn take_merged_tags(inputs: &mut PropertyMap) -> Vec<(usize, PropertyValue)> {
    let entries = entries_mut(inputs.get_mut(names::REPLICAS)).into_iter();
    entries.filter_map(|(index, entry)| Some((index, entry.remove(names::TAGS_ALL)?))).collect()
}

fn put_merged_tags(inputs: &mut PropertyMap, taken: Vec<(usize, PropertyValue)>) {
    let mut entries = entries_mut(inputs.get_mut(names::REPLICAS));
    for (index, all) in taken {
        if let Some((_, entry)) = entries.iter_mut().find(|(at, _)| *at == index) {
            entry.insert(names::TAGS_ALL.to_owned(), all);
        }
    }
}
