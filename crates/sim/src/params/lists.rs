//! Members that are lists, structures, dates or optional bytes.

use base64::Engine as _;
use serde_json::{Map, Value};

use super::{Params, member, wrong_type};
use crate::constraints;
use crate::error::ApiError;

impl<'a> Params<'a> {
    /// A list whose entries are of a set of values.
    pub(crate) fn choices(&mut self, name: &'static str, values: &[&str]) -> Result<Option<Vec<String>>, ApiError> {
        if self.get(name).is_none() {
            return Ok(None);
        }
        let list = self.texts(name)?;
        if list.iter().any(|item| !values.contains(&item.as_str())) {
            self.violates(format!(
                "Value '[{}]' at '{}' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [{}]]",
                list.join(", "),
                member(name),
                values.join(", ")
            ));
        }
        Ok(Some(list))
    }

    /// Tokens of grants.
    pub(crate) fn grant_tokens(&mut self) -> Result<Vec<String>, ApiError> {
        self.texts("GrantTokens")
    }

    /// A list of texts, within the limits of its member.
    pub(crate) fn texts(&mut self, name: &'static str) -> Result<Vec<String>, ApiError> {
        let Some(list) = self.get(name) else { return Ok(vec![]) };
        let list = list.as_array().ok_or_else(|| wrong_type(name, "List"))?;
        let texts: Result<Vec<String>, ApiError> = list
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| wrong_type(name, "String")))
            .collect();
        let texts = texts?;
        self.sizes(name, &texts);
        Ok(texts)
    }

    fn sizes(&mut self, name: &str, texts: &[String]) {
        let limits = constraints::list(name);
        let mut note = |constraint: String| {
            let at = member(name);
            self.violates(format!(
                "Value '[{}]' at '{at}' failed to satisfy constraint: {constraint}",
                texts.join(", ")
            ));
        };
        if texts.len() < limits.sizes.0 {
            note(format!("Member must have length greater than or equal to {}", limits.sizes.0));
        }
        if texts.len() > limits.sizes.1 {
            note(format!("Member must have length less than or equal to {}", limits.sizes.1));
        }
        let (least, most) = limits.lengths;
        if texts.iter().any(|text| !(least..=most).contains(&text.chars().count())) {
            note(format!(
                "Member must satisfy constraint: [Member must have length less than or equal to {most}, Member must have length greater than or equal to {least}]"
            ));
        }
        if !limits.values.is_empty() && texts.iter().any(|text| !limits.values.contains(&text.as_str())) {
            let values = limits.values.join(", ");
            note(format!("Member must satisfy constraint: [Member must satisfy enum value set: [{values}]]"));
        }
    }

    /// Tags as a list of pairs, in order.
    pub(crate) fn tags(&mut self, name: &'static str) -> Result<Vec<(String, String)>, ApiError> {
        let Some(list) = self.get(name) else { return Ok(vec![]) };
        let list = list.as_array().ok_or_else(|| wrong_type(name, "List"))?;
        let mut tags = vec![];
        for (tag, position) in list.iter().zip(1..) {
            let tag = tag.as_object().ok_or_else(|| wrong_type(name, "Structure"))?;
            let mut part = |member: &str, at: &str, lengths| {
                self.part(tag, member, &format!("tags.{position}.member.{at}"), lengths)
            };
            tags.push((part("TagKey", "tagKey", (1, 128))?, part("TagValue", "tagValue", (0, 256))?));
            unknown_members(tag, &["TagKey", "TagValue"])?;
        }
        Ok(tags)
    }

    /// A text that a structure must have.
    pub(crate) fn part(
        &mut self,
        structure: &Map<String, Value>,
        name: &str,
        at: &str,
        lengths: (usize, usize),
    ) -> Result<String, ApiError> {
        match structure.get(name) {
            None | Some(Value::Null) => {
                self.violates(format!("Value null at '{at}' failed to satisfy constraint: Member must not be null"));
                Ok(String::new())
            }
            Some(Value::String(text)) => {
                self.formed(name, at, text, lengths);
                Ok(text.clone())
            }
            Some(_) => Err(wrong_type(name, "String")),
        }
    }

    /// A list that must be there.
    pub(crate) fn required<T>(
        &mut self,
        name: &'static str,
        read: fn(&mut Self, &'static str) -> Result<Vec<T>, ApiError>,
    ) -> Result<Vec<T>, ApiError> {
        if self.get(name).is_none() {
            self.missing(name);
        }
        read(self, name)
    }

    /// Notes that a required member is not there.
    pub(crate) fn missing(&mut self, name: &str) {
        self.violates(format!(
            "Value null at '{}' failed to satisfy constraint: Member must not be null",
            member(name)
        ));
    }

    /// A text that must be one of some values and must be there.
    pub(crate) fn required_choice(&mut self, name: &'static str, values: &[&str]) -> Result<&'a str, ApiError> {
        let text = self.choice(name, values)?;
        if text.is_none() {
            self.missing(name);
        }
        Ok(text.unwrap_or_default())
    }

    /// A text of a length whose characters are all good ones; `form` is the pattern that AWS shows for them.
    pub(crate) fn formed_text(
        &mut self,
        name: &'static str,
        lengths: (usize, usize),
        form: &str,
        good: fn(char) -> bool,
    ) -> Result<Option<&'a str>, ApiError> {
        let text = self.limited_text(name, lengths.0, lengths.1)?;
        if let Some(text) = text.filter(|text| text.chars().any(|c| !good(c))) {
            self.pattern(name, text, form);
        }
        Ok(text)
    }

    /// The members of a structure.
    pub(crate) fn structure(&mut self, name: &'static str) -> Result<Option<&'a Map<String, Value>>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(wrong_type(name, "Structure")),
        }
    }

    /// A date in seconds since 1970.
    pub(crate) fn date(&mut self, name: &'static str) -> Result<Option<f64>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => value.as_f64().map(Some).ok_or_else(|| wrong_type(name, "Timestamp")),
        }
    }

    /// Bytes that need not be there.
    pub(crate) fn optional_bytes(
        &mut self,
        name: &'static str,
        least: usize,
        most: usize,
    ) -> Result<Option<Vec<u8>>, ApiError> {
        if self.get(name).is_none() {
            return Ok(None);
        }
        self.bytes(name, least, most).map(Some)
    }

    /// The ID of key material: 64 hexadecimal digits.
    pub(crate) fn material_id(&mut self) -> Result<Option<&'a str>, ApiError> {
        let good = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        self.formed_text("KeyMaterialId", (64, 64), "^[a-f0-9]+$", good)
    }
}

/// Refuses members that a structure does not have.
pub(crate) fn unknown_members(structure: &Map<String, Value>, known: &[&str]) -> Result<(), ApiError> {
    match structure.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(ApiError::new(
            "SerializationException",
            format!("the structure has no member {name:?} (strict mode of the simulator)"),
        )),
    }
}

/// Bytes as an answer shows them.
pub(crate) fn blob(bytes: impl AsRef<[u8]>) -> Value {
    Value::String(base64::engine::general_purpose::STANDARD.encode(bytes))
}
