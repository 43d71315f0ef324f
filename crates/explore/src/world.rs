//! A world: one KMS, the stacks that work on it, and what was asked for so far. It can be copied, so that every way on from
//! here can be tried.

use awskms_sim::{Options, Request, Sim, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cloud::{Call, Faults};
use crate::engine::{Deployment, Operation, Row, Stack, Step};
use crate::keys::{self, Key};
use crate::ledger::Ledger;
use crate::plugin::{Message, Plugin, Said};
use crate::program::Program;
use crate::wrong::Wrong;

/// KMS, stacks, and the judge's ledger at one moment between two operations.
#[derive(Debug)]
pub struct World {
    sim: Sim,
    /// Its keys, once they were looked at.
    seen: Option<Vec<Key>>,
    /// KMS before the latest change, while a read may still show it.
    before: Option<Sim>,
    now: f64,
    /// The states of the stacks.
    pub stacks: Vec<Stack>,
    /// Who has asked for what.
    pub ledger: Ledger,
    providers_made: u32,
    /// What the provider does wrong on purpose.
    pub wrong: Option<Wrong>,
}

impl Clone for World {
    fn clone(&self) -> Self {
        Self {
            sim: self.sim.fork(),
            seen: self.seen.clone(),
            before: self.before.as_ref().map(Sim::fork),
            now: self.now,
            stacks: self.stacks.clone(),
            ledger: self.ledger.clone(),
            providers_made: self.providers_made,
            wrong: self.wrong,
        }
    }
}

/// All that can be known of an operation from outside.
#[derive(Debug, Clone)]
pub struct Report {
    /// The stack's place in the world.
    pub stack: usize,
    /// What was run.
    pub operation: Operation,
    /// Whether it was a preview.
    pub is_preview: bool,
    /// What has stopped it.
    pub error: Option<String>,
    /// The engine's steps.
    pub steps: Vec<Step>,
    /// Messages to the user.
    pub messages: Vec<Message>,
    /// What the provider has answered with.
    pub said: Vec<Said>,
    /// The engine's calls of the provider: `Check`, `Check old` with inputs of the state, `Create preview`.
    pub rpcs: Vec<String>,
    /// The calls of KMS.
    pub calls: Vec<Call>,
    /// The rows before it and after it.
    pub rows: (Vec<Row>, Vec<Row>),
    /// The keys before it and after it.
    pub keys: (Vec<Key>, Vec<Key>),
    /// Whether something went wrong in it on purpose.
    pub is_troubled: bool,
}

impl Report {
    /// The calls that have changed something.
    pub fn writes(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(|call| call.effect)
    }

    /// What the program asks for.
    pub fn program(&self) -> &[crate::program::Spec] {
        match &self.operation {
            Operation::Up { program, .. } => program,
            _ => &[],
        }
    }
}

/// What a person does between two operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Hand {
    /// Another description.
    Describe,
    /// The key is disabled.
    Disable,
    /// The deletion of the key is scheduled.
    Schedule,
    /// The tag of the program is taken off.
    Untag,
    /// The owner mark is taken off.
    Unmark,
    /// A name is taken away.
    Unname,
}

impl Hand {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Describe, Self::Disable, Self::Schedule, Self::Untag, Self::Unmark, Self::Unname];
}

impl World {
    /// A world without keys, with stacks of these names.
    pub fn new(stacks: &[&str]) -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        // Principals of programs need not be made first.
        let options = Options { known_principals_only: false, ..Options::default() };
        Self {
            sim: Sim::new(State::new(1, options)),
            seen: None,
            before: None,
            now: now.map_or(0.0, |since| since.as_secs_f64().floor()),
            stacks: stacks.iter().map(|name| Stack { name: (*name).to_owned(), ..Stack::default() }).collect(),
            ledger: Ledger::default(),
            providers_made: 0,
            wrong: None,
        }
    }

    /// The keys as they are.
    pub fn keys(&mut self) -> Vec<Key> {
        if self.seen.is_none() {
            self.seen = Some(keys::all(&mut self.sim, self.now));
        }
        self.seen.clone().unwrap_or_default()
    }

    /// Whether a read can still be stale.
    pub(crate) fn before_keys(&mut self) -> Vec<Key> {
        let now = self.now;
        self.before.as_mut().map(|before| keys::all(before, now)).unwrap_or_default()
    }

    /// Runs an operation of the engine on a stack, with a new process of the provider, in virtual time.
    ///
    /// # Panics
    /// The runtime cannot be made.
    pub fn operate(&mut self, stack: usize, operation: &Operation, is_preview: bool, faults: &Faults) -> Report {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let runtime = runtime.expect("a runtime without I/O needs nothing");
        let keys_before = self.keys();
        let mut state = self.stacks[stack].clone();
        let rows_before = state.rows.clone();
        let new_id = format!("00000000-0000-4000-8000-{:012x}", self.providers_made);
        let (sim, before) = (self.sim.fork(), self.before.take());
        let (now, wrong) = (self.now, self.wrong);
        let (steps, error, (said, rpcs), messages, (cloud, ended)) = runtime.block_on(async {
            let mut plugin = Plugin::start(sim, before, now, faults.clone(), wrong);
            let deployment = Deployment::new(&mut plugin, &mut state, is_preview);
            let (steps, error) = deployment.run(operation, &new_id).await;
            plugin.end().await;
            let messages = plugin.messages();
            let cloud = plugin.cloud.clone();
            // Only here does the clock stand still.
            let ended = cloud.inner().now();
            (steps, error, (plugin.said, plugin.rpcs), messages, (cloud, ended))
        });
        // The process is gone with all that it had still to do.
        drop(runtime);
        let mut inner = cloud.inner();
        self.now = ended;
        self.sim = inner.sim.fork();
        self.seen = None;
        self.before = inner.before.take();
        let calls = std::mem::take(&mut inner.calls);
        drop(inner);
        if !is_preview {
            self.stacks[stack] = state;
            self.providers_made += 1;
        }
        let rows = (rows_before, self.stacks[stack].rows.clone());
        let keys = (keys_before, self.keys());
        let (operation, is_troubled) = (operation.clone(), calls.iter().any(|call| call.fault.is_some()));
        let report =
            Report { stack, operation, is_preview, error, steps, messages, said, rpcs, calls, rows, keys, is_troubled };
        self.note(&report);
        report
    }

    fn note(&mut self, report: &Report) {
        let mut ledger = std::mem::take(&mut self.ledger);
        ledger.note(&self.stacks, report);
        self.ledger = ledger;
    }

    /// What a person does to the key of a resource; whether KMS has let it be done.
    pub fn by_hand(&mut self, stack: usize, name: &str, hand: Hand) -> bool {
        let urn = self.stacks[stack].urn(name);
        let Some(row) = self.stacks[stack].row(&urn).map(|at| self.stacks[stack].rows[at].clone()) else {
            return false;
        };
        let Some(key) = self.keys().into_iter().find(|key| key.id == row.id) else { return false };
        let id = key.arn.as_str();
        let (operation, body) = match hand {
            Hand::Describe => ("UpdateKeyDescription", json!({ "KeyId": id, "Description": "by hand" })),
            Hand::Disable => ("DisableKey", json!({ "KeyId": id })),
            Hand::Schedule => ("ScheduleKeyDeletion", json!({ "KeyId": id, "PendingWindowInDays": 7 })),
            Hand::Untag => ("UntagResource", json!({ "KeyId": id, "TagKeys": ["t"] })),
            Hand::Unmark => ("UntagResource", json!({ "KeyId": id, "TagKeys": ["awskms:owner"] })),
            Hand::Unname => match key.aliases.first() {
                Some(alias) => ("DeleteAlias", json!({ "AliasName": alias })),
                None => return false,
            },
        };
        let before = self.sim.fork();
        let is_done = self.call(&key.region, operation, body);
        if is_done {
            self.before = Some(before);
            self.ledger.by_hand(hand, &key.id);
        }
        is_done
    }

    fn call(&mut self, region: &str, operation: &str, body: Value) -> bool {
        let request =
            Request { region: region.to_owned(), access_key: "person".into(), operation: operation.to_owned(), body };
        self.seen = None;
        self.sim.handle(self.now, &request).status == 200
    }

    /// `pulumi state delete`: the key is left behind on purpose.
    pub fn forget(&mut self, stack: usize, name: &str) {
        let urn = self.stacks[stack].urn(name);
        if let Some(at) = self.stacks[stack].row(&urn) {
            let row = self.stacks[stack].rows.remove(at);
            self.ledger.release(&row.id);
        }
    }

    /// Time passes, so that no read is late any more.
    pub fn rest(&mut self) {
        self.now += 1800.0;
        self.seen = None;
        self.before = None;
    }

    /// A last `up` of this program, without trouble.
    pub fn up(&mut self, stack: usize, program: &Program, refresh: bool) -> Report {
        self.operate(stack, &Operation::Up { program: program.clone(), refresh }, false, &vec![])
    }
}
