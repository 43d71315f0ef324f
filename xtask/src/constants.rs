//! Names, defaults and limits of the definition as Rust constants, so that no code writes one of them by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Result, ensure};

use crate::definition::{Constant, Definition, Field, Kind};
use crate::rust::{constant, variant};

/// The generated module.
pub(crate) fn render(definition: &Definition) -> Result<String> {
    let mut code = String::from(
        "// Generated from proto/awskms/v1/*.proto by `cargo xtask generate`.\n\
         //! Names, defaults and limits of the definition.\n\n",
    );
    names(&mut code, definition)?;
    defaults(&mut code, definition)?;
    limits(&mut code, definition)?;
    crate::output::rustfmt(&code)
}

fn fields(definition: &Definition) -> impl Iterator<Item = &Field> {
    definition.messages.iter().flat_map(|message| &message.fields)
}

fn names(code: &mut String, definition: &Definition) -> Result<()> {
    let names: BTreeSet<&str> = fields(definition).map(|field| field.name.as_str()).collect();
    writeln!(code, "/// Names of properties, as programs write them.\npub mod names {{")?;
    for name in &names {
        writeln!(code, "/// `{name}`\npub const {}: &str = \"{name}\";", constant(name))?;
    }
    writeln!(code, "\n/// Every name.\npub const ALL: &[&str] = &[")?;
    for name in &names {
        writeln!(code, "{},", constant(name))?;
    }
    writeln!(code, "];\n}}\n")?;
    Ok(())
}

/// Defaults by the name of their property: the constant ones, and those that Check fills in where a property applies.
fn defaults(code: &mut String, definition: &Definition) -> Result<()> {
    let mut all: BTreeMap<String, (&str, String)> = BTreeMap::new();
    for field in fields(definition) {
        let text = match (&field.default, &field.usual, &field.kind) {
            (Some(Constant::Text(text)), _, Kind::Enum(name)) => {
                format!("generated::{name} = generated::{name}::{}", variant(text))
            }
            (Some(Constant::Text(text)), ..) => format!("&str = {text:?}"),
            (Some(Constant::Bool(value)), ..) => format!("bool = {value}"),
            (Some(Constant::Integer(value)), ..) | (None, Some(value), _) => format!("i32 = {value}"),
            (None, None, _) => continue,
        };
        let other = all.insert(constant(&field.name), (&field.name, text.clone()));
        ensure!(other.is_none_or(|(_, other)| other == text), "{} has two defaults", field.name);
    }
    writeln!(code, "/// Defaults of properties.\npub mod defaults {{\nuse crate::spec::generated;\n")?;
    for (constant, (name, text)) in &all {
        writeln!(code, "/// Default of `{name}`.\npub const {constant}: {text};")?;
    }
    writeln!(code, "}}\n")?;
    Ok(())
}

/// Ranges of the numbers and most entries of the lists and maps of a key.
fn limits(code: &mut String, definition: &Definition) -> Result<()> {
    writeln!(code, "/// Limits of the properties of a key.\npub mod limits {{")?;
    for field in &definition.message("AwsKmsKeySpec")?.fields {
        let limit = match (field.minimum, field.maximum, field.max_items) {
            (Some(least), Some(most), _) => format!("std::ops::RangeInclusive<i32> = {least}..={most}"),
            (_, _, Some(most)) => format!("usize = {most}"),
            _ => continue,
        };
        writeln!(code, "/// Limit of `{}`.\npub const {}: {limit};", field.name, constant(&field.name))?;
    }
    writeln!(code, "}}")?;
    Ok(())
}
