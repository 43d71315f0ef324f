//! Properties of resources as JSON, in the form that they have on the wire: the model keeps, compares and prints them so.

use std::collections::BTreeMap;

use prost::Message as _;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as WireValue};
use serde_json::{Map, Value};

/// The member that makes an object of the wire something else than a map, and its value for secrets.
const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";

/// The text that stands for a value that is not known yet.
pub(crate) const UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/// Properties by name.
pub type Properties = Map<String, Value>;

/// A secret value.
pub(crate) fn secret(value: &Value) -> Value {
    serde_json::json!({ SIGNATURE: SECRET, "value": value })
}

/// Whether a value is a secret.
pub(crate) fn is_secret(value: &Value) -> bool {
    value.get(SIGNATURE).is_some_and(|signature| signature == SECRET)
}

/// What a value is, secret or not.
pub(crate) fn plain(value: &Value) -> &Value {
    if is_secret(value) { plain(&value["value"]) } else { value }
}

/// Whether anything in a value is not known yet.
pub(crate) fn is_unknown(value: &Value) -> bool {
    match value {
        Value::String(text) => text == UNKNOWN,
        Value::Array(items) => items.iter().any(is_unknown),
        Value::Object(members) => members.values().any(is_unknown),
        _ => false,
    }
}

/// Properties as a message has them.
pub(crate) fn to_wire(properties: &Properties) -> pulumi_awskms::rpc::Struct {
    let bytes = to_struct(properties).encode_to_vec();
    pulumi_awskms::rpc::Struct::decode(bytes.as_slice()).expect("what was written is read")
}

fn to_struct(properties: &Properties) -> Struct {
    let fields: BTreeMap<_, _> = properties.iter().map(|(name, value)| (name.clone(), wire_value(value))).collect();
    Struct { fields }
}

fn wire_value(value: &Value) -> WireValue {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(value) => Kind::BoolValue(*value),
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Value::String(text) => Kind::StringValue(text.clone()),
        Value::Array(items) => Kind::ListValue(ListValue { values: items.iter().map(wire_value).collect() }),
        Value::Object(members) => Kind::StructValue(to_struct(members)),
    };
    WireValue { kind: Some(kind) }
}

/// The properties of a message; an absent one has none.
pub(crate) fn from_wire(wire: Option<pulumi_awskms::rpc::Struct>) -> Properties {
    let bytes = wire.map(|wire| wire.encode_to_vec()).unwrap_or_default();
    from_struct(Some(Struct::decode(bytes.as_slice()).expect("what was written is read")))
}

fn from_struct(wire: Option<Struct>) -> Properties {
    wire.map(|wire| wire.fields.into_iter().map(|(name, value)| (name, value_of(value))).collect()).unwrap_or_default()
}

fn value_of(value: WireValue) -> Value {
    match value.kind {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::BoolValue(value)) => Value::Bool(value),
        Some(Kind::NumberValue(number)) => Value::from(number),
        Some(Kind::StringValue(text)) => Value::String(text),
        Some(Kind::ListValue(list)) => Value::Array(list.values.into_iter().map(value_of).collect()),
        Some(Kind::StructValue(object)) => Value::Object(from_struct(Some(object))),
    }
}

/// A plain text among properties.
pub(crate) fn text<'a>(properties: &'a Properties, name: &str) -> Option<&'a str> {
    properties.get(name).map(plain).and_then(Value::as_str)
}
