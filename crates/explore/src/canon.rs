//! Which worlds are the same: names that chance has given, and dates, make no difference.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::world::World;

impl World {
    /// A number that worlds share which differ in nothing but names of keys, nonces and dates.
    pub fn canonical(&mut self) -> u64 {
        let mut text = String::new();
        let (keys, before) = (self.keys(), self.before_keys());
        // The state is written first, so that keys are numbered in its order.
        let _ = write!(text, "{:?}|{keys:?}|{before:?}|{:?}", self.stacks, self.ledger);
        let mut hasher = DefaultHasher::new();
        normal(&text).hash(&mut hasher);
        hasher.finish()
    }
}

/// A text with its long hexadecimal words numbered in the order of their first appearance, and without dates.
fn normal(text: &str) -> String {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut out = String::with_capacity(text.len());
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        let digits = word.bytes().filter(u8::is_ascii_hexdigit).count();
        if is_date(word) {
            out.push_str("#date");
        } else if word.len() >= 16 && digits * 10 >= word.len() * 8 {
            let next = numbers.len();
            let _ = write!(out, "#{}", numbers.entry(word).or_insert(next));
        } else {
            out.push_str(word);
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// `2026-01-31T10` and what stands for it in a mark of time.
fn is_date(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() >= 10 && bytes.starts_with(b"20") && bytes[4] == b'-' && bytes[7] == b'-'
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn names_that_chance_has_given_make_no_difference() {
        let text = |one: &str, other: &str| normal(&format!("key/{one} {other} key/{one} at 2026-01-31T10:00"));
        let (one, other) = ("00112233-4455-6677-8899-aabbccddeeff", "mrk-0123456789abcdef0123456789abcdef");
        assert_eq!(text(one, other), text(other, one));
        assert_ne!(text(one, other), text(one, one));
        assert_eq!(normal("description 1"), "description 1");
    }
}
