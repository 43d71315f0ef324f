//! Which operation a key takes in which state, as data
//! (AWS KMS developer guide, "Key states of AWS KMS keys", the table and its footnotes; operations that are newer than
//! the guide follow the ones they resemble).

use crate::error::ApiError;
use crate::key::{Key, KeyState};
use crate::options::Doubts;

/// Operations and their verdicts by state, in the order of [`column`]:
/// Enabled, Disabled, `PendingDeletion`, `PendingReplicaDeletion`, `PendingImport`, Unavailable, Creating, Updating.
///
/// `.` goes on; `D` is disabled; `P` is pending deletion; `Q` the same for using a key; `N` is not pending deletion;
/// `I` is pending import; `E` its origin is not valid; `X` is unavailable; `C` is creating; `U` is updating.
static TABLE: &[(&str, &[u8; 8])] = &[
    ("CancelKeyDeletion", b"NN..NNNN"),
    ("CreateAlias", b"..PP...."),
    ("CreateGrant", b".DQQI.C."),
    ("Decapsulate", b".DQQIXC."),
    ("Decrypt", b".DQQIXC."),
    ("DeleteAlias", b"........"),
    ("DeleteImportedKeyMaterial", b"......CU"),
    ("DeriveSharedSecret", b".DQQIXC."),
    ("DescribeKey", b"........"),
    ("DisableKey", b"..PPI.CU"),
    ("DisableKeyRotation", b".DPPEEC."),
    ("EnableKey", b"..PPI.CU"),
    ("EnableKeyRotation", b".DPPEEC."),
    ("Encapsulate", b".DQQIXC."),
    ("Encrypt", b".DQQIXC."),
    ("GenerateDataKey", b".DQQIXC."),
    ("GenerateDataKeyPair", b".DQQIXC."),
    ("GenerateDataKeyPairWithoutPlaintext", b".DQQIXC."),
    ("GenerateDataKeyWithoutPlaintext", b".DQQIXC."),
    ("GenerateMac", b".DQQIXC."),
    ("GetKeyLastUsage", b"........"),
    ("GetKeyPolicy", b"........"),
    ("GetKeyRotationStatus", b"....EE.."),
    ("GetParametersForImport", b"..PP.ECU"),
    ("GetPublicKey", b".DQQIXC."),
    ("ImportKeyMaterial", b"..PP.EC."),
    ("ListAliases", b"........"),
    ("ListGrants", b"........"),
    ("ListKeyPolicies", b"........"),
    ("ListKeyRotations", b"........"),
    ("ListResourceTags", b"........"),
    ("PutKeyPolicy", b"........"),
    ("ReEncrypt", b".DQQIXC."),
    ("ReplicateKey", b".DQQIXCU"),
    ("RetireGrant", b"........"),
    ("RevokeGrant", b"........"),
    ("RotateKeyOnDemand", b".DPPIEC."),
    ("ScheduleKeyDeletion", b"..PP...U"),
    ("Sign", b".DQQIXC."),
    ("TagResource", b"..PP...."),
    ("UntagResource", b"..PP...."),
    ("UpdateAlias", b"..PP...."),
    ("UpdateKeyDescription", b"..PP...."),
    ("UpdatePrimaryRegion", b".DQQIXC."),
    ("Verify", b".DQQIXC."),
    ("VerifyMac", b".DQQIXC."),
];

fn column(state: KeyState) -> usize {
    match state {
        KeyState::Enabled => 0,
        KeyState::Disabled => 1,
        KeyState::PendingDeletion => 2,
        KeyState::PendingReplicaDeletion => 3,
        KeyState::PendingImport => 4,
        KeyState::Unavailable => 5,
        KeyState::Creating => 6,
        KeyState::Updating => 7,
    }
}

fn verdict(operation: &str, state: KeyState) -> u8 {
    // `ReEncryptFrom` and `ReEncryptTo` are the two halves of one operation.
    let name = if operation.starts_with("ReEncrypt") { "ReEncrypt" } else { operation };
    TABLE.binary_search_by(|(entry, _)| entry.cmp(&name)).map_or(b'.', |index| TABLE[index].1[column(state)])
}

/// Refuses an operation that the key's state does not allow.
pub(crate) fn check(operation: &str, key: &Key, doubts: &Doubts) -> Result<(), ApiError> {
    let arn = &key.arn;
    let pending = if key.state == KeyState::PendingReplicaDeletion {
        format!("{arn} is pending replica deletion.")
    } else {
        format!("{arn} is pending deletion.")
    };
    let (code, message) = match verdict(operation, key.state) {
        b'D' => ("DisabledException", format!("{arn} is disabled.")),
        b'P' => ("KMSInvalidStateException", pending),
        b'Q' => (doubts.pending_deletion_code.as_str(), pending),
        b'N' => ("KMSInvalidStateException", format!("{arn} is not pending deletion.")),
        b'I' => ("KMSInvalidStateException", format!("{arn} is pending import.")),
        b'E' if operation == "GetKeyRotationStatus" && doubts.rotation_status_of_external && key.place.is_none() => {
            return Ok(());
        }
        b'E' => (
            "UnsupportedOperationException",
            format!("{arn} origin is {} which is not valid for this operation.", key.origin),
        ),
        b'X' => ("KMSInvalidStateException", format!("{arn} is unavailable.")),
        b'C' => ("KMSInvalidStateException", format!("{arn} is creating.")),
        b'U' => ("KMSInvalidStateException", format!("{arn} is updating.")),
        _ => return Ok(()),
    };
    Err(ApiError::new(code, message))
}

#[cfg(test)]
mod tests {
    use super::TABLE;

    #[test]
    fn the_table_is_sorted_for_the_search() {
        assert!(TABLE.is_sorted_by(|one, next| one.0 < next.0));
    }
}
