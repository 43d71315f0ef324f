//! Members of a request, validated in AWS's words.

mod lists;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::constraints;
use crate::error::ApiError;

pub(crate) use lists::{blob, unknown_members};

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

    /// Notes a violation, once.
    fn violates(&mut self, violation: String) {
        if !self.violations.contains(&violation) {
            self.violations.push(violation);
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
                self.missing(name);
                Ok("")
            }
            Some(text) => {
                self.formed(name, &member(name), text, (least, most));
                Ok(text)
            }
        }
    }

    /// Checks a text against the length and the pattern of its member.
    pub(crate) fn formed(&mut self, name: &str, at: &str, text: &str, lengths: (usize, usize)) {
        self.length(at, shown(name, text), text, lengths.0, lengths.1);
        if let Some(pattern) = constraints::pattern(name).filter(|pattern| !(pattern.fits)(text)) {
            self.violates(unfit(shown(name, text), at, pattern.shown));
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
            self.formed(name, &member(name), text, (least, most));
        }
        Ok(text)
    }

    pub(crate) fn choice(&mut self, name: &'static str, values: &[&str]) -> Result<Option<&'a str>, ApiError> {
        let text = self.text(name)?;
        if let Some(text) = text.filter(|text| !values.contains(text)) {
            self.violates(format!(
                "Value '{text}' at '{}' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
                member(name),
                values.join(", ")
            ));
        }
        Ok(text)
    }

    /// Notes that a text is not of a form.
    pub(crate) fn pattern(&mut self, name: &str, text: &str, form: &str) {
        self.violates(unfit(Some(text), &member(name), form));
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
            self.violates(format!("Value '{number}' at '{}' failed to satisfy constraint: Member must have value greater than or equal to {least}", member(name)));
        } else if number > most {
            self.violates(format!("Value '{number}' at '{}' failed to satisfy constraint: Member must have value less than or equal to {most}", member(name)));
        }
        Ok(Some(number))
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
            self.missing(name);
            return Ok(vec![]);
        };
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(text)
            .map_err(|_| ApiError::new("SerializationException", "Blob is not valid base64"))?;
        if bytes.len() < least {
            self.violates(format!(
                "Value at '{}' failed to satisfy constraint: Member must have length greater than or equal to {least}",
                member(name)
            ));
        } else if bytes.len() > most {
            self.violates(format!(
                "Value at '{}' failed to satisfy constraint: Member must have length less than or equal to {most}",
                member(name)
            ));
        }
        Ok(bytes)
    }

    fn length(&mut self, at: &str, shown: Option<&str>, text: &str, least: usize, most: usize) {
        let count = text.chars().count();
        let bound = match count {
            _ if count < least => format!("greater than or equal to {least}"),
            _ if count > most => format!("less than or equal to {most}"),
            _ => return,
        };
        let value = value(shown);
        self.violates(format!("{value} at '{at}' failed to satisfy constraint: Member must have length {bound}"));
    }
}

/// What a message shows of a member: nothing of a secret.
fn shown<'a>(name: &str, text: &'a str) -> Option<&'a str> {
    (!constraints::is_secret(name)).then_some(text)
}

fn value(shown: Option<&str>) -> String {
    shown.map_or_else(|| "Value".to_owned(), |text| format!("Value '{text}'"))
}

fn unfit(shown: Option<&str>, at: &str, form: &str) -> String {
    format!(
        "{} at '{at}' failed to satisfy constraint: Member must satisfy regular expression pattern: {form}",
        value(shown)
    )
}

/// AWS names members in messages with a small first letter.
fn member(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!("{}{rest}", first.to_lowercase())
}

fn wrong_type(name: &str, wanted: &str) -> ApiError {
    ApiError::new("SerializationException", format!("{name} can not be converted to {wanted}"))
}
