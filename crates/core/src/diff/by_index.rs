//! Entries of `replicas` by their number instead of their Region.
//!
//! A diff names an entry by its Region, because the order of the list means nothing. Pulumi's engine looks values up by path in
//! the inputs, where a list has numbers only, and shows `[unknown]` for a path that leads nowhere. An entry that has moved in
//! the list stands at two places: what was there goes, what is there now is new.

use super::{Change, ChangeKind};
use crate::path::{Path, Segment};
use crate::spec::constants::names;
use crate::value::{PropertyMap, PropertyValue};

/// The changes with the numbers that the entries have in the inputs as the program gave them.
pub(super) fn by_index(changes: Vec<Change>, before: &PropertyMap, now: &PropertyMap) -> Vec<Change> {
    let mut found: Vec<Change> = vec![];
    for change in changes.into_iter().flat_map(|change| numbered(change, before, now)) {
        match found.iter_mut().find(|other| other.path == change.path) {
            // One entry goes and another takes its place.
            Some(other) if other.kind != change.kind => other.kind = ChangeKind::Update,
            Some(_) => {}
            None => found.push(change),
        }
    }
    found
}

fn numbered(change: Change, before: &PropertyMap, now: &PropertyMap) -> Vec<Change> {
    let Some((list, region, rest)) = entry(&change.path) else { return vec![change] };
    let (was, is) = (position(before, &list, &region), position(now, &list, &region));
    let at = |index: usize, kind| Change { path: list.index(index).below(&rest), kind, effect: change.effect };
    match (change.kind, was, is) {
        (ChangeKind::Update, Some(was), Some(is)) if was != is => {
            vec![at(was, ChangeKind::Delete), at(is, ChangeKind::Add)]
        }
        (ChangeKind::Delete, Some(index), _) | (_, _, Some(index)) | (_, Some(index), None) => {
            vec![at(index, change.kind)]
        }
        (_, None, None) => vec![change],
    }
}

/// The path of the list, the Region, and what follows, if a path leads to an entry of `replicas`.
fn entry(path: &Path) -> Option<(Path, String, Vec<Segment>)> {
    let segments = path.segments();
    // Of a property, or of one in a manifest's `spec`.
    let is_list = |segment: &Segment| matches!(segment, Segment::Name(name) if name == names::REPLICAS);
    let position = segments.iter().take(2).position(is_list)?;
    let Segment::Name(region) = segments.get(position + 1)? else { return None };
    let list = Path::default().below(segments.get(..=position)?);
    Some((list, region.clone(), segments.get(position + 2..)?.to_vec()))
}

/// Where the entry of a Region stands in a list.
fn position(inputs: &PropertyMap, list: &Path, region: &str) -> Option<usize> {
    let mut map = inputs;
    let mut value = None;
    for segment in list.segments() {
        let Segment::Name(name) = segment else { return None };
        value = map.get(name);
        map = value.and_then(PropertyValue::as_map).unwrap_or(map);
    }
    let is_it = |item: &PropertyValue| item.as_map()?.get(names::REGION)?.as_str().map(|own| own == region);
    value?.as_list()?.iter().position(|item| is_it(item) == Some(true))
}

#[cfg(test)]
mod tests {
    use super::by_index;
    use crate::diff::{Change, ChangeKind};
    use crate::path::Path;
    use crate::spec::table::Effect;
    use crate::value::{PropertyMap, PropertyValue};

    fn inputs(regions: &[&str]) -> PropertyMap {
        let entry = |region: &&str| PropertyValue::Map(PropertyMap::from([("region".to_owned(), (*region).into())]));
        PropertyMap::from([("replicas".to_owned(), PropertyValue::List(regions.iter().map(entry).collect()))])
    }

    /// The changes in words, after they got their numbers.
    fn shown(changes: &[(&str, ChangeKind)], before: &[&str], now: &[&str]) -> Vec<String> {
        let change = |(path, kind): &(&str, ChangeKind)| Change {
            path: Path::parse(path).expect("a path"),
            kind: *kind,
            effect: Effect::Update,
        };
        let found = by_index(changes.iter().map(change).collect(), &inputs(before), &inputs(now));
        found.iter().map(|change| format!("{:?} {}", change.kind, change.path)).collect()
    }

    #[test]
    fn entries_get_the_numbers_that_they_have_in_the_program() {
        let changed = [("replicas[\"b\"].tags.team", ChangeKind::Update)];
        assert_eq!(shown(&changed, &["a", "b"], &["a", "b"]), ["Update replicas[1].tags.team"]);
        assert_eq!(shown(&changed, &["a", "b"], &["b"]), ["Delete replicas[1].tags.team", "Add replicas[0].tags.team"]);
        let moved = [("replicas[\"a\"]", ChangeKind::Delete), ("replicas[\"c\"]", ChangeKind::Add)];
        assert_eq!(shown(&moved, &["a", "b"], &["b", "c"]), ["Delete replicas[0]", "Add replicas[1]"]);
        assert_eq!(shown(&moved, &["a", "b"], &["c", "b"]), ["Update replicas[0]"]);
    }

    #[test]
    fn other_paths_stay() {
        for path in ["replicas", "replicas[0]", "tags.replicas", "replicas[\"eu-west-9\"].description"] {
            assert_eq!(shown(&[(path, ChangeKind::Update)], &["a"], &["a"]), [format!("Update {path}")]);
        }
    }
}
