//! What is derived from a secret is a secret: in outputs, previews, plans and the state, and it stands in no message.
//!
//! One rule in one place. An output is secret if an input that it is derived from is, or if its text contains the text of a
//! secret, wherever that came from: inputs of this run or the last one, or the provider's configuration.

use std::collections::BTreeSet;

use crate::members;
use crate::outputs::REPLICA_KEYS;
use crate::spec::constants::names;
use crate::spec::generated::{OUTPUTS, REPLICA_OUTPUTS};
use crate::value::{PropertyMap, PropertyValue};

/// What stands in the place of a secret.
const MASK: &str = "[secret]";

/// Shorter texts hide nothing worth the name inside of other texts: looking for them would make every message unreadable.
const SHORTEST: usize = 4;

/// What a typed policy is rendered for.
const RENDERED_FOR: [&str; 3] = [names::KEY_SPEC, names::KEY_USAGE, names::MULTI_REGION];

/// The secret texts of one call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    /// The longest first: a text that is part of another must not leave the rest of that one readable.
    texts: Vec<String>,
}

impl Secrets {
    /// The secrets among some properties.
    pub fn of(maps: &[&PropertyMap]) -> Self {
        let mut texts = BTreeSet::new();
        for value in maps.iter().flat_map(|map| map.values()) {
            collect(value, false, true, &mut texts);
        }
        Self::from_texts(texts)
    }

    /// The secrets of a change: those of the new inputs, and those of before that the new inputs do not say in the open.
    pub fn of_change(news: &PropertyMap, before: &[&PropertyMap]) -> Self {
        let mut open = BTreeSet::new();
        for value in news.values() {
            collect(value, false, false, &mut open);
        }
        let before = Self::of(before).texts.into_iter().filter(|text| !open.contains(text));
        Self::from_texts(Self::of(&[news]).texts.into_iter().chain(before).collect())
    }

    /// Both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self::from_texts(self.texts.iter().chain(&other.texts).cloned().collect())
    }

    fn from_texts(texts: BTreeSet<String>) -> Self {
        let mut texts: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Self { texts }
    }

    /// A message without the secrets, in the forms in which messages quote texts. Texts of fewer than four characters stay.
    pub fn mask(&self, message: &str) -> String {
        let mut masked = message.to_owned();
        for text in self.texts.iter().filter(|text| text.len() >= SHORTEST) {
            for form in forms(text) {
                if masked.contains(&form) {
                    masked = masked.replace(&form, MASK);
                }
            }
        }
        masked
    }

    /// Outputs with everything secret that is derived from a secret. `inputs` are the inputs in normal form.
    #[must_use]
    pub fn seal(&self, outputs: PropertyMap, inputs: &PropertyMap) -> PropertyMap {
        let seal = |(name, value): (String, PropertyValue)| {
            let sealed = if inputs.get(&name) == Some(&value) {
                // It is the input itself, as secret as the program made it.
                value
            } else if is_derived(&name, inputs) {
                value.into_secret()
            } else {
                self.taint(if name == REPLICA_KEYS { seal_replicas(value, inputs) } else { value })
            };
            (name, sealed)
        };
        outputs.into_iter().map(seal).collect()
    }

    /// The same for properties that are no outputs of a resource, such as the result of a function.
    #[must_use]
    pub fn seal_all(&self, properties: PropertyMap) -> PropertyMap {
        properties.into_iter().map(|(name, value)| (name, self.taint(value))).collect()
    }

    /// The same for one property that holds no input.
    #[must_use]
    pub fn seal_one(&self, mut properties: PropertyMap, name: &str) -> PropertyMap {
        if let Some(value) = properties.remove(name) {
            properties.insert(name.to_owned(), self.taint(value));
        }
        properties
    }

    /// Wraps each part that contains a secret, and a map whole if a key does.
    fn taint(&self, value: PropertyValue) -> PropertyValue {
        match value {
            PropertyValue::String(text) if self.are_in(&text) => PropertyValue::String(text).into_secret(),
            PropertyValue::Map(map) if map.keys().any(|key| self.are_in(key)) => PropertyValue::Map(map).into_secret(),
            PropertyValue::Map(map) => {
                PropertyValue::Map(map.into_iter().map(|(key, value)| (key, self.taint(value))).collect())
            }
            PropertyValue::List(items) => PropertyValue::List(items.into_iter().map(|item| self.taint(item)).collect()),
            other => other,
        }
    }

    fn are_in(&self, value: &str) -> bool {
        self.texts.iter().any(|text| {
            value == text || (text.len() >= SHORTEST && forms(text).iter().any(|form| value.contains(form.as_str())))
        })
    }
}

/// A text as it is, as JSON has it, and as messages quote it.
fn forms(text: &str) -> BTreeSet<String> {
    let inside = |quoted: String| quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned();
    let json = serde_json::Value::String(text.to_owned()).to_string();
    [text.to_owned(), inside(json), inside(format!("{text:?}"))].into()
}

fn is_derived(name: &str, inputs: &PropertyMap) -> bool {
    let secret = |name: &&str| inputs.get(*name).is_some_and(PropertyValue::has_secrets);
    match name {
        // What a failed run has left: names and tags of before and of now.
        "__unreleased" => inputs.values().any(PropertyValue::has_secrets),
        names::TAGS_ALL => [names::TAGS, names::TAGS_ALL]
            .iter()
            .any(|name| matches!(inputs.get(*name), Some(PropertyValue::Secret(_)))),
        names::POLICY_JSON if inputs.contains_key(names::POLICY) && RENDERED_FOR.iter().any(&secret) => true,
        REPLICA_KEYS => members::hide_their_regions(inputs),
        _ => OUTPUTS.iter().any(|output| output.name == name && output.from.iter().any(&secret)),
    }
}

/// What the inputs of each replica decide.
fn seal_replicas(value: PropertyValue, inputs: &PropertyMap) -> PropertyValue {
    let PropertyValue::Map(mut replicas) = value else { return value };
    for (region, entry) in members::entries(inputs) {
        let own = members::effective(inputs, &entry);
        let secret = |names: &[&str]| names.iter().any(|name| own.get(*name).is_some_and(PropertyValue::has_secrets));
        let Some(PropertyValue::Map(replica)) = replicas.get_mut(&region) else { continue };
        for output in REPLICA_OUTPUTS {
            if let Some(value) = replica.remove(output.name) {
                replica.insert(output.name.to_owned(), if secret(output.from) { value.into_secret() } else { value });
            }
        }
    }
    PropertyValue::Map(replicas)
}

/// Collects the texts that are secret, or those that are not. Keys inside of a secret are as secret as its values.
fn collect(value: &PropertyValue, inside: bool, wanted: bool, texts: &mut BTreeSet<String>) {
    match value {
        PropertyValue::Secret(inner) => collect(inner, true, wanted, texts),
        PropertyValue::List(items) => items.iter().for_each(|item| collect(item, inside, wanted, texts)),
        PropertyValue::Map(map) => {
            for (key, item) in map {
                if inside && wanted && !is_name(key) {
                    texts.insert(key.clone());
                }
                collect(item, inside, wanted, texts);
            }
        }
        PropertyValue::String(text) if inside == wanted => {
            texts.insert(text.clone());
        }
        _ => {}
    }
}

/// Names of the definition are in every message and hide nothing.
fn is_name(key: &str) -> bool {
    use crate::spec::generated::{AWS_KMS_KEY_SPEC, DELETION_GUARD, KEY_POLICY, PROVIDER_CONFIG, REPLICA};
    let messages = [&AWS_KMS_KEY_SPEC, &KEY_POLICY, &REPLICA, &DELETION_GUARD, &PROVIDER_CONFIG];
    let mut fields = messages.into_iter().flat_map(|message| message.fields);
    fields.any(|field| field.name == key || field.proto_name == key || field.also.contains(&key))
}

#[cfg(test)]
mod tests {
    use super::Secrets;
    use crate::value::{PropertyMap, PropertyValue};

    fn map(entries: &[(&str, PropertyValue)]) -> PropertyMap {
        entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let list = PropertyValue::List(vec![
            "alias/hidden".into(),
            "alias/hidden/too".into(),
            "x".into(),
            "say \"it\"".into(),
        ]);
        let inputs = map(&[("aliases", list.into_secret()), ("description", "in the open".into())]);
        let secrets = Secrets::of(&[&inputs]);
        let said = "alias/hidden/too and alias/hidden, in the open, x, \"say \\\"it\\\"\"";
        assert_eq!(secrets.mask(said), "[secret] and [secret], in the open, x, \"[secret]\"");
    }

    #[test]
    fn what_was_secret_and_is_said_in_the_open_now_is_no_secret_any_more() {
        let (old, new) = (
            map(&[("description", PropertyValue::from("hidden").into_secret())]),
            map(&[("description", "hidden".into())]),
        );
        assert_eq!(Secrets::of_change(&new, &[&old]), Secrets::default());
        let other = map(&[("description", "other".into())]);
        assert_eq!(Secrets::of_change(&other, &[&old]).mask("was hidden"), "was [secret]");
    }
}
