//! Members that are lists, structures, dates or optional bytes.

use base64::Engine as _;
use serde_json::{Map, Value};

use super::{Params, member, wrong_type};
use crate::error::ApiError;

impl<'a> Params<'a> {
    /// A list whose entries are of a set of values.
    pub(crate) fn choices(&mut self, name: &'static str, values: &[&str]) -> Result<Option<Vec<String>>, ApiError> {
        if self.get(name).is_none() {
            return Ok(None);
        }
        let list = self.texts(name)?;
        if list.iter().any(|item| !values.contains(&item.as_str())) {
            self.violations.push(format!(
                "Value '[{}]' at '{}' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [{}]]",
                list.join(", "),
                member(name),
                values.join(", ")
            ));
        }
        Ok(Some(list))
    }

    /// Tokens of grants: at most ten, none of them empty.
    pub(crate) fn grant_tokens(&mut self) -> Result<Vec<String>, ApiError> {
        let tokens = self.texts("GrantTokens")?;
        let shown = || tokens.join(", ");
        if tokens.len() > 10 {
            let text = format!(
                "Value '[{}]' at 'grantTokens' failed to satisfy constraint: Member must have length less than or equal to 10",
                shown()
            );
            self.violations.push(text);
        }
        if tokens.iter().any(|token| token.is_empty() || token.len() > 8192) {
            let text = format!(
                "Value '[{}]' at 'grantTokens' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 8192, Member must have length greater than or equal to 1]",
                shown()
            );
            self.violations.push(text);
        }
        Ok(tokens)
    }

    /// Notes that a required member is not there.
    pub(crate) fn missing(&mut self, name: &str) {
        self.violations
            .push(format!("Value null at '{}' failed to satisfy constraint: Member must not be null", member(name)));
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

/// Bytes as an answer shows them.
pub(crate) fn blob(bytes: impl AsRef<[u8]>) -> Value {
    Value::String(base64::engine::general_purpose::STANDARD.encode(bytes))
}
