//! How many bytes a base64 text stands for, without its bytes.

/// The number of bytes of a text in the standard alphabet with padding (RFC 4648, section 4); `None` if it is none.
pub(super) fn length(text: &str) -> Option<usize> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    let whole = text.len().is_multiple_of(4) && padding <= 2 && digits.bytes().all(is_digit);
    whole.then(|| text.len() / 4 * 3 - padding)
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lengths() {
        for (text, bytes) in
            [("", Some(0)), ("YQ==", Some(1)), ("YWI=", Some(2)), ("YWJj", Some(3)), ("YWJjZA==", Some(4))]
        {
            assert_eq!(length(text), bytes, "{text}");
        }
        for bad in ["YQ", "YQ=", "Y===", "====", "YQ==\n", "Y Q=", "-_-_", "YQ==YQ=="] {
            assert_eq!(length(bad), None, "{bad:?}");
        }
    }
}
