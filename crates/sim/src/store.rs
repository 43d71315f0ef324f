//! Keeping the state in a file, through any end of the process.
//!
//! The service is a pure function, so the file is the list of what changed it, one line each, written before the answer
//! goes out; at the start they are done again. A line that a crash has cut short is dropped: its call was never answered.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::options::Options;
use crate::sim::{Request, Sim};
use crate::state::State;

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
    /// The first line.
    Start { seed: u64, options: Options },
    /// A call of KMS that succeeded.
    Call { now: f64, region: String, access_key: String, operation: String, body: Value },
    /// The whole state, after a change that came another way.
    State(Box<State>),
}

/// An open file.
#[derive(Debug)]
pub struct Store {
    file: File,
}

impl Store {
    /// Opens or makes the file and brings the service to where it was.
    ///
    /// # Errors
    /// The file cannot be opened, or a line before the last cannot be read.
    pub fn open(path: &Path, seed: u64, options: Options) -> std::io::Result<(Self, Sim)> {
        let mut sim = Sim::new(State::new(seed, options.clone()));
        let mut whole = 0;
        let mut any = false;
        if let Ok(file) = File::open(path) {
            let mut reader = BufReader::new(file);
            let mut line = String::new();
            while reader.read_line(&mut line)? > 0 && line.ends_with('\n') {
                let parsed = serde_json::from_str(&line).map_err(std::io::Error::other)?;
                again(&mut sim, parsed);
                whole += line.len() as u64;
                any = true;
                line.clear();
            }
        }
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        file.set_len(whole)?;
        let mut store = Self { file };
        if !any {
            store.write(&Line::Start { seed, options })?;
        }
        Ok((store, sim))
    }

    /// Notes a call that changed the state.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note(&mut self, now: f64, request: &Request) -> std::io::Result<()> {
        self.write(&Line::Call {
            now,
            region: request.region.clone(),
            access_key: request.access_key.clone(),
            operation: request.operation.clone(),
            body: request.body.clone(),
        })
    }

    /// Notes the state after any other change.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note_state(&mut self, sim: &Sim) -> std::io::Result<()> {
        self.write(&Line::State(Box::new(sim.state.clone())))
    }

    fn write(&mut self, line: &Line) -> std::io::Result<()> {
        let mut text = serde_json::to_string(line).map_err(std::io::Error::other)?;
        text.push('\n');
        // One write: what the kernel has is there after a kill.
        self.file.write_all(text.as_bytes())
    }
}

fn again(sim: &mut Sim, line: Line) {
    match line {
        Line::Start { seed, options } => *sim = Sim::new(State::new(seed, options)),
        Line::Call { now, region, access_key, operation, body } => {
            sim.replay(now, &Request { region, access_key, operation, body });
        }
        Line::State(state) => *sim = Sim::new(*state),
    }
}
