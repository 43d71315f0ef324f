//! The client of STS: who the caller is, and roles to assume.

use aws_config::{Region, SdkConfig};
use aws_sdk_sts::Client;

use super::retry::RetryOnlyWhatHeals;

/// A client with these credentials, at this URL if one is given. Where no Region is known any will do: STS answers the same.
pub(super) fn client(config: &SdkConfig, endpoint: Option<&str>) -> Client {
    let region = config.region().cloned().unwrap_or(Region::from_static("us-east-1"));
    let mut sts =
        aws_sdk_sts::config::Builder::from(config).region(region.clone()).retry_classifier(RetryOnlyWhatHeals);
    if let Some(url) = endpoint {
        sts = sts.endpoint_url(url.replace("{region}", region.as_ref()));
    }
    Client::from_conf(sts.build())
}
