"""docs/migration.md: its commands as they stand there, on keys of other tools, which must stay readable and unchanged."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import boto3
from kit import paths, simulator, stack

TEXT = (paths.ROOT / "docs/migration.md").read_text()
EMPTY = {"Pulumi.yaml": "name: keys\nruntime: yaml\nresources: {}\n"}
WEST = "eu-west-1"


def commands(title: str) -> list[str]:
    """The lines of the shell blocks of a section."""
    section = re.split(rf"^## {re.escape(title)}$", TEXT, flags=re.MULTILINE)[1]
    section = re.split(r"^## ", section, flags=re.MULTILINE)[0]
    return "".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL)).splitlines()


def run(running: stack.Stack, lines: list[str]) -> str:
    path = os.pathsep.join([str(paths.RELEASE), running.env["PATH"]])
    env = {**running.env, "PATH": path, "PULUMI_SKIP_CONFIRMATIONS": "true"}
    script = "\n".join(["set -e", *lines])
    done = subprocess.run(["bash", "-c", script], cwd=running.folder, env=env, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def client(sim: simulator.Simulator, region: str = simulator.REGION) -> Any:
    return boto3.client(
        "kms", endpoint_url=sim.url, region_name=region, aws_access_key_id="test", aws_secret_access_key="test"
    )


def made(sim: simulator.Simulator, alias: str, **inputs: Any) -> str:
    kms = client(sim)
    metadata = kms.create_key(**inputs)["KeyMetadata"]
    kms.create_alias(AliasName=alias, TargetKeyId=metadata["KeyId"])
    arn: str = metadata["Arn"]
    return arn


def names(running: stack.Stack) -> dict[str, str]:
    return {key["urn"].rsplit("::", 1)[1]: key["outputs"]["keyArn"] for key in running.resources()}


def test_keys_of_the_console(sim: simulator.Simulator) -> None:
    orders, rds = made(sim, "alias/prod/orders"), made(sim, "alias/prod/rds")
    made(sim, "alias/dev/other")
    with stack.program(EMPTY, sim.url) as running:
        mark = sim.mark()
        one, *many = commands("Keys of the console, of scripts, of CloudFormation")
        run(running, many)
        assert names(running) == {"prod-orders": orders, "prod-rds": rds}
        assert "alias/prod/orders" in (running.folder / "keys.txt").read_text()
        run(running, [one])
        assert sim.writes(mark) == []


def old_state(running: stack.Stack, key: str, replica: str) -> None:
    """Puts resources of the AWS provider into the stack, as that provider writes them.

    The engine starts every provider of a state, but asks this one nothing: ours stands in for it."""
    install = [paths.pulumi(), "plugin", "install", "resource", "aws", "7.0.0", "--file", str(paths.PROVIDER)]
    subprocess.run(install, env=running.env, check=True, capture_output=True)
    state = running.state()
    project = "urn:pulumi:dev::keys::"
    [root] = [resource for resource in state["deployment"].get("resources", []) if resource["type"] == "pulumi:pulumi:Stack"] or [
        {"urn": f"{project}pulumi:pulumi:Stack::keys-dev", "custom": False, "type": "pulumi:pulumi:Stack"}
    ]

    provider = f"{project}pulumi:providers:aws::default_7_0_0"
    id = "b2d0c9a4-0000-4000-8000-000000000001"

    def resource(kind: str, title: str, /, **outputs: Any) -> dict[str, Any]:
        type_ = f"aws:kms/{kind[0].lower()}{kind[1:]}:{kind}"
        return {
            "urn": f"{project}{type_}::{title}", "custom": True, "type": type_, "id": title, "inputs": {}, "outputs": outputs,
            "parent": root["urn"], "provider": f"{provider}::{id}",
        }  # fmt: skip

    short = key.rsplit("/", 1)[1]
    first = resource("Key", "orders", arn=key, keyId=short)
    rest = [
        resource("Alias", "name", name="alias/orders", targetKeyArn=key),
        resource("KeyPolicy", "policy", keyId=short),
        resource("ReplicaKey", "west", arn=replica, primaryKeyArn=key),
    ]
    for dependent in rest:
        dependent["dependencies"] = [first["urn"]]
    about = {"version": "7.0.0"}
    own = {"urn": provider, "custom": True, "id": id, "type": "pulumi:providers:aws", "inputs": about, "outputs": about}
    state["deployment"]["resources"] = [root, own, first, *rest]
    (running.folder / "state.json").write_text(json.dumps(state))
    running.pulumi("stack", "import", "--file", "state.json")


def test_a_stack_of_the_aws_provider(sim: simulator.Simulator) -> None:
    sim.control("POST", "options", {"creatingSeconds": 0})
    key = made(sim, "alias/orders", MultiRegion=True)
    replica = client(sim).replicate_key(KeyId=key, ReplicaRegion=WEST)["ReplicaKeyMetadata"]["Arn"]
    canary = client(sim).encrypt(KeyId=key, Plaintext=b"data")["CiphertextBlob"]
    with stack.program(EMPTY, sim.url) as running:
        old_state(running, key, replica)
        mark = sim.mark()
        lines = [line for line in commands("From the AWS provider of Pulumi") if line != "pulumi preview"]
        run(running, lines)
        assert names(running) == {"orders": key}
        left = [resource["type"] for resource in running.state()["deployment"]["resources"]]
        assert not any(type_.startswith("aws:") for type_ in left)
        assert sim.writes(mark) == []
    assert client(sim, WEST).decrypt(CiphertextBlob=canary, KeyId=replica)["Plaintext"] == b"data"


def test_a_state_of_terraform(sim: simulator.Simulator, tmp_path: Path) -> None:
    key = made(sim, "alias/orders")

    def resource(kind: str, **attributes: str) -> dict[str, Any]:
        return {"mode": "managed", "type": kind, "name": "orders", "instances": [{"attributes": attributes}]}

    state = {"version": 4, "resources": [
        resource("aws_kms_key", arn=key), resource("aws_kms_alias", name="alias/orders", target_key_arn=key),
        resource("aws_kms_grant", key_id=key),
    ]}  # fmt: skip
    with stack.program(EMPTY, sim.url) as running:
        (running.folder / "terraform").write_text(f"#!/bin/sh\n[ \"$1 $2\" = 'state pull' ] && echo '{json.dumps(state)}' || echo \"$@\" >> forgot\n")
        (running.folder / "terraform").chmod(0o755)
        said = run(running, ["PATH=$PWD:$PATH", *commands("From Terraform or OpenTofu")])
        assert "aws_kms_grant.orders is nothing that AwsKmsKey manages" in said
        assert names(running) == {"orders": key}
        assert (running.folder / "forgot").read_text() == "state rm aws_kms_alias.orders\nstate rm aws_kms_key.orders\n"
