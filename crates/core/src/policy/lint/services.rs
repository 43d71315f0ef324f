//! What is known of the services of AWS that call KMS (the encryption chapter of each service's guide; AWS KMS developer
//! guide, `kms:ViaService`).

/// Services that call KMS with the identity of whoever uses them: as a service principal of a key policy they have no effect.
/// Some of them have a corner where they do call for themselves; such a statement names the resource that they call for.
const CALL_AS_THE_CALLER: &[&str] = &["backup", "ec2", "eks", "lambda", "rds", "secretsmanager", "ssm"];

/// Whether a service principal is one of a service that calls with the identity of whoever uses it.
pub(super) fn calls_as_the_caller(principal: &str) -> bool {
    name(principal).is_some_and(|(name, _)| CALL_AS_THE_CALLER.contains(&name))
}

/// A service's name as `kms:ViaService` or a principal has it, in its parts: the service, and the Region if there is one.
pub(super) fn name(full: &str) -> Option<(&str, Option<&str>)> {
    let rest = full.strip_suffix(".amazonaws.com").or_else(|| full.strip_suffix(".amazonaws.com.cn"))?;
    match rest.rsplit_once('.') {
        Some((service, region)) if is_region(region) => Some((service, Some(region))),
        _ => Some((rest, None)),
    }
}

/// Whether a part of a name is a Region, or a pattern of Regions.
fn is_region(part: &str) -> bool {
    let formed = part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-*?".contains(&byte));
    formed
        && (part.contains(['*', '?'])
            || (part.matches('-').count() >= 2 && part.ends_with(|c: char| c.is_ascii_digit())))
}

/// Whether `EventBridge` is meant, which does not say for which rule it calls when it publishes to an encrypted topic
/// (Amazon SNS developer guide, "Key management").
pub(super) fn cannot_be_bound(principal: &str) -> bool {
    principal == "events.amazonaws.com"
}

#[cfg(test)]
mod tests {
    use super::{calls_as_the_caller, name};

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(name("s3.eu-west-1.amazonaws.com"), Some(("s3", Some("eu-west-1"))));
        assert_eq!(name("dynamodb.*.amazonaws.com"), Some(("dynamodb", Some("*"))));
        assert_eq!(name("events.rds.amazonaws.com"), Some(("events.rds", None)));
        assert_eq!(name("logs.cn-north-1.amazonaws.com.cn"), Some(("logs", Some("cn-north-1"))));
        assert_eq!(name("example.org"), None);
        assert!(calls_as_the_caller("rds.amazonaws.com") && !calls_as_the_caller("events.rds.amazonaws.com"));
    }
}
