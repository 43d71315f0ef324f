//! What the service model says of members by their names: a name has the same shape wherever it occurs.

/// The pattern of a member, as AWS's messages show it, and whether a text has it.
pub(crate) struct Pattern {
    pub(crate) shown: &'static str,
    pub(crate) fits: fn(&str) -> bool,
}

/// The sizes of a list and of its entries, and the entries that there are if they are an enumeration.
pub(crate) struct List {
    pub(crate) sizes: (usize, usize),
    pub(crate) lengths: (usize, usize),
    pub(crate) values: &'static [&'static str],
}

/// Members that AWS's messages do not repeat.
pub(crate) fn is_secret(name: &str) -> bool {
    matches!(name, "KeyStorePassword" | "AccessKeyId" | "RawSecretAccessKey")
}

/// The pattern of a member; `None` if any text will do.
pub(crate) fn pattern(name: &str) -> Option<Pattern> {
    let pattern = |shown, fits| Some(Pattern { shown, fits });
    match name {
        "AliasName" | "Name" => pattern(r"^[a-zA-Z0-9:/_-]+$", |text| made_of(text, ":/_-")),
        "CloudHsmClusterId" => pattern(r"cluster-[2-7a-zA-Z]{11,16}", cluster_id),
        "GranteePrincipal" | "RetiringPrincipal" => pattern(r"^[\w+=,.@:/-]+$", |text| made_of(text, "_+=,.@:/-")),
        "GranteeServicePrincipal" | "RetiringServicePrincipal" => {
            pattern(r"^([A-Za-z0-9\-]+)\.([A-Za-z0-9\-]+)(\.[A-Za-z0-9\-]+)+$", service_principal)
        }
        "KeyMaterialDescription" => pattern(r"^[a-zA-Z0-9:/_\s.-]+$", |text| made_of(text, ":/_.- \t\r\n")),
        "KeyMaterialId" => {
            pattern(r"^[a-f0-9]+$", |text| text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
        }
        "Marker" => pattern(r"[\u0020-\u00FF]*", |text| text.chars().all(latin)),
        "Policy" => pattern(r"[\u0009\u000A\u000D\u0020-\u00FF]+", |text| {
            text.chars().all(|c| latin(c) || matches!(c, '\t' | '\n' | '\r'))
        }),
        "PolicyName" => pattern(r"[\w]+", |text| made_of(text, "_")),
        "PrimaryRegion" | "ReplicaRegion" => pattern(r"^([a-z]+-){2,3}\d+$", crate::regions::well_formed),
        "AccessKeyId" => {
            pattern(r"^[A-Z2-7]+$", |text| text.bytes().all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b)))
        }
        "RawSecretAccessKey" => pattern(r"^[a-zA-Z0-9\/+=]+$", |text| made_of(text, "/+=")),
        "SourceArn" => pattern(r"^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$", arn),
        "XksKeyId" => pattern(r"^[a-zA-Z0-9-_.]+$", |text| made_of(text, "-_.")),
        "XksProxyUriEndpoint" => pattern(r"^https://[a-zA-Z0-9.-]+$", |text| {
            text.strip_prefix("https://").is_some_and(|host| !host.is_empty() && made_of(host, ".-"))
        }),
        "XksProxyUriPath" => pattern(r"^(/[a-zA-Z0-9\/_-]+/kms/xks/v\d{1,2})$|^(/kms/xks/v\d{1,2})$", proxy_path),
        "XksProxyVpcEndpointServiceName" => {
            pattern(r"^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$", endpoint_service)
        }
        "XksProxyVpcEndpointServiceOwner" => pattern(r"[0-9]{12}", |text| digits(text, 12, 12)),
        _ => None,
    }
}

/// The list that a member is.
pub(crate) fn list(name: &str) -> List {
    let any = usize::MAX;
    let (sizes, lengths, values): (_, _, &[&str]) = match name {
        "GrantTokens" => ((0, 10), (1, 8192), &[]),
        "ResourceARNList" => ((1, 100), (1, 1011), &[]),
        "ResourceOwners" => ((1, 2), (0, any), &["SELF", "OTHER_ACCOUNTS_VIA_RAM"]),
        "ResourceTypeFilters" => ((0, any), (0, 256), &[]),
        "TagKeys" => ((0, any), (1, 128), &[]),
        _ => ((0, any), (0, any), &[]),
    };
    List { sizes, lengths, values }
}

/// Letters and digits of ASCII, and some more characters.
fn made_of(text: &str, more: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
}

fn latin(c: char) -> bool {
    ('\u{20}'..='\u{ff}').contains(&c)
}

fn digits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let small = |part: &str| part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    match parts.as_slice() {
        ["arn", partition, service, region, account, rest] => {
            let named = partition.starts_with("aws") && !service.is_empty() && !rest.is_empty();
            named && [*partition, *service, *region].into_iter().all(small) && digits(account, 12, 12)
        }
        _ => false,
    }
}

fn cluster_id(text: &str) -> bool {
    text.strip_prefix("cluster-").is_some_and(|rest| {
        let good = |b: u8| b.is_ascii_alphabetic() || (b'2'..=b'7').contains(&b);
        (11..=16).contains(&rest.len()) && rest.bytes().all(good)
    })
}

fn service_principal(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() >= 3 && parts.iter().all(|part| !part.is_empty() && made_of(part, "-"))
}

fn proxy_path(text: &str) -> bool {
    let Some((prefix, version)) = text.rsplit_once("/kms/xks/v") else { return false };
    let good =
        prefix.is_empty() || prefix.strip_prefix('/').is_some_and(|rest| !rest.is_empty() && made_of(rest, "/_-"));
    good && digits(version, 1, 2)
}

fn endpoint_service(text: &str) -> bool {
    let rest = text.strip_prefix("com.").or_else(|| text.strip_prefix("eu."));
    let Some((region, id)) = rest.and_then(|rest| rest.strip_prefix("amazonaws.vpce.")?.split_once(".vpce-svc-"))
    else {
        return false;
    };
    let good = |b: u8| b.is_ascii_digit() || b.is_ascii_lowercase();
    crate::regions::well_formed(region) && !id.is_empty() && id.bytes().all(good)
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn patterns_fit_what_they_say() {
        for (name, text, good) in [
            ("AliasName", "alias/a-b_c:d", true),
            ("AliasName", "alias/a b", false),
            ("CloudHsmClusterId", "cluster-abcdefghijk", true),
            ("CloudHsmClusterId", "cluster-1bcdefghijk", false),
            ("CloudHsmClusterId", "cluster-abcdefghij", false),
            ("GranteeServicePrincipal", "kms.amazonaws.com", true),
            ("GranteeServicePrincipal", "amazonaws.com", false),
            ("KeyMaterialId", "0aF", false),
            ("Marker", "\u{100}", false),
            ("Policy", "{\n}", true),
            ("Policy", "\u{7}", false),
            ("XksProxyUriEndpoint", "https://a.b", true),
            ("XksProxyUriEndpoint", "https://a.b:443", false),
            ("XksProxyUriPath", "/kms/xks/v1", true),
            ("XksProxyUriPath", "/a/b/kms/xks/v12", true),
            ("XksProxyUriPath", "//kms/xks/v1", false),
            ("XksProxyUriPath", "a/kms/xks/v1", false),
            ("XksProxyUriPath", "/kms/xks/v123", false),
            ("XksProxyVpcEndpointServiceName", "com.amazonaws.vpce.eu-west-1.vpce-svc-09af", true),
            ("XksProxyVpcEndpointServiceName", "com.amazonaws.vpce.eu.vpce-svc-09af", false),
        ] {
            let pattern = pattern(name).expect("a pattern");
            assert_eq!((pattern.fits)(text), good, "{name} {text}");
        }
    }
}
