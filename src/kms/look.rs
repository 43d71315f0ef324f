//! Reads that may not take all of the time.
//!
//! A Region that does not answer must leave time for the others: what can be done there is done before the user's
//! `customTimeouts` end.

use tokio::time::{Instant, sleep_until};

use super::error::{Kind, KmsError};
use super::lookup::Lookup;
use super::waiting::telling;
use crate::resource::Context;

/// As [`look`], for a read that tells whether a key is there.
pub async fn look_up<T>(context: &Context, region: &str, read: impl Future<Output = Lookup<T>>) -> Lookup<T> {
    look(context, region, "DescribeKey", async { Ok(read.await) }).await.unwrap_or_else(Lookup::Unknown)
}

/// Waits for reads of one Region: for a third of the time that is left, if the time is limited, or until the run is
/// cancelled. `operation` is what is read.
pub async fn look<T>(
    context: &Context,
    region: &str,
    operation: &'static str,
    read: impl Future<Output = Result<T, KmsError>>,
) -> Result<T, KmsError> {
    let over = async {
        match context.deadline {
            Some(deadline) => sleep_until(Instant::now() + (deadline - Instant::now()) / 3).await,
            None => std::future::pending().await,
        }
    };
    let kms = format!("KMS in {region}");
    let why = tokio::select! {
        answer = telling(context, &kms, read) => return answer,
        () = over => "a third of the time that customTimeouts allow was over",
        () = context.cancel.cancelled() => "the update was cancelled",
    };
    let message = format!("KMS had not answered when {why}");
    Err(KmsError::local(operation, region, Kind::Stopped, "NoAnswer", message))
}
