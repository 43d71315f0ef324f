//! Property values as the Pulumi engine means them, free of any wire form.

use std::collections::BTreeMap;

use crate::path::Path;

/// The properties of a resource or of a nested object, by camelCase name.
pub type PropertyMap = BTreeMap<String, PropertyValue>;

/// One property value of a program, a state file or a preview.
///
/// Null and absent mean the same to this provider: [`PropertyValue::is_null`] is true for both, once a
/// missing map entry has been read as [`PropertyValue::Null`].
#[derive(Debug, Clone, PartialEq)]
pub enum PropertyValue {
    /// No value.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number. The wire knows doubles only, so integers are numbers without a fraction.
    Number(f64),
    /// A text.
    String(String),
    /// An ordered list.
    List(Vec<PropertyValue>),
    /// A nested object or a map.
    Map(PropertyMap),
    /// A value that a preview cannot know yet, of whatever type.
    Unknown,
    /// A value that must be encrypted in the state and hidden from people.
    Secret(Box<PropertyValue>),
    /// Something that no input of this provider takes (assets, archives, resource references), by kind.
    Foreign(&'static str),
}

impl PropertyValue {
    /// The value without its secret wrappers at the top.
    pub fn reveal(&self) -> &Self {
        match self {
            Self::Secret(inner) => inner.reveal(),
            other => other,
        }
    }

    /// Whether there is no value, secret or not.
    pub fn is_null(&self) -> bool {
        matches!(self.reveal(), Self::Null)
    }

    /// Whether the value itself (not a part of it) is unknown, secret or not.
    pub fn is_unknown(&self) -> bool {
        matches!(self.reveal(), Self::Unknown)
    }

    /// Whether the value or any part of it is unknown.
    pub fn has_unknowns(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::Secret(inner) => inner.has_unknowns(),
            Self::List(items) => items.iter().any(Self::has_unknowns),
            Self::Map(map) => map.values().any(Self::has_unknowns),
            _ => false,
        }
    }

    /// Whether the value or any part of it is secret.
    pub fn has_secrets(&self) -> bool {
        match self {
            Self::Secret(_) => true,
            Self::List(items) => items.iter().any(Self::has_secrets),
            Self::Map(map) => map.values().any(Self::has_secrets),
            _ => false,
        }
    }

    /// The value with every secret wrapper taken off, inside too.
    #[must_use]
    pub fn plain(&self) -> Self {
        match self {
            Self::Secret(inner) => inner.plain(),
            Self::List(items) => Self::List(items.iter().map(Self::plain).collect()),
            Self::Map(map) => Self::Map(map.iter().map(|(key, value)| (key.clone(), value.plain())).collect()),
            other => other.clone(),
        }
    }

    /// The value wrapped as a secret, once.
    #[must_use]
    pub fn into_secret(self) -> Self {
        match self {
            Self::Secret(_) => self,
            other => Self::Secret(Box::new(other)),
        }
    }

    /// The text, if this is a known text, secret or not.
    pub fn as_str(&self) -> Option<&str> {
        match self.reveal() {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if this is a known one, secret or not.
    pub fn as_bool(&self) -> Option<bool> {
        match self.reveal() {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if this is a known one, secret or not.
    pub fn as_number(&self) -> Option<f64> {
        match self.reveal() {
            Self::Number(value) => Some(*value),
            _ => None,
        }
    }

    /// The map, if this is a known one, secret or not.
    pub fn as_map(&self) -> Option<&PropertyMap> {
        match self.reveal() {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The list, if this is a known one, secret or not.
    pub fn as_list(&self) -> Option<&[PropertyValue]> {
        match self.reveal() {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The known texts of a list, or the one text that this is, secret or not.
    pub fn texts(&self) -> Vec<String> {
        let items = self.as_list().unwrap_or(std::slice::from_ref(self));
        items.iter().filter_map(Self::as_str).map(str::to_owned).collect()
    }

    /// What a person calls the type of this value.
    pub fn type_name(&self) -> &'static str {
        match self.reveal() {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
            Self::Unknown | Self::Secret(_) => "a value that is not known yet",
            Self::Foreign(kind) => kind,
        }
    }

    /// The same value as JSON, without secret wrappers; `None` when a part is unknown or has no JSON form.
    pub fn to_json(&self) -> Option<serde_json::Value> {
        use serde_json::Value;
        Some(match self.reveal() {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(value) => number_to_json(*value)?,
            Self::String(text) => Value::String(text.clone()),
            Self::List(items) => Value::Array(items.iter().map(Self::to_json).collect::<Option<_>>()?),
            Self::Map(map) => Value::Object(
                map.iter().map(|(key, value)| Some((key.clone(), value.to_json()?))).collect::<Option<_>>()?,
            ),
            Self::Unknown | Self::Secret(_) | Self::Foreign(_) => return None,
        })
    }

    /// The first part that has no JSON form whatever becomes known later, with what it is: a number that is none, an
    /// asset, a resource. `at` is where the value itself stands.
    pub fn unreadable_part(&self, at: &Path) -> Option<(Path, &'static str)> {
        match self.reveal() {
            Self::Number(number) if !number.is_finite() => Some((at.clone(), "a number that is not finite")),
            Self::Foreign(kind) => Some((at.clone(), kind)),
            Self::List(items) => {
                items.iter().enumerate().find_map(|(index, item)| item.unreadable_part(&at.index(index)))
            }
            Self::Map(map) => map.iter().find_map(|(name, item)| item.unreadable_part(&at.name(name))),
            _ => None,
        }
    }

    /// The value, secret if `model` is: for a value that repeats or depends on another one.
    #[must_use]
    pub fn like(self, model: &Self) -> Self {
        if matches!(model, Self::Secret(_)) { self.into_secret() } else { self }
    }

    /// The value inside its secret wrappers, to be changed in place.
    pub fn reveal_mut(&mut self) -> &mut Self {
        match self {
            Self::Secret(inner) => inner.reveal_mut(),
            other => other,
        }
    }

    /// A JSON value as a property value.
    pub fn from_json(json: &serde_json::Value) -> Self {
        use serde_json::Value;
        match json {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            // Beyond 2^53 a double is what the engine itself would have made of it.
            Value::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => Self::String(text.clone()),
            Value::Array(items) => Self::List(items.iter().map(Self::from_json).collect()),
            Value::Object(map) => {
                Self::Map(map.iter().map(|(key, value)| (key.clone(), Self::from_json(value))).collect())
            }
        }
    }
}

/// Whole numbers are written without a fraction, so that a policy's `3600` does not become `3600.0`.
fn number_to_json(number: f64) -> Option<serde_json::Value> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        let whole = number as i64;
        return Some(whole.into());
    }
    serde_json::Number::from_f64(number).map(serde_json::Value::Number)
}

impl From<&str> for PropertyValue {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for PropertyValue {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for PropertyValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i32> for PropertyValue {
    fn from(value: i32) -> Self {
        Self::Number(value.into())
    }
}

impl From<PropertyMap> for PropertyValue {
    fn from(map: PropertyMap) -> Self {
        Self::Map(map)
    }
}
