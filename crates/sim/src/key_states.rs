//! Which operation a key takes in which state, as data
//! (AWS KMS developer guide, "Key states of AWS KMS keys", the table and its footnotes).

use crate::error::ApiError;
use crate::key::{Key, KeyState};

/// What a state does to an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    Disabled,
    Pending,
    Import,
    NotPending,
}

/// Refuses an operation that the key's state does not allow.
pub(crate) fn check(operation: &str, key: &Key) -> Result<(), ApiError> {
    let arn = &key.arn;
    let invalid = |message: String| Err(ApiError::new("KMSInvalidStateException", message));
    match verdict(operation, key.state) {
        Verdict::Ok => Ok(()),
        Verdict::Disabled => Err(ApiError::new("DisabledException", format!("{arn} is disabled."))),
        Verdict::Pending => invalid(format!("{arn} is pending deletion.")),
        Verdict::Import => invalid(format!("{arn} is pending import.")),
        Verdict::NotPending => invalid(format!("{arn} is not pending deletion.")),
    }
}

fn verdict(operation: &str, state: KeyState) -> Verdict {
    let needs_enabled = matches!(
        operation,
        "EnableKeyRotation"
            | "DisableKeyRotation"
            | "RotateKeyOnDemand"
            | "CreateGrant"
            | "ReplicateKey"
            | "UpdatePrimaryRegion"
            | "GetPublicKey"
            | "Encrypt"
            | "Decrypt"
            | "ReEncrypt"
            | "GenerateDataKey"
            | "GenerateDataKeyWithoutPlaintext"
            | "GenerateDataKeyPair"
            | "GenerateDataKeyPairWithoutPlaintext"
            | "GenerateMac"
            | "VerifyMac"
            | "Sign"
            | "Verify"
            | "DeriveSharedSecret"
            | "Encapsulate"
            | "Decapsulate"
    );
    let changes_key = matches!(
        operation,
        "CreateAlias"
            | "TagResource"
            | "UntagResource"
            | "UpdateKeyDescription"
            | "UpdateAlias"
            | "EnableKey"
            | "DisableKey"
            | "ScheduleKeyDeletion"
    );
    match state {
        _ if operation == "CancelKeyDeletion" => {
            if state == KeyState::PendingDeletion {
                Verdict::Ok
            } else {
                Verdict::NotPending
            }
        }
        KeyState::Disabled if needs_enabled => Verdict::Disabled,
        KeyState::PendingDeletion if needs_enabled || changes_key => Verdict::Pending,
        KeyState::PendingImport if needs_enabled || matches!(operation, "EnableKey" | "DisableKey") => Verdict::Import,
        _ => Verdict::Ok,
    }
}
