//! Check: whatever a program gave, brought to one normal form, with everything that is wrong said at once.

use std::collections::BTreeMap;

use super::generated::AWS_KMS_KEY_SPEC;
use super::{legal, manifest, replicas, rules, validate};
use crate::failure::Failure;
use crate::path::Path;
use crate::value::{PropertyMap, PropertyValue};

/// What Check knows beside the inputs. It needs no network.
#[derive(Debug, Clone, Copy, Default)]
pub struct CheckContext<'a> {
    /// The provider's Region; `None` while its configuration is not known.
    pub provider_region: Option<&'a str>,
    /// The provider's default tags; `None` while its configuration is not known.
    pub default_tags: Option<&'a BTreeMap<String, String>>,
    /// Whether Regions that this version does not know are taken.
    pub skip_region_validation: bool,
}

/// Checked inputs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checked {
    /// The inputs in normal form; meaningful only without failures.
    pub inputs: PropertyMap,
    /// Everything that is wrong.
    pub failures: Vec<Failure>,
    /// What is legal and hardly meant.
    pub warnings: Vec<Failure>,
}

/// Checks the inputs of a key. Checking the result again gives the same result.
///
/// `olds` are the inputs of the last run, empty for a new key: a change that KMS cannot make in place is refused here
/// unless the program allows a replacement.
pub fn check(olds: &PropertyMap, news: &PropertyMap, context: &CheckContext<'_>) -> Checked {
    let mut failures = vec![];
    let mut flat = manifest::unwrap(news, &mut failures);
    // What an earlier Check has added; it is made anew below.
    flat.remove("tagsAll");
    replicas::without_merged_tags(&mut flat);
    contrary_rotation(&mut flat, &mut failures);
    let mut inputs = validate::object(&AWS_KMS_KEY_SPEC, None, &flat, &mut failures);
    validate::fill_defaults(&AWS_KMS_KEY_SPEC, &mut inputs);
    if let (None, Some(region)) = (inputs.get("region"), context.provider_region) {
        inputs.insert("region".into(), region.into());
    }
    let mut checked = Checked { inputs, failures, warnings: vec![] };
    rules::usage(&mut checked);
    rules::rotation(&mut checked);
    rules::region(&mut checked, context.skip_region_validation);
    rules::aliases(&mut checked);
    rules::policy(&mut checked);
    rules::tags(&mut checked, context.default_tags);
    replicas::multi_region(&mut checked, olds);
    replicas::rules(&mut checked, context);
    rules::replacement(&mut checked, olds);
    checked
}

/// Project Planton names rotation by its opposite.
fn contrary_rotation(inputs: &mut PropertyMap, failures: &mut Vec<Failure>) {
    let Some(disabled) = inputs.remove("disableKeyRotation") else { return };
    let secret = matches!(disabled, PropertyValue::Secret(_));
    let enabled = match disabled.reveal() {
        PropertyValue::Null => return,
        PropertyValue::Bool(disabled) => PropertyValue::Bool(!disabled),
        PropertyValue::Unknown => PropertyValue::Unknown,
        other => {
            let reason = format!("it is {}, but must be true or false; change the value", other.type_name());
            failures.push(Failure::new(Path::of("disableKeyRotation"), reason));
            return;
        }
    };
    match inputs.get("enableRotation").filter(|value| !value.is_null()) {
        Some(given) if given.plain() != enabled => {
            let contradiction = |other: &str| format!("it contradicts {other}, its opposite; keep one of them");
            failures.push(Failure::new(Path::of("enableRotation"), contradiction("disableKeyRotation")));
            failures.push(Failure::new(Path::of("disableKeyRotation"), contradiction("enableRotation")));
        }
        _ => {
            let legal =
                legal::legal(inputs.get("keySpec").and_then(PropertyValue::as_str).unwrap_or("SYMMETRIC_DEFAULT"));
            // "Do not disable rotation" is no demand to rotate a key that cannot.
            let asks_for_nothing = enabled == PropertyValue::Bool(true) && legal.is_some_and(|legal| !legal.rotates);
            if !asks_for_nothing {
                inputs.insert("enableRotation".into(), if secret { enabled.into_secret() } else { enabled });
            }
        }
    }
}
