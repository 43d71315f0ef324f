//! Changing a custom key store.

use serde_json::Value;

use super::super::Members;
use super::settings::{Settings, cluster_is_taken, free_name, free_proxy, not_for};
use super::{found, invalid_state};
use crate::authorize;
use crate::error::ApiError;
use crate::key_store::{Backing, Connection, KeyStore, Proxy};
use crate::params::Params;
use crate::sim::{Call, nothing};
use crate::state::State;

pub(in crate::ops) fn update(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let id = params.required_text("CustomKeyStoreId", 1, 64)?;
    let name = params.limited_text("NewCustomKeyStoreName", 1, 256)?;
    let settings = Settings::read(&mut params)?;
    params.done()?;
    authorize::on_account(state, &call.caller, "kms:UpdateCustomKeyStore")?;
    let store = found(state, call, id)?;
    match store.backing.kind() {
        kind @ "AWS_CLOUDHSM" => not_for(kind, settings.any_of_proxy())?,
        kind => not_for(kind, settings.any_of_cluster())?,
    }
    allowed_now(store, &settings)?;
    if let Some(name) = name {
        free_name(state, call, Some(id), name)?;
    }
    let backing = changed(state, call, store, &settings)?;
    let store = state.stores.get_mut(id).expect("found above");
    store.backing = backing;
    if let Some(name) = name {
        name.clone_into(&mut store.name);
    }
    Ok(nothing())
}

/// A connected store takes another name, and an external one another credential and path; all else waits until it is
/// disconnected.
fn allowed_now(store: &KeyStore, settings: &Settings<'_>) -> Result<(), ApiError> {
    let texts = [settings.connectivity, settings.endpoint, settings.service, settings.owner];
    let needs_disconnection = settings.any_of_cluster() || texts.iter().any(Option::is_some);
    match store.connection {
        Connection::Disconnected => Ok(()),
        Connection::Connected if !needs_disconnection => Ok(()),
        _ => Err(invalid_state(store)),
    }
}

fn changed(state: &State, call: &Call<'_>, store: &KeyStore, settings: &Settings<'_>) -> Result<Backing, ApiError> {
    match &store.backing {
        Backing::CloudHsm { cluster, trust_anchor } => {
            let cluster = settings.cluster.unwrap_or(cluster);
            // Clusters of two stores never share a backup history.
            if cluster_is_taken(state, call, Some(&store.id), cluster) {
                let message = format!("{cluster} is not related to the cluster of {}.", store.id);
                return Err(ApiError::new("CloudHsmClusterNotRelatedException", message));
            }
            Ok(Backing::CloudHsm { cluster: cluster.to_owned(), trust_anchor: trust_anchor.clone() })
        }
        Backing::External(proxy) => {
            let changed = changed_proxy(proxy, settings, &call.caller.account)?;
            if changed != *proxy {
                free_proxy(state, call, Some(&store.id), &changed)?;
            }
            Ok(Backing::External(changed))
        }
    }
}

fn changed_proxy(proxy: &Proxy, settings: &Settings<'_>, account: &str) -> Result<Proxy, ApiError> {
    let own = |given: Option<&str>, present: &str| given.unwrap_or(present).to_owned();
    let was_service = proxy.service.is_some();
    let becomes_service = settings.connectivity.map_or(was_service, |name| name == "VPC_ENDPOINT_SERVICE");
    if was_service != becomes_service && settings.endpoint.is_none() {
        return Err(ApiError::validation("A change of XksProxyConnectivity needs a new XksProxyUriEndpoint."));
    }
    let service = match (&proxy.service, settings.service) {
        _ if !becomes_service => {
            not_for("EXTERNAL_KEY_STORE with PUBLIC_ENDPOINT", settings.service.is_some() || settings.owner.is_some())?;
            None
        }
        (None, None) => {
            let message =
                "A change of XksProxyConnectivity to VPC_ENDPOINT_SERVICE needs an XksProxyVpcEndpointServiceName.";
            return Err(ApiError::validation(message));
        }
        (Some((name, owner)), given) => Some((own(given, name), own(settings.owner, owner))),
        (None, Some(name)) => Some((name.to_owned(), own(settings.owner, account))),
    };
    Ok(Proxy {
        endpoint: own(settings.endpoint, &proxy.endpoint),
        path: own(settings.path, &proxy.path),
        access_key: settings.access_key.clone().unwrap_or_else(|| proxy.access_key.clone()),
        service,
    })
}
