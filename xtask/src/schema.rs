//! schema.json: the package as Pulumi's engine, SDK generators and registry read it.

use std::path::Path;

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::definition::{Constant, Definition, Field, Kind, Message};
use crate::prose;
use crate::rust::variant;

const PACKAGE: &str = "awskms";
pub(crate) const RESOURCE: &str = "awskms:index:AwsKmsKey";
/// Where the source is. The import path of the Go SDK is made of it too.
const REPOSITORY: &str = "github.com/pulumi-awskms/pulumi-awskms";
/// Where `pulumi plugin install` finds the archives of a release by itself, such as `github://api.github.com/OWNER/REPO`
/// or the URL of a folder. Empty while they have no home: then a plugin is installed from its archive.
const PLUGIN_DOWNLOAD_URL: &str = "";

/// Where docs/logo.svg can be fetched. Empty as well until then: the generator for .NET fetches it, and fails where it cannot.
const LOGO_URL: &str = "";

/// The schema as text.
pub(crate) fn render(root: &Path, definition: &Definition) -> Result<String> {
    let spec = definition.message("AwsKmsKeySpec")?;
    let outputs = definition.message("AwsKmsKeyStackOutputs")?;
    let provider = definition.message("ProviderConfig")?;
    let config = properties(definition, provider)?;
    let mut schema = json!({
        "name": PACKAGE,
        "displayName": "AWS KMS keys",
        "version": version(),
        "description": "AWS KMS keys as production teams need them: one resource for a key, its aliases, least-privilege policy, rotation, tags and deletion safety.",
        "keywords": ["pulumi", "aws", "kms", "encryption", "key-management", "multi-region", "category/cloud", "kind/native"],
        "homepage": format!("https://{REPOSITORY}"),
        "repository": format!("https://{REPOSITORY}"),
        "license": env!("CARGO_PKG_LICENSE"),
        "publisher": "pulumi-awskms",
        "meta": { "moduleFormat": "(.*)" },
        "language": languages(),
        "config": { "variables": without_enum_defaults(&config) },
        "provider": {
            "description": "How the awskms provider reaches AWS.",
            "inputProperties": config,
        },
        "types": types(definition)?,
        "resources": { RESOURCE: resource(root, definition, spec, outputs)? },
        "functions": crate::functions::schema(definition)?,
    });
    for (name, url) in [("pluginDownloadURL", PLUGIN_DOWNLOAD_URL), ("logoUrl", LOGO_URL)] {
        if !url.is_empty() {
            schema[name] = json!(url);
        }
    }
    Ok(format!("{}\n", serde_json::to_string_pretty(&schema)?))
}

/// Pulumi's generator writes a default of an enum into the Go configuration package without the import that it needs.
/// Check fills the same default in, so nothing is lost where the variables leave it out.
fn without_enum_defaults(config: &Map<String, Value>) -> Map<String, Value> {
    let mut variables = config.clone();
    for variable in variables.values_mut().filter_map(Value::as_object_mut) {
        if variable.contains_key("$ref") {
            variable.remove("default");
        }
    }
    variables
}

/// The version has one source: the workspace's Cargo.toml, which this crate inherits.
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

fn languages() -> Value {
    json!({
        "nodejs": {
            "packageName": "pulumi-awskms",
            "packageDescription": "AWS KMS keys as code, without surprises.",
            "respectSchemaVersion": true,
            "dependencies": { "@pulumi/pulumi": "^3.150.0" },
            "devDependencies": { "typescript": "^5.0.0", "@types/node": "^20" }
        },
        "python": {
            "packageName": "pulumi_awskms",
            "respectSchemaVersion": true,
            "pyproject": { "enabled": true },
            "inputTypes": "classes-and-dicts",
            "requires": { "pulumi": ">=3.150.0,<4.0.0" },
            "pythonRequires": ">=3.9"
        },
        "go": {
            "importBasePath": format!("{REPOSITORY}/sdk/go/awskms"),
            "modulePath": format!("{REPOSITORY}/sdk/go/awskms"),
            "generateResourceContainerTypes": true,
            "respectSchemaVersion": true
        },
        "csharp": {
            "rootNamespace": "PulumiAwskms",
            "namespaces": { "awskms": "Awskms" },
            "packageReferences": { "Pulumi": "3.*" },
            "respectSchemaVersion": true
        },
        "java": {
            "basePackage": "io.github.pulumiawskms",
            "buildFiles": "gradle",
            "dependencies": { "com.pulumi:pulumi": "1.16.0" }
        }
    })
}

fn resource(root: &Path, definition: &Definition, spec: &Message, outputs: &Message) -> Result<Value> {
    let inputs = properties(definition, spec)?;
    let mut all = inputs.clone();
    // Default values belong to inputs; as outputs the properties have no constant.
    for value in all.values_mut() {
        if let Some(property) = value.as_object_mut() {
            property.remove("default");
        }
    }
    for field in outputs.fields.iter().filter(|field| !field.hidden) {
        all.insert(field.name.clone(), property(definition, outputs, field)?);
    }
    let mut accepted = inputs;
    accepted.extend(manifest_properties());
    let always = |field: &&Field| field.output.as_ref().is_some_and(|output| output.always);
    let always = outputs.fields.iter().filter(|field| field.required).chain(spec.fields.iter().filter(always));
    let always: Vec<&str> = always.map(|field| field.name.as_str()).collect();
    Ok(json!({
        "description": prose::resource(root, spec)?,
        "properties": all,
        "required": always,
        "inputProperties": accepted,
        "requiredInputs": [],
        "listInputs": crate::functions::list_inputs(definition)?,
    }))
}

/// A manifest given as it is: taken apart by Check, so it never becomes an output.
fn manifest_properties() -> Map<String, Value> {
    let object = json!({ "type": "object", "additionalProperties": { "$ref": "pulumi.json#/Any" } });
    let with = |description: &str| {
        let mut property = object.clone();
        property["description"] = json!(description);
        property
    };
    let text = |description: &str| json!({ "type": "string", "description": description });
    let properties = [
        (
            "apiVersion",
            text("Manifest form: `aws.project-planton.org/v1`, `aws.openmcf.org/v1` or `aws.planton.dev/v1`."),
        ),
        ("kind", text("Manifest form: `AwsKmsKey`.")),
        ("metadata", with("Manifest form: name and labels of the manifest.")),
        ("spec", with("Manifest form: the inputs of the key, by their camelCase or snake_case names.")),
        ("status", with("Manifest form: accepted and ignored.")),
    ];
    properties.into_iter().map(|(name, property)| (name.to_owned(), property)).collect()
}

fn types(definition: &Definition) -> Result<Map<String, Value>> {
    let mut types = Map::new();
    let called = definition.functions.iter().flat_map(|function| [function.arguments.as_str(), &function.result]);
    let mut pending: Vec<&Message> = ["AwsKmsKeySpec", "AwsKmsKeyStackOutputs", "ProviderConfig"]
        .into_iter()
        .chain(called)
        .map(|name| definition.message(name))
        .collect::<Result<_>>()?;
    let mut seen = vec![];
    while let Some(message) = pending.pop() {
        for field in message.fields.iter().filter(|field| !field.hidden) {
            match innermost(&field.kind) {
                Kind::Object(name) if !seen.contains(name) => {
                    seen.push(name.clone());
                    let nested = definition.message(name)?;
                    pending.push(nested);
                    types.insert(token(name), object_type(definition, nested)?);
                }
                Kind::Enum(name) => {
                    types.insert(token(name), enum_type(definition, name)?);
                }
                _ => {}
            }
        }
    }
    types.sort_keys();
    Ok(types)
}

fn object_type(definition: &Definition, message: &Message) -> Result<Value> {
    let required: Vec<&str> =
        message.fields.iter().filter(|f| f.required && !f.hidden).map(|f| f.name.as_str()).collect();
    Ok(json!({
        "type": "object",
        "description": prose::linked(definition, message, &message.doc)?,
        "properties": properties(definition, message)?,
        "required": required,
    }))
}

fn enum_type(definition: &Definition, name: &str) -> Result<Value> {
    let enumeration = definition.enumeration(name)?;
    let values = enumeration
        .values
        .iter()
        .map(|value| json!({ "name": variant(&value.name), "value": value.name, "description": value.doc }));
    Ok(json!({ "type": "string", "description": enumeration.doc, "enum": values.collect::<Vec<_>>() }))
}

pub(crate) fn properties(definition: &Definition, message: &Message) -> Result<Map<String, Value>> {
    message
        .fields
        .iter()
        .filter(|field| !field.hidden)
        .map(|field| Ok((field.name.clone(), property(definition, message, field)?)))
        .collect()
}

fn property(definition: &Definition, owner: &Message, field: &Field) -> Result<Value> {
    let mut property = type_of(&field.kind);
    property["description"] = json!(prose::linked(definition, owner, &field.doc)?);
    if let Some(default) = &field.default {
        property["default"] = match default {
            Constant::Bool(value) => json!(value),
            Constant::Integer(value) => json!(value),
            Constant::Text(value) => {
                // Fails here rather than in a user's program.
                if let Kind::Enum(name) = &field.kind {
                    let known = definition.enumeration(name)?.values.iter().any(|v| v.name == *value);
                    anyhow::ensure!(known, "{}: the default {value} is no value of {name}", field.name);
                }
                json!(value)
            }
        };
    }
    if field.secret {
        property["secret"] = json!(true);
    }
    // For the reader only. With replaceOnChanges the engine would decide on a replacement by itself, beside Diff.
    if field.effect == "Replace" {
        property["willReplaceOnChanges"] = json!(true);
    }
    Ok(property)
}

fn type_of(kind: &Kind) -> Value {
    match kind {
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Integer => json!({ "type": "integer" }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Text => json!({ "type": "string" }),
        Kind::Json => json!({ "$ref": "pulumi.json#/Any" }),
        Kind::Enum(name) | Kind::Object(name) => json!({ "$ref": format!("#/types/{}", token(name)) }),
        Kind::List(element) => json!({ "type": "array", "items": type_of(element) }),
        Kind::Map(element) => json!({ "type": "object", "additionalProperties": type_of(element) }),
    }
}

fn innermost(kind: &Kind) -> &Kind {
    match kind {
        Kind::List(element) | Kind::Map(element) => innermost(element),
        other => other,
    }
}

pub(crate) fn token(name: &str) -> String {
    format!("{PACKAGE}:index:{name}")
}
