//! Remarks about policies that need the key's account, which Check does not know.

use awskms_core::desired::{Account, DesiredSet};
use awskms_core::members;
use awskms_core::observed::ObservedSet;
use awskms_core::policy::{Surroundings, check_document, check_document_in};
use awskms_core::spec::lints::Lints;
use awskms_core::value::PropertyMap;
use tonic::Code;

use super::{Context, ResourceError};

/// The rules that need the account. All others are Check's.
const RULES: [&str; 1] = ["KP011"];

/// Says what is remarked of each policy that a key of its own has.
///
/// # Errors
/// A remark that the program wants as an error.
pub(super) fn tell_lints(
    context: &Context,
    inputs: &PropertyMap,
    desired: &DesiredSet,
    account: &Account,
) -> Result<(), ResourceError> {
    let lints = Lints::of(inputs);
    let of_replicas = members::entries(inputs).into_iter().map(|(region, entry)| {
        let at = format!("replicas[\"{region}\"].");
        (region, at, entry)
    });
    let own = (desired.primary.clone(), String::new(), inputs.clone());
    for (region, at, given) in std::iter::once(own).chain(of_replicas) {
        let Some(property) = ["policy", "policyDocument"].into_iter().find(|name| given.contains_key(*name)) else {
            continue;
        };
        let Some(wanted) = desired.members.get(&region).filter(|wanted| !wanted.policy_is_secret) else { continue };
        let Some(policy) = &wanted.policy else { continue };
        let around = Surroundings { account: Some(&account.id), ..Surroundings::default() };
        let found = check_document_in(policy, &around).without(|finding| !RULES.contains(&finding.rule));
        let found = lints.apply(found);
        for warning in &found.warnings {
            context.log.warning(&format!("{at}{property}: {warning}"));
        }
        if let Some(error) = found.errors.first() {
            return Err(ResourceError::failed(Code::InvalidArgument, format!("{at}{property}: {error}")));
        }
    }
    Ok(())
}

/// Warns of statements that a key has from before KMS began to refuse them: its policy cannot be changed as it is.
pub(super) fn warn_of_bare_statements(context: &Context, set: &ObservedSet) {
    for member in set.members.values() {
        let Some(policy) = member.policy.seen() else { continue };
        for error in check_document(policy).errors.iter().filter(|error| error.rule == "KP012") {
            context.log.warning(&format!(
                "The policy of {} cannot be changed as it is: {error}. Mend the statement in the program, or remove it; it has no effect.",
                member.metadata.arn
            ));
        }
    }
}
