//! Faults on demand: which calls, and what happens to them.

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::quotas;

/// A rule: the calls that it matches suffer its effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Which part of the matching calls suffers it, from 0 to 1; absent for all. The seed of the simulator decides which.
    pub probability: Option<f64>,
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
        /// HTTP status; 400 if absent.
        #[serde(default = "bad_request")]
        status: u16,
    },
    /// `ThrottlingException`.
    Throttle,
    /// `AccessDeniedException`.
    AccessDenied,
    /// `KMSInternalException`, HTTP status 500.
    KmsInternal,
    /// `DependencyTimeoutException`, HTTP status 503.
    DependencyTimeout,
    /// The connection is cut before the call has its effect.
    CutBefore,
    /// The call has its effect, then the connection is cut without an answer.
    CutAfter,
    /// The call has its effect, then the connection is cut in the middle of the answer's body.
    CutBody,
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

fn bad_request() -> u16 {
    400
}

impl Effect {
    /// The error that the caller sees instead of any effect; `None` for troubles of the connection.
    pub(crate) fn refusal(&self, caller: &str, operation: &str) -> Option<ApiError> {
        let fault_of_service =
            |code: &str, message: &str, status| ApiError { code: code.into(), message: Some(message.into()), status };
        Some(match self {
            Self::Error { code, message, status } => {
                ApiError { code: code.clone(), message: message.clone(), status: *status }
            }
            Self::Throttle => quotas::throttled(),
            Self::KmsInternal => fault_of_service("KMSInternalException", "An internal error occurred.", 500),
            Self::DependencyTimeout => {
                fault_of_service("DependencyTimeoutException", "A dependency did not answer in time.", 503)
            }
            Self::AccessDenied => ApiError::new(
                "AccessDeniedException",
                format!(
                    "User: {caller} is not authorized to perform: kms:{operation} because no identity-based policy allows the kms:{operation} action (a fault of the simulator)"
                ),
            ),
            _ => return None,
        })
    }

    /// Whether the call never reaches the service.
    pub(crate) fn prevents(&self) -> bool {
        matches!(self, Self::CutBefore | Self::Hang)
    }

    /// Whether the caller gets no whole answer.
    pub(crate) fn silences(&self) -> bool {
        matches!(self, Self::CutBefore | Self::CutAfter | Self::CutBody | Self::Hang | Self::HangAfter)
    }
}

/// Takes the effect of the first rule that matches, and counts the call at every rule that does.
///
/// `chance` gives a number from 0 to below 1 for a rule, by its position.
pub(crate) fn take(faults: &mut [Fault], operation: &str, region: &str, chance: &dyn Fn(u64) -> f64) -> Option<Effect> {
    let mut taken = None;
    for (position, fault) in (0..).zip(faults) {
        let matches = fault.operation.as_deref().is_none_or(|name| name == operation)
            && fault.region.as_deref().is_none_or(|name| name == region);
        if !matches {
            continue;
        }
        fault.seen = fault.seen.saturating_add(1);
        let turn =
            fault.seen >= fault.nth && fault.count.is_none_or(|count| fault.seen < fault.nth.saturating_add(count));
        let falls = fault.probability.is_none_or(|probability| chance(position) < probability);
        if turn && falls && taken.is_none() {
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
            probability: None,
            effect: Effect::Throttle,
            seen: 0,
        };
        let mut rules = vec![rule];
        let mut taken = |operation: &str| take(&mut rules, operation, "r", &|_| 0.0);
        assert_eq!(taken("DescribeKey"), None);
        assert_eq!(taken("CreateKey"), None);
        assert_eq!(taken("CreateKey"), Some(Effect::Throttle));
        assert_eq!(taken("CreateKey"), None);
    }

    #[test]
    fn probability_decides() {
        let rule = r#"{"probability": 0.25, "effect": "kmsInternal"}"#;
        let mut rules: Vec<Fault> = vec![serde_json::from_str(rule).expect("a rule")];
        assert_eq!(take(&mut rules, "CreateKey", "r", &|_| 0.25), None);
        assert_eq!(take(&mut rules, "CreateKey", "r", &|_| 0.24), Some(Effect::KmsInternal));
    }
}
