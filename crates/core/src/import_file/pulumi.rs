//! Keys in the state of a stack that the AWS provider of Pulumi manages, as `pulumi stack export` writes it.

use serde_json::Value;

use super::Found;
use super::sources::{Kind, Source, found};

/// Reads the state.
///
/// # Errors
/// It is no state of a stack.
pub fn from_pulumi(state: &Value) -> Result<Found, String> {
    let resources = state.pointer("/deployment/resources").and_then(Value::as_array).ok_or(
        "this is no state of a Pulumi stack: it has no deployment.resources; write one with `pulumi stack export --file FILE`",
    )?;
    let current = resources.iter().filter(|resource| resource.get("delete") != Some(&Value::Bool(true)));
    Ok(found(current.filter_map(source).collect()))
}

fn source(resource: &Value) -> Option<Source> {
    let text = |name: &str| resource.get(name).and_then(Value::as_str);
    let output = |name: &str| resource.pointer(&format!("/outputs/{name}")).and_then(Value::as_str).map(str::to_owned);
    // The type's module and file have changed their form over the versions; the last part has not.
    let kind = match text("type")?.strip_prefix("aws:kms/")?.rsplit(':').next()? {
        "Key" => Kind::Key,
        "ReplicaKey" => Kind::Replica,
        "Alias" => Kind::Alias,
        "KeyPolicy" => Kind::Policy,
        // What a program reads is no resource of its own.
        name if name.starts_with("get") => return None,
        _ => Kind::Other,
    };
    let urn = text("urn")?;
    let arn = match kind {
        Kind::Key | Kind::Replica => output("arn"),
        Kind::Alias => output("targetKeyArn").or_else(|| output("targetKeyId")),
        Kind::Policy | Kind::Other => output("keyId"),
    };
    Some(Source {
        kind,
        address: urn.to_owned(),
        name: urn.rsplit("::").next().unwrap_or(urn).to_owned(),
        arn,
        primary: output("primaryKeyArn"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::from_pulumi;

    #[test]
    fn a_stack_with_keys_of_the_aws_provider() {
        let urn = |kind: &str, name: &str| format!("urn:pulumi:dev::shop::aws:kms/{kind}::{name}");
        let key = "arn:aws:kms:eu-central-1:123456789012:key/1";
        let state = json!({ "version": 3, "deployment": { "resources": [
            { "urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev", "type": "pulumi:pulumi:Stack" },
            { "urn": urn("key:Key", "orders"), "type": "aws:kms/key:Key", "id": "1", "outputs": { "arn": key } },
            { "urn": urn("key:Key", "orders"), "type": "aws:kms/key:Key", "delete": true, "outputs": { "arn": "old" } },
            { "urn": urn("alias:Alias", "name"), "type": "aws:kms/alias:Alias", "outputs": { "targetKeyArn": key } },
            { "urn": urn("keyPolicy:KeyPolicy", "p"), "type": "aws:kms/keyPolicy:KeyPolicy", "outputs": { "keyId": "1" } },
            { "urn": urn("grant:Grant", "g"), "type": "aws:kms/grant:Grant", "outputs": { "keyId": "1" } },
        ] } });
        let found = from_pulumi(&state).expect("a state");
        assert_eq!((found.entries[0].name.as_str(), found.entries[0].id.as_str()), ("orders", key));
        assert_eq!(
            found.replaced,
            [urn("alias:Alias", "name"), urn("keyPolicy:KeyPolicy", "p"), urn("key:Key", "orders")]
        );
        assert!(found.notes[0].contains("Grant"), "{:?}", found.notes);
        assert!(from_pulumi(&json!({ "resources": [] })).is_err());
    }
}
