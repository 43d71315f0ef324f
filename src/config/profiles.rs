//! The profile of the shared configuration files that is in force, looked at before the SDK uses it.
//!
//! Of a profile that does not exist the SDK makes none at all, and asks the instance's metadata service instead: an hour of a
//! wrong account's credentials for a typing error. And what cannot be signed with, it panics about.

use std::borrow::Cow;

use aws_config::profile::{self, Profile, ProfileSet};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use super::sound::{unsound, unsound_part};
use crate::failed_call::Told;

/// What keeps the profile that is in force from being used, if anything. `named` is the provider's profile.
pub(super) async fn trouble(files: Option<EnvConfigFiles>, named: Option<&str>) -> Option<Told> {
    let env = Env::real();
    let from_env = env.get("AWS_PROFILE").ok().filter(|name| !name.is_empty());
    let (name, by) = match (named, &from_env) {
        (Some(name), _) => (Some(name), "the provider's profile"),
        (None, Some(name)) => (Some(name.as_str()), "AWS_PROFILE"),
        (None, None) => (None, "the default profile"),
    };
    let files = files.unwrap_or_default();
    let selected = name.map(|name| Cow::Owned(name.to_owned()));
    let Ok(profiles) = profile::load(&Fs::real(), &env, &files, selected).await else {
        let fix = "Correct the file: `[profile NAME]` in the configuration file, `[NAME]` in the credentials file, and lines of \
                   `name = value` below.";
        return Some(Told::new("a shared configuration file cannot be read as one", fix));
    };
    if let Some(name) = name.filter(|name| profiles.get_profile(name).is_none()) {
        let fix = format!("Correct {by}; `aws configure list-profiles` shows those that there are.");
        return Some(Told::new(
            format!("{by} is {name:?}, and the shared configuration files have no such profile"),
            fix,
        ));
    }
    unsound_keys(&profiles, name.unwrap_or("default"))
}

/// Looks at the keys of a profile, and of those that it takes them from.
fn unsound_keys(profiles: &ProfileSet, name: &str) -> Option<Told> {
    let mut seen = vec![];
    let mut next = Some(name);
    while let Some(name) = next.filter(|name| !seen.contains(name)) {
        seen.push(name);
        let profile = profiles.get_profile(name)?;
        if let Some(part) = unsound_in(profile) {
            return Some(unsound(part, &format!("the profile {name:?}")));
        }
        next = profile.get("source_profile");
    }
    None
}

fn unsound_in(profile: &Profile) -> Option<&'static str> {
    let access_key = profile.get("aws_access_key_id")?;
    unsound_part(access_key, profile.get("aws_secret_access_key")?, profile.get("aws_session_token"))
}
