//! Roles as programs name them: by ARN, or by the name of a role in the key's account.

use super::Facts;
use crate::ids;

/// Most characters of a role's name (IAM user guide, "IAM and STS quotas").
const LONGEST_NAME: usize = 64;
/// Most characters of the path before it.
const LONGEST_PATH: usize = 510;

/// Checks a role, given by ARN or by name.
///
/// # Errors
/// It is a wildcard, no ARN of an IAM principal, or no name that a role can have.
pub fn check_role(text: &str) -> Result<(), String> {
    const HELP: &str = "give the ARN of an IAM role, such as \"arn:aws:iam::123456789012:role/SecurityAdmin\", or the name of a role in the key's account";
    if text.contains(':') || text.contains('*') {
        return ids::check_principal(text);
    }
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!(
            "{text:?} is an account ID, not a role; name a role of it by its ARN, or use trustedAccounts"
        ));
    }
    if text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn") {
        return Err(format!("{text:?} is an AWS service, not a role; name the service in services"));
    }
    if let Some(rest) = text.strip_prefix("role/") {
        return Err(format!("{text:?} begins with \"role/\"; write the name alone: {rest:?}"));
    }
    if let Some(odd) = text.chars().find(|c| !(c.is_ascii_alphanumeric() || "_+=,.@-/".contains(*c))) {
        return Err(format!("{text:?} contains {odd:?}, which no role's name has; {HELP}"));
    }
    let (path, name) = text.rsplit_once('/').unwrap_or(("", text));
    let empty = name.is_empty() || (text.contains('/') && path.split('/').any(str::is_empty));
    if empty || name.len() > LONGEST_NAME || path.len() > LONGEST_PATH {
        return Err(format!(
            "{text:?} is no name of a role: that is 1 to {LONGEST_NAME} characters, perhaps behind a path such as \"team/\"; {HELP}"
        ));
    }
    Ok(())
}

/// The ARN of a role of an account that is given by ARN or by name.
pub fn role_arn(text: &str, partition: &str, account: &str) -> String {
    if text.contains(':') { text.to_owned() } else { format!("arn:{partition}:iam::{account}:role/{text}") }
}

impl Facts<'_> {
    /// ARNs of roles of the key's account. Order and repetition in the inputs mean nothing, so the result has neither.
    pub(super) fn roles(&self, roles: &[String]) -> Vec<String> {
        self.roles_in(self.account, roles)
    }

    /// ARNs of roles of an account, each once, sorted.
    pub(super) fn roles_in(&self, account: &str, roles: &[String]) -> Vec<String> {
        let mut roles: Vec<_> = roles.iter().map(|role| role_arn(role, self.partition, account)).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// The principal that stands for an account.
    pub(super) fn root_of(&self, account: &str) -> String {
        format!("arn:{}:iam::{account}:root", self.partition)
    }
}

#[cfg(test)]
mod tests {
    use super::{check_role, role_arn};

    #[test]
    fn a_role_is_an_arn_or_a_name() {
        for good in ["SecurityAdmin", "team/Deploy", "a+b=c,d.e@f-g_h", "arn:aws:iam::111122223333:role/team/Deploy"] {
            assert_eq!(check_role(good), Ok(()), "{good}");
        }
        let cases = [
            ("111122223333", "account ID"),
            ("s3.amazonaws.com", "in services"),
            ("*", "wildcard"),
            ("role/Deploy", "\"Deploy\""),
            ("Team Deploy", "' '"),
            ("R\u{f4}le", "which no role's name has"),
            ("", "no name of a role"),
            ("team/", "no name of a role"),
            ("/Deploy", "no name of a role"),
            ("team//Deploy", "no name of a role"),
            ("arn:aws:s3:::b", "not the ARN"),
        ];
        for (bad, part) in cases {
            let reason = check_role(bad).expect_err(bad);
            assert!(reason.contains(part), "{bad}: {reason}");
        }
        assert!(check_role(&"x".repeat(64)).is_ok() && check_role(&"x".repeat(65)).is_err());
    }

    #[test]
    fn a_name_is_a_role_of_the_account() {
        assert_eq!(role_arn("team/A", "aws-cn", "111122223333"), "arn:aws-cn:iam::111122223333:role/team/A");
        let arn = "arn:aws:iam::444455556666:user/b";
        assert_eq!(role_arn(arn, "aws", "111122223333"), arn);
    }
}
