//! The functions: what they are in Rust, in schema.json and in the reference.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Result, ensure};
use serde_json::{Map, Value, json};

use crate::definition::{Definition, Field, Function, Kind, Message};
use crate::reference::type_name;
use crate::rust::{constant, write_struct, write_table};
use crate::schema::{properties, token};

/// The arguments of a listing, which is no function but is checked as one.
const LIST: &str = "AwsKmsKeyListArgs";

/// The generated module.
pub(crate) fn render(definition: &Definition) -> Result<String> {
    let mut code = String::from(
        "// Generated from proto/awskms/v1/functions.proto by `cargo xtask generate`.\n\
         //! Names, arguments and results of the functions.\n\n\
         use std::collections::BTreeMap;\n\n\
         use super::encode::{Encode, put};\n\
         use crate::path::Path;\n\
         use crate::spec::input::{Decode, Input, Unreadable, object, read};\n\
         use crate::spec::table::{self, Default, Effect, Text};\n\
         use crate::value::{PropertyMap, PropertyValue};\n\n",
    );
    write_functions(&mut code, &definition.functions)?;
    write_names(&mut code, definition)?;
    for message in &definition.function_messages {
        if is_argument(definition, message) {
            write_table(&mut code, message)?;
            write_struct(&mut code, message)?;
        } else {
            write_result(&mut code, definition, message)?;
        }
    }
    crate::output::rustfmt(&code)
}

/// Arguments are read, results are written. What stands in an argument would have to be read as well; there is none yet.
fn is_argument(definition: &Definition, message: &Message) -> bool {
    message.name == LIST || definition.functions.iter().any(|function| function.arguments == message.name)
}

fn write_functions(code: &mut String, functions: &[Function]) -> Result<()> {
    writeln!(code, "/// A function.\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\npub enum Function {{")?;
    for function in functions {
        writeln!(code, "/// {}\n{},", function.doc, variant(&function.name))?;
    }
    writeln!(code, "}}\n\nimpl Function {{\n/// Every function.\npub const ALL: &'static [Self] = &[")?;
    for function in functions {
        writeln!(code, "Self::{},", variant(&function.name))?;
    }
    writeln!(code, "];\n\n/// Its token, as programs call it.\npub fn token(self) -> &'static str {{\nmatch self {{")?;
    for function in functions {
        writeln!(code, "Self::{} => {:?},", variant(&function.name), token(&function.name))?;
    }
    writeln!(
        code,
        "}}\n}}\n\n/// What its arguments may be.\npub fn arguments(self) -> &'static table::Message {{\nmatch self {{"
    )?;
    for function in functions {
        writeln!(code, "Self::{} => &{},", variant(&function.name), constant(&function.arguments))?;
    }
    writeln!(code, "}}\n}}\n}}\n")?;
    Ok(())
}

fn write_names(code: &mut String, definition: &Definition) -> Result<()> {
    let arguments = definition.function_messages.iter().filter(|message| is_argument(definition, message));
    let names: BTreeSet<&str> =
        arguments.flat_map(|message| &message.fields).map(|field| field.name.as_str()).collect();
    writeln!(code, "/// Names of arguments, as programs write them.\npub mod names {{")?;
    for name in names {
        writeln!(code, "/// `{name}`\npub const {}: &str = {name:?};", constant(name))?;
    }
    writeln!(code, "}}\n")?;
    Ok(())
}

/// `getPublicKey` -> `GetPublicKey`.
fn variant(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|letter| letter.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn write_result(code: &mut String, definition: &Definition, message: &Message) -> Result<()> {
    let name = &message.name;
    writeln!(
        code,
        "/// {}\n#[derive(Debug, Clone, PartialEq, std::default::Default)]\npub struct {name} {{",
        message.doc
    )?;
    for field in &message.fields {
        writeln!(code, "/// {}\npub {}: {},", field.doc, field.proto_name, field_type(definition, field)?)?;
    }
    writeln!(
        code,
        "}}\n\nimpl {name} {{\n/// The properties, what is secret of them wrapped.\npub fn into_properties(self) -> PropertyMap {{\nlet mut map = PropertyMap::new();"
    )?;
    for field in &message.fields {
        writeln!(
            code,
            "put(&mut map, {:?}, {}, {}self.{});",
            field.name,
            field.secret,
            if is_optional(field) { "" } else { "Some(" },
            if is_optional(field) { field.proto_name.clone() } else { format!("{})", field.proto_name) }
        )?;
    }
    writeln!(
        code,
        "map\n}}\n}}\n\nimpl Encode for {name} {{\nfn encode(self) -> PropertyValue {{\nself.into_properties().into()\n}}\n}}\n"
    )?;
    Ok(())
}

fn is_optional(field: &Field) -> bool {
    !field.required
}

fn field_type(definition: &Definition, field: &Field) -> Result<String> {
    let inner = result_type(definition, &field.kind)?;
    Ok(if is_optional(field) { format!("Option<{inner}>") } else { inner })
}

fn result_type(definition: &Definition, kind: &Kind) -> Result<String> {
    Ok(match kind {
        Kind::Bool => "bool".into(),
        Kind::Integer => "i32".into(),
        Kind::Number => "f64".into(),
        // KMS may know more values than this version.
        Kind::Text | Kind::Enum(_) => "String".into(),
        Kind::Object(name) => {
            let own = definition.function_messages.iter().any(|message| message.name == *name);
            if own { name.clone() } else { "PropertyMap".into() }
        }
        Kind::List(element) => format!("Vec<{}>", result_type(definition, element)?),
        Kind::Map(element) => format!("BTreeMap<String, {}>", result_type(definition, element)?),
        Kind::Json => anyhow::bail!("a result is never any JSON"),
    })
}

/// The functions of schema.json.
pub(crate) fn schema(definition: &Definition) -> Result<Map<String, Value>> {
    let mut functions = Map::new();
    for function in &definition.functions {
        let (arguments, result) = (definition.message(&function.arguments)?, definition.message(&function.result)?);
        ensure!(!function.doc.is_empty(), "{} has no text", function.name);
        let entry = json!({
            "description": function.doc,
            "inputs": object(definition, arguments)?,
            "outputs": object(definition, result)?,
        });
        functions.insert(token(&function.name), entry);
    }
    Ok(functions)
}

/// What a listing can be asked for.
pub(crate) fn list_inputs(definition: &Definition) -> Result<Value> {
    object(definition, definition.message(LIST)?)
}

/// The provider fills in the defaults, so that no SDK decides on one.
fn object(definition: &Definition, message: &Message) -> Result<Value> {
    let mut all = properties(definition, message)?;
    for property in all.values_mut().filter_map(Value::as_object_mut) {
        property.remove("default");
    }
    let required: Vec<&str> = message.fields.iter().filter(|field| field.required).map(|f| f.name.as_str()).collect();
    Ok(json!({ "type": "object", "description": message.doc, "properties": all, "required": required }))
}

/// The functions of the reference.
pub(crate) fn reference(page: &mut String, definition: &Definition) -> Result<()> {
    page.push_str("\n## Functions\n\nWhat each calls and needs is in [Functions](functions.md).\n");
    for function in &definition.functions {
        writeln!(page, "\n### {}\n\n{}\n", function.name, function.doc)?;
        table(page, "argument", definition.message(&function.arguments)?)?;
        page.push('\n');
        table(page, "result", definition.message(&function.result)?)?;
    }
    writeln!(page, "\n### List\n\nWhat `pulumi do awskms AwsKmsKey list` can be asked for.\n")?;
    table(page, "argument", definition.message(LIST)?)?;
    let parts = definition.function_messages.iter().filter(|message| {
        !is_argument(definition, message) && !definition.functions.iter().any(|f| f.result == message.name)
    });
    for message in parts {
        writeln!(page, "\n### {}\n\n{}\n", message.name, message.doc)?;
        table(page, "property", message)?;
    }
    Ok(())
}

fn table(page: &mut String, title: &str, message: &Message) -> Result<()> {
    writeln!(page, "| {title} | type | |\n|---|---|---|")?;
    for field in &message.fields {
        let must = if field.required && title == "argument" { " Required." } else { "" };
        let secret = if field.secret { " Secret." } else { "" };
        let doc = format!("{}{must}{secret}", field.doc.replace('|', "\\|"));
        writeln!(page, "| `{}` | {} | {doc} |", field.name, type_name(&field.kind))?;
    }
    Ok(())
}
