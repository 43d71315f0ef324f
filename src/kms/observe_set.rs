//! Reading the keys of a multi-Region set: every Region at the same time, and none is waited for by another.

use std::collections::{BTreeMap, BTreeSet};

use awskms_core::observed::{Metadata, Observed, ObservedSet};
use futures_util::future::join_all;

use super::error::KmsError;
use super::look::{look, look_up};
use super::lookup::Lookup;
use super::observe::{describe, observe, observe_key};
use super::run::Regions;
use crate::resource::Context;

/// Reads the keys with these ARNs by Region, and those of the same set that the first look finds besides.
///
/// Absent if KMS finds not one of them. A Region that cannot be read is part of the answer, as long as a key of another one
/// was read; what is present has at least one member.
pub async fn observe_set(context: &Context, at: Regions<'_>, arns: &BTreeMap<String, String>) -> Lookup<ObservedSet> {
    let looks = arns.iter().map(|(region, arn)| async move {
        let target = at(region);
        (region.clone(), look_up(context, region, describe(&target.client, region, arn)).await)
    });
    let looks: BTreeMap<String, Lookup<Metadata>> = join_all(looks).await.into_iter().collect();
    let seen = looks.values().filter_map(|look| match look {
        Lookup::Present(metadata) => Some(metadata),
        Lookup::Absent | Lookup::Unknown(_) => None,
    });
    let Some(known) = told_by(&seen.collect::<Vec<_>>()).cloned() else {
        let unknown = looks.into_values().find_map(|look| match look {
            Lookup::Unknown(error) => Some(error),
            Lookup::Present(_) | Lookup::Absent => None,
        });
        return unknown.map_or(Lookup::Absent, Lookup::Unknown);
    };
    let primary = known.primary_region.clone();
    let primary = primary.unwrap_or_else(|| arns.keys().next().cloned().unwrap_or_default());
    let relatives = relatives(&known, looks.keys().map(String::as_str));
    let (own, others) = tokio::join!(details(context, at, looks), read_others(context, at, &relatives));
    gathered(primary, &known.key_id, own.into_iter().chain(others))
}

/// A key that was read already, together with the other keys of its set.
pub async fn observe_relatives(context: &Context, at: Regions<'_>, region: &str, observed: Observed) -> ObservedSet {
    let relatives = relatives(&observed.metadata, std::iter::once(region));
    let id = observed.metadata.key_id.clone();
    let mut set = ObservedSet::of_one(region, observed);
    for (region, read) in read_others(context, at, &relatives).await {
        add(&mut set, &id, region, read);
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
) -> Vec<(String, Lookup<Observed>)> {
    let reads = arns.iter().map(|(region, arn)| async move {
        let target = at(region);
        (region.clone(), look_up(context, region, observe_key(&target.client, region, arn)).await)
    });
    join_all(reads).await
}

/// What a key is read with, all at the same time.
const DETAILS: &str =
    "reading the key (GetKeyPolicy, ListResourceTags, ListAliases, GetKeyRotationStatus, GetPublicKey)";

async fn details(
    context: &Context,
    at: Regions<'_>,
    looks: BTreeMap<String, Lookup<Metadata>>,
) -> Vec<(String, Lookup<Observed>)> {
    let reads = looks.into_iter().map(|(region, looked)| async move {
        let read = match looked {
            Lookup::Present(metadata) => {
                let target = at(&region);
                let read = look(context, &region, DETAILS, observe(&target.client, &region, metadata)).await;
                read.map_or_else(Lookup::Unknown, Lookup::Present)
            }
            Lookup::Absent => Lookup::Absent,
            Lookup::Unknown(error) => Lookup::Unknown(error),
        };
        (region, read)
    });
    join_all(reads).await
}

/// Puts together what was read.
fn gathered(primary: String, id: &str, reads: impl Iterator<Item = (String, Lookup<Observed>)>) -> Lookup<ObservedSet> {
    let mut set = ObservedSet { primary, members: BTreeMap::new(), unreachable: BTreeMap::new() };
    let mut unread = None;
    for (region, read) in reads {
        if let Lookup::Unknown(error) = &read {
            unread = unread.or_else(|| Some(error.clone()));
        }
        add(&mut set, id, region, read);
    }
    match unread {
        _ if !set.members.is_empty() => Lookup::Present(set),
        Some(error) => Lookup::Unknown(error),
        // Every key that was found has another ID than the first: nothing follows from that.
        None => Lookup::Unknown(KmsError::incomplete("DescribeKey", &set.primary, "key of the set")),
    }
}

/// Adds what was read in a Region to its set. A key of another ID is no member.
fn add(set: &mut ObservedSet, id: &str, region: String, read: Lookup<Observed>) {
    match read {
        Lookup::Present(observed) if observed.metadata.key_id == id => drop(set.members.insert(region, observed)),
        Lookup::Present(_) | Lookup::Absent => {}
        Lookup::Unknown(error) => drop(set.unreachable.insert(region, format!("{error}. {}", error.advice()))),
    }
}
