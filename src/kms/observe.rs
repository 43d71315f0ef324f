//! Reading a key: at most five reads, four of them at the same time.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_kms::Client;
use aws_sdk_kms::types::{KeyMetadata, MultiRegionKeyType};
use aws_smithy_types::date_time::{DateTime, Format};
use awskms_core::observed::{KeyState, Metadata, Observed, Reading, take_marks};

use super::error::{Kind, KmsError};
use super::lookup::Lookup;
use super::patience::pause;

/// Reads what `DescribeKey` says. `key` is a key ID, an ARN, an alias or an alias ARN.
///
/// Only `NotFoundException` means that there is no such key or alias. An answer about another key than the one that was
/// named means nothing, because a key ID stands for another key in every Region of a multi-Region set.
pub async fn describe(client: &Client, region: &str, key: &str) -> Lookup<Metadata> {
    let answer = match client.describe_key().key_id(key).send().await {
        Ok(answer) => answer,
        Err(error) => {
            let error = KmsError::from_sdk("DescribeKey", region, &error);
            return if error.kind == Kind::NotFound { Lookup::Absent } else { Lookup::Unknown(error) };
        }
    };
    let metadata = answer.key_metadata().map(read_metadata);
    match metadata.ok_or("KeyMetadata").and_then(|metadata| answers(metadata, key)) {
        Ok(metadata) => Lookup::Present(metadata),
        Err(what) => Lookup::Unknown(KmsError::incomplete("DescribeKey", region, what)),
    }
}

/// The metadata, if they are whole and about the key that was named; else what is missing.
fn answers(metadata: Metadata, named: &str) -> Result<Metadata, &'static str> {
    let is_key = |text: &str| !text.contains("alias/");
    match (metadata.key_id.is_empty(), metadata.arn.is_empty()) {
        (true, _) => Err("KeyId"),
        (_, true) => Err("Arn"),
        _ if named.starts_with("arn:") && is_key(named) && metadata.arn != named => {
            Err("metadata of the key that was named")
        }
        _ if !named.contains(':') && is_key(named) && metadata.key_id != named => {
            Err("metadata of the key that was named")
        }
        _ => Ok(metadata),
    }
}

/// Reads a key with everything that the resource manages. `key` is what [`describe`] takes.
pub async fn observe_key(client: &Client, region: &str, key: &str) -> Lookup<Observed> {
    match describe(client, region, key).await {
        Lookup::Present(metadata) => match observe(client, region, metadata).await {
            Ok(observed) => Lookup::Present(observed),
            Err(error) => Lookup::Unknown(error),
        },
        Lookup::Absent => Lookup::Absent,
        Lookup::Unknown(error) => Lookup::Unknown(error),
    }
}

/// Attempts to read a key that `DescribeKey` has just shown.
const READS: u32 = 5;

/// Reads everything that the resource manages. A missing permission to read one fact leaves that fact out.
///
/// The key exists, as `metadata` proves: a read that does not find it comes too early, and is repeated a few times. A read
/// that never finds it contradicts `DescribeKey` and proves nothing.
///
/// # Errors
/// A fact could not be read for another reason than a missing permission. It is never [`Kind::NotFound`].
pub async fn observe(client: &Client, region: &str, metadata: Metadata) -> Result<Observed, KmsError> {
    let mut attempt = 1;
    loop {
        match observe_once(client, region, metadata.clone()).await {
            Err(error) if error.kind == Kind::NotFound && attempt < READS => {
                tokio::time::sleep(pause(attempt)).await;
                attempt += 1;
            }
            Err(error) if error.kind == Kind::NotFound => {
                let message = format!("DescribeKey shows {}, but {} does not find it", metadata.arn, error.operation);
                return Err(KmsError { kind: Kind::Unclear, message, ..error });
            }
            other => return other,
        }
    }
}

async fn observe_once(client: &Client, region: &str, metadata: Metadata) -> Result<Observed, KmsError> {
    let arn = metadata.arn.as_str();
    let (policy, tags, aliases, rotation, public_key) = tokio::try_join!(
        allowed("kms:GetKeyPolicy", read_policy(client, region, arn)),
        allowed("kms:ListResourceTags", read_tags(client, region, arn)),
        allowed("kms:ListAliases", read_aliases(client, region, arn)),
        allowed("kms:GetKeyRotationStatus", read_rotation(client, region, &metadata)),
        allowed("kms:GetPublicKey", public_key(client, region, &metadata)),
    )?;
    let rotation_period_days = match rotation {
        // KMS says "off" while a deletion is pending, whatever was set; a key that cannot rotate is off for ever.
        Reading::Seen(_) if metadata.state.is_pending_deletion() && can_rotate(&metadata) => {
            Reading::Denied("kms:GetKeyRotationStatus")
        }
        Reading::Seen(period) => Reading::Seen(period),
        Reading::Denied(permission) => Reading::Denied(permission),
    };
    let (tags, (owner, rotation_mark)) = match tags {
        Reading::Seen(mut tags) => {
            let marks = take_marks(&mut tags);
            (Reading::Seen(tags), marks)
        }
        denied @ Reading::Denied(_) => (denied, (None, None)),
    };
    let public_key = public_key.seen().cloned().flatten();
    Ok(Observed { metadata, aliases, policy, rotation_period_days, tags, owner, rotation_mark, public_key })
}

/// A key's metadata in our own words. Stand-ins leave members out that AWS always sends, so all are optional.
pub(super) fn read_metadata(metadata: &KeyMetadata) -> Metadata {
    let set = metadata.multi_region_configuration();
    let region_of_primary = set
        .and_then(|set| match set.multi_region_key_type() {
            Some(MultiRegionKeyType::Primary | MultiRegionKeyType::Replica) => set.primary_key(),
            _ => None,
        })
        .and_then(|primary| primary.region());
    let replicas = set.map_or(&[][..], |set| set.replica_keys()).iter().filter_map(|replica| replica.region());
    Metadata {
        key_id: metadata.key_id().to_owned(),
        arn: metadata.arn().unwrap_or_default().to_owned(),
        state: KeyState::parse(metadata.key_state().map_or("Enabled", |state| state.as_str())),
        key_spec: metadata.key_spec().map_or("SYMMETRIC_DEFAULT", |spec| spec.as_str()).to_owned(),
        key_usage: metadata.key_usage().map_or("ENCRYPT_DECRYPT", |usage| usage.as_str()).to_owned(),
        origin: metadata.origin().map_or("AWS_KMS", |origin| origin.as_str()).to_owned(),
        manager: metadata.key_manager().map_or("CUSTOMER", |manager| manager.as_str()).to_owned(),
        multi_region: metadata.multi_region().unwrap_or(false),
        primary_region: region_of_primary.map(str::to_owned),
        replica_regions: replicas.map(str::to_owned).collect(),
        description: metadata.description().unwrap_or_default().to_owned(),
        creation_date: metadata.creation_date().map(whole_seconds).unwrap_or_default(),
        deletion_date: metadata.deletion_date().map(whole_seconds),
    }
}

/// Dates carry fractions of a second that differ between answers; people and diffs want whole seconds.
pub fn whole_seconds(date: &DateTime) -> String {
    DateTime::from_secs(date.secs()).fmt(Format::DateTime).unwrap_or_default()
}

async fn allowed<T>(
    permission: &'static str,
    read: impl Future<Output = Result<T, KmsError>>,
) -> Result<Reading<T>, KmsError> {
    match read.await {
        Ok(value) => Ok(Reading::Seen(value)),
        Err(error) if error.kind == Kind::AccessDenied => Ok(Reading::Denied(permission)),
        Err(error) => Err(error),
    }
}

/// Reads the key policy.
///
/// # Errors
/// The call failed, or the answer has no policy.
pub async fn read_policy(client: &Client, region: &str, arn: &str) -> Result<serde_json::Value, KmsError> {
    // Stand-ins need the name that AWS fills in.
    let answer = client.get_key_policy().key_id(arn).policy_name("default").send().await;
    let answer = answer.map_err(|error| KmsError::from_sdk("GetKeyPolicy", region, &error))?;
    let text = answer.policy().ok_or_else(|| KmsError::incomplete("GetKeyPolicy", region, "Policy"))?;
    serde_json::from_str(text)
        .map_err(|error| KmsError::incomplete("GetKeyPolicy", region, &format!("a policy that is JSON ({error})")))
}

pub(super) async fn read_tags(client: &Client, region: &str, arn: &str) -> Result<BTreeMap<String, String>, KmsError> {
    let mut tags = BTreeMap::new();
    let mut pages = client.list_resource_tags().key_id(arn).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| KmsError::from_sdk("ListResourceTags", region, &error))?;
        tags.extend(page.tags().iter().map(|tag| (tag.tag_key().to_owned(), tag.tag_value().to_owned())));
    }
    Ok(tags)
}

async fn read_aliases(client: &Client, region: &str, arn: &str) -> Result<BTreeSet<String>, KmsError> {
    let mut aliases = BTreeSet::new();
    let mut pages = client.list_aliases().key_id(arn).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| KmsError::from_sdk("ListAliases", region, &error))?;
        aliases.extend(page.aliases().iter().filter_map(|alias| alias.alias_name()).map(str::to_owned));
    }
    Ok(aliases)
}

/// Only symmetric keys whose material KMS made can rotate by themselves.
fn can_rotate(metadata: &Metadata) -> bool {
    metadata.key_spec == "SYMMETRIC_DEFAULT" && metadata.origin == "AWS_KMS"
}

/// The rotation period of a key, if it rotates; for one that cannot, the question is an error or costs a call.
async fn read_rotation(client: &Client, region: &str, metadata: &Metadata) -> Result<Option<i32>, KmsError> {
    if !can_rotate(metadata) {
        return Ok(None);
    }
    let answer = client.get_key_rotation_status().key_id(&metadata.arn).send().await;
    let answer = answer.map_err(|error| KmsError::from_sdk("GetKeyRotationStatus", region, &error))?;
    Ok(answer.key_rotation_enabled().then(|| answer.rotation_period_in_days().unwrap_or(365)))
}

/// The public key is refused while a key is disabled or pending; then it is left out, and the stack keeps the last one.
pub async fn public_key(client: &Client, region: &str, metadata: &Metadata) -> Result<Option<String>, KmsError> {
    let symmetric = metadata.key_spec == "SYMMETRIC_DEFAULT" || metadata.key_spec.starts_with("HMAC");
    if symmetric || metadata.state != KeyState::Enabled {
        return Ok(None);
    }
    let answer = client.get_public_key().key_id(&metadata.arn).send().await;
    match answer.map_err(|error| KmsError::from_sdk("GetPublicKey", region, &error)) {
        Ok(answer) => Ok(answer.public_key().map(|der| pem(der.as_ref()))),
        // Disabled a moment ago.
        Err(error) if error.kind == Kind::Disabled => Ok(None),
        Err(error) => Err(error),
    }
}

/// A `SubjectPublicKeyInfo` as RFC 7468 writes it: base64 in lines of 64.
pub fn pem(der: &[u8]) -> String {
    let base64 = aws_smithy_types::base64::encode(der);
    let mut text = String::from("-----BEGIN PUBLIC KEY-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = tail;
    }
    text.push_str("-----END PUBLIC KEY-----\n");
    text
}

#[cfg(test)]
mod tests {
    use super::pem;

    #[test]
    fn pem_has_lines_of_64() {
        let text = pem(&[0xff; 100]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "-----BEGIN PUBLIC KEY-----");
        assert_eq!(lines[1].len(), 64);
        assert_eq!(lines.last(), Some(&"-----END PUBLIC KEY-----"));
        assert!(text.ends_with('\n'));
    }
}
