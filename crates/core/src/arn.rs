//! ARNs that follow from that of a key.

/// ARN of the key of the same multi-Region set in another Region.
pub fn arn_in(arn: &str, region: &str) -> String {
    let mut parts: Vec<&str> = arn.splitn(6, ':').collect();
    if let Some(own) = parts.get_mut(3) {
        *own = region;
    }
    parts.join(":")
}

/// ARN of an alias beside a key.
pub fn alias_arn(key_arn: &str, alias: &str) -> String {
    let prefix = key_arn.rsplit_once(":key/").map_or(key_arn, |(prefix, _)| prefix);
    format!("{prefix}:{alias}")
}
