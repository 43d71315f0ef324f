//! Custom key stores: where keys are kept outside of KMS, and whether KMS is connected to them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::key::{Key, KeyState, Seconds};
use crate::state::State;

/// How KMS and a key store stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Connection {
    Disconnected,
    Connecting,
    Connected,
    Disconnecting,
    /// Connecting did not succeed; the store tells why.
    Failed,
}

/// Why KMS may fail to connect.
pub(crate) const CONNECTION_ERRORS: &[&str] = &[
    "INVALID_CREDENTIALS",
    "CLUSTER_NOT_FOUND",
    "NETWORK_ERRORS",
    "INTERNAL_ERROR",
    "INSUFFICIENT_CLOUDHSM_HSMS",
    "USER_LOCKED_OUT",
    "USER_NOT_FOUND",
    "USER_LOGGED_IN",
    "SUBNET_NOT_FOUND",
    "INSUFFICIENT_FREE_ADDRESSES_IN_SUBNET",
    "XKS_PROXY_ACCESS_DENIED",
    "XKS_PROXY_NOT_REACHABLE",
    "XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND",
    "XKS_PROXY_INVALID_RESPONSE",
    "XKS_PROXY_INVALID_CONFIGURATION",
    "XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION",
    "XKS_PROXY_TIMED_OUT",
    "XKS_PROXY_INVALID_TLS_CONFIGURATION",
];

impl Connection {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Disconnected => "DISCONNECTED",
            Self::Connecting => "CONNECTING",
            Self::Connected => "CONNECTED",
            Self::Disconnecting => "DISCONNECTING",
            Self::Failed => "FAILED",
        }
    }
}

/// What is behind a key store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Backing {
    CloudHsm { cluster: String, trust_anchor: String },
    External(Proxy),
}

impl Backing {
    /// The type of the store, which is the origin of its keys too.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::CloudHsm { .. } => "AWS_CLOUDHSM",
            Self::External(_) => "EXTERNAL_KEY_STORE",
        }
    }
}

/// The proxy in front of an external key manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Proxy {
    pub(crate) endpoint: String,
    pub(crate) path: String,
    /// Part of the credential that is no secret.
    pub(crate) access_key: String,
    /// Name and owner of the VPC endpoint service; none for a public endpoint.
    pub(crate) service: Option<(String, String)>,
}

/// A key store in its Region.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeyStore {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) created: Seconds,
    pub(crate) backing: Backing,
    pub(crate) connection: Connection,
    /// Why connecting failed.
    pub(crate) error: Option<String>,
    /// Why connecting will fail, as a test wants it.
    pub(crate) fails_with: Option<String>,
    /// When a transient state passes; what follows depends on it.
    pub(crate) passing: Option<Seconds>,
}

impl KeyStore {
    /// The entry of a list of stores.
    pub(crate) fn entry(&self) -> Value {
        let mut entry = json!({
            "CustomKeyStoreId": self.id,
            "CustomKeyStoreName": self.name,
            "CustomKeyStoreType": self.backing.kind(),
            "ConnectionState": self.connection.name(),
            "CreationDate": self.created,
        });
        if let (Connection::Failed, Some(error)) = (self.connection, &self.error) {
            entry["ConnectionErrorCode"] = json!(error);
        }
        match &self.backing {
            Backing::CloudHsm { cluster, trust_anchor } => {
                entry["CloudHsmClusterId"] = json!(cluster);
                entry["TrustAnchorCertificate"] = json!(trust_anchor);
            }
            Backing::External(proxy) => entry["XksProxyConfiguration"] = configuration(proxy),
        }
        entry
    }
}

fn configuration(proxy: &Proxy) -> Value {
    let connectivity = if proxy.service.is_some() { "VPC_ENDPOINT_SERVICE" } else { "PUBLIC_ENDPOINT" };
    let mut shown = json!({
        "Connectivity": connectivity,
        "AccessKeyId": proxy.access_key,
        "UriEndpoint": proxy.endpoint,
        "UriPath": proxy.path,
    });
    if let Some((name, owner)) = &proxy.service {
        shown["VpcEndpointServiceName"] = json!(name);
        shown["VpcEndpointServiceOwner"] = json!(owner);
    }
    shown
}

/// Where a key is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Place {
    /// ID of the store.
    pub(crate) store: String,
    /// The key behind it in an external key manager.
    pub(crate) external_key: Option<String>,
}

/// Members of `KeyMetadata` that concern a key's place.
pub(crate) fn describe(state: &State, key: &Key, metadata: &mut Value) {
    let Some(place) = &key.place else { return };
    metadata["CustomKeyStoreId"] = json!(place.store);
    if let Some(external) = &place.external_key {
        metadata["XksKeyConfiguration"] = json!({ "Id": external });
    }
    let backing = state.stores.get(&place.store).map(|store| &store.backing);
    if let Some(Backing::CloudHsm { cluster, .. }) = backing {
        metadata["CloudHsmClusterId"] = json!(cluster);
    }
}

/// Whether a key can be used as far as its place goes.
pub(crate) fn is_available(state: &State, key: &Key) -> bool {
    let store = key.place.as_ref().and_then(|place| state.stores.get(&place.store));
    store.is_none_or(|store| store.connection == Connection::Connected)
}

impl State {
    /// Brings a store into a state at once; its keys follow.
    pub(crate) fn set_connection(&mut self, id: &str, to: Connection, error: Option<String>) {
        self.quiet_until = 0.0;
        let Some(store) = self.stores.get_mut(id) else { return };
        store.connection = to;
        store.error = error;
        store.passing = None;
        let available = to == Connection::Connected;
        for key in self.keys.values_mut().filter(|key| key.place.as_ref().is_some_and(|place| place.store == id)) {
            match key.state {
                KeyState::Enabled | KeyState::Disabled if !available => {
                    key.when_available = Some(key.state);
                    key.state = KeyState::Unavailable;
                }
                KeyState::Unavailable if available => {
                    key.state = key.when_available.take().unwrap_or(KeyState::Enabled);
                }
                _ => {}
            }
        }
    }

    /// Lets a store go on to where its transient state leads.
    pub(crate) fn pass_connection(&mut self, id: &str) {
        let Some(store) = self.stores.get(id) else { return };
        let (to, error) = match (store.connection, &store.fails_with) {
            (Connection::Connecting, Some(error)) => (Connection::Failed, Some(error.clone())),
            (Connection::Connecting, None) => (Connection::Connected, None),
            _ => (Connection::Disconnected, None),
        };
        self.set_connection(id, to, error);
    }
}
