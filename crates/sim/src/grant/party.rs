//! Who gets or may retire a grant.

use serde::{Deserialize, Serialize};

use super::Asker;
use crate::authorize;
use crate::caller::account_of;
use crate::error::ApiError;
use crate::state::State;

/// One side of a grant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Party {
    /// A principal of IAM. KMS keeps its unique ID: another one of the same name is another principal.
    Principal { arn: String, unique_id: Option<String> },
    /// A service of AWS, such as `s3.amazonaws.com`.
    Service(String),
}

impl Party {
    /// The principal that an ARN names; it must exist, and KMS must have heard of it.
    ///
    /// Services may be named here as well, as those do that make grants to themselves; no constraint is needed then.
    pub(crate) fn principal(state: &State, arn: &str, now: f64) -> Result<Self, ApiError> {
        if service_name(arn) {
            return Ok(Self::Principal { arn: arn.to_owned(), unique_id: None });
        }
        let known = !state.options.known_principals_only || authorize::exists(state, arn, now);
        if !well_formed(arn) || !known {
            let message = format!("ARN does not refer to a valid principal: {arn}");
            return Err(ApiError::new("InvalidArnException", message));
        }
        Ok(Self::Principal { arn: arn.to_owned(), unique_id: unique_id(state, arn) })
    }

    /// Whether this is who asks: the same principal, the role of a session, or the account for which IAM decides.
    pub(crate) fn is(&self, asker: Asker<'_>) -> bool {
        let caller = asker.caller;
        let (arn, id) = match self {
            Self::Principal { arn, unique_id } => (arn, unique_id),
            Self::Service(name) => return caller.service.as_ref() == Some(name),
        };
        if caller.answers_to(arn) {
            return id.is_none() || caller.unique_id() == id.as_deref();
        }
        let account = arn.strip_suffix(":root").and_then(|_| account_of(arn));
        account.is_some_and(|account| account == caller.account) && asker.allowed_by_iam
    }

    /// `GranteePrincipal`, `RetiringServicePrincipal` and so on.
    pub(crate) fn member(&self, side: &str) -> String {
        match self {
            Self::Principal { .. } => format!("{side}Principal"),
            Self::Service(_) => format!("{side}ServicePrincipal"),
        }
    }

    /// As a list shows it: a principal that is gone by its unique ID.
    pub(crate) fn shown<'a>(&'a self, state: &State) -> &'a str {
        match self {
            Self::Principal { arn, unique_id: Some(id) } if unique_id(state, arn).as_ref() != Some(id) => id,
            Self::Principal { arn, .. } => arn,
            Self::Service(name) => name,
        }
    }
}

/// The unique ID of a user or role that exists; others, such as accounts, have none.
fn unique_id(state: &State, arn: &str) -> Option<String> {
    state.principal_of(arn).map(|(_, principal)| principal.unique_id.clone())
}

/// An ARN of an account, user, role, session or federated user.
fn well_formed(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, service, "", account, resource] = parts.as_slice() else { return false };
    let kinds: &[&str] = match *service {
        "iam" => &["user/", "role/"],
        "sts" => &["assumed-role/", "federated-user/"],
        _ => return false,
    };
    let kind = *resource == "root" && *service == "iam"
        || kinds.iter().any(|kind| resource.strip_prefix(kind).is_some_and(|name| !name.is_empty()));
    let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    partition.starts_with("aws") && digits && kind
}

/// Whether a text names a service of AWS.
pub(crate) fn service_name(text: &str) -> bool {
    text.strip_suffix(".amazonaws.com").or_else(|| text.strip_suffix(".amazonaws.com.cn")).is_some_and(|name| {
        !name.is_empty() && name.split('.').all(|label| !label.is_empty() && label.chars().all(is_label))
    })
}

fn is_label(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

#[cfg(test)]
mod tests {
    use super::{service_name, well_formed};

    #[test]
    fn principals_have_a_form() {
        for good in [
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:user/path/Bob",
            "arn:aws-cn:iam::123456789012:role/App",
            "arn:aws:sts::123456789012:assumed-role/App/session",
        ] {
            assert!(well_formed(good), "{good}");
        }
        for bad in [
            "*",
            "123456789012",
            "arn:aws:iam::1234:root",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:group/x",
            "arn:aws:kms:eu-west-1:123456789012:key/x",
            "s3.amazonaws.com",
        ] {
            assert!(!well_formed(bad), "{bad}");
        }
        assert!(service_name("s3.amazonaws.com") && service_name("acm.us-east-2.amazonaws.com"));
        assert!(!service_name("amazonaws.com") && !service_name("S3.amazonaws.com") && !service_name("example.com"));
    }
}
