//! The operations, one table.

mod aliases;
mod aws_managed;
mod crypto;
mod grants;
mod history;
mod imports;
mod key_stores;
mod keys;
mod lifecycle;
mod lookup;
mod multi_region;
mod placing;
mod policies;
mod resources;
mod rotation;
mod tagging;

use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::sim::Call;
use crate::state::State;

/// The members of a request.
pub(crate) type Members = Map<String, Value>;

type Run = fn(&mut State, &mut Call<'_>, &Members) -> Result<Value, ApiError>;

/// An operation.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// Whether a success changes the state.
    pub(crate) changes: bool,
    pub(crate) run: Run,
}

const fn reads(name: &'static str, run: Run) -> Operation {
    Operation { name, changes: false, run }
}

const fn changes(name: &'static str, run: Run) -> Operation {
    Operation { name, changes: true, run }
}

static OPERATIONS: &[Operation] = &[
    changes("CreateKey", keys::create),
    reads("DescribeKey", keys::describe),
    reads("ListKeys", keys::list),
    changes("UpdateKeyDescription", keys::update_description),
    reads("GetPublicKey", keys::public_key),
    changes("EnableKey", lifecycle::enable),
    changes("DisableKey", lifecycle::disable),
    changes("ScheduleKeyDeletion", lifecycle::schedule_deletion),
    changes("CancelKeyDeletion", lifecycle::cancel_deletion),
    changes("ReplicateKey", multi_region::replicate),
    changes("UpdatePrimaryRegion", multi_region::update_primary),
    changes("CreateAlias", aliases::create),
    changes("UpdateAlias", aliases::update),
    changes("DeleteAlias", aliases::delete),
    reads("ListAliases", aliases::list),
    changes("TagResource", tagging::tag),
    changes("UntagResource", tagging::untag),
    reads("ListResourceTags", tagging::list),
    changes("PutKeyPolicy", policies::put),
    reads("GetKeyPolicy", policies::get),
    reads("ListKeyPolicies", policies::list),
    changes("EnableKeyRotation", rotation::enable),
    changes("DisableKeyRotation", rotation::disable),
    reads("GetKeyRotationStatus", rotation::status),
    changes("RotateKeyOnDemand", rotation::on_demand),
    reads("ListKeyRotations", history::rotations),
    reads("GetKeyLastUsage", history::last_usage),
    changes("CreateGrant", grants::create),
    reads("ListGrants", grants::list),
    reads("ListRetirableGrants", grants::list_retirable),
    changes("RevokeGrant", grants::revoke),
    changes("RetireGrant", grants::retire),
    changes("CreateCustomKeyStore", key_stores::create),
    reads("DescribeCustomKeyStores", key_stores::describe),
    changes("ConnectCustomKeyStore", key_stores::connect),
    changes("DisconnectCustomKeyStore", key_stores::disconnect),
    changes("UpdateCustomKeyStore", key_stores::update),
    changes("DeleteCustomKeyStore", key_stores::delete),
    reads("Encrypt", crypto::encrypt),
    reads("Decrypt", crypto::decrypt),
    reads("GenerateDataKey", crypto::generate_data_key),
    reads("GenerateDataKeyWithoutPlaintext", crypto::generate_data_key_without_plaintext),
    reads("GenerateRandom", crypto::generate_random),
    reads("GenerateDataKeyPair", crypto::generate_data_key_pair),
    reads("GenerateDataKeyPairWithoutPlaintext", crypto::generate_data_key_pair_without_plaintext),
    reads("ReEncrypt", crypto::re_encrypt),
    reads("Sign", crypto::sign),
    reads("Verify", crypto::verify),
    reads("DeriveSharedSecret", crypto::derive_shared_secret),
    reads("Encapsulate", crypto::encapsulate),
    reads("Decapsulate", crypto::decapsulate),
    reads("GetParametersForImport", imports::parameters),
    changes("ImportKeyMaterial", imports::import),
    changes("DeleteImportedKeyMaterial", imports::delete),
    reads("GenerateMac", crypto::generate_mac),
    reads("VerifyMac", crypto::verify_mac),
];

/// Operations of other services that concern keys; their names begin with the service's.
static OTHERS: &[Operation] = &[reads("tag:GetResources", resources::get)];

/// Names of all operations.
pub fn names() -> impl Iterator<Item = &'static str> {
    OPERATIONS.iter().map(|operation| operation.name)
}

/// An operation by name.
pub(crate) fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().chain(OTHERS).find(|operation| operation.name == name)
}
