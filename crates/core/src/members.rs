//! The keys that the inputs of one resource speak of: the key itself and its replicas, each as if it stood alone.
//!
//! A replica is a key whose inputs are those of the key itself with its own on top. So everything that is decided for
//! one key (what it should be, what it holds, what reading it back means) is decided for a replica in the same way.

use std::collections::BTreeMap;

use crate::spec::constants::names;
use crate::value::{PropertyMap, PropertyValue};

/// Inputs that speak of the key as a whole and of no single Region.
pub(crate) const OF_THE_WHOLE: [&str; 4] =
    [names::REPLICAS, names::ADOPT, names::ROTATE_ON_DEMAND_TRIGGER, names::LINTS];

/// The entries of `replicas`, by Region, in the program's own words. An entry whose Region is not known yet, or that is
/// not known itself, is left out; [`are_unknown`] tells.
pub fn entries(inputs: &PropertyMap) -> BTreeMap<String, PropertyMap> {
    let Some(replicas) = inputs.get(names::REPLICAS) else { return BTreeMap::new() };
    let all_secret = matches!(replicas, PropertyValue::Secret(_));
    let list = replicas.as_list().unwrap_or_default();
    let entry = |item: &PropertyValue| {
        let secret = all_secret || matches!(item, PropertyValue::Secret(_));
        let map = item.as_map()?;
        let region = map.get(names::REGION)?.as_str()?.to_owned();
        // A secret around the whole covers every part of it.
        let hide = |value: &PropertyValue| if secret { value.clone().into_secret() } else { value.clone() };
        Some((region, map.iter().map(|(name, value)| (name.clone(), hide(value))).collect()))
    };
    list.iter().filter_map(entry).collect()
}

/// Whether a preview cannot tell yet which Regions the replicas are in.
pub fn are_unknown(inputs: &PropertyMap) -> bool {
    let Some(replicas) = inputs.get(names::REPLICAS) else { return false };
    let unknown = |item: &PropertyValue| {
        item.is_unknown() || item.as_map().and_then(|map| map.get(names::REGION)).is_some_and(PropertyValue::is_unknown)
    };
    replicas.is_unknown() || replicas.as_list().is_some_and(|list| list.iter().any(unknown))
}

/// Whether the Regions of the replicas are a secret.
pub fn hide_their_regions(inputs: &PropertyMap) -> bool {
    let Some(replicas) = inputs.get(names::REPLICAS) else { return false };
    let secret = |value: &PropertyValue| matches!(value, PropertyValue::Secret(_));
    let hides =
        |item: &PropertyValue| secret(item) || item.as_map().and_then(|map| map.get(names::REGION)).is_some_and(secret);
    secret(replicas) || replicas.as_list().is_some_and(|list| list.iter().any(hides))
}

/// The inputs of a replica as if it were a key of its own.
pub fn effective(inputs: &PropertyMap, entry: &PropertyMap) -> PropertyMap {
    let given = |name: &str| entry.get(name).is_some_and(|value| !value.is_null());
    let mut own: PropertyMap = inputs
        .iter()
        .filter(|(name, _)| !OF_THE_WHOLE.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if given(names::POLICY) || given(names::POLICY_DOCUMENT) {
        own.remove(names::POLICY);
        own.remove(names::POLICY_DOCUMENT);
    }
    if given(names::ALIASES) {
        own.remove(names::ALIAS);
    }
    if given(names::TAGS) {
        own.remove(names::TAGS_ALL);
    }
    own.extend(entry.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), value.clone())));
    own
}

/// The inputs of every key by Region, the key's own among them. `region` is where the key itself is.
pub fn by_region(inputs: &PropertyMap, region: &str) -> BTreeMap<String, PropertyMap> {
    let mut all: BTreeMap<String, PropertyMap> =
        entries(inputs).iter().map(|(region, entry)| (region.clone(), effective(inputs, entry))).collect();
    all.insert(region.to_owned(), inputs.clone());
    all
}

#[cfg(test)]
mod tests {
    use super::{are_unknown, by_region, entries};
    use crate::value::{PropertyMap, PropertyValue};

    fn map(entries: &[(&str, PropertyValue)]) -> PropertyMap {
        entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    fn with_replicas(replicas: Vec<PropertyMap>) -> PropertyMap {
        let list = replicas.into_iter().map(PropertyValue::Map).collect();
        map(&[
            ("alias", "alias/x".into()),
            ("policyDocument", "{}".into()),
            ("tags", map(&[("a", "1".into())]).into()),
            ("rotateOnDemandTrigger", "1".into()),
            ("replicas", PropertyValue::List(list)),
        ])
    }

    #[test]
    fn a_replica_has_the_inputs_of_the_key_with_its_own_on_top() {
        let bare = map(&[("region", "eu-west-1".into())]);
        let own = map(&[
            ("region", "eu-west-2".into()),
            ("aliases", PropertyValue::List(vec![])),
            ("policy", map(&[("adminRole", "r".into())]).into()),
            ("tags", PropertyMap::new().into()),
        ]);
        let all = by_region(&with_replicas(vec![bare, own]), "eu-central-1");
        assert_eq!(all.keys().collect::<Vec<_>>(), ["eu-central-1", "eu-west-1", "eu-west-2"]);
        let (inherits, differs) = (&all["eu-west-1"], &all["eu-west-2"]);
        assert_eq!(inherits["alias"], "alias/x".into());
        assert_eq!(inherits["region"], "eu-west-1".into());
        assert!(!inherits.contains_key("replicas") && !inherits.contains_key("rotateOnDemandTrigger"));
        assert!(!differs.contains_key("alias") && !differs.contains_key("policyDocument"));
        assert_eq!(differs["tags"], PropertyMap::new().into());
    }

    #[test]
    fn a_secret_around_a_replica_covers_its_parts() {
        let mut inputs = with_replicas(vec![map(&[("region", "eu-west-1".into()), ("description", "d".into())])]);
        let list = inputs.remove("replicas").expect("given").into_secret();
        inputs.insert("replicas".into(), list);
        assert!(matches!(entries(&inputs)["eu-west-1"]["description"], PropertyValue::Secret(_)));
    }

    #[test]
    fn unknown_regions_are_told() {
        let unknown = map(&[("region", PropertyValue::Unknown)]);
        assert!(are_unknown(&with_replicas(vec![unknown])));
        assert!(are_unknown(&map(&[("replicas", PropertyValue::Unknown)])));
        assert!(!are_unknown(&with_replicas(vec![map(&[("region", "eu-west-1".into())])])));
        assert!(!are_unknown(&PropertyMap::new()));
    }
}
