//! Rules between properties.

use std::collections::BTreeSet;

use super::check::{CheckContext, Checked};
use super::constants::{defaults, limits, names};
use super::generated::{AWS_KMS_KEY_SPEC, KEY_POLICY};
use super::key_kinds::{KeyKind, key_kind};
use super::policy_parts;
use super::table::Effect;
use super::validate::below;
use crate::failure::Failure;
use crate::ids;
use crate::path::Path;
use crate::value::{PropertyMap, PropertyValue};

/// AWS allows as many tags a key (AWS KMS developer guide, "Quotas"); the owner mark and the rotation mark are two of them.
const TAGS_OF_A_KEY: usize = 50;

/// What to do where neither the resource nor the provider names a Region.
const NO_REGION: &str = "no AWS Region is known; set the resource's region, or the provider's (`pulumi config set awskms:region \
                         REGION`), or AWS_REGION, or the profile's region";

impl Checked {
    pub(super) fn fail(&mut self, path: Path, reason: impl Into<String>) {
        self.failures.push(Failure::new(path, reason));
    }

    pub(super) fn warn(&mut self, path: Path, reason: impl Into<String>) {
        self.warnings.push(Failure::new(path, reason));
    }

    pub(super) fn inform(&mut self, path: Path, reason: impl Into<String>) {
        self.infos.push(Failure::new(path, reason));
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.inputs.get(name).and_then(PropertyValue::as_str).map(str::to_owned)
    }

    pub(super) fn kind(&self) -> Option<KeyKind> {
        key_kind(&self.text(names::KEY_SPEC)?)
    }
}

/// Spec and usage must fit.
pub(super) fn usage(checked: &mut Checked) {
    let (Some(spec), Some(kind)) = (checked.text(names::KEY_SPEC), checked.kind()) else { return };
    let choices = kind.usages.join(" or ");
    match checked.inputs.get(names::KEY_USAGE).map(PropertyValue::reveal) {
        None => checked.fail(
            Path::of(names::KEY_USAGE),
            format!("it is missing, and a {spec} key can serve several purposes; KMS cannot change it later; set it to {choices}"),
        ),
        Some(PropertyValue::String(usage)) if !kind.usages.contains(&usage.as_str()) => {
            let usage = usage.clone();
            checked.fail(
                Path::of(names::KEY_USAGE),
                format!("{usage} does not fit keySpec {spec}; KMS allows {choices}; change one of the two"),
            );
        }
        Some(_) => {}
    }
}

/// Rotation is for keys that can rotate.
pub(super) fn rotation(checked: &mut Checked) {
    let Some(kind) = checked.kind() else { return };
    let spec = checked.text(names::KEY_SPEC).unwrap_or_default();
    let enable = checked.inputs.get(names::ENABLE_ROTATION).and_then(PropertyValue::as_bool);
    let given_period = checked.inputs.contains_key(names::ROTATION_PERIOD_DAYS);
    let can = "only symmetric encryption keys with material made by KMS rotate";
    if kind.rotates {
        // A period for a rotation that is off is kept for the day when it is switched on.
        if enable == Some(false) && given_period {
            checked.warn(Path::of(names::ROTATION_PERIOD_DAYS), "it has no effect while enableRotation is false");
        }
        return;
    }
    if enable == Some(true) {
        checked.fail(
            Path::of(names::ENABLE_ROTATION),
            format!("true is not possible for a {spec} key: {can}; remove it or set it to false"),
        );
    } else if given_period {
        checked.fail(
            Path::of(names::ROTATION_PERIOD_DAYS),
            format!("a {spec} key has no rotation period: {can}; remove it"),
        );
    }
    if checked.inputs.contains_key(names::ROTATE_ON_DEMAND_TRIGGER) {
        checked.fail(
            Path::of(names::ROTATE_ON_DEMAND_TRIGGER),
            format!("a {spec} key cannot be rotated: {can}; remove it"),
        );
    }
}

/// The Region is one that exists, and there is one: a key is in a Region, and it needs no call to see that none is named.
pub(super) fn region(checked: &mut Checked, context: &CheckContext<'_>) {
    let path = Path::of(names::REGION);
    match checked.text(names::REGION) {
        Some(region) => {
            if let Err(reason) = ids::check_region(&region, context.skip_region_validation()) {
                checked.fail(path, reason);
            }
        }
        None if context.config.is_some() && !checked.inputs.contains_key(names::REGION) => {
            checked.fail(path, NO_REGION);
        }
        None => {}
    }
}

pub(super) fn aliases(checked: &mut Checked) {
    let mut named = vec![];
    if let Some(alias) = checked.inputs.get(names::ALIAS) {
        named.push((Path::of(names::ALIAS), alias.clone()));
    }
    let list = checked.inputs.get(names::ALIASES).and_then(PropertyValue::as_list).unwrap_or_default();
    named.extend(list.iter().enumerate().map(|(i, item)| (Path::of(names::ALIASES).index(i), item.clone())));
    if named.is_empty() {
        checked.warn(
            Path::of(names::ALIAS),
            "the key has no alias; a name makes it easier to find, to grant and to replace",
        );
    }
    names(checked, named);
}

/// Checks names of one key.
pub(super) fn names(checked: &mut Checked, named: Vec<(Path, PropertyValue)>) {
    let mut seen = BTreeSet::new();
    for (path, value) in named {
        let Some(name) = value.as_str() else { continue };
        let hidden = matches!(value, PropertyValue::Secret(_));
        if let Err(reason) = ids::check_alias(name) {
            checked.fail(path, if hidden { reason.replace(name, "[secret]") } else { reason });
        } else if !seen.insert(name.to_owned()) {
            checked.fail(path, "it is given twice; remove one of them");
        }
    }
}

/// The policy among the properties at a path, if there is one, for a key in a Region.
pub(super) fn policy_of(checked: &mut Checked, at: Option<&Path>, map: &PropertyMap, region: Option<&str>) {
    let path = |name: &str| below(at, name);
    match (map.get(names::POLICY), map.get(names::POLICY_DOCUMENT)) {
        (Some(_), Some(_)) => {
            let reason =
                |other| format!("it is given together with {other}; a key has one policy; keep one of the two");
            checked.fail(path(names::POLICY), reason(names::POLICY_DOCUMENT));
            checked.fail(path(names::POLICY_DOCUMENT), reason(names::POLICY));
        }
        (Some(typed), None) => {
            typed_policy(checked, &path(names::POLICY), typed);
            policy_parts::check(checked, &path(names::POLICY), typed, map);
            super::policies::typed(checked, &path(names::POLICY), typed, region);
        }
        (None, Some(document)) => {
            super::policies::document(checked, &path(names::POLICY_DOCUMENT), document, region);
        }
        (None, None) => {}
    }
}

fn typed_policy(checked: &mut Checked, at: &Path, policy: &PropertyValue) {
    let secret = policy.has_secrets();
    let Some(map) = policy.as_map() else { return };
    let mut principals = vec![];
    for name in KEY_POLICY.fields.iter().filter(|field| field.is_principal).map(|field| field.name) {
        match map.get(name) {
            Some(list) if list.as_list().is_some() => {
                let items = list.as_list().unwrap_or_default().iter().enumerate();
                principals.extend(items.map(|(i, role)| (at.name(name).index(i), role)));
            }
            Some(role) => principals.push((at.name(name), role)),
            None => {}
        }
    }
    for (path, role) in principals {
        policy_parts::role(checked, path, role, secret);
    }
    let context = map.get(names::ENCRYPTION_CONTEXT).filter(|value| value.as_map().is_none_or(|map| !map.is_empty()));
    let access = map.get(names::ACCOUNT_ACCESS).and_then(PropertyValue::as_str);
    let nobody = |name: &str| match map.get(name).map(PropertyValue::reveal) {
        None => true,
        Some(PropertyValue::List(items)) => items.is_empty(),
        Some(_) => false,
    };
    // Who else manages the key by additional statements, the lockout prediction says.
    let named = [names::ADMIN_ROLE, names::ADMIN_ROLES, names::ADDITIONAL_STATEMENTS];
    if access == Some("NONE") && named.into_iter().all(nobody) {
        checked.fail(
            at.name(names::ACCOUNT_ACCESS),
            "NONE leaves nobody who could manage the key; name an adminRole, or choose ADMINISTRATION",
        );
    }
    if context.is_some() && nobody(names::USAGE_ROLES) {
        checked.warn(at.name(names::ENCRYPTION_CONTEXT), "it restricts usageRoles, and there are none");
    }
    let Some(kind) = checked.kind().filter(|kind| !kind.has_context && context.is_some()) else { return };
    let (spec, usage) = (checked.text(names::KEY_SPEC).unwrap_or_default(), kind.usages.join(" or "));
    checked.fail(
        at.name(names::ENCRYPTION_CONTEXT),
        format!("a {spec} key ({usage}) has no encryption context, so nobody could use it; remove encryptionContext, or use keySpec SYMMETRIC_DEFAULT"),
    );
}

/// Tags, and the provider's default tags under them.
pub(super) fn tags(checked: &mut Checked, defaults: Option<&PropertyMap>) {
    let own = checked.inputs.get(names::TAGS).cloned();
    if let Some(all) = tags_of(checked, &Path::of(names::TAGS), own.as_ref(), defaults) {
        checked.inputs.insert(names::TAGS_ALL.into(), all);
    }
}

/// Checks the tags at a path; gives them together with the provider's default tags, if it has any.
pub(super) fn tags_of(
    checked: &mut Checked,
    at: &Path,
    own: Option<&PropertyValue>,
    defaults: Option<&PropertyMap>,
) -> Option<PropertyValue> {
    let map = own.and_then(PropertyValue::as_map).cloned().unwrap_or_default();
    let whole = matches!(own, Some(PropertyValue::Secret(_)));
    for (key, value) in &map {
        let hidden = matches!(value, PropertyValue::Secret(_)) || whole;
        if let Err(reason) = ids::check_tag(key, value.as_str()) {
            let reason = if hidden {
                "the tag's key or secret value is not one that AWS takes; see the limits of `tags`".into()
            } else {
                reason
            };
            checked.fail(at.name(key), reason);
        }
    }
    let defaults = defaults.filter(|defaults| !defaults.is_empty())?;
    if own.is_some_and(PropertyValue::is_unknown) {
        return Some(PropertyValue::Unknown);
    }
    let mut all = defaults.clone();
    all.extend(map.into_iter().map(|(key, value)| (key, if whole { value.into_secret() } else { value })));
    if all.len() > limits::TAGS {
        let reason = format!(
            "together with the provider's defaultTags the key has {} tags; AWS allows {TAGS_OF_A_KEY}, and {} of them are kept for the \
             provider's marks; remove some",
            all.len(),
            TAGS_OF_A_KEY - limits::TAGS
        );
        checked.fail(at.clone(), reason);
    }
    Some(PropertyValue::Map(all))
}

/// What KMS cannot change needs another key, and another key cannot read what the old one encrypted.
pub(super) fn replacement(checked: &mut Checked, olds: &PropertyMap) {
    let allowed = checked.text(names::REPLACEMENT_POLICY).as_deref() == Some("ALLOW");
    let can_promote = crate::diff::can_promote(olds, &checked.inputs);
    let immutable = AWS_KMS_KEY_SPEC
        .fields
        .iter()
        .filter(|field| field.effect == Effect::Replace || (field.effect == Effect::Promote && !can_promote));
    for field in immutable {
        // Said of the replicas already, which the program names.
        if field.name == names::MULTI_REGION && super::replicas::needs_a_set(checked, olds) {
            continue;
        }
        let (Some(old), Some(new)) = (olds.get(field.name), checked.inputs.get(field.name)) else { continue };
        if new.has_unknowns() || old.has_unknowns() || old.plain() == new.plain() {
            continue;
        }
        if allowed {
            if let Some(reason) = retirement(checked, olds, field.name) {
                checked.fail(Path::of(names::DELETION_POLICY), reason);
            }
            continue;
        }
        let shown = |value: &PropertyValue| value.to_json().map_or_else(String::new, |json| json.to_string());
        let reason = format!(
            "changing it from {} to {} needs another key: KMS cannot change it, and what the present key has encrypted \
             cannot be read with another. Put the old value back; or add a second AwsKmsKey and move the data over; or set \
             replacementPolicy to ALLOW, which creates the new key first and then retires this one by its deletionPolicy",
            shown(old),
            shown(new)
        );
        checked.fail(Path::of(field.name), reason);
    }
}

/// Why the old key of a replacement cannot be retired as the user means it, if so.
///
/// Pulumi retires it by the inputs of the last run, and they cannot be changed any more once the new key is there: a new
/// deletionPolicy in the same run would not count, and PREVENT would fail each run from then on.
fn retirement(checked: &Checked, olds: &PropertyMap, changed: &str) -> Option<String> {
    let before = olds.get(names::DELETION_POLICY).and_then(PropertyValue::as_str);
    let before = before.unwrap_or(defaults::DELETION_POLICY.as_str()).to_owned();
    let now = checked.text(names::DELETION_POLICY).unwrap_or_else(|| defaults::DELETION_POLICY.as_str().to_owned());
    if before == "PREVENT" {
        return Some(format!(
            "the change of {changed} replaces the key, and deletionPolicy PREVENT keeps the present one from being retired; \
             set deletionPolicy to SCHEDULE, DISABLE or RETAIN, run `pulumi up`, then make this change"
        ));
    }
    (before != now).then(|| {
        format!(
            "the change of {changed} replaces the key, and the present one would be retired by the deletionPolicy of the last \
             run, {before}, not by {now}; run `pulumi up` with deletionPolicy {now} alone first, then make this change"
        )
    })
}
