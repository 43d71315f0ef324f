//! Checked provider configuration as plain values.

use std::collections::BTreeMap;

use awskms_core::read_back::IgnoredTags;
use awskms_core::secrets::Secrets;
use awskms_core::spec::constants::{defaults, names};
use awskms_core::spec::generated::{AssumeRole, AssumeRoleWithWebIdentity, ProviderConfig, RetryMode};
use awskms_core::spec::input::{Input, Unreadable};
use awskms_core::value::PropertyMap;

/// What the provider was configured with. Absent values are left to the environment and the shared configuration files. The
/// debug form hides everything.
#[derive(Clone, Default)]
pub struct Settings {
    /// The whole configuration: what needs no preparation is read here.
    pub config: ProviderConfig,
    /// Region of keys that name none.
    pub region: Option<String>,
    /// Named profile.
    pub profile: Option<String>,
    /// Static access key ID, with its secret and its session token.
    pub static_keys: Option<StaticKeys>,
    /// Roles to assume, in order.
    pub assume_roles: Vec<AssumeRole>,
    /// Role to assume with a web identity.
    pub web_identity: Option<AssumeRoleWithWebIdentity>,
    /// URL for KMS, with `{region}` for the Region.
    pub kms_endpoint: Option<String>,
    /// URL for STS.
    pub sts_endpoint: Option<String>,
    /// Tags for every key.
    pub default_tags: BTreeMap<String, String>,
    /// The same as they were given, secrets as secrets.
    pub default_tag_values: PropertyMap,
    /// Tags of others.
    pub ignored_tags: IgnoredTags,
    /// The only accounts that may be worked on; empty for all.
    pub allowed_account_ids: Vec<String>,
    /// Accounts that must not be worked on.
    pub forbidden_account_ids: Vec<String>,
    /// Most attempts of one call.
    pub max_attempts: u32,
    /// Whether retries adapt their rate.
    pub adaptive_retries: bool,
    /// Shared configuration files in place of the usual ones.
    pub config_files: Vec<String>,
    /// Shared credentials files in place of the usual ones.
    pub credentials_files: Vec<String>,
    /// Do not ask STS for the account.
    pub skip_requesting_account_id: bool,
    /// Leave the owner mark off.
    pub skip_owner_mark: bool,
    /// Use FIPS endpoints.
    pub use_fips: bool,
    /// Use dual-stack endpoints.
    pub use_dual_stack: bool,
    /// What of all this is secret.
    pub secrets: Secrets,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Settings(..)")
    }
}

/// Static credentials. Their debug form hides what is secret.
#[derive(Clone)]
pub struct StaticKeys {
    /// Access key ID.
    pub access_key: String,
    /// Secret access key.
    pub secret_key: String,
    /// Session token.
    pub token: Option<String>,
}

impl std::fmt::Debug for StaticKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StaticKeys(..)")
    }
}

impl Settings {
    /// Reads checked configuration. Unknown values count as absent; the engine does not configure a provider with any.
    ///
    /// # Errors
    /// A value is not what Check lets through.
    pub fn read(checked: &PropertyMap) -> Result<Self, Unreadable> {
        let config = ProviderConfig::from_properties(checked)?;
        let endpoint = config.endpoint.known().cloned();
        let services = config.endpoints.known().cloned().unwrap_or_default();
        let access_key = config.access_key.known().cloned();
        let static_keys = access_key.zip(config.secret_key.known().cloned()).map(|(access_key, secret_key)| {
            StaticKeys { access_key, secret_key, token: config.token.known().cloned() }
        });
        let ignored = config.ignore_tags.known().cloned().unwrap_or_default();
        let default_tags = config.default_tags.known().cloned().unwrap_or_default().tags;
        Ok(Self {
            region: config.region.known().cloned(),
            profile: config.profile.known().cloned(),
            static_keys,
            assume_roles: list(&config.assume_roles),
            web_identity: config.assume_role_with_web_identity.known().cloned(),
            kms_endpoint: services.kms.known().cloned().or_else(|| endpoint.clone()),
            sts_endpoint: services.sts.known().cloned().or(endpoint),
            default_tags: default_tags.known_texts(),
            default_tag_values: tag_values(checked),
            ignored_tags: IgnoredTags { keys: list(&ignored.keys), key_prefixes: list(&ignored.key_prefixes) },
            allowed_account_ids: list(&config.allowed_account_ids),
            forbidden_account_ids: list(&config.forbidden_account_ids),
            max_attempts: config.max_retries.known().copied().unwrap_or(defaults::MAX_RETRIES).unsigned_abs(),
            adaptive_retries: config.retry_mode.known() == Some(&RetryMode::Adaptive),
            config_files: list(&config.shared_config_files),
            credentials_files: list(&config.shared_credentials_files),
            skip_requesting_account_id: flag(&config.skip_requesting_account_id),
            skip_owner_mark: flag(&config.skip_owner_mark),
            use_fips: flag(&config.use_fips_endpoint),
            use_dual_stack: flag(&config.use_dualstack_endpoint),
            secrets: Secrets::of(&[checked]),
            config,
        })
    }
}

/// `defaultTags.tags`, each value secret if it or what is around it is.
fn tag_values(checked: &PropertyMap) -> PropertyMap {
    let Some(outer) = checked.get(names::DEFAULT_TAGS) else { return PropertyMap::new() };
    let Some(tags) = outer.as_map().and_then(|map| map.get(names::TAGS)) else { return PropertyMap::new() };
    let entries = tags.as_map().into_iter().flatten();
    entries.map(|(key, value)| (key.clone(), value.clone().like(tags).like(outer))).collect()
}

fn list<T: Clone>(input: &Input<Vec<T>>) -> Vec<T> {
    input.known().cloned().unwrap_or_default()
}

fn flag(input: &Input<bool>) -> bool {
    input.known().copied().unwrap_or(false)
}
