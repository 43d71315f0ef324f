//! `google.protobuf.Struct`, as the engine fills it, to property values and back.
//!
//! The constants are Pulumi's own: signatures of special objects and the texts that stand for unknown values
//! (sdk/proto of the Pulumi repository documents both).

mod reading;
mod writing;

use awskms_core::value::{PropertyMap, PropertyValue};
use prost::bytes::{Buf, BufMut};
use prost::encoding::{DecodeContext, WireType};

const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT: &str = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const RESOURCE: &str = "5cf8f73096256a8f31e491e813e4eb8e";
const ASSET: &str = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE: &str = "0def7320c3a5731c473e5ecbe6d01bc7";
const UNKNOWN_TEXT: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS: [&str; 7] = [
    UNKNOWN_TEXT,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

/// Properties as a message carries them: a `google.protobuf.Struct`, read straight into property values.
///
/// prost would read one as a tree of its own, and refuse a request that nests maps more deeply than some thirty before anybody
/// could say in which property.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Struct(PropertyMap);

impl prost::Message for Struct {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        writing::map(&self.0, buf);
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), prost::DecodeError> {
        if tag != reading::FIELDS {
            return prost::encoding::skip_field(wire_type, tag, buf, ctx);
        }
        let mut entry = vec![];
        prost::encoding::bytes::merge(wire_type, &mut entry, buf, ctx)?;
        let (name, value) = reading::entry(&entry, 1)?;
        self.0.insert(name, value);
        Ok(())
    }

    fn encoded_len(&self) -> usize {
        writing::map_length(&self.0)
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

/// Reads the properties of a request; an absent struct has none.
pub(super) fn decode(wire: Option<Struct>) -> PropertyMap {
    wire.map(|wire| wire.0).unwrap_or_default()
}

/// Writes properties for an answer.
pub(super) fn encode(properties: &PropertyMap) -> Struct {
    Struct(properties.clone())
}

/// Whether a text stands for a value that is not known yet.
pub(super) fn is_unknown(text: &str) -> bool {
    UNKNOWNS.contains(&text)
}

/// What an object means: Pulumi's special ones carry a signature.
fn object(mut fields: PropertyMap) -> PropertyValue {
    let Some(signature) = fields.get(SIGNATURE) else { return PropertyValue::Map(fields) };
    // A signature that is no text is one that nobody knows; as a member of a map it could be written as one that somebody does.
    let signature = if let PropertyValue::String(text) = signature { text.as_str() } else { "" };
    match signature {
        SECRET => fields.remove("value").unwrap_or(PropertyValue::Null).into_secret(),
        // An output value without a value is unknown.
        OUTPUT => {
            let secret = matches!(fields.get("secret"), Some(PropertyValue::Bool(true)));
            let value = fields.remove("value").unwrap_or(PropertyValue::Unknown);
            if secret { value.into_secret() } else { value }
        }
        RESOURCE => PropertyValue::Foreign("a reference to a resource"),
        ASSET => PropertyValue::Foreign("an asset"),
        ARCHIVE => PropertyValue::Foreign("an archive"),
        _ => PropertyValue::Foreign("a value of a kind that this provider does not know"),
    }
}

#[cfg(test)]
mod any_bytes;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use awskms_core::value::{PropertyMap, PropertyValue};
    use proptest::prelude::*;
    use prost::Message as _;
    use prost_types::value::Kind;
    use prost_types::{Struct, Value};

    use super::{OUTPUT, SIGNATURE, UNKNOWNS, encode};

    fn read(wire: &Struct) -> PropertyMap {
        super::decode(Some(super::Struct::decode(wire.encode_to_vec().as_slice()).expect("a struct")))
    }

    fn text(text: &str) -> Value {
        Value { kind: Some(Kind::StringValue(text.to_owned())) }
    }

    fn object(fields: &[(&str, Value)]) -> Struct {
        Struct { fields: fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect() }
    }

    #[test]
    fn every_unknown_text_is_unknown() {
        for unknown in UNKNOWNS {
            assert_eq!(read(&object(&[("x", text(unknown))]))["x"], PropertyValue::Unknown);
        }
    }

    #[test]
    fn output_values() {
        let output = |fields: &[(&str, Value)]| {
            let mut all = vec![(SIGNATURE, text(OUTPUT))];
            all.extend(fields.iter().cloned());
            let value = Value { kind: Some(Kind::StructValue(object(&all))) };
            read(&object(&[("x", value)]))["x"].clone()
        };
        let secret = ("secret", Value { kind: Some(Kind::BoolValue(true)) });
        assert_eq!(output(&[]), PropertyValue::Unknown);
        assert_eq!(output(&[("value", text("a"))]), PropertyValue::from("a"));
        assert_eq!(output(std::slice::from_ref(&secret)), PropertyValue::Unknown.into_secret());
        assert_eq!(output(&[("value", text("a")), secret]), PropertyValue::from("a").into_secret());
    }

    #[test]
    fn a_signature_that_is_no_text_makes_no_map() {
        let odd = Value { kind: Some(Kind::StructValue(object(&[(SIGNATURE, text(UNKNOWNS[0]))]))) };
        let signed = Value { kind: Some(Kind::StructValue(object(&[(SIGNATURE, odd)]))) };
        assert!(matches!(read(&object(&[("x", signed)]))["x"], PropertyValue::Foreign(_)));
    }

    fn any_value() -> impl Strategy<Value = PropertyValue> {
        let leaf = prop_oneof![
            Just(PropertyValue::Null),
            any::<bool>().prop_map(PropertyValue::Bool),
            any::<i32>().prop_map(PropertyValue::from),
            "[ -~]{0,8}".prop_map(PropertyValue::from),
            Just(PropertyValue::Unknown),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(PropertyValue::List),
                prop::collection::btree_map("[a-z]{1,4}", inner.clone(), 0..4).prop_map(PropertyValue::Map),
                inner.prop_map(PropertyValue::into_secret),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(value in any_value()) {
            let properties: PropertyMap = BTreeMap::from([("x".to_owned(), value)]);
            let written = encode(&properties).encode_to_vec();
            prop_assert_eq!(written.len(), encode(&properties).encoded_len());
            let as_prost_reads = Struct::decode(written.as_slice()).expect("a struct");
            prop_assert_eq!(read(&as_prost_reads), properties);
        }
    }
}
