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

fn comes_back(wire: Struct) -> Result<(), TestCaseError> {
    let read = decode(Some(wire));
    let again = decode(Some(encode(&read)));
    prop_assert_eq!(format!("{again:?}"), format!("{:?}", all_as_written(read.clone())));
    prop_assert_eq!(bytes(&again), bytes(&read), "writing is stable");
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
        comes_back(wire)?;
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
        if let Ok(wire) = Struct::decode(bytes.as_slice()) {
            comes_back(wire)?;
        }
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in vec(any::<u8>(), 0..200)) {
        if let Ok(wire) = Struct::decode(bytes.as_slice()) {
            comes_back(wire)?;
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

#[test]
fn nesting_that_would_exhaust_the_stack_is_refused_before_it_is_read() {
    let read = |depth: usize| Struct::decode(nested(depth).as_slice());
    comes_back(read(40).expect("no program nests deeper")).expect("it comes back");
    for depth in [100, 10_000] {
        let error = read(depth).expect_err("too deep");
        assert!(error.to_string().contains("recursion limit"), "{error}");
    }
}
