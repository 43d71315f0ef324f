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
            // What a panic says may hold what was being worked on.
            .map_err(|_| tonic::Status::internal("internal error, please report it; stderr has the place in the code"))
    }

    /// Waits until no call is left.
    pub(super) async fn finished(&self) {
        self.calls.close();
        self.calls.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;

    use super::Running;

    /// Calls end when they are told to and not before, whoever hangs up when; no token misses the wish to stop.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn the_end_waits_for_every_call_and_reaches_all() {
        for round in 0..100 {
            let running = Running::default();
            let (begun, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let requests = (0..16).map(|number| {
                let (running, begun, ended) = (running.clone(), begun.clone(), ended.clone());
                tokio::spawn(async move {
                    // Half of the calls take their token when the wish may have been uttered already.
                    if number % 2 == 0 {
                        tokio::task::yield_now().await;
                    }
                    let token = running.token();
                    let call = async move {
                        begun.fetch_add(1, Ordering::SeqCst);
                        token.cancelled().await;
                        tokio::task::yield_now().await; // the step that it is in the middle of
                        ended.fetch_add(1, Ordering::SeqCst);
                    };
                    running.to_the_end(call).await
                })
            });
            let requests: Vec<_> = requests.collect();
            while begun.load(Ordering::SeqCst) < round % 16 {
                tokio::task::yield_now().await;
            }
            // The engine hangs up on some of them.
            requests.iter().skip(round % 3).step_by(3).for_each(tokio::task::JoinHandle::abort);
            running.cancel();
            join_all(requests).await;
            running.finished().await;
            assert_eq!(ended.load(Ordering::SeqCst), begun.load(Ordering::SeqCst), "a call was left in the middle");
        }
    }
}
