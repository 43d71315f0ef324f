//! docs/reference.md: every property, from the same source as the schema.

use std::fmt::Write as _;

use anyhow::{Result, bail};

use crate::definition::{Constant, Definition, Field, Kind, Message};

/// The form of a manifest around the inputs, which has no section.
const ENVELOPE: [&str; 3] = ["AwsKmsKey", "AwsKmsKeyMetadata", "AwsKmsKeyStatus"];

/// The page.
///
/// # Errors
/// A message has no section: a new one gets its title below.
pub(crate) fn render(definition: &Definition) -> Result<String> {
    let mut page = String::from(
        "<!-- Generated from proto/awskms/v1/*.proto by `cargo xtask generate`. -->\n# Reference\n\n\
         The resource is `awskms:index:AwsKmsKey`. Properties are written in camelCase in programs and in either form in\n\
         manifests.\n",
    );
    let sections = [
        ("Inputs of AwsKmsKey", "AwsKmsKeySpec"),
        ("policy", "KeyPolicy"),
        ("policy.services", "ServiceUse"),
        ("policy.access", "RoleAccess"),
        ("policy.trustedAccounts", "TrustedAccount"),
        ("policy.organization", "OrganizationAccess"),
        ("policy.protect", "Protection"),
        ("deletionGuard", "DeletionGuard"),
        ("lints", "Lints"),
        ("lints.ignore", "IgnoredLint"),
        ("replicas", "Replica"),
        ("Outputs of AwsKmsKey", "AwsKmsKeyStackOutputs"),
        ("replicaKeys, by Region", "ReplicaKey"),
        ("Provider configuration", "ProviderConfig"),
        ("assumeRoles", "AssumeRole"),
        ("assumeRoleWithWebIdentity", "AssumeRoleWithWebIdentity"),
        ("endpoints", "Endpoints"),
        ("defaultTags", "DefaultTags"),
        ("ignoreTags", "IgnoreTags"),
    ];
    for (title, name) in sections {
        section(&mut page, title, definition.message(name)?);
    }
    let described = |message: &Message| {
        ENVELOPE.contains(&message.name.as_str()) || sections.iter().any(|(_, name)| *name == message.name)
    };
    if let Some(message) = definition.messages.iter().find(|message| !described(message)) {
        bail!("docs/reference.md has no section for {}: add its title to xtask/src/reference.rs", message.name);
    }
    crate::functions::reference(&mut page, definition)?;
    page.push_str("\n## Enums\n");
    let hidden = ["Origin"];
    for enumeration in definition.enums.iter().filter(|e| !hidden.contains(&e.name.as_str())) {
        let _ = writeln!(page, "\n### {}\n\n{}\n", enumeration.name, enumeration.doc);
        for value in &enumeration.values {
            let also =
                if value.also.is_empty() { String::new() } else { format!(" (also `{}`)", value.also.join("`, `")) };
            let _ = writeln!(page, "- `{}`{also}: {}", value.name, value.doc);
        }
    }
    Ok(page)
}

fn section(page: &mut String, title: &str, message: &Message) {
    let outputs = ["AwsKmsKeyStackOutputs", "ReplicaKey"].contains(&message.name.as_str());
    let _ = writeln!(page, "\n## {title}\n\n{}\n", message.doc);
    if outputs {
        page.push_str("| output | type | |\n|---|---|---|\n");
    } else {
        page.push_str("| property | type | default | a change means | |\n|---|---|---|---|---|\n");
    }
    for field in message.fields.iter().filter(|field| !field.hidden) {
        let name = std::iter::once(&field.name).chain(&field.also).map(|name| format!("`{name}`"));
        let name = name.collect::<Vec<_>>().join(", also ");
        let secret = if field.secret { " Secret." } else { "" };
        let doc = format!("{}{secret}", field.doc.replace('|', "\\|"));
        if outputs {
            let _ = writeln!(page, "| {name} | {} | {doc} |", type_name(&field.kind));
        } else {
            let _ = writeln!(
                page,
                "| {name} | {} | {} | {} | {doc} |",
                type_name(&field.kind),
                default(field),
                effect(field)
            );
        }
    }
}

pub(crate) fn type_name(kind: &Kind) -> String {
    match kind {
        Kind::Bool => "boolean".into(),
        Kind::Integer => "integer".into(),
        Kind::Number => "number".into(),
        Kind::Text => "string".into(),
        Kind::Json => "string or object".into(),
        Kind::Enum(name) | Kind::Object(name) => name.clone(),
        Kind::List(element) => format!("list of {}", type_name(element)),
        Kind::Map(element) => format!("map of {}", type_name(element)),
    }
}

pub(crate) fn default(field: &Field) -> String {
    match &field.default {
        None => String::new(),
        Some(Constant::Bool(value)) => format!("`{value}`"),
        Some(Constant::Integer(value)) => format!("`{value}`"),
        Some(Constant::Text(value)) => format!("`\"{value}\"`"),
    }
}

fn effect(field: &Field) -> &'static str {
    match field.effect {
        "Replace" => "another key",
        "StateOnly" => "remembered, no call",
        "CreateOnly" => "nothing: read at creation",
        "Promote" => "promotion of a replica there, else another key",
        _ => "update in place",
    }
}
