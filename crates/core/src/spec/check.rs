//! Check: everything that is wrong with what a program gave, said at once.

use super::generated::{AWS_KMS_KEY_SPEC, ProviderConfig};
use super::given::{self, Given};
use super::lints::Lints;
use super::{manifest, normal, pasted, policies, replicas, rules};
use crate::failure::Failure;
use crate::path::Path;
use crate::secrets::Secrets;
use crate::spec::constants::names;
use crate::value::{PropertyMap, PropertyValue};

/// What Check knows beside the inputs. It needs no network.
#[derive(Debug, Clone, Copy, Default)]
pub struct CheckContext<'a> {
    /// The provider's Region; `None` while its configuration is not known.
    pub provider_region: Option<&'a str>,
    /// The provider's default tags, secret ones as secrets; `None` while its configuration is not known.
    pub default_tags: Option<&'a PropertyMap>,
    /// The provider's configuration; `None` while it is not known.
    pub config: Option<&'a ProviderConfig>,
}

impl CheckContext<'_> {
    /// Whether Regions that this version does not know are taken.
    pub(super) fn skip_region_validation(&self) -> bool {
        self.config.is_some_and(|config| config.skip_region_validation.known() == Some(&true))
    }
}

/// Checked inputs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checked {
    /// The inputs; meaningful only without failures.
    pub inputs: PropertyMap,
    /// Everything that is wrong.
    pub failures: Vec<Failure>,
    /// What is legal and hardly meant.
    pub warnings: Vec<Failure>,
    /// What is worth knowing.
    pub infos: Vec<Failure>,
    /// What becomes of remarks about policies.
    pub(super) lints: Lints,
}

/// Checks the inputs of a key. Checking the result again gives the same result.
///
/// The result keeps the form in which the program gave its inputs, in its own names, because the engine applies
/// `ignoreChanges` by them; [`super::normal::normal`] makes the normal form of it. What this adds is what the state must
/// remember beside: the Region, the default tags of the provider and whether the key is a multi-Region key; and, outside of
/// manifests, the defaults.
///
/// `olds` are the inputs of the last run, empty for a new key: a change that KMS cannot make in place is refused here
/// unless the program allows a replacement.
pub fn check(olds: &PropertyMap, news: &PropertyMap, context: &CheckContext<'_>) -> Checked {
    let mut failures = vec![];
    let mut given = given(olds, news);
    let olds = if olds.is_empty() {
        PropertyMap::new()
    } else {
        normal::normal(olds).unwrap_or_else(|unreadable| {
            failures.push(Failure::new(unreadable.path.clone(), format!("in the state, {unreadable}")));
            PropertyMap::new()
        })
    };
    let mut inputs = normal::flat(&given, &mut failures);
    if let (None, Some(region)) = (inputs.get(names::REGION), context.provider_region) {
        inputs.insert(names::REGION.into(), region.into());
    }
    // A multi-Region key stays one when its last replica goes.
    if olds.get(names::MULTI_REGION).and_then(PropertyValue::as_bool) == Some(true) {
        inputs.entry(names::MULTI_REGION.into()).or_insert(true.into());
    }
    normal::fill(&mut inputs);
    pasted::policies(&inputs, &mut failures);
    let mut checked = Checked { inputs, failures, ..Checked::default() };
    super::lints::rules(&mut checked);
    rules::usage(&mut checked);
    rules::rotation(&mut checked);
    rules::region(&mut checked, context);
    rules::aliases(&mut checked);
    policies::rules(&mut checked, olds.is_empty());
    rules::tags(&mut checked, context.default_tags);
    replicas::multi_region(&mut checked, &olds);
    replicas::rules(&mut checked, context);
    rules::replacement(&mut checked, &olds);
    policies::as_rendered(&mut checked);
    remember(&mut given, &checked.inputs);
    let Checked { failures, warnings, infos, .. } = checked;
    let secrets = Secrets::of(&[news]);
    let said =
        |found: Vec<Failure>| found.into_iter().map(|failure| as_given(&failure, &given, news, &secrets)).collect();
    let (failures, warnings, infos) = (said(failures), said(warnings), said(infos));
    Checked { failures, warnings, infos, inputs: given, lints: Lints::default() }
}

/// The inputs as the program gave them, without what an earlier Check has added.
///
/// The engine sets ignored properties back by name. Inputs of a version that kept no form have other names than a manifest:
/// what the engine has set back beside its `spec` counts before the `spec`.
fn given(olds: &PropertyMap, news: &PropertyMap) -> PropertyMap {
    let mut given: PropertyMap =
        news.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), value.clone())).collect();
    given.remove(names::TAGS_ALL);
    for (_, entry) in normal::entries_mut(given::value_mut(&mut given, names::REPLICAS)) {
        entry.remove(names::TAGS_ALL);
    }
    if !manifest::is_manifest(&given) {
        return given;
    }
    let kept_no_form = !olds.is_empty() && !manifest::is_manifest(olds);
    if kept_no_form && !given.contains_key(names::SPEC) {
        let before = olds.iter().filter(|(name, _)| *name != names::TAGS_ALL && !given.contains_key(*name));
        let before: Vec<_> = before.map(|(name, value)| (name.clone(), value.clone())).collect();
        given.extend(before);
        given.insert(names::SPEC.into(), PropertyMap::new().into());
    }
    let Some(spec) = manifest::spec(&given).cloned() else { return given };
    for name in AWS_KMS_KEY_SPEC.fields.iter().map(|field| field.name) {
        let (Some(beside), Some(old)) = (given.get(name).cloned(), olds.get(name)) else { continue };
        let inside = given::spellings(name).into_iter().find(|name| spec.contains_key(name));
        if let Some(inside) = inside.filter(|_| *old == beside && !manifest::is_constant_default(name, &beside)) {
            given.remove(name);
            if let Some(PropertyValue::Map(spec)) = given.get_mut(names::SPEC).map(PropertyValue::reveal_mut) {
                spec.remove(&inside);
                spec.insert(name.to_owned(), beside);
            }
        }
    }
    given
}

/// Adds to the given inputs what the state must remember.
fn remember(given: &mut PropertyMap, normal: &PropertyMap) {
    let entries = |list: Option<&PropertyValue>| list.and_then(PropertyValue::as_list).unwrap_or_default().to_vec();
    let merged = entries(normal.get(names::REPLICAS));
    for (index, entry) in normal::entries_mut(given::value_mut(given, names::REPLICAS)) {
        let all = merged.get(index).and_then(PropertyValue::as_map).and_then(|entry| entry.get(names::TAGS_ALL));
        entry.extend(all.map(|all| (names::TAGS_ALL.to_owned(), all.clone())));
    }
    let is_manifest = manifest::is_manifest(given);
    let added = normal.iter().filter(|(name, value)| {
        let always = [names::REGION, names::TAGS_ALL, names::MULTI_REGION].contains(&name.as_str());
        (always || !is_manifest) && !value.has_unknowns() && Given::of(given).path(&Path::of(name)).is_none()
    });
    let added: Vec<_> = added.map(|(name, value)| (name.clone(), value.clone())).collect();
    given.extend(added);
    // Tags that are not known yet still have the provider's default tags beside them.
    given.extend(normal.get(names::TAGS_ALL).map(|all| (names::TAGS_ALL.to_owned(), all.clone())));
}

/// A failure in the program's own names, and without its secrets.
fn as_given(failure: &Failure, given: &PropertyMap, news: &PropertyMap, secrets: &Secrets) -> Failure {
    let root = failure.path.root();
    // Beside a manifest's spec stand the defaults that SDKs write; everything else there is the program's.
    let beside = given.get(root).is_some_and(|value| !manifest::is_constant_default(root, value));
    let normal = given::normal_name(root).filter(|_| !beside).map(|name| failure.path.with_root(name));
    let path = normal.and_then(|path| Given::of(given).path(&path)).unwrap_or_else(|| failure.path.clone());
    Failure { path: path.outside_of_secrets(news), reason: secrets.mask(&failure.reason) }
}
