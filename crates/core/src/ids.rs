//! Names of things at AWS: what they may look like, and what is wrong when they do not.
//!
//! Every `check_*` answers with a reason for people: what is wrong with the value, AWS's rule, what to do. Limits follow the
//! AWS KMS API reference.

use std::fmt;

/// Regions that this version knows, with their partition.
const REGIONS: &[(&str, &[&str])] = &[
    (
        "aws",
        &[
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-south-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-central-1",
            "ca-west-1",
            "eu-central-1",
            "eu-central-2",
            "eu-north-1",
            "eu-south-1",
            "eu-south-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "mx-central-1",
            "sa-east-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ],
    ),
    ("aws-cn", &["cn-north-1", "cn-northwest-1"]),
    ("aws-us-gov", &["us-gov-east-1", "us-gov-west-1"]),
    ("aws-eusc", &["eusc-de-east-1"]),
];

/// Checks the form and the name of a Region.
///
/// # Errors
/// It has not the form of a Region, or (unless `lenient`) is none that this version knows.
pub fn check_region(name: &str, lenient: bool) -> Result<(), String> {
    let parts: Vec<&str> = name.split('-').collect();
    let words = parts.len().checked_sub(1).map_or(&[][..], |last| &parts[..last]);
    let formed = (2..=3).contains(&words.len())
        && words.iter().all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()))
        && parts.last().is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    if !formed {
        return Err(format!("{name:?} is not a Region; AWS Regions look like \"eu-central-1\"; give one of that form"));
    }
    if lenient || REGIONS.iter().any(|(_, regions)| regions.contains(&name)) {
        return Ok(());
    }
    let all = REGIONS.iter().flat_map(|(_, regions)| regions.iter().copied());
    let hint = nearest(name, all).map_or_else(|| ".".to_owned(), |near| format!("; did you mean {near:?}?"));
    Err(format!(
        "{name:?} is no AWS Region that this version knows{hint} For a newer Region set the provider's skipRegionValidation"
    ))
}

/// The partition that a Region belongs to, by its name.
pub fn partition_of_region(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else if region.starts_with("us-iso-") {
        "aws-iso"
    } else if region.starts_with("us-isob-") {
        "aws-iso-b"
    } else if region.starts_with("eusc-") {
        "aws-eusc"
    } else {
        "aws"
    }
}

/// Checks an alias (`AliasName` of `CreateAlias`).
///
/// # Errors
/// It lacks `alias/`, is reserved, too long, or has a character that KMS does not take.
pub fn check_alias(name: &str) -> Result<(), String> {
    let Some(rest) = name.strip_prefix("alias/") else {
        return Err(without_prefix(name));
    };
    if rest.is_empty() {
        return Err("\"alias/\" has no name behind the prefix; write for example \"alias/prod/orders\"".into());
    }
    if rest.starts_with("aws/") {
        return Err(format!(
            "{name:?} is reserved: AWS keeps \"alias/aws/\" for the keys of its services; choose another name"
        ));
    }
    if name.chars().count() > 256 {
        return Err(format!("it has {} characters; KMS allows 256 with the prefix; shorten it", name.chars().count()));
    }
    match rest.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-'))) {
        Some(odd) => Err(format!(
            "{name:?} contains {odd:?}; KMS allows letters, digits, '/', '_' and '-'; replace it, for example with '-'"
        )),
        None => Ok(()),
    }
}

/// What to write for a name that lacks `alias/`, if what comes of it is an alias.
fn without_prefix(name: &str) -> String {
    let (is, bare) = match KmsArn::parse(name) {
        Some(arn) if arn.resource.starts_with("key/") => {
            return format!(
                "{name:?} is the ARN of a key; give the alias that the key shall have, such as \"alias/prod/orders\""
            );
        }
        Some(arn) => ("is the ARN of an alias", arn.resource),
        None => ("does not begin with \"alias/\", as every KMS alias does", name.to_owned()),
    };
    let bare = bare.trim_start_matches('/');
    let meant = match bare.get(..6) {
        Some(prefix) if prefix.eq_ignore_ascii_case("alias/") => format!("alias/{}", &bare[6..]),
        _ => format!("alias/{bare}"),
    };
    if check_alias(&meant).is_ok() {
        format!("{name:?} {is}; write {meant:?}")
    } else {
        format!("{name:?} {is}; write for example \"alias/prod/orders\"")
    }
}

/// Checks a tag's key and value (`Tag`, AWS KMS API reference).
///
/// # Errors
/// The key is reserved, empty or too long, or the value is too long, or a character is not allowed.
pub fn check_tag(key: &str, value: Option<&str>) -> Result<(), String> {
    let length = key.chars().count();
    if !(1..=128).contains(&length) {
        return Err(format!("the tag key has {length} characters; AWS allows 1 to 128; change it"));
    }
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(format!(
            "the tag key {key:?} is reserved: AWS keeps \"aws:\" for itself in any case of letters; choose another key"
        ));
    }
    if [crate::owner::OWNER_TAG, crate::rotation_mark::ROTATION_TAG].contains(&key) {
        return Err(format!(
            "the tag key {key:?} holds a mark of the provider, such as its owner mark; choose another key"
        ));
    }
    if let Some(odd) = key.chars().find(|c| !is_tag_character(*c)) {
        return Err(format!(
            "the tag key {key:?} contains {odd:?}; AWS allows letters, digits, spaces and _ . : / = + - @; replace it"
        ));
    }
    let Some(value) = value else { return Ok(()) };
    let length = value.chars().count();
    if length > 256 {
        return Err(format!("the tag value has {length} characters; AWS allows 0 to 256; shorten it"));
    }
    match value.chars().find(|c| !is_tag_character(*c)) {
        Some(odd) => Err(format!(
            "the tag value contains {odd:?}; AWS allows letters, digits, spaces and _ . : / = + - @; replace it"
        )),
        None => Ok(()),
    }
}

fn is_tag_character(character: char) -> bool {
    character.is_alphanumeric() || character == ' ' || "_.:/=+-@".contains(character)
}

/// Checks the ARN of an IAM principal that a policy names.
///
/// # Errors
/// It is a wildcard, or not the ARN of a role, user, session or account root.
pub fn check_principal(arn: &str) -> Result<(), String> {
    const HELP: &str = "give the ARN of an IAM role, such as \"arn:aws:iam::123456789012:role/SecurityAdmin\"";
    if arn.contains('*') {
        return Err(format!("{arn:?} is a wildcard, which would let others in; {HELP}"));
    }
    if let Some(odd) = odd_in_principal(arn) {
        return Err(format!("{arn:?} contains {odd:?}, which no name in IAM has; remove it"));
    }
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, service @ ("iam" | "sts"), "", account, resource] = parts.as_slice() else {
        return Err(format!("{arn:?} is not the ARN of an IAM principal; {HELP}"));
    };
    let named = match (*service, resource.split_once('/')) {
        ("iam", None) => *resource == "root",
        ("iam", Some((kind, name))) => matches!(kind, "role" | "user") && !name.is_empty(),
        (_, Some((kind, name))) => matches!(kind, "assumed-role" | "federated-user") && !name.is_empty(),
        _ => false,
    };
    if !partition.starts_with("aws") || !named {
        return Err(format!("{arn:?} is not the ARN of an IAM role or user; {HELP}"));
    }
    check_account(account)
        .map_err(|_| format!("{arn:?} has the account {account:?}; account IDs have 12 digits; {HELP}"))
}

/// The first character of a principal's name that neither a name nor a path in IAM can have: a space, a line end, a letter
/// outside of ASCII (IAM API reference, `RoleName` and `Path`).
pub fn odd_in_principal(name: &str) -> Option<char> {
    name.chars().find(|c| !c.is_ascii_graphic())
}

/// The partition of a Region that this version knows.
pub fn known_partition(region: &str) -> Option<&'static str> {
    REGIONS.iter().find(|(_, regions)| regions.contains(&region)).map(|(partition, _)| *partition)
}

/// Checks an account ID.
///
/// # Errors
/// It has not 12 digits.
pub fn check_account(id: &str) -> Result<(), String> {
    if id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) {
        Ok(())
    } else {
        Err(format!(
            "{id:?} is not an AWS account ID; those have 12 digits; keep leading zeros by giving it as a string"
        ))
    }
}

/// An ARN of a KMS key or alias, in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KmsArn {
    /// `aws`, `aws-cn`, …
    pub partition: String,
    /// The Region.
    pub region: String,
    /// The account.
    pub account: String,
    /// `key/…` or `alias/…`.
    pub resource: String,
}

impl KmsArn {
    /// Reads an ARN; `None` if it is no ARN of KMS.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, "kms", region, account, resource] = parts.as_slice() else { return None };
        let known = resource.starts_with("key/") || resource.starts_with("alias/");
        known.then(|| Self {
            partition: (*partition).to_owned(),
            region: (*region).to_owned(),
            account: (*account).to_owned(),
            resource: (*resource).to_owned(),
        })
    }
}

impl fmt::Display for KmsArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "arn:{}:kms:{}:{}:{}", self.partition, self.region, self.account, self.resource)
    }
}

/// The candidate that a mistyped name most likely means, if one is near.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing takes the product of both lengths.
    const LONGEST: usize = 100;
    let plain = |text: &str| text.to_lowercase().replace(['_', '-'], "");
    if name.chars().nth(LONGEST).is_some() {
        return None;
    }
    let wanted = plain(name);
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &plain(candidate)), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= (candidate.len() / 3).max(1))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::{KmsArn, check_account, check_alias, check_principal, check_region, check_tag, nearest};

    #[test]
    fn aliases() {
        let long = format!("alias/{}", "a".repeat(251));
        for good in ["alias/prod/rds-primary", "alias/a_B-9/x", &long[..256]] {
            assert_eq!(check_alias(good), Ok(()), "{good}");
        }
        for (bad, part) in [
            ("prod/orders", "write \"alias/prod/orders\""),
            ("alias/", "no name"),
            ("alias/aws/s3", "reserved"),
            ("alias/my key", "' '"),
            ("arn:aws:kms:eu-central-1:123456789012:alias/x", "write \"alias/x\""),
            ("arn:aws:kms:eu-central-1:123456789012:key/x", "ARN of a key"),
            ("Alias/x", "write \"alias/x\""),
            ("/alias/x", "write \"alias/x\""),
            ("my key", "write for example \"alias/prod/orders\""),
            ("aws/s3", "write for example \"alias/prod/orders\""),
            (long.as_str(), "257 characters"),
        ] {
            assert!(check_alias(bad).expect_err(bad).contains(part), "{bad}");
        }
    }

    #[test]
    fn regions() {
        assert_eq!(check_region("eu-central-1", false), Ok(()));
        assert_eq!(check_region("us-gov-west-1", false), Ok(()));
        assert!(check_region("eu-centrl-1", false).expect_err("typing error").contains("eu-central-1"));
        assert!(check_region("zz-qqqqqqqq-9", false).expect_err("nothing like it").contains("version knows. For"));
        assert_eq!(check_region("xx-new-9", true), Ok(()));
        for bad in ["", "Frankfurt", "eu-central", "EU-CENTRAL-1", "1", "-", "a--1"] {
            assert!(check_region(bad, true).is_err(), "{bad}");
        }
    }

    #[test]
    fn tags() {
        assert_eq!(check_tag("team", Some("")), Ok(()));
        assert_eq!(check_tag("größe", Some("a b+c=1:2/3@x_y.z-")), Ok(()));
        for (key, value, part) in [
            ("", "x", "1 to 128"),
            ("AWS:x", "x", "reserved"),
            ("awskms:owner", "x", "owner mark"),
            ("a#b", "x", "'#'"),
            ("a", "x\ny", "'\\n'"),
        ] {
            assert!(check_tag(key, Some(value)).expect_err(key).contains(part), "{key}");
        }
        assert!(check_tag("a", Some(&"v".repeat(257))).is_err());
    }

    #[test]
    fn principals() {
        for good in [
            "arn:aws:iam::123456789012:role/path/SecurityAdmin",
            "arn:aws-us-gov:iam::123456789012:user/ann",
            "arn:aws:iam::123456789012:root",
            "arn:aws:sts::123456789012:assumed-role/Deploy/session",
        ] {
            assert_eq!(check_principal(good), Ok(()), "{good}");
        }
        for bad in [
            "*",
            "arn:aws:iam::123456789012:role/X\n",
            "arn:aws:iam::123456789012:role/X Y",
            "SecurityAdmin",
            "arn:aws:iam::123:role/X",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:s3:::bucket",
        ] {
            assert!(check_principal(bad).is_err(), "{bad}");
        }
        assert!(check_account("12345678901").is_err());
    }

    #[test]
    fn arns() {
        let text = "arn:aws:kms:eu-central-1:123456789012:key/mrk-1";
        assert_eq!(KmsArn::parse(text).map(|arn| arn.to_string()).as_deref(), Some(text));
        assert_eq!(KmsArn::parse("arn:aws:s3:::bucket"), None);
    }

    #[test]
    fn near_names() {
        assert_eq!(nearest("aliass", ["alias", "region"].into_iter()), Some("alias"));
        assert_eq!(nearest("enable_rotation", ["enableRotation", "enabled"].into_iter()), Some("enableRotation"));
        assert_eq!(nearest("colour", ["alias", "region"].into_iter()), None);
        assert_eq!(nearest(&"alias".repeat(200_000), ["alias", "region"].into_iter()), None);
    }
}
