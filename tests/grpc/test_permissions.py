"""docs/permissions.md against what the provider does when an action is missing."""

from __future__ import annotations

import re
from typing import Any

import grpc
import pytest
from conftest import URN, Provider, plain, struct  # type: ignore[import-not-found]
from functions import calls_of_functions  # type: ignore[import-not-found]
from kit import paths, simulator
from pulumi.runtime.proto import provider_pb2
from test_key import init_failed  # type: ignore[import-not-found]

TEXT = (paths.ROOT / "docs/permissions.md").read_text()
NEEDED, OPTIONAL, OF_SETS = (
    re.findall(r"^\| kms:(\w+) \|", section, re.MULTILINE)
    for section in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:4]
)
ON_DEMAND = {"RotateKeyOnDemand", "ListKeyRotations"}

FIRST: dict[str, Any] = {"alias": "alias/x", "description": "d", "tags": {"a": "1", "b": "2"}}
SECOND: dict[str, Any] = {
    "alias": "alias/y", "description": "e", "tags": {"a": "2"}, "policy": {}, "enabled": False, "rotationPeriodDays": 100,
}  # fmt: skip
THIRD: dict[str, Any] = {"alias": "alias/y", "enableRotation": False, "deletionGuard": {"minIdleDays": 1, "onUnknown": "WARN"}}


class Life:
    """A key from its creation to its restore; every operation that the table names occurs."""

    def __init__(self, provider: Provider, sim: simulator.Simulator) -> None:
        self.provider, self.sim = provider, sim

    def run(self) -> None:
        provider = self.provider
        made = provider.create(FIRST)
        inputs, outputs = provider.checked(FIRST), made.properties
        for inputs_after in (SECOND, THIRD):
            news = provider.checked(inputs_after, inputs)
            request = provider_pb2.UpdateRequest(
                id=made.id, urn=URN, olds=outputs, old_inputs=struct(inputs), news=struct(news)
            )
            outputs = provider.stub.Update(request).properties
            read = provider.stub.Read(provider_pb2.ReadRequest(id=made.id, urn=URN, properties=outputs, inputs=struct(news)))
            assert read.id == made.id
            inputs = news
        delete = provider_pb2.DeleteRequest(id=made.id, urn=URN, properties=outputs, old_inputs=struct(inputs))
        provider.stub.Delete(delete)
        # Another resource takes the name of the pending key, and has a public key.
        other = URN.replace("::key", "::other")
        asymmetric = self.checked(other, {"alias": "alias/z", "keySpec": "ECC_NIST_P256"})
        provider.stub.Create(provider_pb2.CreateRequest(urn=other, properties=struct(asymmetric)))
        pending = provider_pb2.UpdateRequest(id=made.id, urn=URN, olds=outputs, old_inputs=struct(inputs), news=struct(inputs))
        outputs = provider.stub.Update(pending).properties
        provider.stub.Delete(delete)
        self.hold_a_name(plain(outputs)["keyArn"])
        third = URN.replace("::key", "::third")
        again = self.checked(third, {"alias": "alias/held"})
        provider.stub.Create(provider_pb2.CreateRequest(urn=third, properties=struct(again)))
        self.move_a_set()

    def checked(self, urn: str, news: dict[str, Any], olds: dict[str, Any] | None = None) -> dict[str, Any]:
        request = provider_pb2.CheckRequest(urn=urn, news=struct(news), olds=struct(olds or {}))
        return plain(self.provider.stub.Check(request).inputs)

    def move_a_set(self) -> None:
        """A multi-Region key gets a replica, which becomes the primary."""
        self.sim.control("POST", "options", {"creatingSeconds": 0.1, "updatingSeconds": 0.1})
        set_, away = URN.replace("::key", "::set"), "eu-west-1"
        old = self.checked(set_, {"alias": "alias/set", "replicas": [{"region": away}]})
        made = self.provider.stub.Create(provider_pb2.CreateRequest(urn=set_, properties=struct(old)))
        moved = {"alias": "alias/set", "region": away, "replicas": [{"region": simulator.REGION}]}
        request = provider_pb2.UpdateRequest(
            id=made.id, urn=set_, olds=made.properties, old_inputs=struct(old), news=struct(self.checked(set_, moved, old))
        )
        self.provider.stub.Update(request)

    def hold_a_name(self, arn: str) -> None:
        """A name that somebody has given to the key that is pending deletion, before it was."""
        import boto3

        kms = boto3.client(
            "kms", endpoint_url=self.sim.url, region_name=simulator.REGION,
            aws_access_key_id="test", aws_secret_access_key="test",
        )  # fmt: skip
        self.sim.control("DELETE", "faults")
        kms.cancel_key_deletion(KeyId=arn)
        kms.create_alias(AliasName="alias/held", TargetKeyId=arn)
        kms.schedule_key_deletion(KeyId=arn)
        if denied := getattr(self, "denied", None):
            self.sim.fault("accessDenied", operation=denied)


def test_the_documented_actions_are_the_ones_that_are_called(provider: Provider, sim: simulator.Simulator) -> None:
    Life(provider, sim).run()
    called = {call["operation"] for call in sim.calls()} - {"GetCallerIdentity"}
    assert called == {*NEEDED, *OPTIONAL, *OF_SETS}
    in_policy = set(re.findall(r'"kms:(\w+)"', TEXT))
    assert in_policy == {*NEEDED, *OPTIONAL, *OF_SETS} | ON_DEMAND


@pytest.mark.parametrize("action", [*NEEDED, *OF_SETS])
def test_a_missing_needed_action_is_named(provider: Provider, sim: simulator.Simulator, action: str) -> None:
    life = Life(provider, sim)
    life.denied = action  # type: ignore[attr-defined]
    sim.fault("accessDenied", operation=action)
    with pytest.raises(grpc.RpcError) as error:
        life.run()
    said = error.value.details()
    if error.value.code() == grpc.StatusCode.FAILED_PRECONDITION and "run `pulumi up` again" in said:
        said = " ".join(init_failed(error.value).reasons)
    assert f"Allow kms:{action} to the caller" in said, said


@pytest.mark.parametrize("action", OPTIONAL)
def test_a_missing_optional_action_is_a_warning(provider: Provider, sim: simulator.Simulator, action: str) -> None:
    life = Life(provider, sim)
    life.denied = action  # type: ignore[attr-defined]
    sim.fault("accessDenied", operation=action)
    life.run()
    warnings = [message.message for message in provider.engine.messages if not message.ephemeral and message.severity == 2]
    assert any(f"kms:{action}" in warning for warning in warnings), warnings


def test_what_functions_need_is_what_they_call(provider: Provider, sim: simulator.Simulator) -> None:
    section = TEXT.split("\n## For functions and listing\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([\w ]+) \| ([^|]*) \|", section, re.MULTILINE)
    documented = {title: {word.removeprefix("kms:") for word in re.findall(r"kms:\w+", actions)} for title, actions in rows if title != "call"}
    called: dict[str, set[str]] = {}
    for title, calls in calls_of_functions(provider, sim).items():
        name = title.split(" ")[0]
        called[name] = called.get(name, set()) | {call["operation"] for call in calls} - {"GetCallerIdentity"}
    # Without an asymmetric key among them.
    called["getAwsKmsKey"].add("GetPublicKey")
    assert documented == called
