//! `simulateAccess`: what a key policy answers to calls.

use std::collections::BTreeMap;

use awskms_core::functions::generated::{AccessDecision, SimulateAccessArgs, SimulateAccessResult};
use awskms_core::policy::{Access, Request, Via, explain};
use awskms_core::value::PropertyMap;

use super::{Call, Trouble};

pub(super) async fn run(call: Call<'_>, arguments: &PropertyMap) -> Result<PropertyMap, Trouble> {
    let asked = SimulateAccessArgs::from_properties(arguments)?;
    let judged = call.policy(&asked.policy, &asked.key_id, &asked.account, &asked.region).await?;
    let context = asked.encryption_context.known_texts();
    let facts: BTreeMap<String, String> =
        asked.condition_keys.known_texts().into_iter().map(|(key, value)| (key.to_lowercase(), value)).collect();
    let via = asked.via_service.known().map_or(Via::Directly, |service| Via::Service(service));
    let mut decisions = vec![];
    for principal in asked.principals.known().into_iter().flatten() {
        for action in asked.actions.known().into_iter().flatten() {
            let request = Request {
                principal,
                action,
                encryption_context: &context,
                account: &judged.account,
                via,
                facts: &facts,
            };
            let told = explain(&judged.document, &request);
            decisions.push(AccessDecision {
                principal: principal.clone(),
                action: action.clone(),
                access: name(told.access).to_owned(),
                statements: told.statements,
                unknown_condition_keys: told.undecided,
            });
        }
    }
    let all = |access: Access| decisions.iter().all(|decision| decision.access == name(access));
    let (all_allowed, all_denied) = (all(Access::Allowed), all(Access::Denied));
    Ok(SimulateAccessResult { all_allowed, all_denied, decisions }.into_properties())
}

fn name(access: Access) -> &'static str {
    match access {
        Access::Allowed => "ALLOWED",
        Access::Denied => "DENIED",
        Access::DependsOnIam => "IAM_DECIDES",
        Access::Unknown => "UNKNOWN",
    }
}
