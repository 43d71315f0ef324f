//! What tests ask of the simulator itself, under `/_sim/`.

mod shares;
mod stores;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::acting;
use crate::faults::{Effect, Fault};
use crate::key::KeyState;
use crate::sim::Sim;
use crate::state::{Details, Principal, State};
use crate::sts::unique_id;

/// A principal that a test makes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewPrincipal {
    arn: String,
    /// Actions that its IAM policies allow.
    #[serde(default)]
    allow: Vec<String>,
    /// Actions that its IAM policies deny.
    #[serde(default)]
    deny: Vec<String>,
    /// Seconds until KMS knows it.
    #[serde(default)]
    after_seconds: f64,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Clock {
    advance_seconds: f64,
}

/// A state that a test puts a key into.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Forced {
    arn: String,
    state: String,
}

/// Answers a control request: status, body, and whether the state changed.
pub(crate) fn answer(
    sim: &mut Sim,
    now: f64,
    method: &str,
    path: &str,
    query: &str,
    body: &[u8],
) -> (u16, Value, bool) {
    let result = match (method, path) {
        ("GET", "/_sim/health") => Ok((json!({ "status": "ok", "keys": sim.state.keys.len() }), false)),
        ("GET", "/_sim/journal") => Ok((journal(sim, query), false)),
        ("DELETE", "/_sim/journal") => {
            sim.journal.clear();
            Ok((json!({}), false))
        }
        ("GET", "/_sim/keys") => Ok((keys(sim), false)),
        ("GET", "/_sim/faults") => Ok((json!({ "faults": sim.faults }), false)),
        ("POST", "/_sim/faults") => read::<Fault>(body).and_then(matchable).map(|fault| {
            sim.faults.push(fault);
            (json!({ "faults": sim.faults.len() }), false)
        }),
        ("DELETE", "/_sim/faults") => {
            sim.faults.clear();
            Ok((json!({}), false))
        }
        ("POST", "/_sim/principals") => read::<NewPrincipal>(body).map(|new| (principal(sim, now, new), true)),
        ("POST", "/_sim/callers") => read(body).and_then(|new| {
            let now = now + sim.state.clock_offset;
            acting::caller(&mut sim.state, now, new).map(|answer| (answer, true))
        }),
        ("GET", "/_sim/act") => Ok((acting::known(), false)),
        ("POST", "/_sim/act") => read(body).and_then(|act| acting::act(sim, now, &act)).map(|answer| (answer, true)),
        ("GET", "/_sim/clock") => Ok((json!({ "now": now + sim.state.clock_offset }), false)),
        ("POST", "/_sim/clock") => read::<Clock>(body).and_then(|clock| reasonable(sim, clock)).map(|clock| {
            sim.state.clock_offset += clock.advance_seconds;
            let now = now + sim.state.clock_offset;
            sim.state.settle(now);
            (json!({ "now": now }), true)
        }),
        ("GET", "/_sim/options") => Ok((json!(sim.state.options), false)),
        ("POST", "/_sim/options") => read::<Value>(body).and_then(|by| sim.state.options.changed(&by)).map(|options| {
            sim.state.options = options;
            (json!(sim.state.options), true)
        }),
        ("POST", "/_sim/keys") => read::<Forced>(body).and_then(|forced| force(sim, now, &forced)),
        ("POST", "/_sim/shares") => read(body).and_then(|new| shares::put(sim, new)),
        ("GET", "/_sim/stores") => Ok((stores::list(sim), false)),
        ("POST", "/_sim/stores") => read(body).and_then(|wanted| stores::put(sim, wanted)),
        ("POST", "/_sim/reset") => {
            *sim = Sim::new(State::new(sim.state.seed, sim.state.options.clone()));
            Ok((json!({}), true))
        }
        _ => return (404, json!({ "error": format!("there is no {method} {path}; see docs/simulator.md") }), false),
    };
    match result {
        Ok((body, changed)) => (200, body, changed),
        Err(error) => (400, json!({ "error": error }), false),
    }
}

fn force(sim: &mut Sim, now: f64, forced: &Forced) -> Result<(Value, bool), String> {
    let to = KeyState::of_name(&forced.state).ok_or_else(|| format!("{} is no state of keys", forced.state))?;
    let now = now + sim.state.clock_offset;
    let found = sim.state.keys.values().find(|key| key.arn == forced.arn);
    let name = found.map(|key| (key.region.clone(), key.id.clone()));
    let key = name.and_then(|(region, id)| sim.state.key_mut(&region, &id));
    let key = key.ok_or_else(|| format!("there is no key {}", forced.arn))?;
    key.when_available = (to == KeyState::Unavailable).then_some(key.state);
    key.state = to;
    key.passing = None;
    let pending = matches!(to, KeyState::PendingDeletion | KeyState::PendingReplicaDeletion);
    key.pending_window_days = if pending { 30.0 } else { 0.0 };
    key.deletion = (to == KeyState::PendingDeletion).then_some(now + 30.0 * 86_400.0);
    Ok((json!({ "arn": forced.arn, "state": to.name() }), true))
}

fn read<T: for<'a> Deserialize<'a>>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

/// A clock that stays within what dates can show.
fn reasonable(sim: &Sim, clock: Clock) -> Result<Clock, String> {
    let sum = sim.state.clock_offset + clock.advance_seconds;
    if sum.abs() <= 3.2e9 { Ok(clock) } else { Err("the clock is ahead by at most 3.2e9 seconds".into()) }
}

/// A rule that can match at all.
fn matchable(fault: Fault) -> Result<Fault, String> {
    if fault.probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
        return Err("probability is from 0 to 1".into());
    }
    if let Effect::Error { status, .. } = fault.effect
        && !(400..=599).contains(&status)
    {
        return Err("status is from 400 to 599".into());
    }
    Ok(fault)
}

fn journal(sim: &Sim, query: &str) -> Value {
    let since = query.split('&').find_map(|pair| pair.strip_prefix("since=")).and_then(|n| n.parse::<u64>().ok());
    let entries: Vec<_> = sim.journal.iter().filter(|entry| since.is_none_or(|since| entry.seq > since)).collect();
    json!({ "calls": entries })
}

fn keys(sim: &Sim) -> Value {
    let keys = sim.state.keys.values().map(|key| {
        let aliases: Vec<&str> = sim
            .state
            .aliases
            .iter()
            .filter(|((_, region, _), alias)| *region == key.region && alias.key_id == key.id)
            .map(|((_, _, name), _)| name.as_str())
            .collect();
        json!({
            "arn": key.arn, "state": key.state.name(), "spec": key.spec, "description": key.description, "tags": key.tags,
            "aliases": aliases, "rotationPeriodInDays": key.rotation.as_ref().map(|rotation| rotation.period_days),
            "policy": key.policy.parts(),
        })
    });
    json!({ "keys": keys.collect::<Vec<_>>() })
}

fn principal(sim: &mut Sim, now: f64, new: NewPrincipal) -> Value {
    let prefix = if new.arn.contains(":user/") { "AIDA" } else { "AROA" };
    let known_from = now + sim.state.clock_offset + new.after_seconds;
    let unique_id = unique_id(prefix, &format!("{}#{known_from}", new.arn));
    let answer = json!({ "arn": new.arn, "uniqueId": unique_id });
    let principal = Principal {
        unique_id,
        known_from,
        deleted: false,
        allowed: new.allow,
        denied: new.deny,
        policies: BTreeMap::new(),
        attached: BTreeSet::new(),
        tags: new.tags,
        details: Details::default(),
    };
    sim.state.principals.insert(new.arn, principal);
    answer
}
