//! The Rust side of the definition: tables for checking, types for reading.

use std::fmt::Write as _;

use anyhow::Result;

use crate::definition::{Constant, Definition, Enum, Field, Kind, Message, OutputFacts};

/// Messages that are only ever written by the provider.
const OUTPUTS: [&str; 3] = ["AwsKmsKeyStackOutputs", "ReplicaKey", "AwsKmsKeyStatus"];

/// The generated module.
pub(crate) fn render(definition: &Definition) -> Result<String> {
    let mut code = String::from(
        "// Generated from proto/awskms/v1/*.proto by `cargo xtask generate`.\n\
         //! Tables and types of the definition.\n\n\
         use std::collections::BTreeMap;\n\n\
         use super::input::{Decode, Input, Unreadable, object, read, without_value};\n\
         use super::table::{self, Default, Effect, Text};\n\
         use crate::path::Path;\n\
         use crate::value::{PropertyMap, PropertyValue};\n\n",
    );
    for enumeration in &definition.enums {
        write_enum(&mut code, enumeration)?;
    }
    write_outputs(&mut code, "OUTPUTS", "What a key returns", &outputs(definition)?)?;
    let replica: Vec<&Field> = definition.message("ReplicaKey")?.fields.iter().collect();
    write_outputs(&mut code, "REPLICA_OUTPUTS", "What a replica returns", &replica)?;
    for message in definition.messages.iter().filter(|message| !OUTPUTS.contains(&message.name.as_str())) {
        write_table(&mut code, message)?;
        // The manifest's envelope is taken apart before anything is read from it.
        if !["AwsKmsKey", "AwsKmsKeyMetadata"].contains(&message.name.as_str()) {
            write_struct(&mut code, message)?;
        }
    }
    crate::output::rustfmt(&code)
}

/// The outputs of a key, and the inputs of which something is known as outputs.
fn outputs(definition: &Definition) -> Result<Vec<&Field>> {
    let (spec, outputs) = (definition.message("AwsKmsKeySpec")?, definition.message("AwsKmsKeyStackOutputs")?);
    Ok(outputs.fields.iter().chain(spec.fields.iter().filter(|field| field.output.is_some())).collect())
}

fn write_outputs(code: &mut String, name: &str, doc: &str, fields: &[&Field]) -> Result<()> {
    writeln!(code, "/// {doc}.\npub static {name}: &[table::Output] = &[")?;
    for field in fields {
        let facts = field.output.as_ref();
        let is = |of: fn(&OutputFacts) -> bool| facts.is_some_and(of);
        writeln!(
            code,
            "table::Output {{ name: \"{}\", always: {}, kept: {}, stable: {}, follows_primary: {}, from: &{:?} }},",
            field.name,
            field.required || is(|facts| facts.always),
            is(|facts| facts.kept),
            is(|facts| facts.stable),
            is(|facts| facts.follows_primary),
            facts.map(|facts| facts.from.as_slice()).unwrap_or_default()
        )?;
    }
    writeln!(code, "];\n")?;
    Ok(())
}

fn write_enum(code: &mut String, enumeration: &Enum) -> Result<()> {
    let name = &enumeration.name;
    writeln!(
        code,
        "/// {}\n#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum {name} {{",
        enumeration.doc
    )?;
    for value in &enumeration.values {
        writeln!(code, "/// {}\n{},", value.doc, variant(&value.name))?;
    }
    writeln!(code, "}}\n\nimpl {name} {{\n/// Every value.\npub const ALL: &'static [Self] = &[")?;
    for value in &enumeration.values {
        writeln!(code, "Self::{},", variant(&value.name))?;
    }
    writeln!(
        code,
        "];\n\n/// The value's name, as KMS and programs write it.\npub fn as_str(self) -> &'static str {{\nmatch self {{"
    )?;
    for value in &enumeration.values {
        writeln!(code, "Self::{} => \"{}\",", variant(&value.name), value.name)?;
    }
    writeln!(
        code,
        "}}\n}}\n\n/// Reads a name.\npub fn parse(name: &str) -> Option<Self> {{\nSelf::ALL.iter().copied().find(|value| value.as_str() == name)\n}}\n}}\n\n\
         impl Decode for {name} {{\nfn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {{\nvalue.as_str().and_then(Self::parse).map_or_else(|| without_value(value, at, \"a value of {name}\"), |known| Ok(Input::Known(known)))\n}}\n}}\n"
    )?;
    writeln!(
        code,
        "/// Table of [`{name}`].\npub static {}: table::Enum = table::Enum {{ name: \"{name}\", values: &[",
        constant(name)
    )?;
    for value in &enumeration.values {
        writeln!(code, "table::EnumValue {{ name: \"{}\", also: &{:?} }},", value.name, value.also)?;
    }
    writeln!(code, "] }};\n")?;
    Ok(())
}

pub(crate) fn write_table(code: &mut String, message: &Message) -> Result<()> {
    writeln!(
        code,
        "/// Table of `{0}`: {1}\npub static {2}: table::Message = table::Message {{ name: \"{0}\", fields: &[",
        message.name,
        message.doc,
        constant(&message.name)
    )?;
    for field in &message.fields {
        if matches!(&field.kind, Kind::Object(name) if OUTPUTS.contains(&name.as_str())) {
            continue;
        }
        writeln!(
            code,
            "table::Field {{ name: \"{}\", proto_name: \"{}\", also: &{:?}, kind: {}, effect: Effect::{}, default: {}, required: {}, secret: {}, hidden: {}, is_set: {}, is_principal: {} }},",
            field.name,
            field.proto_name,
            field.also,
            table_kind(field, &field.kind)?,
            field.effect,
            default(field.default.as_ref()),
            field.required,
            field.secret,
            field.hidden,
            field.is_set,
            field.is_principal
        )?;
    }
    writeln!(code, "] }};\n")?;
    Ok(())
}

fn table_kind(field: &Field, kind: &Kind) -> Result<String> {
    let max_items = field.max_items.map_or("None".to_owned(), |most| format!("Some({most})"));
    Ok(match kind {
        Kind::Bool => "table::Kind::Bool".into(),
        Kind::Integer => format!(
            "table::Kind::Integer {{ minimum: {}, maximum: {} }}",
            field.minimum.map_or("i32::MIN".to_owned(), |n| n.to_string()),
            field.maximum.map_or("i32::MAX".to_owned(), |n| n.to_string())
        ),
        Kind::Number => format!("table::Kind::Number {{ minimum: {:?} }}", field.minimum.map_or(f64::MIN, f64::from)),
        Kind::Text => format!(
            "table::Kind::Text(Text {{ min_length: {}, max_length: {:?}, pattern: {:?} }})",
            field.min_length.unwrap_or(0),
            field.max_length,
            field.pattern
        ),
        Kind::Json => "table::Kind::Json".into(),
        Kind::Enum(name) => format!("table::Kind::Enum(&{})", constant(name)),
        Kind::Object(name) => format!("table::Kind::Object(&{})", constant(name)),
        Kind::List(element) => {
            format!("table::Kind::List {{ element: &{}, max_items: {max_items} }}", table_kind(field, element)?)
        }
        Kind::Map(element) => {
            format!("table::Kind::Map {{ element: &{}, max_items: {max_items} }}", table_kind(field, element)?)
        }
    })
}

fn default(constant: Option<&Constant>) -> String {
    match constant {
        None => "None".into(),
        Some(Constant::Bool(value)) => format!("Some(Default::Bool({value}))"),
        Some(Constant::Integer(value)) => format!("Some(Default::Integer({value}))"),
        Some(Constant::Text(value)) => format!("Some(Default::Text({value:?}))"),
    }
}

pub(crate) fn write_struct(code: &mut String, message: &Message) -> Result<()> {
    let name = &message.name;
    writeln!(
        code,
        "/// {}\n#[derive(Debug, Clone, PartialEq, std::default::Default)]\npub struct {name} {{",
        message.doc
    )?;
    for field in &message.fields {
        writeln!(code, "/// {}\npub {}: Input<{}>,", field.doc, field.proto_name, rust_type(&field.kind))?;
    }
    writeln!(
        code,
        "}}\n\nimpl {name} {{\n/// Reads checked properties.\n///\n/// # Errors\n/// A property has another type than the definition gives it.\npub fn from_properties(map: &PropertyMap) -> Result<Self, Unreadable> {{\nSelf::read_at(map, &Path::default())\n}}\n\nfn read_at(map: &PropertyMap, at: &Path) -> Result<Self, Unreadable> {{\nOk(Self {{"
    )?;
    for field in &message.fields {
        writeln!(code, "{}: read(map, at, \"{}\")?,", field.proto_name, field.name)?;
    }
    writeln!(
        code,
        "}})\n}}\n}}\n\nimpl Decode for {name} {{\nfn decode(value: &PropertyValue, at: &Path) -> Result<Input<Self>, Unreadable> {{\nOk(match object(value, at)? {{\nInput::Known(map) => Input::Known(Self::read_at(map, at)?),\nInput::Absent => Input::Absent,\nInput::Unknown => Input::Unknown,\n}})\n}}\n}}\n"
    )?;
    Ok(())
}

fn rust_type(kind: &Kind) -> String {
    match kind {
        Kind::Bool => "bool".into(),
        Kind::Integer => "i32".into(),
        Kind::Number => "f64".into(),
        Kind::Text => "String".into(),
        Kind::Json => "serde_json::Value".into(),
        Kind::Enum(name) | Kind::Object(name) => name.clone(),
        Kind::List(element) => format!("Vec<{}>", rust_type(element)),
        Kind::Map(element) => format!("BTreeMap<String, Input<{}>>", rust_type(element)),
    }
}

/// `SYMMETRIC_DEFAULT` -> `SymmetricDefault`.
pub(crate) fn variant(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters.map(|c| c.to_ascii_lowercase())).collect::<String>()
    });
    words.collect()
}

/// `KeyPolicy` -> `KEY_POLICY`.
pub(crate) fn constant(name: &str) -> String {
    let mut text = String::new();
    for (position, letter) in name.char_indices() {
        if position > 0 && letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}
