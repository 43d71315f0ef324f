//! The words of schema.json: the resource's description, and references to properties in the texts of others.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};

use crate::definition::{Definition, Message};
use crate::schema::{RESOURCE, token};

/// The resource's description with its examples, taken from the example programs, which the tests run.
pub(crate) fn resource(root: &Path, spec: &Message) -> Result<String> {
    let window = spec.fields.iter().find(|field| field.name == "deletionWindowDays").and_then(|field| field.maximum);
    let window = window.context("deletionWindowDays has no maximum")?;
    let program = |path: &str| {
        let text = std::fs::read_to_string(root.join(path)).with_context(|| format!("reading {path}"))?;
        anyhow::Ok(text.trim_end().to_owned())
    };
    Ok(format!(
        "A customer-managed AWS KMS key: its aliases, key policy, rotation, tags and replicas in other Regions, as one \
         resource.\n\n\
         A change that KMS cannot make in place fails the preview; only `replacementPolicy: ALLOW` lets another key take \
         the place of the present one. Removing the resource schedules the deletion of the key, {window} days ahead unless \
         `deletionWindowDays` says less, and until then `pulumi up` with the resource brings it back. `deletionPolicy` can \
         keep the key instead. `policy` separates the roles that manage the key from those that use its data; without it, \
         or `policyDocument`, the IAM policies of the account decide.\n\n\
         {{{{% examples %}}}}\n## Example Usage\n{{{{% example %}}}}\n\n\
         ```typescript\n{}\n```\n\n```python\n{}\n```\n\n```yaml\n{}\n```\n\n\
         {{{{% /example %}}}}\n{{{{% /examples %}}}}\n\n\
         ## Import\n\nA key is imported by its ARN, key ID or alias; nothing is changed at KMS:\n\n\
         ```sh\npulumi import awskms:index:AwsKmsKey orders alias/prod/orders\n```\n",
        program("examples/typescript/index.ts")?,
        program("examples/python/__main__.py")?,
        program("examples/yaml/Pulumi.yaml")?,
    ))
}

/// A text whose mentions of the resource's inputs are references, so that each SDK and the registry write them in its own
/// language's form: `deletionWindowDays` is `deletion_window_days` in Python. An input is mentioned where its name stands
/// in backticks, or where it can be nothing else, as it has a capital inside.
/// A property of the type that the text describes comes first: a replica has a `policyDocument` of its own.
pub(crate) fn linked(definition: &Definition, own: &Message, text: &str) -> Result<String> {
    // Nothing refers to a setting of the provider, nor to a part of a function.
    if own.name == "ProviderConfig" || definition.function_messages.iter().any(|message| message.name == own.name) {
        return Ok(text.to_owned());
    }
    let spec = definition.message("AwsKmsKeySpec")?;
    let word = |c: char| c.is_ascii_alphanumeric() || c == '`';
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(word) {
        out.push_str(&rest[..start]);
        let end = rest[start..].find(|c| !word(c)).map_or(rest.len(), |length| start + length);
        let found = &rest[start..end];
        let name = found.trim_matches('`');
        let quoted = found.len() == name.len() + 2;
        let unmistakable = found == name && name.contains(|c: char| c.is_ascii_uppercase());
        let has = |message: &Message| message.fields.iter().any(|field| !field.hidden && field.name == name);
        let top = ["AwsKmsKeySpec", "AwsKmsKeyStackOutputs"].contains(&own.name.as_str());
        match (quoted || unmistakable, !top && has(own), has(spec)) {
            (true, true, _) => write!(out, "{{{{% ref #/types/{}/properties/{name} %}}}}", token(&own.name))?,
            (true, false, true) => write!(out, "{{{{% ref #/resources/{RESOURCE}/inputProperties/{name} %}}}}")?,
            _ => out.push_str(found),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    Ok(out)
}
