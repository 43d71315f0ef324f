//! `whoCanAccess`: who can use a key or manage it, by its policy and its grants.

use aws_sdk_kms::types::{GrantConstraints, GrantListEntry};
use awskms_core::functions::generated::{AccessEntry, WhoCanAccessArgs, WhoCanAccessResult, names};
use awskms_core::observed::Metadata;
use awskms_core::policy::{actions_of_key, actions_on_a_key, standings};
use awskms_core::value::PropertyMap;
use serde_json::{Value, json};

use super::policy::Judged;
use super::{Call, Trouble};
use crate::kms::{Kind, KmsError, Target};

pub(super) async fn run(call: Call<'_>, arguments: &PropertyMap) -> Result<PropertyMap, Trouble> {
    let asked = WhoCanAccessArgs::from_properties(arguments)?;
    let judged = call.policy(&asked.policy, &asked.key_id, &asked.account, &asked.region).await?;
    let actions = actions(&judged, asked.actions.known().map(Vec::as_slice));
    let mut entries: Vec<AccessEntry> =
        standings(&judged.document, &judged.account, &by_policy(&actions)).into_iter().map(of_policy).collect();
    let mut notes = vec![
        "IAM policies decide what is in iamDecides, and can deny the rest, as policies of the organization can."
            .to_owned(),
    ];
    if let Some((target, metadata)) = &judged.key {
        for grant in grants(target, metadata).await? {
            entries.extend(of_grant(&grant, &actions));
        }
        notes.extend(other_policies(target, metadata).await?);
    } else {
        notes.push("Grants of a key are not part of its policy; give keyId to see them.".to_owned());
    }
    Ok(WhoCanAccessResult { entries, notes }.into_properties())
}

/// The actions that are asked for, or all that the key can have.
fn actions(judged: &Judged, asked: Option<&[String]>) -> Vec<&'static str> {
    let all = match &judged.key {
        Some((_, key)) => actions_of_key(&key.key_spec, &key.key_usage, key.multi_region, key.origin == "EXTERNAL"),
        None => actions_on_a_key().to_vec(),
    };
    match asked {
        Some(asked) => {
            actions_on_a_key().iter().copied().filter(|action| asked.iter().any(|one| one == action)).collect()
        }
        None => all,
    }
}

/// A grant says who may retire it, never the key policy (AWS KMS API reference, `RetireGrant`).
fn by_policy(actions: &[&'static str]) -> Vec<&'static str> {
    actions.iter().copied().filter(|action| *action != "kms:RetireGrant").collect()
}

fn texts(actions: &[&'static str]) -> Vec<String> {
    actions.iter().map(|action| (*action).to_owned()).collect()
}

fn of_policy(standing: awskms_core::policy::Standing) -> AccessEntry {
    AccessEntry {
        principal: standing.principal,
        source: "POLICY".to_owned(),
        allowed: texts(&standing.allowed),
        iam_decides: texts(&standing.iam_decides),
        conditional: texts(&standing.conditional),
        conditions: standing.conditions,
        grant_id: None,
    }
}

async fn grants(target: &Target, metadata: &Metadata) -> Result<Vec<GrantListEntry>, Trouble> {
    let mut all = vec![];
    let mut pages = target.client.list_grants().key_id(&metadata.arn).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| {
            let error = KmsError::from_sdk("ListGrants", &target.region, &error);
            // Without them the list would look complete and not be.
            Trouble::of_kms(&format!("reading the grants of {}", metadata.arn), names::KEY_ID, &error)
        })?;
        all.extend(page.grants().iter().cloned());
    }
    Ok(all)
}

/// What a grant allows of the actions; nothing if it is about others.
fn of_grant(grant: &GrantListEntry, actions: &[&'static str]) -> Option<AccessEntry> {
    let named = |action: &str| grant.operations().iter().any(|operation| allows(operation.as_str(), action));
    let allowed: Vec<String> =
        actions.iter().filter(|action| named(action)).map(|action| (*action).to_owned()).collect();
    let constraints = grant.constraints().map(constraints);
    let principal = grant.grantee_principal().or(grant.grantee_service_principal()).unwrap_or("unknown").to_owned();
    let (allowed, conditional) = if constraints.is_some() { (vec![], allowed) } else { (allowed, vec![]) };
    (!allowed.is_empty() || !conditional.is_empty()).then(|| AccessEntry {
        principal,
        source: "GRANT".to_owned(),
        allowed,
        iam_decides: vec![],
        conditional,
        conditions: constraints.into_iter().collect(),
        grant_id: grant.grant_id().map(str::to_owned),
    })
}

/// Operations of grants have the names of actions, without their service.
fn allows(operation: &str, action: &str) -> bool {
    action.strip_prefix("kms:") == Some(operation)
}

fn constraints(constraints: &GrantConstraints) -> String {
    let mut all = serde_json::Map::new();
    let pairs = |map: &std::collections::HashMap<String, String>| {
        Value::Object(map.iter().map(|(name, value)| (name.clone(), json!(value))).collect())
    };
    if let Some(map) = constraints.encryption_context_subset() {
        all.insert("EncryptionContextSubset".to_owned(), pairs(map));
    }
    if let Some(map) = constraints.encryption_context_equals() {
        all.insert("EncryptionContextEquals".to_owned(), pairs(map));
    }
    if let Some(arn) = constraints.source_arn() {
        all.insert("SourceArn".to_owned(), json!(arn));
    }
    Value::Object(all).to_string()
}

/// A key that is shared by AWS RAM has a second policy, which nobody can read here.
async fn other_policies(target: &Target, metadata: &Metadata) -> Result<Vec<String>, Trouble> {
    let answer = target.client.list_key_policies().key_id(&metadata.arn).send().await;
    match answer.map_err(|error| KmsError::from_sdk("ListKeyPolicies", &target.region, &error)) {
        Ok(answer) => {
            let others = answer.policy_names().iter().filter(|name| *name != "default");
            Ok(others
                .map(|name| format!("The key has another policy, {name}, whose access is not in this list."))
                .collect())
        }
        Err(error) if error.kind == Kind::AccessDenied => Ok(vec![
            "Whether the key has a second policy, as AWS RAM gives to shared keys, could not be read; allow \
             kms:ListKeyPolicies."
                .to_owned(),
        ]),
        Err(error) => Err(Trouble::of_kms(&format!("reading the policies of {}", metadata.arn), names::KEY_ID, &error)),
    }
}
