//! What the engine makes of an answer that is none.

use prost::Message as _;
use pulumi_awskms::rpc::generated::{google_rpc, pulumirpc as pb};
use tonic::Status;

use crate::json::{Properties, from_wire};

/// Why a call of the provider has no answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// The process is dead.
    Dead,
    /// The provider's error.
    Refused(String),
    /// The error that carries the resource.
    Partial { id: String, outputs: Properties, reasons: String },
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Dead => f.write_str("the provider's process died"),
            Self::Refused(text) => f.write_str(text),
            Self::Partial { id, reasons, .. } => write!(f, "{id}: {reasons}"),
        }
    }
}

impl Failure {
    /// What the engine makes of an error.
    pub(crate) fn of(status: &Status) -> Self {
        let detail =
            google_rpc::Status::decode(status.details()).ok().and_then(|status| status.details.into_iter().next());
        let resource = detail.and_then(|detail| pb::ErrorResourceInitFailed::decode(detail.value.as_slice()).ok());
        match resource {
            Some(resource) => Self::Partial {
                id: resource.id,
                outputs: from_wire(resource.properties),
                reasons: resource.reasons.join("\n"),
            },
            None => Self::Refused(status.message().to_owned()),
        }
    }
}
