//! Checks of the provider's own configuration.

use super::check::Checked;
use super::endpoint::check_url;
use super::generated::PROVIDER_CONFIG;
use super::table::Kind;
use super::validate;
use crate::failure::Failure;
use crate::ids;
use crate::path::Path;
use crate::spec::constants::names;
use crate::value::{PropertyMap, PropertyValue};

/// Marks as secrets what the definition calls secret, also where the program has not: an access key that somebody wrote in the
/// open must not lie so in the state. Inside JSON text a part cannot be marked, so the text is secret whole.
#[must_use]
pub fn mark_secrets(given: &PropertyMap) -> PropertyMap {
    let marked = |(name, value): (&String, &PropertyValue)| {
        let field = validate::field_of(&PROVIDER_CONFIG, name);
        (name.clone(), field.map_or_else(|| value.clone(), |field| secret_parts(field.secret, &field.kind, value)))
    };
    given.iter().map(marked).collect()
}

fn secret_parts(whole: bool, kind: &Kind, value: &PropertyValue) -> PropertyValue {
    if value.is_null() {
        return value.clone();
    }
    if whole {
        return value.clone().into_secret();
    }
    match (kind, value) {
        (_, PropertyValue::Secret(inner)) => secret_parts(whole, kind, inner).into_secret(),
        (Kind::Object(_) | Kind::List { .. }, PropertyValue::String(text)) => {
            let meant = serde_json::from_str(text).map(|json| PropertyValue::from_json(&json));
            let hides = meant.is_ok_and(|meant| secret_parts(false, kind, &meant).has_secrets());
            if hides { value.clone().into_secret() } else { value.clone() }
        }
        (Kind::Object(message), PropertyValue::Map(map)) => {
            let part = |(name, value): (&String, &PropertyValue)| {
                let field = validate::field_of(message, name);
                let value = field.map_or_else(|| value.clone(), |field| secret_parts(field.secret, &field.kind, value));
                (name.clone(), value)
            };
            PropertyValue::Map(map.iter().map(part).collect())
        }
        (Kind::List { element, .. }, PropertyValue::List(items)) => {
            PropertyValue::List(items.iter().map(|item| secret_parts(false, element, item)).collect())
        }
        _ => value.clone(),
    }
}

/// Checks provider configuration. Values that the engine sends as JSON text, as it does with lists and objects of
/// `pulumi config`, are read as what they mean.
pub fn check_config(news: &PropertyMap) -> Checked {
    let mut failures = vec![];
    let typed = typed(news);
    let mut inputs = validate::object(&PROVIDER_CONFIG, None, &typed, &mut failures);
    validate::fill_defaults(&PROVIDER_CONFIG, &mut inputs);
    let mut checked = Checked { inputs, failures, ..Checked::default() };
    rules(&mut checked);
    checked
}

/// Reads every value by the type that the definition gives it.
fn typed(news: &PropertyMap) -> PropertyMap {
    // The engine adds the plugin's own version to the configuration.
    let ours = news.iter().filter(|(name, _)| !["version", "pluginDownloadURL"].contains(&name.as_str()));
    ours.map(|(name, value)| {
        let kind = validate::field_of(&PROVIDER_CONFIG, name).map(|field| &field.kind);
        (name.clone(), kind.map_or_else(|| value.clone(), |kind| read(kind, value)))
    })
    .collect()
}

fn read(kind: &Kind, value: &PropertyValue) -> PropertyValue {
    match value {
        PropertyValue::Secret(inner) => read(kind, inner).into_secret(),
        PropertyValue::String(text) if !matches!(kind, Kind::Text(_) | Kind::Enum(_) | Kind::Json) => {
            serde_json::from_str(text)
                .map_or_else(|_| value.clone(), |json| read(kind, &PropertyValue::from_json(&json)))
        }
        // `pulumi config set` makes numbers of account IDs.
        PropertyValue::List(items) => match kind {
            Kind::List { element: Kind::Text(_), .. } => PropertyValue::List(items.iter().map(as_text).collect()),
            _ => value.clone(),
        },
        other => other.clone(),
    }
}

fn as_text(value: &PropertyValue) -> PropertyValue {
    match value {
        PropertyValue::Number(number) if number.fract() == 0.0 => PropertyValue::String(format!("{number:.0}")),
        other => other.clone(),
    }
}

fn rules(checked: &mut Checked) {
    let inputs = checked.inputs.clone();
    let mut fail = |path: Path, reason: String| checked.failures.push(Failure::new(path, reason));
    let lenient = inputs.get(names::SKIP_REGION_VALIDATION).and_then(PropertyValue::as_bool).unwrap_or(false);
    if let Some(Err(reason)) = text(&inputs, names::REGION).map(|region| ids::check_region(region, lenient)) {
        fail(Path::of(names::REGION), reason);
    }
    for (one, other) in [
        (names::ACCESS_KEY, names::SECRET_KEY),
        (names::SECRET_KEY, names::ACCESS_KEY),
        (names::TOKEN, names::ACCESS_KEY),
    ] {
        if inputs.contains_key(one) && !inputs.contains_key(other) {
            fail(Path::of(other), format!("it is missing, and {one} is of no use without it; give both or neither"));
        }
    }
    for (path, url) in endpoints(&inputs) {
        if let Some(reason) = check_url(url) {
            fail(path, reason);
        }
    }
    for list in [names::ALLOWED_ACCOUNT_IDS, names::FORBIDDEN_ACCOUNT_IDS] {
        let items = inputs.get(list).and_then(PropertyValue::as_list).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            if let Some(Err(reason)) = item.as_str().map(ids::check_account) {
                fail(Path::of(list).index(index), reason);
            }
        }
        let skips = inputs.get(names::SKIP_REQUESTING_ACCOUNT_ID).and_then(PropertyValue::as_bool) == Some(true);
        if skips && !items.is_empty() {
            fail(
                Path::of(names::SKIP_REQUESTING_ACCOUNT_ID),
                format!("it cannot be true together with {list}, which needs the account; remove one of them"),
            );
        }
    }
    if inputs.contains_key(names::ALLOWED_ACCOUNT_IDS) && inputs.contains_key(names::FORBIDDEN_ACCOUNT_IDS) {
        fail(
            Path::of(names::FORBIDDEN_ACCOUNT_IDS),
            "it is given together with allowedAccountIds; keep one of the two".into(),
        );
    }
    let tags = inputs.get(names::DEFAULT_TAGS).and_then(PropertyValue::as_map).and_then(|map| map.get(names::TAGS));
    for (key, value) in tags.and_then(PropertyValue::as_map).into_iter().flatten() {
        if let Err(reason) = ids::check_tag(key, value.as_str()) {
            fail(Path::of(names::DEFAULT_TAGS).name(names::TAGS).name(key), reason);
        }
    }
}

fn endpoints(inputs: &PropertyMap) -> Vec<(Path, &str)> {
    let mut found: Vec<(Path, &str)> =
        text(inputs, names::ENDPOINT).map(|url| (Path::of(names::ENDPOINT), url)).into_iter().collect();
    if let Some(services) = inputs.get(names::ENDPOINTS).and_then(PropertyValue::as_map) {
        found.extend(
            services.iter().filter_map(|(name, url)| Some((Path::of(names::ENDPOINTS).name(name), url.as_str()?))),
        );
    }
    found
}

fn text<'a>(inputs: &'a PropertyMap, name: &str) -> Option<&'a str> {
    inputs.get(name).and_then(PropertyValue::as_str)
}

#[cfg(test)]
mod tests {
    use super::{check_config, mark_secrets};
    use crate::value::{PropertyMap, PropertyValue};

    #[test]
    fn what_the_definition_calls_secret_is_secret() {
        let role = PropertyMap::from([("roleArn".to_owned(), "r".into()), ("externalId".to_owned(), "e".into())]);
        let text = "[{\"roleArn\": \"r\", \"externalId\": \"e\"}]";
        let given = PropertyMap::from([
            ("accessKey".to_owned(), "AKIA".into()),
            ("region".to_owned(), "eu-west-1".into()),
            ("token".to_owned(), PropertyValue::Null),
            ("assumeRoles".to_owned(), PropertyValue::List(vec![role.clone().into()])),
        ]);
        let marked = mark_secrets(&given);
        assert_eq!(marked["accessKey"], PropertyValue::from("AKIA").into_secret());
        assert_eq!(marked["region"], given["region"]);
        assert_eq!(marked["token"], PropertyValue::Null);
        let [PropertyValue::Map(marked_role)] = marked["assumeRoles"].as_list().expect("a list") else {
            panic!("no role")
        };
        assert_eq!(marked_role["externalId"], PropertyValue::from("e").into_secret());
        assert_eq!(marked_role["roleArn"], role["roleArn"]);
        assert_eq!(
            mark_secrets(&map(&[("assumeRoles", text)]))["assumeRoles"],
            PropertyValue::from(text).into_secret()
        );
        assert_eq!(mark_secrets(&marked), marked);
    }

    fn map(entries: &[(&str, &str)]) -> PropertyMap {
        entries.iter().map(|(name, value)| ((*name).to_owned(), PropertyValue::from(*value))).collect()
    }

    #[test]
    fn values_may_come_as_json_text() {
        let checked = check_config(&map(&[
            ("maxRetries", "3"),
            ("allowedAccountIds", "[\"123456789012\"]"),
            ("version", "0.1.0"),
        ]));
        assert_eq!(checked.failures, []);
        assert_eq!(checked.inputs["maxRetries"], PropertyValue::Number(3.0));
    }

    #[test]
    fn failures_name_the_property() {
        for (inputs, path) in [
            (map(&[("accessKey", "AKIA")]), "secretKey"),
            (map(&[("regio", "eu-central-1")]), "regio"),
            (map(&[("region", "moon-1")]), "region"),
            (map(&[("endpoint", "nowhere")]), "endpoint"),
            (map(&[("allowedAccountIds", "[\"12\"]")]), "allowedAccountIds[0]"),
        ] {
            let failures = check_config(&inputs).failures;
            assert!(failures.iter().any(|failure| failure.path.to_string() == path), "{inputs:?}: {failures:?}");
        }
    }
}
