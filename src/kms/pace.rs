//! Pacing: writes go out at KMS's default rates, so that a large stack neither storms nor is refused.
//!
//! KMS counts per account, Region and operation. All resources of the process share one pace.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The next free moment of each Region and operation.
#[derive(Debug, Default)]
pub struct Pace {
    next: Mutex<HashMap<(String, &'static str), Instant>>,
}

impl Pace {
    /// Waits for this call's turn.
    pub(super) async fn turn(&self, region: &str, operation: &'static str) {
        if let Some(moment) = self.reserve(region, operation, Instant::now()) {
            tokio::time::sleep_until(moment).await;
        }
    }

    /// The moment of the next call, if it is not now.
    fn reserve(&self, region: &str, operation: &'static str, now: Instant) -> Option<Instant> {
        let rate = per_second(operation)?;
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let moment = next.get(&(region.to_owned(), operation)).copied().unwrap_or(now).max(now);
        // A little slower than the quota: calls of equal distance do not arrive in equal distance.
        next.insert((region.to_owned(), operation), moment + Duration::from_millis(1_020 / rate));
        (moment > now).then_some(moment)
    }
}

/// Default request quotas of the calls that change something (AWS KMS developer guide, "Request quotas"). Reads are
/// allowed hundreds of times a second and need no pace.
fn per_second(operation: &str) -> Option<u64> {
    Some(match operation {
        "CreateKey"
        | "CreateAlias"
        | "UpdateAlias"
        | "EnableKey"
        | "DisableKey"
        | "DisableKeyRotation"
        | "CancelKeyDeletion"
        | "UntagResource"
        | "UpdateKeyDescription"
        | "UpdatePrimaryRegion"
        | "RotateKeyOnDemand" => 5,
        // ReplicateKey has 5 too, but a set is made once, and its few replicas go out together: KMS makes those wait that
        // are too many, and repeating the call is harmless.
        "TagResource" => 10,
        "PutKeyPolicy" | "ScheduleKeyDeletion" | "EnableKeyRotation" | "DeleteAlias" => 15,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Pace;

    #[test]
    fn calls_come_at_the_quota_and_not_faster() {
        let (pace, now) = (Pace::default(), Instant::now());
        let turn = |region, operation| pace.reserve(region, operation, now).map_or(0.0, |at| (at - now).as_secs_f64());
        let turns: Vec<f64> = (0..11).map(|_| turn("eu-central-1", "CreateKey")).collect();
        assert!(turns.windows(2).all(|pair| pair[1] - pair[0] > 0.2), "{turns:?}");
        assert!((2.0..2.1).contains(&turns[10]), "{turns:?}");
        assert!(turn("eu-west-1", "CreateKey") == 0.0 && turn("eu-central-1", "DescribeKey") == 0.0);
    }

    #[test]
    fn calls_of_many_threads_get_a_turn_each() {
        let (pace, now) = (Pace::default(), Instant::now());
        let turns = || (0..50).map(|_| pace.reserve("eu-west-1", "CreateKey", now).unwrap_or(now)).collect::<Vec<_>>();
        let mut all = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(turns)).collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
        });
        all.sort();
        assert!(all.windows(2).all(|pair| pair[1] - pair[0] == Duration::from_millis(204)), "no turn is given twice");
    }
}
