//! `getAwsKmsKey`: a key as it is, by its ID, ARN, alias or tags.

use std::collections::BTreeMap;

use awskms_core::functions::facts;
use awskms_core::functions::generated::{GetAwsKmsKeyArgs, names};
use awskms_core::ids::KmsArn;
use awskms_core::value::PropertyMap;
use tonic::Code;

use super::key::no_key;
use super::{Call, Trouble};
use crate::kms::{Filter, KmsError, ListedKey, Listing, Target};
use crate::resource::{ResourceError, kms_failure};

/// The most keys of a Region whose tags are read to find one. Each costs two calls.
const MOST_KEYS: usize = 10_000;

pub(super) async fn run(call: Call<'_>, arguments: &PropertyMap) -> Result<PropertyMap, Trouble> {
    let asked = GetAwsKmsKeyArgs::from_properties(arguments)?;
    let (argument, name) = match (asked.key_id.known(), asked.alias.known()) {
        (Some(key), _) => (names::KEY_ID, Some(key.as_str())),
        (None, Some(alias)) => (names::ALIAS, Some(alias.as_str())),
        (None, None) => (names::TAGS, None),
    };
    let target = call.target(&asked.region, name).await?;
    let reference = match name {
        Some(name) => name.to_owned(),
        None => by_tags(&target, &asked.tags.known_texts()).await?,
    };
    let Some(set) = call.provider.look_at(call.context, &target, &reference).await? else {
        return Err(no_key(argument, &reference, &target.region));
    };
    let alias = asked.alias.known().map(|alias| KmsArn::parse(alias).map_or_else(|| alias.clone(), |arn| arn.resource));
    let facts = facts::of_key(&set, &target.region, alias.as_deref()).ok_or_else(|| {
        ResourceError::failed(Code::Internal, format!("no key of {reference} was read, but it is there"))
    })?;
    Ok(facts.into_properties())
}

/// The one key of the Region that has the tags.
async fn by_tags(target: &Target, tags: &BTreeMap<String, String>) -> Result<String, Trouble> {
    let filter = Filter { tags: tags.clone(), include_replicas: true, ..Filter::default() };
    let (mut found, mut read, mut after): (Vec<ListedKey>, usize, Option<String>) = (vec![], 0, None);
    let failure = |error: &KmsError| kms_failure("looking for the key with these tags", error);
    let listing = Listing::of(target, &filter).await.map_err(|error| failure(&error))?;
    loop {
        let page = listing.page(2, after.as_deref()).await.map_err(|error| failure(&error))?;
        if let Some(reason) = page.unread.first() {
            return Err(ResourceError::failed(
                Code::PermissionDenied,
                format!(
                    "whether other keys have these tags too cannot be told: {reason}. Allow kms:DescribeKey and \
                     kms:ListResourceTags on every key of {}, or give keyId or alias",
                    target.region
                ),
            )
            .into());
        }
        read += page.read;
        found.extend(page.keys);
        match page.next {
            _ if found.len() > 1 => break,
            None => break,
            Some(_) if read >= MOST_KEYS => {
                return Err(Trouble::refused(
                    names::TAGS,
                    format!(
                        "{} has more than {MOST_KEYS} keys, whose tags are not all read; give keyId or alias",
                        target.region
                    ),
                ));
            }
            next => after = next,
        }
    }
    match found.as_slice() {
        [one] => Ok(one.metadata.arn.clone()),
        [] => Err(Trouble::refused(
            names::TAGS,
            format!("no key in {} has all of these tags; a key that is pending deletion does not count", target.region),
        )),
        [one, other, ..] => Err(Trouble::refused(
            names::TAGS,
            format!(
                "{} and {} both have these tags; add a tag that tells them apart",
                one.metadata.arn, other.metadata.arn
            ),
        )),
    }
}
