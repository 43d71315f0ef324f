//! `estimateCost`: what keys cost a month.

use awskms_core::functions::cost::estimate;
use awskms_core::functions::generated::EstimateCostArgs;
use awskms_core::value::PropertyMap;

use super::Trouble;

pub(super) fn run(arguments: &PropertyMap) -> Result<PropertyMap, Trouble> {
    let asked = EstimateCostArgs::from_properties(arguments)?;
    Ok(estimate(&asked).into_properties())
}
