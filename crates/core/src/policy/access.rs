//! Who gains and who loses what, when one policy takes the place of another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use super::actions::{ON_A_KEY, carries_context};
use super::caller::{Caller, Kind, aws_names};
use super::evaluate::{Access, concerning, judge};
use super::grammar::{CONTEXT, condition_key, statements, texts};
use super::normal::normal_name;
use super::request::{Request, Via};

/// Actions of one principal that the new policy answers otherwise than the old one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessChange {
    /// The principal, as it was asked for.
    pub principal: String,
    /// The actions, such as `kms:Decrypt`, sorted.
    pub actions: Vec<&'static str>,
    /// The encryption context for which this holds, empty for calls without one; `None` where it makes no difference.
    pub context: Option<BTreeMap<String, String>>,
    /// What the old policy says.
    pub from: Access,
    /// What the new policy says.
    pub to: Access,
}

/// The principals that either policy names: ARNs, services, and `*` where a statement means everybody. Unique IDs of
/// deleted users and roles are nobody, so they are left out.
pub fn named_principals(old: &Value, new: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for document in [old, new] {
        all.extend(aws_names(document).into_iter().filter(|name| Caller::parse(name).is_some()));
        for statement in statements(document) {
            let Some(principal) = statement.get("Principal") else { continue };
            let aws = principal.get("AWS").and_then(texts).unwrap_or_default();
            if principal == "*" || aws.iter().any(|name| name == "*") {
                all.insert("*".to_owned());
            }
            all.extend(principal.get("Service").and_then(texts).unwrap_or_default());
        }
    }
    once_each(all)
}

/// An account can be written in two ways.
fn once_each(names: BTreeSet<String>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    // In reverse order, so that the ARN is kept and not the bare number.
    names.into_iter().rev().filter(|name| seen.insert(normal_name(name).to_owned())).collect()
}

/// Compares two policies of a key of this account, for these principals. Changes come in the order of the principals;
/// a policy that only says the same in other words gives none.
pub fn access_changes<'a>(
    old: &Value,
    new: &Value,
    account: &str,
    principals: impl IntoIterator<Item = &'a str>,
) -> Vec<AccessChange> {
    let contexts = contexts(old, new);
    let mut changes = vec![];
    for principal in principals {
        let Some(caller) = Caller::parse(principal) else { continue };
        let sides = [concerning(old, &caller), concerning(new, &caller)];
        if sides.iter().all(Vec::is_empty) {
            continue;
        }
        let ask = |action: &str, context: &BTreeMap<String, String>| {
            let facts = BTreeMap::new();
            let via = Via::Unstated;
            let request = Request { principal, action, encryption_context: context, account, via, facts: &facts };
            let [from, to] = [0, 1].map(|side| judge(&sides[side], &request, &caller));
            (from, to)
        };
        changes.extend(of_one(principal, &contexts, ask));
    }
    changes
}

type Context = BTreeMap<String, String>;

/// Changes of one principal, actions of the same fate together.
fn of_one(
    principal: &str,
    contexts: &BTreeSet<Context>,
    ask: impl Fn(&str, &Context) -> (Access, Access),
) -> Vec<AccessChange> {
    let mut groups: BTreeMap<(Option<&Context>, Access, Access), Vec<&'static str>> = BTreeMap::new();
    let none = Context::new();
    for action in ON_A_KEY.iter().copied() {
        let plain = ask(action, &none);
        let contexts = contexts.iter().filter(|_| carries_context(action));
        let mut fates: Vec<_> = contexts.map(|context| (Some(context), ask(action, context))).collect();
        if fates.iter().all(|(_, fate)| *fate == plain) {
            fates = vec![(None, plain)];
        } else {
            fates.push((Some(&none), plain));
        }
        for (context, (from, to)) in fates.into_iter().filter(|(_, (from, to))| from != to) {
            groups.entry((context, from, to)).or_default().push(action);
        }
    }
    let groups = groups.into_iter().map(|((context, from, to), actions)| AccessChange {
        principal: principal.to_owned(),
        actions,
        context: context.cloned(),
        from,
        to,
    });
    groups.collect()
}

/// The encryption contexts that statements of either policy ask for: one for each set of conditions.
fn contexts(old: &Value, new: &Value) -> BTreeSet<BTreeMap<String, String>> {
    let all = [old, new].into_iter().flat_map(statements);
    all.filter_map(|statement| statement.get("Condition")).map(context).filter(|context| !context.is_empty()).collect()
}

/// A context that meets the conditions for equality in a block.
fn context(block: &Value) -> BTreeMap<String, String> {
    let operators = block.as_object().into_iter().flatten();
    let equals = operators.filter(|(operator, _)| operator.to_ascii_lowercase().starts_with("stringequals"));
    let keys = equals.filter_map(|(_, keys)| keys.as_object()).flatten();
    keys.filter(|(key, _)| condition_key(key).starts_with(CONTEXT))
        .filter_map(|(key, values)| {
            let name = key.splitn(3, ':').nth(2)?;
            Some((name.to_owned(), texts(values)?.into_iter().next()?))
        })
        .collect()
}

/// One line for people: who may now or no longer do what, and when.
impl fmt::Display for AccessChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.actions.iter().map(|action| action.trim_start_matches("kms:")).collect();
        let may = if self.to == Access::Denied { "may no longer" } else { "may now" };
        write!(f, "{} {may} {}", called(&self.principal), names.join(", "))?;
        match &self.context {
            None => {}
            Some(context) if context.is_empty() => write!(f, " without encryption context")?,
            Some(context) => {
                let pairs: Vec<_> = context.iter().map(|(key, value)| format!("{key}={value}")).collect();
                write!(f, " with encryption context {}", pairs.join(", "))?;
            }
        }
        f.write_str(limit(self.from, self.to))
    }
}

/// What the new access hangs on.
fn limit(from: Access, to: Access) -> &'static str {
    match (from, to) {
        (Access::DependsOnIam, Access::Allowed) => " without an IAM policy that allows it",
        (_, Access::Denied | Access::Allowed) => "",
        (Access::Allowed, Access::DependsOnIam) => " only where IAM policies allow it",
        (_, Access::DependsOnIam) => " where IAM policies allow it",
        (Access::Denied, Access::Unknown) => " under conditions that only the call shows",
        (_, Access::Unknown) => " only under conditions that only the call shows",
    }
}

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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{access_changes, named_principals};
    use crate::policy::{Facts, TypedPolicy, default_policy, render};
    use crate::spec::generated::AccountAccess;

    const ACCOUNT: &str = "111122223333";
    const APP: &str = "arn:aws:iam::111122223333:role/App";

    fn typed(usage: &[&str], context: &[(&str, &str)], access: AccountAccess) -> Value {
        let policy = TypedPolicy {
            admin_roles: vec!["arn:aws:iam::111122223333:role/Admin".into()],
            usage_roles: usage.iter().map(|role| (*role).to_owned()).collect(),
            encryption_context: context.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            account_access: access,
            ..TypedPolicy::nobody()
        };
        let facts = Facts {
            partition: "aws",
            account: ACCOUNT,
            region: "eu-central-1",
            key_usage: "ENCRYPT_DECRYPT",
            key_spec: "SYMMETRIC_DEFAULT",
            multi_region: false,
        };
        render(&policy, &facts)
    }

    fn lines(old: &Value, new: &Value) -> Vec<String> {
        let principals = named_principals(old, new);
        access_changes(old, new, ACCOUNT, principals.iter().map(String::as_str))
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    const USE: &str = "Decrypt, Encrypt, GenerateDataKey, GenerateDataKeyPair, GenerateDataKeyPairWithoutPlaintext, \
                       GenerateDataKeyWithoutPlaintext, ReEncryptFrom, ReEncryptTo";

    #[test]
    fn nothing_changes_by_other_words() {
        let policy = typed(&[APP], &[("App", "x")], AccountAccess::Administration);
        assert_eq!(lines(&policy, &policy), Vec::<String>::new());
    }

    #[test]
    fn a_role_that_goes_loses_what_it_had() {
        let old = typed(&[APP], &[], AccountAccess::Administration);
        let new = typed(&[], &[], AccountAccess::Administration);
        // The account's IAM policies may still let it look.
        assert_eq!(
            lines(&old, &new),
            [
                format!("role/App (111122223333) may no longer {USE}"),
                "role/App (111122223333) may now DescribeKey only where IAM policies allow it".to_owned(),
            ]
        );
    }

    #[test]
    fn a_context_that_falls_away_is_told() {
        let old = typed(&[APP], &[("App", "orders")], AccountAccess::None);
        let new = typed(&[APP], &[], AccountAccess::None);
        assert_eq!(lines(&old, &new), [format!("role/App (111122223333) may now {USE} without encryption context")]);
        assert_eq!(
            lines(&new, &old),
            [format!("role/App (111122223333) may no longer {USE} without encryption context")]
        );
        let other = typed(&[APP], &[("App", "billing")], AccountAccess::None);
        assert_eq!(
            lines(&old, &other),
            [
                format!("role/App (111122223333) may now {USE} with encryption context App=billing"),
                format!("role/App (111122223333) may no longer {USE} with encryption context App=orders"),
            ]
        );
    }

    #[test]
    fn from_aws_s_default_the_account_loses_the_use() {
        let new = typed(&[], &[], AccountAccess::Administration);
        let lines = lines(&default_policy("aws", ACCOUNT), &new);
        let account = lines.iter().find(|line| line.starts_with("account 111122223333 may no longer")).expect("a line");
        assert!(account.contains("CreateGrant") && account.contains("Decrypt") && !account.contains("PutKeyPolicy"));
    }

    #[test]
    fn everybody_and_services_are_principals_too() {
        let statement = |principal: Value| json!({ "Statement": { "Effect": "Allow", "Principal": principal, "Action": "kms:Sign", "Resource": "*" } });
        let none = json!({ "Statement": [] });
        assert_eq!(lines(&none, &statement(json!("*"))), ["everybody may now Sign where IAM policies allow it"]);
        assert_eq!(
            lines(&none, &statement(json!({ "Service": "logs.eu-west-1.amazonaws.com" }))),
            ["logs.eu-west-1.amazonaws.com may now Sign"]
        );
    }

    #[test]
    fn an_account_in_two_spellings_is_one() {
        let policy = |name: &str| json!({ "Statement": { "Effect": "Allow", "Principal": { "AWS": name }, "Action": "kms:*", "Resource": "*" } });
        let names = named_principals(&policy(ACCOUNT), &policy("arn:aws:iam::111122223333:root"));
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["arn:aws:iam::111122223333:root"]);
    }
}
