//! The rules, by number. A number stays what it is for ever: programs silence rules by it.

/// How grave a remark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// KMS refuses the policy.
    Error,
    /// KMS takes it, but hardly anybody means it.
    Warning,
    /// Worth knowing.
    Info,
}

/// A rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its number.
    pub id: &'static str,
    /// How grave its remarks are.
    pub severity: Severity,
    /// What it is about, as the heading of its section in the documentation.
    pub title: &'static str,
}

macro_rules! rules {
    ($($name:ident $severity:ident $title:literal;)*) => {
        $(pub(in crate::policy) const $name: &Rule =
            &Rule { id: stringify!($name), severity: Severity::$severity, title: $title };)*

        /// Every rule, by number.
        pub const RULES: &[&Rule] = &[$($name),*];
    };
}

rules! {
    KP001 Error "The document is not what AWS's grammar asks for";
    KP002 Error "A principal that cannot exist";
    KP003 Error "ForAllValues on a key with a single value";
    KP004 Warning "Everybody is allowed, without a condition that says who";
    KP005 Warning "Allow with NotPrincipal";
    KP006 Warning "A service is allowed for whomever it works";
    KP007 Warning "A statement that can never apply";
    KP008 Warning "A service that never calls in its own name";
    KP009 Warning "Every action, for somebody who is not the account";
    KP010 Warning "Grants without a limit";
    KP011 Warning "Another account";
    KP012 Error "A statement without Action, or with another Resource than the key";
    KP013 Warning "An action that a key policy cannot allow";
    KP014 Warning "A condition key or an operator that does not exist";
    KP015 Warning "A wildcard or a variable where it is plain text";
    KP016 Warning "Condition keys that differ by case only";
    KP017 Warning "An old version of the policy language, or none";
    KP018 Info "A part of the policy that says nothing";
    KP019 Warning "A deleted principal";
    KP020 Warning "A session as a principal";
    KP021 Warning "Duties that are not separated, or nobody who can use the key";
    KP022 Warning "A prohibition that nobody could lift";
    KP023 Error "Larger than KMS takes, or with characters that it does not take";
    KP024 Info "Who is allowed cannot be seen here";
    KP025 Info "AWS RAM shares the key";
    KP026 Error "Condition keys that key policies may not have";
    KP027 Info "No policy is given";
    KP028 Warning "A condition that calls without the key pass";
}

/// The rule of a number.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::{RULES, Severity, rule};

    #[test]
    fn numbers_are_in_order_and_found() {
        assert!(RULES.is_sorted_by_key(|rule| rule.id));
        for (index, known) in RULES.iter().enumerate() {
            assert_eq!(known.id, format!("KP{:03}", index + 1));
            assert_eq!(rule(known.id), Some(*known));
            assert!(known.severity <= Severity::Info && !known.title.ends_with('.'));
        }
        assert_eq!(rule("KP999"), None);
    }

    #[test]
    fn every_rule_has_its_section_in_the_documentation() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/policy-lints.md");
        let page = std::fs::read_to_string(page).expect("the page about lints");
        for rule in RULES {
            let heading = format!("## {}: {}", rule.id, rule.title);
            assert!(page.lines().any(|line| line == heading), "docs/policy-lints.md lacks {heading:?}");
        }
    }
}
