//! `lintPolicy`: what is wrong with a key policy.

use awskms_core::functions::generated::{LintPolicyArgs, LintPolicyResult, PolicyFinding};
use awskms_core::policy::{Control, Finding, Form, Surroundings, check_document_in, keeps_control};
use awskms_core::value::PropertyMap;
use serde_json::Value;

use super::Trouble;
use super::policy::document;

pub(super) fn run(arguments: &PropertyMap) -> Result<PropertyMap, Trouble> {
    let asked = LintPolicyArgs::from_properties(arguments)?;
    let document = document(asked.policy.known().unwrap_or(&Value::Null))?;
    let caller = asked.caller.known().map(String::as_str);
    let own = caller.and_then(|caller| caller.split(':').nth(4));
    let account = asked.account.known().map(String::as_str).or(own);
    let found = check_document_in(&document, &Surroundings { account, ..Surroundings::default() });
    let all = [("ERROR", &found.errors), ("WARNING", &found.warnings), ("INFO", &found.infos)];
    let told = all.into_iter().flat_map(|(severity, found)| found.iter().map(move |one| of_rule(severity, one)));
    let mut findings: Vec<PolicyFinding> = told.chain(of_caller(&document, caller, account)).collect();
    // Errors first, then warnings; within each the order is that of the document.
    findings
        .sort_by_key(|finding| ["ERROR", "WARNING"].iter().position(|known| *known == finding.severity).unwrap_or(2));
    let count = |severity: &str| {
        let count = findings.iter().filter(|finding| finding.severity == severity).count();
        i32::try_from(count).unwrap_or(i32::MAX)
    };
    let (errors, warnings) = (count("ERROR"), count("WARNING"));
    Ok(LintPolicyResult { findings, errors, warnings }.into_properties())
}

fn of_rule(severity: &str, finding: &Finding) -> PolicyFinding {
    PolicyFinding {
        severity: severity.to_owned(),
        message: finding.text.clone(),
        rule: Some(finding.rule.to_owned()),
        sid: finding.sid.clone(),
    }
}

/// Whether the one who will manage the key can go on to do so.
fn of_caller(document: &Value, caller: Option<&str>, account: Option<&str>) -> Option<PolicyFinding> {
    let caller = caller?;
    let (severity, message) = match keeps_control(document, caller, account.unwrap_or_default(), Form::Document) {
        Control::Kept => return None,
        Control::Lost { reason, fix } => {
            ("ERROR", format!("{caller} would be locked out, and KMS refuses such a policy of it: {reason}; {fix}"))
        }
        Control::Unknown { reason } => {
            ("INFO", format!("whether {caller} can change the policy later cannot be told from it: {reason}"))
        }
    };
    Some(PolicyFinding { severity: severity.to_owned(), message, rule: None, sid: None })
}
