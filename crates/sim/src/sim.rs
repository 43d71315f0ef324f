//! The service as one pure function.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::{Value, json};

use crate::authorize::{self, Caller};
use crate::error::ApiError;
use crate::faults::{self, Effect, Fault};
use crate::journal::{self, Entry};
use crate::ops;
use crate::state::State;

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
    pub(crate) journal: Vec<Entry>,
    pub(crate) calls: u64,
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
        let fault = faults::take(&mut self.faults, &request.operation, &request.region);
        let caller = authorize::caller(&self.state, &request.access_key);
        let principal = caller.arn.clone();
        let refusal = fault.as_ref().and_then(|fault| refusal(fault, &caller, &request.operation));
        let silent = matches!(fault, Some(Effect::CutBefore | Effect::Hang));
        let (result, changed) = match refusal {
            Some(error) => (Err(error), false),
            None if silent => (Ok(Value::Null), false),
            None => self.perform(now, caller, request),
        };
        let (status, body, code) = match result {
            Ok(body) => (200, body, None),
            Err(error) => (error.status, error.body(), Some(error.code)),
        };
        let unanswered = matches!(fault, Some(Effect::CutBefore | Effect::CutAfter | Effect::Hang | Effect::HangAfter));
        self.journal.push(Entry {
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

    /// Does again what a call did before a restart, without faults and journal.
    pub fn replay(&mut self, now: f64, request: &Request) {
        let caller = authorize::caller(&self.state, &request.access_key);
        drop(self.perform(now, caller, request));
    }

    fn perform(&mut self, now: f64, caller: Caller, request: &Request) -> (Result<Value, ApiError>, bool) {
        self.state.settle(now);
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
        let stream = if operation.changes { self.state.changes } else { u64::MAX - self.calls };
        let mut rng = ChaCha20Rng::seed_from_u64(self.state.seed);
        rng.set_stream(stream);
        let mut call = Call { now, region: &request.region, caller, operation: operation.name, rng };
        let result = (operation.run)(&mut self.state, &mut call, members);
        let changed = operation.changes && result.is_ok();
        if let Ok(answer) = &result {
            self.state.note_use(operation.name, now, answer);
        }
        if changed {
            self.state.changes += 1;
        }
        (result, changed)
    }
}

fn refusal(fault: &Effect, caller: &Caller, operation: &str) -> Option<ApiError> {
    Some(match fault {
        Effect::Error { code, message, status } => {
            ApiError { code: code.clone(), message: message.clone(), status: *status }
        }
        Effect::Throttle => ApiError::new(
            "ThrottlingException",
            "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
        ),
        Effect::AccessDenied => ApiError::new(
            "AccessDeniedException",
            format!(
                "User: {} is not authorized to perform: kms:{operation} because of a fault of the simulator",
                caller.arn
            ),
        ),
        _ => return None,
    })
}

/// An empty answer, as AWS sends it.
pub(crate) fn nothing() -> Value {
    json!({})
}
