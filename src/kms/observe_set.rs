//! Reading the keys of a multi-Region set: every Region at the same time, and none is waited for by another.

use std::collections::{BTreeMap, BTreeSet};

use awskms_core::observed::{Metadata, Observed, ObservedSet};
use futures_util::future::join_all;

use super::error::{Kind, KmsError};
use super::look::look;
use super::observe::{describe, observe};
use super::run::Regions;
use crate::resource::Context;

/// What came of reading one key: the key, `None` for one that is not there, or why it could not be read.
type Read<T> = Result<Option<T>, KmsError>;

/// Reads the keys with these ARNs by Region, and those of the same set that the first look finds besides.
///
/// `None` if not one of them exists. A Region that cannot be reached is part of the answer, as long as another one
/// answers.
///
/// # Errors
/// No Region answered: the error of the first one.
pub async fn observe_set(
    context: &Context,
    at: Regions<'_>,
    arns: &BTreeMap<String, String>,
) -> Result<Option<ObservedSet>, KmsError> {
    let looks = arns.iter().map(|(region, arn)| async move {
        let target = at(region);
        (region.clone(), found(look(context, region, describe(&target.client, region, arn)).await))
    });
    let looks: BTreeMap<String, Read<Metadata>> = join_all(looks).await.into_iter().collect();
    let seen: Vec<&Metadata> = looks.values().filter_map(|look| look.as_ref().ok()?.as_ref()).collect();
    let Some(known) = told_by(&seen) else {
        return match looks.into_values().find_map(Result::err) {
            Some(error) => Err(error),
            None => Ok(None),
        };
    };
    let (id, primary) = (known.key_id.clone(), known.primary_region.clone());
    let primary = primary.unwrap_or_else(|| arns.keys().next().cloned().unwrap_or_default());
    let relatives = relatives(known, looks.keys().map(String::as_str));
    let (own, others) = tokio::join!(details(context, at, looks), read_others(context, at, &relatives));
    Ok(gathered(primary, &id, own.into_iter().chain(others)))
}

/// A key that was read already, together with the other keys of its set.
pub async fn observe_relatives(context: &Context, at: Regions<'_>, region: &str, observed: Observed) -> ObservedSet {
    let relatives = relatives(&observed.metadata, std::iter::once(region));
    let mut set = ObservedSet::of_one(region, observed);
    let id = set.members[region].metadata.key_id.clone();
    let others = read_others(context, at, &relatives).await;
    if let Some(others) = gathered(set.primary.clone(), &id, others.into_iter()) {
        set.members.extend(others.members);
        set.unreachable.extend(others.unreachable);
    }
    set
}

/// What one key tells of its set. While a primary moves, the Regions do not agree; the primary itself knows best.
fn told_by<'a>(seen: &[&'a Metadata]) -> Option<&'a Metadata> {
    let primary = seen.iter().find(|metadata| !metadata.is_replica());
    primary.or_else(|| seen.first()).copied()
}

/// ARNs of the keys of a set in Regions that were not asked yet.
fn relatives<'a>(known: &Metadata, asked: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    let asked: BTreeSet<&str> = asked.collect();
    let all = known.primary_region.iter().chain(&known.replica_regions);
    all.filter(|region| !asked.contains(region.as_str()))
        .map(|region| (region.clone(), awskms_core::outputs::arn_in(&known.arn, region)))
        .collect()
}

async fn read_others(
    context: &Context,
    at: Regions<'_>,
    arns: &BTreeMap<String, String>,
) -> Vec<(String, Read<Observed>)> {
    let reads = arns.iter().map(|(region, arn)| async move {
        let target = at(region);
        let read = async {
            let metadata = describe(&target.client, region, arn).await?;
            observe(&target.client, region, metadata).await
        };
        (region.clone(), found(look(context, region, read).await))
    });
    join_all(reads).await
}

async fn details(
    context: &Context,
    at: Regions<'_>,
    looks: BTreeMap<String, Read<Metadata>>,
) -> Vec<(String, Read<Observed>)> {
    let reads = looks.into_iter().map(|(region, looked)| async move {
        let read = match looked {
            Ok(Some(metadata)) => {
                let target = at(&region);
                found(look(context, &region, observe(&target.client, &region, metadata)).await)
            }
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        (region, read)
    });
    join_all(reads).await
}

fn found<T>(read: Result<T, KmsError>) -> Read<T> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Puts together what was read. A key of another ID, as a wrong answer could give, is no member.
fn gathered(primary: String, id: &str, reads: impl Iterator<Item = (String, Read<Observed>)>) -> Option<ObservedSet> {
    let mut set = ObservedSet { primary, members: BTreeMap::new(), unreachable: BTreeMap::new() };
    for (region, read) in reads {
        match read {
            Ok(Some(observed)) if observed.metadata.key_id == id => drop(set.members.insert(region, observed)),
            Ok(_) => {}
            Err(error) => drop(set.unreachable.insert(region, format!("{error}. {}", error.advice()))),
        }
    }
    (!set.members.is_empty() || !set.unreachable.is_empty()).then_some(set)
}
