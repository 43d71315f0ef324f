//! What is derived from a secret is a secret: in outputs, previews, plans and the state, and it stands in no message.
//!
//! One rule in one place. An output is secret if an input that it is derived from is, or if its text contains the text of a
//! secret, wherever that came from: inputs of this run or the last one, or the provider's configuration.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use crate::members;
use crate::needles::Needles;
use crate::outputs::REPLICA_KEYS;
use crate::spec::constants::names;
use crate::spec::generated::{OUTPUTS, REPLICA_OUTPUTS};
use crate::text::presentable;
use crate::value::{PropertyMap, PropertyValue};

/// What stands in the place of a secret.
const MASK: &str = "[secret]";

/// Shorter texts hide nothing worth the name inside of other texts: looking for them would make every message unreadable.
const SHORTEST: usize = 4;

/// What a typed policy is rendered for.
const RENDERED_FOR: [&str; 4] = [names::KEY_SPEC, names::KEY_USAGE, names::MULTI_REGION, names::REGION];

/// The secret texts of one call. Their debug form hides them.
#[derive(Clone, Default)]
pub struct Secrets {
    texts: Arc<BTreeSet<String>>,
    /// The same as messages quote them, without the short ones; made when it is first needed.
    quoted: Arc<OnceLock<Needles>>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.texts.len())
    }
}

impl PartialEq for Secrets {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts
    }
}

impl Eq for Secrets {}

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
        let (news, before) = (Self::of(&[news]), Self::of(before));
        let before = before.texts.iter().filter(|text| !open.contains(*text));
        Self::from_texts(news.texts.iter().chain(before).cloned().collect())
    }

    /// Both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (self.texts.is_empty(), other.texts.is_empty()) {
            (_, true) => self.clone(),
            (true, _) => other.clone(),
            _ => Self::from_texts(self.texts.union(&other.texts).cloned().collect()),
        }
    }

    fn from_texts(mut texts: BTreeSet<String>) -> Self {
        texts.remove("");
        Self { texts: Arc::new(texts), quoted: Arc::default() }
    }

    fn quoted(&self) -> &Needles {
        self.quoted.get_or_init(|| {
            let long = self.texts.iter().filter(|text| text.len() >= SHORTEST);
            let forms: BTreeSet<String> = long.flat_map(|text| forms(text)).collect();
            Needles::of(forms.iter().map(String::as_str))
        })
    }

    /// A message without the secrets, in the forms in which messages quote texts, and as a terminal takes it. Texts of fewer
    /// than four characters stay.
    pub fn mask(&self, message: &str) -> String {
        if self.texts.is_empty() {
            return presentable(message);
        }
        let (mut masked, mut rest) = (String::with_capacity(message.len()), 0);
        for secret in self.quoted().covered(message) {
            masked.push_str(&message[rest..secret.start]);
            masked.push_str(MASK);
            rest = secret.end;
        }
        masked.push_str(&message[rest..]);
        presentable(&masked)
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
        !self.texts.is_empty() && (self.texts.contains(value) || self.quoted().are_in(value))
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
            if wanted && text.trim_start().starts_with('{') {
                texts.extend(serde_json::from_str(text).map(|json| principals(&json)).unwrap_or_default());
            }
            texts.insert(text.clone());
        }
        _ => {}
    }
}

/// The principals that secret JSON text names: errors about a policy name them one by one.
fn principals(json: &serde_json::Value) -> Vec<String> {
    match json {
        serde_json::Value::String(text) if ["arn:", "AROA", "AIDA"].iter().any(|start| text.starts_with(start)) => {
            vec![text.clone()]
        }
        serde_json::Value::Array(items) => items.iter().flat_map(principals).collect(),
        serde_json::Value::Object(members) => members.values().flat_map(principals).collect(),
        _ => vec![],
    }
}

/// Elements of a policy document (AWS IAM user guide, "IAM JSON policy element reference").
#[rustfmt::skip]
const POLICY_ELEMENTS: [&str; 12] = [
    "Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource",
    "Condition",
];

/// Names of the definition and of the grammar of policies are in every message and hide nothing.
fn is_name(key: &str) -> bool {
    use crate::spec::generated::{AWS_KMS_KEY_SPEC, DELETION_GUARD, KEY_POLICY, PROVIDER_CONFIG, REPLICA};
    if POLICY_ELEMENTS.contains(&key) {
        return true;
    }
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
    fn many_secrets_are_masked_in_no_time() {
        let secret = |number: u32| PropertyValue::from(format!("secret-number-{number:06}")).into_secret();
        let inputs: PropertyMap = (0..20_000).map(|number| (format!("p{number}"), secret(number))).collect();
        let secrets = Secrets::of(&[&inputs]);
        let began = std::time::Instant::now();
        for number in 0..20_000 {
            assert_eq!(secrets.mask(&format!("it is secret-number-{number:06} again")), "it is [secret] again");
        }
        assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    }

    #[test]
    fn secrets_that_overlap_leave_nothing() {
        let inputs = map(&[
            ("a", PropertyValue::from("abcd-efgh").into_secret()),
            ("b", PropertyValue::from("efgh-ij").into_secret()),
        ]);
        assert_eq!(Secrets::of(&[&inputs]).mask("<abcd-efgh-ij>"), "<[secret]>");
    }

    #[test]
    fn the_principals_of_a_secret_document_are_secret_one_by_one() {
        let text =
            r#"{"Statement": {"Principal": {"AWS": ["arn:aws:iam::111122223333:role/Hidden"]}, "Action": "kms:*"}}"#;
        let secrets = Secrets::of(&[&map(&[("policyDocument", PropertyValue::from(text).into_secret())])]);
        let masked = secrets.mask("it can only be arn:aws:iam::111122223333:role/Hidden, which may kms:*");
        assert!(!masked.contains("Hidden") && masked.contains("kms:*"), "{masked}");
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
