//! Imported material of multi-Region keys: the primary takes it first, then each replica takes the same.

use serde_json::{Value, json};

use super::imports::new;
use super::{ADMIN, REGION, World};

const AWAY: &str = "eu-west-1";

/// A primary with material, and a replica without.
fn set(world: &mut World) -> (String, String) {
    let primary = world.key(json!({ "Origin": "EXTERNAL", "MultiRegion": true }));
    world.import_in(REGION, &primary, 1, &json!({})).expect("imported");
    world.ask("ReplicateKey", json!({ "KeyId": primary, "ReplicaRegion": AWAY }));
    world.pass(10.0);
    let replica = primary.replace(REGION, AWAY);
    (primary, replica)
}

fn state(world: &mut World, region: &str, key: &str) -> Value {
    let described = world.call_in(region, ADMIN, "DescribeKey", json!({ "KeyId": key })).expect("described");
    described["KeyMetadata"]["KeyState"].clone()
}

fn pending_state(world: &mut World, key: &str) -> Value {
    let body = json!({ "KeyId": key, "IncludeKeyMaterial": "ALL_KEY_MATERIAL" });
    world.ask("ListKeyRotations", body)["Rotations"][0]["KeyMaterialState"].clone()
}

#[test]
fn a_replica_takes_the_material_of_its_primary_only() {
    let mut world = World::new();
    let (_, replica) = set(&mut world);
    assert_eq!(state(&mut world, AWAY, &replica), "PendingImport");
    for (byte, more) in [(2, json!({})), (2, new()), (1, new())] {
        assert_eq!(world.import_in(AWAY, &replica, byte, &more), Err("IncorrectKeyMaterialException".into()));
    }
    world.import_in(AWAY, &replica, 1, &json!({})).expect("the same");
    assert_eq!(state(&mut world, AWAY, &replica), "Enabled");
}

#[test]
fn a_rotation_waits_until_every_replica_has_the_new_material() {
    let mut world = World::new();
    let (primary, replica) = set(&mut world);
    world.import_in(AWAY, &replica, 1, &json!({})).expect("the same");
    world.import_in(REGION, &primary, 2, &new()).expect("pending");
    assert_eq!(pending_state(&mut world, &primary), "PENDING_MULTI_REGION_IMPORT_AND_ROTATION");
    assert_eq!(world.refused("RotateKeyOnDemand", json!({ "KeyId": primary })), "KMSInvalidStateException");
    world.import_in(AWAY, &replica, 2, &json!({ "ImportType": "EXISTING_KEY_MATERIAL" })).expect("the same");
    assert_eq!(pending_state(&mut world, &primary), "PENDING_ROTATION");
    world.ask("RotateKeyOnDemand", json!({ "KeyId": primary }));
    for (region, key) in [(REGION, &primary), (AWAY, &replica)] {
        assert_eq!(state(&mut world, region, key), "Enabled");
    }
    let sealed = world.ask("Encrypt", json!({ "KeyId": primary, "Plaintext": super::text("m") }));
    let opened = world.call_in(AWAY, ADMIN, "Decrypt", json!({ "CiphertextBlob": sealed["CiphertextBlob"] }));
    assert_eq!(super::bytes(&opened.expect("opened")["Plaintext"]), b"m");
}

#[test]
fn deleting_material_concerns_one_region_unless_it_was_pending() {
    let mut world = World::new();
    let (primary, replica) = set(&mut world);
    world.import_in(AWAY, &replica, 1, &json!({})).expect("the same");
    let second = world.import_in(REGION, &primary, 2, &new()).expect("pending")["KeyMaterialId"].clone();
    world.import_in(AWAY, &replica, 2, &json!({})).expect("the same");
    let body = |key: &str| json!({ "KeyId": key, "KeyMaterialId": second });
    world.call_in(AWAY, ADMIN, "DeleteImportedKeyMaterial", body(&replica)).expect("deleted");
    assert_eq!(pending_state(&mut world, &primary), "PENDING_MULTI_REGION_IMPORT_AND_ROTATION");
    world.ask("DeleteImportedKeyMaterial", body(&primary));
    assert_eq!(world.import_in(AWAY, &replica, 2, &json!({})), Err("IncorrectKeyMaterialException".into()));
    world.call_in(AWAY, ADMIN, "DeleteImportedKeyMaterial", json!({ "KeyId": replica })).expect("deleted");
    assert_eq!(state(&mut world, AWAY, &replica), "PendingImport");
    assert_eq!(state(&mut world, REGION, &primary), "Enabled");
}
