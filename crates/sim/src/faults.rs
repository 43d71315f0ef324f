//! Faults on demand: which calls, and what happens to them.

use serde::{Deserialize, Serialize};

/// A rule: the calls that it matches suffer its effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// Only this operation, such as `CreateKey`.
    pub operation: Option<String>,
    /// Only this Region.
    pub region: Option<String>,
    /// Only from the n-th matching call on, counted from 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// How many calls suffer it; absent for all.
    pub count: Option<u64>,
    /// What happens.
    pub effect: Effect,
    /// Matching calls so far.
    #[serde(default)]
    pub seen: u64,
}

/// What a fault does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Effect {
    /// An error of the service, before the call has any effect.
    Error {
        /// AWS's code.
        code: String,
        /// AWS's message.
        message: Option<String>,
        /// HTTP status.
        status: u16,
    },
    /// `ThrottlingException`.
    Throttle,
    /// `AccessDeniedException`.
    AccessDenied,
    /// The connection is cut before the call has its effect.
    CutBefore,
    /// The call has its effect, then the connection is cut without an answer.
    CutAfter,
    /// No answer, ever; the call has no effect.
    Hang,
    /// No answer, ever; the call has its effect.
    HangAfter,
    /// The answer comes late.
    Delay {
        /// Milliseconds.
        milliseconds: u64,
    },
}

fn one() -> u64 {
    1
}

/// Takes the effect of the first rule that matches, and counts the call at every rule that does.
pub(crate) fn take(faults: &mut [Fault], operation: &str, region: &str) -> Option<Effect> {
    let mut taken = None;
    for fault in faults {
        let matches = fault.operation.as_deref().is_none_or(|name| name == operation)
            && fault.region.as_deref().is_none_or(|name| name == region);
        if !matches {
            continue;
        }
        fault.seen += 1;
        let turn = fault.seen >= fault.nth && fault.count.is_none_or(|count| fault.seen < fault.nth + count);
        if turn && taken.is_none() {
            taken = Some(fault.effect.clone());
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::{Effect, Fault, take};

    #[test]
    fn counts_calls() {
        let rule = Fault {
            operation: Some("CreateKey".into()),
            region: None,
            nth: 2,
            count: Some(1),
            effect: Effect::Throttle,
            seen: 0,
        };
        let mut rules = vec![rule];
        assert_eq!(take(&mut rules, "DescribeKey", "r"), None);
        assert_eq!(take(&mut rules, "CreateKey", "r"), None);
        assert_eq!(take(&mut rules, "CreateKey", "r"), Some(Effect::Throttle));
        assert_eq!(take(&mut rules, "CreateKey", "r"), None);
    }
}
