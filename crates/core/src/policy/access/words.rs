//! Access in words: one line for a principal and the actions that share a fate.

use std::collections::BTreeSet;
use std::fmt;

use super::super::caller::{Caller, Kind};
use super::super::condition::{Operator, Set};
use super::super::grammar::CONTEXT;
use super::clause::{Clause, Condition, ConditionId, Conditions, Granted, Way};
use super::{AccessChange, Terms};

impl Terms {
    /// The words for what is granted, to a principal of the key's account or of another one.
    pub(super) fn of(granted: &Granted, caller: &Caller<'_>, own: bool, conditions: &Conditions) -> Self {
        let iam = match caller.kind {
            Kind::Anyone => "where their IAM policies allow it",
            _ if own => "where IAM policies allow it",
            _ => "where IAM policies of its account allow it",
        };
        let allows = granted.allows.iter().map(|clause| {
            let conditions = all_of(&clause.conditions, conditions);
            // The account itself is allowed so that its IAM policies can allow its users and roles.
            let way = if caller.kind == Kind::Root { Way::Iam } else { clause.way };
            match (way, conditions.is_empty()) {
                (Way::Iam, true) => iam.to_owned(),
                (Way::Iam, false) => format!("{conditions} {iam}"),
                (Way::Direct | Way::Deny, _) => conditions,
            }
        });
        let denies = granted.denies.iter().map(|clause: &Clause| all_of(&clause.conditions, conditions));
        Self { allows: allows.collect(), denies: denies.collect() }
    }

    /// Empty if there is no condition at all.
    fn sentence(&self) -> String {
        let allows = if self.allows.iter().any(String::is_empty) && self.allows.len() == 1 {
            String::new()
        } else {
            let parts = self.allows.iter().map(|part| if part.is_empty() { "without condition" } else { part });
            parts.collect::<Vec<_>>().join(", or ")
        };
        match (allows.is_empty(), self.denies.is_empty()) {
            (_, true) => allows,
            (true, false) => format!("but not {}", self.denies.join(", nor ")),
            (false, false) => format!("{allows}, but not {}", self.denies.join(", nor ")),
        }
    }
}

/// All conditions of a clause: pairs of the encryption context together, the others by name.
fn all_of(ids: &[ConditionId], conditions: &Conditions) -> String {
    let mut pairs = vec![];
    let mut others = vec![];
    for condition in ids.iter().filter_map(|id| conditions.get(*id)) {
        match pair(condition) {
            Some(pair) => pairs.push(pair),
            None => others.push(words(condition)),
        }
    }
    pairs.sort();
    others.sort();
    let context = (!pairs.is_empty()).then(|| format!("with encryption context {}", pairs.join(", ")));
    let others = (!others.is_empty()).then(|| format!("if {}", others.join(" and ")));
    context.into_iter().chain(others).collect::<Vec<_>>().join(" ")
}

/// A value of the encryption context that is asked for, as `name=value`.
fn pair(condition: &Condition) -> Option<String> {
    let Condition::Key { operator, key, values } = condition else { return None };
    let name = key.shown.get(CONTEXT.len()..).filter(|_| key.compared.starts_with(CONTEXT))?;
    match operator.as_str() {
        "stringequals" => Some(format!("{name}={}", any_of(values))),
        "stringlike" => Some(format!("{name} like {}", any_of(values))),
        _ => None,
    }
}

fn words(condition: &Condition) -> String {
    match condition {
        Condition::Key { operator, key, values } => test(operator, &key.shown, values),
        Condition::Resource(resource) => format!("the Resource {resource} is this key"),
        Condition::Principal(element) => format!("{element} means the caller"),
        Condition::Odd(text) => format!("the condition {text} holds"),
    }
}

fn test(name: &str, key: &str, values: &[String]) -> String {
    let operator = Operator::parse(name);
    if operator.name == "null" {
        return match values {
            [value] if value == "true" => format!("{key} is absent"),
            [value] if value == "false" => format!("{key} is there"),
            _ => format!("Null of {key} is {}", any_of(values)),
        };
    }
    let verb = match operator.name.as_str() {
        "stringequals" | "arnequals" | "bool" | "numericequals" | "dateequals" | "binaryequals" => "is",
        "stringnotequals" | "arnnotequals" | "numericnotequals" | "datenotequals" => "is not",
        "stringequalsignorecase" => "is, in any case,",
        "stringnotequalsignorecase" => "is not, in any case,",
        "stringlike" | "arnlike" => "is like",
        "stringnotlike" | "arnnotlike" => "is not like",
        "numericlessthan" | "datelessthan" => "is less than",
        "numericlessthanequals" | "datelessthanequals" => "is at most",
        "numericgreaterthan" | "dategreaterthan" => "is more than",
        "numericgreaterthanequals" | "dategreaterthanequals" => "is at least",
        "ipaddress" => "is in",
        "notipaddress" => "is not in",
        other => other,
    };
    let key = match operator.set {
        Set::Single => key.to_owned(),
        Set::ForAll => format!("every {key}"),
        Set::ForAny => format!("one {key}"),
    };
    let if_exists = if operator.if_exists { " or absent" } else { "" };
    format!("{key} {verb} {}{if_exists}", any_of(values))
}

fn any_of(values: &[String]) -> String {
    if values.is_empty() { "nothing".to_owned() } else { values.join(" or ") }
}

impl fmt::Display for AccessChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = called(&self.principal);
        let actions = if self.every_action { "do everything".to_owned() } else { folded(&self.actions).join(", ") };
        let and = |text: String| if text.is_empty() { text } else { format!(" {text}") };
        match (&self.from, &self.to) {
            (None, Some(to)) if self.is_new => write!(f, "{who} may {actions}{}", and(to.sentence())),
            (None, Some(to)) => write!(f, "{who} may now {actions}{}", and(to.sentence())),
            (from, None) => {
                let before = from.as_ref().map(Terms::sentence).filter(|text| !text.is_empty());
                write!(
                    f,
                    "{who} may no longer {actions}{}",
                    before.map(|text| format!("; before {text}")).unwrap_or_default()
                )
            }
            (Some(from), Some(to)) => {
                let plain = |terms: &Terms| {
                    let sentence = terms.sentence();
                    if sentence.is_empty() { "without condition".to_owned() } else { sentence }
                };
                let only = if self.is_narrower { "only " } else { "" };
                write!(f, "{who} may now {actions} {only}{}; before {}", plain(to), plain(from))
            }
        }
    }
}

/// Families of actions by one name, if all of a family are there.
fn folded(actions: &[String]) -> Vec<String> {
    const FAMILIES: [(&str, &[&str]); 2] = [
        (
            "GenerateDataKey*",
            &[
                "GenerateDataKey",
                "GenerateDataKeyPair",
                "GenerateDataKeyPairWithoutPlaintext",
                "GenerateDataKeyWithoutPlaintext",
            ],
        ),
        ("ReEncrypt*", &["ReEncryptFrom", "ReEncryptTo"]),
    ];
    let short = |action: &String| action.strip_prefix("kms:").unwrap_or(action).to_owned();
    let mut names: BTreeSet<String> = actions.iter().map(short).collect();
    for (family, members) in FAMILIES {
        if members.iter().all(|member| names.contains(*member)) {
            names.retain(|name| !members.contains(&name.as_str()));
            names.insert(family.to_owned());
        }
    }
    names.into_iter().collect()
}

/// A principal as people know it.
fn called(principal: &str) -> String {
    match Caller::parse(principal).map(|caller| (caller.kind, caller.account)) {
        Some((Kind::Anyone, _)) => "everybody".to_owned(),
        Some((Kind::Root, Some(account))) => format!("account {account}"),
        Some((_, Some(account))) => {
            let resource = principal.splitn(6, ':').nth(5).unwrap_or(principal);
            format!("{resource} ({account})")
        }
        _ => principal.to_owned(),
    }
}
