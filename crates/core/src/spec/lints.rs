//! The input `lints`: what becomes of the remarks about policies.

use std::collections::BTreeSet;

use super::check::Checked;
use super::constants::names;
use crate::ids::nearest;
use crate::path::Path;
use crate::policy::{Finding, Findings, RULES, Rule, Severity, rule};
use crate::value::{PropertyMap, PropertyValue};

/// What a program says of remarks about its policies. What is not known yet is as if it were not said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lints {
    /// Rule, and the statement's Sid if only that one is meant.
    ignored: BTreeSet<(String, Option<String>)>,
    /// Rules whose remarks are errors.
    as_error: BTreeSet<String>,
}

impl Lints {
    /// Reads inputs in normal form.
    pub fn of(inputs: &PropertyMap) -> Self {
        let lints = inputs.get(names::LINTS).and_then(PropertyValue::as_map);
        let list = |name: &str| lints.and_then(|lints| lints.get(name)).and_then(PropertyValue::as_list);
        let text = |map: &PropertyMap, name: &str| map.get(name).and_then(PropertyValue::as_str).map(str::to_owned);
        let ignored = list(names::IGNORE).unwrap_or_default().iter().filter_map(PropertyValue::as_map);
        let as_error = list(names::AS_ERROR).unwrap_or_default().iter().filter_map(PropertyValue::as_str);
        Self {
            ignored: ignored.filter_map(|entry| Some((text(entry, names::RULE)?, text(entry, names::SID)))).collect(),
            as_error: as_error.map(str::to_owned).collect(),
        }
    }

    /// Takes away what is silenced, and makes errors of what shall be.
    #[must_use]
    pub fn apply(&self, found: Findings) -> Findings {
        let mut errors = found.errors;
        let mut keep = |findings: Vec<Finding>| {
            let said = findings.into_iter().filter(|finding| !self.silences(finding));
            let (more, rest): (Vec<_>, Vec<_>) = said.partition(|finding| self.as_error.contains(finding.rule));
            errors.extend(more);
            rest
        };
        let (warnings, infos) = (keep(found.warnings), keep(found.infos));
        Findings { errors, warnings, infos }
    }

    fn silences(&self, finding: &Finding) -> bool {
        let whole = (finding.rule.to_owned(), None);
        self.ignored.contains(&whole)
            || finding.sid.as_ref().is_some_and(|sid| self.ignored.contains(&(whole.0, Some(sid.clone()))))
    }
}

/// The rules that are named must be there, and must be ones that can be silenced.
pub(super) fn rules(checked: &mut Checked) {
    let at = Path::of(names::LINTS);
    let Some(lints) = checked.inputs.get(names::LINTS).and_then(PropertyValue::as_map).cloned() else { return };
    let items = |name: &str| lints.get(name).and_then(PropertyValue::as_list).unwrap_or_default().to_vec();
    for (index, entry) in items(names::IGNORE).iter().enumerate() {
        let at = at.name(names::IGNORE).index(index).name(names::RULE);
        let named = entry.as_map().and_then(|entry| entry.get(names::RULE)).and_then(PropertyValue::as_str);
        match named.map(known) {
            Some(Ok(Rule { severity: Severity::Error, id, title })) => checked.fail(
                at,
                format!("{id} ({title}) is what KMS refuses, so it cannot be silenced; mend the policy, and remove this entry"),
            ),
            Some(Err(reason)) => checked.fail(at, reason),
            Some(Ok(_)) | None => {}
        }
    }
    for (index, id) in items(names::AS_ERROR).iter().enumerate() {
        if let Some(Err(reason)) = id.as_str().map(known) {
            checked.fail(at.name(names::AS_ERROR).index(index), reason);
        }
    }
    checked.lints = Lints::of(&checked.inputs);
}

fn known(id: &str) -> Result<&'static Rule, String> {
    rule(id).ok_or_else(|| {
        let near = nearest(id, RULES.iter().map(|rule| rule.id));
        let hint = near.map_or_else(String::new, |near| format!(" Did you mean {near:?}?"));
        format!("there is no rule {id:?}; docs/policy-lints.md has them all, from KP001 to KP{:03}.{hint}", RULES.len())
    })
}
