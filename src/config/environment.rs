//! What the environment says, looked at before the SDK reads it.

use awskms_core::spec::endpoint::check_url;

use super::ConfigError;
use super::sound::{unsound, unsound_part};
use crate::failed_call::Told;

/// URLs that the SDK unwraps, so a bad one must not reach it.
const URLS: [&str; 4] =
    ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL_STS", "AWS_EC2_METADATA_SERVICE_ENDPOINT"];

/// Refuses URLs of the environment that cannot be called.
///
/// # Errors
/// One cannot.
pub(super) fn check_urls() -> Result<(), ConfigError> {
    for name in URLS {
        let Some(url) = std::env::var_os(name).filter(|url| !url.is_empty()) else { continue };
        let reason = match url.to_str() {
            Some(url) => check_url(url),
            None => Some("it is no text in UTF-8".to_owned()),
        };
        if let Some(reason) = reason {
            return Err(ConfigError::BadUrl(name.to_owned(), reason));
        }
    }
    Ok(())
}

/// Whether the environment holds an access key.
pub(super) fn has_keys() -> bool {
    std::env::var("AWS_ACCESS_KEY_ID").is_ok_and(|key| !key.trim().is_empty())
}

/// What keeps the environment's keys from being used, if it has any.
pub(super) fn trouble() -> Option<Told> {
    let text = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let access_key = text("AWS_ACCESS_KEY_ID")?;
    let secret_key = text("AWS_SECRET_ACCESS_KEY").or_else(|| text("SECRET_ACCESS_KEY"))?;
    let part = unsound_part(&access_key, &secret_key, text("AWS_SESSION_TOKEN").as_deref())?;
    Some(unsound(part, "the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN)"))
}
