"""A deployer whom only the key policy lets work: a new policy that grants or takes what the run needs is put where it belongs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import grpc
import pytest
from conftest import URN, Engine, Provider, start, stop  # type: ignore[import-not-found]
from kit import simulator
from life import Resource, kms, renamed, said  # type: ignore[import-not-found]
from pulumi.runtime.proto import provider_pb2

ADMIN = f"arn:aws:iam::{simulator.ACCOUNT}:user/default"
READS = [
    "kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags", "kms:ListKeyRotations",
]  # fmt: skip
WRITES = {
    "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DisableKey", "kms:DisableKeyRotation",
    "kms:EnableKey", "kms:EnableKeyRotation", "kms:PutKeyPolicy", "kms:ReplicateKey", "kms:RotateKeyOnDemand",
    "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
}  # fmt: skip
RUNS = 6
Make = Callable[..., Resource]


def policy(role: str, writes: set[str], denied: set[str] = frozenset()) -> dict[str, Any]:  # type: ignore[assignment]
    """What the role may write, beside reading; the account is not named, so IAM has no say."""
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": ADMIN}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": role}, "Action": sorted([*READS, *writes]), "Resource": "*"},
    ]
    if denied:
        statements.append({"Effect": "Deny", "Principal": {"AWS": role}, "Action": sorted(denied), "Resource": "*"})
    return {"Version": "2012-10-17", "Statement": statements}


@pytest.fixture
def role(sim: simulator.Simulator) -> str:
    """IAM allows it only what is about no key."""
    return sim.role("Deploy", allow=["kms:ListKeys", "kms:ListAliases", "kms:CreateKey", "kms:TagResource"])


@pytest.fixture
def deployer(
    env: dict[str, str], engine: tuple[Engine, str], sim: simulator.Simulator, role: str
) -> Iterator[Callable[..., Provider]]:
    """Starts providers that run as a session of the role."""
    sts = boto3.client(
        "sts", endpoint_url=sim.url, region_name=simulator.REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )
    session = sts.assume_role(RoleArn=role, RoleSessionName="run")["Credentials"]
    started: list[Provider] = []

    def run(**settings: Any) -> Provider:
        provider = start(env, engine[0], engine[1])
        provider.configure(
            region=simulator.REGION, accessKey=session["AccessKeyId"], secretKey=session["SecretAccessKey"],
            token=session["SessionToken"], **settings,
        )  # fmt: skip
        started.append(provider)
        return provider

    yield run
    for provider in started:
        stop(provider)


def made(sim: simulator.Simulator, old: dict[str, Any], tags: dict[str, str] | None = None, **key: Any) -> str:
    """A key that somebody else has made."""
    listed = [{"TagKey": name, "TagValue": value} for name, value in (tags or {}).items()]
    answer = kms(sim).create_key(Policy=json.dumps(old), Tags=listed, **key)
    arn: str = answer["KeyMetadata"]["Arn"]
    return arn


def shown(sim: simulator.Simulator, arn: str) -> dict[str, Any]:
    return next(key for key in sim.keys() if key["arn"] == arn)


# What each plan needs is granted, or taken, by the new policy. A setting of the key before, the inputs, and the calls that
# the policy is about.
GRANTED: list[tuple[str, set[str], dict[str, Any]]] = [
    ("rotation", {"kms:EnableKeyRotation"}, {"enableRotation": True}),
    ("the mark", {"kms:TagResource"}, {"description": "e"}),
    ("removing tags", {"kms:UntagResource"}, {"tags": {}}),
    ("tags, added and removed", {"kms:TagResource", "kms:UntagResource"}, {"tags": {"b": "2"}}),
    ("names", {"kms:CreateAlias", "kms:DeleteAlias"}, {"alias": "alias/new{}"}),
    ("disabling", {"kms:DisableKey"}, {"enabled": False}),
    ("all of it", WRITES - {"kms:PutKeyPolicy"}, {
        "alias": "alias/new{}", "description": "e", "tags": {"b": "2"}, "enableRotation": True, "enabled": False,
        "rotateOnDemandTrigger": "1",
    }),
]  # fmt: skip


def wanted(change: dict[str, Any], number: int, new: dict[str, Any]) -> dict[str, Any]:
    base = {"alias": f"alias/old{number}", "description": "d", "tags": {"a": "1"}, "enableRotation": False}
    inputs = {**base, **change, "policyDocument": new}
    return {**inputs, "alias": inputs["alias"].format(number)}


def assert_is(sim: simulator.Simulator, arn: str, inputs: dict[str, Any]) -> None:
    key = shown(sim, arn)
    tags = {name: value for name, value in key["tags"].items() if not name.startswith("awskms:")}
    assert "awskms:owner" in key["tags"]
    assert (key["aliases"], key["description"], tags) == ([inputs["alias"]], inputs["description"], inputs["tags"])
    assert key["state"] == ("Enabled" if inputs.get("enabled", True) else "Disabled")
    assert bool(key["rotationPeriodInDays"]) == inputs["enableRotation"]
    # The last answer of the journal shows whose rights are in force.
    assert sorted(key["policy"]["Statement"][1]["Action"]) == sorted(inputs["policyDocument"]["Statement"][1]["Action"])


def imported(deployer: Callable[..., Provider], sim: simulator.Simulator, old: dict[str, Any], number: int) -> tuple[Resource, str]:
    arn = made(sim, old, {"a": "1"}, Description="d")
    kms(sim).create_alias(AliasName=f"alias/old{number}", TargetKeyId=arn)
    key = Resource(renamed(URN, f"key{number}"))
    key.adopt(deployer(), arn)
    return key, arn


def changed_in_one_run(
    deployer: Callable[..., Provider], sim: simulator.Simulator, old: dict[str, Any], new: dict[str, Any], change: dict[str, Any]
) -> list[list[str]]:
    """Each run ends with the key as it should be; gives the calls of each."""
    calls = []
    for number in range(RUNS):
        key, arn = imported(deployer, sim, old, number)
        inputs = wanted(change, number, new)
        mark = sim.mark()
        provider = deployer()
        key.up(provider, inputs)
        assert key.reasons == []
        assert_is(sim, arn, inputs)
        assert [call["code"] for call in sim.calls(mark) if call["code"] == "AccessDeniedException"] == []
        calls.append(sim.writes(mark))
    return calls


@pytest.mark.parametrize(("what", "granted", "change"), GRANTED, ids=[case[0] for case in GRANTED])
def test_a_policy_that_grants_what_the_run_needs_comes_first(
    deployer: Callable[..., Provider], sim: simulator.Simulator, role: str, what: str, granted: set[str], change: dict[str, Any]
) -> None:
    runs = changed_in_one_run(deployer, sim, policy(role, WRITES - granted), policy(role, WRITES), change)
    for calls in runs:
        put = calls.index("PutKeyPolicy")
        assert not {f"kms:{call}" for call in calls[:put]} & granted, calls


@pytest.mark.parametrize(("what", "taken", "change"), GRANTED, ids=[case[0] for case in GRANTED])
def test_a_policy_that_takes_what_the_run_needs_comes_last(
    deployer: Callable[..., Provider], sim: simulator.Simulator, role: str, what: str, taken: set[str], change: dict[str, Any]
) -> None:
    runs = changed_in_one_run(deployer, sim, policy(role, WRITES), policy(role, WRITES, denied=taken), change)
    assert all(calls[-1] == "PutKeyPolicy" for calls in runs), runs


def test_a_policy_that_takes_some_and_grants_others_stands_between_them(
    deployer: Callable[..., Provider], sim: simulator.Simulator, role: str
) -> None:
    before, after = {"kms:UpdateKeyDescription", "kms:CreateAlias"}, {"kms:EnableKeyRotation", "kms:UntagResource"}
    change = {"description": "e", "alias": "alias/new{}", "enableRotation": True, "tags": {}}
    runs = changed_in_one_run(deployer, sim, policy(role, WRITES - after), policy(role, WRITES - before), change)
    for calls in runs:
        put = calls.index("PutKeyPolicy")
        assert before <= {f"kms:{call}" for call in calls[:put]} and after <= {f"kms:{call}" for call in calls[put:]}


def test_a_key_that_comes_back_is_opened_by_the_policy_that_allows_it(
    deployer: Callable[..., Provider], sim: simulator.Simulator, role: str
) -> None:
    granted = {"kms:CancelKeyDeletion", "kms:EnableKey", "kms:TagResource"}
    key, arn = imported(deployer, sim, policy(role, WRITES - granted), 0)
    kms(sim).schedule_key_deletion(KeyId=arn)
    key.refresh(deployer())
    inputs = wanted({}, 0, policy(role, WRITES))
    mark = sim.mark()
    key.up(deployer(), inputs)
    assert key.reasons == [] and sim.writes(mark)[:2] == ["PutKeyPolicy", "CancelKeyDeletion"]
    assert_is(sim, arn, inputs)


def test_an_adopted_key_gets_its_policy_before_its_mark(
    deployer: Callable[..., Provider], sim: simulator.Simulator, role: str
) -> None:
    arn = made(sim, policy(role, WRITES - {"kms:TagResource"}))
    key = Resource()
    mark = sim.mark()
    key.up(deployer(), {**wanted({}, 0, policy(role, WRITES)), "adopt": arn})
    assert key.reasons == [] and sim.writes(mark)[0] == "PutKeyPolicy"
    assert_is(sim, arn, wanted({}, 0, policy(role, WRITES)))


def preview(provider: Provider, key: Resource, inputs: dict[str, Any]) -> None:
    key.copy().update(provider, key.check(provider, inputs), preview=True)


def test_what_nobody_allows_is_named_and_holds_up_nothing(
    deployer: Callable[..., Provider], sim: simulator.Simulator, role: str
) -> None:
    never = {"kms:UntagResource", "kms:EnableKeyRotation"}
    key, arn = imported(deployer, sim, policy(role, WRITES - never), 0)
    change = {"tags": {}, "enableRotation": True, "description": "e", "alias": "alias/new{}"}
    inputs = wanted(change, 0, policy(role, WRITES - never, denied={"kms:Encrypt"}))
    provider = deployer()
    preview(provider, key, inputs)
    assert said(provider, "neither its present policy nor the new one allows kms:EnableKeyRotation, kms:UntagResource")
    key.up(provider, inputs)
    assert any("kms:EnableKeyRotation" in reason for reason in key.reasons)
    there = shown(sim, arn)
    assert (there["description"], there["aliases"], len(there["policy"]["Statement"])) == ("e", ["alias/new0"], 3)


def test_a_policy_that_the_present_one_does_not_let_in_is_named(
    deployer: Callable[..., Provider], sim: simulator.Simulator, role: str
) -> None:
    key, arn = imported(deployer, sim, policy(role, WRITES - {"kms:PutKeyPolicy", "kms:EnableKeyRotation"}), 0)
    inputs = wanted({"enableRotation": True, "description": "e"}, 0, policy(role, WRITES))
    provider = deployer()
    preview(provider, key, inputs)
    assert said(provider, "does not allow kms:PutKeyPolicy to")
    key.up(provider, inputs)
    assert any("kms:PutKeyPolicy" in reason for reason in key.reasons)
    assert shown(sim, arn)["description"] == "e"


# Sets


@pytest.mark.parametrize("takes", [False, True], ids=["granted", "taken"])
def test_replicas_are_made_while_the_primary_s_policy_allows_it(
    deployer: Callable[..., Provider], sim: simulator.Simulator, role: str, takes: bool
) -> None:
    sim.control("POST", "options", {"creatingSeconds": 0.1})
    without, whole = policy(role, WRITES - {"kms:ReplicateKey"}), policy(role, WRITES)
    old, new = (whole, without) if takes else (without, whole)
    arn = made(sim, old, MultiRegion=True, Description="d")
    key = Resource()
    key.adopt(deployer(), arn)
    inputs = {
        "description": "d", "policyDocument": new, "enableRotation": False, "multiRegion": True,
        "replicas": [{"region": "eu-west-1", "policyDocument": policy(role, WRITES)}],
    }  # fmt: skip
    mark = sim.mark()
    key.up(deployer(), inputs)
    assert key.reasons == []
    order = [call for call in sim.writes(mark) if call in ("ReplicateKey", "PutKeyPolicy")]
    assert order == (["ReplicateKey", "PutKeyPolicy"] if takes else ["PutKeyPolicy", "ReplicateKey"])


# Tags: KMS counts to 50 at every call.


def tags(prefix: str, number: int) -> dict[str, str]:
    return {f"{prefix}{at:02}": "1" for at in range(number)}


def test_a_key_with_50_tags_is_adopted(provider: Provider, sim: simulator.Simulator) -> None:
    listed = [{"TagKey": name, "TagValue": value} for name, value in tags("old", 50).items()]
    arn = kms(sim).create_key(Tags=listed)["KeyMetadata"]["Arn"]
    key = Resource()
    mark = sim.mark()
    key.up(provider, {"alias": "alias/x", "tags": tags("new", 48), "adopt": arn, "enableRotation": False})
    assert key.reasons == []
    assert sim.writes(mark)[:2] == ["UntagResource", "TagResource"]
    assert set(shown(sim, arn)["tags"]) == {"awskms:owner", *tags("new", 48)}


@pytest.mark.parametrize("kept", [1, 2])
def test_tags_that_leave_no_room_for_the_mark_are_refused_in_the_preview(bare: Provider, sim: simulator.Simulator, kept: int) -> None:
    bare.configure(region=simulator.REGION, ignoreTags={"keyPrefixes": ["theirs"]})
    there = {**tags("ours", 48), **tags("theirs", kept)}
    listed = [{"TagKey": name, "TagValue": value} for name, value in there.items()]
    arn = kms(sim).create_key(Tags=listed)["KeyMetadata"]["Arn"]
    inputs = {"alias": "alias/x", "tags": tags("ours", 48), "adopt": arn}
    mark = sim.mark()
    if kept == 1:
        key = Resource()
        key.up(bare, inputs)
        assert key.reasons == [] and len(shown(sim, arn)["tags"]) == 50
        return
    for is_preview in (True, False):
        key = Resource()
        with pytest.raises(grpc.RpcError) as error:
            request = provider_pb2.CreateRequest(urn=URN, preview=is_preview)
            request.properties.update(key.check(bare, inputs))
            bare.stub.Create(request)
        assert "would have 51 tags, and KMS allows 50: 48 of the inputs, 1 of this provider's marks, and 2" in error.value.details()
        assert sim.writes(mark) == []
