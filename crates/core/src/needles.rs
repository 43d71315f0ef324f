//! Many texts at once, found in other texts in one pass.
//!
//! A program may hold thousands of secrets, and each message is searched for all of them: one after the other that takes
//! minutes. The texts are kept as a tree of their bytes instead, so a search costs no more for many of them than for one.

use std::collections::BTreeMap;
use std::ops::Range;

/// Texts to be found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Needles {
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Default)]
struct Node {
    next: BTreeMap<u8, usize>,
    /// Whether a text ends here.
    is_end: bool,
}

impl Needles {
    /// Texts to be found; empty ones are in no text.
    pub(crate) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut nodes = vec![Node::default()];
        for text in texts.filter(|text| !text.is_empty()) {
            let mut at = 0;
            for byte in text.bytes() {
                let new = nodes.len();
                at = *nodes[at].next.entry(byte).or_insert(new);
                if at == new {
                    nodes.push(Node::default());
                }
            }
            nodes[at].is_end = true;
        }
        Self { nodes }
    }

    /// Whether one of the texts is part of this one.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        (0..bytes.len()).any(|start| self.longest_at(&bytes[start..]).is_some())
    }

    /// The parts of a text that one of the texts covers, in order; parts that overlap are one.
    pub(crate) fn covered(&self, text: &str) -> Vec<Range<usize>> {
        let bytes = text.as_bytes();
        let mut found: Vec<Range<usize>> = vec![];
        for start in 0..bytes.len() {
            let Some(length) = self.longest_at(&bytes[start..]) else { continue };
            let end = start + length;
            match found.last_mut() {
                Some(last) if start < last.end => last.end = last.end.max(end),
                _ => found.push(start..end),
            }
        }
        found
    }

    /// Bytes of the longest text that these begin with.
    fn longest_at(&self, bytes: &[u8]) -> Option<usize> {
        let mut node = self.nodes.first()?;
        let mut longest = None;
        for (index, byte) in bytes.iter().enumerate() {
            let Some(next) = node.next.get(byte) else { break };
            node = &self.nodes[*next];
            if node.is_end {
                longest = Some(index + 1);
            }
        }
        longest
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Needles;

    proptest! {
        #[test]
        fn finds_what_a_search_for_each_finds(
            texts in prop::collection::vec("[abé]{0,4}", 0..6),
            hay in "[abcé]{0,20}",
        ) {
            let needles = Needles::of(texts.iter().map(String::as_str));
            let mut covered = vec![false; hay.len()];
            for text in texts.iter().filter(|text| !text.is_empty()) {
                for (start, _) in hay.char_indices().filter(|(start, _)| hay[*start..].starts_with(text.as_str())) {
                    covered[start..start + text.len()].fill(true);
                }
            }
            let mut found = vec![false; hay.len()];
            for range in needles.covered(&hay) {
                prop_assert!(hay.is_char_boundary(range.start) && hay.is_char_boundary(range.end));
                found[range].fill(true);
            }
            prop_assert_eq!(needles.are_in(&hay), covered.contains(&true));
            prop_assert_eq!(found, covered);
        }
    }
}
