//! Whatever arrives as a `google.protobuf.Struct` is read without a panic, and what was read can be written and read again.

use std::collections::BTreeMap;

use awskms_core::value::{PropertyMap, PropertyValue};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use prost::Message as _;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value};

use super::{ARCHIVE, ASSET, OUTPUT, RESOURCE, SECRET, SIGNATURE, UNKNOWNS, decode, encode};

/// What prost reads, as this module reads it.
fn read(bytes: &[u8]) -> Result<PropertyMap, prost::DecodeError> {
    super::Struct::decode(bytes).map(|wire| decode(Some(wire)))
}

fn of(kind: Kind) -> Value {
    Value { kind: Some(kind) }
}

/// Texts, Pulumi's own among them, in right places and in wrong ones.
fn any_text() -> impl Strategy<Value = String> {
    let own: Vec<&str> = [SECRET, OUTPUT, RESOURCE, ASSET, ARCHIVE, SIGNATURE].into_iter().chain(UNKNOWNS).collect();
    prop_oneof![2 => any::<String>(), 1 => select(own).prop_map(str::to_owned)]
}

fn any_leaf() -> impl Strategy<Value = Value> {
    let odd =
        select(vec![f64::NAN, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, 9_007_199_254_740_992.0]);
    prop_oneof![
        Just(Value { kind: None }),
        any::<i32>().prop_map(|number| of(Kind::NullValue(number))),
        any::<bool>().prop_map(|value| of(Kind::BoolValue(value))),
        prop_oneof![any::<f64>(), odd].prop_map(|number| of(Kind::NumberValue(number))),
        any_text().prop_map(|text| of(Kind::StringValue(text))),
    ]
}

/// Objects, with the members that Pulumi's special objects have more often than not.
fn any_wire_value() -> impl Strategy<Value = Value> {
    any_leaf().prop_recursive(6, 64, 6, |inner| {
        let known = select(vec![SIGNATURE, "value", "secret", "urn", "text", "assets", "dependencies"]);
        let name = prop_oneof![3 => known.prop_map(str::to_owned), 1 => any::<String>()];
        let signed =
            (select(vec![SECRET, OUTPUT, RESOURCE, ASSET, ARCHIVE, "x"]), btree_map(name.clone(), inner.clone(), 0..4));
        let object = |fields| of(Kind::StructValue(Struct { fields }));
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(|values| of(Kind::ListValue(ListValue { values }))),
            btree_map(name, inner, 0..5).prop_map(object),
            signed.prop_map(move |(signature, mut fields): (_, BTreeMap<_, _>)| {
                fields.insert(SIGNATURE.to_owned(), of(Kind::StringValue(signature.to_owned())));
                object(fields)
            }),
        ]
    })
}

fn any_struct() -> impl Strategy<Value = Struct> {
    btree_map("[a-z]{1,4}", any_wire_value(), 0..4).prop_map(|fields| Struct { fields })
}

/// What comes back of values that have been written: what no input takes is written as null.
fn as_written(value: PropertyValue) -> PropertyValue {
    match value {
        PropertyValue::Foreign(_) => PropertyValue::Null,
        PropertyValue::List(items) => PropertyValue::List(items.into_iter().map(as_written).collect()),
        PropertyValue::Map(map) => PropertyValue::Map(all_as_written(map)),
        PropertyValue::Secret(inner) => as_written(*inner).into_secret(),
        other => other,
    }
}

fn all_as_written(map: PropertyMap) -> PropertyMap {
    map.into_iter().map(|(name, value)| (name, as_written(value))).collect()
}

/// Values by their bytes, because a number that is none does not equal itself.
fn bytes(properties: &PropertyMap) -> Vec<u8> {
    encode(properties).encode_to_vec()
}

fn comes_back(wire: &[u8]) -> Result<(), TestCaseError> {
    let first = read(wire).expect("it is read");
    let written = bytes(&first);
    prop_assert_eq!(written.len(), encode(&first).encoded_len());
    prop_assert!(Struct::decode(written.as_slice()).is_ok(), "others read what is written");
    let again = read(&written).expect("what is written is read");
    prop_assert_eq!(format!("{again:?}"), format!("{:?}", all_as_written(first.clone())));
    prop_assert_eq!(bytes(&again), written, "writing is stable");
    Ok(())
}

/// So many cases, unless the environment wants others (`make fuzz`).
fn cases(number: u32) -> ProptestConfig {
    let given = std::env::var_os("PROPTEST_CASES").is_some();
    if given { ProptestConfig::default() } else { ProptestConfig::with_cases(number) }
}

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn any_struct_is_read_and_comes_back(wire in any_struct()) {
        comes_back(&wire.encode_to_vec())?;
    }

    #[test]
    fn damaged_bytes_are_refused_or_read(wire in any_struct(), damage in vec((any::<Index>(), any::<u8>(), 0..4_u8), 1..8)) {
        let mut bytes = wire.encode_to_vec();
        for (at, byte, how) in damage.iter().filter(|_| !wire.fields.is_empty()) {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = *byte,
                1 => bytes.insert(at, *byte),
                2 => drop(bytes.remove(at)),
                _ => bytes.truncate(at),
            }
        }
        prop_assert_eq!(read(&bytes).is_ok(), Struct::decode(bytes.as_slice()).is_ok());
        if read(&bytes).is_ok() {
            comes_back(&bytes)?;
        }
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(read(&bytes).is_ok(), Struct::decode(bytes.as_slice()).is_ok());
        if read(&bytes).is_ok() {
            comes_back(&bytes)?;
        }
    }
}

/// One field of a message: its number with the wire type of bytes, their length, and they.
fn field(number: u8, inside: &[u8]) -> Vec<u8> {
    let mut bytes = vec![(number << 3) | 2];
    prost::encoding::encode_varint(inside.len() as u64, &mut bytes);
    bytes.extend_from_slice(inside);
    bytes
}

/// A struct whose member `x` is a list in a list in a list, written without recursion.
fn nested(depth: usize) -> Vec<u8> {
    let mut value = vec![];
    for _ in 0..depth {
        value = field(6, &field(1, &value));
    }
    field(1, &[field(1, b"x"), field(2, &value)].concat())
}

/// The same of maps: a struct whose member `x` is a map in a map in a map.
fn nested_maps(depth: usize) -> Vec<u8> {
    let member = |value: &[u8]| field(1, &[field(1, b"x"), field(2, value)].concat());
    let mut value = vec![];
    for _ in 0..depth {
        value = field(5, &member(&value));
    }
    member(&value)
}

/// The deepest value, and how deep it is.
fn innermost(mut value: &PropertyValue) -> (usize, &PropertyValue) {
    let mut depth = 0;
    loop {
        value = match value {
            PropertyValue::Map(map) => &map["x"],
            PropertyValue::List(list) if !list.is_empty() => &list[0],
            other => return (depth, other),
        };
        depth += 1;
    }
}

#[test]
fn nesting_that_would_exhaust_the_stack_ends_in_what_no_input_takes() {
    // Others give up at some thirty objects or fifty lists.
    for bytes in [nested(40), nested_maps(30)] {
        comes_back(&bytes).expect("it comes back");
    }
    for bytes in [nested(99), nested_maps(99)] {
        assert!(!matches!(innermost(&read(&bytes).expect("read")["x"]).1, PropertyValue::Foreign(_)));
    }
    for bytes in [nested(100_000), nested_maps(10_000)] {
        let map = read(&bytes).expect("it is read");
        let (depth, inner) = innermost(&map["x"]);
        assert!(
            depth <= 100 && matches!(inner, PropertyValue::Foreign(what) if what.contains("100 deep")),
            "{inner:?}"
        );
    }
}
