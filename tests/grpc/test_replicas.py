"""Multi-Region keys as one resource: what the wire and the journal show."""

from __future__ import annotations

import json
import re
from typing import Any

import boto3
import grpc
import pytest
from conftest import URN, Provider, plain, struct  # type: ignore[import-not-found]
from kit import simulator
from pulumi.runtime.proto import provider_pb2
from test_key import KEY, diff, init_failed  # type: ignore[import-not-found]
from test_lifecycle import delete, said, update  # type: ignore[import-not-found]

HOME, WEST, SOUTH, NORTH = simulator.REGION, "eu-west-1", "eu-south-1", "eu-north-1"
TWO = {**KEY, "tags": {"team": "a"}, "replicas": [{"region": WEST}, {"region": SOUTH}]}
DESTRUCTIVE = {"ScheduleKeyDeletion", "DisableKey", "DeleteAlias", "UntagResource"}


def client(sim: simulator.Simulator, region: str) -> Any:
    return boto3.client(
        "kms", endpoint_url=sim.url, region_name=region, aws_access_key_id="test", aws_secret_access_key="test"
    )


def keys(sim: simulator.Simulator) -> dict[str, dict[str, Any]]:
    """Keys by Region; there is one key."""
    every = {key["arn"].split(":")[3]: key for key in sim.keys()}
    assert len(every) == len(sim.keys())
    return every


def ready(sim: simulator.Simulator) -> None:
    """Lets transient states pass."""
    sim.control("POST", "clock", {"advanceSeconds": 10})


def writes(sim: simulator.Simulator, since: int = 0) -> list[tuple[str, str]]:
    return sorted((call["operation"], call["region"]) for call in sim.calls(since) if call["effect"])


def tags(key: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in key["tags"].items() if not name.startswith("awskms:")}


def announced(provider: Provider, since: int) -> list[str]:
    """The calls that a preview has told."""
    told = [message.message for message in provider.engine.messages[since:] if message.message.startswith("KMS calls: ")]
    [line] = told or ["KMS calls: "]
    return sorted(re.sub(r" \(.*?\)", "", line.removeprefix("KMS calls: ")).split(", ")) if told else []


class Set:
    """A set as the engine knows it."""

    def __init__(self, provider: Provider, inputs: dict[str, Any]) -> None:
        self.provider = provider
        provider.forget()
        self.inputs = provider.checked(inputs)
        made = provider.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=struct(self.inputs)))
        self.id, self.properties = made.id, made.properties

    @classmethod
    def known(cls, provider: Provider, inputs: dict[str, Any], answer: Any) -> Set:
        """A set that a create has answered with, whole or in part."""
        known = cls.__new__(cls)
        known.provider, known.inputs, known.id, known.properties = provider, inputs, answer.id, answer.properties
        return known

    @property
    def outputs(self) -> dict[str, Any]:
        return plain(self.properties)

    def change(self, inputs: dict[str, Any], sim: simulator.Simulator | None = None) -> Any:
        new = self.provider.checked(inputs, self.inputs)
        answer = diff(self.provider, self.inputs, new, self.outputs)
        assert not answer.replaces, answer.replaces
        if answer.changes == provider_pb2.DiffResponse.DIFF_SOME:
            old, self.inputs = self.inputs, new
            if sim is not None:
                before, mark = len(self.provider.engine.messages), sim.mark()
                update(self.provider, self, old, new, preview=True)
                shown = announced(self.provider, before)
                assert writes(sim, mark) == []
            try:
                self.properties = update(self.provider, self, old, new).properties
                if sim is not None:
                    # The preview tells the truth.
                    assert shown == sorted(operation for operation, _ in writes(sim, mark))
            except grpc.RpcError as error:
                if "grpc-status-details-bin" in dict(error.trailing_metadata()):
                    self.properties = init_failed(error).properties
                else:
                    self.inputs = old
                raise
        return answer

    def read(self, importing: str | None = None) -> Any:
        request = provider_pb2.ReadRequest(id=importing or self.id, urn=URN)
        if importing is None:
            request.properties.CopyFrom(self.properties)
            request.inputs.CopyFrom(struct(self.inputs))
        return self.provider.stub.Read(request)

    def refresh(self) -> dict[str, Any]:
        """Refreshes; gives what has changed in the inputs."""
        answer = self.read()
        before, self.inputs, self.properties = self.inputs, plain(answer.inputs), answer.properties
        names = set(before) | set(self.inputs)
        return {name: self.inputs.get(name) for name in names if before.get(name) != self.inputs.get(name)}

    def delete(self) -> None:
        delete(self.provider, self, self.inputs)


def test_a_key_is_made_with_its_replicas(provider: Provider, sim: simulator.Simulator) -> None:
    made = Set(provider, TWO)
    assert writes(sim) == [
        ("CreateAlias", HOME), ("CreateAlias", SOUTH), ("CreateAlias", WEST), ("CreateKey", HOME),
        ("EnableKeyRotation", HOME), ("ReplicateKey", HOME), ("ReplicateKey", HOME),
    ]  # fmt: skip
    every = keys(sim)
    assert set(every) == {HOME, WEST, SOUTH}
    for key in every.values():
        assert (key["description"], key["aliases"], tags(key)) == ("d", ["alias/x"], {"team": "a"})
        assert "awskms:owner" in key["tags"]
    out = made.outputs
    assert set(out["replicaKeys"]) == {WEST, SOUTH} and out["primaryRegion"] == HOME
    west = out["replicaKeys"][WEST]
    assert west == {
        "keyArn": every[WEST]["arn"], "keyState": "Enabled", "aliasArn": every[WEST]["arn"].split(":key/")[0] + ":alias/x",
    }  # fmt: skip
    mark = sim.mark()
    assert made.refresh() == {} and made.outputs == out
    assert made.change(TWO).changes == provider_pb2.DiffResponse.DIFF_NONE
    assert writes(sim, mark) == []


def test_each_replica_has_its_own_part(provider: Provider, sim: simulator.Simulator) -> None:
    admin = f"arn:aws:iam::{simulator.ACCOUNT}:role/SecurityAdmin"
    own = {
        "region": WEST, "description": "west", "aliases": ["alias/w"], "tags": {}, "enabled": False,
        "policy": {"adminRole": admin},
    }  # fmt: skip
    made = Set(provider, {**TWO, "replicas": [own, {"region": SOUTH}]})
    every = keys(sim)
    west = every[WEST]
    assert (west["description"], west["aliases"], tags(west)) == ("west", ["alias/w"], {})
    assert "SecurityAdmin" in str(west["policy"]) and "SecurityAdmin" not in str(every[SOUTH]["policy"])
    ready(sim)
    assert keys(sim)[WEST]["state"] == "Disabled" and keys(sim)[SOUTH]["state"] == "Enabled"
    assert made.refresh() == {}


def test_replicas_come_change_and_go_one_by_one(provider: Provider, sim: simulator.Simulator) -> None:
    made = Set(provider, TWO)
    ready(sim)
    mark = sim.mark()
    third = {"region": NORTH, "description": "n"}
    answer = made.change({**TWO, "replicas": [third, *reversed(TWO["replicas"])]}, sim)
    assert list(answer.detailedDiff) == ["replicas[0]"]
    assert writes(sim, mark) == [("CreateAlias", NORTH), ("ReplicateKey", HOME)]
    ready(sim)
    mark = sim.mark()
    changed = {"region": WEST, "tags": {"team": "w"}, "aliases": ["alias/w"]}
    answer = made.change({**TWO, "replicas": [third, changed, {"region": SOUTH}]}, sim)
    assert set(answer.detailedDiff) == {"replicas[1].tags", "replicas[1].aliases"}
    assert writes(sim, mark) == [("CreateAlias", WEST), ("DeleteAlias", WEST), ("TagResource", WEST)]
    changed = {**changed, "tags": {"team": "v"}}
    answer = made.change({**TWO, "replicas": [third, changed, {"region": SOUTH}]}, sim)
    assert set(answer.detailedDiff) == {"replicas[1].tags.team"}
    mark = sim.mark()
    answer = made.change({**TWO, "replicas": [third, changed]}, sim)
    assert list(answer.detailedDiff) == ["replicas[2]"]
    assert writes(sim, mark) == [("DeleteAlias", SOUTH), ("ScheduleKeyDeletion", SOUTH)]
    assert set(made.outputs["replicaKeys"]) == {NORTH, WEST}
    assert made.refresh() == {} and not said(provider, "somebody else")
    assert {region: key["state"] for region, key in keys(sim).items()} == {
        HOME: "Enabled", NORTH: "Enabled", WEST: "Enabled", SOUTH: "PendingDeletion",
    }  # fmt: skip
    mark = sim.mark()
    made.change({**TWO, "replicas": [third, changed, {"region": SOUTH}]}, sim)
    assert writes(sim, mark) == [("CancelKeyDeletion", SOUTH), ("CreateAlias", SOUTH), ("EnableKey", SOUTH)]


def test_what_the_key_changes_its_replicas_inherit(provider: Provider, sim: simulator.Simulator) -> None:
    made = Set(provider, {**TWO, "replicas": [{"region": WEST}, {"region": SOUTH, "description": "s"}]})
    ready(sim)
    mark = sim.mark()
    made.change({**TWO, "description": "e", "replicas": [{"region": WEST}, {"region": SOUTH, "description": "s"}]}, sim)
    assert writes(sim, mark) == [("UpdateKeyDescription", HOME), ("UpdateKeyDescription", WEST)]


def test_the_last_replica_can_go_and_the_key_stays(provider: Provider, sim: simulator.Simulator) -> None:
    made = Set(provider, TWO)
    ready(sim)
    mark = sim.mark()
    answer = made.change(KEY, sim)
    assert not answer.replaces and made.inputs["multiRegion"] is True
    assert ("ScheduleKeyDeletion", HOME) not in writes(sim, mark)
    assert keys(sim)[HOME]["state"] == "Enabled"


def test_a_promotion_happens_in_place_and_back(provider: Provider, sim: simulator.Simulator) -> None:
    made = Set(provider, TWO)
    id, arn = made.id, made.outputs["keyArn"]
    ready(sim)
    mark = sim.mark()
    sim.control("POST", "options", {"updatingSeconds": 0.5})
    moved = {**TWO, "region": WEST, "rotationPeriodDays": 100, "replicas": [{"region": HOME}, {"region": SOUTH}]}
    answer = made.change(moved, sim)
    assert not {"keyArn", "primaryRegion"} & set(answer.stables) and "keyId" in answer.stables
    assert writes(sim, mark) == [("EnableKeyRotation", WEST), ("UpdatePrimaryRegion", HOME)]
    assert made.id == id and made.outputs["keyArn"] == arn.replace(HOME, WEST)
    assert set(made.outputs["replicaKeys"]) == {HOME, SOUTH} and made.outputs["primaryRegion"] == WEST
    assert made.refresh() == {}
    mark = sim.mark()
    made.change({**TWO, "rotationPeriodDays": 100}, sim)
    assert writes(sim, mark) == [("UpdatePrimaryRegion", WEST)]
    assert made.outputs["keyArn"] == arn and made.refresh() == {}


def test_a_promotion_that_leaves_the_old_region(provider: Provider, sim: simulator.Simulator) -> None:
    sim.control("POST", "options", {"updatingSeconds": 0.5})
    made = Set(provider, TWO)
    ready(sim)
    mark = sim.mark()
    made.change({**TWO, "region": WEST, "replicas": [{"region": SOUTH}]}, sim)
    assert writes(sim, mark) == [("DeleteAlias", HOME), ("ScheduleKeyDeletion", HOME), ("UpdatePrimaryRegion", HOME)]
    calls = [(call["operation"], call["region"]) for call in sim.calls(mark) if call["effect"]]
    assert calls[0] == ("UpdatePrimaryRegion", HOME)
    assert keys(sim)[WEST]["state"] == "Enabled"


def test_a_promotion_to_a_new_region_replaces(provider: Provider) -> None:
    made = Set(provider, TWO)
    [failure] = provider.check({**TWO, "region": NORTH}, made.inputs).failures
    assert failure.property == "region" and "replacementPolicy" in failure.reason


def test_a_promotion_by_hand_is_drift(provider: Provider, sim: simulator.Simulator) -> None:
    sim.control("POST", "options", {"updatingSeconds": 0.5})
    own = {**TWO, "replicas": [{"region": WEST, "description": "w"}, {"region": SOUTH}]}
    made = Set(provider, own)
    ready(sim)
    client(sim, HOME).update_primary_region(KeyId=made.outputs["keyArn"], PrimaryRegion=WEST)
    ready(sim)
    drift = made.refresh()
    assert drift["region"] == WEST and made.outputs["primaryRegion"] == WEST
    assert {entry["region"] for entry in drift["replicas"]} == {HOME, SOUTH}
    assert said(provider, f"The primary was moved from {HOME} to {WEST} by somebody else")
    mark = sim.mark()
    answer = made.change(own, sim)
    assert "region" in answer.detailedDiff and not answer.replaces
    assert writes(sim, mark) == [("UpdatePrimaryRegion", WEST)]
    assert made.refresh() == {} and made.outputs["primaryRegion"] == HOME


def test_a_promotion_by_hand_that_the_state_does_not_know_yet(provider: Provider, sim: simulator.Simulator) -> None:
    sim.control("POST", "options", {"updatingSeconds": 0.5})
    made = Set(provider, TWO)
    ready(sim)
    client(sim, HOME).update_primary_region(KeyId=made.outputs["keyArn"], PrimaryRegion=WEST)
    ready(sim)
    mark = sim.mark()
    made.delete()
    assert writes(sim, mark) == sorted(
        [("DeleteAlias", region) for region in (HOME, SOUTH, WEST)]
        + [("ScheduleKeyDeletion", region) for region in (HOME, SOUTH, WEST)]
        # The mark says what became of the key.
        + [("TagResource", WEST)]
    )
    order = [call["region"] for call in sim.calls(mark) if call["operation"] == "ScheduleKeyDeletion"]
    assert order[-1] == WEST
    assert keys(sim)[WEST]["state"] == "PendingReplicaDeletion"


def test_drift_in_a_replica_is_shown_and_repaired(provider: Provider, sim: simulator.Simulator) -> None:
    made = Set(provider, TWO)
    ready(sim)
    west, arn = client(sim, WEST), made.outputs["replicaKeys"][WEST]["keyArn"]
    west.update_key_description(KeyId=arn, Description="by hand")
    west.tag_resource(KeyId=arn, Tags=[{"TagKey": "team", "TagValue": "z"}])
    west.disable_key(KeyId=arn)
    west.create_alias(AliasName="alias/extra", TargetKeyId=arn)
    policy = json.loads(west.get_key_policy(KeyId=arn)["Policy"])
    reader = {"AWS": f"arn:aws:iam::{simulator.ACCOUNT}:role/RDSServiceRole"}
    policy["Statement"].append({"Effect": "Allow", "Principal": reader, "Action": "kms:Decrypt", "Resource": "*"})
    west.put_key_policy(KeyId=arn, Policy=json.dumps(policy))
    drift = made.refresh()
    [entry] = [entry for entry in drift["replicas"] if entry["region"] == WEST]
    assert entry["description"] == "by hand" and entry["tags"] == {"team": "z"} and entry["enabled"] is False
    assert sorted(entry["aliases"]) == ["alias/extra", "alias/x"] and "RDSServiceRole" in str(entry["policyDocument"])
    answer = made.change(TWO, sim)
    assert {path.split("]")[0] + "]" for path in answer.detailedDiff} == {"replicas[0]"}
    key = keys(sim)[WEST]
    assert (key["description"], key["state"], key["aliases"], tags(key)) == ("d", "Enabled", ["alias/x"], {"team": "a"})
    assert "RDSServiceRole" not in str(key["policy"])
    assert made.refresh() == {}


def test_a_replica_of_somebody_else_is_told_and_left_alone(provider: Provider, sim: simulator.Simulator) -> None:
    made = Set(provider, TWO)
    ready(sim)
    client(sim, HOME).replicate_key(KeyId=made.outputs["keyArn"], ReplicaRegion=NORTH)
    ready(sim)
    assert made.refresh() == {}
    assert NORTH in made.outputs["replicaKeys"] and said(provider, "was added to the set by somebody else")
    mark = sim.mark()
    made.change({**TWO, "description": "e"}, sim)
    assert all(region != NORTH for _, region in writes(sim, mark))
    made.delete()
    assert all(region != NORTH for _, region in writes(sim, mark))
    assert keys(sim)[NORTH]["state"] == "Enabled" and keys(sim)[HOME]["state"] == "PendingReplicaDeletion"
    assert said(provider, "was added by somebody else and is left alone")


def test_a_replica_of_somebody_else_is_taken_in_when_it_is_named(provider: Provider, sim: simulator.Simulator) -> None:
    made = Set(provider, TWO)
    ready(sim)
    client(sim, HOME).replicate_key(KeyId=made.outputs["keyArn"], ReplicaRegion=NORTH)
    ready(sim)
    mark = sim.mark()
    made.change({**TWO, "replicas": [*TWO["replicas"], {"region": NORTH}]}, sim)
    assert writes(sim, mark) == [
        ("CreateAlias", NORTH), ("TagResource", NORTH), ("TagResource", NORTH), ("UpdateKeyDescription", NORTH),
    ]  # fmt: skip
    made.delete()
    assert keys(sim)[NORTH]["state"] == "PendingDeletion"


def test_deletion_takes_the_replicas_first(provider: Provider, sim: simulator.Simulator) -> None:
    made = Set(provider, {**TWO, "deletionWindowDays": 7, "replicas": [{"region": WEST, "deletionWindowDays": 10}, {"region": SOUTH}]})
    ready(sim)
    made.delete()
    scheduled = [call for call in sim.calls() if call["operation"] == "ScheduleKeyDeletion"]
    assert [call["region"] for call in scheduled][-1] == HOME
    assert all(call["request"]["KeyId"].split(":")[3] == call["region"] for call in scheduled)
    windows = {call["region"]: call["request"]["PendingWindowInDays"] for call in scheduled}
    assert windows == {HOME: 7, WEST: 10, SOUTH: 7}
    mark = sim.mark()
    made.delete()
    assert writes(sim, mark) == []
    sim.control("POST", "clock", {"advanceSeconds": 18 * 86_400})
    assert sim.keys() == []
    made.delete()


def test_a_whole_set_is_restored(provider: Provider, sim: simulator.Simulator, env: Any, engine: Any) -> None:
    from conftest import start, stop

    made = Set(provider, TWO)
    ready(sim)
    made.delete()
    mark = sim.mark()
    again = start(env, engine[0], engine[1])
    again.configure(region=simulator.REGION)
    back = Set(again, TWO)
    stop(again)
    assert back.id == made.id
    assert {region: key["state"] for region, key in keys(sim).items()} == dict.fromkeys((HOME, WEST, SOUTH), "Enabled")
    assert all(key["aliases"] == ["alias/x"] for key in keys(sim).values())
    operations = {operation for operation, _ in writes(sim, mark)}
    assert operations == {"CancelKeyDeletion", "EnableKey", "TagResource", "CreateAlias", "EnableKeyRotation"}


def test_import_of_any_member_takes_the_whole_set(provider: Provider, sim: simulator.Simulator) -> None:
    made = Set(provider, {**TWO, "replicas": [{"region": WEST, "description": "w", "aliases": []}, {"region": SOUTH}]})
    ready(sim)
    for arn in (made.outputs["keyArn"], made.outputs["replicaKeys"][SOUTH]["keyArn"]):
        answer = made.read(importing=arn)
        assert answer.id == made.id
        inputs = plain(answer.inputs)
        assert inputs == {
            "alias": "alias/x", "description": "d", "multiRegion": True, "tags": {"team": "a"},
            "replicas": [{"region": SOUTH}, {"region": WEST, "description": "w", "aliases": []}],
        }  # fmt: skip
        assert diff(provider, inputs, provider.checked(inputs), plain(answer.properties)).changes == (
            provider_pb2.DiffResponse.DIFF_NONE
        )


@pytest.mark.parametrize(("inputs", "path", "words"), [
    ({"replicas": [{"region": WEST}, {"region": WEST}]}, "replicas[1].region", "has a replica already"),
    ({"replicas": [{"region": HOME}]}, "replicas[0].region", "the Region of the key itself"),
    ({"replicas": [{"region": "eu-wst-1"}]}, "replicas[0].region", 'did you mean "eu-west-1"'),
    ({"replicas": [{"region": "cn-north-1"}]}, "replicas[0].region", "partition"),
    ({"replicas": [{}]}, "replicas[0].region", "required"),
    ({"replicas": [{"region": WEST, "colour": 1}]}, "replicas[0].colour", "there is no property"),
    ({"multiRegion": False, "replicas": [{"region": WEST}]}, "multiRegion", "contradicts replicas"),
    ({"replicas": [{"region": WEST, "deletionPolicy": "RETAIN"}]}, "replicas[0].deletionPolicy", "for ever"),
    ({"replicas": [{"region": WEST, "aliases": ["x y"]}]}, "replicas[0].aliases[0]", "alias/"),
    ({"replicas": [{"region": WEST, "policy": {"adminRole": "*"}}]}, "replicas[0].policy.adminRole", "wildcard"),
    ({"replicas": [{"region": WEST, "tags": {"aws:x": "1"}}]}, 'replicas[0].tags["aws:x"]', "reserved"),
])  # fmt: skip
def test_bad_replicas_are_refused(provider: Provider, inputs: dict[str, Any], path: str, words: str) -> None:
    failures = {failure.property: failure.reason for failure in provider.check({**KEY, **inputs}).failures}
    assert set(failures) == {path} and words in failures[path], failures


def test_a_single_region_key_gets_no_replicas(provider: Provider) -> None:
    old = provider.checked(KEY)
    [failure] = provider.check({**KEY, "replicas": [{"region": WEST}]}, old).failures
    assert failure.property == "replicas" and "single-Region" in failure.reason


def test_a_preview_knows_the_replicas(provider: Provider, sim: simulator.Simulator) -> None:
    answer = provider.create(TWO, preview=True)
    assert set(plain(answer.properties)["replicaKeys"]) == {WEST, SOUTH}
    made = Set(provider, TWO)
    ready(sim)
    new = provider.checked({**TWO, "replicas": [{"region": WEST, "description": "w"}, {"region": NORTH}]}, made.inputs)
    mark = sim.mark()
    preview = update(provider, made, made.inputs, new, preview=True)
    assert writes(sim, mark) == []
    assert said(provider, f"KMS calls: ReplicateKey (to {NORTH}), CreateAlias ({NORTH}), ScheduleKeyDeletion ({SOUTH}), "
                f"DeleteAlias ({SOUTH}), UpdateKeyDescription ({WEST})")  # fmt: skip
    assert said(provider, f'replica in {WEST}: description: "w" is new')
    assert said(provider, f"replica in {SOUTH}: leaves the list")
    arn = plain(preview.properties)["replicaKeys"][NORTH]["keyArn"]
    assert arn == made.outputs["keyArn"].replace(HOME, NORTH)


TROUBLE = ["cutBefore", "throttle", "accessDenied"]


@pytest.mark.parametrize("effect", TROUBLE)
def test_a_region_in_trouble_holds_up_no_other(provider: Provider, sim: simulator.Simulator, effect: str) -> None:
    provider.configure(region=HOME, maxRetries=1)
    # The whole Region: the look at its names before, and the calls for the replica after.
    sim.fault(effect, region=WEST)
    with pytest.raises(grpc.RpcError) as caught:
        Set(provider, TWO)
    failed = init_failed(caught.value)
    assert any(WEST in reason for reason in failed.reasons), failed.reasons
    assert not any(SOUTH in reason for reason in failed.reasons), failed.reasons
    assert keys(sim)[SOUTH]["aliases"] == ["alias/x"] and keys(sim)[HOME]["aliases"] == ["alias/x"]
    sim.control("DELETE", "faults")
    ready(sim)
    inputs = provider.checked(TWO)
    old = provider_pb2.CreateResponse(id=failed.id, properties=failed.properties)
    update(provider, old, inputs, inputs)
    assert keys(sim)[WEST]["aliases"] == ["alias/x"] and len(sim.keys()) == 3


@pytest.mark.parametrize("effect", TROUBLE)
@pytest.mark.parametrize("region", [HOME, WEST])
def test_a_refresh_keeps_what_it_cannot_read(provider: Provider, sim: simulator.Simulator, effect: str, region: str) -> None:
    made = Set(provider, TWO)
    ready(sim)
    provider.configure(region=HOME, maxRetries=1)
    before = made.outputs
    sim.fault(effect, region=region)
    assert made.refresh() == {} and made.outputs == before
    assert said(provider, f"The key in {region} could not be read")


def test_a_deletion_waits_for_a_replica_in_trouble(provider: Provider, sim: simulator.Simulator) -> None:
    made = Set(provider, TWO)
    ready(sim)
    sim.fault("accessDenied", region=WEST, operation="ScheduleKeyDeletion")
    with pytest.raises(grpc.RpcError, match=WEST):
        made.delete()
    states = {region: key["state"] for region, key in keys(sim).items()}
    assert states == {HOME: "Enabled", WEST: "Enabled", SOUTH: "PendingDeletion"}
    sim.control("DELETE", "faults")
    made.delete()
    assert keys(sim)[HOME]["state"] == "PendingReplicaDeletion"


def test_lost_answers_of_replication_make_no_difference(provider: Provider, sim: simulator.Simulator) -> None:
    sim.fault("cutAfter", operation="ReplicateKey", count=2)
    Set(provider, TWO)
    assert len(sim.keys()) == 3
    assert all(key["aliases"] == ["alias/x"] for key in sim.keys())


def test_prevented_replicas_keep_the_set(provider: Provider, sim: simulator.Simulator) -> None:
    inputs = {**TWO, "replicas": [{"region": WEST, "deletionPolicy": "PREVENT"}, {"region": SOUTH}]}
    made = Set(provider, inputs)
    ready(sim)
    mark = sim.mark()
    with pytest.raises(grpc.RpcError, match=f"{WEST}.*PREVENT"):
        made.delete()
    with pytest.raises(grpc.RpcError, match="PREVENT"):
        made.change({**TWO, "replicas": [{"region": SOUTH}]}, sim)
    assert writes(sim, mark) == []


def test_a_primary_moved_by_hand_does_not_wait_for_one_that_stays(provider: Provider, sim: simulator.Simulator) -> None:
    sim.control("POST", "options", {"updatingSeconds": 0.2})
    inputs = {**TWO, "deletionPolicy": "RETAIN", "replicas": [{"region": WEST, "deletionPolicy": "SCHEDULE"}]}
    made = Set(provider, inputs)
    ready(sim)
    client(sim, HOME).update_primary_region(KeyId=made.outputs["keyArn"], PrimaryRegion=WEST)
    ready(sim)
    mark = sim.mark()
    with pytest.raises(grpc.RpcError, match=f"Move the primary to {HOME} first"):
        made.delete()
    assert writes(sim, mark) == []
