//! Conditions under which a grant allows what it allows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::error::ApiError;
use crate::params::Params;
use crate::policy::{Facts, like};

type Context = BTreeMap<String, String>;

/// Constraints of a grant; those that are absent always hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Constraints {
    /// The encryption context has at least these pairs.
    subset: Option<Context>,
    /// The encryption context is this one.
    equals: Option<Context>,
    /// The call is made on behalf of this resource.
    source_arn: Option<String>,
}

impl Constraints {
    /// Reads the member of a request.
    pub(crate) fn read(members: &Map<String, Value>) -> Result<Self, ApiError> {
        let mut params = Params::new(members);
        let mut context = |name: &'static str| -> Result<Option<Context>, ApiError> {
            Ok(if params.get(name).is_some() { Some(params.text_map(name)?) } else { None })
        };
        let (subset, equals) = (context("EncryptionContextSubset")?, context("EncryptionContextEquals")?);
        let source_arn = params.limited_text("SourceArn", 20, 512)?.map(str::to_owned);
        params.done()?;
        if subset.is_some() && equals.is_some() {
            return Err(ApiError::validation("More than one constraint supplied"));
        }
        for pairs in [&subset, &equals].into_iter().flatten() {
            if pairs.len() > 8 || pairs.values().any(|value| value.chars().count() > 384) {
                return Err(ApiError::validation(
                    "A grant constraint has at most 8 encryption context pairs, whose values have at most 384 characters.",
                ));
            }
        }
        Ok(Self { subset, equals, source_arn })
    }

    pub(crate) fn concern_context(&self) -> bool {
        self.subset.is_some() || self.equals.is_some()
    }

    /// Whether only a service of AWS can be meant, which acts on behalf of a resource.
    pub(crate) fn need_a_service(&self) -> bool {
        self.source_arn.is_some()
    }

    /// Whether a call is made on behalf of the right resource, if there has to be one.
    pub(crate) fn hold_for_source(&self, facts: &Facts) -> bool {
        let source = || facts.get("aws:sourcearn").into_iter().flatten();
        self.source_arn.as_ref().is_none_or(|wanted| source().any(|arn| like(wanted, arn)))
    }

    /// The pairs that it asks for.
    pub(crate) fn context(&self) -> Option<&Context> {
        self.equals.as_ref().or(self.subset.as_ref())
    }

    pub(crate) fn hold(&self, context: &Context) -> bool {
        self.subset.as_ref().is_none_or(|pairs| within(pairs, context))
            && self.equals.as_ref().is_none_or(|pairs| pairs == context)
    }

    /// Whether others are at least as strict as these.
    pub(crate) fn cover(&self, others: &Self) -> bool {
        let equals = self.equals.is_none() || self.equals == others.equals;
        let subset = self.subset.as_ref().is_none_or(|pairs| {
            [&others.subset, &others.equals].into_iter().flatten().any(|others| within(pairs, others))
        });
        equals && subset && (self.source_arn.is_none() || self.source_arn == others.source_arn)
    }

    /// As a list of grants shows them.
    pub(crate) fn shown(&self) -> Option<Value> {
        let mut shown = Map::new();
        for (name, pairs) in [("EncryptionContextSubset", &self.subset), ("EncryptionContextEquals", &self.equals)] {
            if let Some(pairs) = pairs {
                shown.insert(name.to_owned(), json!(pairs));
            }
        }
        if let Some(arn) = &self.source_arn {
            shown.insert("SourceArn".to_owned(), json!(arn));
        }
        (!shown.is_empty()).then_some(Value::Object(shown))
    }
}

fn within(few: &Context, many: &Context) -> bool {
    few.iter().all(|(name, value)| many.get(name) == Some(value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Constraints, Context};

    fn read(text: &serde_json::Value) -> Constraints {
        Constraints::read(text.as_object().expect("a structure")).expect("good constraints")
    }

    #[test]
    fn hold_for_contexts_that_fit() {
        let context = |pairs: &[(&str, &str)]| -> Context {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let subset = read(&json!({ "EncryptionContextSubset": { "a": "1" } }));
        let equals = read(&json!({ "EncryptionContextEquals": { "a": "1" } }));
        let (exact, more, none) = (context(&[("a", "1")]), context(&[("a", "1"), ("b", "2")]), context(&[]));
        assert!(subset.hold(&exact) && subset.hold(&more) && !subset.hold(&none));
        assert!(equals.hold(&exact) && !equals.hold(&more) && !equals.hold(&none));
        assert!(!subset.hold(&context(&[("a", "2")])));
    }

    #[test]
    fn cover_only_what_is_as_strict() {
        let none = Constraints::default();
        let subset = read(&json!({ "EncryptionContextSubset": { "a": "1" } }));
        let larger = read(&json!({ "EncryptionContextSubset": { "a": "1", "b": "2" } }));
        let equals = read(&json!({ "EncryptionContextEquals": { "a": "1" } }));
        assert!(none.cover(&subset) && subset.cover(&larger) && subset.cover(&equals) && equals.cover(&equals));
        assert!(!subset.cover(&none) && !larger.cover(&subset) && !equals.cover(&subset));
    }
}
