//! `lintPolicy`: what is wrong with a key policy.

use awskms_core::functions::generated::{LintPolicyArgs, LintPolicyResult, PolicyFinding};
use awskms_core::policy::{Control, Form, check_document, keeps_control};
use awskms_core::value::PropertyMap;
use serde_json::Value;

use super::Trouble;
use super::policy::document;

pub(super) fn run(arguments: &PropertyMap) -> Result<PropertyMap, Trouble> {
    let asked = LintPolicyArgs::from_properties(arguments)?;
    let document = document(asked.policy.known().unwrap_or(&Value::Null))?;
    let found = check_document(&document);
    let (mut errors, warnings) = (found.errors, found.warnings);
    let mut notes = vec![];
    if let Some(caller) = asked.caller.known() {
        let own = caller.split(':').nth(4).unwrap_or_default();
        let account = asked.account.known().map_or(own, String::as_str);
        match keeps_control(&document, caller, account, Form::Document) {
            Control::Kept => {}
            Control::Lost { reason, fix } => errors
                .push(format!("{caller} would be locked out, and KMS refuses such a policy of it: {reason}; {fix}")),
            Control::Unknown { reason } => {
                notes.push(format!("whether {caller} can change the policy later cannot be told from it: {reason}"));
            }
        }
    }
    let count = |found: &[String]| i32::try_from(found.len()).unwrap_or(i32::MAX);
    let (all_errors, all_warnings) = (count(&errors), count(&warnings));
    let findings =
        [("ERROR", errors), ("WARNING", warnings), ("INFO", notes)].into_iter().flat_map(|(severity, found)| {
            found.into_iter().map(move |message| PolicyFinding { severity: severity.to_owned(), message })
        });
    Ok(LintPolicyResult { findings: findings.collect(), errors: all_errors, warnings: all_warnings }.into_properties())
}
