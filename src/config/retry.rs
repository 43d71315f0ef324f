//! Which failures the SDK must not retry.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority};

/// The SDK takes `LimitExceededException` for throttling. In KMS it is a resource quota (a policy too long, 50 aliases,
/// 25 on-demand rotations): trying again cannot help, and only delays the answer.
#[derive(Debug)]
pub(super) struct QuotasAreFinal;

impl ClassifyRetry for QuotasAreFinal {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let body = context.response().and_then(|response| response.body().bytes()).unwrap_or_default();
        let is_quota = body.windows(QUOTA.len()).any(|window| window == QUOTA);
        if is_quota { RetryAction::RetryForbidden } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "KMS quotas are final"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

const QUOTA: &[u8] = b"LimitExceededException";
