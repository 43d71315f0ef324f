//! Errors as the engine needs them.

use awskms_core::value::PropertyMap;
use prost::Message as _;
use tonic::{Code, Status};

use super::generated::{google_rpc, pulumirpc};
use super::wire;
use crate::resource::{Outcome, ResourceError};

impl From<ResourceError> for Status {
    fn from(error: ResourceError) -> Self {
        Self::new(error.code, error.message)
    }
}

/// The error that keeps a half-made resource in the state: without this detail the engine would forget its ID.
pub(super) fn init_failed(outcome: &Outcome, reasons: Vec<String>, inputs: &PropertyMap) -> Status {
    let message = format!("{} exists, but not yet as it should be; run `pulumi up` again", outcome.id);
    let detail = pulumirpc::ErrorResourceInitFailed {
        id: outcome.id.clone(),
        properties: Some(wire::encode(&outcome.outputs)),
        reasons,
        inputs: Some(wire::encode(inputs)),
        refresh_before_update: false,
    };
    let detail = prost_types::Any {
        type_url: "type.googleapis.com/pulumirpc.ErrorResourceInitFailed".into(),
        value: detail.encode_to_vec(),
    };
    let code = Code::FailedPrecondition;
    let status = google_rpc::Status { code: code.into(), message: message.clone(), details: vec![detail] };
    Status::with_details(code, message, status.encode_to_vec().into())
}
