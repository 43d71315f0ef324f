//! Stopping in good order.

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What runs, and the wish to stop it.
#[derive(Debug, Clone, Default)]
pub(super) struct Running {
    token: CancellationToken,
    calls: TaskTracker,
}

impl Running {
    /// A token for one call.
    pub(super) fn token(&self) -> CancellationToken {
        self.token.child_token()
    }

    /// Asks every call to stop between two steps.
    pub(super) fn cancel(&self) {
        self.token.cancel();
    }

    /// Runs a call to its end even if the engine hangs up: a plan must not stop in the middle of a step because a
    /// connection was lost.
    pub(super) async fn to_the_end<T: Send + 'static>(
        &self,
        call: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, tonic::Status> {
        self.calls
            .spawn(call)
            .await
            .map_err(|error| tonic::Status::internal(format!("internal error, please report it: {error}")))
    }

    /// Waits until no call is left.
    pub(super) async fn finished(&self) {
        self.calls.close();
        self.calls.wait().await;
    }
}
