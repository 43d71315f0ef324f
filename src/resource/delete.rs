//! Retiring a key.

use awskms_core::observed::{KeyState, Observed, Reading};
use awskms_core::owner::{OwnerMark, may_touch};
use awskms_core::plan::{Idleness, Intent, Plan, plan_deletion};
use awskms_core::spec::generated::{AwsKmsKeySpec, DeletionPolicy, UnknownUsage};
use awskms_core::value::PropertyMap;
use tonic::Code;

use super::look::{is_young, look, now};
use super::ownership;
use super::provider::{Provider, guarded, held_before, key_arn, kms_failure, region_of, remembered_mark};
use super::update::was_pending;
use super::{Context, ResourceError};
use crate::kms::{self, Executed, Kind, Patience, Target};

impl Provider {
    /// Does to the key what its deletion policy says. A key that is gone or pending deletion already is done, so a
    /// failed deletion can be run again.
    ///
    /// # Errors
    /// The deletion is forbidden, or KMS refused a step; what is done already stays done.
    pub async fn delete(
        &self,
        context: &Context,
        urn: &str,
        id: &str,
        outputs: &PropertyMap,
        old_inputs: &PropertyMap,
    ) -> Result<(), ResourceError> {
        self.note_state(urn, id, outputs);
        let arn = key_arn(outputs, id);
        if self.memory.has_taken_up(urn, id) {
            context.log.warning(&not_replaced(&arn));
            return Ok(());
        }
        let spec = AwsKmsKeySpec::from_properties(if old_inputs.is_empty() { outputs } else { old_inputs });
        let policy = spec.deletion_policy.known().copied().unwrap_or(DeletionPolicy::Schedule);
        match policy {
            DeletionPolicy::Prevent => return Err(prevented(&arn)),
            DeletionPolicy::Retain => {
                context.log.info(&format!("{arn} is retained with its aliases, as deletionPolicy RETAIN says."));
                return Ok(());
            }
            DeletionPolicy::Schedule | DeletionPolicy::Disable => {}
        }
        let target = self.target(region_of(outputs))?;
        self.account(&target.region).await?;
        let observed = match look(context, &target, &arn, outputs).await {
            Ok(observed) => observed,
            Err(error) if error.kind == Kind::NotFound => {
                self.may_be_gone(&arn).await?;
                context.log.info(&format!("{arn} does not exist any more."));
                return Ok(());
            }
            Err(error) => return Err(kms_failure(&format!("reading {arn} before its deletion"), &error)),
        };
        if observed.metadata.arn != arn && arn.starts_with("arn:") {
            return Err(ResourceError::failed(
                Code::FailedPrecondition,
                format!("KMS answered for {} when asked for {arn}; nothing was deleted", observed.metadata.arn),
            ));
        }
        let (ours, remembered) = (ownership::mark_of_key(self, urn, &observed.metadata), remembered_mark(outputs));
        if let (Reading::Denied(permission), Some(_)) = (&observed.tags, &remembered) {
            context.log.warning(&format!(
                "Whether a newer owner has taken over {arn} could not be checked: allow {permission} to the caller."
            ));
        }
        if !may_touch(remembered.as_ref(), observed.owner.as_ref(), ours.as_ref()) {
            context.log.warning(&format!(
                "{arn} has been taken over by a newer owner since this state was written: it is left alone, only the \
                 state forgets it."
            ));
            return Ok(());
        }
        let observed = not_pending_yet(observed, outputs);
        if policy == DeletionPolicy::Schedule && !observed.metadata.state.is_pending_deletion() {
            check_idle(context, &target, &arn, &spec).await?;
        }
        let patience = Patience { just_created: is_young(outputs), ..Patience::default() };
        let observed = match ours.filter(|_| !self.memory.is_replaced(urn, id)) {
            Some(ours) => sign(context, &target, observed, &ours, remembered.as_ref(), patience).await,
            None => observed,
        };
        let window = spec.deletion_window_days.known().copied().unwrap_or(30);
        let intent = if policy == DeletionPolicy::Schedule { Intent::ScheduleDeletion } else { Intent::Keep };
        let plan = guarded(plan_deletion(policy, window, &observed, &held_before(old_inputs, outputs)), intent)?;
        let done = kms::run(context, &target, &plan, observed, patience).await;
        if !done.is_complete() {
            return Err(ResourceError::failed(Code::FailedPrecondition, done.reasons().join("\n")));
        }
        context.log.info(&farewell(policy, &done));
        Ok(())
    }
}

/// A key that was restored moments ago may still be read as pending deletion, and would be left alive and forgotten. Where
/// the state does not remember it as pending, the deletion is asked for: KMS says if it is pending already.
fn not_pending_yet(mut observed: Observed, outputs: &PropertyMap) -> Observed {
    if observed.metadata.state == KeyState::PendingDeletion && !was_pending(outputs) {
        observed.metadata.state = KeyState::Enabled;
    }
    observed
}

/// Marks a key that carries no mark, or that of an earlier name of the resource, so that it is found if the resource comes
/// back. That it cannot be marked is no reason to keep it.
async fn sign(
    context: &Context,
    target: &Target,
    observed: Observed,
    ours: &OwnerMark,
    remembered: Option<&OwnerMark>,
    patience: Patience,
) -> Observed {
    let readable = observed.tags.seen().is_some() && !observed.metadata.state.is_pending_deletion();
    let mark = ours.renewed(observed.owner.as_ref(), remembered).filter(|_| readable);
    let Some(mark) = mark else { return observed };
    let done = kms::run(context, target, &Plan::marking(&mark), observed, patience).await;
    if !done.is_complete() {
        context.log.warning(&format!(
            "{} could not be marked as this resource's, so it will not be restored by itself if the resource comes back: \
             {}",
            done.observed.metadata.arn,
            done.reasons().join(" ")
        ));
    }
    done.observed
}

/// Lets the user's deletion guard look at the last use of the key.
async fn check_idle(context: &Context, target: &Target, arn: &str, spec: &AwsKmsKeySpec) -> Result<(), ResourceError> {
    let Some(guard) = spec.deletion_guard.known() else { return Ok(()) };
    let days = guard.min_idle_days.known().copied().unwrap_or_default();
    let idleness = match kms::last_use(target, arn).await {
        Ok(last) => last.idleness(days, now()),
        Err(error) if error.kind == Kind::AccessDenied => Idleness::Unknown(format!("{error}. {}", error.advice())),
        Err(error) => return Err(kms_failure(&format!("reading the last use of {arn} before its deletion"), &error)),
    };
    let unknown_blocks = guard.on_unknown.known() != Some(&UnknownUsage::Warn);
    let (reason, way_out) = match idleness {
        Idleness::Idle => return Ok(()),
        Idleness::Unknown(reason) if !unknown_blocks => {
            context.log.warning(&format!(
                "deletionGuard: whether {arn} has been idle for {days} days is not known: {reason}. It is scheduled for \
                 deletion, as onUnknown WARN says."
            ));
            return Ok(());
        }
        Idleness::Unknown(reason) => (reason, ", set deletionGuard.onUnknown to WARN"),
        Idleness::InUse(reason) => (reason, ""),
    };
    Err(ResourceError::failed(
        Code::FailedPrecondition,
        format!(
            "{arn} is not deleted: its deletionGuard asks for {days} days without use, and {reason}. Nothing was changed. \
             Find out who uses it, or disable it first and wait; then run this again{way_out}, or take the guard away with \
             `pulumi up` before."
        ),
    ))
}

/// `pulumi up --replace` asks for a new key without a word to the provider that there is an old one; that looks like a
/// run that finishes an interrupted one, so the old key is what it got.
fn not_replaced(arn: &str) -> String {
    format!(
        "{arn} is kept: a replacement that no input asks for gets the key that the resource has. For new key material \
         change rotateOnDemandTrigger; for another key, give the resource another name, or use the option \
         replaceOnChanges with an input that changes."
    )
}

fn prevented(arn: &str) -> ResourceError {
    ResourceError::failed(
        Code::FailedPrecondition,
        format!(
            "{arn} is not deleted: its deletionPolicy is PREVENT. To retire it, set deletionPolicy to SCHEDULE, DISABLE \
             or RETAIN, run `pulumi up`, then delete it."
        ),
    )
}

fn farewell(policy: DeletionPolicy, done: &Executed) -> String {
    let Observed { metadata, .. } = &done.observed;
    if policy == DeletionPolicy::Disable {
        return format!("{} is disabled and kept with its aliases, as deletionPolicy DISABLE says.", metadata.arn);
    }
    let when = metadata.deletion_date.as_ref().map_or_else(String::new, |date| format!(" on {date}"));
    format!(
        "{arn} will be deleted{when}. Until then `aws kms cancel-key-deletion --key-id {arn}` keeps it; so does bringing \
         the resource back.",
        arn = metadata.arn
    )
}
