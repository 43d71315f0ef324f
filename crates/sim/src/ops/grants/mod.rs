//! Grants.

mod create;
mod end;
mod list;

pub(super) use create::create;
pub(super) use end::{retire, revoke};
pub(super) use list::{list, list_retirable};

use crate::error::ApiError;
use crate::params::Params;

/// A principal or service in a request.
fn principal_member<'a>(params: &mut Params<'a>, name: &'static str) -> Result<Option<&'a str>, ApiError> {
    params.limited_text(name, 1, if name.ends_with("ServicePrincipal") { 128 } else { 256 })
}

/// The ID of a grant has a form of its own.
fn grant_id(id: &str) -> Result<(), ApiError> {
    let good = id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if good { Ok(()) } else { Err(ApiError::new("InvalidGrantIdException", format!("Invalid grant ID {id}"))) }
}

fn unknown(id: &str) -> ApiError {
    ApiError::new("NotFoundException", format!("Grant ID {id} not found"))
}
