//! Property paths as Pulumi writes them: `policy.usageRoles[0]`, `tags["a.b"]`. Inside, entries of `replicas` go by their Region.

use std::fmt;

use crate::value::{PropertyMap, PropertyValue};

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// A property or a map entry.
    Name(String),
    /// A list entry, from 0.
    Index(usize),
}

/// Where a value sits below the inputs or outputs of a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Segment>);

impl Path {
    /// The path of a top-level property.
    pub fn of(name: &str) -> Self {
        Self(vec![Segment::Name(name.to_owned())])
    }

    /// The path of a property or map entry below this one.
    #[must_use]
    pub fn name(&self, name: &str) -> Self {
        self.with(Segment::Name(name.to_owned()))
    }

    /// The path of a list entry below this one.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Segment::Index(index))
    }

    /// The path of what stands these steps below this one.
    #[must_use]
    pub fn below(&self, segments: &[Segment]) -> Self {
        Self(self.0.iter().chain(segments).cloned().collect())
    }

    /// The top-level property that the path begins with; empty for the root.
    pub fn root(&self) -> &str {
        match self.0.first() {
            Some(Segment::Name(name)) => name,
            _ => "",
        }
    }

    /// The same path below another top-level property.
    #[must_use]
    pub fn with_root(&self, name: &str) -> Self {
        let mut segments = self.0.clone();
        if let Some(first) = segments.first_mut() {
            *first = Segment::Name(name.to_owned());
        }
        Self(segments)
    }

    /// The steps of the path.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The path as far as a message may show it: it ends where a secret begins, whose keys are as secret as its values.
    #[must_use]
    pub fn outside_of_secrets(&self, properties: &PropertyMap) -> Self {
        let mut shown = Self::default();
        let mut map = Some(properties);
        let mut value: Option<&PropertyValue> = None;
        for segment in &self.0 {
            value = match segment {
                Segment::Name(name) => map.and_then(|map| map.get(name)),
                Segment::Index(index) => value.and_then(PropertyValue::as_list).and_then(|list| list.get(*index)),
            };
            shown = shown.with(segment.clone());
            if matches!(value, Some(PropertyValue::Secret(_))) {
                break;
            }
            map = value.and_then(PropertyValue::as_map);
        }
        shown
    }

    /// The paths that `ignoreChanges` names, `None` where it is no path. A segment `*` is a name like any other here;
    /// [`crate::ignored`] knows what it means.
    pub fn parse(text: &str) -> Option<Self> {
        let mut path = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(quoted) = rest.strip_prefix("[\"") {
                let (name, after) = quoted_name(quoted)?;
                path = path.name(&name);
                rest = after;
            } else if let Some(indexed) = rest.strip_prefix('[') {
                let (index, after) = indexed.split_once(']')?;
                path = if index == "*" { path.name("*") } else { path.index(index.parse().ok()?) };
                rest = after;
            } else {
                let dotted = rest.strip_prefix('.').unwrap_or(rest);
                let end = dotted.find(['.', '[']).unwrap_or(dotted.len());
                let (name, after) = dotted.split_at(end);
                if name.is_empty() {
                    return None;
                }
                path = path.name(name);
                rest = after;
            }
        }
        (!path.0.is_empty()).then_some(path)
    }

    fn with(&self, segment: Segment) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment);
        Self(segments)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Name(name) if is_plain(name) && position == 0 => f.write_str(name)?,
                Segment::Name(name) if is_plain(name) => write!(f, ".{name}")?,
                Segment::Name(name) => {
                    write!(f, "[\"{}\"]", name.replace('\\', "\\\\").replace('"', "\\\""))?;
                }
            }
        }
        Ok(())
    }
}

/// The name up to its closing quote and bracket, and what follows.
fn quoted_name(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => name.push(characters.next()?.1),
            '"' => return Some((name, text.get(at + 1..)?.strip_prefix(']')?)),
            other => name.push(other),
        }
    }
    None
}

/// Names that need no quotes in a path.
fn is_plain(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::Path;
    use crate::value::{PropertyMap, PropertyValue};

    #[test]
    fn prints_as_pulumi_writes_it() {
        let cases = [
            (Path::of("alias"), "alias"),
            (Path::of("policy").name("usageRoles").index(2), "policy.usageRoles[2]"),
            (Path::of("tags").name("a.b"), "tags[\"a.b\"]"),
            (Path::of("tags").name("say \"hi\""), "tags[\"say \\\"hi\\\"\"]"),
            (Path::of("replicas").name("eu-west-1").name("tags").name("team"), "replicas[\"eu-west-1\"].tags.team"),
        ];
        for (path, text) in cases {
            assert_eq!(path.to_string(), text);
            assert_eq!(Path::parse(text), Some(path));
        }
        for no_path in ["", "a.", "a[", "a[\"b\"", "a[x]"] {
            assert_eq!(Path::parse(no_path), None, "{no_path}");
        }
    }

    #[test]
    fn a_path_stops_at_a_secret() {
        let inside = PropertyMap::from([("key".to_owned(), PropertyValue::from("v"))]);
        let map = PropertyMap::from([("tags".to_owned(), PropertyValue::Map(inside).into_secret())]);
        assert_eq!(Path::of("tags").name("key").outside_of_secrets(&map), Path::of("tags"));
        assert_eq!(Path::of("other").name("key").outside_of_secrets(&map), Path::of("other").name("key"));
    }
}
