//! How rows of the table are written.

use super::row::Bound::{Resources, Via};
use super::row::{Bound, Caller, Context, Fits, Need, Part, Service};
use crate::spec::generated::{AwsService, ServiceAccess};

pub(super) const fn part(suffix: &'static str, actions: &'static [&'static str], bounds: &'static [Bound]) -> Part {
    Part { suffix, access: &[], for_readers: false, actions, bounds }
}

/// A statement for one kind of access, through the service and for its resources.
pub(super) const fn accessing(
    suffix: &'static str,
    access: &'static [ServiceAccess],
    actions: &'static [&'static str],
) -> Part {
    Part { suffix, access, for_readers: false, actions, bounds: &[Via, Resources] }
}

/// A service whose roles call KMS.
pub(super) const fn through(
    name: AwsService,
    label: &'static str,
    host: &'static str,
    parts: &'static [Part],
    guide: &'static str,
) -> Service {
    Service {
        name,
        label,
        caller: Caller::Role { host, every_region: false },
        takes_roles: true,
        context: None,
        resources: Need::Never,
        sources: Need::Never,
        usual_source: None,
        fits: Fits::Symmetric,
        parts,
        guide,
    }
}

/// A service that calls KMS as itself.
pub(super) const fn by_itself(
    name: AwsService,
    label: &'static str,
    principal: &'static str,
    parts: &'static [Part],
    guide: &'static str,
) -> Service {
    Service {
        caller: Caller::Itself(principal),
        takes_roles: false,
        sources: Need::May,
        ..through(name, label, "", parts, guide)
    }
}

pub(super) const fn arns(key: &'static str) -> Context {
    Context { key, arns: true, usual: None }
}
