//! Random parts of typed policies, as Check lets them through.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use super::model::OTHER;
use crate::policy::{
    Facts, Fits, Need, OrganizationAccess, Protection, RoleAccess, ServiceUse, TrustedAccount, TypedPolicy, Use,
    has_operation, service,
};
use crate::spec::generated::{AwsService, Operation, ServiceAccess};

/// Parts for a key of any kind.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    services: Vec<ServiceUse>,
    access: Vec<RoleAccess>,
    account: Option<TrustedAccount>,
    organization: Option<OrganizationAccess>,
    protect: Protection,
    additional: Vec<Value>,
}

fn roles() -> impl Strategy<Value = Vec<String>> {
    let roles = vec!["A".to_owned(), "team/B".to_owned(), "arn:aws:iam::111122223333:user/C".to_owned()];
    subsequence(roles, 0..3)
}

fn services() -> impl Strategy<Value = Vec<ServiceUse>> {
    let texts = || vec(select(vec!["arn:aws:x:r:a:one".to_owned(), "arn:aws:x:r:a:two*".to_owned()]), 0..3);
    let one = (
        select(AwsService::ALL),
        select(ServiceAccess::ALL),
        roles(),
        texts(),
        texts(),
        option::of(Just("x".to_owned())),
    );
    let one = one.prop_map(|(name, access, roles, resources, sources, role_suffix)| {
        let row = service(name);
        let for_need = |need, mut list: Vec<String>| {
            if need == Need::Must && list.is_empty() {
                list.push("arn:aws:x:r:a:must".into());
            }
            if need == Need::Never { vec![] } else { list }
        };
        ServiceUse {
            service: name,
            access: if row.has_access() { access } else { ServiceAccess::ReadWrite },
            roles: if row.takes_roles { roles } else { vec![] },
            resources: for_need(row.resources, resources),
            sources: for_need(row.sources, sources),
            role_suffix: role_suffix.filter(|_| name == AwsService::Autoscaling),
        }
    });
    vec(one, 0..5)
}

/// Services that roles call, but for one of two that share a name.
fn called(range: std::ops::Range<usize>) -> impl Strategy<Value = BTreeSet<AwsService>> {
    let called = |name: &AwsService| service(*name).is_called_by_roles() && *name != AwsService::RdsPerformanceInsights;
    btree_set(select(AwsService::ALL.iter().copied().filter(called).collect::<Vec<_>>()), range)
}

fn context() -> impl Strategy<Value = BTreeMap<String, String>> {
    btree_map("[A-Z][a-z]{0,2}", "[a-z]{0,3}", 0..3)
}

fn access() -> impl Strategy<Value = Vec<RoleAccess>> {
    let one = (roles(), btree_set(select(Operation::ALL), 1..8), context(), called(0..3));
    vec(one, 0..3).prop_map(|all| {
        let entries = all.into_iter().map(|(roles, operations, encryption_context, via)| RoleAccess {
            roles: if roles.is_empty() { vec!["D".into()] } else { roles },
            operations,
            encryption_context,
            via,
        });
        entries.collect()
    })
}

fn how() -> impl Strategy<Value = Use> {
    (called(0..3), context()).prop_map(|(services, context)| {
        let encryption_context = if services.is_empty() { context } else { BTreeMap::new() };
        Use { services, encryption_context }
    })
}

pub(super) fn any_parts() -> impl Strategy<Value = Parts> {
    let far = subsequence(vec!["Far".to_owned(), "team/Near".to_owned()], 0..=2);
    let account = (far, how()).prop_map(|(roles, how)| TrustedAccount { account: OTHER.into(), roles, how });
    let paths = subsequence(vec!["o-a1b2c3d4e5/r-1/*".to_owned(), "o-a1b2c3d4e5/r-1/ou-2/*".to_owned()], 0..=2);
    let organization =
        (paths, how()).prop_map(|(paths, how)| OrganizationAccess { id: "o-a1b2c3d4e5".into(), paths, how });
    let protect = (roles(), option::of(7..=30), any::<bool>()).prop_map(|(roles, days, bypass)| Protection {
        deletion_only_by: roles,
        minimum_deletion_window_days: days,
        no_policy_bypass: bypass,
    });
    let statement = json!({
        "Sid": "Other", "Effect": "Deny", "Principal": { "AWS": "arn:aws:iam::444455556666:role/Other" },
        "Action": "kms:CreateGrant", "Resource": "*",
    });
    let additional = subsequence(vec![statement], 0..=1);
    (services(), access(), option::of(account), option::of(organization), protect, additional).prop_map(
        |(services, access, account, organization, protect, additional)| Parts {
            services,
            access,
            account,
            organization,
            protect,
            additional,
        },
    )
}

impl Parts {
    /// What of them fits a key, as a policy that has nothing else.
    pub(super) fn fitting(self, usage: &str, spec: &str, partition: &str, users: &[String]) -> TypedPolicy {
        let symmetric = spec == "SYMMETRIC_DEFAULT";
        let fits = |entry: &ServiceUse| match service(entry.service).fits {
            Fits::Symmetric => symmetric,
            Fits::Dnssec => spec == "ECC_NIST_P256" && usage == "SIGN_VERIFY",
        };
        let somebody = |entry: &ServiceUse| {
            !service(entry.service).is_called_by_roles() || !entry.roles.is_empty() || !users.is_empty()
        };
        let plain = |how: Use| if symmetric { how } else { Use::default() };
        let here = |roles: Vec<String>| {
            let roles = roles.into_iter().map(|role| role.replace("arn:aws:", &format!("arn:{partition}:")));
            roles.collect::<Vec<_>>()
        };
        let access = self.access.into_iter().filter_map(|mut entry| {
            entry.operations.retain(|operation| has_operation(*operation, usage, spec));
            let describes = entry.operations.iter().all(|operation| *operation == Operation::Describe);
            if !symmetric {
                entry.via.clear();
            }
            if !symmetric || describes {
                entry.encryption_context.clear();
            }
            entry.roles = here(entry.roles);
            (!entry.operations.is_empty()).then_some(entry)
        });
        TypedPolicy {
            access: access.collect(),
            services: self
                .services
                .into_iter()
                .filter(|entry| fits(entry) && somebody(entry))
                .map(|mut entry| {
                    entry.roles = here(entry.roles);
                    entry
                })
                .collect(),
            trusted_accounts: self.account.into_iter().map(|it| TrustedAccount { how: plain(it.how), ..it }).collect(),
            organization: self.organization.map(|it| OrganizationAccess { how: plain(it.how), ..it }),
            protect: Protection { deletion_only_by: here(self.protect.deletion_only_by), ..self.protect },
            additional_statements: self.additional,
            ..TypedPolicy::nobody()
        }
    }
}

/// The same policy with everything in order and every role by its ARN: what says the same is the same.
pub(super) fn in_order(policy: &TypedPolicy, facts: &Facts<'_>) -> TypedPolicy {
    let mut policy = policy.clone();
    policy.admin_roles = facts.roles(&policy.admin_roles);
    policy.usage_roles = facts.roles(&policy.usage_roles);
    policy.protect.deletion_only_by = facts.roles(&policy.protect.deletion_only_by);
    for entry in &mut policy.access {
        entry.roles = facts.roles(&entry.roles);
    }
    policy.access.sort();
    policy.access.dedup();
    for entry in &mut policy.services {
        *entry = entry.in_order();
        entry.roles = facts.roles(&entry.roles);
        if service(entry.service).is_called_by_roles() && entry.roles == policy.usage_roles {
            entry.roles = vec![];
        }
    }
    policy.services.sort();
    policy.services.dedup();
    for entry in &mut policy.trusted_accounts {
        entry.roles = facts.roles_in(&entry.account, &entry.roles);
    }
    if let Some(organization) = &mut policy.organization {
        organization.paths.sort();
    }
    policy.additional_statements.sort_by_key(ToString::to_string);
    policy
}
