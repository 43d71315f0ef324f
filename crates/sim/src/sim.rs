//! The service as one pure function.

use std::collections::VecDeque;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::control;
use crate::dates;
use crate::error::ApiError;
use crate::faults::{self, Effect, Fault};
use crate::grant::token;
use crate::journal::{self, Entry};
use crate::lag::{self, History};
use crate::ops;
use crate::policy;
use crate::query;
use crate::quotas::Buckets;
use crate::state::State;
use crate::wire::{self, Scope};

/// How many calls the journal keeps; a server that runs for long must not grow with it.
const JOURNAL: usize = 20_000;

/// A call of KMS.
#[derive(Debug, Clone)]
pub struct Request {
    /// Region of the credential scope.
    pub region: String,
    /// Access key of the credential scope.
    pub access_key: String,
    /// The operation, such as `CreateKey`.
    pub operation: String,
    /// The body.
    pub body: Value,
}

/// What comes of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
    /// What happens to the connection instead of, or before, the answer.
    pub fault: Option<Effect>,
    /// Whether the state changed.
    pub changed: bool,
}

/// The service with its state, its faults and its journal.
#[derive(Debug, Default)]
pub struct Sim {
    pub(crate) state: State,
    pub(crate) faults: Vec<Fault>,
    pub(crate) journal: VecDeque<Entry>,
    pub(crate) calls: u64,
    pub(crate) buckets: Buckets,
    pub(crate) history: History,
}

/// What an operation sees.
pub(crate) struct Call<'a> {
    pub(crate) now: f64,
    pub(crate) region: &'a str,
    pub(crate) caller: Caller,
    pub(crate) operation: &'a str,
    pub(crate) rng: ChaCha20Rng,
}

impl Sim {
    /// A service with this state.
    pub fn new(state: State) -> Self {
        Self { state, ..Self::default() }
    }

    /// Answers a call. `now` is in seconds since 1970; the virtual clock is ahead of it by what tests have set.
    pub fn handle(&mut self, now: f64, request: &Request) -> Answer {
        let now = now + self.state.clock_offset;
        self.calls += 1;
        let caller = Caller::of(&self.state, &request.access_key, &request.region);
        let fault = self.fault(request);
        let refusal = fault.as_ref().and_then(|fault| fault.refusal(&caller.arn, &request.operation));
        let (principal, account) = (caller.arn.clone(), caller.account.clone());
        let (result, changed) = match refusal {
            Some(error) => (Err(error), false),
            None if fault.as_ref().is_some_and(Effect::prevents) => (Ok(Value::Null), false),
            None => match self.within_quotas(now, &account, request) {
                Ok(()) => self.consistently(now, caller, request),
                Err(error) => (Err(error), false),
            },
        };
        let (status, body, code) = match result {
            Ok(mut body) => {
                dates::in_milliseconds(&mut body);
                (200, body, None)
            }
            Err(error) => (error.status, error.body(), Some(error.code)),
        };
        let unanswered = fault.as_ref().is_some_and(Effect::silences);
        if self.journal.len() >= JOURNAL {
            self.journal.pop_front();
        }
        self.journal.push_back(Entry {
            seq: self.calls,
            time: now,
            region: request.region.clone(),
            operation: request.operation.clone(),
            principal,
            effect: changed,
            status: if unanswered { 0 } else { status },
            code,
            request: journal::without_secrets(&request.body),
        });
        Answer { status, body, fault, changed }
    }

    /// Another service with the same keys and clock, without this one's faults and journal.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self::new(self.state.clone())
    }

    /// A control request, as over HTTP: `control(now, "POST", "clock", …)` stands for `POST /_sim/clock`.
    ///
    /// # Errors
    /// The service refuses it; the text says why.
    pub fn control(&mut self, now: f64, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let path = format!("/_sim/{path}");
        let (status, answer, _) = control::answer(self, now, method, &path, query, body.to_string().as_bytes());
        if status == 200 { Ok(answer) } else { Err(answer.to_string()) }
    }

    /// A signed request of STS or IAM, a form: HTTP status and XML.
    pub fn query(&mut self, now: f64, authorization: &str, body: &[u8]) -> (u16, String) {
        let answer = match Scope::read(authorization) {
            Some(scope) => query::answer(self, now, &scope.access_key, &scope.region, body),
            None => Err(wire::unsigned()),
        };
        match answer {
            Ok((xml, _)) => (200, xml),
            Err(error) => (error.status, query::error_xml(&error)),
        }
    }

    /// Does again what a call did before a restart, without faults and journal.
    pub fn replay(&mut self, now: f64, request: &Request) {
        let now = now + self.state.clock_offset;
        let caller = Caller::of(&self.state, &request.access_key, &request.region);
        drop(self.perform(now, caller, request));
    }

    fn fault(&mut self, request: &Request) -> Option<Effect> {
        let (seed, call) = (self.state.seed, self.calls);
        let chance = |position: u64| {
            let mut rng = ChaCha20Rng::seed_from_u64(seed.wrapping_add(position) ^ 0x0066_6175_6c74);
            rng.set_stream(call);
            lag::unit(&mut rng)
        };
        faults::take(&mut self.faults, &request.operation, &request.region, &chance)
    }

    fn within_quotas(&mut self, now: f64, account: &str, request: &Request) -> Result<(), ApiError> {
        if !self.state.options.quotas {
            return Ok(());
        }
        self.buckets.take(now, account, &request.region, &request.operation, &request.body)
    }

    /// As [`Self::perform`], but a late call sees the service as it was: a reading one answers from there, and a changing
    /// one is refused if it would have been.
    fn consistently(&mut self, now: f64, caller: Caller, request: &Request) -> (Result<Value, ApiError>, bool) {
        if self.state.options.lag.is_empty() {
            self.history.clear();
            return self.perform(now, caller, request);
        }
        self.state.settle(now);
        let changes = ops::find(&request.operation).is_some_and(|operation| operation.changes);
        if let Some(mut late) = self.history.view(now, &self.state, &request.operation, self.calls) {
            token::carry(&self.state, &mut late, &request.body["GrantTokens"]);
            let (result, _) = perform(&mut late, self.calls, now, caller.clone(), request);
            if !changes || result.is_err() {
                return (result, false);
            }
        }
        if changes {
            self.history.note(now, &self.state);
        }
        self.perform(now, caller, request)
    }

    fn perform(&mut self, now: f64, caller: Caller, request: &Request) -> (Result<Value, ApiError>, bool) {
        self.state.settle(now);
        perform(&mut self.state, self.calls, now, caller, request)
    }
}

fn perform(
    state: &mut State,
    calls: u64,
    now: f64,
    caller: Caller,
    request: &Request,
) -> (Result<Value, ApiError>, bool) {
    let Some(operation) = ops::find(&request.operation) else {
        return (Err(ApiError::new("UnknownOperationException", "")), false);
    };
    let empty = serde_json::Map::new();
    let members = match &request.body {
        Value::Null => &empty,
        Value::Object(members) => members,
        _ => {
            return (
                Err(ApiError::new("SerializationException", "Start of structure or map found where not expected.")),
                false,
            );
        }
    };
    // Changes have a stream of random numbers each, so that doing them again gives the same keys; reads take theirs
    // from the other half of the streams.
    let stream = if operation.changes { state.changes } else { u64::MAX - calls };
    let mut rng = ChaCha20Rng::seed_from_u64(state.seed);
    rng.set_stream(stream);
    let mut facts = policy::of_request(operation.name, members);
    facts.extend(caller.global_facts(state, now, &request.region, operation.name));
    let caller = Caller { facts, ..caller };
    let mut call = Call { now, region: &request.region, caller, operation: operation.name, rng };
    let keys = state.keys.len();
    let result = (operation.run)(state, &mut call, members);
    // To describe a key of AWS's makes it.
    let changed = (operation.changes && result.is_ok()) || state.keys.len() > keys;
    if let Ok(answer) = &result {
        state.note_use(operation.name, now, answer);
    }
    if changed {
        state.changes += 1;
    }
    (result, changed)
}

/// An empty answer, as AWS sends it.
pub(crate) fn nothing() -> Value {
    json!({})
}
