//! Making a custom key store.

use rand_chacha::rand_core::RngCore;
use serde_json::{Value, json};

use super::super::Members;
use super::settings::{Settings, cluster_is_taken, free_name, free_proxy, needed, not_for, others};
use crate::authorize;
use crate::error::ApiError;
use crate::key_store::{Backing, Connection, KeyStore, Proxy};
use crate::material::hex;
use crate::params::Params;
use crate::sim::Call;
use crate::state::State;

/// Stores that an account may have in a Region.
const MOST: usize = 10;

pub(in crate::ops) fn create(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("CustomKeyStoreName", 1, 256)?;
    let kind = params.choice("CustomKeyStoreType", &["AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"])?;
    let trust_anchor = params.limited_text("TrustAnchorCertificate", 1, 5000)?;
    let settings = Settings::read(&mut params)?;
    params.done()?;
    let backing = if kind == Some("EXTERNAL_KEY_STORE") {
        not_for("EXTERNAL_KEY_STORE", trust_anchor.is_some())?;
        Backing::External(proxy(&settings, &call.caller.account)?)
    } else {
        cluster(&settings, trust_anchor)?
    };
    authorize::on_account(state, &call.caller, "kms:CreateCustomKeyStore")?;
    free_name(state, call, None, name)?;
    free_backing(state, call, &backing)?;
    if others(state, call, None).count() >= MOST {
        let message = format!("The number of custom key stores has reached its quota of {MOST}.");
        return Err(ApiError::new("LimitExceededException", message));
    }
    let mut bytes = [0; 9];
    call.rng.fill_bytes(&mut bytes);
    let id = format!("cks-{}", &hex(&bytes)[..17]);
    let store = KeyStore {
        id: id.clone(),
        account: call.caller.account.clone(),
        region: call.region.to_owned(),
        name: name.to_owned(),
        created: call.now,
        backing,
        connection: Connection::Disconnected,
        error: None,
        fails_with: None,
        passing: None,
    };
    state.stores.insert(id.clone(), store);
    Ok(json!({ "CustomKeyStoreId": id }))
}

fn cluster(settings: &Settings<'_>, trust_anchor: Option<&str>) -> Result<Backing, ApiError> {
    const KIND: &str = "AWS_CLOUDHSM";
    not_for(KIND, settings.any_of_proxy())?;
    let cluster = needed(settings.cluster, "CloudHsmClusterId", KIND)?.to_owned();
    needed(settings.password, "KeyStorePassword", KIND)?;
    let trust_anchor = needed(trust_anchor, "TrustAnchorCertificate", KIND)?.to_owned();
    Ok(Backing::CloudHsm { cluster, trust_anchor })
}

fn proxy(settings: &Settings<'_>, account: &str) -> Result<Proxy, ApiError> {
    const KIND: &str = "EXTERNAL_KEY_STORE";
    not_for(KIND, settings.any_of_cluster())?;
    let connectivity = needed(settings.connectivity, "XksProxyConnectivity", KIND)?;
    let service = if connectivity == "VPC_ENDPOINT_SERVICE" {
        let name =
            needed(settings.service, "XksProxyVpcEndpointServiceName", "EXTERNAL_KEY_STORE with its connectivity")?;
        Some((name.to_owned(), settings.owner.unwrap_or(account).to_owned()))
    } else {
        not_for("EXTERNAL_KEY_STORE with PUBLIC_ENDPOINT", settings.service.is_some() || settings.owner.is_some())?;
        None
    };
    Ok(Proxy {
        access_key: needed(settings.access_key.clone(), "XksProxyAuthenticationCredential", KIND)?,
        endpoint: needed(settings.endpoint, "XksProxyUriEndpoint", KIND)?.to_owned(),
        path: needed(settings.path, "XksProxyUriPath", KIND)?.to_owned(),
        service,
    })
}

fn free_backing(state: &State, call: &Call<'_>, backing: &Backing) -> Result<(), ApiError> {
    match backing {
        Backing::CloudHsm { cluster, .. } if cluster_is_taken(state, call, None, cluster) => Err(ApiError::new(
            "CloudHsmClusterInUseException",
            format!("{cluster} is already associated with a custom key store."),
        )),
        Backing::CloudHsm { .. } => Ok(()),
        Backing::External(proxy) => free_proxy(state, call, None, proxy),
    }
}
