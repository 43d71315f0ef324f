"""Adoption, rotation on demand, deletion guard, lockout, owner mark, timeouts: what the wire shows."""

from __future__ import annotations

import time
from typing import Any

import boto3
import grpc
import pytest
from conftest import URN, Engine, Provider, plain, start, stop, struct  # type: ignore[import-not-found]
from kit import simulator
from pulumi.runtime.proto import provider_pb2
from test_key import KEY, diff, init_failed  # type: ignore[import-not-found]

DAY = 86_400
CALLER = f"arn:aws:iam::{simulator.ACCOUNT}:user/test"


def client(sim: simulator.Simulator) -> Any:
    return boto3.client(
        "kms", endpoint_url=sim.url, region_name=simulator.REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )


def update(provider: Provider, made: Any, old: dict[str, Any], new: dict[str, Any], **request: Any) -> Any:
    return provider.stub.Update(
        provider_pb2.UpdateRequest(
            id=made.id, urn=URN, olds=made.properties, old_inputs=struct(old), news=struct(new), **request
        )
    )


def delete(provider: Provider, made: Any, inputs: dict[str, Any]) -> None:
    provider.stub.Delete(
        provider_pb2.DeleteRequest(id=made.id, urn=URN, properties=made.properties, old_inputs=struct(inputs))
    )


def said(provider: Provider, text: str) -> bool:
    return any(text in message.message for message in provider.engine.messages)


# Adoption


@pytest.mark.parametrize("reference", ["arn", "id", "alias"])
def test_an_existing_key_is_adopted_instead_of_creating_one(
    provider: Provider, sim: simulator.Simulator, reference: str
) -> None:
    kms = client(sim)
    arn = kms.create_key(Description="by hand", Tags=[{"TagKey": "old", "TagValue": "1"}])["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/x", TargetKeyId=arn)
    name = {"arn": arn, "id": arn.rsplit("/", 1)[1], "alias": "alias/x"}[reference]
    mark = sim.mark()
    preview = provider.create({**KEY, "adopt": name}, preview=True)
    assert preview.id == "" and sim.writes(mark) == []
    assert said(provider, "is adopted: no new key is created")
    assert said(provider, "KMS calls: TagResource, EnableKeyRotation, UntagResource, UpdateKeyDescription")
    made = provider.create({**KEY, "adopt": name})
    assert arn.endswith(made.id)
    assert sim.writes(mark) == ["TagResource", "EnableKeyRotation", "UntagResource", "UpdateKeyDescription"]
    [key] = sim.keys()
    assert (key["description"], key["aliases"]) == ("d", ["alias/x"])
    assert set(key["tags"]) == {"awskms:owner"}


def test_a_key_pending_deletion_is_adopted_and_restored(provider: Provider, sim: simulator.Simulator) -> None:
    kms = client(sim)
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    kms.schedule_key_deletion(KeyId=arn)
    provider.create({**KEY, "adopt": arn})
    [key] = sim.keys()
    assert (key["state"], key["aliases"]) == ("Enabled", ["alias/x"])


@pytest.mark.parametrize(("created", "adopt", "words"), [
    ({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}, None, ["keySpec HMAC_256", "asks for SYMMETRIC_DEFAULT"]),
    ({"MultiRegion": True}, None, ["multiRegion true"]),
    ({}, "alias/none", ["there is no key alias/none", "remove adopt"]),
    ({}, "arn:aws:kms:eu-west-1:123456789012:key/0f0c4d1e-0000-4000-8000-000000000000", ["is in eu-west-1"]),
])  # fmt: skip
def test_what_cannot_be_adopted_is_refused_before_anything_is_done(
    provider: Provider, sim: simulator.Simulator, created: dict[str, Any], adopt: str | None, words: list[str]
) -> None:
    arn = client(sim).create_key(**created)["KeyMetadata"]["Arn"]
    mark = sim.mark()
    for preview in (True, False):
        with pytest.raises(grpc.RpcError) as error:
            provider.create({**KEY, "adopt": adopt or arn}, preview=preview)
        assert all(word in error.value.details() for word in ["adopt: ", *words]), error.value.details()
    assert sim.writes(mark) == []


def test_adopting_from_another_stack_fences_that_stack_off(
    env: dict[str, str], engine: tuple[Engine, str], provider: Provider, sim: simulator.Simulator
) -> None:
    first = provider.create(KEY)
    other_urn = URN.replace("::key", "::other")
    second = start(env, engine[0], engine[1])
    second.configure(region=simulator.REGION)
    inputs = second.checked({**KEY, "adopt": first.id})
    second.stub.Create(provider_pb2.CreateRequest(urn=other_urn, properties=struct(inputs)))
    assert said(second, "is adopted from another stack or resource")
    delete(provider, first, provider.checked(KEY))
    assert sim.keys()[0]["state"] == "Enabled" and said(provider, "newer owner")
    with pytest.raises(grpc.RpcError) as error:
        update(provider, first, provider.checked(KEY), provider.checked({**KEY, "description": "old state"}))
    assert "taken over by a newer owner" in error.value.details()
    assert sim.keys()[0]["description"] == "d"
    stop(second)


def test_a_replacement_does_not_adopt_the_key_that_goes(provider: Provider, sim: simulator.Simulator) -> None:
    arn = client(sim).create_key()["KeyMetadata"]["Arn"]
    inputs = {**KEY, "adopt": arn, "replacementPolicy": "ALLOW"}
    first = provider.create(inputs)
    checked = provider.checked(inputs, plain(first.properties))
    diff(provider, checked, checked, plain(first.properties))
    second = provider.create(inputs)
    assert arn.endswith(first.id) and second.id != first.id


# Rotation on demand


def rotations(sim: simulator.Simulator, key: str) -> int:
    found = client(sim).list_key_rotations(KeyId=key)["Rotations"]
    return len([rotation for rotation in found if rotation["RotationType"] == "ON_DEMAND"])


def test_a_trigger_rotates_once_and_tells_what_is_left(provider: Provider, sim: simulator.Simulator) -> None:
    made = provider.create({**KEY, "rotateOnDemandTrigger": "1"})
    assert rotations(sim, made.id) == 0
    old = provider.checked({**KEY, "rotateOnDemandTrigger": "1"})
    new = provider.checked({**KEY, "rotateOnDemandTrigger": "2"})
    assert set(diff(provider, old, new).detailedDiff) == {"rotateOnDemandTrigger"}
    mark = sim.mark()
    after = update(provider, made, old, new)
    assert sim.writes(mark) == ["TagResource", "RotateKeyOnDemand"]
    assert rotations(sim, made.id) == 1 and said(provider, "24 more such rotations")
    assert "awskms:rotation" not in plain(after.properties)["tagsAll"]
    # The same change again, as a run repeats it whose state was not saved.
    mark = sim.mark()
    update(provider, made, old, new)
    assert rotations(sim, made.id) == 1 and sim.writes(mark) == []


@pytest.mark.parametrize("fault", ["cutBefore", "cutAfter"])
def test_a_lost_answer_never_rotates_twice(provider: Provider, sim: simulator.Simulator, fault: str) -> None:
    made = provider.create(KEY)
    old, new = provider.checked(KEY), provider.checked({**KEY, "rotateOnDemandTrigger": "1"})
    sim.fault(fault, operation="RotateKeyOnDemand", count=1)
    if fault == "cutAfter":
        update(provider, made, old, new)
    else:
        with pytest.raises(grpc.RpcError) as error:
            update(provider, made, old, new)
        kept = init_failed(error.value).properties
        assert "rotateOnDemandTrigger" not in plain(kept)
        # The rotation is still owed: the diff shows it, and the next update does it.
        assert set(diff(provider, new, new, plain(kept)).detailedDiff) == {"rotateOnDemandTrigger"}
        request = provider_pb2.UpdateRequest(id=made.id, urn=URN, olds=kept, old_inputs=struct(new), news=struct(new))
        provider.stub.Update(request)
    assert rotations(sim, made.id) == 1


def test_only_keys_that_rotate_take_a_trigger(provider: Provider) -> None:
    [failure] = provider.check({"keySpec": "HMAC_256", "alias": "alias/x", "rotateOnDemandTrigger": "1"}).failures
    assert failure.property == "rotateOnDemandTrigger" and "HMAC_256" in failure.reason


# Deletion guard

GUARDED = {**KEY, "deletionGuard": {"minIdleDays": 30}}


def test_a_key_in_use_is_not_deleted(provider: Provider, sim: simulator.Simulator) -> None:
    made = provider.create(GUARDED)
    client(sim).encrypt(KeyId=made.id, Plaintext=b"x")
    inputs = provider.checked(GUARDED)
    with pytest.raises(grpc.RpcError) as error:
        delete(provider, made, inputs)
    assert "it was last used 0 days ago (Encrypt)" in error.value.details()
    [key] = sim.keys()
    assert (key["state"], key["aliases"]) == ("Enabled", ["alias/x"])


def test_a_key_never_used_is_deleted(provider: Provider, sim: simulator.Simulator) -> None:
    made = provider.create(GUARDED)
    delete(provider, made, provider.checked(GUARDED))
    assert sim.keys()[0]["state"] == "PendingDeletion"


@pytest.mark.parametrize(("on_unknown", "state"), [("BLOCK", "Enabled"), ("WARN", "PendingDeletion")])
def test_an_unknown_use_is_what_the_user_says(
    provider: Provider, sim: simulator.Simulator, on_unknown: str, state: str
) -> None:
    inputs = {**KEY, "deletionGuard": {"minIdleDays": 30, "onUnknown": on_unknown}}
    made = provider.create(inputs)
    sim.fault("accessDenied", operation="GetKeyLastUsage")
    checked = provider.checked(inputs)
    if on_unknown == "BLOCK":
        with pytest.raises(grpc.RpcError) as error:
            delete(provider, made, checked)
        assert "kms:GetKeyLastUsage" in error.value.details() and "onUnknown to WARN" in error.value.details()
    else:
        delete(provider, made, checked)
    assert sim.keys()[0]["state"] == state


# Lockout and access


def test_a_policy_that_locks_the_caller_out_fails_the_preview(provider: Provider, sim: simulator.Simulator) -> None:
    admin = f"arn:aws:iam::{simulator.ACCOUNT}:role/SecurityAdmin"
    inputs = {**KEY, "policy": {"adminRole": admin, "accountAccess": "NONE"}}
    with pytest.raises(grpc.RpcError) as error:
        provider.create(inputs, preview=True)
    assert "lock the caller out" in error.value.details() and "bypassPolicyLockoutSafetyCheck" in error.value.details()
    provider.create({**inputs, "bypassPolicyLockoutSafetyCheck": True}, preview=True)
    made = provider.create(KEY)
    with pytest.raises(grpc.RpcError) as error:
        update(provider, made, provider.checked(KEY), provider.checked(inputs), preview=True)
    assert "lock the caller out" in error.value.details()
    # KMS agrees.
    with pytest.raises(grpc.RpcError) as error:
        update(provider, made, provider.checked(KEY), provider.checked(inputs))
    assert "will not allow you to update the key policy" in str(init_failed(error.value).reasons)


def test_a_preview_tells_whose_access_changes_and_which_calls_come(provider: Provider, sim: simulator.Simulator) -> None:
    user = f"arn:aws:iam::{simulator.ACCOUNT}:role/RDSServiceRole"
    old_inputs = {**KEY, "policy": {"usageRoles": [user]}, "enabled": False}
    made = provider.create(old_inputs)
    old = provider.checked(old_inputs)
    new = provider.checked({**KEY, "policy": {}, "enabled": False, "rotationPeriodDays": 100})
    mark = sim.mark()
    update(provider, made, old, new, preview=True)
    assert said(provider, "Access: role/RDSServiceRole (123456789012) may no longer")
    assert said(provider, "KMS calls: EnableKey, EnableKeyRotation, PutKeyPolicy, DisableKey")
    assert sim.writes(mark) == []
    update(provider, made, old, new)
    assert sim.writes(mark) == ["EnableKey", "EnableKeyRotation", "PutKeyPolicy", "DisableKey"]


# Owner mark, time


def test_without_the_mark_nothing_is_looked_for(bare: Provider, sim: simulator.Simulator) -> None:
    bare.configure(region=simulator.REGION, skipOwnerMark=True)
    made = bare.create(KEY)
    assert "__owner" not in plain(made.properties) and sim.keys()[0]["tags"] == {}
    assert "ListKeys" not in [call["operation"] for call in sim.calls()]
    sim.fault("cutAfter", operation="CreateKey", count=1)
    with pytest.raises(grpc.RpcError) as error:
        bare.create({**KEY, "alias": "alias/y"})
    assert "no owner mark to find it by" in error.value.details()


def test_the_users_time_ends_the_waiting_and_keeps_the_key(provider: Provider, sim: simulator.Simulator) -> None:
    sim.fault({"error": {"code": "NotFoundException", "message": "lag", "status": 400}}, operation="EnableKeyRotation")
    request = provider_pb2.CreateRequest(urn=URN, properties=struct(provider.checked(KEY)), timeout=1)
    with pytest.raises(grpc.RpcError) as error:
        provider.stub.Create(request)
    detail = init_failed(error.value)
    assert sim.keys()[0]["arn"].endswith(detail.id)
    assert any("enabling rotation" in reason for reason in detail.reasons)


@pytest.mark.parametrize("refreshed", [False, True])
def test_what_a_failed_update_did_not_release_goes_with_the_next(
    provider: Provider, sim: simulator.Simulator, refreshed: bool
) -> None:
    old_inputs = {**KEY, "tags": {"a": "1"}}
    made = provider.create(old_inputs)
    old, new = provider.checked(old_inputs), provider.checked({**KEY, "alias": "alias/y"})
    sim.fault("accessDenied", operation="UntagResource", count=1)
    with pytest.raises(grpc.RpcError) as error:
        update(provider, made, old, new)
    outputs, inputs = init_failed(error.value).properties, struct(new)
    if refreshed:
        read = provider.stub.Read(provider_pb2.ReadRequest(id=made.id, urn=URN, properties=outputs, inputs=inputs))
        outputs, inputs = read.properties, read.inputs
    request = provider_pb2.UpdateRequest(id=made.id, urn=URN, olds=outputs, old_inputs=inputs, news=struct(new))
    after = plain(provider.stub.Update(request).properties)
    [key] = sim.keys()
    assert (set(key["tags"]), key["aliases"]) == ({"awskms:owner"}, ["alias/y"])
    assert "__unreleased" not in after


def test_two_hundred_keys_keep_to_the_quotas(provider: Provider, sim: simulator.Simulator) -> None:
    sim.control("POST", "options", {"quotas": True})
    count, per_second = 200, 5
    requests = []
    for number in range(count):
        urn = URN.replace("::key", f"::key{number}")
        inputs = provider.checked({"alias": f"alias/n{number}"})
        requests.append(provider_pb2.CreateRequest(urn=urn, properties=struct(inputs)))
    began = time.monotonic()
    for pending in [provider.stub.Create.future(request) for request in requests]:
        pending.result()
    took = time.monotonic() - began
    assert len(sim.keys()) == count
    assert [call for call in sim.calls() if call["code"] == "ThrottlingException"] == []
    assert took <= 1.1 * count / per_second, took
    assert not said(provider, "waiting for")


@pytest.mark.parametrize("seed", range(6))
def test_a_run_converges_although_kms_lags(env: dict[str, str], engine: tuple[Engine, str], seed: int) -> None:
    """Half of all calls see KMS as it was up to two seconds ago: creates and restores end as they should."""
    inputs = {**KEY, "tags": {"a": "1"}, "enabled": False, "rotationPeriodDays": 100}
    with simulator.running("--seed", str(seed)) as sim:
        sim.control("POST", "options", {"lag": [{"seconds": 2, "probability": 0.5}]})
        provider = start({**env, "AWS_ENDPOINT_URL": sim.url}, engine[0], engine[1])
        provider.configure(region=simulator.REGION)
        made = provider.create(inputs)
        wanted = ("Disabled", ["alias/x"], 100, "1")

        def is_as_wanted() -> bool:
            [key] = sim.keys()
            return (key["state"], key["aliases"], key["rotationPeriodInDays"], key["tags"].get("a")) == wanted

        assert is_as_wanted()
        checked = provider.checked(inputs)
        # Long after: everybody sees the key; then it is deleted, and after a while brought back.
        sim.control("POST", "clock", {"advanceSeconds": 60})
        delete(provider, made, checked)
        sim.control("POST", "clock", {"advanceSeconds": 60})
        update(provider, made, checked, checked)
        assert is_as_wanted()
        stop(provider)
