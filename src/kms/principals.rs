//! Names for "invalid principals", which AWS says without any.

use awskms_core::policy::{candidates, service_linked};
use serde_json::Value;

use super::error::{Kind, KmsError};

/// As many names as a message can hold.
const SHOWN: usize = 8;

/// The error of a call that put a policy: with the principals that may be meant.
pub(super) fn named(error: KmsError, policy: Option<&Value>) -> KmsError {
    if error.kind != Kind::InvalidPrincipal {
        return error;
    }
    let names = policy.map(candidates).unwrap_or_default();
    let message = match names.as_slice() {
        [] => return error,
        [one] => format!("{} It can only be {one}.", error.message),
        many => {
            let more = many.len().saturating_sub(SHOWN);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            let shown = many.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
            format!("{} It is at least one of {shown}{more}.", error.message)
        }
    };
    let commands: Vec<String> = names.iter().filter_map(|name| service_linked(name)).collect();
    let message = match commands.as_slice() {
        [] => message,
        commands => format!("{message} A missing service-linked role is made by `{}`.", commands.join("` and `")),
    };
    KmsError { message, ..error }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::named;
    use crate::kms::{Kind, KmsError};

    #[test]
    fn the_names_stand_behind_aws_s_words() {
        let said = |names: &[String]| {
            let error = KmsError::local("PutKeyPolicy", "eu-west-1", Kind::InvalidPrincipal, "X", "Invalid.");
            let policy = json!({ "Statement": [{ "Principal": { "AWS": names } }] });
            named(error, Some(&policy)).message
        };
        let role = |n: usize| format!("arn:aws:iam::111122223333:role/R{n}");
        assert_eq!(said(&[role(1)]), format!("Invalid. It can only be {}.", role(1)));
        assert_eq!(said(&[role(1), role(2)]), format!("Invalid. It is at least one of {}, {}.", role(1), role(2)));
        assert!(said(&(0..20).map(role).collect::<Vec<_>>()).ends_with("and 12 more."));
        let slr =
            "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
        assert!(
            said(&[slr.to_owned()])
                .contains("`aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com`")
        );
        assert_eq!(said(&[]), "Invalid.");
        let other = KmsError::local("PutKeyPolicy", "eu-west-1", Kind::Lockout, "X", "No.");
        assert_eq!(named(other, Some(&json!({ "Statement": { "Principal": { "AWS": role(1) } } }))).message, "No.");
    }
}
