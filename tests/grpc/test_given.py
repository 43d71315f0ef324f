"""What was given is what is kept: nothing unreadable is replaced, nothing unknown is predicted, nothing ignored is touched."""

from __future__ import annotations

import json
from typing import Any

import grpc
import pytest
from conftest import SECRET, SIGNATURE, UNKNOWN, Provider, plain, secret, struct  # type: ignore[import-not-found]
from google.protobuf import struct_pb2
from kit import simulator
from life import KEY, Resource, kms, partial, said  # type: ignore[import-not-found]
from pulumi.runtime.proto import provider_pb2

WEST = "eu-west-1"
ROOT = f"arn:aws:iam::{simulator.ACCOUNT}:root"


def document(**more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


# Nothing unreadable is taken for nothing

FOREIGN = {
    "an asset": {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "x", "hash": "00"},
    "a reference": {SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "urn:pulumi:dev::keys::a:b:C::d", "id": "x"},
    "not a number": float("nan"),
    "infinite": float("-inf"),
    "a secret that is not a number": secret(float("nan")),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_a_policy_that_cannot_be_read_is_a_failure_with_its_path(provider: Provider, what: str) -> None:
    condition = {"NumericLessThan": {"kms:X": [1, FOREIGN[what]]}}
    for inputs, at in (
        ({**KEY, "policyDocument": document(Condition=condition)}, "policyDocument"),
        ({"apiVersion": "aws.openmcf.org/v1", "kind": "AwsKmsKey", "spec": {"policy_document": document(Condition=condition)}},
         "spec.policy_document"),
        ({**KEY, "replicas": [{"region": WEST, "policyDocument": document(Condition=condition)}]}, "replicas[0].policyDocument"),
    ):  # fmt: skip
        failures = provider.check(inputs).failures
        paths = [failure.property for failure in failures]
        assert paths == [f'{at}.Statement[0].Condition.NumericLessThan["kms:X"][1]'], failures


def test_what_is_not_what_check_lets_through_is_an_error_and_no_default(
    provider: Provider, sim: simulator.Simulator
) -> None:
    key = Resource()
    key.up(provider, KEY)
    mark = sim.mark()
    for name, value, path in (
        ("policy", {"usageRoles": [7]}, "policy.usageRoles[0]"),
        ("policyDocument", document(x=float("nan")), "policyDocument.Statement[0].x"),
        ("deletionPolicy", "KEEP", "deletionPolicy"),
        ("tags", {"a": 1}, "tags.a"),
    ):
        bad = struct({**key.inputs, name: value})
        calls: list[Any] = [
            lambda: provider.stub.Create(provider_pb2.CreateRequest(urn=key.urn, properties=bad)),
            lambda: provider.stub.Diff(provider_pb2.DiffRequest(id=key.id, urn=key.urn, olds=struct(key.outputs), old_inputs=bad, news=struct(key.inputs))),
            lambda: provider.stub.Update(provider_pb2.UpdateRequest(id=key.id, urn=key.urn, olds=struct(key.outputs), old_inputs=struct(key.inputs), news=bad)),
            lambda: provider.stub.Delete(provider_pb2.DeleteRequest(id=key.id, urn=key.urn, properties=struct(key.outputs), old_inputs=bad)),
        ]  # fmt: skip
        for call in calls:
            with pytest.raises(grpc.RpcError) as error:
                call()
            assert error.value.code() == grpc.StatusCode.INTERNAL and error.value.details().startswith(f"{path}: ")
    assert sim.writes(mark) == []


def test_names_of_pulumi_itself_pass_and_are_no_change(provider: Provider) -> None:
    kept = provider.checked({**KEY, "__creationToken": "t"})
    assert kept["__creationToken"] == "t"
    request = provider_pb2.DiffRequest(id="x", urn="", old_inputs=struct(kept), news=struct(provider.checked(KEY)))
    assert provider.stub.Diff(request).changes == provider_pb2.DiffResponse.DIFF_NONE


# Nothing unknown is predicted


def test_an_unknown_principal_makes_the_policy_unknown(provider: Provider) -> None:
    inputs = {**KEY, "policyDocument": document(Principal={"AWS": UNKNOWN})}
    outputs = plain(provider.create(inputs, preview=True).properties)
    assert outputs["policyJson"] == UNKNOWN
    key = Resource()
    key.up(provider, KEY)
    news = key.check(provider, inputs)
    outputs = plain(provider.stub.Update(key.update_request(news, preview=True)).properties)
    assert outputs["policyJson"] == UNKNOWN and outputs["keyArn"] == key.outputs["keyArn"]


@pytest.mark.parametrize("allow", ["FORBID", "ALLOW"])
@pytest.mark.parametrize("name", ["keySpec", "keyUsage", "multiRegion", "region", "enableRotation", "disableKeyRotation"])
def test_an_unknown_value_announces_no_replacement_and_no_deletion(provider: Provider, name: str, allow: str) -> None:
    key = Resource()
    key.up(provider, {**KEY, "replacementPolicy": allow})
    news = key.check(provider, {**KEY, "replacementPolicy": allow, name: UNKNOWN})
    answer = key.diff(provider, news)
    kinds = {path: provider_pb2.PropertyDiff.Kind.Name(change.kind) for path, change in answer.detailedDiff.items()}
    assert set(kinds) == {name} and kinds[name] in ("UPDATE", "ADD") and not answer.replaces
    # A dependant may not take the key's ID for certain where the value can ask for another key.
    replaceable = allow == "ALLOW" and "otation" not in name
    assert ("keyId" in answer.stables) != replaceable
    outputs = plain(provider.stub.Update(key.update_request(news, preview=True)).properties)
    assert (outputs["keyId"] == UNKNOWN) == replaceable


# What is ignored is untouched, without a refresh too


def ignoring(key: Resource, provider: Provider, inputs: dict[str, Any], *paths: str) -> list[str]:
    """`pulumi up` with the option, for inputs that the engine has set back already; gives what the diff shows."""
    news = key.check(provider, inputs)
    request = provider_pb2.DiffRequest(
        id=key.id, urn=key.urn, olds=struct(key.outputs), old_inputs=struct(key.inputs), news=struct(news),
        ignoreChanges=paths,
    )  # fmt: skip
    shown = sorted(provider.stub.Diff(request).detailedDiff)
    if shown:
        key.update(provider, news, ignoreChanges=paths)
    return shown


BASE: dict[str, Any] = {
    "alias": "alias/x", "description": "d", "tags": {"a": "1", "b": "1"}, "aliases": ["alias/y"],
    "policy": {"usageRoles": [f"arn:aws:iam::{simulator.ACCOUNT}:role/RDSServiceRole"]},
}  # fmt: skip
BY_HAND: dict[str, Any] = {
    "description": lambda kms, arn: kms.update_key_description(KeyId=arn, Description="by hand"),
    "enabled": lambda kms, arn: kms.disable_key(KeyId=arn),
    "enableRotation": lambda kms, arn: kms.disable_key_rotation(KeyId=arn),
    "rotationPeriodDays": lambda kms, arn: kms.enable_key_rotation(KeyId=arn, RotationPeriodInDays=100),
    "tags": lambda kms, arn: kms.tag_resource(KeyId=arn, Tags=[{"TagKey": "a", "TagValue": "2"}]),
    "tags.a": lambda kms, arn: kms.untag_resource(KeyId=arn, TagKeys=["a"]),
    "alias": lambda kms, arn: kms.delete_alias(AliasName="alias/x"),
    "aliases": lambda kms, arn: kms.update_alias(AliasName="alias/y", TargetKeyId=kms.create_key()["KeyMetadata"]["Arn"]),
    "policy": lambda kms, arn: kms.put_key_policy(KeyId=arn, Policy=json.dumps(document())),
    "policy.usageRoles": lambda kms, arn: kms.put_key_policy(KeyId=arn, Policy=json.dumps(document())),
}


@pytest.mark.parametrize("path", BY_HAND)
def test_what_is_ignored_and_was_changed_by_hand_is_left_alone(
    provider: Provider, sim: simulator.Simulator, path: str
) -> None:
    key = Resource()
    key.up(provider, BASE)
    somebody = kms(sim)
    BY_HAND[path](somebody, key.outputs["keyArn"])
    change = {"tags": {"a": "1", "b": "2"}} if path in ("description", "tags.a") else {"description": "e"}
    expected = ["TagResource"] if path in ("description", "tags.a") else ["UpdateKeyDescription"]
    [before] = [known for known in sim.keys() if known["arn"] == key.outputs["keyArn"]]
    news = key.check(provider, {**BASE, **change})
    mark = sim.mark()
    provider.engine.messages.clear()
    provider.stub.Update(key.update_request(news, preview=True, ignoreChanges=[path]))
    assert said(provider, f"KMS calls: {expected[0]}")
    assert ignoring(key, provider, {**BASE, **change}, path) and key.reasons == []
    assert sim.writes(mark) == expected, path
    [after] = [known for known in sim.keys() if known["arn"] == key.outputs["keyArn"]]
    changes = ("tags",) if expected == ["TagResource"] else ("description",)
    assert {n: v for n, v in before.items() if n not in changes} == {n: v for n, v in after.items() if n not in changes}
    assert path != "tags.a" or after["tags"].get("a") is None


# Lives of replicas and triggers


def test_a_replica_that_comes_back_has_the_tags_of_its_new_life(provider: Provider, sim: simulator.Simulator) -> None:
    key = Resource()
    key.up(provider, {**KEY, "replicas": [{"region": WEST, "tags": {"old": "1", "both": "1"}}]})
    key.up(provider, {**KEY, "replicas": []})
    key.up(provider, {**KEY, "replicas": [{"region": WEST, "tags": {"new": "1", "both": "1"}}]})
    assert key.reasons == []
    [west] = [known for known in sim.keys() if f":{WEST}:" in known["arn"]]
    assert {name for name in west["tags"] if not name.startswith("awskms:")} == {"new", "both"}


def test_a_trigger_that_comes_back_rotates_again(provider: Provider, sim: simulator.Simulator) -> None:
    key = Resource()
    key.up(provider, KEY)
    for trigger, rotates in (("1", True), (None, False), ("1", True), (None, False), ("1", True)):
        mark = sim.mark()
        key.up(provider, {**KEY, **({"rotateOnDemandTrigger": trigger} if trigger else {})})
        assert ("RotateKeyOnDemand" in sim.writes(mark)) == rotates, trigger
        key.refresh(provider)
        mark = sim.mark()
        key.up(provider, {**KEY, **({"rotateOnDemandTrigger": trigger} if trigger else {})})
        assert sim.writes(mark) == []


def test_names_that_a_replica_has_anyway_are_no_change_after_an_import(
    provider: Provider, sim: simulator.Simulator
) -> None:
    key = Resource()
    key.up(provider, {**KEY, "replicas": [{"region": WEST}]})
    imported = Resource()
    imported.adopt(provider, key.outputs["keyArn"])
    for entry in ({"aliases": ["alias/x"]}, {"description": "d"}, {"aliases": ["alias/x"], "enabled": True}):
        news = imported.check(provider, {**KEY, "replicas": [{"region": WEST, **entry}]})
        assert imported.diff(provider, news).changes == provider_pb2.DiffResponse.DIFF_NONE, entry
    news = imported.check(provider, {**KEY, "replicas": [{"region": WEST, "aliases": []}]})
    assert imported.diff(provider, news).changes == provider_pb2.DiffResponse.DIFF_SOME


# Secrets


def in_the_open(wire: Any) -> str:
    """What of an answer is no secret."""

    def shown(value: Any) -> Any:
        if isinstance(value, dict):
            return None if value.get(SIGNATURE) == SECRET else {name: shown(item) for name, item in value.items()}
        return [shown(item) for item in value] if isinstance(value, list) else value

    return json.dumps(shown(plain(wire) if isinstance(wire, struct_pb2.Struct) else wire))


def test_what_comes_from_a_secret_is_a_secret_in_every_answer(bare: Provider, sim: simulator.Simulator) -> None:
    tags = secret({"pin": "hunter2-default"})
    bare.configure(region=secret(simulator.REGION), defaultTags={"tags": tags})
    inputs: dict[str, Any] = {
        "alias": secret("alias/hunter2"), "tags": {"own": secret("hunter2-tag")},
        "policyDocument": secret(json.dumps(document(Sid="hunter2"))),
        "replicas": [{"region": secret(WEST), "description": "d"}],
    }  # fmt: skip
    hidden = ["hunter2", simulator.REGION, WEST]
    key, answers = Resource(), []
    news = key.check(bare, inputs)
    answers.append(in_the_open(news))
    answers.append(in_the_open(bare.create(inputs, preview=True).properties))
    sim.fault({"error": {"code": "AccessDeniedException", "status": 400, "message": "no: alias/hunter2"}},
              operation="CreateAlias", count=1)  # fmt: skip
    try:
        bare.stub.Create(provider_pb2.CreateRequest(urn=key.urn, properties=struct(news)))
        raise AssertionError("it was created")
    except grpc.RpcError as error:
        detail = partial(error)
        answers += [in_the_open(detail.properties), in_the_open(detail.inputs), error.details(), *detail.reasons]
        key.id, key.outputs, key.inputs = detail.id, plain(detail.properties), plain(detail.inputs)
    answers.append(in_the_open(bare.stub.Update(key.update_request(news, preview=True)).properties))
    key.update(bare, news)
    assert key.reasons == []
    answers.append(in_the_open(key.outputs))
    other = key.check(bare, {**inputs, "alias": secret("alias/hunter2/too"), "policyDocument": document()})
    diff = key.diff(bare, other)
    answers += [*diff.detailedDiff, *diff.diffs]
    answers.append(in_the_open(bare.stub.Update(key.update_request(other, preview=True)).properties))
    key.refresh(bare)
    answers += [in_the_open(key.outputs), in_the_open(key.inputs)]
    key.delete(bare)
    answers += [message.message for message in bare.engine.messages]
    for text in hidden:
        found = [answer for answer in answers if text in answer]
        assert found == [], (text, found)
