//! What a request says of a store, and which of it goes together.

use crate::error::ApiError;
use crate::key_store::{Backing, KeyStore, Proxy};
use crate::params::Params;
use crate::sim::Call;
use crate::state::State;

/// Members of both `CreateCustomKeyStore` and `UpdateCustomKeyStore`.
#[derive(Debug)]
pub(super) struct Settings<'a> {
    pub(super) cluster: Option<&'a str>,
    pub(super) password: Option<&'a str>,
    pub(super) connectivity: Option<&'a str>,
    pub(super) endpoint: Option<&'a str>,
    pub(super) path: Option<&'a str>,
    pub(super) service: Option<&'a str>,
    pub(super) owner: Option<&'a str>,
    /// The part of the credential that is no secret.
    pub(super) access_key: Option<String>,
}

impl<'a> Settings<'a> {
    pub(super) fn read(params: &mut Params<'a>) -> Result<Self, ApiError> {
        Ok(Self {
            cluster: params.limited_text("CloudHsmClusterId", 19, 24)?,
            password: params.limited_text("KeyStorePassword", 7, 32)?,
            connectivity: params.choice("XksProxyConnectivity", &["PUBLIC_ENDPOINT", "VPC_ENDPOINT_SERVICE"])?,
            endpoint: params.limited_text("XksProxyUriEndpoint", 10, 128)?,
            path: params.limited_text("XksProxyUriPath", 10, 128)?,
            service: params.limited_text("XksProxyVpcEndpointServiceName", 20, 64)?,
            owner: params.limited_text("XksProxyVpcEndpointServiceOwner", 12, 12)?,
            access_key: credential(params)?,
        })
    }

    pub(super) fn any_of_cluster(&self) -> bool {
        self.cluster.is_some() || self.password.is_some()
    }

    pub(super) fn any_of_proxy(&self) -> bool {
        let texts = [self.connectivity, self.endpoint, self.path, self.service, self.owner];
        texts.iter().any(Option::is_some) || self.access_key.is_some()
    }
}

fn credential(params: &mut Params<'_>) -> Result<Option<String>, ApiError> {
    let Some(structure) = params.structure("XksProxyAuthenticationCredential")? else { return Ok(None) };
    let at = |member: &str| format!("xksProxyAuthenticationCredential.{member}");
    let access_key = params.part(structure, "AccessKeyId", &at("accessKeyId"), (20, 30))?;
    params.part(structure, "RawSecretAccessKey", &at("rawSecretAccessKey"), (43, 64))?;
    crate::params::unknown_members(structure, &["AccessKeyId", "RawSecretAccessKey"])?;
    Ok(Some(access_key))
}

/// A member that a kind of store needs.
pub(super) fn needed<T>(value: Option<T>, name: &str, kind: &str) -> Result<T, ApiError> {
    value.ok_or_else(|| ApiError::validation(format!("{name} is required for a custom key store of type {kind}.")))
}

/// Refuses members that are for the other kind of store.
pub(super) fn not_for(kind: &str, any: bool) -> Result<(), ApiError> {
    if any {
        let message = format!("The request has parameters that are not valid for a custom key store of type {kind}.");
        return Err(ApiError::validation(message));
    }
    Ok(())
}

/// Other stores of the same account and Region.
pub(super) fn others<'a>(
    state: &'a State,
    call: &'a Call<'_>,
    own: Option<&'a str>,
) -> impl Iterator<Item = &'a KeyStore> {
    state.stores.values().filter(move |store| {
        store.account == call.caller.account && store.region == call.region && Some(store.id.as_str()) != own
    })
}

/// A name that no other store has.
pub(super) fn free_name(state: &State, call: &Call<'_>, own: Option<&str>, name: &str) -> Result<(), ApiError> {
    if others(state, call, own).any(|store| store.name == name) {
        let message = format!("The custom key store name {name} is already in use.");
        return Err(ApiError::new("CustomKeyStoreNameInUseException", message));
    }
    Ok(())
}

/// Whether another store has the cluster.
pub(super) fn cluster_is_taken(state: &State, call: &Call<'_>, own: Option<&str>, wanted: &str) -> bool {
    others(state, call, own)
        .any(|store| matches!(&store.backing, Backing::CloudHsm { cluster, .. } if cluster == wanted))
}

/// A proxy that another store does not keep from being used: addresses are unique, and so are services.
pub(super) fn free_proxy(state: &State, call: &Call<'_>, own: Option<&str>, proxy: &Proxy) -> Result<(), ApiError> {
    if let Some((name, _)) = &proxy.service
        && !name.contains(&format!(".vpce.{}.", call.region))
    {
        let message = format!("The VPC endpoint service {name} was not found in {}.", call.region);
        return Err(ApiError::new("XksProxyVpcEndpointServiceNotFoundException", message));
    }
    let proxies = others(state, call, own).filter_map(|store| match &store.backing {
        Backing::External(proxy) => Some(proxy),
        Backing::CloudHsm { .. } => None,
    });
    for other in proxies {
        let same_endpoint = other.endpoint.eq_ignore_ascii_case(&proxy.endpoint);
        let public = other.service.is_none() && proxy.service.is_none();
        let same_service = proxy.service.is_some()
            && other.service.as_ref().map(|(name, _)| name) == proxy.service.as_ref().map(|(name, _)| name);
        let code = if same_endpoint && other.path == proxy.path {
            "XksProxyUriInUseException"
        } else if same_endpoint && !public {
            "XksProxyUriEndpointInUseException"
        } else if same_service {
            "XksProxyVpcEndpointServiceInUseException"
        } else {
            continue;
        };
        let message = "The external key store proxy is already in use by another custom key store in this Region.";
        return Err(ApiError::new(code, message));
    }
    Ok(())
}
