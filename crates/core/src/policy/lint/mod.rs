//! What is remarked about a policy, each remark by the number of its rule.
//!
//! Rules of the severity [`Severity::Error`] are what KMS refuses. The others can be silenced with a reason, and made an
//! error, by the input `lints`; docs/policy-lints.md has a section for each.

mod conditions;
mod context;
mod keys;
pub(super) mod rules;
mod services;
mod statements;
#[cfg(test)]
mod tests;
mod whole;

use std::fmt;

pub use context::context_findings;
pub use rules::{RULES, Rule, Severity, rule};

pub(super) use conditions::check_condition;
pub(super) use statements::look_at_statement;
pub(super) use whole::look_at_document;
pub use whole::look_at_replica;

/// One remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's number, such as `KP004`.
    pub rule: &'static str,
    /// The `Sid` of the statement that it is about, if it is about one that has a `Sid`.
    pub sid: Option<String>,
    /// What is wrong, where, and what to do.
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.text, self.rule)
    }
}

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What KMS will refuse.
    pub errors: Vec<Finding>,
    /// What KMS takes but hardly anybody means.
    pub warnings: Vec<Finding>,
    /// What is worth knowing.
    pub infos: Vec<Finding>,
}

impl Findings {
    /// Adds a remark, in the place that its rule's severity says.
    pub(super) fn add(&mut self, at: &At<'_>, rule: &'static Rule, text: impl Into<String>) {
        self.note(rule, at.sid.map(str::to_owned), text);
    }

    /// As a look at a document adds a remark, for one that no document shows.
    pub fn note(&mut self, rule: &'static Rule, sid: Option<String>, text: impl Into<String>) {
        let finding = Finding { rule: rule.id, sid, text: text.into() };
        match rule.severity {
            Severity::Error => self.errors.push(finding),
            Severity::Warning => self.warnings.push(finding),
            Severity::Info => self.infos.push(finding),
        }
    }

    /// The others.
    #[must_use]
    pub fn without(mut self, which: impl Fn(&Finding) -> bool) -> Self {
        for findings in [&mut self.errors, &mut self.warnings, &mut self.infos] {
            findings.retain(|finding| !which(finding));
        }
        self
    }

    /// All of them, the gravest first.
    pub fn all(&self) -> impl Iterator<Item = &Finding> {
        self.errors.iter().chain(&self.warnings).chain(&self.infos)
    }
}

/// What is known of the key beside its policy; what is not known is not held against the policy.
#[derive(Debug, Clone, Copy, Default)]
pub struct Surroundings<'a> {
    /// `aws`, `aws-cn`, …
    pub partition: Option<&'a str>,
    /// The key's Region.
    pub region: Option<&'a str>,
    /// The key's account, 12 digits.
    pub account: Option<&'a str>,
}

/// A place in a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    /// How it is called, such as `Statement[1]`.
    pub(super) path: &'a str,
    /// The statement's `Sid`.
    pub(super) sid: Option<&'a str>,
}

impl At<'_> {
    /// The document as a whole.
    pub(super) const DOCUMENT: At<'static> = At { path: "the document", sid: None };
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path)
    }
}
