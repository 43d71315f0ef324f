//! Property paths as Pulumi writes them: `policy.usageRoles[0]`, `tags["a.b"]`, `replicas["eu-west-1"].tags.team`.

use std::fmt;

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

    /// The top-level property that the path begins with; empty for the root.
    pub fn root(&self) -> &str {
        match self.0.first() {
            Some(Segment::Name(name)) => name,
            _ => "",
        }
    }

    /// The steps of the path.
    pub fn segments(&self) -> &[Segment] {
        &self.0
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

/// Names that need no quotes in a path.
fn is_plain(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::Path;

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
        }
    }
}
