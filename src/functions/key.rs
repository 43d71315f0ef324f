//! Which key a function is about, and where it is asked.

use aws_smithy_types::DateTime;
use awskms_core::functions::generated::names;
use awskms_core::ids::KmsArn;
use awskms_core::observed::Metadata;
use awskms_core::spec::input::Input;

use super::{Call, Trouble};
use crate::kms::{self, Lookup, Target};

impl Call<'_> {
    /// Where a key is asked for: in the Region that is given, that of its ARN, or the provider's. The credentials belong to
    /// an account that may be worked on.
    pub(super) async fn target(&self, region: &Input<String>, key: Option<&str>) -> Result<Target, Trouble> {
        let of_arn = key.and_then(KmsArn::parse).map(|arn| arn.region);
        let target = self.provider.target(region.known().map(String::as_str).or(of_arn.as_deref()))?;
        self.provider.account(&target.region).await?;
        Ok(target)
    }

    /// The key that an argument names, by its ID, its ARN or an alias.
    pub(super) async fn described(
        &self,
        region: &Input<String>,
        key: &Input<String>,
    ) -> Result<(Target, Metadata), Trouble> {
        let key = key.known().map_or("", String::as_str);
        let target = self.target(region, Some(key)).await?;
        match kms::describe(&target.client, &target.region, key).await {
            Lookup::Present(metadata) => Ok((target, metadata)),
            Lookup::Absent => Err(no_key(names::KEY_ID, key, &target.region)),
            Lookup::Unknown(error) => Err(Trouble::of_kms(&format!("reading {key}"), names::KEY_ID, &error)),
        }
    }
}

/// There is no such key.
pub(super) fn no_key(argument: &str, key: &str, region: &str) -> Trouble {
    let what = if key.contains("alias/") { "no alias" } else { "no key" };
    Trouble::refused(
        argument,
        format!(
            "there is {what} {key:?} in {region} that these credentials can see; correct it, or the region; of a key \
             that this program makes, give an output such as keyArn, so that the call waits for it"
        ),
    )
}

/// A date in RFC 3339, UTC, in whole seconds.
pub(super) fn date(date: Option<&DateTime>) -> Option<String> {
    date.map(kms::whole_seconds)
}
