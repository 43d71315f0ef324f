//! Ignored properties that were changed by hand stay as they are when something else changes.
//!
//! The inputs say what an ignored property was when the state was written; the key may have another value since. A plan that
//! brings the whole key to its inputs would put the old value back. So what is ignored is taken from the key as it was read,
//! and there is nothing to do about it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::desired::{Account, Desired, DesiredSet, Held, resolve};
use crate::ignored::{INHERITED, Ignored};
use crate::members;
use crate::observed::{KeyState, Observed, ObservedSet, Reading};
use crate::path::Segment;
use crate::policy;
use crate::read_back::typed_policy;
use crate::spec::constants::names;
use crate::value::{PropertyMap, PropertyValue};

/// The inputs of two runs in normal form, and what the user ignores of their difference.
#[derive(Debug, Clone, Copy)]
pub struct Ignoring<'a> {
    /// The inputs in the state.
    pub old: &'a PropertyMap,
    /// The new inputs, ignored properties as in the old ones.
    pub new: &'a PropertyMap,
    /// What is ignored.
    pub ignored: &'a Ignored,
    /// What the last run remembers of the key in a Region if it failed: what it has not reached is finished all the same.
    pub unfinished: Option<&'a BTreeMap<String, PropertyMap>>,
}

/// What no plan may touch, by Region.
#[derive(Debug, Clone, Default)]
pub struct Untouched(BTreeMap<String, Properties>);

#[derive(Debug, Clone, Default)]
struct Properties {
    description: bool,
    enabled: bool,
    rotation: bool,
    policy: bool,
    tags: BTreeSet<String>,
    names: BTreeSet<String>,
}

impl Untouched {
    /// Finds what is ignored, and has `desired` and `held` take it from the keys as they were read. Where a property could
    /// not be read, [`Untouched::restore`] keeps the plan away from it.
    pub fn of(
        ignoring: &Ignoring<'_>,
        desired: &mut DesiredSet,
        held: &mut Held,
        seen: &ObservedSet,
        account: Option<&Account>,
        default_policy: &Value,
    ) -> Self {
        if ignoring.ignored.is_empty() {
            return Self::default();
        }
        if ignoring.ignored.covers(names::REGION) && desired.members.contains_key(&seen.primary) {
            desired.primary.clone_from(&seen.primary);
        }
        let home = desired.primary.clone();
        if ignoring.ignored.covers(names::REPLICAS) {
            desired.members.retain(|region, _| *region == home);
            held.retain(|region, _| *region == home);
        }
        let (old, new) = (members::by_region(ignoring.old, &home), members::by_region(ignoring.new, &home));
        let none = PropertyMap::new();
        let mut all = BTreeMap::new();
        for (region, wanted) in &mut desired.members {
            let Some(seen) = seen.members.get(region) else { continue };
            let (old, new) = (old.get(region).unwrap_or(&none), new.get(region).unwrap_or(&none));
            let ignored = |name: &str| ignoring.covers(region, &home, name);
            let mut properties = Properties {
                description: ignored(names::DESCRIPTION),
                enabled: ignored(names::ENABLED),
                rotation: ignored(names::ENABLE_ROTATION) || ignored(names::ROTATION_PERIOD_DAYS),
                policy: ignored(names::POLICY) || ignoring.only_ignored_parts_of_policy(region, &home, old, new),
                tags: ignoring.tags(region, &home, wanted, old, new),
                names: ignoring.names(region, &home, old, new),
            };
            ignoring.finish(&mut properties, region, wanted, default_policy);
            if !properties.policy && region == &home {
                ignoring.keep_parts_of_policy(wanted, seen, account);
            }
            properties.apply(wanted, held.entry(region.clone()).or_default(), seen, ignored(names::ENABLE_ROTATION));
            all.insert(region.clone(), properties);
        }
        Self(all)
    }

    /// Has the view that a plan is made from show what is untouched as it is wanted, whatever was doubted about it.
    pub fn restore(&self, region: &str, view: &mut Observed, wanted: &Desired, default_policy: &Value) {
        let Some(properties) = self.0.get(region) else { return };
        if properties.description {
            view.metadata.description.clone_from(&wanted.description);
        }
        if properties.enabled && [KeyState::Enabled, KeyState::Disabled].contains(&view.metadata.state) {
            view.metadata.state = if wanted.enabled { KeyState::Enabled } else { KeyState::Disabled };
        }
        if properties.rotation
            && (view.metadata.state == KeyState::Enabled || view.metadata.state == KeyState::Disabled)
        {
            view.rotation_period_days = Reading::Seen(wanted.rotation_period_days);
        }
        if properties.policy {
            view.policy = Reading::Seen(wanted.policy.clone().unwrap_or_else(|| default_policy.clone()));
        }
        if let Reading::Seen(tags) = &mut view.tags {
            for key in &properties.tags {
                tags.remove(key);
                tags.extend(wanted.tags.get(key).map(|value| (key.clone(), value.clone())));
            }
        }
        if let Reading::Seen(names) = &mut view.aliases {
            names.retain(|name| !properties.names.contains(name) || wanted.aliases.contains(name));
            names.extend(properties.names.intersection(&wanted.aliases).cloned());
        }
    }

    /// Whether the state of the key in a Region is ignored.
    pub fn has_state(&self, region: &str) -> bool {
        self.0.get(region).is_some_and(|properties| properties.enabled)
    }
}

impl Properties {
    fn apply(&self, wanted: &mut Desired, held: &mut crate::desired::Managed, seen: &Observed, on_too: bool) {
        if self.description {
            wanted.description.clone_from(&seen.metadata.description);
        }
        if self.enabled && [KeyState::Enabled, KeyState::Disabled].contains(&seen.metadata.state) {
            wanted.enabled = seen.metadata.state == KeyState::Enabled;
        }
        if let (true, Reading::Seen(period)) = (self.rotation, &seen.rotation_period_days)
            && (on_too || period.is_some() == wanted.rotation_period_days.is_some())
        {
            wanted.rotation_period_days = *period;
        }
        if let (true, Reading::Seen(policy)) = (self.policy, &seen.policy) {
            wanted.policy = Some(policy.clone());
        }
        for key in &self.tags {
            if let Some(value) = seen.tags.seen().and_then(|tags| tags.get(key)) {
                wanted.tags.insert(key.clone(), value.clone());
                held.tag_keys.insert(key.clone());
            } else {
                wanted.tags.remove(key);
                held.tag_keys.remove(key);
            }
        }
        for name in &self.names {
            if seen.aliases.seen().is_some_and(|names| names.contains(name)) {
                wanted.aliases.insert(name.clone());
                held.aliases.insert(name.clone());
            } else {
                wanted.aliases.remove(name);
                held.aliases.remove(name);
            }
        }
    }
}

impl Ignoring<'_> {
    /// The entry of `replicas` for a Region, with its place in the list.
    fn entry(&self, region: &str) -> Option<(usize, &PropertyMap)> {
        let list = self.new.get(names::REPLICAS)?.as_list()?;
        let maps = list.iter().enumerate().filter_map(|(index, item)| Some((index, item.as_map()?)));
        maps.into_iter().find(|(_, map)| map.get(names::REGION).and_then(PropertyValue::as_str) == Some(region))
    }

    /// What is ignored of the entry of a replica.
    fn of_entry(&self, index: usize) -> impl Iterator<Item = &[Segment]> {
        let here = move |segment: &Segment| *segment == Segment::Index(index) || *segment == Segment::Name("*".into());
        self.ignored.below(names::REPLICAS).filter(move |rest| here(&rest[0])).map(|rest| &rest[1..])
    }

    /// Whether a property of the key in a Region is ignored as a whole. A replica has from the key what it does not give.
    fn covers(&self, region: &str, home: &str, name: &str) -> bool {
        if region == home {
            return self.ignored.covers(name);
        }
        let Some((index, entry)) = self.entry(region) else { return false };
        let group = INHERITED.iter().find(|names| names.contains(&name)).copied().unwrap_or(&[]);
        let own = group.iter().any(|name| entry.contains_key(*name));
        let named = |rest: &[Segment]| match rest {
            [] => true,
            [Segment::Name(other)] => {
                other == "*" || other == name || (group.contains(&other.as_str()) && name == names::POLICY)
            }
            _ => false,
        };
        self.of_entry(index).any(named) || (!own && self.ignored.covers(name))
    }

    /// What is ignored below a property of the key in a Region.
    fn parts(&self, region: &str, home: &str, name: &str) -> Vec<Vec<Segment>> {
        let of_key = || self.ignored.below(name).map(<[Segment]>::to_vec).collect();
        if region == home {
            return of_key();
        }
        let Some((index, entry)) = self.entry(region) else { return vec![] };
        if !entry.contains_key(name) {
            return of_key();
        }
        let below = self.of_entry(index).filter_map(|rest| match rest {
            [Segment::Name(other), rest @ ..] if other == name && !rest.is_empty() => Some(rest.to_vec()),
            _ => None,
        });
        below.collect()
    }

    fn only_ignored_parts_of_policy(&self, region: &str, home: &str, old: &PropertyMap, new: &PropertyMap) -> bool {
        let same = [names::POLICY, names::POLICY_DOCUMENT]
            .iter()
            .all(|name| old.get(*name).map(PropertyValue::plain) == new.get(*name).map(PropertyValue::plain));
        same && !self.parts(region, home, names::POLICY).is_empty()
    }

    /// Another part of a typed policy changes: the ignored parts are taken from the policy that is there, if it is one that
    /// the typed form can express.
    fn keep_parts_of_policy(&self, wanted: &mut Desired, seen: &Observed, account: Option<&Account>) {
        let parts: Vec<String> = self
            .ignored
            .below(names::POLICY)
            .filter_map(|rest| match rest.first() {
                Some(Segment::Name(name)) => Some(name.clone()),
                _ => None,
            })
            .collect();
        let there = seen.policy.seen().filter(|_| !parts.is_empty()).and_then(|policy| typed_policy(seen, policy));
        let (Some(there), Some(PropertyValue::Map(given))) =
            (there, self.new.get(names::POLICY).map(PropertyValue::plain))
        else {
            return;
        };
        let mut given = given;
        for part in parts {
            // A first role and further ones are one list to KMS.
            let names: &[&str] = match part.as_str() {
                names::ADMIN_ROLE | names::ADMIN_ROLES => &[names::ADMIN_ROLE, names::ADMIN_ROLES],
                "*" => return,
                part => &[part],
            };
            for name in names {
                given.remove(*name);
                given.extend(there.get(*name).map(|value| ((*name).to_owned(), value.clone())));
            }
        }
        let mut inputs = self.new.clone();
        inputs.insert(names::POLICY.into(), PropertyValue::Map(given));
        inputs.insert(names::REGION.into(), seen.metadata.region().into());
        if let Ok(resolved) = resolve(&inputs, account) {
            wanted.policy = resolved.policy;
        }
    }

    fn tags(
        &self,
        region: &str,
        home: &str,
        wanted: &Desired,
        old: &PropertyMap,
        new: &PropertyMap,
    ) -> BTreeSet<String> {
        let map = |inputs: &PropertyMap, name: &str| {
            inputs.get(name).and_then(PropertyValue::as_map).cloned().unwrap_or_default()
        };
        let mut all: BTreeSet<String> = wanted.tags.keys().cloned().collect();
        all.extend([names::TAGS, names::TAGS_ALL].iter().flat_map(|name| map(old, name).into_keys()));
        if self.ignored.covers("*") {
            return all;
        }
        // Default tags of the provider are not the program's to ignore.
        let own = |key: &String| {
            [old, new].iter().any(|inputs| map(inputs, names::TAGS).contains_key(key))
                || ![old, new].iter().any(|inputs| map(inputs, names::TAGS_ALL).contains_key(key))
        };
        all.retain(own);
        if self.covers(region, home, names::TAGS) {
            return all;
        }
        let parts = self.parts(region, home, names::TAGS);
        let named = |key: &String| {
            parts.iter().any(|rest| matches!(rest.first(), Some(Segment::Name(name)) if name == "*" || name == key))
        };
        let mut named: BTreeSet<String> = all.into_iter().filter(named).collect();
        for rest in &parts {
            if let Some(Segment::Name(name)) = rest.first()
                && name != "*"
            {
                named.insert(name.clone());
            }
        }
        named
    }

    fn names(&self, region: &str, home: &str, old: &PropertyMap, new: &PropertyMap) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for inputs in [old, new] {
            if self.covers(region, home, names::ALIAS) {
                names.extend(inputs.get(names::ALIAS).and_then(PropertyValue::as_str).map(str::to_owned));
            }
            let list = inputs.get(names::ALIASES).and_then(PropertyValue::as_list).unwrap_or_default();
            let whole = self.covers(region, home, names::ALIASES);
            let parts = self.parts(region, home, names::ALIASES);
            for (index, name) in list.iter().enumerate() {
                let part = parts.iter().any(|rest| {
                    matches!(rest.first(), Some(segment) if *segment == Segment::Index(index) || *segment == Segment::Name("*".into()))
                });
                names.extend(name.as_str().filter(|_| whole || part).map(str::to_owned));
            }
        }
        names
    }

    /// A failed run may not have come to what is ignored now. Where what it left shows that, it is finished.
    fn finish(&self, properties: &mut Properties, region: &str, wanted: &Desired, default_policy: &Value) {
        let Some(unfinished) = self.unfinished else { return };
        let none = PropertyMap::new();
        let last = unfinished.get(region).unwrap_or(&none);
        let text = |name: &str| last.get(name).and_then(PropertyValue::as_str);
        let state = if wanted.enabled { "Enabled" } else { "Disabled" };
        properties.enabled &= text(names::KEY_STATE) == Some(state);
        let rotates = last.get(names::ROTATION_ENABLED).and_then(PropertyValue::as_bool);
        properties.rotation &= rotates == Some(wanted.rotation_period_days.is_some());
        let policy = wanted.policy.as_ref().unwrap_or(default_policy);
        let reached = text(names::POLICY_JSON)
            .and_then(|text| serde_json::from_str::<Value>(text).ok())
            .is_some_and(|last| policy::equal(&last, policy));
        properties.policy &= reached;
        let tags = last.get(names::TAGS_ALL).and_then(PropertyValue::as_map);
        properties.tags.retain(|key| {
            tags.is_some_and(|tags| {
                tags.get(key).and_then(PropertyValue::as_str) == wanted.tags.get(key).map(String::as_str)
            })
        });
        properties.names.clear();
        properties.description = false;
    }
}
