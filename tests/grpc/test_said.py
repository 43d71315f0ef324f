"""What is said and what is not: secrets in no message, previews that name the calls, tags of others, states of a key."""

from __future__ import annotations

import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

import grpc
import pytest
from conftest import URN, Engine, Provider, secret, start, struct  # type: ignore[import-not-found]
from kit import paths, simulator
from life import KEY, Resource, kms, said  # type: ignore[import-not-found]
from pulumi.runtime.proto import provider_pb2

# Secrets

PLANTED = ["hunter2-alias", "hunter2-tag", "hunter2-text", "HiddenRole"]


def planted(sim: simulator.Simulator) -> dict[str, Any]:
    return {
        "alias": secret("alias/hunter2-alias"), "description": secret("hunter2-text"), "tags": {"pin": secret("hunter2-tag")},
        "policy": {"usageRoles": [secret(sim.role("HiddenRole"))]},
    }  # fmt: skip


@pytest.mark.parametrize("level", ["debug", "trace"])
def test_secrets_are_in_no_message_error_or_log(
    tmp_path: Path, env: dict[str, str], engine: tuple[Engine, str], sim: simulator.Simulator, level: str
) -> None:
    with (tmp_path / "log").open("w") as errors:
        process = subprocess.Popen(
            [str(paths.PROVIDER), engine[1]], env={**env, "AWSKMS_LOG": level, "RUST_LOG": level}, stdout=subprocess.PIPE,
            stderr=errors, text=True,
        )  # fmt: skip
    assert process.stdout is not None
    provider = Provider(process, int(process.stdout.readline()), engine[0])
    provider.configure(region=simulator.REGION)
    inputs, key, spoken = planted(sim), Resource(), []
    provider.create(inputs, preview=True)
    # AWS quotes what it refuses.
    quoting: dict[str, Any] = {"error": {"code": "AlreadyExistsException", "status": 400,
        "message": "An alias with the name alias/hunter2-alias already exists: hunter2-tag hunter2-text"}}  # fmt: skip
    sim.fault(quoting, operation="CreateAlias", count=1)
    key.up(provider, inputs)
    spoken += key.reasons
    assert any("creating [secret]" in reason for reason in key.reasons), key.reasons
    key.up(provider, inputs)
    key.up(provider, {**inputs, "description": secret("hunter2-text and more"), "tags": {"pin": secret("hunter2-tag2")}})
    key.refresh(provider)
    sim.fault(quoting, operation="PutKeyPolicy", count=1)
    key.up(provider, {**inputs, "policy": {}})
    spoken += key.reasons
    taken = Resource(URN + "2")
    # Another run, which does not know that the program has both.
    provider.forget()
    with pytest.raises(grpc.RpcError) as error:
        taken.up(provider, inputs)
    spoken.append(error.value.details())
    spoken += [failure.reason for failure in provider.check({**inputs, "alias": secret("hunter2-alias")}).failures]
    key.delete(provider)
    spoken += [message.message for message in provider.engine.messages]
    provider.channel.close()
    provider.process.terminate()
    provider.process.communicate(timeout=10)
    log = (tmp_path / "log").read_text()
    for text in PLANTED:
        assert text not in json.dumps(spoken), text
        assert text not in log, [line for line in log.splitlines() if text in line][0][:400]
    assert "creating [secret]" in log


# The preview names the calls, from every state of the key

POLICY = {"usageRoles": [f"arn:aws:iam::{simulator.ACCOUNT}:role/RDSServiceRole"]}
STATES: dict[str, dict[str, Any]] = {
    "plain": {},
    "all": {"description": "e", "tags": {"a": "1"}, "policy": POLICY, "rotationPeriodDays": 90, "aliases": ["alias/y"]},
    "disabled": {"enabled": False},
    "disabled, other": {"enabled": False, "tags": {"a": "2", "b": "1"}, "enableRotation": False, "aliases": ["alias/z"]},
    "no rotation": {"enableRotation": False, "policy": POLICY},
}


@pytest.mark.parametrize("hand", ["", "disable_key", "schedule_key_deletion"])
def test_the_calls_of_the_preview_are_the_calls_that_are_made(
    provider: Provider, sim: simulator.Simulator, hand: str
) -> None:
    key = Resource()
    key.up(provider, {**KEY, **STATES["plain"]})
    for before, after in itertools.permutations(STATES, 2):
        key.up(provider, {**KEY, **STATES[before]})
        if hand:
            # Somebody else, between the last run and this one.
            getattr(kms(sim), hand)(KeyId=key.id)
        news = key.check(provider, {**KEY, **STATES[after]})
        provider.engine.messages.clear()
        provider.stub.Update(key.update_request(news, preview=True))
        [calls] = [m.message for m in provider.engine.messages if m.message.startswith("KMS calls: ")]
        mark = sim.mark()
        key.update(provider, news)
        assert key.reasons == []
        # Calls of one stage are made at the same time.
        assert sorted(calls.removeprefix("KMS calls: ").split(", ")) == sorted(sim.writes(mark)), (before, after, calls)
        [real] = sim.keys()
        assert real["state"] == ("Enabled" if news["enabled"] else "Disabled")
        assert real["rotationPeriodInDays"] == (news["rotationPeriodDays"] if news["enableRotation"] else None)
        mark = sim.mark()
        key.refresh(provider)
        key.up(provider, {**KEY, **STATES[after]})
        assert sim.writes(mark) == [], (before, after)


# Tags of the provider and of others


def test_default_tags_come_change_and_go(bare: Provider, sim: simulator.Simulator) -> None:
    key = Resource()

    def run(defaults: dict[str, str], writes: list[str], tags: dict[str, str]) -> None:
        bare.configure(region=simulator.REGION, defaultTags={"tags": defaults})
        mark = sim.mark()
        key.up(bare, {**KEY, "tags": {"own": "1"}})
        assert sim.writes(mark) == writes
        [real] = sim.keys()
        assert {name: value for name, value in real["tags"].items() if name != "awskms:owner"} == {"own": "1", **tags}

    run({}, ["CreateKey", "EnableKeyRotation", "CreateAlias"], {})
    run({"team": "x"}, ["TagResource"], {"team": "x"})
    run({"team": "y"}, ["TagResource"], {"team": "y"})
    run({"squad": "y"}, ["UntagResource", "TagResource"], {"squad": "y"})
    run({"squad": "y"}, [], {"squad": "y"})
    run({}, ["UntagResource"], {})


def test_ignored_tags_are_neither_drift_nor_removed(bare: Provider, sim: simulator.Simulator) -> None:
    bare.configure(region=simulator.REGION)
    key = Resource()
    key.up(bare, {**KEY, "tags": {"own": "1", "cost": "7"}})
    kms(sim).tag_resource(KeyId=key.id, Tags=[{"TagKey": "scan:date", "TagValue": "today"}])
    # The program gives "cost" up to somebody else, who keeps it.
    bare.configure(region=simulator.REGION, ignoreTags={"keys": ["cost"], "keyPrefixes": ["scan:"]})
    key.refresh(bare)
    mark = sim.mark()
    key.up(bare, {**KEY, "tags": {"own": "1"}})
    assert sim.writes(mark) == []
    key.up(bare, {**KEY, "tags": {}})
    assert sim.writes(mark) == ["UntagResource"]
    assert set(sim.keys()[0]["tags"]) == {"awskms:owner", "cost", "scan:date"}


# Policies


def test_a_policy_that_is_removed_gives_the_default_back(provider: Provider, sim: simulator.Simulator) -> None:
    key = Resource()
    key.up(provider, {**KEY, "policy": POLICY})
    key.up(provider, KEY)
    policy = json.loads(kms(sim).get_key_policy(KeyId=key.id, PolicyName="default")["Policy"])
    assert [statement["Action"] for statement in policy["Statement"]] in (["kms:*"], [["kms:*"]])
    mark = sim.mark()
    key.refresh(provider)
    key.up(provider, KEY)
    assert sim.writes(mark) == []


def test_a_deleted_role_is_reported_and_repaired(provider: Provider, sim: simulator.Simulator) -> None:
    iam = __import__("boto3").client(
        "iam", endpoint_url=sim.url, region_name=simulator.REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )
    key = Resource()
    key.up(provider, {**KEY, "policy": POLICY})
    iam.delete_role(RoleName="RDSServiceRole")
    key.refresh(provider)
    assert said(provider, "unique IDs that AWS shows in place of deleted users or roles")
    assert said(provider, "AROA")
    iam.create_role(RoleName="RDSServiceRole", AssumeRolePolicyDocument="{}")
    mark = sim.mark()
    key.up(provider, {**KEY, "policy": POLICY})
    assert sim.writes(mark) == ["PutKeyPolicy"]


# Keys that were kept come back


@pytest.mark.parametrize("policy", ["SCHEDULE", "DISABLE", "RETAIN"])
def test_a_retired_key_comes_back_with_its_resource(
    env: dict[str, str], engine: tuple[Engine, str], bare: Provider, sim: simulator.Simulator, policy: str
) -> None:
    inputs = {**KEY, "deletionPolicy": policy}
    bare.configure(region=simulator.REGION)
    key = Resource()
    key.up(bare, inputs)
    key.delete(bare)
    bare.configure(region=simulator.REGION)
    again = Resource()
    again.up(bare, inputs)
    [real] = sim.keys()
    assert (again.id, real["state"], real["aliases"]) == (key.id, "Enabled", ["alias/x"])


def test_a_region_change_that_is_allowed_makes_the_key_there_first(provider: Provider, sim: simulator.Simulator) -> None:
    key = Resource()
    key.up(provider, KEY)
    mark = sim.mark()
    key.up(provider, {**KEY, "region": "eu-west-1", "replacementPolicy": "ALLOW"})
    made = [(call["operation"], call["region"]) for call in sim.calls(mark) if call["effect"]]
    assert made == [
        ("CreateKey", "eu-west-1"), ("EnableKeyRotation", "eu-west-1"), ("CreateAlias", "eu-west-1"),
        ("ScheduleKeyDeletion", simulator.REGION), ("DeleteAlias", simulator.REGION),
    ]  # fmt: skip


def test_a_key_without_credentials_still_previews(env: dict[str, str], engine: tuple[Engine, str]) -> None:
    bare_env = {name: value for name, value in env.items() if not name.startswith("AWS_ACCESS") and name != "AWS_SECRET_ACCESS_KEY"}
    provider = start(bare_env, engine[0], engine[1])
    provider.configure(region=simulator.REGION)
    request = provider_pb2.CreateRequest(urn=URN, properties=struct(provider.checked(KEY)), preview=True)
    assert provider.stub.Create(request).properties["alias"] == "alias/x"
    provider.channel.close()
    provider.process.kill()
    provider.process.communicate()
