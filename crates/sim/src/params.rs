//! Members of a request, validated in AWS's words.

mod lists;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::ApiError;

pub(crate) use lists::blob;

/// The members of a request. Violations of several constraints are told together, as AWS does; members that the
/// operation does not have are refused, because a program that sends them is wrong.
#[derive(Debug)]
pub(crate) struct Params<'a> {
    members: &'a Map<String, Value>,
    violations: Vec<String>,
    known: Vec<&'static str>,
}

impl<'a> Params<'a> {
    pub(crate) fn new(members: &'a Map<String, Value>) -> Self {
        Self { members, violations: vec![], known: vec![] }
    }

    /// Ends validation: nothing of the request is acted on before.
    pub(crate) fn done(self) -> Result<(), ApiError> {
        if let Some(unknown) = self.members.keys().find(|name| !self.known.contains(&name.as_str())) {
            return Err(ApiError::new(
                "SerializationException",
                format!("the operation has no member {unknown:?} (strict mode of the simulator)"),
            ));
        }
        match self.violations.len() {
            0 => Ok(()),
            1 => Err(ApiError::validation(format!("1 validation error detected: {}", self.violations[0]))),
            count => {
                Err(ApiError::validation(format!("{count} validation errors detected: {}", self.violations.join("; "))))
            }
        }
    }

    pub(crate) fn get(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.members.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Result<Option<&'a str>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong_type(name, "String")),
        }
    }

    pub(crate) fn required_text(&mut self, name: &'static str, least: usize, most: usize) -> Result<&'a str, ApiError> {
        match self.text(name)? {
            None => {
                self.violations.push(format!(
                    "Value null at '{}' failed to satisfy constraint: Member must not be null",
                    member(name)
                ));
                Ok("")
            }
            Some(text) => {
                self.length(&member(name), text, least, most);
                Ok(text)
            }
        }
    }

    pub(crate) fn limited_text(
        &mut self,
        name: &'static str,
        least: usize,
        most: usize,
    ) -> Result<Option<&'a str>, ApiError> {
        let text = self.text(name)?;
        if let Some(text) = text {
            self.length(&member(name), text, least, most);
        }
        Ok(text)
    }

    pub(crate) fn choice(&mut self, name: &'static str, values: &[&str]) -> Result<Option<&'a str>, ApiError> {
        let text = self.text(name)?;
        if let Some(text) = text.filter(|text| !values.contains(text)) {
            self.violations.push(format!(
                "Value '{text}' at '{}' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
                member(name),
                values.join(", ")
            ));
        }
        Ok(text)
    }

    /// Notes that a text is not of a form.
    pub(crate) fn pattern(&mut self, name: &str, text: &str, form: &str) {
        self.violations.push(format!(
            "Value '{text}' at '{}' failed to satisfy constraint: Member must satisfy regular expression pattern: {form}",
            member(name)
        ));
    }

    pub(crate) fn flag(&mut self, name: &'static str) -> Result<Option<bool>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(wrong_type(name, "Boolean")),
        }
    }

    pub(crate) fn integer(&mut self, name: &'static str, least: i64, most: i64) -> Result<Option<i64>, ApiError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let number = value.as_i64().ok_or_else(|| wrong_type(name, "Integer"))?;
        if number < least {
            self.violations.push(format!("Value '{number}' at '{}' failed to satisfy constraint: Member must have value greater than or equal to {least}", member(name)));
        } else if number > most {
            self.violations.push(format!("Value '{number}' at '{}' failed to satisfy constraint: Member must have value less than or equal to {most}", member(name)));
        }
        Ok(Some(number))
    }

    /// Tags as a list of pairs, in order.
    pub(crate) fn tags(&mut self, name: &'static str) -> Result<Vec<(String, String)>, ApiError> {
        let Some(list) = self.get(name) else { return Ok(vec![]) };
        let list = list.as_array().ok_or_else(|| wrong_type(name, "List"))?;
        let mut tags = vec![];
        for (index, tag) in list.iter().enumerate() {
            let text = |member: &str| tag.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
            let (key, value) = (text("TagKey"), text("TagValue"));
            self.length(&format!("tags.{}.member.tagKey", index + 1), &key, 1, 128);
            self.length(&format!("tags.{}.member.tagValue", index + 1), &value, 0, 256);
            tags.push((key, value));
        }
        Ok(tags)
    }

    pub(crate) fn texts(&mut self, name: &'static str) -> Result<Vec<String>, ApiError> {
        let Some(list) = self.get(name) else { return Ok(vec![]) };
        let list = list.as_array().ok_or_else(|| wrong_type(name, "List"))?;
        list.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(|| wrong_type(name, "String"))).collect()
    }

    pub(crate) fn text_map(&mut self, name: &'static str) -> Result<BTreeMap<String, String>, ApiError> {
        let Some(map) = self.get(name) else { return Ok(BTreeMap::new()) };
        let map = map.as_object().ok_or_else(|| wrong_type(name, "Map"))?;
        map.iter()
            .map(|(key, value)| Ok((key.clone(), value.as_str().ok_or_else(|| wrong_type(name, "String"))?.to_owned())))
            .collect()
    }

    /// Bytes in base64.
    pub(crate) fn bytes(&mut self, name: &'static str, least: usize, most: usize) -> Result<Vec<u8>, ApiError> {
        use base64::Engine as _;
        let Some(text) = self.text(name)? else {
            self.violations.push(format!(
                "Value null at '{}' failed to satisfy constraint: Member must not be null",
                member(name)
            ));
            return Ok(vec![]);
        };
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(text)
            .map_err(|_| ApiError::new("SerializationException", "Blob is not valid base64"))?;
        if bytes.len() < least {
            self.violations.push(format!(
                "Value at '{}' failed to satisfy constraint: Member must have length greater than or equal to {least}",
                member(name)
            ));
        } else if bytes.len() > most {
            self.violations.push(format!(
                "Value at '{}' failed to satisfy constraint: Member must have length less than or equal to {most}",
                member(name)
            ));
        }
        Ok(bytes)
    }

    fn length(&mut self, at: &str, text: &str, least: usize, most: usize) {
        let count = text.chars().count();
        if count < least {
            self.violations.push(format!("Value '{text}' at '{at}' failed to satisfy constraint: Member must have length greater than or equal to {least}"));
        } else if count > most {
            self.violations.push(format!("Value '{text}' at '{at}' failed to satisfy constraint: Member must have length less than or equal to {most}"));
        }
    }
}

/// AWS names members in messages with a small first letter.
fn member(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!("{}{rest}", first.to_lowercase())
}

fn wrong_type(name: &str, wanted: &str) -> ApiError {
    ApiError::new("SerializationException", format!("{name} can not be converted to {wanted}"))
}
