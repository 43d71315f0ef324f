//! Names with wildcards, as IAM matches them.

/// Whether `text` fits `pattern`: `*` stands for any run of characters, `?` for exactly one
/// (IAM user guide, "IAM JSON policy elements: Resource" and "Condition operators").
///
/// Case counts. The time is at most the product of both lengths: a policy text cannot make it explode.
pub(super) fn like(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut read) = (0, 0);
    // Where to go on when the present attempt fails: behind the last `*`, and one character further in the text.
    let mut retry: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                retry = Some((at + 1, read));
                at += 1;
            }
            Some(expected) if *expected == '?' || *expected == text[read] => {
                at += 1;
                read += 1;
            }
            _ => match retry {
                Some((behind, start)) => {
                    retry = Some((behind, start + 1));
                    (at, read) = (behind, start + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

/// [`like`] without regard to ASCII case: how IAM compares action names.
pub(super) fn like_ignoring_case(pattern: &str, text: &str) -> bool {
    like(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase())
}

/// Whether a name holds a wildcard at all.
pub(super) fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::like;

    /// The definition, word for word, without any thought for speed.
    fn plainly(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), None) => plainly(rest, text),
            (Some(('*', rest)), Some((_, further))) => plainly(rest, text) || plainly(pattern, further),
            (Some((expected, rest)), Some((found, further))) => {
                (*expected == '?' || expected == found) && plainly(rest, further)
            }
            _ => false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn agrees_with_the_definition(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(like(&pattern, &text), plainly(&chars(&pattern), &chars(&text)));
        }
    }

    #[test]
    fn many_wildcards_take_no_more_than_the_product_of_the_lengths() {
        let began = Instant::now();
        assert!(!like(&"a*".repeat(500), &format!("{}b", "a".repeat(499))));
        assert!(like(&"*a".repeat(500), &"a".repeat(5_000)));
        assert!(began.elapsed() < Duration::from_secs(5), "exponential matching would take years");
    }
}
