//! Whose keys these are: what a newer owner has taken over is left alone, and every key carries the mark that it should.

use std::collections::BTreeMap;

use awskms_core::desired::{DesiredSet, Held};
use awskms_core::observed::{Observed, ObservedSet};
use awskms_core::owner::{OwnerMark, Remembered, may_touch};
use awskms_core::plan::Claim;
use tonic::Code;

use super::{Context, ResourceError};

/// What the state remembers of the marks, and the one that this resource would put on the key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks<'a> {
    pub(super) remembered: &'a Remembered,
    pub(super) ours: Option<&'a OwnerMark>,
    /// Whether the program asks to take the key back from whoever has it now.
    pub(super) claims_back: bool,
}

/// A key that a newer run of the resource has taken over is not this state's to change. A replica that others have made
/// is left alone, unless the inputs name it: then that is an error.
pub(super) fn fence(
    context: &Context,
    marks: Marks<'_>,
    set: &mut ObservedSet,
    held: &mut Held,
    desired: &DesiredSet,
) -> Result<(), ResourceError> {
    let foreign = |observed: &Observed| !may_touch(marks.remembered, observed.owner.as_ref(), marks.ours);
    if marks.claims_back {
        for observed in set.members.values().filter(|observed| foreign(observed)) {
            let arn = &observed.metadata.arn;
            context.log.warning(&format!("{arn} is claimed back from a newer owner, as adopt says."));
        }
        return Ok(());
    }
    if let Some(main) = set.main().filter(|main| foreign(main)) {
        return Err(taken_over(&main.metadata.arn));
    }
    for (region, observed) in set.members.iter().filter(|(_, observed)| foreign(observed)) {
        if desired.members.contains_key(region) {
            return Err(taken_over(&observed.metadata.arn));
        }
        if held.remove(region).is_some() {
            context.log.warning(&format!("{} belongs to a newer owner and is left alone.", observed.metadata.arn));
        }
    }
    set.unreachable.retain(|region, _| desired.members.contains_key(region) || held.contains_key(region));
    Ok(())
}

/// Claims the mark that each key shall carry, where it is not the one that it has; gives the mark of the set. A replica that
/// others have made and the inputs name, or whose mark was taken off, gets it too.
pub(super) fn marks(
    claims: &mut BTreeMap<String, Claim>,
    set: &ObservedSet,
    ours: Option<&OwnerMark>,
    remembered: &Remembered,
) -> Option<OwnerMark> {
    let main = set.main()?;
    let renewed = ours.filter(|_| main.tags.seen().is_some());
    let renewed = renewed.and_then(|ours| ours.renewed(main.owner.as_ref(), remembered.settled.as_ref()));
    let mark = renewed.or_else(|| main.owner.clone());
    // A phase alone is worth no call: it is noted when the run ends.
    let carries = |observed: &Observed| match (&observed.owner, &mark) {
        (Some(present), Some(mark)) => present.same_mark(mark),
        (present, mark) => present == mark,
    };
    for (region, observed) in set.members.iter().filter(|(_, observed)| observed.tags.seen().is_some()) {
        if let Some(claim) = claims.get_mut(region).filter(|_| ours.is_some() && !carries(observed)) {
            claim.mark.clone_from(&mark);
        }
    }
    mark
}

fn taken_over(arn: &str) -> ResourceError {
    ResourceError::failed(
        Code::FailedPrecondition,
        format!(
            "{arn} has been taken over by a newer owner since this state was written (tag {tag}). Nothing was changed. \
             If this program is to own the key, set adopt to {arn}.",
            tag = awskms_core::owner::OWNER_TAG,
        ),
    )
}
