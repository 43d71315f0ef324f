//! Keys in a Terraform or `OpenTofu` state, as `terraform state pull` or `terraform show -json` write it.

use serde_json::Value;

use super::Found;
use super::sources::{Kind, Source, found};

/// Reads the state.
///
/// # Errors
/// It is no state of Terraform in a form that is known.
pub fn from_terraform(state: &Value) -> Result<Found, String> {
    if let Some(root) = state.pointer("/values/root_module") {
        let mut sources = vec![];
        shown(root, &mut sources);
        return Ok(found(sources));
    }
    let version = state.get("version").and_then(Value::as_u64);
    match (version, state.get("resources").and_then(Value::as_array)) {
        (Some(4), Some(resources)) => Ok(found(resources.iter().flat_map(pulled).collect())),
        _ => Err(
            "this is no Terraform state of version 4; write one with `terraform state pull` or `terraform show -json`"
                .into(),
        ),
    }
}

/// The resources of a module and of those in it, as `show -json` has them.
fn shown(module: &Value, sources: &mut Vec<Source>) {
    let list = |name: &str| module.get(name).and_then(Value::as_array).into_iter().flatten();
    for resource in list("resources").filter(|resource| is_managed(resource)) {
        let address = resource.get("address").and_then(Value::as_str).unwrap_or_default();
        sources.extend(source(resource, address.to_owned(), resource.get("values").unwrap_or(&Value::Null)));
    }
    list("child_modules").for_each(|child| shown(child, sources));
}

/// The instances of a resource, as the state itself has them.
fn pulled(resource: &Value) -> Vec<Source> {
    if !is_managed(resource) {
        return vec![];
    }
    let text = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default();
    let module = resource.get("module").and_then(Value::as_str).map_or_else(String::new, |module| format!("{module}."));
    let instances = resource.get("instances").and_then(Value::as_array).into_iter().flatten();
    let instances = instances.filter(|instance| instance.get("deposed").is_none());
    instances
        .filter_map(|instance| {
            let index = instance.get("index_key").map_or_else(String::new, |index| format!("[{index}]"));
            let address = format!("{module}{}.{}{index}", text("type"), text("name"));
            source(resource, address, instance.get("attributes").unwrap_or(&Value::Null))
        })
        .collect()
}

fn is_managed(resource: &Value) -> bool {
    resource.get("mode").and_then(Value::as_str) == Some("managed")
}

fn source(resource: &Value, address: String, attributes: &Value) -> Option<Source> {
    let attribute = |name: &str| attributes.get(name).and_then(Value::as_str).map(str::to_owned);
    let kind = match resource.get("type").and_then(Value::as_str)?.strip_prefix("aws_kms_")? {
        "key" => Kind::Key,
        "replica_key" => Kind::Replica,
        "alias" => Kind::Alias,
        "key_policy" => Kind::Policy,
        _ => Kind::Other,
    };
    let arn = match kind {
        Kind::Key | Kind::Replica => attribute("arn"),
        Kind::Alias => attribute("target_key_arn").or_else(|| attribute("target_key_id")),
        Kind::Policy | Kind::Other => attribute("key_id"),
    };
    Some(Source { kind, name: name(&address), address, arn, primary: attribute("primary_key_arn") })
}

/// `module.shop.aws_kms_key.this["eu"]` is `shop-this-eu`.
fn name(address: &str) -> String {
    let index = address.find('[').unwrap_or(address.len());
    let parts = address[..index].split('.').filter(|part| *part != "module" && !part.starts_with("aws_kms_"));
    let rest = address[index..].trim_matches(['[', ']', '"']);
    let parts: Vec<&str> = parts.chain(Some(rest).filter(|rest| !rest.is_empty())).collect();
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{from_terraform, name};

    const KEY: &str = "arn:aws:kms:eu-central-1:123456789012:key/mrk-1";
    const AWAY: &str = "arn:aws:kms:eu-west-1:123456789012:key/mrk-1";

    #[test]
    fn a_state_as_it_is_stored() {
        let managed = |kind: &str, name: &str, attributes: serde_json::Value| json!({ "mode": "managed", "type": kind, "name": name, "instances": [{ "attributes": attributes }] });
        let state = json!({ "version": 4, "resources": [
            managed("aws_kms_key", "orders", json!({ "arn": KEY, "key_id": "mrk-1" })),
            managed("aws_kms_replica_key", "west", json!({ "arn": AWAY, "primary_key_arn": KEY })),
            managed("aws_kms_alias", "orders", json!({ "name": "alias/orders", "target_key_arn": KEY })),
            managed("aws_s3_bucket", "b", json!({})),
            { "mode": "data", "type": "aws_kms_key", "name": "read", "instances": [{ "attributes": { "arn": KEY } }] },
            { "mode": "managed", "type": "aws_kms_key", "name": "each", "module": "module.shop", "instances": [
                { "index_key": "eu", "attributes": { "arn": "arn:aws:kms:eu-west-1:123456789012:key/2" } },
                { "index_key": 1, "attributes": { "arn": "arn:aws:kms:eu-west-1:123456789012:key/3" } },
                { "index_key": 2, "deposed": "x", "attributes": { "arn": "arn:aws:kms:eu-west-1:123456789012:key/4" } },
            ] },
        ] });
        let found = from_terraform(&state).expect("a state");
        let names: Vec<_> = found.entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["orders", "shop-each-eu", "shop-each-1"]);
        assert_eq!(
            found.replaced,
            [
                "aws_kms_alias.orders",
                "aws_kms_replica_key.west",
                "aws_kms_key.orders",
                "module.shop.aws_kms_key.each[\"eu\"]",
                "module.shop.aws_kms_key.each[1]"
            ]
        );
        assert_eq!(found.notes, Vec::<String>::new());
    }

    #[test]
    fn a_state_as_it_is_shown() {
        let key =
            json!({ "address": "aws_kms_key.a", "mode": "managed", "type": "aws_kms_key", "values": { "arn": KEY } });
        let child = json!({ "resources": [{ "address": "module.m.aws_kms_alias.b", "mode": "managed",
            "type": "aws_kms_alias", "values": { "target_key_id": "mrk-1" } }] });
        let state = json!({ "values": { "root_module": { "resources": [key], "child_modules": [child] } } });
        let found = from_terraform(&state).expect("a state");
        assert_eq!(found.replaced, ["module.m.aws_kms_alias.b", "aws_kms_key.a"]);
        assert_eq!(found.entries[0].name, "a");
        assert!(from_terraform(&json!({ "version": 3, "resources": [] })).is_err());
    }

    #[test]
    fn names_of_addresses() {
        for (address, expected) in [
            ("aws_kms_key.orders", "orders"),
            ("module.shop.aws_kms_key.this[\"eu\"]", "shop-this-eu"),
            ("aws_kms_key.many[0]", "many-0"),
        ] {
            assert_eq!(name(address), expected);
        }
    }
}
