//! Who holds the aliases that a key shall have. Found out before a key is created, so that a clash leaves no key behind.

use std::collections::BTreeSet;
use std::time::Duration;

use awskms_core::desired::{Desired, held};
use awskms_core::observed::{Metadata, Observed};
use awskms_core::owner::{OwnerMark, Phase};
use awskms_core::plan::Claim;
use futures_util::future::try_join_all;
use tonic::Code;

use super::provider::{Provider, kms_failure};
use super::{Context, ResourceError};
use crate::kms::{Kind, Lookup, Target, look_up, observe_key};

/// An alias that another key holds.
#[derive(Debug)]
pub(super) struct HeldAlias {
    pub(super) alias: String,
    pub(super) holder: Observed,
}

/// The aliases among `wanted` that are held, and by which key. Without permission to look, an alias counts as free; KMS
/// refuses it later if it is not.
pub(super) async fn holders(
    context: &Context,
    target: &Target,
    wanted: &BTreeSet<String>,
) -> Result<Vec<HeldAlias>, ResourceError> {
    let found = try_join_all(wanted.iter().map(|alias| holder(context, target, alias))).await?;
    Ok(found.into_iter().flatten().collect())
}

async fn holder(context: &Context, target: &Target, alias: &str) -> Result<Option<HeldAlias>, ResourceError> {
    match look_up(context, &target.region, observe_key(&target.client, &target.region, alias)).await {
        Lookup::Present(holder) => Ok(Some(HeldAlias { alias: alias.to_owned(), holder })),
        Lookup::Absent => Ok(None),
        Lookup::Unknown(error) if error.kind == Kind::AccessDenied => {
            context.log.warning(&format!(
                "Whether {alias} is taken could not be checked before the key is created: {error}. \
                 Allow kms:DescribeKey to the caller."
            ));
            Ok(None)
        }
        Lookup::Unknown(error) => Err(kms_failure(&format!("looking up {alias}"), &error)),
    }
}

/// The resource that wants aliases, in one Region.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claimant<'a> {
    pub(super) urn: &'a str,
    /// The mark that its key has, or will have.
    pub(super) mark: Option<&'a OwnerMark>,
    /// ARN of the key that it has already.
    pub(super) own_arn: Option<&'a str>,
    /// IDs of the keys whose place its key takes.
    pub(super) replaced: &'a [String],
    pub(super) region: &'a str,
}

impl Claimant<'_> {
    /// Whether the claimant's mark stands in some relation to that of the holder; without both marks it does not.
    fn relates(&self, holder: &Observed, relation: impl FnOnce(&OwnerMark, &OwnerMark) -> bool) -> bool {
        self.mark.zip(holder.owner.as_ref()).is_some_and(|(ours, theirs)| relation(ours, theirs))
    }
}

/// Why a key's alias may go to another one.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Leave {
    /// The key is this resource's own, which is being replaced or was never finished.
    Own,
    /// The key is on its way out.
    PendingDeletion,
    /// Another resource of the program has it, and gives the alias up in this run.
    GivenUp,
}

/// How long to wait for the engine to show the resource of this program that holds an alias. It shows resources that do not
/// depend on each other within milliseconds.
const SHOWN_BY_THEN: Duration = Duration::from_secs(2);

impl Provider {
    /// Sorts held aliases into those that the key may take over and an error for the first that it may not.
    ///
    /// # Errors
    /// An alias belongs to a key that keeps it. The message says whose that is and what to do.
    pub(super) async fn claim(
        &self,
        context: &Context,
        held: &[HeldAlias],
        desired: &Desired,
        whose: Claimant<'_>,
    ) -> Result<Claim, ResourceError> {
        let mut claim = Claim::default();
        for HeldAlias { alias, holder } in held {
            let metadata = &holder.metadata;
            if Some(metadata.arn.as_str()) == whose.own_arn {
                continue;
            }
            let leave = self.leave_to_take(context, alias, holder, whose).await?;
            // The resource that gives it up was previewed first and runs first.
            if context.is_preview && leave == Leave::GivenUp && self.names.was_previewed_as_deleted(whose.region, alias)
            {
                continue;
            }
            if leave == Leave::PendingDeletion {
                report_taken_from_pending(context, alias, holder, whose);
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

    /// Whether the alias is the one of the resource's row, whose key the engine does not name in some replacements: the row has
    /// this alias, the key carries a mark of this state (by the resource's former name, or the stack's), and no other row is shown
    /// to have it.
    fn is_of_its_row(&self, alias: &str, holder: &Observed, whose: Claimant<'_>) -> bool {
        let row = self.view.replaced(whose.urn).filter(|_| self.view.keys_in_state(whose.urn).is_empty());
        let named = row.is_some_and(|row| {
            held(&row.inputs, whose.region).get(whose.region).is_some_and(|held| held.aliases.contains(alias))
        });
        named && self.view.holder_beside(whose.urn, &holder.metadata.key_id).is_none()
    }

    /// Whether the claimant's key takes the place of the holder, which is still what it was then: neither another resource's or
    /// another state's, nor kept on purpose, nor brought back by somebody after its deletion.
    fn has_its_place_taken(&self, holder: &Observed, whose: Claimant<'_>) -> bool {
        let id = &holder.metadata.key_id;
        let is_as_before = |theirs: &OwnerMark| {
            matches!(theirs.phase(), Phase::Begun | Phase::Recorded)
                && whose.mark.is_none_or(|ours| theirs.generation() < ours.generation())
        };
        whose.replaced.contains(id)
            && self.view.holder_beside(whose.urn, id).is_none()
            && holder.owner.as_ref().is_none_or(is_as_before)
    }

    async fn leave_to_take(
        &self,
        context: &Context,
        alias: &str,
        holder: &Observed,
        whose: Claimant<'_>,
    ) -> Result<Leave, ResourceError> {
        let metadata = &holder.metadata;
        if self.view.has_key(whose.urn, &metadata.key_id)
            || self.has_its_place_taken(holder, whose)
            || whose.relates(holder, was_never_finished)
            || whose.relates(holder, OwnerMark::same_state) && self.is_of_its_row(alias, holder, whose)
        {
            return Ok(Leave::Own);
        }
        if metadata.state.is_pending_deletion() {
            return Ok(Leave::PendingDeletion);
        }
        let from_this_state = whose.relates(holder, OwnerMark::same_state);
        let is_own_urn = whose.relates(holder, OwnerMark::same_urn);
        let resource = if from_this_state && !is_own_urn {
            let over = async {
                tokio::select! {
                    () = tokio::time::sleep(SHOWN_BY_THEN) => {}
                    () = context.ended() => {}
                }
            };
            self.view.wait_for_holder(whose.urn, &metadata.key_id, over).await
        } else {
            self.view.holder_beside(whose.urn, &metadata.key_id)
        };
        let Some(resource) = resource else {
            // A resource that depends on this one is shown later; Check refuses it if it wants to keep the alias. A *new* key takes
            // nothing on trust: with a resource that was renamed without Pulumi's `aliases`, it would take the place of the old one.
            if from_this_state && !is_own_urn && whose.own_arn.is_some() {
                context.log.info(&format!(
                    "{alias} moves here from {}, a key of another resource of this stack.",
                    metadata.arn
                ));
                return Ok(Leave::GivenUp);
            }
            return Err(taken(alias, holder, whose, from_this_state));
        };
        match self.names.wanted_by(&resource, whose.region) {
            Some(kept) if !kept.contains(alias) => Ok(Leave::GivenUp),
            _ => Err(refused(format!(
                "{alias} is held in {} by {}, the key of another resource of this program, {resource}, which keeps it. Nothing was \
                 created. Choose another alias, or take it away from that resource: then it moves in one call.",
                whose.region, metadata.arn
            ))),
        }
    }
}

/// Whether a key is this resource's and no run has ever finished it: nobody uses it.
fn was_never_finished(ours: &OwnerMark, theirs: &OwnerMark) -> bool {
    ours.same_resource(theirs) && theirs.phase() == Phase::Begun && theirs.generation() < ours.generation()
}

fn report_taken_from_pending(context: &Context, alias: &str, holder: &Observed, whose: Claimant<'_>) {
    let metadata = &holder.metadata;
    let is_another = whose.relates(holder, |ours, theirs| !ours.same_urn(theirs));
    let another = if is_another { " and carries the owner mark of another resource or stack" } else { "" };
    let when = metadata.deletion_date.as_ref().map_or_else(String::new, |date| format!(" on {date}"));
    context.log.warning(&format!(
        "{alias} moves away from {}, which will be deleted{when}{another}. If that deletion is cancelled, the key comes back without \
         this alias.",
        metadata.arn
    ));
}

/// KMS moves an alias only between keys of one class and usage (`UpdateAlias`, AWS KMS API reference).
fn same_class(holder: &Metadata, desired: &Desired) -> bool {
    let class = |spec: &str| match spec {
        "SYMMETRIC_DEFAULT" => 0,
        hmac if hmac.starts_with("HMAC") => 1,
        _ => 2,
    };
    class(&holder.key_spec) == class(&desired.key_spec) && holder.key_usage == desired.key_usage
}

fn taken(alias: &str, holder: &Observed, whose: Claimant<'_>, from_this_state: bool) -> ResourceError {
    let Metadata { arn, manager, .. } = &holder.metadata;
    let service = if manager == "AWS" { ", a key of an AWS service" } else { "" };
    let region = whose.region;
    let is = format!("{alias} is taken in {region} by {arn}{service}");
    let name = urn_name(whose.urn);
    refused(if whose.relates(holder, OwnerMark::same_urn) {
        format!(
            "{is}, which carries the owner mark of this very resource and is not the key that this state has: a newer run, or \
             another state, has it. Nothing was changed. Choose another alias, or set adopt to {arn} to take that key over."
        )
    } else if from_this_state {
        format!(
            "{is}, the key of another resource of this stack. Nothing was created. If that resource was renamed to {name}, give {name} \
             Pulumi's `aliases` option with the old name, or run `pulumi state rename`; if it is to hand the alias over, give it \
             another alias in the same program and let {name} depend on it; else choose another alias."
        )
    } else if holder.owner.is_some() {
        format!(
            "{is}, which carries the owner mark of another stack or resource. Nothing was created. Choose another alias; or, if this \
             stack is to manage the key from now on, remove it there without deleting the key and run \
             `pulumi import awskms:index:AwsKmsKey {name} {arn}`."
        )
    } else {
        format!(
            "{is}. Nothing was created. Choose another alias, or bring that key under this program: \
             `pulumi import awskms:index:AwsKmsKey {name} {arn}`."
        )
    })
}

fn refused(message: String) -> ResourceError {
    ResourceError::failed(Code::AlreadyExists, message)
}

/// The resource's name in its program: the last part of its URN.
fn urn_name(urn: &str) -> &str {
    urn.rsplit("::").next().unwrap_or(urn)
}
