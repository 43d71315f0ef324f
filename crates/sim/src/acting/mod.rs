//! Callers that a test makes up: sessions with any facts, and services of AWS that call KMS as they would.

mod services;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::caller::{Session, account_of, is_almighty};
use crate::sim::{Request, Sim};
use crate::state::State;
use crate::sts::{give_out, session_arn};
use services::{Actor, USES, Use};

/// A caller that a test makes up.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewCaller {
    /// ARN of a role, user or account's root that exists; absent with `service`.
    #[serde(default)]
    arn: Option<String>,
    /// Name of the role's session.
    #[serde(default)]
    session_name: Option<String>,
    /// The service that calls for the principal, such as `s3`.
    #[serde(default)]
    via: Option<String>,
    /// The principal of a service that calls as itself, such as `events.amazonaws.com`.
    #[serde(default)]
    service: Option<String>,
    /// The resource that the service calls for.
    #[serde(default)]
    source_arn: Option<String>,
    /// The account of that resource; absent, the one that its ARN names.
    #[serde(default)]
    source_account: Option<String>,
    #[serde(default)]
    source_ip: Option<String>,
    /// Condition keys and their values.
    #[serde(default)]
    facts: BTreeMap<String, OneOrMany>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// Gives out an access key for a caller.
pub(crate) fn caller(state: &mut State, now: f64, new: NewCaller) -> Result<Value, String> {
    let mut facts = BTreeMap::new();
    let mut say = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            facts.insert(name.to_owned(), vec![value.clone()]);
        }
    };
    let account = new.source_arn.as_deref().and_then(account_of).filter(|account| !account.is_empty());
    say("aws:sourcearn", &new.source_arn);
    say("aws:sourceaccount", &new.source_account.or(account));
    say("aws:sourceip", &new.source_ip);
    for (name, values) in new.facts {
        let values = match values {
            OneOrMany::One(value) => vec![value],
            OneOrMany::Many(values) => values,
        };
        if values.is_empty() {
            return Err(format!("{name} has no values"));
        }
        facts.insert(name.to_lowercase(), values);
    }
    let session = match (new.arn, new.service) {
        (Some(arn), None) => {
            let name = new.session_name.as_deref().unwrap_or("session");
            Session { via: new.via, facts, issued: now, ..session_of(state, &arn, name)? }
        }
        (None, Some(service)) if new.via.is_none() => {
            Session { service: Some(service), facts, issued: now, ..Session::default() }
        }
        _ => return Err("give either arn, perhaps with via, or service".into()),
    };
    Ok(json!({ "accessKey": give_out(state, session) }))
}

fn session_of(state: &State, arn: &str, name: &str) -> Result<Session, String> {
    if is_almighty(arn) {
        return Ok(Session { arn: arn.to_owned(), ..Session::default() });
    }
    let Some((arn, principal)) = state.principal_of(arn) else {
        return Err(format!("there is no {arn}; POST /_sim/principals makes one"));
    };
    let shown = if arn.contains(":role/") { session_arn(arn, name) } else { arn.to_owned() };
    Ok(Session { arn: shown, principal: Some((arn.to_owned(), principal.unique_id.clone())), ..Session::default() })
}

/// A use of a key by a service.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Act {
    service: String,
    #[serde(rename = "use")]
    name: String,
    /// ARN of the key.
    key: String,
    /// Who calls the service; absent, the user of the key's account whom IAM allows everything.
    #[serde(default, rename = "as")]
    caller: Option<String>,
    /// What stands in the encryption context.
    #[serde(default)]
    resource: Option<String>,
    /// The resource that the service calls for.
    #[serde(default)]
    source_arn: Option<String>,
    #[serde(default)]
    source_account: Option<String>,
    /// More pairs of the encryption context.
    #[serde(default)]
    context: BTreeMap<String, String>,
}

/// What `POST /_sim/act` may name.
pub(crate) fn known() -> Value {
    let uses = USES.iter().map(|entry| {
        let keys: Vec<&str> = entry.context.iter().map(|(key, _)| *key).collect();
        json!({
            "service": entry.service, "use": entry.name, "calls": entry.calls, "byGrant": entry.by_grant, "encryptionContext": keys,
        })
    });
    json!({ "uses": uses.collect::<Vec<_>>() })
}

/// Does with a key what a service does: each call in turn, whatever came of those before.
pub(crate) fn act(sim: &mut Sim, now: f64, act: &Act) -> Result<Value, String> {
    let found = USES.iter().find(|entry| entry.service == act.service && entry.name == act.name);
    let entry = found.ok_or_else(|| format!("{} {} is not known; see GET /_sim/act", act.service, act.name))?;
    let parts: Vec<&str> = act.key.split(':').collect();
    let ["arn", partition, "kms", region, account, _] = parts[..] else { return Err("key is the ARN of a key".into()) };
    let resource =
        act.resource.clone().unwrap_or_else(|| format!("arn:{partition}:example:{region}:{account}:resource"));
    let context = entry.context.iter().map(|(key, value)| {
        let value = if value.is_empty() { resource.clone() } else { (*value).to_owned() };
        ((*key).to_owned(), value)
    });
    let context: BTreeMap<String, String> = context.chain(act.context.clone()).collect();
    let play = Play { act, entry, region, context };
    let first = play.caller(sim, now, account, partition)?;
    let mut calls = vec![];
    for operation in entry.calls {
        calls.push(play.call(sim, now, &first, operation));
    }
    if !entry.by_grant.is_empty() {
        let service = NewCaller { service: Some(play.grantee()), ..NewCaller::default() };
        let grantee = caller(&mut sim.state, now, service)?;
        let grantee = grantee["accessKey"].as_str().unwrap_or_default().to_owned();
        for operation in entry.by_grant {
            calls.push(play.call(sim, now, &grantee, operation));
        }
    }
    let allowed = calls.iter().all(|call| call["status"] == 200);
    Ok(json!({ "allowed": allowed, "calls": calls, "encryptionContext": play.context }))
}

/// A use of one key.
struct Play<'a> {
    act: &'a Act,
    entry: &'static Use,
    region: &'a str,
    context: BTreeMap<String, String>,
}

impl Play<'_> {
    /// An access key of who calls.
    fn caller(&self, sim: &mut Sim, now: f64, account: &str, partition: &str) -> Result<String, String> {
        let source_arn = self.act.source_arn.clone();
        let new = match self.entry.actor {
            Actor::Via(host) => NewCaller {
                arn: self.act.caller.clone().or_else(|| Some(format!("arn:{partition}:iam::{account}:user/default"))),
                via: Some(host.to_owned()),
                ..NewCaller::default()
            },
            Actor::Itself(_) | Actor::InRegion(_) if self.act.caller.is_some() => {
                return Err("the service calls as itself: leave out as".into());
            }
            Actor::Itself(principal) => NewCaller {
                service: Some(principal.to_owned()),
                source_arn: source_arn.filter(|_| self.entry.source),
                source_account: self.act.source_account.clone().filter(|_| self.entry.source),
                ..NewCaller::default()
            },
            Actor::InRegion(name) => NewCaller { service: Some(self.in_region(name)), ..NewCaller::default() },
        };
        let given = caller(&mut sim.state, now, new)?;
        let key = given["accessKey"].as_str().unwrap_or_default().to_owned();
        if let Some(session) = sim.state.sessions.get_mut(&key) {
            session.for_resource = self.entry.for_resource;
        }
        Ok(key)
    }

    fn in_region(&self, name: &str) -> String {
        format!("{name}.{}.amazonaws.com", self.region)
    }

    /// The principal that gets the service's grant.
    fn grantee(&self) -> String {
        match self.entry.actor {
            Actor::Via(name) | Actor::InRegion(name) => self.in_region(name),
            Actor::Itself(principal) => principal.to_owned(),
        }
    }

    /// One call and what came of it.
    fn call(&self, sim: &mut Sim, now: f64, access_key: &str, operation: &str) -> Value {
        let body = self.body(&sim.state, operation);
        let (region, access_key) = (self.region.to_owned(), access_key.to_owned());
        let answer = sim.handle(now, &Request { region, access_key, operation: operation.to_owned(), body });
        let text = answer.body.get("message").or_else(|| answer.body.get("Message"));
        json!({ "operation": operation, "status": answer.status, "code": answer.body.get("__type"), "message": text })
    }

    fn body(&self, state: &State, operation: &str) -> Value {
        let mut body = json!({ "KeyId": self.act.key });
        let context = json!(self.context);
        match operation {
            "CreateGrant" => {
                body["GranteePrincipal"] = json!(self.grantee());
                body["RetiringPrincipal"] = json!(self.grantee());
                body["Operations"] = json!(self.entry.by_grant);
                if !self.context.is_empty() {
                    body["Constraints"] = json!({ "EncryptionContextSubset": context });
                }
            }
            "Encrypt" => {
                body["Plaintext"] = json!(BASE64.encode("data"));
                body["EncryptionContext"] = context;
            }
            "Decrypt" => {
                body["CiphertextBlob"] = json!(BASE64.encode(self.sealed(state)));
                body["EncryptionContext"] = context;
            }
            "GenerateDataKey" | "GenerateDataKeyWithoutPlaintext" => {
                body["KeySpec"] = json!("AES_256");
                body["EncryptionContext"] = context;
            }
            "Sign" => {
                body["Message"] = json!(BASE64.encode("data"));
                body["SigningAlgorithm"] = json!("ECDSA_SHA_256");
            }
            _ => {}
        }
        body
    }

    /// Something that the service has encrypted before.
    fn sealed(&self, state: &State) -> Vec<u8> {
        let id = self.act.key.rsplit('/').next().unwrap_or_default();
        let key = state.key(self.region, id).filter(|key| key.is_symmetric());
        let mut rng = ChaCha20Rng::seed_from_u64(state.seed);
        let sealed = key.and_then(|key| Some(key.current()?.encrypt(&key.id, b"data", &self.context, &mut rng)));
        sealed.unwrap_or_else(|| b"none".to_vec())
    }
}
