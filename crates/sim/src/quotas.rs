//! AWS's default request rates as token buckets (AWS KMS developer guide, "Request quotas").

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::ApiError;
use crate::key::Seconds;

/// Requests a second, by account and Region. Operations that are newer than the guide go with the other writes.
static RATES: &[(&str, f64)] = &[
    ("CancelKeyDeletion", 5.0),
    ("ConnectCustomKeyStore", 5.0),
    ("CreateAlias", 5.0),
    ("CreateCustomKeyStore", 5.0),
    ("CreateGrant", 50.0),
    ("CreateKey", 5.0),
    ("DeleteAlias", 15.0),
    ("DeleteCustomKeyStore", 5.0),
    ("DeleteImportedKeyMaterial", 5.0),
    ("DescribeCustomKeyStores", 5.0),
    ("DescribeKey", 2000.0),
    ("DisableKey", 5.0),
    ("DisableKeyRotation", 5.0),
    ("DisconnectCustomKeyStore", 5.0),
    ("EnableKey", 5.0),
    ("EnableKeyRotation", 15.0),
    ("GenerateDataKeyPair (ECC_NIST_P256)", 25.0),
    ("GenerateDataKeyPair (ECC_NIST_P384)", 10.0),
    ("GenerateDataKeyPair (ECC_NIST_P521)", 5.0),
    ("GenerateDataKeyPair (ECC_SECG_P256K1)", 25.0),
    ("GenerateDataKeyPair (RSA_2048)", 1.0),
    ("GenerateDataKeyPair (RSA_3072)", 0.5),
    ("GenerateDataKeyPair (RSA_4096)", 0.1),
    ("GetKeyLastUsage", 5.0),
    ("GetKeyPolicy", 1000.0),
    ("GetKeyRotationStatus", 1000.0),
    ("GetParametersForImport", 0.25),
    ("GetPublicKey", 2000.0),
    ("ImportKeyMaterial", 5.0),
    ("ListAliases", 500.0),
    ("ListGrants", 100.0),
    ("ListKeyPolicies", 100.0),
    ("ListKeyRotations", 5.0),
    ("ListKeys", 500.0),
    ("ListResourceTags", 2000.0),
    ("ListRetirableGrants", 100.0),
    ("PutKeyPolicy", 15.0),
    ("ReplicateKey", 5.0),
    ("RetireGrant", 30.0),
    ("RevokeGrant", 30.0),
    ("RotateKeyOnDemand", 5.0),
    ("ScheduleKeyDeletion", 15.0),
    ("TagResource", 10.0),
    ("UntagResource", 5.0),
    ("UpdateAlias", 5.0),
    ("UpdateCustomKeyStore", 5.0),
    ("UpdateKeyDescription", 5.0),
    ("UpdatePrimaryRegion", 5.0),
];

/// The rate of an operation; `None` if it has no quota of its own.
pub fn rate(name: &str) -> Option<f64> {
    RATES.binary_search_by(|(entry, _)| (*entry).cmp(name)).ok().map(|index| RATES[index].1)
}

/// What is left of the quotas.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    /// Tokens and the time they were counted, by account, Region and operation.
    left: BTreeMap<(String, String, String), (f64, Seconds)>,
}

impl Buckets {
    /// Takes what a call costs, or refuses it and takes nothing.
    pub(crate) fn take(
        &mut self,
        now: Seconds,
        account: &str,
        region: &str,
        operation: &str,
        body: &Value,
    ) -> Result<(), ApiError> {
        let costs = costs(region, operation, body);
        let key = |region: &str, name: &str| (account.to_owned(), region.to_owned(), name.to_owned());
        for (region, name, count) in &costs {
            let Some(rate) = rate(name) else { continue };
            let most = rate.max(1.0).max(*count);
            let (tokens, since) = self.left.entry(key(region, name)).or_insert((most, now));
            *tokens = (*tokens + (now - *since).max(0.0) * rate).min(most);
            *since = now;
            if *tokens < *count {
                return Err(throttled());
            }
        }
        for (region, name, count) in &costs {
            if let Some((tokens, _)) = self.left.get_mut(&key(region, name)) {
                *tokens -= count;
            }
        }
        Ok(())
    }
}

/// What a call counts as. Replicating counts in both Regions: twice as `CreateKey` in the replica's.
fn costs(region: &str, operation: &str, body: &Value) -> Vec<(String, String, f64)> {
    let member = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = match operation {
        "GenerateDataKeyPair" | "GenerateDataKeyPairWithoutPlaintext" => {
            format!("GenerateDataKeyPair ({})", member("KeyPairSpec"))
        }
        other => other.to_owned(),
    };
    let mut costs = vec![(region.to_owned(), name, 1.0)];
    match operation {
        "ReplicateKey" => costs.push((member("ReplicaRegion"), "CreateKey".into(), 2.0)),
        "UpdatePrimaryRegion" => costs.push((member("PrimaryRegion"), "UpdatePrimaryRegion".into(), 1.0)),
        _ => {}
    }
    costs
}

/// AWS's answer to a caller that is too fast.
pub(crate) fn throttled() -> ApiError {
    ApiError::new(
        "ThrottlingException",
        "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Buckets, RATES};

    #[test]
    fn the_table_is_sorted_for_the_search() {
        assert!(RATES.is_sorted_by(|one, next| one.0 < next.0));
    }

    #[test]
    fn tokens_come_back_with_time() {
        let mut buckets = Buckets::default();
        let mut take = |now: f64| buckets.take(now, "a", "r", "CreateKey", &Value::Null).is_ok();
        assert_eq!((0..7).filter(|_| take(10.0)).count(), 5);
        assert_eq!((0..7).filter(|_| take(10.41)).count(), 2);
        assert_eq!((0..7).filter(|_| take(99.0)).count(), 5);
    }

    #[test]
    fn replicating_uses_up_creating_in_the_other_region() {
        let mut buckets = Buckets::default();
        let body = json!({ "ReplicaRegion": "s" });
        let made = (0..5).filter(|_| buckets.take(1.0, "a", "r", "ReplicateKey", &body).is_ok()).count();
        assert_eq!(made, 2);
        assert!(buckets.take(1.0, "a", "s", "CreateKey", &Value::Null).is_ok());
        assert!(buckets.take(1.0, "a", "s", "CreateKey", &Value::Null).is_err());
        assert!(buckets.take(1.0, "a", "r", "CreateKey", &Value::Null).is_ok());
    }
}
