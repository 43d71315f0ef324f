//! Whose key is it, and is there one already? The look-ups behind the owner mark.

use awskms_core::desired::Desired;
use awskms_core::observed::{Metadata, Observed};
use awskms_core::owner::OwnerMark;
use tonic::Code;

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
    Some(OwnerMark::new(&organization(), urn, region, desired))
}

/// The mark that this resource would put on a key that exists; `None` when the provider is told to leave it off.
pub(super) fn mark_of_key(provider: &Provider, urn: &str, key: &Metadata) -> Option<OwnerMark> {
    (!provider.clients.settings().skip_owner_mark).then(|| OwnerMark::of_key(&organization(), urn, key))
}

/// The engine does not tell providers the organization; it is known where the user has set it.
fn organization() -> String {
    std::env::var("PULUMI_ORGANIZATION").unwrap_or_default()
}

/// What the look for the resource's own keys has found.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The key that the resource takes up.
    pub(super) found: Option<Observed>,
    /// The newest generation among all keys of the resource, the ones that it has retired included.
    pub(super) newest: u32,
}

/// Looks for a key that an interrupted run of this resource has left behind, or that it has scheduled for deletion.
///
/// In a replacement the key that the engine deletes next must not be found, nor one that the resource has retired before:
/// only a key newer than what the state remembers, which an interrupted run of the same replacement has begun. Without
/// permission to look, the create goes on with a warning.
pub(super) async fn find(
    provider: &Provider,
    context: &Context,
    urn: &str,
    target: &Target,
    mark: Option<&OwnerMark>,
    desired: &Desired,
) -> Result<Search, ResourceError> {
    let Some(mark) = mark else { return Ok(Search::default()) };
    let replaced = provider.memory.knows_resource(urn).then(|| provider.memory.generation(urn));
    let looked = async {
        let marked = provider.index.known(target).await?;
        let own: Vec<_> = marked.into_iter().filter(|(_, theirs)| mark.same_owner(theirs)).collect();
        let newest = own.iter().map(|(_, theirs)| theirs.generation()).max().unwrap_or(0);
        let newest = newest.max(replaced.flatten().unwrap_or(0));
        let keys = read(provider, urn, target, own.iter().map(|(arn, _)| arn.as_str())).await?;
        Ok::<_, KmsError>((newest, keys))
    };
    let (newest, keys) = match looked.await {
        Ok(looked) => looked,
        Err(error) if error.kind == Kind::AccessDenied => {
            context.log.warning(&format!(
                "Whether an interrupted run has left a key of this resource could not be checked: {error}. {}",
                error.advice()
            ));
            return Ok(Search { found: None, newest: replaced.flatten().unwrap_or(0) });
        }
        Err(error) => return Err(kms_failure("looking for a key of an interrupted run", &error)),
    };
    let of_run = |key: &Observed| match replaced {
        None => true,
        Some(None) => false,
        Some(Some(generation)) => {
            let newer = key.owner.as_ref().is_some_and(|theirs| theirs.generation() > generation);
            newer && !key.metadata.state.is_pending_deletion()
        }
    };
    let wanted = |key: &Observed| of_run(key) && key.owner.as_ref().is_some_and(|theirs| mark.same_key(theirs));
    let (mut wanted, other): (Vec<_>, Vec<_>) = keys.into_iter().partition(wanted);
    // The newest first: the others are what it has replaced.
    wanted.sort_by_key(|key| std::cmp::Reverse(key.owner.as_ref().map(OwnerMark::generation)));
    let found = wanted.into_iter().next();
    match &found {
        Some(key) => only_own_names(key, desired)?,
        None if replaced.is_none() => tell_of_others(context, &other),
        None => {}
    }
    Ok(Search { found, newest })
}

/// A live key with names that the inputs do not have is no unfinished one: somebody uses it under those names.
fn only_own_names(key: &Observed, desired: &Desired) -> Result<(), ResourceError> {
    let names = key.aliases.seen().map(|held| held - &desired.aliases).unwrap_or_default();
    if key.metadata.state.is_pending_deletion() || names.is_empty() {
        return Ok(());
    }
    let arn = &key.metadata.arn;
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    Err(ResourceError::failed(
        Code::FailedPrecondition,
        format!(
            "{arn} carries the owner mark of this resource, is not in its state, and has names that the inputs do not have: \
             {names}. It may be in use, so it is not taken up, and nothing was created. To take it over with its names \
             replaced, set adopt to {arn}; to keep it, give this resource another name."
        ),
    ))
}

/// A key of another kind that still lives is not deleted without a word from the user.
fn tell_of_others(context: &Context, keys: &[Observed]) {
    for key in keys.iter().filter(|key| !key.metadata.state.is_pending_deletion()) {
        context.log.warning(&format!(
            "{} ({}) carries the owner mark of this resource too and is in no state that this run knows: left by an \
             interrupted run, or retained. It is left alone; if it is not needed, schedule its deletion by hand.",
            key.metadata.arn, key.metadata.key_spec
        ));
    }
}

/// Reads keys that the engine does not know as any resource.
async fn read(
    provider: &Provider,
    urn: &str,
    target: &Target,
    arns: impl Iterator<Item = &str>,
) -> Result<Vec<Observed>, KmsError> {
    let mut keys = vec![];
    for arn in arns {
        let id = arn.rsplit('/').next().unwrap_or(arn);
        if provider.memory.knows_key(urn, id) || provider.memory.knows_elsewhere(urn, id) {
            continue;
        }
        let metadata = kms::describe(&target.client, &target.region, arn).await?;
        keys.push(kms::observe(&target.client, &target.region, metadata).await?);
    }
    Ok(keys)
}

/// Looks for the key of a `CreateKey` whose answer was lost: the one that carries the mark of that call. Asked a few times,
/// because a new key may not be listed yet.
pub(super) async fn find_after_lost_answer(
    provider: &Provider,
    context: &Context,
    target: &Target,
    mark: &OwnerMark,
) -> Result<Option<Observed>, ResourceError> {
    for attempt in 1..=6 {
        match made_with(provider, target, mark).await {
            Ok(Some(observed)) => return Ok(Some(observed)),
            Err(error) if error.kind != Kind::NotFound => {
                return Err(kms_failure("looking for the key of a lost answer", &error));
            }
            Ok(None) | Err(_) => {}
        }
        // The next run finds what this one has no more time to look for.
        if context.stopped().is_some() {
            break;
        }
        tokio::select! {
            () = context.ended() => {}
            () = tokio::time::sleep(kms::pause(attempt)) => {}
        }
    }
    Ok(None)
}

async fn made_with(provider: &Provider, target: &Target, mark: &OwnerMark) -> Result<Option<Observed>, KmsError> {
    let marked = provider.index.refreshed(target).await?;
    let Some((arn, _)) = marked.into_iter().find(|(_, theirs)| theirs == mark) else { return Ok(None) };
    let metadata = kms::describe(&target.client, &target.region, &arn).await?;
    kms::observe(&target.client, &target.region, metadata).await.map(Some)
}
