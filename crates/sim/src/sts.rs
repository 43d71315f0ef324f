//! As much STS and IAM as policies need: who am I, taking a role, and making principals that policies may name.
//!
//! Both speak the AWS query protocol: a form in, XML out.

mod own_policies;

use std::collections::BTreeMap;

use crate::authorize::{self, Caller};
use crate::error::ApiError;
use crate::material::{digest, hex};
use crate::policy;
use crate::sim::Sim;
use crate::state::Principal;

/// The answer to a form: XML, or an error.
pub(crate) fn answer(
    sim: &mut Sim,
    now: f64,
    access_key: &str,
    form: &BTreeMap<String, String>,
) -> Result<(String, bool), ApiError> {
    let caller = authorize::caller(&sim.state, access_key);
    let action = form.get("Action").map_or("", String::as_str);
    let now = now + sim.state.clock_offset;
    match action {
        "GetCallerIdentity" => Ok((
            result(
                "sts",
                action,
                &format!(
                    "<Arn>{}</Arn><UserId>{}</UserId><Account>{}</Account>",
                    caller.arn,
                    unique_id("AIDA", &caller.arn),
                    caller.account
                ),
            ),
            false,
        )),
        "AssumeRole" | "AssumeRoleWithWebIdentity" => assume_role(sim, form, action, now).map(|xml| (xml, true)),
        "CreateRole" | "CreateUser" => Ok((create(sim, form, action, &caller, now), true)),
        "GetRole" | "GetUser" => get(sim, form, action, &caller).map(|xml| (xml, false)),
        "PutRolePolicy" | "PutUserPolicy" => own_policies::put(sim, form, action, &caller).map(|xml| (xml, true)),
        "GetRolePolicy" | "GetUserPolicy" => own_policies::get(sim, form, action, &caller).map(|xml| (xml, false)),
        "ListRolePolicies" | "ListUserPolicies" => {
            own_policies::list(sim, form, action, &caller).map(|xml| (xml, false))
        }
        "DeleteRolePolicy" | "DeleteUserPolicy" => {
            own_policies::delete(sim, form, action, &caller).map(|xml| (xml, true))
        }
        "DeleteRole" | "DeleteUser" => delete(sim, form, action, &caller).map(|xml| (xml, true)),
        other => Err(ApiError::new("InvalidAction", format!("Could not find operation {other}"))),
    }
}

/// An error in the query protocol.
pub(crate) fn error_xml(error: &ApiError) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error></ErrorResponse>",
        error.code,
        escaped(error.message.as_deref().unwrap_or_default())
    )
}

fn assume_role(sim: &mut Sim, form: &BTreeMap<String, String>, action: &str, now: f64) -> Result<String, ApiError> {
    let role = form.get("RoleArn").cloned().unwrap_or_default();
    let session = form.get("RoleSessionName").cloned().unwrap_or_default();
    let known = sim.state.principals.get(&role).is_some_and(|principal| !principal.deleted);
    if !known {
        return Err(ApiError {
            code: "AccessDenied".into(),
            message: Some(format!("The role {role} does not exist or may not be assumed.")),
            status: 403,
        });
    }
    let account = policy::account_of(&role).unwrap_or_default();
    let name = role.rsplit('/').next().unwrap_or_default();
    let arn = format!("arn:aws:sts::{account}:assumed-role/{name}/{session}");
    let count = sim.state.sessions.len();
    let key = format!("ASIA{}", &hex(&digest(&format!("{arn}#{count}")))[..16].to_uppercase());
    // A role with a path is known by its full ARN, so the session remembers the principal that it stands for.
    sim.state.sessions.insert(key.clone(), arn.clone());
    let expires = rfc3339(now + 3600.0);
    Ok(result(
        "sts",
        action,
        &format!(
            "<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>simulated</SecretAccessKey>\
         <SessionToken>simulated</SessionToken><Expiration>{expires}</Expiration></Credentials>\
         <AssumedRoleUser><Arn>{arn}</Arn><AssumedRoleId>{}:{session}</AssumedRoleId></AssumedRoleUser>",
            unique_id("AROA", &role)
        ),
    ))
}

fn principal_arn(form: &BTreeMap<String, String>, action: &str, caller: &Caller) -> String {
    let (kind, member) = if action.contains("Role") { ("role", "RoleName") } else { ("user", "UserName") };
    let path = form.get("Path").map_or("/", String::as_str);
    let name = form.get(member).map_or("", String::as_str);
    format!("arn:aws:iam::{}:{kind}{path}{name}", caller.account)
}

fn create(sim: &mut Sim, form: &BTreeMap<String, String>, action: &str, caller: &Caller, now: f64) -> String {
    let arn = principal_arn(form, action, caller);
    let made_before = sim.state.principals.get(&arn).map_or(0, |principal| principal.unique_id.len());
    let prefix = if action == "CreateRole" { "AROA" } else { "AIDA" };
    // A principal that is made again is another one, with another unique ID.
    let unique_id = unique_id(prefix, &format!("{arn}#{made_before}#{now}"));
    let principal = Principal {
        unique_id,
        known_from: now,
        deleted: false,
        allowed: vec![],
        denied: vec![],
        policies: BTreeMap::new(),
    };
    let xml = described(&arn, &principal, action);
    sim.state.principals.insert(arn, principal);
    xml
}

fn get(sim: &Sim, form: &BTreeMap<String, String>, action: &str, caller: &Caller) -> Result<String, ApiError> {
    let arn = principal_arn(form, action, caller);
    let principal =
        sim.state.principals.get(&arn).filter(|principal| !principal.deleted).ok_or_else(|| no_such(&arn))?;
    Ok(described(&arn, principal, action))
}

fn delete(sim: &mut Sim, form: &BTreeMap<String, String>, action: &str, caller: &Caller) -> Result<String, ApiError> {
    let arn = principal_arn(form, action, caller);
    let principal =
        sim.state.principals.get_mut(&arn).filter(|principal| !principal.deleted).ok_or_else(|| no_such(&arn))?;
    if !principal.policies.is_empty() {
        return Err(ApiError {
            code: "DeleteConflict".into(),
            message: Some("Cannot delete entity, must delete policies first.".into()),
            status: 409,
        });
    }
    principal.deleted = true;
    Ok(result("iam", action, ""))
}

fn no_such(arn: &str) -> ApiError {
    ApiError { code: "NoSuchEntity".into(), message: Some(format!("{arn} cannot be found.")), status: 404 }
}

fn described(arn: &str, principal: &Principal, action: &str) -> String {
    let kind = if action.ends_with("Role") { "Role" } else { "User" };
    let name = arn.rsplit('/').next().unwrap_or_default();
    result(
        "iam",
        action,
        &format!(
            "<{kind}><Path>/</Path><{kind}Name>{name}</{kind}Name><{kind}Id>{}</{kind}Id><Arn>{arn}</Arn>\
         <CreateDate>{}</CreateDate></{kind}>",
            principal.unique_id,
            rfc3339(principal.known_from)
        ),
    )
}

fn result(service: &str, action: &str, inside: &str) -> String {
    let namespace = match service {
        "iam" => "https://iam.amazonaws.com/doc/2010-05-08/",
        _ => "https://sts.amazonaws.com/doc/2011-06-15/",
    };
    format!(
        "<{action}Response xmlns=\"{namespace}\"><{action}Result>{inside}</{action}Result>\
         <ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata></{action}Response>"
    )
}

pub(crate) fn unique_id(prefix: &str, of: &str) -> String {
    format!("{prefix}{}", &hex(&digest(of))[..17].to_uppercase())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Civil date of a time, by the proleptic Gregorian calendar.
fn rfc3339(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds of a date")]
    let total = seconds.floor() as i64;
    let (days, rest) = (total.div_euclid(86_400), total.rem_euclid(86_400));
    // Days since 0000-03-01; years begin in March, so that leap days come last.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn dates() {
        assert_eq!(rfc3339(0.0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_400.0), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(1_709_251_199.9), "2024-02-29T23:59:59Z");
    }
}
