//! What every use of a key has in its request.

use super::{Context, usable};
use crate::error::ApiError;
use crate::grant::token;
use crate::key::Key;
use crate::params::Params;
use crate::sim::Call;
use crate::state::State;

/// The key, by whose grant, and whether it is only asked if it would do.
pub(super) struct Using<'a> {
    pub(super) name: &'a str,
    tokens: Vec<String>,
    dry: bool,
}

impl<'a> Using<'a> {
    pub(super) fn read(params: &mut Params<'a>) -> Result<Self, ApiError> {
        let name = params.required_text("KeyId", 1, 2048)?;
        Ok(Self { name, tokens: params.grant_tokens()?, dry: params.flag("DryRun")?.unwrap_or(false) })
    }

    /// The key, if it is usable for this.
    pub(super) fn key<'s>(
        &self,
        state: &'s State,
        call: &Call<'_>,
        usage: &str,
        context: &Context,
    ) -> Result<&'s Key, ApiError> {
        token::check(state, &self.tokens)?;
        usable(state, call, self.name, usage, context)
    }

    /// The end of a call that was only a question.
    pub(super) fn rehearsal(&self) -> Result<(), ApiError> {
        rehearsal(self.dry)
    }
}

/// The end of a call that was only a question: everything was in order.
pub(in crate::ops) fn rehearsal(dry: bool) -> Result<(), ApiError> {
    if dry {
        return Err(ApiError::new(
            "DryRunOperationException",
            "The request would have succeeded, but the DryRun option is set.",
        ));
    }
    Ok(())
}

/// An enclave that is to get the answer. None runs here, so no document that says so can be genuine.
pub(super) struct Recipient(bool);

impl Recipient {
    pub(super) fn read(params: &mut Params<'_>) -> Result<Self, ApiError> {
        Ok(Self(params.structure("Recipient")?.is_some()))
    }

    pub(super) fn refuse(&self) -> Result<(), ApiError> {
        if self.0 {
            return Err(ApiError::validation("The attestation document in the request is not valid."));
        }
        Ok(())
    }
}
