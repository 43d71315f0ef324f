//! Which keys of a Region carry an owner mark: read once per process, shared by all resources of the Region.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use awskms_core::observed::take_marks;
use awskms_core::owner::OwnerMark;
use futures_util::stream::{self, StreamExt as _};
use tokio::time::Instant;

use super::error::{Kind, KmsError};
use super::listing::arns;
use super::look::look;
use super::observe::read_tags;
use super::run::Target;
use crate::resource::Context;

/// Tag reads at the same time; KMS allows 2,000 a second.
const AT_ONCE: usize = 20;

/// How long a failed scan speaks for the Region: the resources that wait for it must not each find out anew.
const FAILURE_LASTS: Duration = Duration::from_secs(30);

/// Owner marks by Region. A Region in trouble holds up no other.
#[derive(Debug, Default)]
pub struct MarkIndex {
    regions: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Scan>>>>,
}

/// What the scan of a Region found.
#[derive(Debug, Clone, Default)]
pub struct Marked {
    /// ARN and mark of each marked key, the newest generation first.
    pub keys: Vec<(String, OwnerMark)>,
    /// Why the tags of some keys could not be read, one reason a key. Such a key may be one of ours.
    pub unread: Vec<String>,
}

#[derive(Debug, Default)]
struct Scan {
    keys: Option<HashMap<String, Tags>>,
    failed: Option<(Instant, KmsError)>,
}

/// What is known of a key's tags.
#[derive(Debug, Clone)]
enum Tags {
    Marked(OwnerMark),
    Unmarked,
    Unread(String),
}

impl MarkIndex {
    /// The marked keys of a Region as the first scan of this process saw them.
    ///
    /// # Errors
    /// The keys of the Region could not be listed in the user's time.
    pub async fn known(&self, context: &Context, target: &Target) -> Result<Marked, KmsError> {
        self.scanned(context, target, false).await
    }

    /// The marked keys of a Region now. Only keys whose tags are not known yet are read.
    ///
    /// # Errors
    /// As [`MarkIndex::known`].
    pub async fn refreshed(&self, context: &Context, target: &Target) -> Result<Marked, KmsError> {
        self.scanned(context, target, true).await
    }

    async fn scanned(&self, context: &Context, target: &Target, anew: bool) -> Result<Marked, KmsError> {
        let scan = {
            let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(regions.entry(target.region.clone()).or_default())
        };
        look(context, &target.region, "ListKeys and ListResourceTags", async {
            let mut scan = scan.lock().await;
            if scan.keys.is_none() || anew {
                scan.read(target).await?;
            }
            Ok(marked(scan.keys.as_ref()))
        })
        .await
    }
}

impl Scan {
    async fn read(&mut self, target: &Target) -> Result<(), KmsError> {
        if let Some((_, error)) = self.failed.as_ref().filter(|(since, _)| since.elapsed() < FAILURE_LASTS) {
            return Err(error.clone());
        }
        match read(target, self.keys.as_ref()).await {
            Ok(fresh) => {
                self.failed = None;
                self.keys.get_or_insert_default().extend(fresh);
                Ok(())
            }
            Err(error) => {
                self.failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }
}

fn marked(keys: Option<&HashMap<String, Tags>>) -> Marked {
    let mut all = Marked::default();
    for (arn, tags) in keys.into_iter().flatten() {
        match tags {
            Tags::Marked(mark) => all.keys.push((arn.clone(), mark.clone())),
            Tags::Unread(reason) => all.unread.push(reason.clone()),
            Tags::Unmarked => {}
        }
    }
    all.keys.sort_by(|(a, left), (b, right)| right.generation().cmp(&left.generation()).then(a.cmp(b)));
    all.unread.sort();
    all
}

async fn read(target: &Target, seen: Option<&HashMap<String, Tags>>) -> Result<HashMap<String, Tags>, KmsError> {
    let mut arns = arns(target).await?;
    let is_known =
        |arn: &String| seen.and_then(|seen| seen.get(arn)).is_some_and(|tags| !matches!(tags, Tags::Unread(_)));
    arns.retain(|arn| !is_known(arn));
    let reads = arns.into_iter().map(|arn| async move {
        let tags = match read_tags(&target.client, &target.region, &arn).await {
            Ok(mut tags) => take_marks(&mut tags).0.map_or(Tags::Unmarked, Tags::Marked),
            // Gone since it was listed, or so young that it is not known everywhere: the next scan reads it.
            Err(error) if error.kind == Kind::NotFound => return Ok(None),
            // These are no trouble of one key.
            Err(error) if matches!(error.kind, Kind::Credentials | Kind::Region | Kind::Unreachable) => {
                return Err(error);
            }
            // One key must not keep the others of the Region from being created.
            Err(error) => Tags::Unread(format!("{arn}: {error}")),
        };
        Ok(Some((arn, tags)))
    });
    let read: Vec<_> = stream::iter(reads).buffer_unordered(AT_ONCE).collect().await;
    read.into_iter().filter_map(Result::transpose).collect()
}
