//! AWS's Regions, as data.

use crate::error::ApiError;

/// Regions of the partitions that have KMS multi-Region keys, and those of China.
static REGIONS: &[&str] = &[
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
    "cn-north-1",
    "cn-northwest-1",
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
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// Whether AWS has the Region.
pub(crate) fn exists(region: &str) -> bool {
    REGIONS.binary_search(&region).is_ok()
}

/// The partition of a Region, as ARNs name it.
pub(crate) fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

/// Whether a Region has keys of a spec: SM2 is there only in China, ML-KEM everywhere else.
pub(crate) fn has_spec(region: &str, spec: &str) -> Result<(), ApiError> {
    let china = partition(region) == "aws-cn";
    if china == (spec == "SM2") || !(spec == "SM2" || spec.starts_with("ML_KEM")) {
        return Ok(());
    }
    Err(ApiError::new("UnsupportedOperationException", format!("KeySpec {spec} is not supported in {region}.")))
}

/// Whether a text has the form of a Region's name: words of small letters, then a number.
pub(crate) fn well_formed(region: &str) -> bool {
    let parts: Vec<&str> = region.split('-').collect();
    let Some((number, words)) = parts.split_last() else { return false };
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    (2..=3).contains(&words.len())
        && words.iter().all(is_word)
        && !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{REGIONS, well_formed};

    #[test]
    fn the_list_is_sorted_and_well_formed() {
        assert!(REGIONS.is_sorted());
        assert!(REGIONS.iter().all(|region| well_formed(region)));
        assert!(!["", "eu", "eu-1", "EU-west-1", "eu-west-", "a-b-c-d-1"].into_iter().any(well_formed));
    }
}
