//! How often a key has been rotated on demand.

use aws_sdk_kms::types::RotationType;
use awskms_core::observed::Metadata;

use super::error::KmsError;
use super::run::Target;

/// Counts the rotations on demand that a key has had, one that is under way included.
pub async fn on_demand_rotations(target: &Target, metadata: &Metadata) -> Result<u32, KmsError> {
    let Target { client, region, .. } = target;
    let status = client.get_key_rotation_status().key_id(&metadata.arn).send().await;
    let status = status.map_err(|error| KmsError::from_sdk("GetKeyRotationStatus", region, &error))?;
    let mut count = u32::from(status.on_demand_rotation_start_date().is_some());
    let mut pages = client.list_key_rotations().key_id(&metadata.arn).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| KmsError::from_sdk("ListKeyRotations", region, &error))?;
        let of_page = page.rotations().iter().filter(|entry| entry.rotation_type() == Some(&RotationType::OnDemand));
        count = count.saturating_add(u32::try_from(of_page.count()).unwrap_or(u32::MAX));
    }
    Ok(count)
}
