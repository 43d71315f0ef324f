//! From a policy document back to the typed form, so that an import or a refresh shows `policy` again.

use std::collections::BTreeMap;

use serde_json::Value;

use super::grammar::{CONTEXT, condition_key, statements, texts};
use super::render::sid;
use super::{Facts, TypedPolicy, equal, render};
use crate::spec::generated::AccountAccess;

/// The typed policy that renders to a document of this meaning; `None` if there is none.
///
/// The document is not trusted to be ours because it looks like it: what was read is rendered again and compared.
pub fn recover(document: &Value, facts: &Facts<'_>) -> Option<TypedPolicy> {
    let mut typed = TypedPolicy::nobody();
    for statement in statements(document) {
        match statement.get("Sid")?.as_str()? {
            sid::ACCOUNT_ADMINISTRATION => typed.account_access = AccountAccess::Administration,
            sid::ACCOUNT_FULL_ACCESS => typed.account_access = AccountAccess::Full,
            sid::KEY_ADMINISTRATION => typed.admin_roles = principals(statement)?,
            sid::KEY_LOOKUP => typed.usage_roles = principals(statement)?,
            sid::KEY_USAGE => typed.encryption_context = context(statement)?,
            _ => return None,
        }
    }
    equal(&render(&typed, facts), document).then_some(typed)
}

fn principals(statement: &Value) -> Option<Vec<String>> {
    texts(statement.pointer("/Principal/AWS")?)
}

/// The conditions of the statement about usage; `None` if there are others than on an encryption context.
fn context(statement: &Value) -> Option<BTreeMap<String, String>> {
    let Some(block) = statement.get("Condition") else { return Some(BTreeMap::new()) };
    let mut context = BTreeMap::new();
    for (operator, keys) in block.as_object()? {
        if !operator.eq_ignore_ascii_case("StringEquals") {
            return None;
        }
        for (key, values) in keys.as_object()? {
            let name = key.get(CONTEXT.len()..).filter(|_| condition_key(key).starts_with(CONTEXT))?;
            let [value] = <[String; 1]>::try_from(texts(values)?).ok()?;
            context.insert(name.to_owned(), value);
        }
    }
    Some(context)
}
