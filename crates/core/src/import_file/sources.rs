//! Old resources of a state, whatever tool wrote it, and which keys they are about.

use std::collections::BTreeSet;

use super::Found;
use super::names::unique;
use crate::ids::KmsArn;

/// What an old resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A name of a key.
    Alias,
    /// The policy of a key, apart from it.
    Policy,
    /// A replica of a key.
    Replica,
    /// A key.
    Key,
    /// Something about keys that `AwsKmsKey` does not manage.
    Other,
}

/// An old resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) kind: Kind,
    /// How its tool calls it.
    pub(super) address: String,
    /// What it is called in the program.
    pub(super) name: String,
    /// ARN of the key that it is or that it is about, as far as the state says.
    pub(super) arn: Option<String>,
    /// ARN of the primary, of a replica.
    pub(super) primary: Option<String>,
}

/// Which keys to import, and what that leaves to be forgotten.
pub(super) fn found(mut sources: Vec<Source>) -> Found {
    let mut found = Found::default();
    // A resource that was tainted or replaced can be in a state twice.
    let mut seen = BTreeSet::new();
    let mut keys = vec![];
    for source in sources.iter().filter(|source| source.kind == Kind::Key) {
        match source.arn.as_deref().filter(|arn| KmsArn::parse(arn).is_some()) {
            Some(arn) if seen.insert(arn.to_owned()) => keys.push((arn.to_owned(), source.name.clone())),
            Some(_) => found.notes.push(format!("{} is a key that is there already; it is left out", source.address)),
            None => found.notes.push(format!("{} has no ARN in the state; it is left out", source.address)),
        }
    }
    let mut alone = vec![];
    for replica in sources.iter().filter(|source| source.kind == Kind::Replica) {
        let known = replica.primary.as_deref().is_some_and(|primary| seen.contains(primary));
        if known {
            continue;
        }
        found.notes.push(format!(
            "{} is a replica of {}, which is not a key of this state; import it where the primary is managed",
            replica.address,
            replica.primary.as_deref().unwrap_or("a key")
        ));
        alone.push(replica.address.clone());
    }
    for other in sources.iter().filter(|source| source.kind == Kind::Other) {
        found.notes.push(format!("{} is nothing that AwsKmsKey manages; it stays where it is", other.address));
    }
    let about_known = |source: &Source| match source.kind {
        Kind::Other => false,
        Kind::Replica => !alone.contains(&source.address),
        Kind::Key => source.arn.as_ref().is_some_and(|arn| seen.contains(arn)),
        Kind::Alias | Kind::Policy => source.arn.as_deref().is_some_and(|named| {
            seen.iter().any(|arn| {
                let same_key = arn.rsplit('/').next() == named.rsplit('/').next();
                arn == named || (same_key && (!named.contains(':') || is_of_set(named)))
            })
        }),
    };
    for left in
        sources.iter().filter(|source| matches!(source.kind, Kind::Alias | Kind::Policy) && !about_known(source))
    {
        found.notes.push(format!("{} is about a key that is not in this state; it stays where it is", left.address));
    }
    sources.retain(about_known);
    sources.sort_by_key(|source| source.kind);
    found.replaced = sources.into_iter().map(|source| source.address).collect();
    found.entries = unique(keys);
    found
}

/// Replicas have the ID of their primary.
fn is_of_set(arn: &str) -> bool {
    arn.contains("key/mrk-")
}

#[cfg(test)]
mod tests {
    use super::{Kind, Source, found};
    use crate::import_file::Entry;

    const KEY: &str = "arn:aws:kms:eu-central-1:123456789012:key/mrk-1";
    const AWAY: &str = "arn:aws:kms:eu-west-1:123456789012:key/mrk-1";

    fn source(kind: Kind, address: &str, arn: Option<&str>, primary: Option<&str>) -> Source {
        Source {
            kind,
            address: address.to_owned(),
            name: address.to_owned(),
            arn: arn.map(str::to_owned),
            primary: primary.map(str::to_owned),
        }
    }

    #[test]
    fn one_key_takes_the_place_of_all_that_is_about_it() {
        let answer = found(vec![
            source(Kind::Key, "key", Some(KEY), None),
            source(Kind::Replica, "replica", Some(AWAY), Some(KEY)),
            source(Kind::Alias, "alias", Some(KEY), None),
            source(Kind::Alias, "alias by id", Some("mrk-1"), None),
            source(Kind::Alias, "replica's alias", Some(AWAY), None),
            source(Kind::Policy, "policy", Some("mrk-1"), None),
        ]);
        assert_eq!(answer.entries, [Entry { name: "key".into(), id: KEY.into() }]);
        assert_eq!(answer.replaced, ["alias", "alias by id", "replica's alias", "policy", "replica", "key"]);
        assert_eq!(answer.notes, Vec::<String>::new());
    }

    #[test]
    fn what_stays_is_said() {
        let answer = found(vec![
            source(Kind::Key, "empty", None, None),
            source(Kind::Replica, "lonely", Some(AWAY), Some(KEY)),
            source(Kind::Alias, "foreign", Some("other"), None),
            source(Kind::Other, "grant", Some(KEY), None),
        ]);
        assert_eq!((answer.entries.len(), answer.replaced.len(), answer.notes.len()), (0, 0, 4));
    }
}
