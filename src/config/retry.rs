//! Which failures the SDK must not retry, and which it would not.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority};

use crate::failed_call::connection;

/// What a retry heals, where the SDK sees it otherwise.
#[derive(Debug)]
pub(super) struct RetryOnlyWhatHeals;

impl ClassifyRetry for RetryOnlyWhatHeals {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        if is_quota(context) || never_connects(context) {
            return RetryAction::RetryForbidden;
        }
        // A proxy or a stand-in says it by the status alone.
        let status = context.response().map(|response| response.status().as_u16());
        if status == Some(TOO_MANY_REQUESTS) { RetryAction::throttling_error() } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "only what heals is retried"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// HTTP's status for "too many requests" (RFC 6585).
pub(crate) const TOO_MANY_REQUESTS: u16 = 429;

/// The SDK takes `LimitExceededException` for throttling. In KMS it is a resource quota (a policy too long, 50 aliases,
/// 25 on-demand rotations): trying again cannot help, and only delays the answer.
fn is_quota(context: &InterceptorContext) -> bool {
    const QUOTA: &[u8] = b"LimitExceededException";
    let body = context.response().and_then(|response| response.body().bytes()).unwrap_or_default();
    body.windows(QUOTA.len()).any(|window| window == QUOTA)
}

/// An address that refuses, or a host that nobody knows, is a mistake in the configuration: half a minute of retries would
/// not make it good, and says nothing meanwhile.
fn never_connects(context: &InterceptorContext) -> bool {
    let error = context.output_or_error().and_then(Result::err);
    let connector = error.and_then(|error| error.as_connector_error());
    connector.and_then(|error| connection(error)).is_some_and(|connection| connection.is_final)
}
