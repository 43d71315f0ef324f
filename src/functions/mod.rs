//! The functions that programs call: one file each. None of them changes a key.

mod decrypt;
mod encrypt;
mod estimate_cost;
mod get_aws_kms_key;
mod get_key_last_usage;
mod get_key_rotations;
mod get_public_key;
mod key;
mod lint_policy;
mod policy;
mod simulate_access;
mod who_can_access;

use awskms_core::failure::Failure;
use awskms_core::functions::Function;
use awskms_core::path::Path;
use awskms_core::spec::input::Unreadable;
use awskms_core::value::PropertyMap;
use tonic::Code;

use crate::kms::{Kind, KmsError};
use crate::resource::{Context, Provider, ResourceError, kms_failure};

/// Why a function has no result.
#[derive(Debug)]
pub enum Trouble {
    /// An argument is to blame, such as the name of a key that does not exist.
    Refused(Failure),
    /// A call failed.
    Failed(ResourceError),
}

impl Trouble {
    /// An argument is to blame.
    fn refused(argument: &str, reason: impl Into<String>) -> Self {
        Self::Refused(Failure::new(Path::of(argument), reason))
    }

    /// A call of KMS failed. `doing` says what was tried, and `argument` has the name of the key.
    fn of_kms(doing: &str, argument: &str, error: &KmsError) -> Self {
        if error.kind == Kind::NotFound {
            return Self::refused(argument, format!("{doing}: {error}; correct the name or the region"));
        }
        Self::Failed(kms_failure(doing, error))
    }
}

impl From<ResourceError> for Trouble {
    fn from(error: ResourceError) -> Self {
        Self::Failed(error)
    }
}

impl From<Unreadable> for Trouble {
    fn from(unreadable: Unreadable) -> Self {
        Self::Failed(unreadable.into())
    }
}

/// One call of a function.
#[derive(Debug, Clone, Copy)]
struct Call<'a> {
    provider: &'a Provider,
    context: &'a Context,
}

/// Calls a function with checked arguments, until the run is cancelled.
///
/// # Errors
/// An argument names nothing, a call failed, or the run was cancelled.
pub async fn invoke(
    provider: &Provider,
    context: &Context,
    function: Function,
    arguments: &PropertyMap,
) -> Result<PropertyMap, Trouble> {
    let call = Call { provider, context };
    tokio::select! {
        answer = answer(call, function, arguments) => answer,
        () = context.ended() => {
            Err(ResourceError::failed(Code::Cancelled, format!("{} was cancelled", function.token())).into())
        }
    }
}

async fn answer(call: Call<'_>, function: Function, arguments: &PropertyMap) -> Result<PropertyMap, Trouble> {
    match function {
        Function::GetAwsKmsKey => get_aws_kms_key::run(call, arguments).await,
        Function::GetPublicKey => get_public_key::run(call, arguments).await,
        Function::GetKeyRotations => get_key_rotations::run(call, arguments).await,
        Function::GetKeyLastUsage => get_key_last_usage::run(call, arguments).await,
        Function::Encrypt => encrypt::run(call, arguments).await,
        Function::Decrypt => decrypt::run(call, arguments).await,
        Function::SimulateAccess => simulate_access::run(call, arguments).await,
        Function::LintPolicy => lint_policy::run(arguments),
        Function::WhoCanAccess => who_can_access::run(call, arguments).await,
        Function::EstimateCost => estimate_cost::run(arguments),
    }
}
