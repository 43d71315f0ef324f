//! Keys that AWS RAM shares with other accounts.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::document::Document;
use crate::key::{Key, Share};
use crate::regions;
use crate::sim::Sim;

/// Actions of RAM's usual permission for keys.
const USUAL: &[&str] = &["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];

/// A share that a test makes, in place of any that was there; with no accounts it ends.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewShare {
    arn: String,
    accounts: BTreeSet<String>,
    /// Actions of RAM's permission; absent, the usual ones.
    #[serde(default)]
    actions: Vec<String>,
}

/// Shares a key.
pub(super) fn put(sim: &mut Sim, new: NewShare) -> Result<(Value, bool), String> {
    let digits = |account: &String| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    if !new.accounts.iter().all(digits) {
        return Err("accounts have 12 digits".into());
    }
    let key: Option<&mut Key> = sim.state.keys.values_mut().find(|key| key.arn == new.arn);
    let key = key.ok_or_else(|| format!("there is no key {}", new.arn))?;
    let actions =
        if new.actions.is_empty() { USUAL.iter().map(|&action| action.to_owned()).collect() } else { new.actions };
    let partition = regions::partition(&key.region);
    let roots: Vec<String> =
        new.accounts.iter().map(|account| format!("arn:{partition}:iam::{account}:root")).collect();
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": roots }, "Action": actions, "Resource": "*" },
    ] });
    key.share = (!new.accounts.is_empty())
        .then(|| Share { accounts: new.accounts, policy: Document::new(&policy.to_string(), BTreeMap::new()) });
    Ok((json!({ "arn": new.arn, "shared": key.share.is_some() }), true))
}
