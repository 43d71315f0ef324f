//! The AWS query protocol, which STS and IAM speak: a form in, XML out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::caller::Caller;
use crate::error::ApiError;
use crate::sim::Sim;
use crate::{iam, sts};

/// The answer to a request of STS or IAM: XML and whether the state changed, or an error.
pub(crate) fn answer(
    sim: &mut Sim,
    now: f64,
    access_key: &str,
    region: &str,
    body: &[u8],
) -> Result<(String, bool), ApiError> {
    let caller = Caller::of(&sim.state, access_key, region);
    let form = form(body);
    let action = form.get("Action").unwrap_or_default().to_owned();
    let now = now + sim.state.clock_offset;
    sts::answer(sim, now, &caller, &action, &form)
        .or_else(|| iam::answer(sim, now, &caller, &action, &form))
        .unwrap_or_else(|| Err(ApiError::new("InvalidAction", format!("Could not find operation {action}"))))
}

/// The members of a request, `Action` and `Version` among them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(pub(crate) BTreeMap<String, String>);

impl Form {
    /// A member that may be absent; empty ones count as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A member that must be there.
    ///
    /// # Errors
    /// It is absent or empty.
    pub(crate) fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.get(name).ok_or_else(|| ApiError::new("ValidationError", format!("{name} is required.")))
    }

    /// The members of a list: `TagKeys.member.1` and so on.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        (1..).map_while(|number| self.0.get(&format!("{name}.member.{number}")).cloned()).collect()
    }

    /// The member `Tags`.
    pub(crate) fn tags(&self) -> BTreeMap<String, String> {
        let member = |number: usize, name: &str| self.0.get(&format!("Tags.member.{number}.{name}")).cloned();
        (1..).map_while(|number| Some((member(number, "Key")?, member(number, "Value").unwrap_or_default()))).collect()
    }
}

/// An answer: elements of a result.
#[derive(Debug, Default)]
pub(crate) struct Xml(String);

impl Xml {
    /// Adds an element with a text.
    pub(crate) fn text(mut self, name: &str, text: impl AsRef<str>) -> Self {
        let _ = write!(self.0, "<{name}>{}</{name}>", escaped(text.as_ref()));
        self
    }

    /// Adds an element with a text if there is one.
    pub(crate) fn maybe(self, name: &str, text: Option<impl AsRef<str>>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    /// Adds an element with others inside.
    pub(crate) fn element(mut self, name: &str, inside: &Self) -> Self {
        let _ = write!(self.0, "<{name}>{}</{name}>", inside.0);
        self
    }

    /// Adds a list of one page.
    pub(crate) fn list(self, name: &str, members: impl IntoIterator<Item = Self>) -> Self {
        let inside: String = members.into_iter().map(|member| format!("<member>{}</member>", member.0)).collect();
        self.element(name, &Self(inside)).text("IsTruncated", "false")
    }

    /// Adds a list of texts of one page.
    pub(crate) fn texts<'a>(self, name: &str, members: impl IntoIterator<Item = &'a str>) -> Self {
        self.list(name, members.into_iter().map(|text| Self(escaped(text))))
    }

    /// Adds tags, as the part of something or as a page.
    pub(crate) fn tags(self, tags: &BTreeMap<String, String>) -> Self {
        let member = |(key, value): (&String, &String)| {
            format!("<member>{}</member>", Self::default().text("Key", key).text("Value", value).0)
        };
        let inside: String = tags.iter().map(member).collect();
        self.element("Tags", &Self(inside))
    }

    /// The whole answer to an action.
    pub(crate) fn answer(self, namespace: &str, action: &str) -> String {
        format!(
            "<{action}Response xmlns=\"{namespace}\"><{action}Result>{}</{action}Result><ResponseMetadata>\
             <RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata></{action}Response>",
            self.0
        )
    }
}

/// An error.
pub(crate) fn error_xml(error: &ApiError) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error></ErrorResponse>",
        error.code,
        escaped(error.message.as_deref().unwrap_or_default())
    )
}

/// A text inside of an element. What XML has no characters for becomes the sign for it.
fn escaped(text: &str) -> String {
    let is_character =
        |c: char| !matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    let text: String = text.chars().map(|c| if is_character(c) { c } else { char::REPLACEMENT_CHARACTER }).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Reads a form.
fn form(body: &[u8]) -> Form {
    let text = String::from_utf8_lossy(body);
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    Form(pairs.map(|(name, value)| (decoded(name), decoded(value))).collect())
}

fn decoded(text: &str) -> String {
    let mut bytes = vec![];
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            (other, _) => bytes.push(*other),
        }
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// IAM gives documents percent-encoded.
pub(crate) fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::{decoded, form};

    #[test]
    fn decodes_forms() {
        assert_eq!(decoded("arn%3Aaws+x%2"), "arn:aws x%2");
        let form = form(b"Tags.member.1.Key=a&Tags.member.1.Value=&Tags.member.2.Key=b&Tags.member.2.Value=c");
        let tags: Vec<_> = form.tags().into_iter().collect();
        assert_eq!(tags, [("a".into(), String::new()), ("b".into(), "c".into())]);
    }
}
