//! Secret values, kept out of everything that is said.
//!
//! AWS quotes what it refuses, and progress names what is being done: an alias, a role. Where such a text is a secret of the
//! program, it must not come out this way.

use std::sync::Arc;

use awskms_core::value::{PropertyMap, PropertyValue};

/// What stands in the place of a secret.
const MASK: &str = "[secret]";

/// Shorter texts are no secrets worth the name, and hiding them would make a message unreadable.
const SHORTEST: usize = 4;

/// The secret texts of one call.
#[derive(Debug, Clone, Default)]
pub(super) struct Hidden {
    texts: Arc<Vec<String>>,
}

impl Hidden {
    /// The secret texts among some properties.
    pub(super) fn of(maps: &[&PropertyMap]) -> Self {
        let mut texts = vec![];
        for value in maps.iter().flat_map(|map| map.values()) {
            collect(value, false, &mut texts);
        }
        texts.retain(|text| text.len() >= SHORTEST);
        // A text that is part of another must not leave the rest of that one readable.
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Self { texts: Arc::new(texts) }
    }

    /// A message without the secrets.
    pub(super) fn mask(&self, message: &str) -> String {
        self.texts.iter().fold(message.to_owned(), |message, text| message.replace(text.as_str(), MASK))
    }
}

fn collect(value: &PropertyValue, secret: bool, texts: &mut Vec<String>) {
    match value {
        PropertyValue::Secret(inner) => collect(inner, true, texts),
        PropertyValue::List(items) => items.iter().for_each(|item| collect(item, secret, texts)),
        PropertyValue::Map(map) => map.values().for_each(|item| collect(item, secret, texts)),
        PropertyValue::String(text) if secret => texts.push(text.clone()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use awskms_core::value::{PropertyMap, PropertyValue};

    use super::Hidden;

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let list = PropertyValue::List(vec!["alias/hidden".into(), "alias/hidden/too".into(), "x".into()]);
        let map = PropertyMap::from([
            ("aliases".to_owned(), list.into_secret()),
            ("description".to_owned(), PropertyValue::from("in the open")),
        ]);
        let hidden = Hidden::of(&[&map]);
        assert_eq!(
            hidden.mask("alias/hidden/too and alias/hidden, in the open, x"),
            "[secret] and [secret], in the open, x"
        );
    }
}
