//! Reading a key, for refresh and import.

use aws_smithy_types::date_time::{DateTime, Format};
use awskms_core::desired::{Desired, resolve};
use awskms_core::ids::KmsArn;
use awskms_core::observed::Observed;
use awskms_core::outputs;
use awskms_core::policy::deleted_principals;
use awskms_core::read_back::{self, Surroundings};
use awskms_core::value::PropertyMap;
use tonic::Code;

use super::look::{look, now};
use super::provider::{
    MARK_OUTPUT, Provider, UNRELEASED_OUTPUT, account_of, default_policy, key_arn, kms_failure, region_of, with_mark,
};
use super::update::{keep_trigger, warn_of_denied};
use super::{Context, ResourceError};
use crate::kms::Kind;

/// A key as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadOutcome {
    /// Its key ID.
    pub id: String,
    /// The inputs that lead to it.
    pub inputs: PropertyMap,
    /// Its outputs.
    pub outputs: PropertyMap,
}

impl Provider {
    /// Reads a key. In an import `old_outputs` is empty and `id` is an ARN, a key ID, an alias or an alias ARN.
    ///
    /// Answers `None` only for a key that does not exist. A key that is pending deletion exists.
    ///
    /// # Errors
    /// The key could not be read. That is never taken for its absence.
    pub async fn read(
        &self,
        context: &Context,
        urn: &str,
        id: &str,
        old_inputs: &PropertyMap,
        old_outputs: &PropertyMap,
    ) -> Result<Option<ReadOutcome>, ResourceError> {
        let importing = old_outputs.is_empty();
        let reference = if importing { id.to_owned() } else { key_arn(old_outputs, id) };
        let region = KmsArn::parse(&reference).map(|arn| arn.region);
        let target = self.target(region.as_deref().or_else(|| region_of(old_outputs)))?;
        self.account(&target.region).await?;
        let observed = match look(context, &target, &reference, old_outputs).await {
            Ok(observed) => observed,
            Err(error) if error.kind == Kind::NotFound => {
                self.may_be_gone(&reference).await?;
                return Ok(None);
            }
            Err(error) => return Err(kms_failure(&format!("reading {reference}"), &error)),
        };
        self.note_state(urn, &observed.metadata.key_id, old_outputs);
        if observed.metadata.manager != "CUSTOMER" {
            return Err(ResourceError::failed(
                Code::InvalidArgument,
                format!(
                    "{} belongs to an AWS service, which manages it; only customer keys can be managed here",
                    observed.metadata.arn
                ),
            ));
        }
        warn_of_denied(context, &observed);
        report(context, &observed);
        Ok(Some(self.read_outcome(&observed, old_inputs, old_outputs, importing)?))
    }

    fn read_outcome(
        &self,
        observed: &Observed,
        old_inputs: &PropertyMap,
        old_outputs: &PropertyMap,
        importing: bool,
    ) -> Result<ReadOutcome, ResourceError> {
        let arn = &observed.metadata.arn;
        let account = account_of(arn)
            .ok_or_else(|| ResourceError::failed(Code::Internal, format!("KMS gave {arn:?} as the key's ARN")))?;
        // A state of a failed first run may lack inputs; then everything is read anew, as in an import.
        let desired: Option<Desired> = resolve(old_inputs, Some(&account)).ok().filter(|_| !old_inputs.is_empty());
        let around = Surroundings {
            provider_region: self.clients.region(),
            default_tags: self.default_tags(),
            ignored_tags: &self.clients.settings().ignored_tags,
            default_policy: &default_policy(&account),
            desired: desired.as_ref(),
        };
        let inputs = read_back::inputs(old_inputs, observed, &around);
        let mut outputs = outputs::outputs(&inputs, observed, old_outputs);
        if importing {
            outputs = with_mark(outputs, observed, old_outputs);
        } else if let Some(mark) = old_outputs.get(MARK_OUTPUT) {
            // What this state last wrote, not what is there now: a newer owner must stay visible to the fence.
            outputs.insert(MARK_OUTPUT.into(), mark.clone());
        }
        if !importing {
            // What a failed run still owes stays owed.
            keep_trigger(&mut outputs, old_outputs);
            outputs
                .extend(old_outputs.get(UNRELEASED_OUTPUT).map(|value| (UNRELEASED_OUTPUT.to_owned(), value.clone())));
        }
        if let (None, Some(key)) = (&observed.public_key, old_outputs.get("publicKey")) {
            outputs.insert("publicKey".into(), key.clone());
        }
        Ok(ReadOutcome { id: observed.metadata.key_id.clone(), inputs, outputs })
    }
}

/// Whole days until a date of KMS.
fn days_until(date: &str) -> Option<i64> {
    let date = DateTime::from_str(date, Format::DateTime).ok()?.secs();
    Some((date - now()).max(0) / 86_400)
}

/// What a refresh shows people beyond the diff.
fn report(context: &Context, observed: &Observed) {
    let metadata = &observed.metadata;
    if metadata.state.is_pending_deletion() {
        let when = metadata.deletion_date.as_ref().map_or_else(
            || "once its replicas are gone".to_owned(),
            |date| match days_until(date) {
                Some(days) => format!("on {date}, {days} days from now"),
                None => format!("on {date}"),
            },
        );
        context.log.warning(&format!(
            "{} is pending deletion and will be deleted {when}. `pulumi up` cancels the deletion.",
            metadata.arn
        ));
    }
    let deleted = observed.policy.seen().map(deleted_principals).unwrap_or_default();
    if !deleted.is_empty() {
        context.log.warning(&format!(
            "The policy of {} names {}: unique IDs that AWS shows in place of deleted users or roles. A role that was \
             made again under the same name has no access until the policy is put again; `pulumi up` does that.",
            metadata.arn,
            deleted.join(", ")
        ));
    }
}
