//! One entry of the input `services`.

use super::table::service;
use crate::policy::Facts;
use crate::policy::typed::{known, put_list};
use crate::spec::constants::names;
use crate::spec::generated::{self, AwsService, ServiceAccess};
use crate::value::PropertyMap;

/// A service that uses the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServiceUse {
    /// The service.
    pub service: AwsService,
    /// What its roles do through it.
    pub access: ServiceAccess,
    /// Roles that call or read, by ARN or name; empty for the policy's usage roles, or of CLOUDTRAIL for nobody.
    pub roles: Vec<String>,
    /// What the service may use the key for; empty for anything.
    pub resources: Vec<String>,
    /// What a service that calls as itself acts for; empty for anything in the account.
    pub sources: Vec<String>,
    /// Custom suffix of a service-linked role.
    pub role_suffix: Option<String>,
}

impl ServiceUse {
    /// A service with everything else left out.
    pub fn new(service: AwsService) -> Self {
        Self {
            service,
            access: ServiceAccess::ReadWrite,
            roles: vec![],
            resources: vec![],
            sources: vec![],
            role_suffix: None,
        }
    }

    /// Reads checked properties; `None` while a part of them is not known.
    pub(in crate::policy) fn of(entry: &generated::ServiceUse) -> Option<Self> {
        let name = known(&entry.service)??;
        let access = known(&entry.access)?.filter(|_| service(name).has_access());
        Some(Self {
            service: name,
            access: access.unwrap_or(ServiceAccess::ReadWrite),
            roles: known(&entry.roles)?.unwrap_or_default(),
            resources: known(&entry.resources)?.unwrap_or_default(),
            sources: known(&entry.sources)?.unwrap_or_default(),
            role_suffix: known(&entry.role_suffix)?,
        })
    }

    /// The fewest properties that read as this.
    pub(in crate::policy) fn to_properties(&self) -> PropertyMap {
        let mut map = PropertyMap::from([(names::SERVICE.to_owned(), self.service.as_str().into())]);
        if self.access != ServiceAccess::ReadWrite {
            map.insert(names::ACCESS.into(), self.access.as_str().into());
        }
        put_list(&mut map, names::ROLES, &self.roles);
        put_list(&mut map, names::RESOURCES, &self.resources);
        put_list(&mut map, names::SOURCES, &self.sources);
        if let Some(suffix) = &self.role_suffix {
            map.insert(names::ROLE_SUFFIX.into(), suffix.as_str().into());
        }
        map
    }

    /// The same in order, with roles by ARN. Whoever writes the policy's usage roles out says the same as who leaves them out, so
    /// they are left out.
    pub(in crate::policy) fn resolved(&self, usage_roles: &[String], facts: &Facts<'_>) -> Self {
        let roles = facts.roles(&self.roles);
        let is_usual = service(self.service).is_called_by_roles() && roles == facts.roles(usage_roles);
        Self { roles: if is_usual { vec![] } else { roles }, ..self.in_order() }
    }

    /// The same with its lists in order and without repetition: what says the same is the same.
    pub(in crate::policy) fn in_order(&self) -> Self {
        let sorted = |list: &[String]| {
            let mut list = list.to_vec();
            list.sort_unstable();
            list.dedup();
            list
        };
        Self {
            roles: sorted(&self.roles),
            resources: sorted(&self.resources),
            sources: sorted(&self.sources),
            ..self.clone()
        }
    }
}
