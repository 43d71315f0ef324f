//! Reading a key and its replicas, for refresh and import.

use aws_smithy_types::date_time::{DateTime, Format};
use awskms_core::desired::{DesiredSet, resolve_set};
use awskms_core::ids::KmsArn;
use awskms_core::members;
use awskms_core::observed::{Metadata, ObservedSet};
use awskms_core::outputs;
use awskms_core::policy::deleted_principals;
use awskms_core::read_back::{self, SetReadContext};
use awskms_core::value::PropertyMap;
use tonic::Code;

use super::lints::warn_of_bare_statements;
use super::look::{attempts, now};
use super::on_demand::keep_trigger;
use super::provider::{Provider, account_of, default_policy, key_arn, kms_failure, region_of};
use super::remembered::{imported, remember, remembered};
use super::set::{Known, held_before, known_arns};
use super::unfinished::unfinished;
use super::update::warn_of_denied;
use super::{Context, ResourceError};
use crate::kms::{self, Lookup, Target, telling};

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
        telling(context, "STS", self.account(&target.region)).await?;
        let known = if importing {
            self.find_to_import(context, &target, &reference).await?
        } else {
            let held = held_before(old_inputs, old_outputs, &target.region);
            let arns = known_arns(&reference, &target.region, &held, old_outputs);
            self.observe_known(context, &arns, &reference, attempts(old_outputs)).await?
        };
        let Known::Present(set) = known else {
            self.view.is_gone(urn);
            return Ok(None);
        };
        let metadata = set.members.values().next().map(|member| member.metadata.clone());
        let metadata = metadata.ok_or_else(|| {
            ResourceError::failed(Code::Internal, format!("no key of {reference} was read, but it is there"))
        })?;
        self.shown(urn, &metadata.key_id, old_outputs);
        if metadata.manager != "CUSTOMER" {
            return Err(ResourceError::failed(
                Code::InvalidArgument,
                format!(
                    "{} belongs to an AWS service, which manages it; only customer keys can be managed here",
                    metadata.arn
                ),
            ));
        }
        warn_of_bare_statements(context, &set);
        report(context, &set, if importing { None } else { Some((old_inputs, target.region.as_str())) });
        Ok(Some(self.read_outcome(&metadata, &set, old_inputs, old_outputs, (!importing).then_some(&target.region))?))
    }

    /// A key that a program asks about, with its whole set; `None` if there is none.
    ///
    /// # Errors
    /// The key, or one of its set, could not be read.
    pub(crate) async fn look_at(
        &self,
        context: &Context,
        target: &Target,
        reference: &str,
    ) -> Result<Option<ObservedSet>, ResourceError> {
        Ok(match self.find_to_import(context, target, reference).await? {
            Known::Present(set) => Some(set),
            Known::Gone => None,
        })
    }

    /// What was read, as inputs and outputs. `before` is where the state has the primary; `None` in an import.
    fn read_outcome(
        &self,
        metadata: &Metadata,
        set: &ObservedSet,
        old_inputs: &PropertyMap,
        old_outputs: &PropertyMap,
        before: Option<&String>,
    ) -> Result<ReadOutcome, ResourceError> {
        let arn = &metadata.arn;
        let account = account_of(arn)
            .ok_or_else(|| ResourceError::failed(Code::Internal, format!("KMS gave {arn:?} as the key's ARN")))?;
        // A state of a failed first run may lack inputs; then everything is read anew, as in an import.
        let desired: Option<DesiredSet> = before
            .filter(|_| !old_inputs.is_empty())
            .and_then(|region| resolve_set(old_inputs, region, Some(&account)).ok());
        let around = SetReadContext {
            provider_region: self.clients.region(),
            default_tags: self.default_tags(),
            ignored_tags: &self.clients.settings().ignored_tags,
            default_policy: &default_policy(&account),
            desired: desired.as_ref(),
        };
        let inputs = read_back::set_inputs(old_inputs, set, &around);
        let mut outputs = outputs::set_outputs(&inputs, set, old_outputs);
        // What this state last wrote, not what is there now: a newer owner must stay visible to the fence.
        let marks = match (before, set.main()) {
            (None, Some(main)) => imported(main),
            _ => remembered(old_outputs),
        };
        remember(&mut outputs, &marks);
        if before.is_some() {
            // What a failed run still owes stays owed.
            keep_trigger(&mut outputs, old_outputs);
            outputs.extend(unfinished(old_outputs));
        }
        let read_key = set.main().and_then(|main| main.public_key.as_ref());
        if let (None, Some(key)) = (read_key, old_outputs.get("publicKey")) {
            outputs.insert("publicKey".into(), key.clone());
        }
        Ok(ReadOutcome { id: metadata.key_id.clone(), inputs, outputs })
    }

    /// The key that a person names, with its whole set.
    async fn find_to_import(
        &self,
        context: &Context,
        target: &Target,
        reference: &str,
    ) -> Result<Known, ResourceError> {
        let read = kms::observe_key(&target.client, &target.region, reference);
        let observed = match kms::look_up(context, &target.region, read).await {
            Lookup::Present(observed) => observed,
            Lookup::Absent => return Ok(Known::Gone),
            Lookup::Unknown(error) => return Err(kms_failure(&format!("reading {reference}"), &error)),
        };
        let set = self.whole(context, &target.region, observed).await;
        if let Some((region, why)) = set.unreachable.iter().next() {
            // Inputs that lack a replica would be taken for the whole truth later.
            let reason = format!("the key of {reference} in {region} could not be read: {why}");
            return Err(ResourceError::failed(Code::Unavailable, reason));
        }
        Ok(Known::Present(set))
    }
}

/// Whole days until a date of KMS.
fn days_until(date: &str) -> Option<i64> {
    let date = DateTime::from_str(date, Format::DateTime).ok()?.secs();
    Some((date - now()).max(0) / 86_400)
}

/// What a refresh shows people beyond the diff. `before` are the inputs of the state and the Region of its primary.
fn report(context: &Context, set: &ObservedSet, before: Option<(&PropertyMap, &str)>) {
    for (region, member) in &set.members {
        warn_of_denied(context, member);
        let wanted =
            before.is_none_or(|(inputs, primary)| region == primary || members::entries(inputs).contains_key(region));
        if wanted {
            report_pending(context, &member.metadata, set.members.len() > 1);
        }
        let deleted = member.policy.seen().map(deleted_principals).unwrap_or_default();
        if !deleted.is_empty() {
            context.log.warning(&format!(
                "The policy of {} names {}: unique IDs that AWS shows in place of deleted users or roles. A role that was \
                 made again under the same name has no access until the policy is put again; `pulumi up` does that.",
                member.metadata.arn,
                deleted.join(", ")
            ));
        }
        let stays = !member.metadata.state.is_pending_deletion();
        if let Some((inputs, primary)) = before
            && stays
            && region != primary
            && !members::entries(inputs).contains_key(region)
        {
            context.log.warning(&format!(
                "{} was added to the set by somebody else. It is left alone; name {region} in replicas to manage it here.",
                member.metadata.arn
            ));
        }
    }
    for (region, why) in &set.unreachable {
        context
            .log
            .warning(&format!("The key in {region} could not be read, what was known of it last is kept: {why}"));
    }
    if let Some((_, primary)) = before
        && set.primary != primary
    {
        context.log.warning(&format!(
            "The primary was moved from {primary} to {} by somebody else. `pulumi up` moves it back, unless region says {}.",
            set.primary, set.primary
        ));
    }
}

fn report_pending(context: &Context, metadata: &Metadata, several: bool) {
    if !metadata.state.is_pending_deletion() {
        return;
    }
    let when = metadata.deletion_date.as_ref().map_or_else(
        || "once its replicas are gone".to_owned(),
        |date| match days_until(date) {
            Some(days) => format!("on {date}, {days} days from now"),
            None => format!("on {date}"),
        },
    );
    let what = if several && metadata.is_replica() { "The replica " } else { "" };
    context.log.warning(&format!(
        "{what}{} is pending deletion and will be deleted {when}. `pulumi up` cancels the deletion.",
        metadata.arn
    ));
}
