//! A policy document in the place of the typed policy: what most other tools call `policy` is `policyDocument` here.

use super::constants::names;
use super::normal::entries_mut;
use crate::failure::Failure;
use crate::path::{Path, Segment};
use crate::value::PropertyMap;

/// Elements of a policy document, in any case.
const ELEMENTS: [&str; 3] = ["statement", "version", "id"];

/// Puts one sentence in the place of all that is said of a document under `policy`. `inputs` are in normal form, as far as
/// they have one.
pub(super) fn policies(inputs: &PropertyMap, failures: &mut Vec<Failure>) {
    let own = inputs.get(names::POLICY).map(|policy| (Path::of(names::POLICY), policy.clone()));
    let mut replicas = inputs.get(names::REPLICAS).cloned();
    let of_replicas = entries_mut(replicas.as_mut()).into_iter().filter_map(|(index, entry)| {
        let at = Path::of(names::REPLICAS).index(index).name(names::POLICY);
        Some((at, entry.get(names::POLICY)?.clone()))
    });
    let all: Vec<_> = own.into_iter().chain(of_replicas).collect();
    for (at, policy) in all {
        let below = |failure: &Failure| failure.path.segments().starts_with(at.segments());
        let is_element = |failure: &Failure| match failure.path.segments().get(at.segments().len()) {
            Some(Segment::Name(name)) => ELEMENTS.contains(&name.to_lowercase().as_str()),
            _ => false,
        };
        let is_text = policy.as_str().is_some();
        if !is_text && !failures.iter().any(|failure| below(failure) && is_element(failure)) {
            continue;
        }
        failures.retain(|failure| !below(failure));
        let what = if is_text { "it is text" } else { "it is a policy document" };
        failures.push(Failure::new(
            at,
            format!(
                "{what}, but policy is an object with adminRole, usageRoles, encryptionContext and accountAccess; give a \
                 policy document, as JSON text or as an object, as policyDocument"
            ),
        ));
    }
}
