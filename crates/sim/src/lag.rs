//! Eventual consistency: calls that see the service as it was a moment ago.

use std::collections::VecDeque;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::key::Seconds;
use crate::options::Lag;
use crate::state::State;

/// How the service was before its latest changes; kept only while there are rules.
#[derive(Debug, Default)]
pub(crate) struct History {
    before: VecDeque<(Seconds, State)>,
}

impl History {
    /// Keeps what is about to change, as far back as a rule looks.
    pub(crate) fn note(&mut self, now: Seconds, state: &State) {
        let longest = state.options.lag.iter().map(|lag| lag.seconds).fold(0.0, f64::max);
        while self.before.front().is_some_and(|(until, _)| *until < now - longest) {
            self.before.pop_front();
        }
        self.before.push_back((now, state.clone()));
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.before.clear();
    }

    /// What a late call sees; `None` for one that sees the present. `call` is its number.
    pub(crate) fn view(&self, now: Seconds, state: &State, operation: &str, call: u64) -> Option<State> {
        let rule = rule(&state.options.lag, operation)?;
        let mut rng = ChaCha20Rng::seed_from_u64(state.seed ^ 0x006c_6167);
        rng.set_stream(call);
        if unit(&mut rng) >= rule.probability {
            return None;
        }
        let seen = now - unit(&mut rng) * rule.seconds;
        // Each entry is how things were until its time: the first that ended after what the call sees. Who calls, and the
        // switches, are the present ones.
        self.before.iter().find(|(until, _)| *until >= seen).map(|(_, then)| State {
            options: state.options.clone(),
            principals: state.principals.clone(),
            sessions: state.sessions.clone(),
            ..then.clone()
        })
    }
}

fn rule<'a>(rules: &'a [Lag], operation: &str) -> Option<&'a Lag> {
    rules.iter().find(|rule| rule.operation.as_deref().is_none_or(|name| name == operation))
}

/// A number from 0 to below 1.
pub(crate) fn unit(rng: &mut ChaCha20Rng) -> f64 {
    f64::from(rng.next_u32()) / (f64::from(u32::MAX) + 1.0)
}
