//! Writing a `google.protobuf.Struct` as its bytes.
//!
//! A message says how long each of its parts is before the part itself, so there are two functions for each kind of part: its
//! length and its bytes.

use awskms_core::value::{PropertyMap, PropertyValue};
use prost::bytes::BufMut;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};

use super::{SECRET, SIGNATURE, UNKNOWN_TEXT};

/// A key of a field below 16 takes one byte.
const KEY: usize = 1;

/// A field that says how long it is.
fn framed(length: usize) -> usize {
    KEY + encoded_len_varint(length as u64) + length
}

fn put_frame(tag: u32, length: usize, buf: &mut impl BufMut) {
    encode_key(tag, WireType::LengthDelimited, buf);
    encode_varint(length as u64, buf);
}

/// Bytes of an object.
pub(super) fn map_length(members: &PropertyMap) -> usize {
    members.iter().map(|(name, value)| framed(entry_length(name, value_length(value)))).sum()
}

/// Writes an object.
pub(super) fn map(members: &PropertyMap, buf: &mut impl BufMut) {
    for (name, member) in members {
        put_entry(name, value_length(member), buf);
        value(member, buf);
    }
}

fn entry_length(name: &str, value: usize) -> usize {
    framed(name.len()) + framed(value)
}

/// Writes all of a member but its value, which takes so many bytes.
fn put_entry(name: &str, value: usize, buf: &mut impl BufMut) {
    put_frame(1, entry_length(name, value), buf);
    put_frame(1, name.len(), buf);
    buf.put_slice(name.as_bytes());
    put_frame(2, value, buf);
}

fn value_length(value: &PropertyValue) -> usize {
    match value {
        PropertyValue::Null | PropertyValue::Foreign(_) | PropertyValue::Bool(_) => KEY + 1,
        PropertyValue::Number(_) => KEY + 8,
        PropertyValue::String(text) => framed(text.len()),
        PropertyValue::Unknown => framed(UNKNOWN_TEXT.len()),
        PropertyValue::List(items) => framed(list_length(items)),
        PropertyValue::Map(members) => framed(map_length(members)),
        PropertyValue::Secret(inner) => framed(secret_length(inner)),
    }
}

fn value(value: &PropertyValue, buf: &mut impl BufMut) {
    match value {
        PropertyValue::Null | PropertyValue::Foreign(_) => {
            encode_key(1, WireType::Varint, buf);
            buf.put_u8(0);
        }
        PropertyValue::Number(number) => {
            encode_key(2, WireType::SixtyFourBit, buf);
            buf.put_f64_le(*number);
        }
        PropertyValue::String(text) => put_text(text, buf),
        PropertyValue::Unknown => put_text(UNKNOWN_TEXT, buf),
        PropertyValue::Bool(value) => {
            encode_key(4, WireType::Varint, buf);
            buf.put_u8(u8::from(*value));
        }
        PropertyValue::Map(members) => {
            put_frame(5, map_length(members), buf);
            map(members, buf);
        }
        PropertyValue::Secret(inner) => {
            put_frame(5, secret_length(inner), buf);
            put_entry(SIGNATURE, framed(SECRET.len()), buf);
            put_text(SECRET, buf);
            put_entry("value", value_length(inner), buf);
            self::value(inner, buf);
        }
        PropertyValue::List(items) => {
            put_frame(6, list_length(items), buf);
            for item in items {
                put_frame(1, value_length(item), buf);
                self::value(item, buf);
            }
        }
    }
}

fn put_text(text: &str, buf: &mut impl BufMut) {
    put_frame(3, text.len(), buf);
    buf.put_slice(text.as_bytes());
}

fn list_length(items: &[PropertyValue]) -> usize {
    items.iter().map(|item| framed(value_length(item))).sum()
}

fn secret_length(inner: &PropertyValue) -> usize {
    let signature = entry_length(SIGNATURE, framed(SECRET.len()));
    framed(signature) + framed(entry_length("value", value_length(inner)))
}
