"""One whole life of a key, with every operation that the provider makes use of (docs/calls.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aws_check.world import World


def life(world: World) -> Iterator[tuple[str, Any]]:
    """Steps in their order, each with what came of it."""
    made = world.came("create_key", Description="a life", MultiRegion=True)
    yield "create", made
    region, key = world.keys[-1]
    alias = world.name()

    def step(operation: str, where: str | None = None, **arguments: Any) -> tuple[str, Any]:
        return operation, world.came(operation, where, KeyId=key if where is None else key.replace(region, where), **arguments)

    yield step("describe_key")
    yield "create_alias", world.came("create_alias", AliasName=alias, TargetKeyId=key)
    yield step("list_aliases")
    yield step("enable_key_rotation", RotationPeriodInDays=90)
    yield step("get_key_rotation_status")
    yield step("tag_resource", Tags=[{"TagKey": "a", "TagValue": ""}])
    yield step("list_resource_tags")
    yield step("untag_resource", TagKeys=["a"])
    yield step("update_key_description", Description="another")
    text = world.ask("get_key_policy", KeyId=key, PolicyName="default")["Policy"]
    yield step("put_key_policy", PolicyName="default", Policy=text)
    yield step("get_key_policy", PolicyName="default")
    yield step("list_key_policies")
    yield step("list_grants")
    sealed = world.ask("encrypt", KeyId=key, Plaintext=b"a life")["CiphertextBlob"]
    yield step("encrypt", Plaintext=b"a life")
    yield step("decrypt", CiphertextBlob=sealed)
    # A symmetric key has none.
    yield step("get_public_key")
    yield step("rotate_key_on_demand")
    world.until(lambda: bool(world.ask("list_key_rotations", KeyId=key)["Rotations"]))
    yield step("list_key_rotations")
    yield step("get_key_last_usage")
    yield step("disable_key")
    yield step("disable_key_rotation")
    yield step("enable_key")
    yield step("disable_key_rotation")
    yield "list_keys", sorted({*world.came("list_keys", Limit=1)} - {"NextMarker"})
    yield step("replicate_key", ReplicaRegion=world.away, Tags=world.tags())
    world.until(lambda: world.state(world.away, key.replace(region, world.away)) == "Enabled")
    yield step("describe_key", world.away)
    yield step("update_primary_region", PrimaryRegion=world.away)
    world.until(lambda: {world.state(where, key.replace(region, where)) for where in (region, world.away)} == {"Enabled"})
    yield step("describe_key")
    yield step("update_primary_region", world.away, PrimaryRegion=region)
    world.until(lambda: {world.state(where, key.replace(region, where)) for where in (region, world.away)} == {"Enabled"})
    yield step("schedule_key_deletion", PendingWindowInDays=7)
    yield step("describe_key")
    yield step("schedule_key_deletion", PendingWindowInDays=7)
    yield step("cancel_key_deletion")
    yield step("describe_key")
    yield step("enable_key")
    yield "delete_alias", world.came("delete_alias", AliasName=alias)
    yield step("schedule_key_deletion", world.away, PendingWindowInDays=7)
    yield step("schedule_key_deletion", PendingWindowInDays=7)
