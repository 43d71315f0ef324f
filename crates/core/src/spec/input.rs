//! Typed inputs that a preview may not know yet.

use crate::value::{PropertyMap, PropertyValue};

/// An input as a typed value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Input<T> {
    /// Not given.
    #[default]
    Absent,
    /// Given and known.
    Known(T),
    /// Given, but only the apply will know it.
    Unknown,
}

impl<T> Input<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent | Self::Unknown => None,
        }
    }

    /// Whether the value is given but not known yet.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether nothing is given.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// A type that a checked property value can be read as.
///
/// Reading comes after Check, so a value of another type is not an error to report here: it reads as absent.
pub trait Decode: Sized {
    /// Reads a value that is known at its top.
    fn decode(value: &PropertyValue) -> Option<Self>;
}

/// Reads one property of an object: absent, known or unknown. A list or map with an unknown part counts as unknown,
/// because a plan made from the known rest would be wrong.
pub fn read<T: Decode>(map: &PropertyMap, name: &str) -> Input<T> {
    match map.get(name) {
        None => Input::Absent,
        Some(value) => read_value(value),
    }
}

fn read_value<T: Decode>(value: &PropertyValue) -> Input<T> {
    match value.reveal() {
        PropertyValue::Null => Input::Absent,
        PropertyValue::Unknown => Input::Unknown,
        PropertyValue::List(_) if value.has_unknowns() => Input::Unknown,
        known => T::decode(known).map_or(Input::Absent, Input::Known),
    }
}

impl Decode for bool {
    fn decode(value: &PropertyValue) -> Option<Self> {
        value.as_bool()
    }
}

impl Decode for String {
    fn decode(value: &PropertyValue) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Decode for i32 {
    fn decode(value: &PropertyValue) -> Option<Self> {
        let number = value.as_number()?;
        let whole = number.fract() == 0.0 && number >= f64::from(i32::MIN) && number <= f64::from(i32::MAX);
        #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
        whole.then_some(number as i32)
    }
}

impl Decode for serde_json::Value {
    fn decode(value: &PropertyValue) -> Option<Self> {
        value.to_json()
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(value: &PropertyValue) -> Option<Self> {
        value.as_list()?.iter().map(|item| T::decode(item.reveal())).collect()
    }
}

impl<T: Decode> Decode for std::collections::BTreeMap<String, Input<T>> {
    fn decode(value: &PropertyValue) -> Option<Self> {
        Some(value.as_map()?.iter().map(|(name, item)| (name.clone(), read_value(item))).collect())
    }
}
