//! Reading a `google.protobuf.Struct` from its bytes.

use awskms_core::value::{PropertyMap, PropertyValue};
use prost::DecodeError;
use prost::encoding::{DecodeContext, WireType, check_wire_type, decode_key, decode_varint, skip_field};

use super::{is_unknown, object};

/// The field of a struct that holds its members, one entry each.
pub(super) const FIELDS: u32 = 1;

/// Objects and lists that one value may stand in. No program nests so deeply, and each level takes a part of the stack.
const DEEPEST: usize = 100;

/// What stands in the place of a value that is nested more deeply: no input takes it, so Check names its property.
const TOO_DEEP: PropertyValue = PropertyValue::Foreign("a value nested more than 100 deep");

/// One member of an object at a depth: its name and its value.
///
/// # Errors
/// The bytes are none of an entry.
pub(super) fn entry(mut bytes: &[u8], depth: usize) -> Result<(String, PropertyValue), DecodeError> {
    let (mut name, mut member) = (String::new(), PropertyValue::Null);
    while !bytes.is_empty() {
        match decode_key(&mut bytes)? {
            (1, kind) => name = text(part(kind, &mut bytes)?)?,
            (2, kind) => member = value(part(kind, &mut bytes)?, depth)?,
            (tag, kind) => skip_field(kind, tag, &mut bytes, DecodeContext::default())?,
        }
    }
    Ok((name, member))
}

fn value(mut bytes: &[u8], depth: usize) -> Result<PropertyValue, DecodeError> {
    let mut value = PropertyValue::Null;
    while !bytes.is_empty() {
        let (tag, kind) = decode_key(&mut bytes)?;
        value = match tag {
            1 => {
                varint(kind, &mut bytes)?;
                PropertyValue::Null
            }
            2 => PropertyValue::Number(number(kind, &mut bytes)?),
            3 => match text(part(kind, &mut bytes)?)? {
                unknown if is_unknown(&unknown) => PropertyValue::Unknown,
                text => PropertyValue::String(text),
            },
            4 => PropertyValue::Bool(varint(kind, &mut bytes)? != 0),
            5 | 6 if depth >= DEEPEST => {
                part(kind, &mut bytes)?;
                TOO_DEEP
            }
            5 => object(map(part(kind, &mut bytes)?, depth + 1)?),
            6 => PropertyValue::List(list(part(kind, &mut bytes)?, depth + 1)?),
            tag => {
                skip_field(kind, tag, &mut bytes, DecodeContext::default())?;
                value
            }
        };
    }
    Ok(value)
}

fn map(mut bytes: &[u8], depth: usize) -> Result<PropertyMap, DecodeError> {
    let mut members = PropertyMap::new();
    while !bytes.is_empty() {
        match decode_key(&mut bytes)? {
            (FIELDS, kind) => {
                let (name, member) = entry(part(kind, &mut bytes)?, depth)?;
                members.insert(name, member);
            }
            (tag, kind) => skip_field(kind, tag, &mut bytes, DecodeContext::default())?,
        }
    }
    Ok(members)
}

fn list(mut bytes: &[u8], depth: usize) -> Result<Vec<PropertyValue>, DecodeError> {
    let mut items = vec![];
    while !bytes.is_empty() {
        match decode_key(&mut bytes)? {
            (1, kind) => items.push(value(part(kind, &mut bytes)?, depth)?),
            (tag, kind) => skip_field(kind, tag, &mut bytes, DecodeContext::default())?,
        }
    }
    Ok(items)
}

/// The bytes of a field that says how many it has.
fn part<'a>(kind: WireType, bytes: &mut &'a [u8]) -> Result<&'a [u8], DecodeError> {
    check_wire_type(WireType::LengthDelimited, kind)?;
    let length = decode_varint(bytes)?;
    let split = usize::try_from(length).ok().and_then(|length| bytes.split_at_checked(length));
    let (part, rest) = split.ok_or_else(|| broken("it ends too early"))?;
    *bytes = rest;
    Ok(part)
}

fn varint(kind: WireType, bytes: &mut &[u8]) -> Result<u64, DecodeError> {
    check_wire_type(WireType::Varint, kind)?;
    decode_varint(bytes)
}

fn number(kind: WireType, bytes: &mut &[u8]) -> Result<f64, DecodeError> {
    check_wire_type(WireType::SixtyFourBit, kind)?;
    let (number, rest) = bytes.split_first_chunk::<8>().ok_or_else(|| broken("it ends too early"))?;
    *bytes = rest;
    Ok(f64::from_le_bytes(*number))
}

fn text(bytes: &[u8]) -> Result<String, DecodeError> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| broken("a text is not in UTF-8"))
}

#[expect(deprecated, reason = "prost has no other way to make one")]
fn broken(what: &'static str) -> DecodeError {
    DecodeError::new(what)
}
