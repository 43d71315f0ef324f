//! Switches of a simulator.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Switches of a simulator, as `GET /_sim/options` shows and `POST /_sim/options` sets them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Options {
    /// Policies may name only principals that exist, as at AWS. Switched off, any well-formed ARN will do.
    #[serde(alias = "known_principals_only")]
    pub known_principals_only: bool,
    /// Policies come back reordered and rewritten, as AWS may do.
    #[serde(alias = "rewrite_policies")]
    pub rewrite_policies: bool,
    /// Seconds of the virtual clock that a new replica is `Creating`.
    pub creating_seconds: f64,
    /// Seconds of the virtual clock that both keys are `Updating` after `UpdatePrimaryRegion`.
    pub updating_seconds: f64,
    /// Seconds of the virtual clock that a custom key store is `CONNECTING` or `DISCONNECTING`.
    pub connecting_seconds: f64,
    /// Accounts of organizations, by the organizations' IDs.
    pub organizations: BTreeMap<String, Vec<String>>,
    /// Requests are throttled at AWS's default rates.
    pub quotas: bool,
    /// Calls that see the service as it was a moment ago; the first rule that fits a call decides. Empty: none.
    pub lag: Vec<Lag>,
    /// What AWS does where its documents leave a doubt.
    pub doubts: Doubts,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            known_principals_only: true,
            rewrite_policies: true,
            creating_seconds: 2.0,
            updating_seconds: 2.0,
            connecting_seconds: 2.0,
            organizations: BTreeMap::new(),
            quotas: false,
            lag: vec![],
            doubts: Doubts::default(),
        }
    }
}

/// Eventual consistency of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Lag {
    /// Only this operation; absent for all.
    pub operation: Option<String>,
    /// How far back a late call may look, in seconds of the virtual clock.
    pub seconds: f64,
    /// Which part of the calls is late, from 0 to 1.
    #[serde(default = "all")]
    pub probability: f64,
}

fn all() -> f64 {
    1.0
}

/// What AWS does where its documents leave a doubt; the defaults are the likelier answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Doubts {
    /// Code for using a key for data while its deletion is pending: `KMSInvalidStateException` or `DisabledException`.
    pub pending_deletion_code: String,
    /// Code for a 51st tag by `TagResource`: `TagException` or `LimitExceededException`.
    pub too_many_tags_code: String,
    /// Code for names below `alias/aws/`: `NotAuthorizedException` or `InvalidAliasNameException`.
    pub reserved_alias_code: String,
    /// Code for a policy of more than 32 KiB: `LimitExceededException` or `MalformedPolicyDocumentException`.
    pub large_policy_code: String,
    /// Code for replicating a key into its own Region: `ValidationException` or `AlreadyExistsException`.
    pub own_region_replica_code: String,
    /// `GetKeyRotationStatus` answers for keys with imported material, instead of `UnsupportedOperationException`.
    pub rotation_status_of_external: bool,
    /// A change of the rotation period counts from the change, not from the last rotation.
    pub rotation_counts_from_change: bool,
    /// On-demand rotations that a key may have: 25 by today's model, 10 by an older one.
    pub on_demand_rotations: u32,
    /// `CustomerMasterKeySpec` is there for specs that its own list lacks (`ML_DSA_*`, `ECC_NIST_EDWARDS25519`).
    pub old_name_of_new_specs: bool,
    /// Both keys of a move of the primary are shown as replicas while they are `Updating`.
    pub both_replicas_while_updating: bool,
    /// Policies with elements that IAM does not know are refused.
    pub unknown_policy_elements_refused: bool,
    /// Statements of key policies without an action or a resource, or of another resource than `*`, are refused, as AWS said in
    /// 2025 that it does.
    pub bare_policy_statements_refused: bool,
    /// Condition keys that are for policies of IAM only are refused in key policies, and not without effect there.
    pub iam_condition_keys_refused: bool,
}

impl Default for Doubts {
    fn default() -> Self {
        Self {
            pending_deletion_code: "KMSInvalidStateException".into(),
            too_many_tags_code: "TagException".into(),
            reserved_alias_code: "NotAuthorizedException".into(),
            large_policy_code: "LimitExceededException".into(),
            own_region_replica_code: "ValidationException".into(),
            rotation_status_of_external: false,
            rotation_counts_from_change: true,
            on_demand_rotations: 25,
            old_name_of_new_specs: false,
            both_replicas_while_updating: false,
            unknown_policy_elements_refused: true,
            bare_policy_statements_refused: true,
            iam_condition_keys_refused: true,
        }
    }
}

impl Options {
    /// These options with some of them changed, by their names in JSON.
    ///
    /// # Errors
    /// There is no such option, or its value is of another kind or out of its range.
    pub fn changed(&self, by: &serde_json::Value) -> Result<Self, String> {
        if !by.is_object() {
            return Err("give the options to change as a JSON object".into());
        }
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        merge(&mut all, by);
        let options: Self = serde_json::from_value(all).map_err(|error| error.to_string())?;
        let good = |seconds: f64| (0.0..=1e9).contains(&seconds);
        let spans = [options.creating_seconds, options.updating_seconds, options.connecting_seconds];
        if !spans.into_iter().all(good) {
            return Err("creatingSeconds, updatingSeconds and connectingSeconds are from 0 to 1e9".into());
        }
        if options.lag.iter().any(|lag| !good(lag.seconds) || !(0.0..=1.0).contains(&lag.probability)) {
            return Err("lag: seconds are from 0 to 1e9, probability from 0 to 1".into());
        }
        Ok(options)
    }

    /// The organization of an account, by its ID and the account's path in it.
    pub(crate) fn organization_of(&self, account: &str) -> Option<(&str, String)> {
        let (id, _) = self.organizations.iter().find(|(_, accounts)| accounts.iter().any(|one| one == account))?;
        Some((id, format!("{id}/r-root/")))
    }
}

fn merge(into: &mut serde_json::Value, from: &serde_json::Value) {
    match (into.as_object_mut(), from.as_object()) {
        (Some(map), Some(changes)) => {
            for (name, value) in changes {
                merge(map.entry(name.clone()).or_insert(serde_json::Value::Null), value);
            }
        }
        _ => *into = from.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Options;

    #[test]
    fn changes_one_switch_and_keeps_the_others() {
        let options = Options::default();
        let changed = options.changed(&json!({ "quotas": true, "doubts": { "onDemandRotations": 10 } }));
        let changed = changed.expect("both exist");
        assert!(changed.quotas && changed.rewrite_policies);
        assert_eq!(changed.doubts.on_demand_rotations, 10);
        for bad in [json!({ "quota": true }), json!({ "quotas": 1 }), json!({ "creatingSeconds": -1 }), json!([])] {
            assert!(options.changed(&bad).is_err(), "{bad}");
        }
    }
}
