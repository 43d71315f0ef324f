//! Whose key is it, and is there one already? The look-ups behind the owner mark.

use awskms_core::desired::Desired;
use awskms_core::observed::Observed;
use awskms_core::owner::OwnerMark;

use super::provider::{Provider, kms_failure};
use super::{Context, ResourceError};
use crate::kms::{self, Kind, KmsError, Target};

/// A key that is there already and becomes the resource's.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) observed: Observed,
    /// Whether the user named it, rather than its owner mark.
    pub(super) is_adopted: bool,
}

/// The mark of a new key of this resource; `None` when the provider is told to leave it off.
pub(super) fn mark(provider: &Provider, urn: &str, region: &str, desired: &Desired) -> Option<OwnerMark> {
    if provider.clients.settings().skip_owner_mark {
        return None;
    }
    let organization = std::env::var("PULUMI_ORGANIZATION").unwrap_or_default();
    Some(OwnerMark::new(&organization, urn, region, desired))
}

/// Looks for a key that an interrupted run of this resource has left behind, or that it has scheduled for deletion.
///
/// Nothing is looked for in a replacement: the key that is found then would be the very one that the engine deletes
/// next. Without permission to look, the create goes on with a warning.
pub(super) async fn find(
    provider: &Provider,
    context: &Context,
    urn: &str,
    target: &Target,
    mark: Option<&OwnerMark>,
) -> Result<Option<Found>, ResourceError> {
    let Some(mark) = mark.filter(|_| !provider.memory.knows_resource(urn)) else { return Ok(None) };
    let found = match provider.index.known(target).await {
        Ok(marked) => pick(provider, urn, target, mark, marked).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(found) => Ok(found.map(|observed| Found { observed, is_adopted: false })),
        Err(error) if error.kind == Kind::AccessDenied => {
            context.log.warning(&format!(
                "Whether an interrupted run has left a key of this resource could not be checked: {error}. {}",
                error.advice()
            ));
            Ok(None)
        }
        Err(error) => Err(kms_failure("looking for a key of an interrupted run", &error)),
    }
}

/// Looks for the key of a `CreateKey` whose answer was lost. Asked a few times, because a new key may not be listed yet.
pub(super) async fn find_after_lost_answer(
    provider: &Provider,
    context: &Context,
    urn: &str,
    target: &Target,
    mark: &OwnerMark,
) -> Result<Option<Observed>, ResourceError> {
    for attempt in 1..=6 {
        let found = match provider.index.refreshed(target).await {
            Ok(marked) => pick(provider, urn, target, mark, marked).await,
            Err(error) => Err(error),
        };
        match found {
            Ok(Some(observed)) => return Ok(Some(observed)),
            Ok(None) => {}
            Err(error) => return Err(kms_failure("looking for the key of a lost answer", &error)),
        }
        tokio::select! {
            () = context.cancel.cancelled() => break,
            () = tokio::time::sleep(kms::pause(attempt)) => {}
        }
    }
    Ok(None)
}

/// The key among the marked ones that is this resource's, of the same spec, and not one that the engine knows.
async fn pick(
    provider: &Provider,
    urn: &str,
    target: &Target,
    mark: &OwnerMark,
    marked: Vec<(String, OwnerMark)>,
) -> Result<Option<Observed>, KmsError> {
    for (arn, theirs) in marked {
        let known = arn.rsplit('/').next().is_some_and(|id| provider.memory.knows_key(urn, id));
        if known || !mark.same_owner(&theirs) || !mark.same_key(&theirs) {
            continue;
        }
        let metadata = kms::describe(&target.client, &target.region, &arn).await?;
        return kms::observe(&target.client, &target.region, metadata).await.map(Some);
    }
    Ok(None)
}
