//! Endpoint URLs: what may be called.

use std::net::Ipv6Addr;

const HELP: &str = "give a URL such as \"http://127.0.0.1:4566\" or \"https://kms.{region}.amazonaws.com\"";

/// What is wrong with an endpoint URL, `{region}` in it standing for a Region. The SDK panics on a bad one, or prints the
/// request that it could not send, so none may come through. A part that may be a password is not repeated.
pub fn check_url(url: &str) -> Option<String> {
    let plain = url.replace("{region}", "eu-central-1");
    let Some((scheme, rest)) = plain.split_once("://") else {
        return Some(format!("{} is no URL; {HELP}", shown(url)));
    };
    if !["http", "https"].contains(&scheme) {
        return Some(format!("{} has the scheme {scheme:?}; KMS speaks http and https; {HELP}", shown(url)));
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if authority.contains('@') {
        return Some(format!(
            "it holds a user name or a password before '@', which the AWS SDK does not send; remove them; {HELP}"
        ));
    }
    if path.contains(['?', '#']) {
        return Some(format!("it has a query or a fragment, which no endpoint has; remove it; {HELP}"));
    }
    let sound = is_host_with_port(authority) && path.chars().all(is_path_character);
    (!sound).then(|| format!("{} is no URL that can be called; {HELP}", shown(url)))
}

/// A URL as a message may show it: without what may be a password.
fn shown(url: &str) -> String {
    if url.contains('@') { "it".to_owned() } else { format!("{url:?}") }
}

fn is_host_with_port(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        // An IPv6 address has colons of its own.
        Some(rest) => {
            let Some((address, after)) = rest.split_once(']') else { return false };
            if address.parse::<Ipv6Addr>().is_err() {
                return false;
            }
            match after.strip_prefix(':') {
                Some(port) => ("v6", Some(port)),
                None if after.is_empty() => ("v6", None),
                None => return false,
            }
        }
        None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    let good_port = port.is_none_or(|port| {
        port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    let labels = host.strip_suffix('.').unwrap_or(host);
    let good_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    good_port && labels.len() <= 253 && labels.split('.').all(good_label)
}

fn is_path_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "/-._~%!$&'()*+,;=:@".contains(character)
}

#[cfg(test)]
mod tests {
    use super::check_url;

    #[test]
    fn urls_that_can_be_called() {
        for good in [
            "http://127.0.0.1:4566",
            "https://kms.{region}.amazonaws.com/",
            "http://[::1]:80/x",
            "http://[::1]",
            "https://vpce-1-2.kms.eu-west-1.vpce.amazonaws.com",
            "http://sim_1:1/a%20b",
            "https://kms.{region}.amazonaws.com.:443",
        ] {
            assert_eq!(check_url(good), None, "{good}");
        }
    }

    #[test]
    fn urls_that_cannot() {
        for bad in [
            "",
            "localhost:4566",
            "ftp://x",
            "http://",
            "http://a b",
            "http://x:99999",
            "http://x/{y}",
            "http://[:1",
            "http://a:b:1",
            "http://]:1",
            "http://[]:1",
            "http://[::1",
            "http://[::1]x",
            "http://[::1]:",
            "http://x:",
            "http://x:0",
            "http://x:+1",
            "http://a..b",
            "http://.",
            "http://x/?a=b",
            "http://x#y",
            "http://x\n",
            "http://é",
            "http://x/\u{7f}",
            "http://x/é",
            "https://{region",
            "://x",
            "http:///x",
            "http://x:-1",
            "http://[::1%25eth0]:1",
        ] {
            assert!(check_url(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn a_password_is_not_repeated() {
        let reason = check_url("http://user:hunter2@x:1").expect("refused");
        assert!(!reason.contains("hunter2") && !reason.contains("user:"), "{reason}");
        assert!(!check_url("hunter2@x").expect("refused").contains("hunter2"));
    }
}
