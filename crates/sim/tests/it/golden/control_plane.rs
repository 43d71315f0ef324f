//! Recorded tests of keys, aliases, tags, rotation and replicas.

#![expect(clippy::unnecessary_wraps, reason = "each recorded test is driven by a function of the same form")]

use serde_json::{Value, json};

use super::Steps;
use super::world::{REGION, SECOND, World};

const ABSENT: &str = "134f2428-cec1-4b25-a1ae-9048164dba47";

fn one(step: &str, answer: Value) -> Option<Steps> {
    Some(vec![(step.to_owned(), answer)])
}

fn many<const N: usize>(steps: [(&str, Value); N]) -> Option<Steps> {
    Some(steps.into_iter().map(|(step, answer)| (step.to_owned(), answer)).collect())
}

pub(super) fn drive(world: &mut World, name: &str, variant: &str) -> Option<Steps> {
    match name {
        "test_create_key" => {
            let id = world.key(json!({ "Description": "test key 123" }));
            let described = world.described(&id);
            one("describe-key", described)
        }
        "test_describe_with_alias_arn" => {
            let made = world.key_in(REGION, json!({ "Description": "test - description" }));
            world.call("CreateAlias", json!({ "AliasName": "alias/x", "TargetKeyId": made["KeyId"] }));
            let arn = format!("arn:aws:kms:{REGION}:111111111111:alias/x");
            let described = world.call("DescribeKey", json!({ "KeyId": arn }));
            many([("created-key", made), ("describe-key", described)])
        }
        "test_create_multi_region_key" => {
            let body = json!({ "MultiRegion": true, "Description": "test multi region key" });
            let made = world.key_in(REGION, body);
            one("create_multi_region_key", made)
        }
        "test_non_multi_region_keys_should_not_have_multi_region_properties" => {
            let made =
                world.key_in(REGION, json!({ "MultiRegion": false, "Description": "test non multi region key" }));
            one(name.strip_prefix("test_").unwrap_or(name), made)
        }
        "test_create_alias" => {
            let id = world.key(json!({}));
            one("create_alias", world.call("CreateAlias", json!({ "AliasName": "x", "TargetKeyId": id })))
        }
        name if name.starts_with("test_get_key") && !name.contains("parameters") => missing_keys(world, name),
        name if name.starts_with("test_hmac_create_key") => hmac(world, name),
        name if name.starts_with("test_replicate") => replicas(world, name),
        name if name.contains("tag") => tags(world, name, variant),
        name if name.contains("rotat") && !name.contains("encryption_decryption") => rotation(world, name, variant),
        _ => None,
    }
}

fn missing_keys(world: &mut World, name: &str) -> Option<Steps> {
    let mut describe = |region: &str, id: &str| world.call_in(region, "DescribeKey", json!({ "KeyId": id }));
    let arn = |id: &str| format!("arn:aws:kms:{REGION}:111111111111:key/{id}");
    match name {
        "test_get_key_in_different_region" => {
            let key = world.key_in(SECOND, json!({ "Description": "test key 123" }));
            let (id, arn) = (key["KeyId"].as_str()?, key["Arn"].as_str()?);
            let mut describe = |region: &str, id: &str| world.call_in(region, "DescribeKey", json!({ "KeyId": id }));
            many([
                ("describe-key-diff-region-with-id", describe(REGION, id)),
                ("describe-key-diff-region-with-arn", describe(REGION, arn)),
                ("describe-key-same-specific-region-with-id", describe(SECOND, id)),
                ("describe-key-same-specific-region-with-arn", describe(SECOND, arn)),
            ])
        }
        "test_get_key_does_not_exist" => many([
            ("describe-nonexistent-key-with-id", describe(REGION, ABSENT)),
            ("describe-nonexistent-with-arn", describe(REGION, &arn(ABSENT))),
            ("describe-key-with-valid-id-mrk", describe(REGION, &format!("mrk-{}", ABSENT.replace('-', "")))),
        ]),
        "test_get_key_invalid_uuid" => many([
            ("describe-key-with-invalid-uuid", describe(REGION, "fake-key-id")),
            ("describe-key-with-invalid-uuid-2", describe(REGION, "134f2428cec14b25a1ae9048164dba47")),
            ("describe-key-with-invalid-uuid-mrk", describe(REGION, "mrk-fake-key-id")),
        ]),
        _ => None,
    }
}

fn hmac(world: &mut World, name: &str) -> Option<Steps> {
    if name == "test_hmac_create_key" {
        let body = json!({ "KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC", "Description": "test key" });
        let made = world.key_in(REGION, body);
        let described = world.described(made["KeyId"].as_str()?);
        return many([("create-hmac-key", made), ("describe-key", described)]);
    }
    let mut create = |body: Value| world.call("CreateKey", body);
    many([
        ("create-hmac-key-without-key-usage", create(json!({ "KeySpec": "HMAC_256" }))),
        (
            "create-hmac-key-invalid-spec",
            create(json!({ "KeySpec": "HMAC_random", "KeyUsage": "GENERATE_VERIFY_MAC" })),
        ),
        ("create-hmac-key-invalid-key-usage", create(json!({ "KeySpec": "HMAC_256", "KeyUsage": "RANDOM" }))),
    ])
}

fn replicas(world: &mut World, name: &str) -> Option<Steps> {
    const FAR: &str = "ap-southeast-1";
    let id = world.key(json!({ "MultiRegion": true, "Description": "test replicated key" }));
    let named = json!({ "KeyId": id });
    let replicate = json!({ "KeyId": id, "ReplicaRegion": FAR });
    if name == "test_replicate_replica_key_should_fail" {
        world.call("ReplicateKey", replicate);
        world.pass(5.0);
        let again = json!({ "KeyId": id, "ReplicaRegion": "eu-west-1" });
        return one("fail-replicate-non-primary-key", world.call_in(FAR, "ReplicateKey", again));
    }
    let before = world.call_in(FAR, "DescribeKey", named.clone());
    let made = world.call("ReplicateKey", replicate);
    world.pass(5.0);
    many([
        ("describe-key-from-different-region", before),
        ("replicate-key", made),
        ("describe-key-from-region", world.call("DescribeKey", named.clone())),
        ("describe-replicated-key", world.call_in(FAR, "DescribeKey", named)),
    ])
}

fn tag_list(pairs: &[(&str, &str)]) -> Value {
    pairs.iter().map(|(key, value)| json!({ "TagKey": key, "TagValue": value })).collect()
}

fn tags(world: &mut World, name: &str, variant: &str) -> Option<Steps> {
    let three = tag_list(&[("tag1", "value1"), ("tag2", "value2"), ("tag3", "value3")]);
    let two = tag_list(&[("tag1", "value1"), ("tag2", "value2")]);
    let listed = |world: &mut World, id: &str| world.call("ListResourceTags", json!({ "KeyId": id }))["Tags"].clone();
    match name {
        "test_tag_existing_key_and_untag" | "test_create_key_with_tag_and_untag" | "test_untag_key_partially" => {
            let partly = name == "test_untag_key_partially";
            let tags = if partly { three } else { two };
            let id = if name.contains("existing") {
                let id = world.key(json!({}));
                world.call("TagResource", json!({ "KeyId": id, "Tags": tags }));
                id
            } else {
                world.key(json!({ "Tags": tags }))
            };
            let before = listed(world, &id);
            let keys = if partly { json!(["tag2"]) } else { json!(["tag1", "tag2"]) };
            world.call("UntagResource", json!({ "KeyId": id, "TagKeys": keys }));
            let which = if partly { "partially" } else { "all" };
            let after = listed(world, &id);
            many([("list-resource-tags", before), (&format!("list-resource-tags-after-{which}-untagged"), after)])
        }
        "test_update_and_add_tags_on_tagged_key" => {
            let id = world.key(json!({ "Tags": three }));
            let before = listed(world, &id);
            let more = tag_list(&[("tag2", "updated_value2"), ("tag4", "value4"), ("tag5", "value5")]);
            world.call("TagResource", json!({ "KeyId": id, "Tags": more }));
            let after = listed(world, &id);
            many([("list-resource-tags", before), ("list-resource-tags-after-tags-updated", after)])
        }
        "test_tag_key_with_duplicate_tag_keys_raises_error" => {
            let id = world.key(json!({}));
            let tags = tag_list(&[("tag1", "value1"), ("tag1", "value2")]);
            one("duplicate-tag-keys", world.call("TagResource", json!({ "KeyId": id, "Tags": tags })))
        }
        "test_create_key_with_too_many_tags_raises_error" => {
            let tags: Vec<_> = (0..51).map(|n| json!({ "TagKey": format!("k{n}"), "TagValue": "v" })).collect();
            one("invalid-tag-key", world.call("CreateKey", json!({ "Tags": tags })))
        }
        "test_tag_existing_key_with_invalid_tag_key" => {
            let id = world.key(json!({}));
            let tags = tag_list(&[("aws:key1", "value1")]);
            one("invalid-tag-key", world.call("TagResource", json!({ "KeyId": id, "Tags": tags })))
        }
        "test_key_with_long_tag_value_raises_error" => {
            let tags = tag_list(&[("tag1", &"v".repeat(257))]);
            one("too-long-tag-value", world.call("CreateKey", json!({ "Tags": tags })))
        }
        "test_create_key_with_invalid_tag_key" => {
            let key = match variant {
                "lowercase_prefix" => "aws:key1".to_owned(),
                "uppercase_prefix" => "AWS:key1".to_owned(),
                _ => "a".repeat(129),
            };
            one("invalid-tag-key", world.call("CreateKey", json!({ "Tags": tag_list(&[(&key, "value1")]) })))
        }
        _ => None,
    }
}

fn rotation(world: &mut World, name: &str, variant: &str) -> Option<Steps> {
    let rotate = |world: &mut World, id: &str| world.call("RotateKeyOnDemand", json!({ "KeyId": id }));
    let status = |world: &mut World, id: &str| world.call("GetKeyRotationStatus", json!({ "KeyId": id }));
    let failed = |answer: Value| one("error-response", answer);
    match name {
        "test_key_enable_rotation_status" => {
            let id = world.key(json!({}));
            let days: u16 = variant.parse().ok()?;
            world.call("EnableKeyRotation", json!({ "KeyId": id, "RotationPeriodInDays": days }));
            one("match_response", status(world, &id))
        }
        "test_rotate_key_on_demand_modifies_key_material" => {
            let id = world.key(json!({}));
            one("rotate-on-demand-response", rotate(world, &id))
        }
        "test_rotate_on_demand_returns_arn_for_key_id" => {
            let id = world.key(json!({}));
            let answer = rotate(world, &id);
            assert!(answer["KeyId"].as_str()?.starts_with("arn:"), "{answer}");
            one("rotate-on-demand-aws-key", answer)
        }
        "test_rotate_key_on_demand_with_symmetric_key_and_automatic_rotation_disabled"
        | "test_rotate_key_on_demand_with_symmetric_key_and_automatic_rotation_enabled" => {
            let id = world.key(json!({}));
            if name.ends_with("enabled") {
                world.call("EnableKeyRotation", json!({ "KeyId": id }));
            }
            let rotated = rotate(world, &id);
            let after = status(world, &id);
            many([("rotate-on-demand-response", rotated), ("rotation-status-response-after-rotation", after)])
        }
        "test_rotate_key_on_demand_raises_error_given_key_is_disabled" => {
            let id = world.key(json!({}));
            world.call("DisableKey", json!({ "KeyId": id }));
            failed(rotate(world, &id))
        }
        "test_rotate_key_on_demand_raises_error_given_key_that_does_not_exist" => failed(rotate(world, ABSENT)),
        "test_rotate_key_on_demand_raises_error_given_non_symmetric_key" => {
            let id = world.key(json!({ "KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY" }));
            failed(rotate(world, &id))
        }
        "test_rotate_key_on_demand_raises_error_given_key_with_imported_key_material" => Some(vec![]),
        "test_key_rotations_limits" => {
            let id = world.key(json!({}));
            for _ in 0..25 {
                let rotated = rotate(world, &id);
                assert!(rotated["KeyId"].is_string(), "{rotated}");
                world.pass(3600.0);
            }
            failed(rotate(world, &id))
        }
        "test_rotate_key_on_demand_on_external_key_with_no_key_material" => {
            let made = world.key_in(REGION, json!({ "Origin": "EXTERNAL", "Description": "test-key" }));
            let answer = rotate(world, made["KeyId"].as_str()?);
            many([
                ("create-kms-external-key", made),
                (&format!("rotate-key-on-demand-error-response-{variant}"), answer),
            ])
        }
        "test_key_rotation_updates_current_key_material_id_for_aws_symmetric_keys" => {
            let id = world.key(json!({ "Description": "test-key" }));
            let before = world.call("DescribeKey", json!({ "KeyId": id }));
            rotate(world, &id);
            let after = world.call("DescribeKey", json!({ "KeyId": id }));
            let material = |answer: &Value| answer["KeyMetadata"]["CurrentKeyMaterialId"].clone();
            assert_ne!(material(&before), material(&after));
            many([("describe-key-before-rotation", before), ("describe-key-after-rotation", after)])
        }
        _ => None,
    }
}
