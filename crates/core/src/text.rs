//! Texts as a message may show them: one line, of a length that people read.

/// Characters of a message that are shown; the longest that says something useful is far shorter.
const LONGEST_MESSAGE: usize = 8_000;

/// Characters that say how much was cut off.
const ROOM_FOR_THE_REST: usize = 60;

/// A message that a terminal takes: without control characters, which could move its cursor or hide what was said, and not
/// longer than people read. Line breaks and tabs stay. A message that was made presentable stays as it is.
#[must_use]
pub fn presentable(message: &str) -> String {
    if message.char_indices().nth(LONGEST_MESSAGE).is_some() {
        let beginning: String = message.chars().take(LONGEST_MESSAGE - ROOM_FOR_THE_REST).collect();
        let count = message.chars().count();
        return presentable(&format!("{beginning}… (cut: the whole has {count} characters)"));
    }
    let mut shown = String::with_capacity(message.len());
    for character in message.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            other if is_unprintable(other) => shown.extend(other.escape_unicode()),
            other => shown.push(other),
        }
    }
    shown
}

/// Control characters, and those that turn the direction of what is written.
fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_MESSAGE, presentable};

    #[test]
    fn a_message_moves_no_cursor() {
        assert_eq!(presentable("a\u{1b}[2Jb\r\u{0}\u{202e}c\nd\te"), "a\\u{1b}[2Jb\\u{d}\\u{0}\\u{202e}c\nd\te");
        assert_eq!(presentable("größe"), "größe");
    }

    #[test]
    fn a_message_ends() {
        let long = "ü".repeat(1_000_000);
        let shown = presentable(&long);
        assert!(shown.chars().count() < LONGEST_MESSAGE + 100 && shown.contains("1000000 characters"));
    }
}
