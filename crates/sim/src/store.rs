//! Keeping the state in a file, through any end of the process.
//!
//! The service is a pure function, so the file is the list of what changed it, one line each, written before the answer
//! goes out; at the start they are done again. A line that a crash has cut short is dropped: its call was never answered.
//! A file that something else wrote is left as it is, and so is one that another process uses.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Error, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::options::Options;
use crate::sim::{Request, Sim};
use crate::state::State;

/// The form of the file. Raised when older ones cannot be read any more.
const FORMAT: u32 = 2;
/// How every file begins.
const BEGINNING: &str = "{\"start\":{\"format\":";

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
    /// The first line.
    Start { format: u32, seed: u64, options: Options },
    /// A call of KMS that succeeded.
    Call { now: f64, region: String, access_key: String, operation: String, body: Value },
    /// The whole state, after a change that came another way.
    State(Box<State>),
}

/// An open file, locked against other processes.
#[derive(Debug)]
pub struct Store {
    file: File,
    /// How much of the file is whole lines.
    whole: u64,
    /// Whether a change could not be written, so that the file lags behind the service.
    behind: bool,
}

impl Store {
    /// Opens or makes the file and brings the service to where it was.
    ///
    /// # Errors
    /// The file cannot be opened, is in use, is not of this program, or a line before the last cannot be read. Its content
    /// is as it was then.
    pub fn open(path: &Path, seed: u64, options: Options) -> std::io::Result<(Self, Sim)> {
        // Not truncated: what is there is kept, or left alone if it is not ours.
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        if !file.metadata()?.is_file() {
            return Err(Error::other("it is not a file"));
        }
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(Error::other("another simulator uses it")),
            Err(TryLockError::Error(error)) => return Err(error),
            Ok(()) => {}
        }
        let (whole, sim) = read(&file)?;
        file.set_len(whole)?;
        file.seek(SeekFrom::Start(whole))?;
        let mut store = Self { file, whole, behind: false };
        if let Some(sim) = sim {
            return Ok((store, sim));
        }
        store.write(&Line::Start { format: FORMAT, seed, options: options.clone() })?;
        Ok((store, Sim::new(State::new(seed, options))))
    }

    /// Notes a call that changed the state; `sim` is the service after it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note(&mut self, sim: &Sim, now: f64, request: &Request) -> std::io::Result<()> {
        if self.behind {
            return self.note_state(sim);
        }
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

    /// Writes a line. If that fails, for want of space perhaps, half a line is taken away again, and the next line that can be
    /// written holds the whole state.
    fn write(&mut self, line: &Line) -> std::io::Result<()> {
        let mut text = serde_json::to_string(line).map_err(Error::other)?;
        text.push('\n');
        // One write: what the kernel has is there after a kill.
        let written = self.file.write_all(text.as_bytes());
        self.behind = written.is_err();
        if written.is_ok() {
            self.whole += text.len() as u64;
        } else {
            self.file.set_len(self.whole)?;
            self.file.seek(SeekFrom::Start(self.whole))?;
        }
        written
    }
}

/// The service that the file describes, if it has a line, and how long its whole lines are.
fn read(file: &File) -> std::io::Result<(u64, Option<Sim>)> {
    let foreign = || Error::other("it is not a state file of this simulator; it was left as it is");
    let mut reader = BufReader::new(file);
    let mut line = vec![];
    let (mut whole, mut sim) = (0, None);
    while reader.read_until(b'\n', &mut line)? > 0 {
        if line.last() != Some(&b'\n') {
            // The first line may be cut in its beginning.
            let begun = line.len().min(BEGINNING.len());
            if whole == 0 && line[..begun] != BEGINNING.as_bytes()[..begun] {
                return Err(foreign());
            }
            break;
        }
        let parsed = serde_json::from_slice(&line);
        match (&mut sim, parsed) {
            (None, Ok(Line::Start { format: FORMAT, seed, options })) => {
                sim = Some(Sim::new(State::new(seed, options)));
            }
            (None, _) => return Err(foreign()),
            (Some(sim), Ok(line)) => again(sim, line),
            (Some(_), Err(error)) => return Err(Error::other(format!("a line of it cannot be read: {error}"))),
        }
        whole += line.len() as u64;
        line.clear();
    }
    Ok((whole, sim))
}

fn again(sim: &mut Sim, line: Line) {
    match line {
        Line::Start { seed, options, .. } => *sim = Sim::new(State::new(seed, options)),
        Line::Call { now, region, access_key, operation, body } => {
            sim.replay(now, &Request { region, access_key, operation, body });
        }
        Line::State(state) => *sim = Sim::new(*state),
    }
}
