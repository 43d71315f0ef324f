//! Room for tags: KMS counts to 50 at every call, this provider's marks among them
//! (AWS KMS developer guide, "Quotas"; API reference, `TagResource`).

use crate::desired::{Desired, Managed};
use crate::observed::Observed;

use super::{Claim, SetFacts};

/// The most tags that a key may have.
pub(super) const MOST: usize = 50;

/// Why a key cannot get the tags that it should have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{arn} would have {} tags, and KMS allows {MOST}: {wanted} of the inputs, {marks} of this provider's marks, and {} that \
     the resource leaves alone ({}). Nothing was changed. Remove tags from the inputs or from the key{}",
    wanted + marks + kept.len(),
    kept.len(),
    shown(kept),
    if *marks > 0 { ", or set skipOwnerMark" } else { "" }
)]
pub struct TooManyTags {
    arn: String,
    wanted: usize,
    marks: usize,
    kept: Vec<String>,
}

fn shown(names: &[String]) -> String {
    let first: Vec<_> = names.iter().take(3).map(String::as_str).collect();
    if names.len() > first.len() { format!("{}, …", first.join(", ")) } else { first.join(", ") }
}

/// Refuses keys that would have more tags than KMS allows, before anything is written.
///
/// # Errors
/// [`TooManyTags`], by its key.
pub fn check_tags(facts: &SetFacts<'_>) -> Result<(), TooManyTags> {
    let (none, nothing) = (Claim::default(), Managed::default());
    for (region, wanted) in &facts.desired.members {
        let Some(seen) = facts.observed.members.get(region) else { continue };
        let claim = facts.claims.get(region).unwrap_or(&none);
        let Some(count) = Count::of(wanted, seen, facts.held.get(region).unwrap_or(&nothing), claim) else { continue };
        if count.adds() && count.at_the_end() > MOST {
            let kept = kept(wanted, seen, facts.held.get(region).unwrap_or(&nothing));
            let wanted = wanted.tags.len();
            let marks = count.at_the_end() - kept.len() - wanted;
            return Err(TooManyTags { arn: seen.metadata.arn.clone(), wanted, marks, kept });
        }
    }
    Ok(())
}

/// Tags that stay although the inputs do not have them. AWS's own do not count.
fn kept(desired: &Desired, observed: &Observed, managed: &Managed) -> Vec<String> {
    let there = observed.tags.seen().into_iter().flatten().map(|(key, _)| key);
    let stays = |key: &&String| !desired.tags.contains_key(*key) && !managed.tag_keys.contains(*key) && counts(key);
    there.filter(stays).cloned().collect()
}

/// How many tags a key has by KMS's count, if they could be read.
pub(super) fn count(key: &Observed) -> usize {
    let tags = key.tags.seen().into_iter().flatten().filter(|(key, _)| counts(key)).count();
    tags + usize::from(key.owner.is_some()) + usize::from(key.rotation_mark.is_some())
}

fn counts(key: &str) -> bool {
    !key.to_ascii_lowercase().starts_with("aws:")
}

/// The first tags of a plan for which the ones that go must have gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Full {
    AtOwnerMark,
    AtRotationMark,
    AtTags,
    Never,
}

/// How the number of tags grows and shrinks in a plan.
#[derive(Debug, Clone, Copy)]
struct Count {
    present: usize,
    /// By the owner mark, the rotation mark and the user's tags.
    more: [usize; 3],
    fewer: usize,
}

impl Count {
    /// `None` where the tags could not be read.
    fn of(desired: &Desired, observed: &Observed, managed: &Managed, claim: &Claim) -> Option<Self> {
        let tags = observed.tags.seen()?;
        let marks = [observed.owner.is_some(), observed.rotation_mark.is_some()];
        let fewer = managed.tag_keys.iter().filter(|key| !desired.tags.contains_key(*key) && tags.contains_key(*key));
        Some(Self {
            present: count(observed),
            more: [
                usize::from(claim.mark.is_some() && !marks[0]),
                usize::from(claim.rotation.is_some() && !marks[1]),
                desired.tags.keys().filter(|key| !tags.contains_key(*key)).count(),
            ],
            fewer: fewer.filter(|key| counts(key)).count(),
        })
    }

    fn adds(self) -> bool {
        self.more.iter().any(|more| *more > 0)
    }

    fn at_the_end(self) -> usize {
        self.present + self.more.iter().sum::<usize>() - self.fewer
    }

    fn full(self) -> Full {
        let [owner, rotation, tags] = self.more;
        let steps = [(Full::AtOwnerMark, owner), (Full::AtRotationMark, rotation), (Full::AtTags, tags)];
        let mut total = self.present;
        for (at, more) in steps {
            total += more;
            if more > 0 && total > MOST {
                return at;
            }
        }
        Full::Never
    }
}

/// From where on the plan needs the room of the tags that go.
pub(super) fn full(desired: &Desired, observed: &Observed, managed: &Managed, claim: &Claim) -> Full {
    Count::of(desired, observed, managed, claim).map_or(Full::Never, Count::full)
}
