//! Credentials that can be signed with.
//!
//! The SDK writes the access key ID into a header of every request and panics where HTTP does not take it. So credentials
//! are looked at wherever they come from (settings, environment, files, an answer of STS) before the SDK signs with them.

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};

use crate::failed_call::Told;

/// The same configuration, with credentials that are refused instead of panicked about.
pub(super) fn only_sound(config: SdkConfig) -> SdkConfig {
    match config.credentials_provider() {
        Some(provider) => with(config, Sound(provider)),
        None => config,
    }
}

/// The same configuration, with other credentials.
pub(super) fn with(config: SdkConfig, provider: impl ProvideCredentials + 'static) -> SdkConfig {
    config.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build()
}

/// Credentials that there are not, and why.
#[derive(Debug)]
pub(super) struct Refused(pub(super) Told);

impl ProvideCredentials for Refused {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(self.0.clone().into_error()))
    }
}

/// What another provider gives, if it can be signed with.
#[derive(Debug)]
struct Sound(SharedCredentialsProvider);

impl Sound {
    async fn load(&self) -> Result<Credentials, CredentialsError> {
        let credentials = self.0.provide_credentials().await?;
        match unsound_part(credentials.access_key_id(), credentials.secret_access_key(), credentials.session_token()) {
            None => Ok(credentials),
            Some(what) => Err(unsound(what, "the credentials").into_error()),
        }
    }
}

impl ProvideCredentials for Sound {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.load())
    }
}

/// Which part of credentials no request can carry, if any.
pub(super) fn unsound_part(access_key: &str, secret_key: &str, token: Option<&str>) -> Option<&'static str> {
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_word(access_key) {
        Some("the access key ID")
    } else if secret_key.is_empty() || secret_key.chars().any(char::is_control) {
        Some("the secret access key")
    } else if !token.is_none_or(is_word) {
        Some("the session token")
    } else {
        None
    }
}

/// What to say of credentials that no request can carry; never their value.
pub(super) fn unsound(part: &str, whose: &str) -> Told {
    Told::new(
        format!("{part} of {whose} is empty, or holds a space, a line break or another character that no key has"),
        "Copy it anew, without what stands around it.",
    )
}

#[cfg(test)]
mod tests {
    use super::unsound_part;

    #[test]
    fn keys_are_words() {
        assert_eq!(unsound_part("AKIA", "a+/=", None), None);
        assert_eq!(unsound_part("AKIA", "a", Some("t=")), None);
        for bad in ["", "AK\nIA", "AKIA\n", "AK IA", "AK\u{1}", "AKÍA", "\u{7f}"] {
            assert_eq!(unsound_part(bad, "a", None), Some("the access key ID"), "{bad:?}");
            assert_eq!(unsound_part("A", "a", Some(bad)), Some("the session token"), "{bad:?}");
        }
        assert_eq!(unsound_part("A", "a\r", None), Some("the secret access key"));
    }
}
