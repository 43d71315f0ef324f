//! From a policy document back to the typed form, so that an import or a refresh shows `policy` again.

use serde_json::{Value, json};

use super::grammar::statements;
use super::outside::{recover_accounts, recover_organization};
use super::render::{colliding, sid};
use super::written::{context, principals};
use super::{Facts, TypedPolicy, equal, render, services};
use super::{protection, role_access};
use crate::spec::generated::AccountAccess;

/// The typed policy that renders to a document of this meaning; `None` if there is none, or if no statement of the document
/// is the typed form's: such a document stays a document.
///
/// Statements that the typed form does not make become `additionalStatements`. No statement is trusted to be ours because it
/// looks like it: what was read is rendered again and compared.
pub fn recover(document: &Value, facts: &Facts<'_>) -> Option<TypedPolicy> {
    // What stands between statements may keep a part from being read, such as the second of two entries without the first:
    // then the parts that stand alone are tried.
    let read = [true, false].into_iter().find_map(|all| read(document, facts, all));
    // Check wants somebody who manages the key.
    read.filter(|typed| {
        typed.account_access != AccountAccess::None
            || !typed.admin_roles.is_empty()
            || !typed.additional_statements.is_empty()
    })
}

fn read(document: &Value, facts: &Facts<'_>, all: bool) -> Option<TypedPolicy> {
    let mut remaining = Remaining(statements(document).to_vec());
    let mut typed = base(&mut remaining, facts);
    if all {
        typed.access = role_access::recover(&mut remaining, facts);
        typed.services = services::recover(&mut remaining, &typed.usage_roles, facts);
        typed.trusted_accounts = recover_accounts(&mut remaining, facts);
        typed.organization = recover_organization(&mut remaining, facts);
        typed.protect = protection::recover(&mut remaining, facts);
    }
    typed.additional_statements = remaining.0;
    let ours = statements(document).len() > typed.additional_statements.len();
    (ours && is_alone(&typed, facts) && equal(&render(&typed, facts), document)).then_some(typed)
}

/// Whether no additional statement has the Sid of another one of the policy: Check would refuse that.
fn is_alone(typed: &TypedPolicy, facts: &Facts<'_>) -> bool {
    colliding(typed, facts).next().is_none()
}

/// Accounts, administrators and users.
fn base(remaining: &mut Remaining, facts: &Facts<'_>) -> TypedPolicy {
    let mut found = TypedPolicy::nobody();
    let nobody = TypedPolicy::nobody;
    let take = |part: &TypedPolicy, remaining: &mut Remaining| {
        let written = statements(&render(part, facts)).to_vec();
        !written.is_empty() && remaining.take(&written)
    };
    let roles = |sid, remaining: &Remaining| remaining.with_sid(sid).and_then(principals).unwrap_or_default();
    for access in [AccountAccess::Administration, AccountAccess::Full] {
        if take(&TypedPolicy { account_access: access, ..nobody() }, remaining) {
            found.account_access = access;
            break;
        }
    }
    let administrators = TypedPolicy { admin_roles: roles(sid::KEY_ADMINISTRATION, remaining), ..nobody() };
    if take(&administrators, remaining) {
        found.admin_roles = administrators.admin_roles;
    }
    let users = TypedPolicy {
        usage_roles: roles(sid::KEY_LOOKUP, remaining),
        encryption_context: remaining.with_sid(sid::KEY_USAGE).map(context).unwrap_or_default(),
        ..nobody()
    };
    if take(&users, remaining) {
        found.usage_roles = users.usage_roles;
        found.encryption_context = users.encryption_context;
    }
    found
}

/// The statements of a document that no part of the typed form has been found for yet.
#[derive(Debug)]
pub(super) struct Remaining(Vec<Value>);

impl Remaining {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The statement with a Sid.
    pub(super) fn with_sid(&self, sid: &str) -> Option<&Value> {
        self.0.iter().find(|statement| statement.get("Sid").is_some_and(|own| own == sid))
    }

    pub(super) fn sids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|statement| statement.get("Sid")?.as_str())
    }

    /// Takes out statements of the same meaning as these, if all are there.
    pub(super) fn take(&mut self, written: &[Value]) -> bool {
        let mut rest = self.0.clone();
        for statement in written {
            let Some(at) = rest.iter().position(|other| same(statement, other)) else { return false };
            rest.remove(at);
        }
        self.0 = rest;
        !written.is_empty()
    }
}

fn same(left: &Value, right: &Value) -> bool {
    let document = |statement: &Value| json!({ "Statement": [statement] });
    left.get("Sid") == right.get("Sid") && equal(&document(left), &document(right))
}
