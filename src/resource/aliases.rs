//! Who holds the names that a key shall have. Asked before a key is created, so that a clash leaves no key behind.

use std::collections::BTreeSet;

use awskms_core::desired::Desired;
use awskms_core::observed::{Metadata, Observed};
use awskms_core::owner::OwnerMark;
use awskms_core::plan::Claim;
use futures_util::future::try_join_all;
use tonic::Code;

use super::create::urn_name;
use super::provider::kms_failure;
use super::{Context, Memory, ResourceError};
use crate::kms::{Kind, Target, describe, look, observe};

/// A name that another key holds.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) alias: String,
    pub(super) holder: Observed,
}

/// The names among `wanted` that are held, and by which key. Without permission to look, a name counts as free; KMS
/// refuses it later if it is not.
pub(super) async fn holders(
    context: &Context,
    target: &Target,
    wanted: &BTreeSet<String>,
) -> Result<Vec<Held>, ResourceError> {
    let found = try_join_all(wanted.iter().map(|alias| holder(context, target, alias))).await?;
    Ok(found.into_iter().flatten().collect())
}

async fn holder(context: &Context, target: &Target, alias: &str) -> Result<Option<Held>, ResourceError> {
    let failure = |error| kms_failure(&format!("looking up {alias}"), &error);
    let read = async {
        let metadata = describe(&target.client, &target.region, alias).await?;
        observe(&target.client, &target.region, metadata).await
    };
    match look(context, &target.region, read).await {
        Ok(holder) => Ok(Some(Held { alias: alias.to_owned(), holder })),
        Err(error) if error.kind == Kind::NotFound => Ok(None),
        Err(error) if error.kind == Kind::AccessDenied => {
            context.log.warning(&format!(
                "Whether {alias} is taken could not be checked before the key is created: {error}. \
                 Allow kms:DescribeKey to the caller."
            ));
            Ok(None)
        }
        Err(error) => Err(failure(error)),
    }
}

/// The resource that wants names.
#[derive(Debug)]
pub(super) struct Claimant<'a> {
    pub(super) urn: &'a str,
    pub(super) mark: Option<&'a OwnerMark>,
    /// ARN of the key that it has already.
    pub(super) own_arn: Option<&'a str>,
    pub(super) memory: &'a Memory,
}

/// Sorts held names into those that the key may take over and an error for the first that it may not.
///
/// A name goes over when its key is on its way out, or is this resource's own (the old key of a replacement).
pub(super) fn claim(
    context: &Context,
    held: &[Held],
    desired: &Desired,
    whose: &Claimant<'_>,
    region: &str,
) -> Result<Claim, ResourceError> {
    let mut claim = Claim::default();
    for Held { alias, holder } in held {
        let metadata = &holder.metadata;
        if Some(metadata.arn.as_str()) == whose.own_arn {
            continue;
        }
        let marked = matches!((whose.mark, &holder.owner), (Some(mark), Some(theirs)) if mark.same_owner(theirs));
        // A renamed resource's key may still carry the mark of the name that this one has now.
        let marked = marked && !whose.memory.knows_elsewhere(whose.urn, &metadata.key_id);
        let ours = marked || whose.memory.knows_key(whose.urn, &metadata.key_id);
        if !ours && !metadata.state.is_pending_deletion() {
            return Err(taken(alias, metadata, region, urn_name(whose.urn)));
        }
        if same_class(metadata, desired) {
            claim.movable.insert(alias.clone(), metadata.arn.clone());
        } else {
            context.log.warning(&format!(
                "{alias} goes from {} to a key of another class or usage. KMS cannot move it there, so it is deleted and \
                 created again: for a moment it names no key.",
                metadata.arn
            ));
            claim.recreated.insert(alias.clone(), metadata.arn.clone());
        }
    }
    Ok(claim)
}

/// KMS moves a name only between keys of one class and usage (`UpdateAlias`, AWS KMS API reference).
fn same_class(holder: &Metadata, desired: &Desired) -> bool {
    let class = |spec: &str| match spec {
        "SYMMETRIC_DEFAULT" => 0,
        hmac if hmac.starts_with("HMAC") => 1,
        _ => 2,
    };
    class(&holder.key_spec) == class(&desired.key_spec) && holder.key_usage == desired.key_usage
}

fn taken(alias: &str, holder: &Metadata, region: &str, resource_name: &str) -> ResourceError {
    let manager = if holder.manager == "AWS" { ", a key of an AWS service" } else { "" };
    ResourceError::failed(
        Code::AlreadyExists,
        format!(
            "{alias} is taken in {region} by {arn}{manager}. Nothing was created. Choose another alias, or bring that \
             key under this program: `pulumi import awskms:index:AwsKmsKey {resource_name} {arn}`.",
            arn = holder.arn,
        ),
    )
}
