//! One operation of the engine on one stack.

use super::{Op, Operation, Row, Stack, Step};
use crate::failure::Failure;
use crate::json::{Properties, UNKNOWN};
use crate::plugin::Plugin;
use crate::program::Program;

/// An operation while it runs. The stack is the engine's own: of a preview it is thrown away.
#[derive(Debug)]
pub(crate) struct Deployment<'a> {
    pub(super) plugin: &'a mut Plugin,
    pub(super) stack: &'a mut Stack,
    pub(super) steps: Vec<Step>,
    /// Whether nothing may be changed.
    pub(super) is_preview: bool,
}

impl<'a> Deployment<'a> {
    pub(crate) fn new(plugin: &'a mut Plugin, stack: &'a mut Stack, is_preview: bool) -> Self {
        Self { plugin, stack, steps: vec![], is_preview }
    }

    /// Runs an operation; the steps so far, and what has stopped it. `new_id` is what a new provider resource is named.
    pub(crate) async fn run(mut self, operation: &Operation, new_id: &str) -> (Vec<Step>, Option<String>) {
        let result = self.operate(operation, new_id).await;
        (self.steps, result.err().map(|failure| failure.to_string()))
    }

    async fn operate(&mut self, operation: &Operation, new_id: &str) -> Result<(), Failure> {
        let none = Program::new();
        let (program, refreshes) = match operation {
            Operation::Up { program, refresh } => (program, *refresh),
            Operation::Refresh => (&none, true),
            Operation::Destroy => (&none, false),
        };
        if program.is_empty() && self.stack.rows.is_empty() {
            // A refresh leaves the provider's own row where it is.
            if *operation != Operation::Refresh {
                self.stack.provider = None;
            }
            return Ok(());
        }
        self.configure(new_id).await?;
        if refreshes {
            self.refresh().await?;
        }
        if *operation == Operation::Refresh {
            return Ok(());
        }
        let mut seen = vec![];
        for spec in program {
            seen.push(self.stack.urn(&spec.name));
            self.register(spec).await?;
        }
        self.delete_unseen(&seen).await?;
        if self.stack.rows.is_empty() && program.is_empty() {
            self.stack.provider = None;
        }
        Ok(())
    }

    /// The provider resource comes before its keys; a preview does not know its ID before it is there.
    async fn configure(&mut self, new_id: &str) -> Result<(), Failure> {
        let id = match &self.stack.provider {
            Some(id) => id.clone(),
            None if self.is_preview => UNKNOWN.to_owned(),
            None => {
                self.stack.provider = Some(new_id.to_owned());
                self.stack.providers += 1;
                new_id.to_owned()
            }
        };
        self.plugin.configure(&id).await
    }

    /// Deletes what the program does not have, and what was replaced.
    async fn delete_unseen(&mut self, seen: &[String]) -> Result<(), Failure> {
        let mut at = self.stack.rows.len();
        while at > 0 {
            at -= 1;
            let row = self.stack.rows[at].clone();
            if row.is_to_delete || !seen.contains(&row.urn) {
                self.delete(at, &row).await?;
            }
        }
        Ok(())
    }

    /// Deletes a row. What was deleted before and waited for a replacement only leaves the state.
    async fn delete(&mut self, at: usize, row: &Row) -> Result<(), Failure> {
        if !row.awaits_replacement || row.is_to_delete {
            self.call_delete(row).await?;
        }
        self.stack.rows.remove(at);
        Ok(())
    }

    pub(super) async fn call_delete(&mut self, row: &Row) -> Result<(), Failure> {
        let op = if row.is_to_delete { Op::DeleteReplaced } else { Op::Delete };
        let result = if self.is_preview {
            Ok(())
        } else {
            self.plugin.delete(&row.urn, &row.id, (&row.inputs, &row.outputs)).await
        };
        self.note(op, row, None, None, &result);
        result
    }

    /// Reads every row. The engine then compares what it had with what it has read, the wrong way round.
    async fn refresh(&mut self) -> Result<(), Failure> {
        let mut at = 0;
        while let Some(row) = self.stack.rows.get(at).cloned() {
            if row.awaits_replacement {
                at += 1;
                continue;
            }
            let read = self.plugin.read(&row.urn, &row.id, (&row.inputs, &row.outputs)).await;
            let result = read.as_ref().map(|_| ()).map_err(Clone::clone);
            let new = read.as_ref().ok().and_then(Clone::clone).map(|(id, inputs, outputs)| {
                let inputs = if inputs.is_empty() { row.inputs.clone() } else { inputs };
                Row { id, inputs, outputs, has_init_errors: false, ..row.clone() }
            });
            self.note(Op::Refresh, &row, None, new.clone(), &result);
            result?;
            match new {
                Some(new) => {
                    self.plugin.diff(&row.urn, &new.id, (&new.inputs, &new.outputs), &row.inputs).await?;
                    self.stack.rows[at] = new;
                    at += 1;
                }
                None => drop(self.stack.rows.remove(at)),
            }
        }
        Ok(())
    }

    pub(super) fn note(
        &mut self,
        op: Op,
        old: &Row,
        inputs: Option<&Properties>,
        new: Option<Row>,
        result: &Result<(), Failure>,
    ) {
        let (urn, old) = (old.urn.clone(), Some(old.clone()).filter(|row| !row.id.is_empty()));
        self.steps.push(Step { op, urn, old, inputs: inputs.cloned(), new, has_failed: result.is_err() });
    }
}
