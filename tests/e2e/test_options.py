"""What Pulumi's own options make of a key."""

from __future__ import annotations

from typing import Any

import pytest
from kit import simulator, stack
from programs import NOTED, KeyProgram

INPUTS: dict[str, Any] = {"alias": "alias/orders", "description": "d"}
OTHER = {**INPUTS, "multiRegion": True, "replacementPolicy": "ALLOW"}


def by_state(sim: simulator.Simulator) -> dict[str, list[str]]:
    """Aliases of the keys in each state."""
    states: dict[str, list[str]] = {}
    for key in sim.keys():
        states.setdefault(key["state"], []).extend(key["aliases"])
    return states


REPLACED = {"PendingDeletion": [], "Enabled": ["alias/orders"]}


def test_replacement_is_forbidden_until_it_is_allowed(program: KeyProgram, sim: simulator.Simulator) -> None:
    program.up(INPUTS)
    mark = sim.mark()
    said = program.refused({**INPUTS, "multiRegion": True})
    assert "multiRegion" in said and "replacementPolicy" in said and sim.writes(mark) == []
    program.up(OTHER)
    # The new key is there with its name before the old one goes.
    assert sim.writes(mark) == ["CreateKey", "EnableKeyRotation", "UpdateAlias", "ScheduleKeyDeletion", *NOTED]
    assert by_state(sim) == REPLACED


@pytest.mark.parametrize("tainted", [False, True], ids=["--replace", "state taint"])
def test_a_replacement_without_a_word_about_the_key_is_refused(program: KeyProgram, sim: simulator.Simulator, tainted: bool) -> None:
    """The engine shows the provider nothing of the row, so the key might be another state's by now."""
    program.up(INPUTS)
    first, mark = program.key(), sim.mark()
    words = ["--replace", first["urn"]]
    if tainted:
        program.stack.pulumi("state", "taint", first["urn"], "--yes")
        words = []
    for command in (["preview"], ["up", "--yes", "--skip-preview"]):
        with pytest.raises(stack.Failed) as error:
            program.stack.pulumi(*command, *words)
        said = " ".join(error.value.output.split())
        assert "as with replacementPolicy FORBID" in said and "pulumi state untaint" in said
    if tainted:
        program.stack.pulumi("state", "untaint", first["urn"], "--yes")
    assert program.key()["id"] == first["id"] and sim.writes(mark) == []
    assert by_state(sim) == {"Enabled": ["alias/orders"]}
    program.up({**INPUTS, "description": "e"})
    program.up(None)
    assert by_state(sim) == {"PendingDeletion": []}


def test_delete_before_replace(program: KeyProgram, sim: simulator.Simulator) -> None:
    program.up(INPUTS)
    mark = sim.mark()
    program.up(OTHER, deleteBeforeReplace=True)
    assert sim.writes(mark)[:3] == ["TagResource", "ScheduleKeyDeletion", "DeleteAlias"]
    assert by_state(sim) == REPLACED


def test_replace_on_changes(program: KeyProgram, sim: simulator.Simulator) -> None:
    program.up(INPUTS)
    mark = sim.mark()
    with pytest.raises(stack.Failed, match="replacementPolicy is FORBID"):
        program.up({**INPUTS, "description": "e"}, replaceOnChanges=["description"])
    assert sim.writes(mark) == []
    program.up({**INPUTS, "description": "e", "replacementPolicy": "ALLOW"}, replaceOnChanges=["description"])
    assert by_state(sim) == REPLACED


def test_a_replacement_of_another_class_moves_the_name_with_a_gap(
    program: KeyProgram, sim: simulator.Simulator
) -> None:
    program.up(INPUTS)
    mark = sim.mark()
    said = program.up({**INPUTS, "keySpec": "HMAC_256", "replacementPolicy": "ALLOW"})
    assert sim.writes(mark) == ["CreateKey", "DeleteAlias", "CreateAlias", "ScheduleKeyDeletion", *NOTED]
    assert "alias/orders" in said and "for a moment" in " ".join(said.split())
    assert by_state(sim) == REPLACED


def test_retain_on_delete(program: KeyProgram, sim: simulator.Simulator) -> None:
    program.up(INPUTS, retainOnDelete=True)
    mark = sim.mark()
    program.up(None)
    assert sim.writes(mark) == [] and by_state(sim) == {"Enabled": ["alias/orders"]}


def test_protect(program: KeyProgram, sim: simulator.Simulator) -> None:
    program.up(INPUTS, protect=True)
    with pytest.raises(stack.Failed, match="protected"):
        program.stack.pulumi("destroy", "--yes", "--skip-preview")
    assert by_state(sim) == {"Enabled": ["alias/orders"]}


def test_ignore_changes(program: KeyProgram, sim: simulator.Simulator) -> None:
    program.up(INPUTS)
    mark = sim.mark()
    program.up({**INPUTS, "description": "e", "tags": {"a": "b"}}, ignoreChanges=["description"])
    assert sim.writes(mark) == ["TagResource"]


def test_a_rename_with_aliases_keeps_the_key(program: KeyProgram, sim: simulator.Simulator) -> None:
    program.up(INPUTS)
    old = program.key()
    program.name = "renamed"
    mark = sim.mark()
    program.up(INPUTS, aliases=[old["urn"]])
    # The first run marks the key with its new name, under which it is found again.
    assert program.key()["id"] == old["id"] and sim.writes(mark) == ["TagResource"]
    program.up({**INPUTS, "description": "e"})
    program.up(None)
    assert sim.writes(mark) == ["TagResource", "UpdateKeyDescription", "TagResource", "ScheduleKeyDeletion", "DeleteAlias"]
    program.up(INPUTS)
    assert program.key()["id"] == old["id"] and len(sim.keys()) == 1


TWO = {
    "Pulumi.yaml": "name: keys\nruntime: python\n",
    "__main__.py": """
import os
import pulumi
import pulumi_awskms as awskms
text = os.environ["DESCRIPTION"]
first = awskms.AwsKmsKey("first", alias="alias/first", description=text)
awskms.AwsKmsKey("second", alias="alias/second", description=text, opts=pulumi.ResourceOptions(deleted_with=first))
""",
}


def test_targets_leave_other_keys_alone(sim: simulator.Simulator) -> None:
    with stack.program(TWO, sim.url) as running:
        running.pulumi("up", "--yes", "--skip-preview", DESCRIPTION="d")
        [urn] = [key["urn"] for key in running.resources() if key["urn"].endswith("::first")]
        mark = sim.mark()
        running.pulumi("up", "--yes", "--skip-preview", "--target", urn, DESCRIPTION="e")
        assert sim.writes(mark) == ["UpdateKeyDescription"]
        assert {key["aliases"][0]: key["description"] for key in sim.keys()} == {"alias/first": "e", "alias/second": "d"}


def test_deleted_with_another_resource_gets_no_call_of_its_own(sim: simulator.Simulator) -> None:
    with stack.program(TWO, sim.url) as running:
        running.pulumi("up", "--yes", "--skip-preview", DESCRIPTION="d")
        running.pulumi("destroy", "--yes", "--skip-preview")
    assert by_state(sim) == {"PendingDeletion": [], "Enabled": ["alias/second"]}


def test_a_state_that_forgot_the_key_takes_it_up_by_its_name(program: KeyProgram, sim: simulator.Simulator) -> None:
    program.up(INPUTS)
    first = program.key()
    program.stack.pulumi("state", "delete", first["urn"], "--yes")
    mark = sim.mark()
    program.write(INPUTS)
    said = " ".join(program.refused(INPUTS).split())
    assert f"set adopt to {sim.keys()[0]['arn']}" in said and sim.writes(mark) == []
    program.up({**INPUTS, "adopt": first["id"]})
    assert program.key()["id"] == first["id"] and sim.writes(mark) == ["TagResource", *NOTED]


def test_a_destroyed_key_comes_back_with_its_resource(program: KeyProgram, sim: simulator.Simulator) -> None:
    program.up(INPUTS)
    first = program.key()
    program.up(None)
    program.write(INPUTS)
    said = " ".join(program.stack.pulumi("preview").split())
    assert "pending deletion" in said and "KMS calls: CancelKeyDeletion, TagResource, EnableKey" in said
    mark = sim.mark()
    program.up(INPUTS)
    assert program.key()["id"] == first["id"]
    assert sim.writes(mark) == ["CancelKeyDeletion", "TagResource", "EnableKey", "EnableKeyRotation", "CreateAlias", *NOTED]
    assert by_state(sim) == {"Enabled": ["alias/orders"]}


def test_an_alias_of_a_stranger_is_said_at_preview(program: KeyProgram, sim: simulator.Simulator) -> None:
    import boto3

    kms = boto3.client(
        "kms", endpoint_url=sim.url, region_name=simulator.REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/orders", TargetKeyId=arn)
    mark = sim.mark()
    for command in ("preview", "up"):
        said = program.refused(INPUTS, command)
        assert f"pulumi import awskms:index:AwsKmsKey key {arn}" in said
    assert sim.writes(mark) == []
    kms.schedule_key_deletion(KeyId=arn)
    mark = sim.mark()
    program.up(INPUTS)
    assert sim.writes(mark) == ["CreateKey", "EnableKeyRotation", "UpdateAlias", *NOTED]
