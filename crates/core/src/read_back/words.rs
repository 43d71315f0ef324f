//! Roles in the words of the program: who is given by name stays given by name.

use std::collections::BTreeSet;

use crate::policy::role_arn;
use crate::spec::constants::names;
use crate::spec::generated::KEY_POLICY;
use crate::spec::table::{Kind, Message};
use crate::value::{PropertyMap, PropertyValue};

/// The policy with each role by the name that `given` has for it, where it has one. `account` is the key's.
pub(super) fn in_words_of(given: &PropertyMap, mut policy: PropertyMap, partition: &str, account: &str) -> PropertyMap {
    let mut named = BTreeSet::new();
    let mut given = given.clone();
    each_role(&KEY_POLICY, &mut given, account, &mut |role, _| {
        if !role.contains(':') {
            named.insert(role.clone());
        }
    });
    each_role(&KEY_POLICY, &mut policy, account, &mut |role, account| {
        if let Some(name) = named.iter().find(|name| role_arn(name, partition, account) == *role) {
            role.clone_from(name);
        }
    });
    policy
}

/// Visits every role in an object, with the account whose role it is.
fn each_role(
    message: &'static Message,
    map: &mut PropertyMap,
    account: &str,
    visit: &mut dyn FnMut(&mut String, &str),
) {
    let own = map.get(names::ACCOUNT).and_then(PropertyValue::as_str).unwrap_or(account).to_owned();
    for field in message.fields {
        let Some(value) = map.get_mut(field.name) else { continue };
        let nested = match &field.kind {
            Kind::Object(nested) | Kind::List { element: Kind::Object(nested), .. } => Some(*nested),
            _ => None,
        };
        let items = match value.reveal_mut() {
            PropertyValue::List(items) => items.as_mut_slice(),
            single => std::slice::from_mut(single),
        };
        for item in items {
            match (item.reveal_mut(), nested) {
                (PropertyValue::String(role), None) if field.is_principal => visit(role, &own),
                (PropertyValue::Map(map), Some(nested)) => each_role(nested, map, &own, visit),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::in_words_of;
    use crate::value::{PropertyMap, PropertyValue};

    fn map(json: &serde_json::Value) -> PropertyMap {
        PropertyValue::from_json(json).as_map().cloned().expect("an object")
    }

    #[test]
    fn roles_keep_their_names_and_nothing_else_is_touched() {
        let given = map(&json!({
            "adminRole": "Admin", "usageRoles": ["arn:aws:iam::1:role/App"],
            "trustedAccounts": [{ "account": "2", "roles": ["Far"] }],
        }));
        let read = map(&json!({
            "adminRole": "arn:aws:iam::1:role/Admin", "usageRoles": ["arn:aws:iam::1:role/App", "arn:aws:iam::1:role/New"],
            "encryptionContext": { "App": "arn:aws:iam::1:role/Admin" },
            "trustedAccounts": [{ "account": "2", "roles": ["arn:aws:iam::2:role/Far", "arn:aws:iam::2:role/Admin"] }],
        }));
        let expected = map(&json!({
            "adminRole": "Admin", "usageRoles": ["arn:aws:iam::1:role/App", "arn:aws:iam::1:role/New"],
            "encryptionContext": { "App": "arn:aws:iam::1:role/Admin" },
            "trustedAccounts": [{ "account": "2", "roles": ["Far", "Admin"] }],
        }));
        assert_eq!(in_words_of(&given, read, "aws", "1"), expected);
    }
}
