//! The engine's automaton: what Pulumi's engine calls, in which order, and what it keeps of the answers.
//!
//! Written from the engine's own steps (`pkg/resource/deploy` of 3.259 and 3.274): registration of resources in the program's
//! order, one at a time; deletions at the end, in the order of the state backwards; a row is written after each step.

mod deployment;
mod register;

pub(crate) use deployment::Deployment;

use crate::json::Properties;
use crate::program::Program;

/// The type of the one resource.
const TYPE: &str = "awskms:index:AwsKmsKey";

/// A resource in a state.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its URN.
    pub urn: String,
    /// The key ID.
    pub id: String,
    /// The inputs as Check has given them.
    pub inputs: Properties,
    /// What the provider has answered with.
    pub outputs: Properties,
    /// Whether it was only half made.
    pub has_init_errors: bool,
    /// It is replaced, and waits for its deletion.
    pub is_to_delete: bool,
    /// It is deleted, and waits for what replaces it.
    pub awaits_replacement: bool,
    /// Its `replacementTrigger`.
    pub trigger: String,
}

/// The state of a stack.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stack {
    /// The stack's name.
    pub name: String,
    /// Its rows, in the order of the state.
    pub rows: Vec<Row>,
    /// The ID of the default provider's row, if there is one.
    pub provider: Option<String>,
    /// How many such rows there have been.
    pub providers: u32,
}

impl Stack {
    /// The URN of a resource of this stack.
    pub fn urn(&self, name: &str) -> String {
        format!("urn:pulumi:{}::p::{TYPE}::{name}", self.name)
    }

    /// The row of a resource, without those that wait for their deletion.
    pub fn row(&self, urn: &str) -> Option<usize> {
        self.rows.iter().position(|row| row.urn == urn && !row.is_to_delete)
    }
}

/// An operation of the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// `pulumi up`, after a refresh if so told.
    Up {
        /// What the program says.
        program: Program,
        /// `--refresh`.
        refresh: bool,
    },
    /// `pulumi refresh`.
    Refresh,
    /// `pulumi destroy`.
    Destroy,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Nothing changes.
    Same,
    /// A new resource.
    Create,
    /// A new key in the place of one.
    Replace,
    /// A change.
    Update,
    /// A row is deleted.
    Delete,
    /// A replaced row is deleted.
    DeleteReplaced,
    /// A row is read.
    Refresh,
}

/// One step of the engine.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it does.
    pub op: Op,
    /// To which resource.
    pub urn: String,
    /// The row before it.
    pub old: Option<Row>,
    /// The inputs that it shall lead to.
    pub inputs: Option<Properties>,
    /// The row after it, in a preview the one that is foreseen.
    pub new: Option<Row>,
    /// Whether it has failed.
    pub has_failed: bool,
}

impl Step {
    /// Whether a row's key is given up.
    pub fn deletes(&self) -> bool {
        matches!(self.op, Op::Delete | Op::DeleteReplaced)
    }
}
