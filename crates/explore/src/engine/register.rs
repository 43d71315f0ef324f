//! What the engine does with a resource that the program registers.

use pulumi_awskms::rpc::generated::pulumirpc::diff_response::DiffChanges;

use super::{Deployment, Op, Row};
use crate::failure::Failure;
use crate::json::Properties;
use crate::program::Spec;

impl Deployment<'_> {
    /// A resource of the program: it is made, changed, replaced, or stays as it is.
    pub(super) async fn register(&mut self, spec: &Spec) -> Result<(), Failure> {
        let urn = self.stack.urn(&spec.name);
        let given = spec.inputs();
        let at = self.stack.row(&urn);
        let old = at.map(|at| self.stack.rows[at].clone());
        let inputs = self.plugin.check(&urn, old.as_ref().map(|old| &old.inputs), &given).await?;
        let (Some(at), Some(old)) = (at, old) else {
            return self.create(&urn, spec, &inputs, None, false).await;
        };
        // Without a trigger on one side there is none; with a new one the engine asks for no comparison.
        let is_triggered = !old.trigger.is_empty() && !spec.trigger.is_empty() && old.trigger != spec.trigger;
        let (mut replaces, mut changes, mut delete_first) = (is_triggered, is_triggered, false);
        if !is_triggered {
            let diff = self.plugin.diff(&urn, &old.id, (&old.inputs, &old.outputs), &inputs).await?;
            changes = diff.changes == i32::from(DiffChanges::DiffSome);
            replaces = changes && !diff.replaces.is_empty();
            delete_first = diff.delete_before_replace;
        }
        if replaces || old.awaits_replacement {
            // The values of the old resource are not carried over.
            let inputs = self.plugin.check(&urn, None, &given).await?;
            delete_first |= spec.delete_before;
            if delete_first && !old.awaits_replacement {
                self.call_delete(&old).await?;
                self.stack.rows[at].awaits_replacement = true;
            }
            return self.create(&urn, spec, &inputs, Some(at), delete_first).await;
        }
        if changes || old.has_init_errors {
            return self.update(at, spec, &inputs).await;
        }
        let new = Row { inputs: inputs.clone(), trigger: spec.trigger.clone(), ..old.clone() };
        self.note(Op::Same, &old, Some(&inputs), Some(new.clone()), &Ok(()));
        self.stack.rows[at] = new;
        Ok(())
    }

    /// A new key, in the place of that of a row if there is one. Only where that one was to be deleted first does its row go at
    /// once; else it is deleted at the end, once more even if an earlier run has deleted it first.
    async fn create(
        &mut self,
        urn: &str,
        spec: &Spec,
        inputs: &Properties,
        at: Option<usize>,
        is_deleted: bool,
    ) -> Result<(), Failure> {
        let op = if at.is_some() { Op::Replace } else { Op::Create };
        let answer = self.plugin.create(urn, inputs, self.is_preview).await;
        let made = match &answer {
            Ok((id, outputs)) => Some((id.clone(), outputs.clone(), false)),
            // The ID is in the error; without it nothing is written down.
            Err(Failure::Partial { id, outputs, .. }) => Some((id.clone(), outputs.clone(), true)),
            Err(_) => None,
        };
        let row = made.map(|(id, outputs, has_init_errors)| Row {
            urn: urn.to_owned(),
            id,
            inputs: inputs.clone(),
            outputs,
            has_init_errors,
            is_to_delete: false,
            awaits_replacement: false,
            trigger: spec.trigger.clone(),
        });
        let result = answer.map(drop);
        let old = at.map_or_else(|| nothing(urn), |at| self.stack.rows[at].clone());
        self.note(op, &old, Some(inputs), row.clone(), &result);
        if let Some(row) = row {
            match at {
                Some(at) if is_deleted => drop(self.stack.rows.remove(at)),
                Some(at) => self.stack.rows[at].is_to_delete = true,
                None => {}
            }
            self.stack.rows.push(row);
        }
        result
    }

    /// A change. One that fails half-way keeps the old inputs, so that the next comparison still shows it.
    async fn update(&mut self, at: usize, spec: &Spec, inputs: &Properties) -> Result<(), Failure> {
        let old = self.stack.rows[at].clone();
        let before = (&old.inputs, &old.outputs);
        let answer = self.plugin.update(&old.urn, &old.id, before, inputs, self.is_preview).await;
        let trigger = spec.trigger.clone();
        let new = match &answer {
            Ok(outputs) => {
                let (inputs, outputs) = (inputs.clone(), outputs.clone());
                Some(Row { inputs, outputs, has_init_errors: false, trigger, ..old.clone() })
            }
            Err(Failure::Partial { outputs, .. }) => {
                Some(Row { outputs: outputs.clone(), has_init_errors: true, ..old.clone() })
            }
            Err(_) => None,
        };
        let result = answer.map(drop);
        self.note(Op::Update, &old, Some(inputs), new.clone(), &result);
        if let Some(new) = new {
            self.stack.rows[at] = new;
        }
        result
    }
}

/// The place of a resource that is not there.
fn nothing(urn: &str) -> Row {
    Row {
        urn: urn.to_owned(),
        id: String::new(),
        inputs: Properties::new(),
        outputs: Properties::new(),
        has_init_errors: false,
        is_to_delete: false,
        awaits_replacement: false,
        trigger: String::new(),
    }
}
