//! Which keys of a Region carry an owner mark: read once per process, shared by all resources.

use std::collections::HashMap;

use awskms_core::observed::take_marks;
use awskms_core::owner::OwnerMark;
use futures_util::stream::{self, StreamExt as _};
use tokio::sync::Mutex;

use super::error::{Kind, KmsError};
use super::observe::read_tags;
use super::run::Target;

/// Tag reads at the same time; KMS allows 2,000 a second.
const AT_ONCE: usize = 20;

/// Marks by Region and key ARN; `None` for a key without one.
#[derive(Debug, Default)]
pub struct MarkIndex {
    regions: Mutex<HashMap<String, HashMap<String, Option<OwnerMark>>>>,
}

impl MarkIndex {
    /// The marked keys of a Region as the first look of this process saw them.
    pub async fn known(&self, target: &Target) -> Result<Vec<(String, OwnerMark)>, KmsError> {
        let mut regions = self.regions.lock().await;
        if !regions.contains_key(&target.region) {
            let fresh = read(target, &HashMap::new()).await?;
            regions.insert(target.region.clone(), fresh);
        }
        Ok(marked(regions.get(&target.region)))
    }

    /// The marked keys of a Region now. Only keys that were not there before are read.
    pub async fn refreshed(&self, target: &Target) -> Result<Vec<(String, OwnerMark)>, KmsError> {
        let mut regions = self.regions.lock().await;
        let seen = regions.entry(target.region.clone()).or_default();
        let fresh = read(target, seen).await?;
        seen.extend(fresh);
        Ok(marked(Some(seen)))
    }
}

fn marked(keys: Option<&HashMap<String, Option<OwnerMark>>>) -> Vec<(String, OwnerMark)> {
    let mut all: Vec<_> =
        keys.into_iter().flatten().filter_map(|(arn, mark)| Some((arn.clone(), mark.clone()?))).collect();
    // The newest generation first: an older one has been taken over by it.
    all.sort_by(|(a, left), (b, right)| right.generation().cmp(&left.generation()).then(a.cmp(b)));
    all
}

async fn read(
    target: &Target,
    seen: &HashMap<String, Option<OwnerMark>>,
) -> Result<HashMap<String, Option<OwnerMark>>, KmsError> {
    let mut arns = vec![];
    let mut pages = target.client.list_keys().limit(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| KmsError::from_sdk("ListKeys", &target.region, &error))?;
        arns.extend(page.keys().iter().filter_map(|key| key.key_arn()).map(str::to_owned));
    }
    arns.retain(|arn| !seen.contains_key(arn));
    let reads = arns.into_iter().map(|arn| async move {
        let mark = match read_tags(&target.client, &target.region, &arn).await {
            Ok(mut tags) => take_marks(&mut tags).0,
            // Not ours to read, so not ours.
            Err(error) if error.kind == Kind::AccessDenied => None,
            // Gone since it was listed, or so young that it is not known everywhere: the next look reads it.
            Err(error) if error.kind == Kind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some((arn, mark)))
    });
    let read: Vec<_> = stream::iter(reads).buffer_unordered(AT_ONCE).collect().await;
    read.into_iter().filter_map(Result::transpose).collect()
}
