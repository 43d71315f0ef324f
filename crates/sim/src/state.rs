//! Everything the service remembers.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::caller::Session;
use crate::document::Document;
use crate::key::Key;
use crate::key_store::KeyStore;
use crate::multi_region::Set;
use crate::options::Options;

/// A user or role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Principal {
    /// `AIDA…` or `AROA…`.
    pub(crate) unique_id: String,
    /// KMS knows the principal from this time on: IAM is eventually consistent.
    pub(crate) known_from: f64,
    pub(crate) deleted: bool,
    /// Actions that its IAM policies allow; patterns such as `kms:*`.
    pub(crate) allowed: Vec<String>,
    /// Actions that its IAM policies deny.
    pub(crate) denied: Vec<String>,
    /// Inline policies by name.
    #[serde(default)]
    pub(crate) policies: BTreeMap<String, Document>,
    /// ARNs of managed policies.
    #[serde(default)]
    pub(crate) attached: BTreeSet<String>,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
    /// What IAM keeps of it and KMS has no use for.
    #[serde(default)]
    pub(crate) details: Details,
}

/// What IAM keeps of a user or role and KMS has no use for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Details {
    /// Who may take the role, as text; users have none.
    pub(crate) trust: Option<String>,
    pub(crate) description: Option<String>,
    /// Seconds that a session of the role lasts at most.
    pub(crate) longest_session: Option<u32>,
    pub(crate) boundary: Option<String>,
}

/// A managed policy of IAM.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ManagedPolicy {
    pub(crate) id: String,
    pub(crate) document: Document,
    pub(crate) description: Option<String>,
    pub(crate) created: f64,
    pub(crate) tags: BTreeMap<String, String>,
}

/// The state of the service.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    pub(crate) options: Options,
    /// Keys by Region and ID.
    #[serde(with = "pairs")]
    pub(crate) keys: BTreeMap<(String, String), Key>,
    /// Multi-Region sets by key ID.
    #[serde(default)]
    pub(crate) sets: BTreeMap<String, Set>,
    /// Custom key stores by ID.
    #[serde(default)]
    pub(crate) stores: BTreeMap<String, KeyStore>,
    /// Key IDs by account, Region and alias.
    #[serde(with = "pairs")]
    pub(crate) aliases: BTreeMap<(String, String, String), Alias>,
    /// Principals by ARN.
    pub(crate) principals: BTreeMap<String, Principal>,
    /// Managed policies by ARN.
    #[serde(default)]
    pub(crate) policies: BTreeMap<String, ManagedPolicy>,
    /// What access keys that were given out here stand for.
    pub(crate) sessions: BTreeMap<String, Session>,
    /// Seconds that the clock is ahead.
    pub(crate) clock_offset: f64,
    pub(crate) seed: u64,
    /// Requests that changed something so far; each has random numbers of its own.
    pub(crate) changes: u64,
    /// Nothing happens by itself before this time, so that most calls need not look; 0 when that is to be found out.
    #[serde(skip)]
    pub(crate) quiet_until: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Alias {
    pub(crate) key_id: String,
    pub(crate) created: f64,
    pub(crate) updated: f64,
}

impl State {
    /// An empty service. The seed decides every key ID and all key material.
    pub fn new(seed: u64, options: Options) -> Self {
        Self { options, seed, ..Self::default() }
    }

    pub(crate) fn key(&self, region: &str, id: &str) -> Option<&Key> {
        self.keys.get(&(region.to_owned(), id.to_owned()))
    }

    /// A key to change. The change may be one of its dates.
    pub(crate) fn key_mut(&mut self, region: &str, id: &str) -> Option<&mut Key> {
        self.quiet_until = 0.0;
        self.keys.get_mut(&(region.to_owned(), id.to_owned()))
    }

    /// Remembers a successful cryptographic operation; its answer names the key.
    pub(crate) fn note_use(&mut self, operation: &str, now: f64, answer: &Value) {
        let uses =
            ["Encrypt", "Decrypt", "ReEncrypt", "Generate", "Sign", "Verify", "Derive", "Encapsulate", "Decapsulate"];
        if !uses.iter().any(|start| operation.starts_with(start)) {
            return;
        }
        for arn in ["KeyId", "SourceKeyId"].into_iter().filter_map(|member| answer[member].as_str()) {
            let mut parts = arn.split(':').skip(3);
            let (Some(region), Some(id)) = (parts.next(), parts.nth(1).and_then(|name| name.strip_prefix("key/")))
            else {
                continue;
            };
            if let Some(key) = self.key_mut(region, id) {
                key.last_use = Some((operation.to_owned(), now));
            }
        }
    }

    /// Takes a key away, with its aliases.
    pub(crate) fn remove_key(&mut self, region: &str, id: &str) {
        self.keys.remove(&(region.to_owned(), id.to_owned()));
        self.aliases.retain(|(_, of, _), alias| !(of == region && alias.key_id == id));
    }
}

/// Maps whose keys are no texts, as lists of pairs: JSON has no other form for them.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(map)
    }

    pub(super) fn deserialize<'de, K, V, D>(from: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Vec::<(K, V)>::deserialize(from).map(|pairs| pairs.into_iter().collect())
    }
}
