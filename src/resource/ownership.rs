//! Whose key is it, and is there one already? The look-ups behind the owner mark; what follows from them is decided in
//! [`awskms_core::takeover`].

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use awskms_core::desired::Desired;
use awskms_core::observed::{Metadata, Observed};
use awskms_core::owner::{Identity, OwnerMark};
use awskms_core::takeover::{Conflict, Decision, Reason, Request, Row, decide};
use awskms_core::value::PropertyMap;
use tonic::Code;

use super::adopt::wants_its_own;
use super::provider::{Provider, kms_failure};
use super::{Context, ResourceError};
use crate::kms::{self, Kind, KmsError, Lookup, Marked, Target};

/// A key that is there already and becomes the resource's.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) observed: Observed,
    pub(super) by: By,
}

/// Why a key is taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The user named it.
    Adopt,
    /// Its mark says so.
    Mark(Reason),
}

/// What the look for the resource's own keys has found.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The key that the resource takes up.
    pub(super) found: Option<Found>,
    /// The newest generation among all keys of the resource, the ones that it has retired included.
    pub(super) newest: u32,
    /// The key that the state has and that is being replaced, where the engine did not name it.
    pub(super) replaced: Option<Observed>,
}

impl Provider {
    /// The resource as marks name it; `None` when the provider is told to leave marks off.
    pub fn identity(&self, urn: &str) -> Option<Identity> {
        (!self.clients.settings().skip_owner_mark).then(|| Identity::new(urn, &self.lineage))
    }

    /// The resource as the marks of keys in a state name it; none in a stateless call, which owns nothing.
    pub fn identity_in_state(&self, urn: &str) -> Option<Identity> {
        self.identity(urn).filter(|_| !self.is_stateless)
    }

    /// The mark of a new key of this resource.
    pub(super) fn mark(&self, urn: &str, region: &str, desired: &Desired) -> Option<OwnerMark> {
        self.identity(urn).map(|identity| OwnerMark::new(&identity, region, desired, nonce()))
    }

    /// The mark that this resource would put on a key that exists.
    pub(super) fn mark_of_key(&self, urn: &str, key: &Metadata) -> Option<OwnerMark> {
        self.identity_in_state(urn).map(|identity| OwnerMark::of_key(&identity, key, nonce()))
    }

    /// Looks for a key that an interrupted run of this resource has left behind, that is on its way out, or that the resource
    /// gave away. Without permission to look, the create goes on with a warning.
    ///
    /// # Errors
    /// The keys could not be read, or one of them belongs to the resource in a way that forbids to make another.
    pub(super) async fn find(
        &self,
        context: &Context,
        urn: &str,
        target: &Target,
        mark: Option<&OwnerMark>,
        desired: &Desired,
        inputs: &PropertyMap,
    ) -> Result<Search, ResourceError> {
        let Some(mark) = mark.filter(|_| !self.is_stateless) else { return Ok(Search::default()) };
        let row = self.view.row(urn);
        let known = match row {
            Row::Replaced { generation } => generation.unwrap_or(0),
            Row::NotShown => 0,
        };
        let failure = |error: &KmsError| kms_failure("looking for a key of an interrupted run", error);
        let marked = match self.index.known(context, target).await {
            Ok(marked) => marked,
            Err(error) if error.kind == Kind::AccessDenied => {
                context.log.warning(&format!("{} {error}. {}", UNCHECKED, error.advice()));
                return Ok(Search { newest: known, ..Search::default() });
            }
            Err(error) => return Err(failure(&error)),
        };
        self.report_unread(context, target, &marked);
        let own = marked.keys.iter().filter(|(_, theirs)| theirs.same_urn(mark));
        let newest = own.clone().map(|(_, theirs)| theirs.generation()).max().unwrap_or(0).max(known);
        // A first attempt of this process may have made one since the keys were listed.
        let attempted = self.view.attempted(urn);
        let arns: BTreeSet<&str> =
            own.map(|(arn, _)| arn.as_str()).chain(attempted.iter().map(String::as_str)).collect();
        let keys = self.read_unclaimed(context, urn, target, arns.into_iter()).await;
        let keys = keys.map_err(|error| failure(&error))?;
        let request = Request { mark, aliases: &desired.aliases, row, on_its_own: wants_its_own(inputs)? };
        match decide(&keys, &request) {
            Decision::TakeUp { key, reason, replaced } => {
                let found = Some(Found { observed: key.clone(), by: By::Mark(reason) });
                Ok(Search { found, newest, replaced: replaced.cloned() })
            }
            Decision::Refuse(key, conflict) => Err(refused(&key.metadata.arn, conflict, urn)),
            Decision::New { replaced, others } => {
                report_others(context, &others);
                Ok(Search { found: None, newest, replaced: replaced.cloned() })
            }
        }
    }

    /// Reads keys that the engine has not named as any resource's.
    async fn read_unclaimed(
        &self,
        context: &Context,
        urn: &str,
        target: &Target,
        arns: impl Iterator<Item = &str>,
    ) -> Result<Vec<Observed>, KmsError> {
        let mut keys = vec![];
        for arn in arns {
            let id = arn.rsplit('/').next().unwrap_or(arn);
            if self.view.has_key(urn, id) || self.view.holder_beside(urn, id).is_some() {
                continue;
            }
            match kms::look_up(context, &target.region, kms::observe_key(&target.client, &target.region, arn)).await {
                Lookup::Present(key) => keys.push(key),
                // Gone since it was listed.
                Lookup::Absent => {}
                Lookup::Unknown(error) => return Err(error),
            }
        }
        Ok(keys)
    }

    /// Says once a process and Region that some keys could not be looked at: one of them may be an interrupted run's.
    fn report_unread(&self, context: &Context, target: &Target, marked: &Marked) {
        let Some(first) = marked.unread.first() else { return };
        if self.say_once(format!("unread tags in {}", target.region)) {
            context.log.warning(&format!(
                "{UNCHECKED} The tags of {} keys in {} could not be read, the first: {first}. Allow kms:ListResourceTags to the \
                 caller; if an earlier run was interrupted, one of these keys may be what it has left behind.",
                marked.unread.len(),
                target.region
            ));
        }
    }
}

const UNCHECKED: &str = "Whether an interrupted run has left a key of this resource could not be checked.";

/// Makes each mark unique, so that the key of a lost answer is found by the mark of that very call.
fn nonce() -> u64 {
    RandomState::new().build_hasher().finish()
}

pub(super) fn refused(arn: &str, conflict: Conflict, urn: &str) -> ResourceError {
    let take = format!("To take the key into this state, set adopt to {arn}.");
    let message = match conflict {
        Conflict::Recorded => format!(
            "{arn} is this resource's live key, recorded by an earlier run, but the engine asks for a new one; nothing was created. \
             If that is a replacement without a change of inputs (`pulumi up --replace`, `pulumi state taint`), the engine does not \
             say which key it is about, so the key is not replaced, as with replacementPolicy FORBID: run \
             `pulumi state untaint '{urn}'`; to replace it, use the resource option replacementTrigger with replacementPolicy ALLOW. If \
             the resource was moved to another stack or taken out of this state (`pulumi state move`, `pulumi state delete`, \
             retainOnDelete, deletedWith), take it out of this program. {take}"
        ),
        Conflict::OtherState => format!(
            "{arn} is the live key of a resource with the same URN that this run was not shown: of this stack before the \
             provider's version changed or everything else was destroyed, of the stack under its former name, or of another \
             backend; nothing was created. If a replacement was asked for (`pulumi up --replace`, `pulumi state taint`), \
             replacementPolicy FORBID keeps the key: run `pulumi state untaint '{urn}'`. {take} To make a second key beside it, set \
             adopt to NONE, or give this resource another name."
        ),
    };
    ResourceError::failed(Code::FailedPrecondition, message)
}

/// Live keys of this resource are not deleted without a word from the user, nor forgotten in silence.
fn report_others(context: &Context, keys: &[&Observed]) {
    for key in keys {
        context.log.warning(&format!(
            "{} ({}) carries the owner mark of this resource too and is in no state that this run knows: left by an \
             interrupted run, or retained. It is left alone; if it is not needed, schedule its deletion by hand.",
            key.metadata.arn, key.metadata.key_spec
        ));
    }
}

impl Provider {
    /// Looks for the key of a `CreateKey` whose answer was lost: the one that carries the mark of that call. Asked a few
    /// times, because a new key may not be listed yet.
    pub(super) async fn find_after_lost_answer(
        &self,
        context: &Context,
        target: &Target,
        mark: &OwnerMark,
    ) -> Result<Option<Observed>, ResourceError> {
        let failure = |error: &KmsError| kms_failure("looking for the key of a lost answer", error);
        for attempt in 1..=6 {
            let marked = match self.index.refreshed(context, target).await {
                Ok(marked) => marked,
                // The next run finds what this one has no more time to look for.
                Err(error) if error.kind == Kind::Stopped => return Ok(None),
                Err(error) => return Err(failure(&error)),
            };
            if let Some((arn, _)) = marked.keys.iter().find(|(_, theirs)| theirs.same_mark(mark)) {
                let read = kms::observe_key(&target.client, &target.region, arn);
                match kms::look_up(context, &target.region, read).await {
                    Lookup::Present(key) => return Ok(Some(key)),
                    // Listed, but not shown everywhere yet.
                    Lookup::Absent => {}
                    Lookup::Unknown(error) if error.kind == Kind::Stopped => return Ok(None),
                    Lookup::Unknown(error) => return Err(failure(&error)),
                }
            } else {
                self.report_unread(context, target, &marked);
            }
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
}
