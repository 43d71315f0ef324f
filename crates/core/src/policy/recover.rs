//! From a policy document back to the typed form, so that an import or a refresh shows `policy` again.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Facts, TypedPolicy, equal, render};
use crate::spec::generated::AccountAccess;

/// The typed policy that renders to a document of this meaning; `None` if there is none.
///
/// The document is not trusted to be ours because it looks like it: what was read is rendered again and compared.
pub fn recover(document: &Value, facts: &Facts<'_>) -> Option<TypedPolicy> {
    let mut typed = TypedPolicy {
        admin_roles: vec![],
        usage_roles: vec![],
        encryption_context: BTreeMap::new(),
        account_access: AccountAccess::None,
    };
    for statement in document.get("Statement")?.as_array()? {
        match statement.get("Sid")?.as_str()? {
            "AccountAdministration" => typed.account_access = AccountAccess::Administration,
            "AccountFullAccess" => typed.account_access = AccountAccess::Full,
            "KeyAdministration" => typed.admin_roles = principals(statement)?,
            "KeyUsage" => {
                typed.usage_roles = principals(statement)?;
                typed.encryption_context = context(statement)?;
            }
            "KeyLookup" => {}
            _ => return None,
        }
    }
    equal(&render(&typed, facts), document).then_some(typed)
}

fn principals(statement: &Value) -> Option<Vec<String>> {
    match statement.pointer("/Principal/AWS")? {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(many) => many.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

fn context(statement: &Value) -> Option<BTreeMap<String, String>> {
    let Some(conditions) = statement.pointer("/Condition/StringEquals") else { return Some(BTreeMap::new()) };
    conditions
        .as_object()?
        .iter()
        .map(|(key, value)| {
            let name = key.strip_prefix("kms:EncryptionContext:")?.to_owned();
            let value = match value {
                Value::Array(values) if values.len() == 1 => values[0].as_str()?,
                other => other.as_str()?,
            };
            Some((name, value.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Facts, TypedPolicy, recover, render};
    use crate::spec::generated::AccountAccess;

    fn any_policy() -> impl Strategy<Value = TypedPolicy> {
        let role = "[A-Z][a-z]{1,6}".prop_map(|name| format!("arn:aws:iam::123456789012:role/{name}"));
        let roles = prop::collection::btree_set(role, 0..3).prop_map(|set| set.into_iter().collect::<Vec<_>>());
        let context = prop::collection::btree_map("[A-Za-z]{1,5}", "[a-z ]{0,5}", 0..3);
        let access = prop::sample::select(AccountAccess::ALL.to_vec());
        (roles.clone(), roles, context, access).prop_map(|(admin_roles, usage_roles, mut context, account_access)| {
            if usage_roles.is_empty() {
                // A context binds the use of the key; without a user it binds nothing.
                context.clear();
            }
            TypedPolicy { admin_roles, usage_roles, encryption_context: context, account_access }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn reads_what_was_rendered(policy in any_policy(), multi_region in any::<bool>()) {
            let facts = Facts {
                partition: "aws", account: "123456789012", key_usage: "ENCRYPT_DECRYPT",
                key_spec: "SYMMETRIC_DEFAULT", multi_region,
            };
            prop_assert_eq!(recover(&render(&policy, &facts), &facts), Some(policy));
        }
    }
}
