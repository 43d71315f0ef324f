//! Whether a key has been idle long enough to be deleted (AWS KMS API reference, `GetKeyLastUsage`).

/// Seconds since 1970.
type Seconds = i64;

const DAY: Seconds = 86_400;

/// What KMS knows about the use of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// The last successful cryptographic operation and its time, if KMS has seen one.
    pub last: Option<(String, Seconds)>,
    /// Since when KMS keeps track.
    pub tracked_since: Seconds,
    /// When the key was created.
    pub created: Seconds,
}

/// Whether the key may go, in words that end a sentence about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Idleness {
    /// It has not been used for long enough.
    Idle,
    /// It was used too lately.
    InUse(String),
    /// KMS cannot tell.
    Unknown(String),
}

impl KeyUse {
    /// Whether the key has been idle for so many days at this time.
    pub fn idleness(&self, min_idle_days: i32, now: Seconds) -> Idleness {
        let wanted = Seconds::from(min_idle_days) * DAY;
        let days = |since: Seconds| (now - since).max(0) / DAY;
        match &self.last {
            Some((operation, time)) if now - time < wanted => {
                let ago = days(*time);
                Idleness::InUse(format!("it was last used {ago} days ago ({operation})"))
            }
            Some(_) => Idleness::Idle,
            // Never used in its whole life.
            None if self.created >= self.tracked_since => Idleness::Idle,
            None if now - self.tracked_since >= wanted => Idleness::Idle,
            None => Idleness::Unknown(format!(
                "KMS has kept track for {} days only and has seen no use since",
                days(self.tracked_since)
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, Idleness, KeyUse};

    #[test]
    fn idle_in_use_or_unknown() {
        let key = |last: Option<i64>, tracked_since, created| KeyUse {
            last: last.map(|day| ("Decrypt".to_owned(), day * DAY)),
            tracked_since: tracked_since * DAY,
            created: created * DAY,
        };
        let judge = |key: KeyUse| match key.idleness(30, 100 * DAY) {
            Idleness::Idle => "idle",
            Idleness::InUse(_) => "in use",
            Idleness::Unknown(_) => "unknown",
        };
        assert_eq!(judge(key(Some(71), 0, 0)), "in use");
        assert_eq!(judge(key(Some(70), 0, 0)), "idle");
        assert_eq!(judge(key(None, 10, 99)), "idle");
        assert_eq!(judge(key(None, 70, 10)), "idle");
        assert_eq!(judge(key(None, 71, 10)), "unknown");
    }
}
