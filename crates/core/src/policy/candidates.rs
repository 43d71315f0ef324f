//! Who may be meant when KMS says that a principal of a policy is invalid, and does not say which.

use serde_json::Value;

use super::caller::{Caller, Kind, aws_names};
use super::document::is_unique_id;

/// The principals that may not exist, the likeliest first: what AWS left of deleted ones, roles of services, which exist
/// only once the service is in use, then users and roles. Accounts are left out.
pub fn candidates(document: &Value) -> Vec<String> {
    let rank = |name: &String| match Caller::parse(name).map(|caller| caller.kind) {
        _ if is_unique_id(name) => Some(0),
        _ if service_linked(name).is_some() => Some(1),
        Some(Kind::Root) => None,
        _ => Some(2),
    };
    let mut ranked: Vec<_> = aws_names(document).into_iter().filter_map(|name| Some((rank(&name)?, name))).collect();
    ranked.sort();
    ranked.into_iter().map(|(_, name)| name).collect()
}

/// How a missing service-linked role is made; `None` for other principals.
pub fn service_linked(arn: &str) -> Option<String> {
    let (service, role) = arn.split_once(":role/aws-service-role/")?.1.split_once('/')?;
    let suffix = role.split_once('_').map_or_else(String::new, |(_, suffix)| format!(" --custom-suffix {suffix}"));
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "._- ".contains(c));
    let sound = plain(service) && plain(&suffix) && !service.contains(' ');
    sound.then(|| format!("aws iam create-service-linked-role --aws-service-name {service}{suffix}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{candidates, service_linked};

    #[test]
    fn the_likeliest_come_first() {
        let slr =
            "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
        let document = json!({ "Statement": [
            { "Principal": { "AWS": ["arn:aws:iam::111122223333:role/App", "111122223333", slr] } },
            { "NotPrincipal": { "AWS": ["AROAEXAMPLEID", "arn:aws:iam::111122223333:root"] } },
            { "Principal": { "AWS": "*", "Service": "logs.eu-west-1.amazonaws.com" } },
        ] });
        assert_eq!(candidates(&document), ["AROAEXAMPLEID", slr, "arn:aws:iam::111122223333:role/App"]);
    }

    #[test]
    fn a_service_linked_role_has_its_command() {
        let role = |rest: &str| service_linked(&format!("arn:aws:iam::111122223333:role/{rest}"));
        let command = "aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com";
        assert_eq!(
            role("aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling").as_deref(),
            Some(command)
        );
        assert_eq!(
            role("aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_blue"),
            Some(format!("{command} --custom-suffix blue"))
        );
        assert_eq!(role("aws-service-role/x;rm/y"), None);
        assert_eq!(role("App"), None);
    }
}
