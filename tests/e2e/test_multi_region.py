"""The life of a multi-Region key by the real CLI, in both languages: what people see and what KMS gets, call by call."""

from __future__ import annotations

from typing import Any

import boto3
from kit import simulator
from programs import ADMIN, NOTED, USER, KeyProgram

HOME, WEST, SOUTH, NORTH = simulator.REGION, "eu-west-1", "eu-south-1", "eu-north-1"
TWO: dict[str, Any] = {
    "alias": "alias/prod/orders",
    "description": "orders",
    "tags": {"team": "a"},
    "policy": {"adminRole": ADMIN, "accountAccess": "FULL"},
    "replicas": [{"region": WEST}, {"region": SOUTH, "description": "south"}],
}
WEST_POLICY = {"adminRole": ADMIN, "usageRoles": [USER], "accountAccess": "FULL"}


def kms(sim: simulator.Simulator, region: str) -> Any:
    return boto3.client(
        "kms", endpoint_url=sim.url, region_name=region, aws_access_key_id="test", aws_secret_access_key="test"
    )


def states(sim: simulator.Simulator) -> dict[str, str]:
    return {key["arn"].split(":")[3]: key["state"] for key in sim.keys()}


class Calls:
    """The calls that changed something, since the last look; each must name the key of the Region that it goes to."""

    def __init__(self, sim: simulator.Simulator) -> None:
        self.sim, self.mark = sim, sim.mark()

    def new(self) -> list[tuple[str, str]]:
        calls = [call for call in self.sim.calls(self.mark) if call["effect"]]
        self.mark = self.sim.mark()
        for call in calls:
            named = call["request"].get("KeyId", call["request"].get("TargetKeyId", f"arn:aws:kms:{call['region']}"))
            assert named.split(":")[3] == call["region"], call
        return [(call["operation"], call["region"]) for call in calls]


def test_a_set_lives_moves_and_comes_back(each: KeyProgram, sim: simulator.Simulator) -> None:
    sim.control("POST", "options", {"creatingSeconds": 0.2, "updatingSeconds": 0.2})
    calls = Calls(sim)
    each.up(TWO)
    made = each.stack.outputs()
    assert made["primaryRegion"] == HOME and made["west"] == made["keyArn"].replace(HOME, WEST)
    assert sorted(calls.new()) == sorted(
        [("CreateKey", HOME), ("EnableKeyRotation", HOME), ("ReplicateKey", HOME), ("ReplicateKey", HOME)]
        + [(operation, region) for operation in ("CreateAlias", *NOTED) for region in (HOME, WEST, SOUTH)]
    )
    blob = kms(sim, HOME).encrypt(KeyId=TWO["alias"], Plaintext=b"data")["CiphertextBlob"]
    assert kms(sim, SOUTH).decrypt(CiphertextBlob=blob)["Plaintext"] == b"data"

    # A third one, one less, and another policy and name for one: only what changes is called for.
    west = {"region": WEST, "policy": WEST_POLICY, "aliases": ["alias/west"]}
    changed = {**TWO, "replicas": [west, {"region": NORTH}]}
    each.write(changed)
    [step] = each.stack.preview()
    paths = set(step["detailedDiff"])
    # The second entry is another one.
    assert paths == {"replicas[0].policy", "replicas[0].aliases", "replicas[1]"}
    calls.new()
    each.up(changed)
    assert sorted(calls.new()) == [
        ("CreateAlias", NORTH), ("CreateAlias", WEST), ("DeleteAlias", SOUTH), ("DeleteAlias", WEST), ("PutKeyPolicy", WEST),
        ("ReplicateKey", HOME), ("ScheduleKeyDeletion", SOUTH),
    ]  # fmt: skip
    each.stack.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")

    # The primary moves and comes back, and nothing else happens.
    moved = {**changed, "region": WEST, "policy": WEST_POLICY, "alias": "alias/west",
             "replicas": [{"region": HOME, "policy": TWO["policy"], "aliases": [TWO["alias"]]},
                          {"region": NORTH, "policy": TWO["policy"], "aliases": [TWO["alias"]]}]}  # fmt: skip
    each.up(moved)
    out = each.stack.outputs()
    assert (out["keyId"], out["keyArn"], out["primaryRegion"]) == (made["keyId"], made["west"], WEST)
    assert calls.new() == [("UpdatePrimaryRegion", HOME)]
    each.up(changed)
    assert each.stack.outputs()["keyArn"] == made["keyArn"] and calls.new() == [("UpdatePrimaryRegion", WEST)]

    # Drift made by hand in a replica.
    kms(sim, NORTH).update_key_description(KeyId=made["keyArn"].replace(HOME, NORTH), Description="by hand")
    calls.new()
    each.stack.pulumi("refresh", "--yes", "--skip-preview")
    [north] = [entry for entry in each.key()["inputs"]["replicas"] if entry["region"] == NORTH]
    assert north["description"] == "by hand"
    each.up(changed)
    assert calls.new() == [("UpdateKeyDescription", NORTH)]

    # The end, the primary last, and everything back.
    each.stack.pulumi("destroy", "--yes", "--skip-preview")
    ended = calls.new()
    scheduled = [region for operation, region in ended if operation == "ScheduleKeyDeletion"]
    assert set(scheduled) == {HOME, WEST, NORTH} and scheduled[-1] == HOME
    assert {operation for operation, _ in ended} == {"TagResource", "ScheduleKeyDeletion", "DeleteAlias"}
    assert states(sim)[HOME] == "PendingReplicaDeletion"
    each.up(changed)
    assert each.stack.outputs()["keyId"] == made["keyId"]
    assert states(sim) == {HOME: "Enabled", WEST: "Enabled", NORTH: "Enabled", SOUTH: "PendingDeletion"}
    assert kms(sim, NORTH).decrypt(CiphertextBlob=blob)["Plaintext"] == b"data"
    assert ("CreateKey", HOME) not in calls.new()


def test_any_key_of_a_set_imports_the_whole(program: KeyProgram, sim: simulator.Simulator) -> None:
    arn = kms(sim, HOME).create_key(MultiRegion=True, Description="orders")["KeyMetadata"]["Arn"]
    kms(sim, HOME).create_alias(AliasName="alias/prod/orders", TargetKeyId=arn)
    kms(sim, HOME).enable_key_rotation(KeyId=arn)
    kms(sim, HOME).replicate_key(KeyId=arn, ReplicaRegion=WEST, Description="orders")
    sim.control("POST", "clock", {"advanceSeconds": 10})
    calls = Calls(sim)
    program.write(None)
    program.stack.pulumi("import", "awskms:index:AwsKmsKey", "key", arn.replace(HOME, WEST), "--yes", "--protect=false", "--generate-code=false")
    inputs = {"alias": "alias/prod/orders", "description": "orders", "multiRegion": True}
    program.up({**inputs, "replicas": [{"region": WEST, "aliases": []}]}, "--expect-no-changes")
    assert calls.new() == []
    assert program.stack.outputs()["west"] == arn.replace(HOME, WEST)


def test_one_region_that_denies_holds_up_no_other(program: KeyProgram, sim: simulator.Simulator) -> None:
    sim.fault("accessDenied", region=WEST, operation="CreateAlias")
    program.write(TWO)
    output = program.stack.pulumi("up", "--yes", "--skip-preview", check=False)
    assert f"{WEST}: creating alias/prod/orders" in output and "kms:CreateAlias" in output
    assert {key["arn"].split(":")[3] for key in sim.keys() if key["aliases"]} == {HOME, SOUTH}
    sim.control("DELETE", "faults")
    calls = Calls(sim)
    program.up(TWO)
    noted = [(operation, region) for operation in NOTED for region in (HOME, SOUTH, WEST)]
    assert sorted(calls.new()) == sorted([("CreateAlias", WEST), *noted])
