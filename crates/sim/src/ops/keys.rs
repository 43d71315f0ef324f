//! Creating and describing keys.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;
use serde_json::{Value, json};

use super::lookup::{Naming, key_id, page, resolve};
use super::placing::Wanted;
use super::tagging;
use super::{Members, aws_managed, policies};
use crate::authorize;
use crate::error::ApiError;
use crate::grant::token;
use crate::key::{Key, KeyState, algorithms, usages};
use crate::key_states;
use crate::material::{Material, hex};
use crate::multi_region::{Set, has_old_name, metadata};
use crate::params::Params;
use crate::regions;
use crate::sim::{Call, nothing};
use crate::state::State;

const SPECS: &[&str] = &[
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "SYMMETRIC_DEFAULT",
    "HMAC_224",
    "HMAC_256",
    "HMAC_384",
    "HMAC_512",
    "SM2",
    "ML_DSA_44",
    "ML_DSA_65",
    "ML_DSA_87",
    "ECC_NIST_EDWARDS25519",
    "ML_KEM_512",
    "ML_KEM_768",
    "ML_KEM_1024",
];
/// How many of the specs the deprecated member has: those that were there before it was deprecated.
const OLD_SPECS: usize = 13;
const USAGES: &[&str] =
    &["SIGN_VERIFY", "ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT", "ENCAPSULATE_DECAPSULATE"];
const ORIGINS: &[&str] = &["AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"];

pub(super) fn create(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let text = params.limited_text("Policy", 1, 131_072)?;
    let description = params.limited_text("Description", 0, 8192)?.unwrap_or_default();
    let usage = params.choice("KeyUsage", USAGES)?;
    let old_spec = params.choice("CustomerMasterKeySpec", &SPECS[..OLD_SPECS])?;
    let new_spec = params.choice("KeySpec", SPECS)?;
    let spec = new_spec.or(old_spec).unwrap_or("SYMMETRIC_DEFAULT");
    let origin = params.choice("Origin", ORIGINS)?.unwrap_or("AWS_KMS");
    let bypass = params.flag("BypassPolicyLockoutSafetyCheck")?.unwrap_or(false);
    let tags = params.tags("Tags")?;
    let multi_region = params.flag("MultiRegion")?.unwrap_or(false);
    let wanted = Wanted {
        origin,
        store: params.limited_text("CustomKeyStoreId", 1, 64)?,
        external_key: params.limited_text("XksKeyId", 1, 128)?,
    };
    params.done()?;
    if new_spec.is_some() && old_spec.is_some() {
        return Err(ApiError::validation(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
        ));
    }
    let usage = checked_usage(spec, usage)?;
    wanted.check(spec, multi_region)?;
    regions::has_spec(call.region, spec)?;
    let tags = tagging::merged(&std::collections::BTreeMap::new(), tags, "TagException")?;
    authorize::on_account(state, &call.caller, "kms:CreateKey")?;
    if !tags.is_empty() {
        authorize::tagging_a_new_key(state, &call.caller)?;
    }
    let place = wanted.find(state, call)?;
    let account = call.caller.account.clone();
    let document = match text {
        Some(text) => policies::accepted(state, call, text, (&account, ""), bypass)?,
        None => policies::usual(&account, call.region),
    };
    let id = new_id(call, multi_region);
    let external = origin == "EXTERNAL";
    let materials = if external { vec![] } else { vec![Material::generate(spec, &mut call.rng)] };
    let key = Key {
        spec: spec.to_owned(),
        usage: usage.to_owned(),
        origin: origin.to_owned(),
        multi_region,
        description: description.to_owned(),
        state: if external { KeyState::PendingImport } else { KeyState::Enabled },
        was_tagged: !tags.is_empty(),
        tags,
        place,
        materials,
        ..Key::made(id.clone(), &account, call.region, call.now, document)
    };
    if multi_region {
        state.sets.insert(id.clone(), Set::of_primary(call.region));
    }
    let metadata = metadata(state, &key);
    state.keys.insert((call.region.to_owned(), id), key);
    Ok(json!({ "KeyMetadata": metadata }))
}

fn checked_usage<'a>(spec: &str, usage: Option<&'a str>) -> Result<&'a str, ApiError> {
    match usage {
        None if spec == "SYMMETRIC_DEFAULT" => Ok("ENCRYPT_DECRYPT"),
        None => Err(ApiError::validation(
            "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
        )),
        Some(usage) if usages(spec).contains(&usage) => Ok(usage),
        Some(usage) => Err(ApiError::validation(format!("KeyUsage {usage} is not compatible with KeySpec {spec}"))),
    }
}

fn new_id(call: &mut Call<'_>, multi_region: bool) -> String {
    if multi_region {
        let mut bytes = [0; 16];
        call.rng.fill_bytes(&mut bytes);
        return format!("mrk-{}", hex(&bytes));
    }
    uuid(&mut call.rng)
}

/// A version 4 UUID.
pub(super) fn uuid(rng: &mut ChaCha20Rng) -> String {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex(&bytes);
    format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}

pub(super) fn describe(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    // A token that is none is no error of this operation.
    params.grant_tokens()?;
    params.done()?;
    aws_managed::bring_about(state, call, name);
    let id = key_id(state, call, name, Naming::OrAlias)?;
    let key = state.key(call.region, &id).expect("found above");
    Ok(json!({ "KeyMetadata": metadata(state, key) }))
}

pub(super) fn list(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let limit = params.integer("Limit", 1, 1000)?;
    let marker = params.limited_text("Marker", 1, 1024)?;
    let owners = params.texts("ResourceOwners")?;
    params.done()?;
    authorize::on_account(state, &call.caller, "kms:ListKeys")?;
    let here = || state.keys.values().filter(|key| key.region == call.region);
    let own = owners.is_empty() || owners.iter().any(|owner| owner == "SELF");
    let others = owners.iter().any(|owner| owner == "OTHER_ACCOUNTS_VIA_RAM");
    let account = &call.caller.account;
    let mine = here().filter(|key| own && key.account == *account);
    let shared = |key: &&Key| others && key.share.as_ref().is_some_and(|share| share.accounts.contains(account));
    // Those of others come after the account's own, and their policies have no say in it.
    let keys = mine.chain(here().filter(|key| key.account != *account).filter(shared));
    let keys = keys.map(|key| json!({ "KeyId": key.id, "KeyArn": key.arn })).collect();
    let (keys, next) = page(keys, marker, limit, 100)?;
    let mut answer = json!({ "Keys": keys, "Truncated": next.is_some() });
    if let Some(next) = next {
        answer["NextMarker"] = json!(next);
    }
    Ok(answer)
}

pub(super) fn update_description(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let description = params.required_text("Description", 0, 8192)?.to_owned();
    params.done()?;
    let id = key_id(state, call, name, Naming::KeyOnly)?;
    state.key_mut(call.region, &id).expect("found above").description = description;
    Ok(nothing())
}

pub(super) fn public_key(state: &mut State, call: &mut Call<'_>, members: &Members) -> Result<Value, ApiError> {
    use base64::Engine as _;
    let mut params = Params::new(members);
    let name = params.required_text("KeyId", 1, 2048)?;
    let tokens = params.grant_tokens()?;
    params.done()?;
    token::check(state, &tokens)?;
    let key = resolve(state, call, name, Naming::OrAlias)?;
    authorize::on_key(state, &call.caller, "kms:GetPublicKey", key, &std::collections::BTreeMap::new())?;
    if key.is_symmetric() || key.spec.starts_with("HMAC") {
        return Err(ApiError::new(
            "UnsupportedOperationException",
            format!("{} is a symmetric key, which has no public key.", key.arn),
        ));
    }
    key_states::check("GetPublicKey", key, &state.options.doubts)?;
    let Some(der) = key.current().and_then(Material::public_key) else {
        return Err(ApiError::new(
            "UnsupportedOperationException",
            format!("{} keys are only shaped in this simulator: they have no public key.", key.spec),
        ));
    };
    let mut answer = json!({
        "KeyId": key.arn, "KeySpec": key.spec, "KeyUsage": key.usage,
        "PublicKey": base64::engine::general_purpose::STANDARD.encode(der),
    });
    if has_old_name(state, key) {
        answer["CustomerMasterKeySpec"] = json!(key.spec);
    }
    if let Some((member, algorithms)) = algorithms(&key.spec, &key.usage) {
        answer[member] = json!(algorithms);
    }
    Ok(answer)
}
