//! Taking over a key that exists instead of creating one.

use awskms_core::desired::Desired;
use awskms_core::ids::KmsArn;
use awskms_core::observed::{Metadata, Reading};
use awskms_core::spec::generated::AwsKmsKeySpec;
use awskms_core::spec::input::Unreadable;
use awskms_core::value::PropertyMap;
use tonic::Code;

use super::ownership::{By, Found};
use super::provider::{Provider, kms_failure};
use super::{Context, ResourceError};
use crate::kms::{self, KmsError, Lookup, Target};

impl Provider {
    /// The key that the input `adopt` names; `None` without it.
    ///
    /// In a replacement the named key can be the very one that the engine deletes next; then a new key is made.
    ///
    /// # Errors
    /// There is no such key, or it is not the kind of key that the inputs ask for.
    pub(super) async fn adopted(
        &self,
        context: &Context,
        urn: &str,
        inputs: &PropertyMap,
        target: &Target,
        desired: &Desired,
    ) -> Result<Option<Found>, ResourceError> {
        let Some(name) = adopt(inputs)?.filter(|name| name != NONE) else { return Ok(None) };
        if let Some(arn) = KmsArn::parse(&name).filter(|arn| arn.region != target.region) {
            return Err(refused(format!(
                "{name} is in {}, but the resource's Region is {}; set region to {}",
                arn.region, target.region, arn.region
            )));
        }
        let reading = |error: &KmsError| kms_failure(&format!("adopt: reading {name}"), error);
        let read = kms::describe(&target.client, &target.region, &name);
        let metadata = match kms::look_up(context, &target.region, read).await {
            Lookup::Present(metadata) => metadata,
            Lookup::Absent => {
                return Err(refused(format!(
                    "there is no key {name} in {}; correct it, or remove adopt to create a new key",
                    target.region
                )));
            }
            Lookup::Unknown(error) => return Err(reading(&error)),
        };
        if self.view.has_key(urn, &metadata.key_id) {
            context.log.info(&format!("adopt: {name} is the key that is being replaced; a new key is created."));
            return Ok(None);
        }
        if let Some(holder) = self.view.holder_beside(urn, &metadata.key_id) {
            return Err(refused(format!(
                "{name} is the key of another resource of this program, {holder}. If it was renamed, give it Pulumi's `aliases` \
                 option or run `pulumi state rename`; else remove adopt"
            )));
        }
        check_kind(&name, &metadata, desired)?;
        let read = kms::observe(&target.client, &target.region, metadata);
        let observed =
            kms::look(context, &target.region, "reading the key", read).await.map_err(|error| reading(&error))?;
        if let (Reading::Denied(permission), true) = (&observed.tags, self.identity(urn).is_some()) {
            context.log.warning(&format!(
                "Whether {} belongs to another stack or resource could not be checked: allow {permission} to the caller. It is \
                 adopted all the same, and marked as this resource's.",
                observed.metadata.arn
            ));
        }
        Ok(Some(Found { observed, by: By::Adopt }))
    }
}

/// The value of `adopt` that asks for a key of the resource's own, whatever other states have.
const NONE: &str = "NONE";

fn adopt(inputs: &PropertyMap) -> Result<Option<String>, Unreadable> {
    Ok(AwsKmsKeySpec::from_properties(inputs)?.adopt.known().cloned())
}

/// Whether the program wants a new key beside another state's.
pub(super) fn wants_its_own(inputs: &PropertyMap) -> Result<bool, Unreadable> {
    Ok(adopt(inputs)?.as_deref() == Some(NONE))
}

/// Whether the program has just been changed to take over the very key that the state has: consent to claim it back from a
/// newer owner.
pub(super) fn claims_back(inputs: &PropertyMap, old_inputs: &PropertyMap, arn: &str) -> Result<bool, Unreadable> {
    let before = adopt(old_inputs)?;
    let named = adopt(inputs)?.filter(|name| before.as_ref() != Some(name));
    Ok(named.is_some_and(|name| name == arn || arn.rsplit('/').next() == Some(name.as_str())))
}

/// What KMS cannot change must be right from the start.
fn check_kind(name: &str, metadata: &Metadata, desired: &Desired) -> Result<(), ResourceError> {
    if metadata.manager != "CUSTOMER" {
        return Err(refused(format!(
            "{name} is {}, a key that an AWS service manages; it cannot be adopted",
            metadata.arn
        )));
    }
    let is = [
        ("keySpec", metadata.key_spec.clone(), desired.key_spec.clone()),
        ("keyUsage", metadata.key_usage.clone(), desired.key_usage.clone()),
        ("multiRegion", metadata.multi_region.to_string(), desired.multi_region.to_string()),
        ("origin", metadata.origin.clone(), "AWS_KMS".to_owned()),
    ];
    match is.iter().find(|(_, there, wanted)| there != wanted) {
        None => Ok(()),
        Some((property, there, wanted)) => Err(refused(format!(
            "{name} has {property} {there}, but the resource asks for {wanted}, and KMS cannot change that; set {property} \
             to {there}, or adopt another key"
        ))),
    }
}

fn refused(reason: impl std::fmt::Display) -> ResourceError {
    ResourceError::failed(Code::InvalidArgument, format!("adopt: {reason}"))
}
