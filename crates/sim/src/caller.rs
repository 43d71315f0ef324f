//! Who calls: the identity behind an access key, and what AWS always says of it to conditions.

use serde::{Deserialize, Serialize};

use crate::dates;
use crate::key::Seconds;
use crate::policy::Facts;
use crate::regions;
use crate::state::{Principal, State};

/// The account of callers whose access key names none.
pub(crate) const DEFAULT_ACCOUNT: &str = "123456789012";

/// The name of the user that every account has, whom IAM allows everything.
const DEFAULT_USER: &str = "user/default";

/// What an access key stands for that was given out here.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    /// ARN of the role session, user or root; empty for services that call as themselves.
    pub(crate) arn: String,
    /// The user or role behind it, by ARN and unique ID: another one of the same name is another principal.
    pub(crate) principal: Option<(String, String)>,
    /// The service that calls as itself, such as `events.amazonaws.com`.
    pub(crate) service: Option<String>,
    /// The service that calls for it, such as `s3`.
    #[serde(default)]
    pub(crate) via: Option<String>,
    /// Whether its calls about grants say that they are for a resource of AWS's, if a service makes them.
    #[serde(default = "yes")]
    pub(crate) for_resource: bool,
    /// When it was given out.
    pub(crate) issued: Seconds,
    /// What conditions see besides what every call has.
    pub(crate) facts: Facts,
}

fn yes() -> bool {
    true
}

impl Default for Session {
    fn default() -> Self {
        Self {
            arn: String::new(),
            principal: None,
            service: None,
            via: None,
            for_resource: true,
            issued: 0.0,
            facts: Facts::new(),
        }
    }
}

/// The identity behind a request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The account; empty for services that call as themselves.
    pub(crate) account: String,
    pub(crate) arn: String,
    /// The user or role behind it, by ARN and unique ID, if IAM knows it.
    pub(crate) principal: Option<(String, String)>,
    /// The service that calls as itself.
    pub(crate) service: Option<String>,
    /// The service that calls for it.
    pub(crate) via: Option<String>,
    /// Whether the service's calls about grants say that they are for a resource of AWS's.
    pub(crate) for_resource: bool,
    /// Whether its user or role was deleted since, so that it may do nothing any more.
    pub(crate) gone: bool,
    /// What conditions of policies may look at.
    pub(crate) facts: Facts,
}

impl Caller {
    /// A key that was given out is its session; an access key of 12 digits names an account; any other is the default
    /// account's. The caller without a session is a user whom IAM allows everything.
    pub(crate) fn of(state: &State, access_key: &str, region: &str) -> Self {
        if let Some(session) = state.sessions.get(access_key) {
            let still = |(arn, id): &(String, String)| {
                state.principals.get(arn).is_some_and(|known| !known.deleted && known.unique_id == *id)
            };
            return Self {
                gone: session.principal.as_ref().is_some_and(|principal| !still(principal)),
                account: account_of(&session.arn).unwrap_or_default(),
                arn: if session.arn.is_empty() {
                    session.service.clone().unwrap_or_default()
                } else {
                    session.arn.clone()
                },
                principal: session.principal.clone(),
                service: session.service.clone(),
                via: session.via.clone(),
                for_resource: session.for_resource,
                facts: session.facts.clone(),
            };
        }
        let names_account = access_key.len() == 12 && access_key.bytes().all(|b| b.is_ascii_digit());
        let account = if names_account { access_key } else { DEFAULT_ACCOUNT };
        let arn = format!("arn:{}:iam::{account}:{DEFAULT_USER}", regions::partition(region));
        Self {
            account: account.to_owned(),
            arn,
            principal: None,
            service: None,
            via: None,
            for_resource: false,
            gone: false,
            facts: Facts::new(),
        }
    }

    /// Whether IAM allows everything to it without a policy.
    pub(crate) fn is_almighty(&self) -> bool {
        self.principal.is_none() && is_almighty(&self.arn)
    }

    /// Whether a name in a policy or a grant means it: its own ARN, its role's, or their unique ID.
    pub(crate) fn answers_to(&self, name: &str) -> bool {
        self.arn == name || self.principal.as_ref().is_some_and(|(arn, id)| arn == name || id == name)
    }

    /// The unique ID of the user or role behind it.
    pub(crate) fn unique_id(&self) -> Option<&str> {
        self.principal.as_ref().map(|(_, id)| id.as_str())
    }

    /// What AWS says of every call: the global condition keys. What the session brings along takes precedence.
    pub(crate) fn global_facts(&self, state: &State, now: Seconds, region: &str, operation: &str) -> Facts {
        let mut facts = Facts::new();
        let mut say = |name: &str, value: String| drop(facts.insert(name.to_owned(), vec![value]));
        say("aws:currenttime", dates::rfc3339(now));
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds of a date")]
        say("aws:epochtime", (now.floor() as i64).to_string());
        say("aws:requestedregion", region.to_owned());
        say("aws:securetransport", "true".to_owned());
        say("aws:principalisawsservice", self.service.is_some().to_string());
        say("aws:viaawsservice", self.via.is_some().to_string());
        if self.for_resource
            && (self.via.is_some() || self.service.is_some())
            && ["CreateGrant", "ListGrants", "RevokeGrant"].contains(&operation)
        {
            say("kms:grantisforawsresource", true.to_string());
        }
        if let Some(service) = &self.service {
            say("aws:principalservicename", service.clone());
            facts.entry("aws:principalservicenameslist".to_owned()).or_default().push(service.clone());
            facts.extend(self.facts.clone());
            return facts;
        }
        let name = self.principal.as_ref().map_or(&self.arn, |(arn, _)| arn);
        say("aws:principalarn", name.clone());
        say("aws:principalaccount", self.account.clone());
        say("kms:calleraccount", self.account.clone());
        match &self.via {
            // What a service asks for on behalf of somebody comes from no address of theirs.
            None => say("aws:sourceip", "127.0.0.1".to_owned()),
            Some(service) => {
                say("kms:viaservice", format!("{service}.{region}.amazonaws.com"));
                for key in ["aws:calledvia", "aws:calledviafirst", "aws:calledvialast"] {
                    say(key, format!("{service}.amazonaws.com"));
                }
            }
        }
        let session = self.arn.rsplit_once('/').filter(|_| self.arn.contains(":assumed-role/")).map(|(_, name)| name);
        let id = self.unique_id().map_or_else(|| self.account.clone(), str::to_owned);
        match session {
            Some(session) => {
                say("aws:principaltype", "AssumedRole".to_owned());
                say("aws:userid", format!("{id}:{session}"));
            }
            None if self.arn.ends_with(":root") => {
                say("aws:principaltype", "Account".to_owned());
                say("aws:userid", self.account.clone());
            }
            None => {
                say("aws:principaltype", "User".to_owned());
                say("aws:userid", id);
                say("aws:username", self.arn.rsplit('/').next().unwrap_or_default().to_owned());
            }
        }
        if let Some((id, path)) = state.options.organization_of(&self.account) {
            say("aws:principalorgid", id.to_owned());
            say("aws:principalorgpaths", path);
        }
        let known = self.principal.as_ref().and_then(|(arn, _)| state.principals.get(arn));
        for (tag, value) in known.into_iter().flat_map(|principal| &principal.tags) {
            say(&format!("aws:principaltag/{}", tag.to_lowercase()), value.clone());
        }
        facts.extend(self.facts.clone());
        facts
    }
}

/// Whether an ARN is an account's root or its default user.
pub(crate) fn is_almighty(arn: &str) -> bool {
    arn.ends_with(":root") || arn.split(':').nth(5) == Some(DEFAULT_USER)
}

/// The account that an ARN names.
pub(crate) fn account_of(arn: &str) -> Option<String> {
    arn.split(':').nth(4).map(str::to_owned)
}

/// Account and role name of a session's ARN.
fn of_session(arn: &str) -> Option<(&str, &str)> {
    let ["arn", _, "sts", "", account, resource] = arn.splitn(6, ':').collect::<Vec<_>>()[..] else { return None };
    let role = resource.strip_prefix("assumed-role/")?.split_once('/')?.0;
    Some((account, role))
}

impl State {
    /// The user or role that a name means: its ARN, a session of it, or its unique ID. A session's name has not the path of its
    /// role, which is unique by its name in an account. Deleted ones are no longer meant.
    pub(crate) fn principal_of(&self, name: &str) -> Option<(&str, &Principal)> {
        let alive = |principal: &&Principal| !principal.deleted;
        if let Some((account, role)) = of_session(name) {
            let partition = name.split(':').nth(1)?;
            let start = format!("arn:{partition}:iam::{account}:role/");
            let mut roles = self.principals.range(start.clone()..).take_while(|(arn, _)| arn.starts_with(&start));
            return roles
                .find(|(arn, principal)| alive(principal) && arn.rsplit('/').next() == Some(role))
                .map(|(arn, principal)| (arn.as_str(), principal));
        }
        if name.starts_with("AROA") || name.starts_with("AIDA") {
            let mut all = self.principals.iter();
            return all
                .find(|(_, principal)| alive(principal) && principal.unique_id == name)
                .map(|(arn, principal)| (arn.as_str(), principal));
        }
        self.principals.get_key_value(name).filter(|(_, principal)| alive(principal)).map(|(arn, p)| (arn.as_str(), p))
    }
}

#[cfg(test)]
mod tests {
    use super::{is_almighty, of_session};

    #[test]
    fn sessions_name_their_roles() {
        let session = "arn:aws-cn:sts::123456789012:assumed-role/Deploy/s";
        assert_eq!(of_session(session), Some(("123456789012", "Deploy")));
        assert_eq!(of_session("arn:aws:iam::123456789012:role/Deploy"), None);
    }

    #[test]
    fn root_and_the_default_user_may_do_everything() {
        assert!(is_almighty("arn:aws-us-gov:iam::123456789012:root"));
        assert!(is_almighty("arn:aws:iam::123456789012:user/default"));
        assert!(!is_almighty("arn:aws:iam::123456789012:user/x/user/default"));
    }
}
