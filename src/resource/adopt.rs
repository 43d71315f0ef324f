//! Taking over a key that exists instead of creating one.

use awskms_core::desired::Desired;
use awskms_core::ids::KmsArn;
use awskms_core::observed::Metadata;
use awskms_core::spec::generated::AwsKmsKeySpec;
use awskms_core::value::PropertyMap;
use tonic::Code;

use super::ownership::Found;
use super::provider::{Provider, kms_failure};
use super::{Context, ResourceError};
use crate::kms::{self, Kind, Target};

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
        let Some(name) = AwsKmsKeySpec::from_properties(inputs)?.adopt.known().cloned() else { return Ok(None) };
        if let Some(arn) = KmsArn::parse(&name).filter(|arn| arn.region != target.region) {
            return Err(refused(format!(
                "{name} is in {}, but the resource's Region is {}; set region to {}",
                arn.region, target.region, arn.region
            )));
        }
        let metadata =
            kms::describe(&target.client, &target.region, &name).await.map_err(|error| match error.kind {
                Kind::NotFound => refused(format!(
                    "there is no key {name} in {}; correct it, or remove adopt to create a new key",
                    target.region
                )),
                _ => kms_failure(&format!("adopt: reading {name}"), &error),
            })?;
        if self.memory.knows_key(urn, &metadata.key_id) {
            context.log.info(&format!("adopt: {name} is the key that is being replaced; a new key is created."));
            return Ok(None);
        }
        check_kind(&name, &metadata, desired)?;
        let observed = kms::observe(&target.client, &target.region, metadata).await;
        let observed = observed.map_err(|error| kms_failure(&format!("adopt: reading {name}"), &error))?;
        Ok(Some(Found { observed, is_adopted: true }))
    }
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
