"""Absurd inputs and states: an answer in time, about the property."""

from __future__ import annotations

import time
from typing import Any

import pytest
from conftest import Provider, secret  # type: ignore[import-not-found]
from kit import simulator
from life import KEY, Resource  # type: ignore[import-not-found]
from pulumi.runtime.proto import provider_pb2


def checked(provider: Provider, inputs: dict[str, Any], at_most: float) -> Any:
    began = time.monotonic()
    answer = provider.check(inputs)
    assert time.monotonic() - began < at_most
    return answer


def test_a_name_of_a_megabyte(provider: Provider) -> None:
    [failure] = checked(provider, {**KEY, "alias" * 200_000: "x"}, 2).failures
    assert "there is no property" in failure.reason and len(failure.reason) < 10_000 and len(failure.property) < 10_000
    [failure] = checked(provider, {**KEY, "keySpec": "RSA_2048" * 100_000}, 2).failures
    assert failure.property == "keySpec" and len(failure.reason) < 10_000


def test_ten_thousand_secrets(provider: Provider) -> None:
    aliases = [secret(f"no-alias/{n}") for n in range(10_000)]
    failures = checked(provider, {"aliases": aliases}, 15).failures
    assert len(failures) > 9_000 and not any("no-alias" in failure.reason for failure in failures)
    names = {"tags": secret({f"ta#g{n}": f"value-{n}" for n in range(10_000)})}
    failures = checked(provider, {**KEY, **names}, 15).failures
    assert failures and not any("ta#g" in failure.reason + failure.property for failure in failures)


def test_deep_nesting_is_a_failure_of_its_property(provider: Provider) -> None:
    for depth in (35, 60):
        deep: Any = "x"
        for _ in range(depth):
            deep = {"x": deep}
        failures = checked(provider, {**KEY, "tags": deep}, 2).failures
        assert [failure.property for failure in failures] == ["tags.x"], failures
        failures = checked(provider, {**KEY, "policyDocument": deep}, 2).failures
        assert failures and all(failure.property == "policyDocument" for failure in failures), failures
    # One that no stack could hold; the Python client cannot even write it as an object.
    value = b""
    for _ in range(5_000):
        inner = b"\x12" + varint(len(value)) + value
        entry = b"\x0a\x01x" + inner
        member = b"\x0a" + varint(len(entry)) + entry
        value = b"\x2a" + varint(len(member)) + member
    entry = b"\x0a\x04tags\x12" + varint(len(value)) + value
    news = b"\x0a" + varint(len(entry)) + entry
    call = provider.channel.unary_unary("/pulumirpc.ResourceProvider/Check")
    request = provider_pb2.CheckRequest(urn="urn:pulumi:dev::keys::awskms:index:AwsKmsKey::key").SerializeToString()
    answer = provider_pb2.CheckResponse()
    # What is echoed nests too deeply for this client, so only the failures of the answer are read.
    raw = call(request + b"\x1a" + varint(len(news)) + news, timeout=10)
    answer = provider_pb2.CheckResponse.FromString(failures_of(raw))
    assert any(failure.property.startswith("tags") for failure in answer.failures), answer


def varint(number: int) -> bytes:
    text = b""
    while number >= 0x80:
        text += bytes([number & 0x7F | 0x80])
        number >>= 7
    return text + bytes([number])


def failures_of(raw: bytes) -> bytes:
    """A CheckResponse without its inputs, which are field 1."""
    kept, at = b"", 0
    while at < len(raw):
        start, key = at, raw[at]
        at += 1
        length, shift = 0, 0
        while True:
            byte = raw[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        at += length
        if key >> 3 != 1:
            kept += raw[start:at]
    return kept


def test_a_state_with_empty_outputs_heals(provider: Provider, sim: simulator.Simulator) -> None:
    key = Resource()
    key.up(provider, KEY)
    key.outputs = {}
    provider.forget()
    key.up(provider, {**KEY, "description": "e"})
    assert key.reasons == [] and key.outputs["keyArn"].endswith(key.id)
    assert [real["description"] for real in sim.keys()] == ["e"]
    key.outputs = {}
    key.refresh(provider)
    assert key.outputs["keyArn"].endswith(key.id)
    key.outputs = {}
    key.delete(provider)
    assert [real["state"] for real in sim.keys()] == ["PendingDeletion"]


HINTS = [
    ("customerMasterKeySpec", "keySpec"), ("pendingWindowInDays", "deletionWindowDays"), ("removalPolicy", "deletionPolicy"),
    ("skipDestroy", "RETAIN"), ("targetKeyId", "alias"), ("target_key_id", "alias"), ("name", "alias"),
    ("keyPolicy", "policyDocument"), ("deletionWindowInDays", "deletionWindowDays"), ("enableKeyRotation", "enableRotation"),
    ("isEnabled", "enabled"), ("keyId", "adopt"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ours"), HINTS)
def test_names_of_other_tools_get_a_hint(provider: Provider, name: str, ours: str) -> None:
    [failure] = provider.check({**KEY, name: "x"}).failures
    assert failure.property == name and ours in failure.reason and "did you mean" not in failure.reason, failure.reason


def test_a_policy_document_as_policy_gets_a_hint(provider: Provider) -> None:
    [failure] = provider.check({**KEY, "policy": '{"Statement": []}'}).failures
    assert failure.property == "policy" and "policyDocument" in failure.reason


def test_an_alias_arn_gets_an_alias_as_advice(provider: Provider) -> None:
    arn = f"arn:aws:kms:eu-central-1:{simulator.ACCOUNT}:alias/x"
    [failure] = provider.check({"alias": arn}).failures
    assert failure.reason.endswith('write "alias/x"')
    assert not provider.check({"alias": "alias/x"}).failures


def test_a_key_of_another_region_is_not_asked_for_elsewhere(provider: Provider, sim: simulator.Simulator) -> None:
    """A state without outputs still has the Region in its inputs."""
    key = Resource()
    key.up(provider, {**KEY, "region": "eu-west-1"})
    key.outputs = {}
    provider.forget()
    key.delete(provider)
    assert [real["state"] for real in sim.keys()] == ["PendingDeletion"]
