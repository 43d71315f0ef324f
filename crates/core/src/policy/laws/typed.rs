//! What a typed policy promises, on random ones of every kind of key.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::cases;
use super::model::ACCOUNT;
use super::typed_parts::{any_parts, in_order};
use crate::policy::{
    Access, Control, Facts, Findings, Form, Protection, Request, Scope, TypedPolicy, Via, access_changes, access_lines,
    check_document, equal, evaluate, keeps_control, named_principals, recover, render,
};
use crate::spec::generated::{AccountAccess, KeySpec};
use crate::spec::key_kinds::key_kind;

#[derive(Debug, Clone)]
struct Case {
    policy: TypedPolicy,
    partition: &'static str,
    spec: KeySpec,
    usage: &'static str,
    multi_region: bool,
}

impl Case {
    fn facts(&self) -> Facts<'_> {
        Facts {
            partition: self.partition,
            account: ACCOUNT,
            region: "eu-central-1",
            key_usage: self.usage,
            key_spec: self.spec.as_str(),
            multi_region: self.multi_region,
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope {
            account: ACCOUNT,
            key_spec: self.spec.as_str(),
            key_usage: self.usage,
            origin: "AWS_KMS",
            multi_region: self.multi_region,
        }
    }

    fn document(&self) -> Value {
        render(&self.policy, &self.facts())
    }
}

fn any_roles(partition: &'static str) -> impl Strategy<Value = Vec<String>> {
    let role = ("[A-C]", select(vec!["role", "role/team", "user"]));
    let role = role.prop_map(move |(name, kind)| format!("arn:{partition}:iam::{ACCOUNT}:{kind}/{name}"));
    prop::collection::btree_set(role, 0..3).prop_map(|set| set.into_iter().collect())
}

/// Administrators, users and the account: only what Check lets through: a context needs users and a key that takes one, and somebody must be named.
fn any_plain_case() -> impl Strategy<Value = Case> {
    let key = select(KeySpec::ALL)
        .prop_flat_map(|spec| (Just(spec), select(key_kind(spec.as_str()).expect("a kind").usages)));
    let partition = select(vec!["aws", "aws-cn", "aws-us-gov"]);
    let roles = partition.prop_flat_map(|partition| (Just(partition), any_roles(partition), any_roles(partition)));
    let context = prop::collection::btree_map("[A-Z][a-z]{0,2}", "[a-z *?]{0,3}", 0..3);
    let access = select(AccountAccess::ALL);
    (key, roles, context, access, any::<bool>())
        .prop_map(
            |(
                (spec, usage),
                (partition, admin_roles, usage_roles),
                encryption_context,
                account_access,
                multi_region,
            )| {
                let bound = spec.as_str() == "SYMMETRIC_DEFAULT" && !usage_roles.is_empty();
                let encryption_context = if bound { encryption_context } else { BTreeMap::new() };
                let policy = TypedPolicy {
                    admin_roles,
                    usage_roles,
                    encryption_context,
                    account_access,
                    ..TypedPolicy::nobody()
                };
                Case { policy, partition, spec, usage, multi_region }
            },
        )
        .prop_filter("somebody is named", |case| case.document()["Statement"] != json!([]))
}

/// The same with all other parts.
fn any_case() -> impl Strategy<Value = Case> {
    (any_plain_case(), any_parts()).prop_map(|(mut case, parts)| {
        let users = case.policy.usage_roles.clone();
        let own = case.policy;
        let parts = parts.fitting(case.usage, case.spec.as_str(), case.partition, &users);
        case.policy = TypedPolicy {
            admin_roles: own.admin_roles,
            usage_roles: own.usage_roles,
            encryption_context: own.encryption_context,
            account_access: own.account_access,
            ..parts
        };
        case
    })
}

/// As AWS gives a policy back: single values out of their lists, other order.
fn given_back(document: &Value) -> Value {
    let mut document = document.clone();
    let statements = document["Statement"].as_array_mut().expect("statements");
    statements.reverse();
    for statement in statements {
        for list in ["/Principal/AWS", "/Action"] {
            let Some(value) = statement.pointer_mut(list) else { continue };
            let Some(items) = value.as_array_mut() else { continue };
            items.reverse();
            if let [single] = items.as_slice() {
                *value = single.clone();
            }
        }
    }
    document
}

fn ask(document: &Value, principal: &str, action: &str, context: &BTreeMap<String, String>) -> Access {
    let facts = BTreeMap::new();
    evaluate(
        document,
        &Request {
            principal,
            action,
            encryption_context: context,
            account: ACCOUNT,
            via: Via::Directly,
            facts: &facts,
        },
    )
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn what_was_rendered_is_recovered(case in any_case()) {
        let document = case.document();
        let managed = case.policy.account_access != AccountAccess::None
            || !case.policy.admin_roles.is_empty()
            || !case.policy.additional_statements.is_empty();
        if !managed {
            // Check wants somebody who manages the key.
            prop_assert_eq!(recover(&document, &case.facts()), None);
            return Ok(());
        }
        let recovered = recover(&document, &case.facts()).expect("a typed policy");
        prop_assert_eq!(in_order(&recovered, &case.facts()), in_order(&case.policy, &case.facts()));
        prop_assert!(equal(&render(&recovered, &case.facts()), &document));
        let back = given_back(&document);
        prop_assert!(equal(&document, &back));
        let recovered = recover(&back, &case.facts()).expect("a typed policy");
        prop_assert_eq!(in_order(&recovered, &case.facts()), in_order(&case.policy, &case.facts()));
    }

    #[test]
    fn what_somebody_added_is_an_additional_statement(case in any_case(), effect in select(vec!["Allow", "Deny"])) {
        let mut document = case.document();
        let added = json!({
            "Sid": "Added", "Effect": effect, "Principal": { "AWS": "arn:aws:iam::444455556666:role/Stranger" },
            "Action": "kms:Decrypt", "Resource": "*",
        });
        document["Statement"].as_array_mut().expect("statements").insert(0, added.clone());
        let recovered = recover(&document, &case.facts()).expect("a typed policy");
        let mut wanted = case.policy.clone();
        wanted.additional_statements.push(added);
        prop_assert_eq!(in_order(&recovered, &case.facts()), in_order(&wanted, &case.facts()));
    }

    #[test]
    fn what_has_another_statement_s_label_is_not_taken_for_typed(case in any_plain_case(), action in select(vec!["kms:CreateGrant", "kms:Decrypt", "kms:*"])) {
        let mut document = case.document();
        let mut statement = document["Statement"][0].clone();
        statement["Principal"] = json!({ "AWS": "arn:aws:iam::444455556666:role/Stranger" });
        statement["Action"] = json!(action);
        document["Statement"].as_array_mut().expect("statements").push(statement);
        prop_assert_eq!(recover(&document, &case.facts()), None);
    }

    #[test]
    fn it_passes_its_own_check(case in any_case()) {
        // Whom it names is the program's choice.
        let chosen = ["KP015", "KP021", "KP024"];
        let found = check_document(&case.document()).without(|finding| chosen.contains(&finding.rule));
        prop_assert_eq!(found, Findings::default());
    }

    #[test]
    fn users_use_and_administrators_administer(case in any_plain_case()) {
        let (document, policy) = (case.document(), &case.policy);
        let usage = crate::policy::actions::usage(case.usage, case.spec.as_str());
        let none = BTreeMap::new();
        let limit = match policy.account_access {
            AccountAccess::Full => Access::DependsOnIam,
            AccountAccess::Administration | AccountAccess::None => Access::Denied,
        };
        for user in &policy.usage_roles {
            for action in usage.cryptographic {
                prop_assert_eq!(ask(&document, user, action, &policy.encryption_context), Access::Allowed);
                let without = if policy.encryption_context.is_empty() { Access::Allowed } else { limit };
                prop_assert_eq!(ask(&document, user, action, &none), without);
            }
            prop_assert_eq!(ask(&document, user, "kms:DescribeKey", &none), Access::Allowed);
        }
        for administrator in &policy.admin_roles {
            prop_assert_eq!(ask(&document, administrator, "kms:PutKeyPolicy", &none), Access::Allowed);
            for action in usage.cryptographic.iter().filter(|_| !policy.usage_roles.contains(administrator)) {
                prop_assert_eq!(ask(&document, administrator, action, &policy.encryption_context), limit);
            }
            prop_assert_eq!(ask(&document, administrator, "kms:CreateGrant", &none), limit);
        }
    }

    #[test]
    fn the_lockout_prediction_follows_from_the_inputs(case in any_case(), name in "[A-D]") {
        let caller = format!("arn:{}:sts::{ACCOUNT}:assumed-role/{name}/s", case.partition);
        let named = case.policy.admin_roles.iter().any(|role| role.contains(":role/") && role.ends_with(&format!("/{name}")));
        let control = keeps_control(&case.document(), &caller, ACCOUNT, Form::Typed);
        match case.policy.account_access {
            _ if named => prop_assert_eq!(control, Control::Kept),
            AccountAccess::None => {
                let advice = matches!(&control, Control::Lost { fix, .. } if fix.contains("adminRoles"));
                prop_assert!(advice, "{control:?}");
            }
            AccountAccess::Administration | AccountAccess::Full => {
                let open = matches!(&control, Control::Unknown { reason } if reason.contains("IAM"));
                prop_assert!(open, "{control:?}");
            }
        }
    }
}

proptest! {
    // Each case asks some thousand questions.
    #![proptest_config(cases(400))]

    #[test]
    fn access_changes_are_what_evaluating_twice_says(old in any_plain_case(), new in any_plain_case()) {
        let scope = new.scope();
        let contexts = [BTreeMap::new(), old.policy.encryption_context.clone(), new.policy.encryption_context.clone()];
        let (old, new) = (old.document(), new.document());
        let changes = access_changes(Some(&old), &new, &scope);
        // What IAM policies decide before and after is the account's line.
        let by_iam = [Access::Denied, Access::DependsOnIam];
        for principal in &named_principals(&old, &new) {
            for action in scope.actions() {
                let told = changes.iter().any(|change| {
                    change.principal == *principal && change.actions.iter().any(|one| one == action)
                });
                let asked = || contexts.iter().map(|context| {
                    [ask(&old, principal, action, context), ask(&new, principal, action, context)]
                });
                let differs = asked().any(|[from, to]| from != to);
                let of_account = !principal.ends_with(":root") && asked().flatten().all(|access| by_iam.contains(&access));
                prop_assert_eq!(told, differs && !of_account, "{} {}", principal, action);
            }
        }
        prop_assert_eq!(access_changes(Some(&old), &given_back(&old), &scope), vec![]);
        prop_assert_eq!(access_lines(Some(&old), &new, &scope).is_empty(), equal(&old, &new));
    }
}

proptest! {
    #![proptest_config(cases(500))]

    /// Services, other accounts and the organization give nobody of this account a call of its own; to protect is to deny.
    #[test]
    fn parts_for_others_give_nobody_here_anything(case in any_case(), action in select(crate::policy::actions::ON_A_KEY)) {
        let mut plain = case.clone();
        plain.policy = TypedPolicy {
            services: vec![], trusted_accounts: vec![], organization: None, protect: Protection::default(), ..plain.policy
        };
        let mut all = case;
        all.policy.organization = None;
        let none = BTreeMap::new();
        let (plain, all) = (plain.document(), all.document());
        for caller in ["arn:aws:iam::111122223333:role/Stranger", "arn:aws:iam::111122223333:role/A"] {
            let (before, after) = (ask(&plain, caller, action, &none), ask(&all, caller, action, &none));
            let granting = action == "kms:CreateGrant";
            prop_assert!(after == before || before != Access::Denied || granting && after == Access::Unknown, "{after:?} {before:?}");
        }
    }
}
