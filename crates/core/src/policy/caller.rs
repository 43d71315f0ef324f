//! Whom a statement's principal means.

use serde_json::Value;

use super::grammar::texts;
use super::truth::Truth;

/// A principal whose access is judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller<'a> {
    arn: &'a str,
    pub(super) account: Option<&'a str>,
    pub(super) kind: Kind<'a>,
}

/// What sort of principal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// The root user of an account.
    Root,
    /// An IAM user, with its name behind the path.
    User(&'a str),
    /// A role as such: what all of its sessions have in common.
    Role(&'a str),
    /// One session of the role of this name. Its ARN does not show the role's path.
    Session(&'a str),
    /// A session of a federated user.
    Federated,
    /// A service of AWS, by its principal such as `logs.eu-west-1.amazonaws.com`.
    Service,
    /// Anybody who is named nowhere else.
    Anyone,
}

/// How a statement names a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    /// By its own name, or everybody.
    pub(super) directly: Truth,
    /// By its account only: IAM policies of that account decide what it gets.
    pub(super) by_account: Truth,
}

impl Named {
    pub(super) fn at_all(self) -> Truth {
        self.directly.or(self.by_account)
    }
}

impl<'a> Caller<'a> {
    /// Reads an ARN, an account ID, a service principal, or `*` for anyone; `None` for other text.
    pub(super) fn parse(principal: &'a str) -> Option<Self> {
        if principal == "*" {
            return Some(Self { arn: principal, account: None, kind: Kind::Anyone });
        }
        if is_account(principal) {
            return Some(Self { arn: principal, account: Some(principal), kind: Kind::Root });
        }
        let Some((service, account, resource)) = parts(principal) else {
            let service = principal.contains(".amazonaws.com") && !principal.contains(':');
            return service.then_some(Self { arn: principal, account: None, kind: Kind::Service });
        };
        let kind = match (service, resource.split_once('/')) {
            ("iam", None) if resource == "root" => Kind::Root,
            ("iam", Some(("user", path))) => Kind::User(last(path)),
            ("iam", Some(("role", path))) => Kind::Role(last(path)),
            ("sts", Some(("assumed-role", session))) => Kind::Session(session.split_once('/')?.0),
            ("sts", Some(("federated-user", _))) => Kind::Federated,
            _ => return None,
        };
        Some(Self { arn: principal, account: Some(account), kind })
    }

    /// How a `Principal` names this caller.
    pub(super) fn named_by(&self, principal: &Value) -> Named {
        let names = names(principal);
        let by = |test: &dyn Fn(&Name<'_>) -> Truth| Truth::any(names.iter().map(test));
        Named { directly: by(&|name| self.is(name)), by_account: by(&|name| self.belongs_to(name).into()) }
    }

    /// Whether a `NotPrincipal` excepts this caller. AWS may look at the account, the role and the session one after the
    /// other, so a caller is safely excepted only with its account; with a part of them nobody can tell
    /// (IAM user guide, "IAM JSON policy elements: `NotPrincipal`").
    pub(super) fn excepted_by(&self, not_principal: &Value) -> Truth {
        let names = names(not_principal);
        let itself = Truth::any(names.iter().map(|name| self.is(name)));
        let account = names.iter().any(|name| matches!(name, Name::Anybody) || self.belongs_to(name));
        match (itself, account, self.kind) {
            (own, _, Kind::Service | Kind::Root | Kind::Anyone) => own,
            (own, true, _) => own.or(Truth::Maybe),
            (Truth::No, false, _) => Truth::No,
            (_, false, _) => Truth::Maybe,
        }
    }

    fn is(&self, name: &Name<'_>) -> Truth {
        match name {
            Name::Anybody => Truth::Yes,
            Name::Aws(name) => self.is_aws(name),
            Name::Service(name) => (self.kind == Kind::Service && *name == self.arn).into(),
            // Which identity provider stands behind a session cannot be seen from its ARN.
            Name::Other => Truth::from(matches!(self.kind, Kind::Session(_) | Kind::Federated)).and(Truth::Maybe),
        }
    }

    fn is_aws(&self, name: &str) -> Truth {
        if name == self.arn || (self.kind == Kind::Root && self.belongs_to(&Name::Aws(name))) {
            return Truth::Yes;
        }
        let Some(named) = Caller::parse(name) else { return Truth::No };
        let same_account = self.account.is_some() && self.account == named.account;
        match (self.kind, named.kind) {
            // The name of a role is unique in its account, whatever its path.
            (Kind::Session(role), Kind::Role(named)) if same_account => (role == named).into(),
            // A statement for one session says something about some of the role's calls.
            (Kind::Role(role), Kind::Session(named)) if same_account => Truth::from(role == named).and(Truth::Maybe),
            // A user starts the session of a federated user and gives it a name of its own choice; what the user is
            // allowed, the session can be (IAM user guide, "Permissions for GetFederationToken").
            (Kind::Federated, Kind::User(_)) if same_account => Truth::Maybe,
            _ => Truth::No,
        }
    }

    fn belongs_to(&self, name: &Name<'_>) -> bool {
        let Name::Aws(name) = name else { return false };
        let Some(named) = Caller::parse(name).filter(|named| named.kind == Kind::Root) else { return false };
        self.account.is_some() && self.account == named.account
    }
}

/// One name in a principal element.
#[derive(Debug)]
enum Name<'a> {
    Anybody,
    Aws(&'a str),
    Service(&'a str),
    Other,
}

fn names(principal: &Value) -> Vec<Name<'_>> {
    if principal == "*" {
        return vec![Name::Anybody];
    }
    let kinds = principal.as_object().into_iter().flatten();
    kinds.flat_map(|(kind, value)| items(value).map(move |name| named(kind, name))).collect()
}

fn named<'a>(kind: &str, name: &'a str) -> Name<'a> {
    match kind {
        "AWS" if name == "*" => Name::Anybody,
        "AWS" => Name::Aws(name),
        "Service" => Name::Service(name),
        _ => Name::Other,
    }
}

fn items(value: &Value) -> impl Iterator<Item = &str> {
    let list = match value {
        Value::Array(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    };
    list.iter().filter_map(Value::as_str)
}

/// Service, account and resource of an ARN of IAM or STS.
pub(super) fn parts(arn: &str) -> Option<(&str, &str, &str)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, service @ ("iam" | "sts"), "", account, resource] = parts.as_slice() else { return None };
    Some((service, account, resource))
}

/// Whether a name is the 12 digits of an account.
pub(super) fn is_account(name: &str) -> bool {
    name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit())
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// ARNs, account IDs and unique IDs that a document's statements name, once each, sorted; `*` is none of them.
pub(super) fn aws_names(document: &Value) -> std::collections::BTreeSet<String> {
    let principals = super::grammar::statements(document)
        .iter()
        .flat_map(|statement| ["Principal", "NotPrincipal"].map(|element| statement.get(element)))
        .flatten();
    let names = principals.filter_map(|principal| principal.get("AWS")).filter_map(texts).flatten();
    names.filter(|name| name != "*").collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Caller, Kind, Truth};

    const ROLE: &str = "arn:aws:iam::111122223333:role/team/Deploy";
    const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Deploy/run-7";

    fn caller(arn: &str) -> Caller<'_> {
        Caller::parse(arn).expect("a principal")
    }

    #[test]
    fn reads_every_kind_of_principal() {
        assert_eq!(caller(ROLE).kind, Kind::Role("Deploy"));
        assert_eq!(caller(SESSION).kind, Kind::Session("Deploy"));
        assert_eq!(caller("arn:aws-cn:iam::111122223333:user/a/b").kind, Kind::User("b"));
        assert_eq!(caller("111122223333").kind, Kind::Root);
        assert_eq!(caller("logs.eu-west-1.amazonaws.com").kind, Kind::Service);
        for bad in ["AROAEXAMPLE", "arn:aws:s3:::b", "arn:aws:iam::111122223333:group/g", ""] {
            assert!(Caller::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_session_is_its_role_whatever_the_role_s_path() {
        let named = |name: &str| caller(SESSION).named_by(&json!({ "AWS": name }));
        assert_eq!(named(ROLE).directly, Truth::Yes);
        assert_eq!(named(SESSION).directly, Truth::Yes);
        assert_eq!(named("arn:aws:sts::111122223333:assumed-role/Deploy/run-8").directly, Truth::No);
        assert_eq!(named("arn:aws:iam::444455556666:role/Deploy").at_all(), Truth::No);
        let root = named("111122223333");
        assert_eq!((root.directly, root.by_account), (Truth::No, Truth::Yes));
    }

    #[test]
    fn a_role_as_such_has_not_what_one_of_its_sessions_has() {
        assert_eq!(caller(ROLE).named_by(&json!({ "AWS": SESSION })).directly, Truth::Maybe);
    }

    #[test]
    fn a_federated_user_may_be_any_user_s() {
        let federated = caller("arn:aws:sts::111122223333:federated-user/bob");
        let named = |name: &str| federated.named_by(&json!({ "AWS": name })).directly;
        assert_eq!(named("arn:aws:iam::111122223333:user/ann"), Truth::Maybe);
        assert_eq!(named("arn:aws:iam::444455556666:user/bob"), Truth::No);
        assert_eq!(named(ROLE), Truth::No);
    }

    #[test]
    fn an_exception_holds_for_sure_only_with_the_account() {
        let excepted = |names: &[&str]| caller(SESSION).excepted_by(&json!({ "AWS": names }));
        assert_eq!(excepted(&[ROLE, "111122223333"]), Truth::Yes);
        assert_eq!(excepted(&[ROLE]), Truth::Maybe);
        assert_eq!(excepted(&["111122223333"]), Truth::Maybe);
        assert_eq!(excepted(&["arn:aws:iam::111122223333:role/Other"]), Truth::No);
    }
}
