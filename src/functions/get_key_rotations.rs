//! `getKeyRotations`: what rotations a key has had, and what is to come.

use awskms_core::functions::generated::{GetKeyRotationsArgs, GetKeyRotationsResult, KeyRotation, names};
use awskms_core::value::PropertyMap;

use super::key::date;
use super::{Call, Trouble};
use crate::kms::KmsError;

/// Rotations on demand in a key's life (AWS KMS API reference, `RotateKeyOnDemand`).
const ON_DEMAND: i32 = 25;

pub(super) async fn run(call: Call<'_>, arguments: &PropertyMap) -> Result<PropertyMap, Trouble> {
    let asked = GetKeyRotationsArgs::from_properties(arguments)?;
    let (target, metadata) = call.described(&asked.region, &asked.key_id).await?;
    let doing = format!("reading the rotations of {}", metadata.arn);
    let failed = |error: KmsError| Trouble::of_kms(&doing, names::KEY_ID, &error);
    let status = target.client.get_key_rotation_status().key_id(&metadata.arn).send().await;
    let status = status.map_err(|error| failed(KmsError::from_sdk("GetKeyRotationStatus", &target.region, &error)))?;
    let mut rotations = vec![];
    let mut pages = target.client.list_key_rotations().key_id(&metadata.arn).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| failed(KmsError::from_sdk("ListKeyRotations", &target.region, &error)))?;
        // Material that has not been rotated to has no date.
        rotations.extend(page.rotations().iter().filter_map(|entry| {
            Some(KeyRotation {
                rotation_date: date(entry.rotation_date())?,
                rotation_type: entry.rotation_type()?.as_str().to_owned(),
                key_material_id: entry.key_material_id().map(str::to_owned),
            })
        }));
    }
    // RFC 3339 in one time zone and one precision sorts as text.
    rotations.sort_by(|one, other| other.rotation_date.cmp(&one.rotation_date));
    let on_demand = rotations.iter().filter(|rotation| rotation.rotation_type == "ON_DEMAND").count();
    let under_way = usize::from(status.on_demand_rotation_start_date().is_some());
    let used = i32::try_from(on_demand + under_way).unwrap_or(i32::MAX);
    let rotates = status.key_rotation_enabled();
    Ok(GetKeyRotationsResult {
        key_arn: metadata.arn,
        rotation_enabled: rotates,
        rotation_period_days: status.rotation_period_in_days().filter(|_| rotates),
        next_rotation_date: date(status.next_rotation_date()),
        last_rotation_date: rotations.first().map(|rotation| rotation.rotation_date.clone()),
        on_demand_rotation_start_date: date(status.on_demand_rotation_start_date()),
        on_demand_rotations_left: (ON_DEMAND - used.min(ON_DEMAND)).max(0),
        rotations,
    }
    .into_properties())
}
