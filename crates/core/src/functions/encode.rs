//! Results as property values.

use std::collections::BTreeMap;

use crate::value::{PropertyMap, PropertyValue};

/// Something that a result holds.
pub(super) trait Encode {
    /// Its property value.
    fn encode(self) -> PropertyValue;
}

impl Encode for bool {
    fn encode(self) -> PropertyValue {
        self.into()
    }
}

impl Encode for i32 {
    fn encode(self) -> PropertyValue {
        self.into()
    }
}

impl Encode for f64 {
    fn encode(self) -> PropertyValue {
        PropertyValue::Number(self)
    }
}

impl Encode for String {
    fn encode(self) -> PropertyValue {
        self.into()
    }
}

impl Encode for PropertyMap {
    fn encode(self) -> PropertyValue {
        self.into()
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(self) -> PropertyValue {
        PropertyValue::List(self.into_iter().map(Encode::encode).collect())
    }
}

impl Encode for BTreeMap<String, String> {
    fn encode(self) -> PropertyValue {
        PropertyValue::Map(self.into_iter().map(|(name, item)| (name, item.encode())).collect())
    }
}

impl Encode for BTreeMap<String, PropertyMap> {
    fn encode(self) -> PropertyValue {
        PropertyValue::Map(self.into_iter().map(|(name, item)| (name, item.encode())).collect())
    }
}

/// Adds a property, if it is there.
pub(super) fn put<T: Encode>(map: &mut PropertyMap, name: &str, secret: bool, value: Option<T>) {
    if let Some(value) = value.map(Encode::encode) {
        map.insert(name.to_owned(), if secret { value.into_secret() } else { value });
    }
}
