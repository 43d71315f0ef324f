"""`ignoreChanges` and plans by the real CLI: what was given is what is kept, whatever it is called."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from kit import paths, simulator, stack
from programs import ADMIN, USER, KeyProgram, plain

OTHER = f"arn:aws:iam::{simulator.ACCOUNT}:role/Auditor"
TYPED: dict[str, Any] = {"adminRole": ADMIN, "usageRoles": [USER]}
PLAIN: dict[str, Any] = {"alias": "alias/orders", "description": "d", "policy": TYPED}
QUIET = ["--yes", "--skip-preview", "--expect-no-changes"]


def manifest(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "aws.openmcf.org/v1", "kind": "AwsKmsKey", "metadata": {"name": "orders"}, "spec": spec}


def client(sim: simulator.Simulator) -> Any:
    return boto3.client(
        "kms", endpoint_url=sim.url, region_name=simulator.REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )


def by_hand(sim: simulator.Simulator, arn: str) -> dict[str, Any]:
    """A policy that no typed form expresses, put by somebody else."""
    kms = client(sim)
    policy: dict[str, Any] = json.loads(kms.get_key_policy(KeyId=arn)["Policy"])
    reader = {"AWS": sim.role("Auditor")}
    policy["Statement"].append({"Effect": "Allow", "Principal": reader, "Action": "kms:Decrypt", "Resource": "*"})
    kms.put_key_policy(KeyId=arn, Policy=json.dumps(policy))
    return policy


# What is ignored, by which names, in which form of the inputs; and what else changes in the same run.
FORMS: dict[str, tuple[dict[str, Any], list[str], dict[str, Any], list[str]]] = {
    "a typed policy": (PLAIN, ["policy"], {**PLAIN, "policy": {"adminRole": ADMIN}, "description": "e"}, []),
    "a part of a policy": (
        PLAIN, ["policy.usageRoles"], {**PLAIN, "policy": {**TYPED, "usageRoles": [ADMIN]}, "description": "e"}, [],
    ),
    "everything": (PLAIN, ["*"], {**PLAIN, "policy": {"adminRole": ADMIN}, "tags": {"a": "1"}, "description": "d"}, ["none"]),
    "a manifest's policy": (
        manifest(alias="alias/orders", description="d", policy=TYPED), ["spec.policy"],
        manifest(alias="alias/orders", description="e", policy={"adminRole": ADMIN}), [],
    ),
    "a manifest's policy by its plain name": (
        manifest(alias="alias/orders", description="d", policy=TYPED), ["policy"],
        manifest(alias="alias/orders", description="e", policy={"adminRole": ADMIN}), [],
    ),
    "a manifest's spec": (
        manifest(alias="alias/orders", description="d", policy=TYPED), ["spec"],
        manifest(alias="alias/other", description="e"), ["none"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("refresh", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_an_ignored_policy_stays_what_somebody_made_of_it(
    program: KeyProgram, sim: simulator.Simulator, form: str, refresh: bool
) -> None:
    first, ignored, second, nothing = FORMS[form]
    program.up(first, ignoreChanges=ignored)
    [key] = sim.keys()
    theirs = by_hand(sim, key["arn"])
    if refresh:
        program.stack.pulumi("refresh", "--yes", "--skip-preview")
    mark = sim.mark()
    if form == "a part of a policy" and refresh:
        # What somebody has added is another part, which a refresh shows; it is put back.
        program.up(second, ignoreChanges=ignored)
        assert sorted(sim.writes(mark)) == ["PutKeyPolicy", "UpdateKeyDescription"]
        now = client(sim).get_key_policy(KeyId=key["arn"])["Policy"]
        assert OTHER not in now and USER in now
        return
    program.up(second, *(["--expect-no-changes"] if nothing else []), ignoreChanges=ignored)
    assert sim.writes(mark) == ([] if nothing else ["UpdateKeyDescription"])
    now = json.loads(client(sim).get_key_policy(KeyId=key["arn"])["Policy"])
    assert now == theirs and sim.keys()[0]["aliases"] == ["alias/orders"]
    program.write(second, ignoreChanges=ignored)
    program.stack.pulumi("up", *QUIET)


# The SDKs know a property by one name; a program that registers the resource itself may use any of them.
RAW = {
    "Pulumi.yaml": "name: keys\nruntime: python\n",
    "__main__.py": """
import json
import pulumi
file = json.load(open("inputs.json"))
options = pulumi.ResourceOptions(ignore_changes=file["options"]["ignoreChanges"], version="VERSION")
pulumi.CustomResource("awskms:index:AwsKmsKey", "key", file["inputs"], options)
""".replace("VERSION", paths.VERSION),
}
SPELLINGS: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "another name": (
        {"aliasName": "alias/orders", "description": "d"}, "aliasName", {"aliasName": "alias/new", "description": "e"},
    ),
    "its own name": (
        {"aliasName": "alias/orders", "description": "d"}, "alias", {"aliasName": "alias/new", "description": "e"},
    ),
    "snake_case in a manifest": (
        manifest(alias_name="alias/orders", description="d"), "spec.alias_name", manifest(alias_name="alias/new", description="e"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_ignored_alias_stays_in_every_spelling(sim: simulator.Simulator, spelling: str) -> None:
    first, ignored, second = SPELLINGS[spelling]
    with stack.program(RAW, sim.url) as running:
        program = KeyProgram(running)
        program.up(first, ignoreChanges=[ignored])
        mark = sim.mark()
        program.up(second, ignoreChanges=[ignored])
        assert sim.writes(mark) == ["UpdateKeyDescription"] and sim.keys()[0]["aliases"] == ["alias/orders"]
        program.write(second, ignoreChanges=[ignored])
        running.pulumi("up", *QUIET)


@pytest.mark.parametrize("path", ["spec.description", "description"])
def test_a_manifests_description_is_ignored(program: KeyProgram, sim: simulator.Simulator, path: str) -> None:
    program.up(manifest(alias="alias/orders", description="d"), ignoreChanges=[path])
    mark = sim.mark()
    program.up(manifest(alias="alias/orders", description="e", tags={"a": "1"}), ignoreChanges=[path])
    assert sim.writes(mark) == ["TagResource"] and sim.keys()[0]["description"] == "d"


def test_drift_shows_in_the_manifest_and_in_a_typed_policy(program: KeyProgram, sim: simulator.Simulator) -> None:
    inputs = manifest(alias="alias/orders", description="d", policy=TYPED)
    program.up(inputs)
    [key] = sim.keys()
    client(sim).update_key_description(KeyId=key["arn"], Description="by hand")
    by_hand(sim, key["arn"])
    program.stack.pulumi("refresh", "--yes", "--skip-preview")
    read = program.key()["inputs"]["spec"]
    [added] = read["policy"].pop("additionalStatements")
    assert read == {**inputs["spec"], "description": "by hand"} and added["Principal"] == {"AWS": OTHER}
    [step] = program.stack.preview()
    assert {"spec.description", "spec.policy.additionalStatements"} == set(step["detailedDiff"])
    mark = sim.mark()
    program.up(inputs)
    assert sorted(sim.writes(mark)) == ["PutKeyPolicy", "UpdateKeyDescription"]
    program.stack.pulumi("refresh", *QUIET)
    program.stack.pulumi("up", *QUIET)


def test_a_state_in_normal_form_is_the_same_manifest(program: KeyProgram, sim: simulator.Simulator) -> None:
    """States of version 0.1.0 have a manifest's inputs unpacked."""
    program.up(PLAIN)
    mark = sim.mark()
    same = manifest(alias="alias/orders", description="d", policy=TYPED)
    program.write(same)
    program.stack.pulumi("up", *QUIET)
    assert program.key()["inputs"]["spec"] == same["spec"] and sim.writes(mark) == []


@pytest.mark.parametrize("path", ["spec.description", "spec.alias", "spec.policy", "spec", "description"])
def test_ignored_properties_stay_from_a_state_in_normal_form(
    program: KeyProgram, sim: simulator.Simulator, path: str
) -> None:
    program.up(PLAIN)
    mark = sim.mark()
    spec = {"alias": "alias/orders", "description": "d", "policy": TYPED}
    changed = {"description": "e", "alias": "alias/new", "policy": {"adminRole": ADMIN}}
    name = path.removeprefix("spec.")
    other = manifest(**(changed if path == "spec" else {**spec, name: changed[name]}))
    program.write(other, ignoreChanges=[path])
    program.stack.pulumi("up", *QUIET)
    program.stack.pulumi("up", *QUIET)
    assert sim.writes(mark) == []


# Plans

PLANNED = {
    "Pulumi.yaml": "name: keys\nruntime: python\n",
    "__main__.py": """
import json, os
import pulumi
import pulumi_awskms as awskms
first = awskms.AwsKmsKey("first", alias="alias/first")
role = first.key_id.apply(lambda _: os.environ["ROLE"])
root = os.environ["ROOT"]
statements = [
    {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"},
    {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "kms:Decrypt", "Resource": "*"},
]
awskms.AwsKmsKey("second", alias=pulumi.Output.secret("alias/hunter2"), policy_document={"Version": "2012-10-17", "Statement": statements},
    description=os.environ.get("TEXT", "d"), replicas=[{"region": "eu-west-1", "description": pulumi.Output.secret("hunter2")}])
""",
}  # fmt: skip


def test_a_plan_with_an_unknown_principal_and_secrets_holds(sim: simulator.Simulator) -> None:
    root = f"arn:aws:iam::{simulator.ACCOUNT}:root"
    with stack.program(PLANNED, sim.url) as running:
        env = {"ROLE": USER, "ROOT": root, "PULUMI_EXPERIMENTAL": "true"}
        for change in ("d", "e"):
            env["TEXT"] = change
            said = running.pulumi("preview", "--save-plan", "plan.json", **env)
            said += running.pulumi("up", "--yes", "--skip-preview", "--plan", "plan.json", **env)
            assert "hunter2" not in said
            assert "hunter2" not in (running.folder / "plan.json").read_text()
            assert "hunter2" not in json.dumps(running.state())
        [key] = [key for key in sim.keys() if key["aliases"] == ["alias/hunter2"] and key["description"] == "e"]
        assert USER in str(key["policy"])


def test_drift_of_a_policy_is_shown_as_text(program: KeyProgram, sim: simulator.Simulator) -> None:
    program.up(PLAIN)
    by_hand(sim, sim.keys()[0]["arn"])
    shown = plain(program.stack.pulumi("refresh", "--yes", "--skip-preview", "--diff"))
    assert "additionalStatements" in shown and OTHER in shown
    assert program.key()["inputs"]["policy"] == {**program.key()["inputs"]["policy"], **TYPED}
