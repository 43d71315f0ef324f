//! Saying what is waited for.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::resource::Context;

/// AWS answers within a fraction of a second; what takes longer is worth a word, and another one each time.
const TELL_EVERY: Duration = Duration::from_secs(4);

/// Waits for `call`, and says so in the resource's status while it takes long.
pub async fn telling<T>(context: &Context, what: &str, call: impl Future<Output = T>) -> T {
    let began = Instant::now();
    tokio::pin!(call);
    loop {
        tokio::select! {
            answer = &mut call => return answer,
            () = sleep(TELL_EVERY) => {
                context.log.status(&format!("waiting for {what} to answer ({} s)", began.elapsed().as_secs()));
            }
        }
    }
}
