//! As much IAM as key policies, and the programs that make roles beside keys, need: users, roles and their policies, managed
//! policies, service-linked roles.

mod managed;
mod own_policies;
mod principals;
mod service_linked;

use crate::caller::Caller;
use crate::error::ApiError;
use crate::query::{Form, Xml};
use crate::sim::Sim;
use crate::state::{Principal, State};

const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

/// A request.
pub(crate) struct Request<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) form: &'a Form,
    /// By the virtual clock.
    pub(crate) now: f64,
    pub(crate) kind: Kind,
}

/// Whom an action is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Role,
    User,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Role => "Role",
            Self::User => "User",
        }
    }

    /// The member of requests that names one.
    fn member(self) -> &'static str {
        match self {
            Self::Role => "RoleName",
            Self::User => "UserName",
        }
    }

    /// The beginning of unique IDs.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Role => "AROA",
            Self::User => "AIDA",
        }
    }
}

type Run = fn(&mut State, &Request<'_>) -> Result<Xml, ApiError>;

/// Actions, with `Role` for `Role` and `User` alike, and whether they change anything.
static ACTIONS: &[(&str, bool, Run)] = &[
    ("CreateRole", true, principals::create),
    ("GetRole", false, principals::get),
    ("DeleteRole", true, principals::delete),
    ("UpdateRole", true, principals::update),
    ("UpdateRoleDescription", true, principals::update),
    ("UpdateAssumeRolePolicy", true, principals::update_trust),
    ("PutRolePermissionsBoundary", true, principals::put_boundary),
    ("DeleteRolePermissionsBoundary", true, principals::delete_boundary),
    ("TagRole", true, principals::tag),
    ("UntagRole", true, principals::untag),
    ("ListRoleTags", false, principals::list_tags),
    ("PutRolePolicy", true, own_policies::put),
    ("GetRolePolicy", false, own_policies::get),
    ("ListRolePolicies", false, own_policies::list),
    ("DeleteRolePolicy", true, own_policies::delete),
    ("AttachRolePolicy", true, managed::attach),
    ("DetachRolePolicy", true, managed::detach),
    ("ListAttachedRolePolicies", false, managed::list_attached),
    ("CreatePolicy", true, managed::create),
    ("GetPolicy", false, managed::get),
    ("GetPolicyVersion", false, managed::get_version),
    ("ListPolicyVersions", false, managed::list_versions),
    ("ListPolicyTags", false, managed::list_tags),
    ("TagPolicy", true, managed::tag),
    ("UntagPolicy", true, managed::untag),
    ("DeletePolicy", true, managed::delete),
    ("CreateServiceLinkedRole", true, service_linked::create),
    ("DeleteServiceLinkedRole", true, service_linked::delete),
    ("GetServiceLinkedRoleDeletionStatus", false, service_linked::deletion_status),
    ("ListInstanceProfilesForRole", false, |_, _| Ok(Xml::default().list("InstanceProfiles", []))),
    ("ListGroupsForRole", false, |_, _| Ok(Xml::default().list("Groups", []))),
];

/// The answer to an action and whether the state changed; `None` for actions that are not known.
pub(crate) fn answer(
    sim: &mut Sim,
    now: f64,
    caller: &Caller,
    action: &str,
    form: &Form,
) -> Option<Result<(String, bool), ApiError>> {
    let kind = if action.contains("User") { Kind::User } else { Kind::Role };
    let name = action.replace("User", "Role");
    let (_, changes, run) = ACTIONS.iter().find(|(known, _, _)| *known == name)?;
    let answer = run(&mut sim.state, &Request { caller, form, now, kind });
    Some(answer.map(|xml| (xml.answer(NAMESPACE, action), *changes)))
}

impl Request<'_> {
    /// The beginning of the ARNs of the caller's roles, users or policies.
    fn start(&self, what: &str) -> String {
        let partition = self.caller.arn.split(':').nth(1).unwrap_or("aws");
        format!("arn:{partition}:iam::{}:{what}/", self.caller.account)
    }

    /// The ARN of the role or user that the request names, whatever its path. A user who is not named is the caller.
    fn arn(&self, state: &State) -> Result<String, ApiError> {
        let name = match (self.kind, self.form.get(self.kind.member())) {
            (Kind::User, None) => return Ok(self.caller.arn.clone()),
            _ => self.form.required(self.kind.member())?,
        };
        let start = self.start(&self.kind.word().to_lowercase());
        let mut all = state.principals.range(start.clone()..).take_while(|(arn, _)| arn.starts_with(&start));
        let found = all.find(|(arn, principal)| !principal.deleted && arn.rsplit('/').next() == Some(name));
        found.map(|(arn, _)| arn.clone()).ok_or_else(|| {
            no_such(&format!("The {} with name {name} cannot be found.", self.kind.word().to_lowercase()))
        })
    }

    /// The role or user that the request names.
    fn principal<'a>(&self, state: &'a mut State) -> Result<&'a mut Principal, ApiError> {
        let arn = self.arn(state)?;
        state.principals.get_mut(&arn).ok_or_else(|| no_such(&format!("{arn} cannot be found.")))
    }
}

fn no_such(message: &str) -> ApiError {
    ApiError { code: "NoSuchEntity".into(), message: Some(message.to_owned()), status: 404 }
}

fn conflict(code: &str, message: &str) -> ApiError {
    ApiError { code: code.to_owned(), message: Some(message.to_owned()), status: 409 }
}

fn malformed() -> ApiError {
    ApiError::new("MalformedPolicyDocument", "Syntax errors in policy.")
}
