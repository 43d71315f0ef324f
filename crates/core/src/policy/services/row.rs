//! What is to be known of an AWS service to write its statements.

use crate::spec::generated::{AwsService, ServiceAccess};

/// What one service needs.
#[derive(Debug)]
pub struct Service {
    /// The service.
    pub name: AwsService,
    /// How the Sids of its statements begin.
    pub(super) label: &'static str,
    /// Who calls KMS for it.
    pub caller: Caller,
    /// Whether `roles` may be given: roles that call, or that read beside a service that calls as itself.
    pub takes_roles: bool,
    /// Condition key of what the service uses the key for, behind `kms:EncryptionContext:`; none if it is not bound.
    pub(super) context: Option<Context>,
    /// Whether `resources` may or must be given.
    pub resources: Need,
    /// Whether `sources` may or must be given.
    pub sources: Need,
    /// `aws:SourceArn` where `sources` are left out, with `{partition}`, `{region}` and `{account}`.
    pub(super) usual_source: Option<&'static str>,
    /// Which keys it works with.
    pub fits: Fits,
    /// Its statements.
    pub(super) parts: &'static [Part],
    /// Where AWS says so.
    pub guide: &'static str,
}

/// Who calls KMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The user or role that calls the service: the call has `kms:ViaService`.
    Role {
        /// What `kms:ViaService` is, before the Region.
        host: &'static str,
        /// Whether a key is used from other Regions too, so that the condition names none.
        every_region: bool,
    },
    /// The service itself, by its principal: the call has `aws:SourceArn` where the service's guide says so.
    Itself(&'static str),
    /// The service itself, by a principal in each Region: this name, then the Region.
    InRegion(&'static str),
    /// The service's role in the key's account.
    ServiceLinkedRole {
        /// The service whose role it is.
        of: &'static str,
        /// Its name, without a custom suffix.
        name: &'static str,
    },
}

/// Whether something is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It has no meaning.
    Never,
    /// It may be given.
    May,
    /// Without it the statement would be too wide.
    Must,
}

/// Which keys a service works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fits {
    /// Symmetric encryption keys ("AWS services that integrate with KMS use symmetric encryption keys only").
    Symmetric,
    /// An `ECC_NIST_P256` key for signing, in us-east-1.
    Dnssec,
}

/// The member of an encryption context that names what the service uses the key for.
#[derive(Debug)]
pub(super) struct Context {
    /// Its name.
    pub(super) key: &'static str,
    /// Whether its values are ARNs, which are compared part by part.
    pub(super) arns: bool,
    /// Its value where `resources` are left out, with `{partition}`, `{region}` and `{account}`.
    pub(super) usual: Option<&'static str>,
}

/// One statement.
#[derive(Debug)]
pub(super) struct Part {
    /// How its Sid ends.
    pub(super) suffix: &'static str,
    /// For which access it stands; each if it is empty.
    pub(super) access: &'static [ServiceAccess],
    /// Whether it is for the roles that read beside a service that calls as itself.
    pub(super) for_readers: bool,
    pub(super) actions: &'static [&'static str],
    pub(super) bounds: &'static [Bound],
}

/// One condition of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// `kms:ViaService` is the service.
    Via,
    /// The member of the encryption context is one of the resources, if there are any.
    Resources,
    /// `aws:SourceArn` is one of the sources, if there are any.
    Sources,
    /// `aws:SourceArn` is one of the resources.
    ResourcesAsSources,
    /// `aws:SourceAccount` is the key's account.
    SourceAccount,
    /// The grant is for a resource of the service.
    ForAwsResource,
    /// The grant's constraints have this member of the encryption context.
    ContextKey(&'static str),
    /// The call has this member of the encryption context.
    Carries(&'static str),
    /// This member of the encryption context has this value.
    Context(&'static str, &'static str),
}

impl Service {
    /// Whether its parts differ by access.
    pub fn has_access(&self) -> bool {
        self.parts.iter().any(|part| !part.access.is_empty())
    }

    /// Whether what it uses the key for is named by ARNs.
    pub fn resources_are_arns(&self) -> bool {
        self.context.as_ref().is_some_and(|context| context.arns)
    }

    /// Whether roles call KMS through it.
    pub fn is_called_by_roles(&self) -> bool {
        matches!(self.caller, Caller::Role { .. })
    }

    /// Whether it lives on grants that it makes when it is set up.
    pub(in crate::policy) fn makes_grants(&self) -> bool {
        self.parts.iter().any(|part| part.actions.contains(&"kms:CreateGrant"))
    }

    /// `kms:ViaService` of calls through it; `None` where no roles call. The suffix is the same in every partition
    /// (AWS KMS developer guide, `kms:ViaService`).
    pub(in crate::policy) fn via(&self, region: &str) -> Option<String> {
        match self.caller {
            Caller::Role { host, every_region } => {
                Some(format!("{host}.{}.amazonaws.com", if every_region { "*" } else { region }))
            }
            _ => None,
        }
    }
}
