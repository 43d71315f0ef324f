//! As much STS as callers need: who am I, and taking a role.

use crate::caller::{Caller, Session, account_of};
use crate::dates::rfc3339;
use crate::error::ApiError;
use crate::material::{digest, hex};
use crate::query::{Form, Xml};
use crate::sim::Sim;
use crate::state::State;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The answer to an action and whether the state changed; `None` for actions of other services.
pub(crate) fn answer(
    sim: &mut Sim,
    now: f64,
    caller: &Caller,
    action: &str,
    form: &Form,
) -> Option<Result<(String, bool), ApiError>> {
    match action {
        "GetCallerIdentity" => Some(Ok((who(caller).answer(NAMESPACE, action), false))),
        "AssumeRole" | "AssumeRoleWithWebIdentity" => {
            Some(assume_role(&mut sim.state, form, now).map(|xml| (xml.answer(NAMESPACE, action), true)))
        }
        _ => None,
    }
}

fn who(caller: &Caller) -> Xml {
    let id = caller.unique_id().map_or_else(|| unique_id("AIDA", &caller.arn), str::to_owned);
    let id = match caller.arn.rsplit_once('/') {
        Some((_, session)) if caller.arn.contains(":assumed-role/") => format!("{id}:{session}"),
        _ => id,
    };
    Xml::default().text("Arn", &caller.arn).text("UserId", id).text("Account", &caller.account)
}

fn assume_role(state: &mut State, form: &Form, now: f64) -> Result<Xml, ApiError> {
    let role = form.required("RoleArn")?.to_owned();
    let name = form.required("RoleSessionName")?;
    let seconds = form.get("DurationSeconds").and_then(|seconds| seconds.parse().ok()).unwrap_or(3600.0);
    let known = state.principals.get(&role).filter(|principal| !principal.deleted);
    let Some(principal) = known.filter(|_| role.contains(":role/")) else {
        return Err(ApiError {
            code: "AccessDenied".into(),
            message: Some(format!("The role {role} does not exist or may not be assumed.")),
            status: 403,
        });
    };
    let arn = session_arn(&role, name);
    let id = principal.unique_id.clone();
    let session = Session {
        arn: arn.clone(),
        principal: Some((role, id.clone())),
        issued: now,
        facts: [("aws:tokenissuetime".to_owned(), vec![rfc3339(now)])].into(),
        ..Session::default()
    };
    let key = give_out(state, session);
    let credentials = Xml::default()
        .text("AccessKeyId", key)
        .text("SecretAccessKey", "simulated")
        .text("SessionToken", "simulated")
        .text("Expiration", rfc3339(now + seconds));
    let user = Xml::default().text("Arn", arn).text("AssumedRoleId", format!("{id}:{name}"));
    Ok(Xml::default().element("Credentials", &credentials).element("AssumedRoleUser", &user))
}

/// The ARN of a session: it has not the path of its role.
pub(crate) fn session_arn(role: &str, session: &str) -> String {
    let partition = role.split(':').nth(1).unwrap_or_default();
    let account = account_of(role).unwrap_or_default();
    let name = role.rsplit('/').next().unwrap_or_default();
    format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session}")
}

/// Makes an access key that stands for a session.
pub(crate) fn give_out(state: &mut State, session: Session) -> String {
    let count = state.sessions.len();
    let key = format!("ASIA{}", &hex(&digest(&format!("{}#{count}", session.arn)))[..16].to_uppercase());
    state.sessions.insert(key.clone(), session);
    key
}

/// A unique ID of IAM's.
pub(crate) fn unique_id(prefix: &str, of: &str) -> String {
    format!("{prefix}{}", &hex(&digest(of))[..17].to_uppercase())
}
