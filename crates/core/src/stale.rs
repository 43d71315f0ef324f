//! Planning in spite of stale reads.
//!
//! KMS is eventually consistent: a key that was changed moments ago may be read as it was before. A property that went
//! from A to B in the last run and goes back to A in this one would then look as if it were A already, and stay B for ever.
//! The state remembers what KMS has accepted last. Where the two contradict each other, the one that differs from what is
//! desired counts: at worst a call says again what is so already, and KMS takes that without a change.

use serde_json::Value;

use crate::desired::{Desired, Managed};
use crate::observed::{KeyState, Observed, Reading};
use crate::policy;
use crate::spec::constants::{defaults, names};
use crate::value::{PropertyMap, PropertyValue};

impl Observed {
    /// The key for a plan: as it was read, but with what the state remembers wherever only that differs from `desired`.
    ///
    /// `managed` is what the resource has held by its state, `default_policy` what an absent policy means.
    ///
    /// The key's state is doubted in one direction only, "enabled" that may be "disabled": a plan that takes a disabled key
    /// for an enabled one would run into refusals. See [`disabling_is_in_doubt`].
    #[must_use]
    pub fn doubted(
        &self,
        desired: &Desired,
        remembered: &PropertyMap,
        managed: &Managed,
        default_policy: &Value,
    ) -> Self {
        let mut view = self.clone();
        let text = |name: &str| remembered.get(name).and_then(PropertyValue::as_str);
        if view.metadata.description == desired.description && remembered.contains_key(names::KEY_ID) {
            text(names::DESCRIPTION).unwrap_or_default().clone_into(&mut view.metadata.description);
        }
        if view.metadata.state == KeyState::Enabled && text(names::KEY_STATE) == Some("Disabled") && desired.enabled {
            view.metadata.state = KeyState::Disabled;
        }
        if let Some(last) = remembered_rotation(remembered)
            && view.rotation_period_days.seen() == Some(&desired.rotation_period_days)
        {
            view.rotation_period_days = last;
        }
        let wanted = desired.policy.as_ref().unwrap_or(default_policy);
        if let (Reading::Seen(seen), Some(last)) = (&view.policy, text(names::POLICY_JSON))
            && policy::equal(seen, wanted)
        {
            // What is no JSON stays text: it is another policy in any case.
            let last = serde_json::from_str(last).unwrap_or_else(|_| Value::String(last.to_owned()));
            view.policy = Reading::Seen(last);
        }
        view.doubt_tags(desired, remembered, managed);
        if remembered.contains_key(names::KEY_ID) {
            view.doubt_aliases(desired, managed);
        }
        view
    }

    fn doubt_tags(&mut self, desired: &Desired, remembered: &PropertyMap, managed: &Managed) {
        let last = remembered.get(names::TAGS_ALL).and_then(PropertyValue::as_map);
        let (Reading::Seen(tags), Some(last)) = (&mut self.tags, last) else { return };
        let value_of = |key: &String| last.get(key).and_then(PropertyValue::as_str);
        // One that is right by this read, and by the state is not there or has another value.
        tags.retain(|key, value| desired.tags.get(key) != Some(value) || value_of(key) == Some(value));
        let released = managed.tag_keys.iter().filter(|key| !desired.tags.contains_key(*key));
        for (key, value) in released.filter_map(|key| Some((key, value_of(key)?))) {
            tags.entry(key.clone()).or_insert_with(|| value.to_owned());
        }
    }

    fn doubt_aliases(&mut self, desired: &Desired, managed: &Managed) {
        let Reading::Seen(held) = &mut self.aliases else { return };
        held.retain(|name| !desired.aliases.contains(name) || managed.aliases.contains(name));
        held.extend(managed.aliases.difference(&desired.aliases).cloned());
    }
}

/// Whether a key that is read as disabled, and shall be, may be enabled by what the state remembers.
pub fn disabling_is_in_doubt(observed: &Observed, desired: &Desired, remembered: &PropertyMap) -> bool {
    let last = remembered.get(names::KEY_STATE).and_then(PropertyValue::as_str);
    observed.metadata.state == KeyState::Disabled && !desired.enabled && last == Some("Enabled")
}

/// The rotation that the state remembers, if it does.
fn remembered_rotation(remembered: &PropertyMap) -> Option<Reading<Option<i32>>> {
    if !remembered.get(names::ROTATION_ENABLED)?.as_bool()? {
        return Some(Reading::Seen(None));
    }
    let days = remembered.get(names::ROTATION_PERIOD_DAYS).and_then(PropertyValue::as_number);
    let days = days.unwrap_or(defaults::ROTATION_PERIOD_DAYS.into());
    // Check lets nothing but whole numbers from 90 to 2560 through.
    #[expect(clippy::cast_possible_truncation, reason = "a number of days")]
    Some(Reading::Seen(Some(days as i32)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::disabling_is_in_doubt;
    use crate::desired::{Desired, Managed, managed, resolve};
    use crate::laws;
    use crate::observed::{KeyState, Observed};
    use crate::outputs::outputs;
    use crate::plan::{Claim, Step, plan_update};
    use crate::value::{PropertyMap, PropertyValue};

    fn inputs(name: &str, days: i32, enabled: bool) -> PropertyMap {
        let tags = PropertyMap::from([("same".to_owned(), "1".into()), (name.to_owned(), name.into())]);
        PropertyMap::from([
            ("alias".to_owned(), format!("alias/{name}").as_str().into()),
            ("description".to_owned(), name.into()),
            ("enabled".to_owned(), enabled.into()),
            ("enableRotation".to_owned(), true.into()),
            ("rotationPeriodDays".to_owned(), days.into()),
            ("tags".to_owned(), PropertyValue::Map(tags)),
            ("policyDocument".to_owned(), PropertyValue::from_json(&json!({"Statement": [], "Id": name}))),
        ])
    }

    fn plan(observed: &Observed, desired: &Desired, remembered: &PropertyMap, managed: &Managed) -> Vec<&'static str> {
        let default = json!({});
        let view = observed.doubted(desired, remembered, managed, &default);
        let plan = plan_update(desired, &view, managed, &Claim::default(), &default);
        plan.steps().map(Step::operation).collect()
    }

    #[test]
    fn a_read_of_before_the_last_run_hides_nothing_that_is_to_be_undone() {
        let (a, b) = (inputs("a", 90, true), inputs("b", 180, false));
        let key = |inputs: &PropertyMap| {
            let desired = resolve(inputs, None).expect("everything is known");
            let mut key = laws::newborn(&desired);
            key.metadata.state = if desired.enabled { KeyState::Enabled } else { KeyState::Disabled };
            key.aliases = crate::observed::Reading::Seen(desired.aliases.clone());
            key.rotation_period_days = crate::observed::Reading::Seen(desired.rotation_period_days);
            (key, desired)
        };
        let ((was_a, back_to_a), (is_b, stay_b)) = (key(&a), key(&b));
        let remembered = outputs(&b, &is_b, &PropertyMap::new());
        // Read as it was before it became b, it looks as if it were a already.
        let calls = plan(&was_a, &back_to_a, &remembered, &managed(&b));
        let all = [
            "EnableKey",
            "EnableKeyRotation",
            "UntagResource",
            "UpdateKeyDescription",
            "TagResource",
            "PutKeyPolicy",
            "CreateAlias",
            "DeleteAlias",
        ];
        assert_eq!(calls, all);
        // What the read and the state agree on costs nothing.
        assert!(plan(&is_b, &stay_b, &remembered, &managed(&b)).is_empty());
        // What the state does not remember as different is taken as it is read.
        assert!(plan(&was_a, &back_to_a, &BTreeMap::new(), &managed(&a)).is_empty());
        // A disabled key that may be enabled.
        let enabled = outputs(&a, &was_a, &PropertyMap::new());
        assert!(disabling_is_in_doubt(&is_b, &stay_b, &enabled) && !disabling_is_in_doubt(&is_b, &stay_b, &remembered));
    }
}
