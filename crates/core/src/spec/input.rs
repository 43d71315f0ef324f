//! Typed inputs that a preview may not know yet.
//!
//! Reading is total: a value is absent, known, not known yet, or it cannot be read. The last is an error with the exact
//! path, never an absence: a default in the place of an unreadable policy would open the key.

use std::collections::BTreeMap;

use crate::path::Path;
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
}

impl Input<BTreeMap<String, Input<String>>> {
    /// The entries of a map of texts that are known; none if it is not given.
    pub fn known_texts(&self) -> BTreeMap<String, String> {
        let entries = self.known().into_iter().flatten();
        entries.filter_map(|(key, value)| Some((key.clone(), value.known()?.clone()))).collect()
    }
}

/// A value that is given and is not of the type that the definition gives it. Check refuses such values; one that comes
/// later than Check is a defect of the state or of this provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: it cannot be read: it is {found}, and {wanted} is expected")]
pub struct Unreadable {
    /// Where it stands.
    pub path: Path,
    /// What is there, without its value, which may be secret.
    pub found: &'static str,
    /// What should be there.
    pub wanted: &'static str,
}

/// A type that a checked property value can be read as.
pub trait Decode: Sized {
    /// Reads a value, secret or not, that stands at a path.
    ///
    /// # Errors
    /// The value, or a part of it, is of another type.
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable>;
}

/// Reads one property of the object at a path.
///
/// A list or a JSON value with an unknown part counts as unknown as a whole, because a plan made from the known rest would
/// be wrong. Objects and maps are read part by part.
///
/// # Errors
/// The value, or a part of it, is of another type.
pub fn read<T: Decode>(map: &PropertyMap, at: &Path, name: &str) -> Result<Input<T>, Unreadable> {
    map.get(name).map_or(Ok(Input::Absent), |value| T::decode(value, &at.name(name)))
}

/// The object at a path; its parts are read by [`read`].
pub(crate) fn object<'a>(value: &'a PropertyValue, at: &Path) -> Result<Input<&'a PropertyMap>, Unreadable> {
    match value.reveal() {
        PropertyValue::Map(map) => Ok(Input::Known(map)),
        other => without_value(other, at, "an object"),
    }
}

/// What a value without the wanted type comes to.
pub(super) fn without_value<T>(value: &PropertyValue, at: &Path, wanted: &'static str) -> Result<Input<T>, Unreadable> {
    match value.reveal() {
        PropertyValue::Null => Ok(Input::Absent),
        PropertyValue::Unknown => Ok(Input::Unknown),
        other => Err(Unreadable { path: at.clone(), found: other.type_name(), wanted }),
    }
}

impl Decode for bool {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        value.as_bool().map_or_else(|| without_value(value, at, "a boolean"), |known| Ok(Input::Known(known)))
    }
}

impl Decode for String {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        value.as_str().map_or_else(|| without_value(value, at, "a string"), |known| Ok(Input::Known(known.to_owned())))
    }
}

impl Decode for i32 {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        const WANTED: &str = "a whole number of 32 bits";
        let Some(number) = value.as_number() else { return without_value(value, at, WANTED) };
        let whole = number.fract() == 0.0 && number >= f64::from(i32::MIN) && number <= f64::from(i32::MAX);
        if !whole {
            return Err(Unreadable { path: at.clone(), found: "another number", wanted: WANTED });
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
        let known = number as i32;
        Ok(Input::Known(known))
    }
}

impl Decode for f64 {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        value.as_number().map_or_else(|| without_value(value, at, "a number"), |known| Ok(Input::Known(known)))
    }
}

impl Decode for serde_json::Value {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        if let Some((path, found)) = value.unreadable_part(at) {
            return Err(Unreadable { path, found, wanted: "a JSON value" });
        }
        Ok(match value.reveal() {
            PropertyValue::Null => Input::Absent,
            _ => value.to_json().map_or(Input::Unknown, Input::Known),
        })
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        let Some(items) = value.as_list() else { return without_value(value, at, "a list") };
        let mut known = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let at = at.index(index);
            match T::decode(item, &at)? {
                Input::Known(item) => known.push(item),
                Input::Unknown => {}
                Input::Absent => return Err(Unreadable { path: at, found: "null", wanted: "a value" }),
            }
        }
        Ok(if value.has_unknowns() { Input::Unknown } else { Input::Known(known) })
    }
}

impl<T: Decode> Decode for BTreeMap<String, Input<T>> {
    fn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {
        let Some(map) = value.as_map() else { return without_value(value, at, "an object") };
        let entries = map.iter().map(|(name, item)| Ok((name.clone(), T::decode(item, &at.name(name))?)));
        Ok(Input::Known(entries.collect::<Result<_, _>>()?))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Decode, Input};
    use crate::path::Path;
    use crate::value::{PropertyMap, PropertyValue};

    fn at() -> Path {
        Path::of("x")
    }

    /// Values of every kind, those that have no form of their own among them.
    fn all() -> Vec<PropertyValue> {
        vec![
            true.into(),
            7.into(),
            PropertyValue::Number(0.5),
            PropertyValue::Number(f64::NAN),
            PropertyValue::Number(f64::INFINITY),
            "text".into(),
            PropertyValue::List(vec![PropertyValue::Null]),
            PropertyMap::from([("a".to_owned(), 1.into())]).into(),
            PropertyValue::Foreign("an asset"),
        ]
    }

    fn absent<T: Decode>() -> usize {
        let read = |value: &PropertyValue| T::decode(value, &at());
        let secret = |value: &PropertyValue| T::decode(&value.clone().into_secret(), &at());
        all()
            .iter()
            .flat_map(|value| [read(value), secret(value)])
            .filter(|read| matches!(read, Ok(Input::Absent)))
            .count()
    }

    #[test]
    fn what_is_given_is_never_read_as_absent() {
        assert_eq!(absent::<bool>(), 0);
        assert_eq!(absent::<i32>(), 0);
        assert_eq!(absent::<f64>(), 0);
        assert_eq!(absent::<String>(), 0);
        assert_eq!(absent::<serde_json::Value>(), 0);
        assert_eq!(absent::<Vec<String>>(), 0);
        assert_eq!(absent::<BTreeMap<String, Input<String>>>(), 0);
    }

    #[test]
    fn the_error_names_the_part() {
        let document = PropertyMap::from([(
            "Statement".to_owned(),
            PropertyValue::List(vec![PropertyMap::from([("n".to_owned(), PropertyValue::Number(f64::NAN))]).into()]),
        )]);
        let error = serde_json::Value::decode(&document.into(), &at()).expect_err("not a number");
        assert_eq!(error.path.to_string(), "x.Statement[0].n");
        let list = PropertyValue::List(vec!["a".into(), 1.into()]);
        assert_eq!(Vec::<String>::decode(&list, &at()).expect_err("a number").path.to_string(), "x[1]");
    }

    #[test]
    fn unknown_anywhere_inside_json_is_unknown() {
        let document = PropertyMap::from([("Principal".to_owned(), PropertyValue::Unknown.into_secret())]);
        assert_eq!(serde_json::Value::decode(&document.into(), &at()), Ok(Input::Unknown));
    }
}
