//! The keys of a Region, page by page.

use std::collections::{BTreeMap, BTreeSet};

use awskms_core::observed::{Metadata, take_marks};
use futures_util::stream::{self, StreamExt as _};

use super::error::{Kind, KmsError};
use super::lookup::Lookup;
use super::observe::{describe, read_tags};
use super::run::Target;

/// Keys read at the same time; KMS allows 2,000 reads of a kind a second, to a whole account.
const AT_ONCE: usize = 10;

/// The most keys that one page reads, however few of them it is about: a call must end.
const MOST_READ: usize = 1000;

/// Which keys. Keys of AWS services and keys that are pending deletion are never among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// How one of its aliases begins.
    pub alias_prefix: Option<String>,
    /// Tags that it has, all of them.
    pub tags: BTreeMap<String, String>,
    /// Whether an owner mark of this provider is on it.
    pub owned: Option<bool>,
    /// Whether replicas of keys of other Regions count.
    pub include_replicas: bool,
}

/// A key that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// What it is.
    pub metadata: Metadata,
    /// Its aliases, sorted.
    pub aliases: BTreeSet<String>,
}

impl ListedKey {
    /// What a person calls the key: its first alias, one that was asked for if any was, or its ID.
    pub fn name(&self, filter: &Filter) -> &str {
        let asked = |name: &&String| filter.alias_prefix.as_ref().is_some_and(|prefix| name.starts_with(prefix));
        let alias = self.aliases.iter().find(asked).or(self.aliases.first());
        alias.map_or(self.metadata.key_id.as_str(), String::as_str)
    }
}

/// A page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The keys.
    pub keys: Vec<ListedKey>,
    /// Where to go on, if there may be more.
    pub next: Option<String>,
    /// Keys that may or may not be meant, with the reason why nobody can tell.
    pub unread: Vec<String>,
    /// How many keys were read.
    pub read: usize,
}

/// The keys of a Region that may be meant. What they are is read page by page.
#[derive(Debug)]
pub struct Listing<'a> {
    target: &'a Target,
    filter: &'a Filter,
    /// Their IDs, sorted. The order is not KMS's: with it a page can begin anywhere, also after keys have come or gone.
    ids: Vec<String>,
    /// Names of all aliases of the Region that have a key, by the key's ID.
    aliases: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Listing<'a> {
    /// Lists the aliases of the Region, and its keys where the aliases do not tell which are meant.
    ///
    /// # Errors
    /// They could not be listed.
    pub async fn of(target: &'a Target, filter: &'a Filter) -> Result<Self, KmsError> {
        let aliases = aliases(target).await?;
        let ids: BTreeSet<String> = match &filter.alias_prefix {
            Some(prefix) => {
                let fits = |names: &BTreeSet<String>| names.iter().any(|name| name.starts_with(prefix));
                aliases.iter().filter(|(_, names)| fits(names)).map(|(id, _)| id.clone()).collect()
            }
            None => arns(target).await?.iter().map(|arn| key_id(arn).to_owned()).collect(),
        };
        let of_aws =
            |id: &String| aliases.get(id).is_some_and(|names| names.iter().any(|name| name.starts_with("alias/aws/")));
        let ids = ids.into_iter().filter(|id| !of_aws(id)).collect();
        Ok(Self { target, filter, ids, aliases })
    }

    /// At most `most` keys, behind the one where the last page ended.
    ///
    /// # Errors
    /// The credentials are no good, or KMS does not answer.
    pub async fn page(&self, most: usize, after: Option<&str>) -> Result<Page, KmsError> {
        let rest = self.ids.iter().filter(|id| after.is_none_or(|last| id.as_str() > last));
        let reads: Vec<_> = rest.take(MOST_READ).map(|id| read(self.target, self.filter, id.clone())).collect();
        let mut reads = stream::iter(reads).buffered(AT_ONCE);
        let (mut page, mut last) = (Page::default(), None);
        while page.keys.len() < most
            && let Some((id, found)) = reads.next().await
        {
            page.read += 1;
            last = Some(id);
            match found? {
                Found::Meant(metadata) => {
                    let aliases = self.aliases.get(&metadata.key_id).cloned().unwrap_or_default();
                    page.keys.push(ListedKey { metadata: *metadata, aliases });
                }
                Found::Other => {}
                Found::Unread(reason) => page.unread.push(reason),
            }
        }
        page.next = last.filter(|last| self.ids.last() != Some(last));
        Ok(page)
    }
}

/// What a look at one key gave.
enum Found {
    Meant(Box<Metadata>),
    Other,
    Unread(String),
}

async fn read(target: &Target, filter: &Filter, id: String) -> (String, Result<Found, KmsError>) {
    let found = look(target, filter, &id).await;
    (id, found)
}

async fn look(target: &Target, filter: &Filter, id: &str) -> Result<Found, KmsError> {
    let metadata = match describe(&target.client, &target.region, id).await {
        Lookup::Present(metadata) => Box::new(metadata),
        // Gone since it was listed.
        Lookup::Absent => return Ok(Found::Other),
        Lookup::Unknown(error) => return unread(id, error),
    };
    let other = metadata.manager != "CUSTOMER"
        || metadata.state.is_pending_deletion()
        || (metadata.is_replica() && !filter.include_replicas);
    if other {
        return Ok(Found::Other);
    }
    if filter.tags.is_empty() && filter.owned.is_none() {
        return Ok(Found::Meant(metadata));
    }
    let mut tags = match read_tags(&target.client, &target.region, &metadata.arn).await {
        Ok(tags) => tags,
        Err(error) if error.kind == Kind::NotFound => return Ok(Found::Other),
        Err(error) => return unread(id, error),
    };
    let marks = take_marks(&mut tags);
    let fits = filter.tags.iter().all(|(key, value)| tags.get(key) == Some(value))
        && filter.owned.is_none_or(|owned| owned == marks.0.is_some());
    Ok(if fits { Found::Meant(metadata) } else { Found::Other })
}

/// One key must not hide the others, but what is no trouble of one key ends the listing.
fn unread(id: &str, error: KmsError) -> Result<Found, KmsError> {
    match error.kind {
        Kind::AccessDenied | Kind::Unclear => Ok(Found::Unread(format!("{id}: {error}"))),
        _ => Err(error),
    }
}

/// ARNs of all keys of the Region.
pub(super) async fn arns(target: &Target) -> Result<Vec<String>, KmsError> {
    let mut arns = vec![];
    let mut pages = target.client.list_keys().limit(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| KmsError::from_sdk("ListKeys", &target.region, &error))?;
        arns.extend(page.keys().iter().filter_map(|key| key.key_arn()).map(str::to_owned));
    }
    Ok(arns)
}

fn key_id(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// Names of all aliases of the Region that have a key, by the key's ID.
async fn aliases(target: &Target) -> Result<BTreeMap<String, BTreeSet<String>>, KmsError> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut pages = target.client.list_aliases().limit(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| KmsError::from_sdk("ListAliases", &target.region, &error))?;
        for alias in page.aliases() {
            if let (Some(key), Some(name)) = (alias.target_key_id(), alias.alias_name()) {
                all.entry(key.to_owned()).or_default().insert(name.to_owned());
            }
        }
    }
    Ok(all)
}
