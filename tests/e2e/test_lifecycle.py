"""One key from its creation to its end, in each language, with the calls that KMS gets."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from kit import simulator, stack
from programs import ADMIN, NOTED, USER, KeyProgram

BASE: dict[str, Any] = {
    "alias": "alias/prod/orders",
    "description": "Orders",
    "tags": {"team": "payments"},
    "policy": {"adminRole": ADMIN, "usageRoles": [USER], "encryptionContext": {"App": "Orders"}},
}


def changed(**inputs: Any) -> dict[str, Any]:
    return {name: value for name, value in {**BASE, **inputs}.items() if value is not None}


# Each mutable property: the change and the one call or few that it costs.
CHANGES = [
    ("description", {"description": "All orders"}, ["UpdateKeyDescription"]),
    ("alias", {"alias": "alias/prod/all-orders"}, ["CreateAlias", "DeleteAlias"]),
    ("aliases", {"aliases": ["alias/b", "alias/a"]}, ["CreateAlias", "CreateAlias"]),
    ("tags", {"tags": {"team": "ledger", "tier": "1"}}, ["TagResource"]),
    ("tags removed", {"tags": None}, ["UntagResource"]),
    ("rotation off", {"enableRotation": False}, ["DisableKeyRotation"]),
    ("rotation period", {"rotationPeriodDays": 180}, ["EnableKeyRotation"]),
    ("disabled", {"enabled": False}, ["DisableKey"]),
    ("disabled and rotation", {"enabled": False, "rotationPeriodDays": 90}, ["EnableKeyRotation", "DisableKey"]),
    ("policy", {"policy": {"adminRole": ADMIN}}, ["PutKeyPolicy"]),
    ("policy removed", {"policy": None}, ["PutKeyPolicy"]),
    ("deletion window", {"deletionWindowDays": 7}, []),
    ("deletion policy", {"deletionPolicy": "RETAIN"}, []),
]


def test_a_key_lives_and_goes(each: KeyProgram, sim: simulator.Simulator) -> None:
    each.up(BASE)
    assert sim.writes() == ["CreateKey", "EnableKeyRotation", "CreateAlias", *NOTED]
    outputs = each.stack.outputs()
    assert outputs["keyArn"].endswith(outputs["keyId"])
    assert outputs["aliasArn"].endswith(":alias/prod/orders")
    assert (outputs["keyState"], outputs["rotationEnabled"]) == ("Enabled", True)

    mark = sim.mark()
    each.stack.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert sim.calls(mark) == []
    each.stack.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert len(sim.calls(mark)) == 5

    mark = sim.mark()
    each.up(None)
    assert sim.writes(mark) == ["TagResource", "ScheduleKeyDeletion", "DeleteAlias"]
    [key] = sim.keys()
    assert (key["state"], key["aliases"]) == ("PendingDeletion", [])


def test_every_mutable_property_changes_in_place(program: KeyProgram, sim: simulator.Simulator) -> None:
    program.up(BASE)
    key_id = program.key()["id"]
    for what, change, writes in CHANGES:
        program.write(changed(**change))
        [step] = program.stack.preview()
        assert step["op"] == "update", what
        mark = sim.mark()
        program.up(changed(**change))
        assert sorted(sim.writes(mark)) == sorted(writes), what
        assert program.key()["id"] == key_id, what
        program.up(BASE)
    program.stack.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    [key] = sim.keys()
    assert (key["description"], key["aliases"], key["rotationPeriodInDays"]) == ("Orders", ["alias/prod/orders"], 365)


def test_all_of_it_changes_at_once(each: KeyProgram, sim: simulator.Simulator) -> None:
    """Each property as the language's own SDK gives it."""
    each.up(BASE)
    inputs = changed(
        description="All orders", alias="alias/prod/all-orders", aliases=["alias/b", "alias/a"], tags={"tier": "1"}, enabled=False,
        rotationPeriodDays=180, policy={"adminRole": ADMIN}, deletionWindowDays=7, deletionPolicy="RETAIN",
    )  # fmt: skip
    mark = sim.mark()
    each.up(inputs)
    assert sorted(set(sim.writes(mark))) == [
        "CreateAlias", "DeleteAlias", "DisableKey", "EnableKeyRotation", "PutKeyPolicy", "TagResource", "UntagResource",
        "UpdateKeyDescription",
    ]  # fmt: skip
    each.stack.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    [key] = sim.keys()
    assert (key["description"], key["state"], key["rotationPeriodInDays"]) == ("All orders", "Disabled", 180)
    assert key["aliases"] == ["alias/a", "alias/b", "alias/prod/all-orders"] and key["tags"]["tier"] == "1" and "team" not in key["tags"]


def client(sim: simulator.Simulator) -> Any:
    return boto3.client(
        "kms", endpoint_url=sim.url, region_name=simulator.REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )


def test_drift_shows_by_property_and_up_repairs_it(program: KeyProgram, sim: simulator.Simulator) -> None:
    program.up(BASE)
    arn = program.stack.outputs()["keyArn"]
    kms = client(sim)
    drifts = [
        ("description", lambda: kms.update_key_description(KeyId=arn, Description="by hand"), ["UpdateKeyDescription"]),
        ("tags.team", lambda: kms.tag_resource(KeyId=arn, Tags=[{"TagKey": "team", "TagValue": "x"}]), ["TagResource"]),
        ("tags.extra", lambda: kms.tag_resource(KeyId=arn, Tags=[{"TagKey": "extra", "TagValue": "x"}]), ["UntagResource"]),
        ("enableRotation", lambda: kms.disable_key_rotation(KeyId=arn), ["EnableKeyRotation"]),
        ("rotationPeriodDays", lambda: kms.enable_key_rotation(KeyId=arn, RotationPeriodInDays=100), ["EnableKeyRotation"]),
        ("enabled", lambda: kms.disable_key(KeyId=arn), ["EnableKey"]),
        ("alias", lambda: kms.delete_alias(AliasName="alias/prod/orders"), ["CreateAlias"]),
        ("policy", lambda: kms.put_key_policy(KeyId=arn, Policy=open_policy()), ["PutKeyPolicy"]),
        ("keyState", lambda: kms.schedule_key_deletion(KeyId=arn), ["CancelKeyDeletion", "EnableKey", "EnableKeyRotation"]),
    ]
    for path, drift, repair in drifts:
        drift()
        refreshed = program.stack.pulumi("refresh", "--yes", "--skip-preview", "--diff")
        assert path.split(".")[-1] in refreshed, refreshed
        [step] = program.stack.preview()
        assert step["op"] == "update", (path, step)
        assert path.split(".")[0] in {name.split(".")[0] for name in step["detailedDiff"]}, (path, step["detailedDiff"])
        mark = sim.mark()
        program.stack.pulumi("up", "--yes", "--skip-preview")
        assert sim.writes(mark) == repair, path
        program.stack.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")


def open_policy() -> str:
    return (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},'
        '"Action":"kms:*","Resource":"*"}]}'
    )


def aws_cli(sim: simulator.Simulator, running: stack.Stack, *words: str) -> str:
    import subprocess

    command = ["aws", "kms", *words, "--endpoint-url", sim.url, "--output", "text"]
    return subprocess.run(command, env=running.env, text=True, capture_output=True, check=True).stdout.strip()


@pytest.mark.parametrize("reference", ["arn", "id", "alias"])
def test_a_key_of_the_aws_cli_is_imported_without_a_diff(
    program: KeyProgram, sim: simulator.Simulator, reference: str
) -> None:
    arn = aws_cli(
        sim, program.stack, "create-key", "--description", "By the AWS CLI", "--tags", "TagKey=team,TagValue=x",
        "--query", "KeyMetadata.Arn",
    )  # fmt: skip
    aws_cli(sim, program.stack, "create-alias", "--alias-name", "alias/by/cli", "--target-key-id", arn)
    aws_cli(sim, program.stack, "enable-key-rotation", "--key-id", arn, "--rotation-period-in-days", "200")
    name = {"arn": arn, "id": arn.rsplit("/", 1)[1], "alias": "alias/by/cli"}[reference]
    program.write(None)
    program.stack.pulumi("import", "awskms:index:AwsKmsKey", "key", name, "--yes", "--protect=false", "--generate-code=false")
    inputs = {
        "alias": "alias/by/cli", "description": "By the AWS CLI", "tags": {"team": "x"}, "rotationPeriodDays": 200,
    }  # fmt: skip
    mark = sim.mark()
    program.up(inputs, "--expect-no-changes")
    assert sim.writes(mark) == []
    program.stack.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")


def test_what_is_not_known_yet_previews_as_unknown(sim: simulator.Simulator) -> None:
    files = {
        "Pulumi.yaml": "name: keys\nruntime: python\n",
        "__main__.py": """
import pulumi
import pulumi_awskms as awskms
other = awskms.AwsKmsKey("other", alias="alias/other")
role = other.key_id.apply(lambda _: "arn:aws:iam::123456789012:role/RDSServiceRole")
key = awskms.AwsKmsKey("key", alias="alias/x", policy={"usage_roles": [role]})
pulumi.export("policy", key.policy_json)
""",
    }
    with stack.program(files, sim.url) as running:
        [step] = [step for step in running.preview() if step["urn"].endswith("::key")]
        new = step["newState"]
        unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
        assert new["inputs"]["policy"]["usageRoles"] == [unknown]
        running.pulumi("up", "--yes", "--skip-preview")
        assert "RDSServiceRole" in running.outputs()["policy"]


def test_secrets_are_encrypted_and_never_printed(sim: simulator.Simulator) -> None:
    sim.role("HiddenRole")
    files = {
        "Pulumi.yaml": "name: keys\nruntime: python\n",
        "__main__.py": """
import pulumi
import pulumi_awskms as awskms
awskms.AwsKmsKey("key", alias="alias/x", tags={"pin": pulumi.Output.secret("hunter2-tag"), "team": "x"},
    policy={"admin_role": pulumi.Output.secret("arn:aws:iam::123456789012:role/HiddenRole")})
""",
    }
    with stack.program(files, sim.url) as running:
        printed = running.pulumi("preview", "--diff") + running.pulumi("up", "--yes", "--skip-preview", "--diff")
        printed += running.pulumi("refresh", "--yes", "--skip-preview", "--diff", "--expect-no-changes")
        exported = running.pulumi("stack", "export")
        for secret in ("hunter2-tag", "HiddenRole"):
            assert secret not in printed
            assert secret not in exported
        [key] = sim.keys()
        assert key["tags"]["pin"] == "hunter2-tag"
