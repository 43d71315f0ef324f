"""The examples, as a reader runs them: by the real CLI, on the simulator."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from kit import paths, simulator, stack
from programs import ADMIN, USER, plain

TENANTS = ["tenant-a", "tenant-b", "tenant-c"]


def run(running: stack.Stack, command: list[str]) -> subprocess.CompletedProcess[str]:
    """A command of an example, as its README gives it."""
    return subprocess.run(
        command, cwd=running.folder, env=running.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )


# Disaster recovery


# In Python the README's own lines do it: test_example_readmes.py.
@pytest.mark.parametrize("language", ["typescript"])
def test_data_survives_a_region_and_the_primary_moves(language: str, sim: simulator.Simulator) -> None:
    sim.control("POST", "options", {"creatingSeconds": 0.2, "updatingSeconds": 0.2})
    roles = {name: sim.role(name, allow=["sts:*"]) for name in ("OrdersService", "OrdersRecovery")}

    def kms(role: str, region: str) -> Any:
        sts = boto3.client("sts", endpoint_url=sim.url, region_name=region, aws_access_key_id="a", aws_secret_access_key="a")
        session = sts.assume_role(RoleArn=roles[role], RoleSessionName="test")["Credentials"]
        return boto3.client(
            "kms", endpoint_url=sim.url, region_name=region, aws_access_key_id=session["AccessKeyId"],
            aws_secret_access_key=session["SecretAccessKey"], aws_session_token=session["SessionToken"],
        )  # fmt: skip

    with stack.example("disaster-recovery", sim.url) as running:
        running.folder /= language
        running.init()
        running.pulumi("up", "--yes", "--skip-preview")
        before = running.outputs()
        assert before["primaryRegion"] == "eu-central-1" and set(before["standbyArns"]) == {"eu-west-1", "eu-north-1"}
        writer = kms("OrdersService", "eu-central-1")
        blob = writer.encrypt(KeyId="alias/recovery/orders", Plaintext=b"orders")["CiphertextBlob"]
        # The primary's Region is lost: the replica reads without it.
        sim.fault("cutBefore", region="eu-central-1")
        reader = kms("OrdersRecovery", "eu-west-1")
        assert reader.decrypt(CiphertextBlob=blob)["Plaintext"] == b"orders"
        sim.control("DELETE", "faults")
        mark = sim.mark()
        for index, region in enumerate(["eu-west-1", "eu-central-1"]):
            running.pulumi("config", "set", "--path", f"regions[{index}]", region)
        running.pulumi("config", "set", "--path", "regions[2]", "eu-north-1")
        running.pulumi("up", "--yes", "--skip-preview")
        after = running.outputs()
        assert (after["keyId"], after["primaryRegion"]) == (before["keyId"], "eu-west-1")
        assert sorted(sim.writes(mark)) == ["PutKeyPolicy", "PutKeyPolicy", "UpdatePrimaryRegion"]
        assert kms("OrdersService", "eu-west-1").decrypt(CiphertextBlob=blob)["Plaintext"] == b"orders"
        refused = running.pulumi("destroy", "--yes", "--skip-preview", check=False)
        assert "PREVENT" in refused and all(key["state"] == "Enabled" for key in sim.keys())


# Manifests


@contextmanager
def manifest_program(language: str, file: str, sim: simulator.Simulator) -> Iterator[stack.Stack]:
    with stack.example("manifest", sim.url) as running:
        running.folder /= language
        running.init()
        running.pulumi("config", "set", "manifest", f"../{file}")
        yield running


@pytest.mark.parametrize("file", ["project-planton.yaml", "article.yaml"])
@pytest.mark.parametrize("language", ["python", "typescript"])
def test_a_manifest_makes_the_articles_key(language: str, file: str, sim: simulator.Simulator) -> None:
    with manifest_program(language, file, sim) as running:
        running.pulumi("up", "--yes", "--skip-preview")
        outputs = running.outputs()
        assert (outputs["aliasName"], outputs["rotationEnabled"]) == ("alias/manifest/rds-primary", True)
        # The state keeps the manifest as it is, in its own names; the outputs have one form.
        [key] = running.resources()
        text = (running.folder.parent / file).read_text()
        assert key["inputs"]["spec"] == yaml.safe_load(text)["spec"]
        expected = {
            "alias": "alias/manifest/rds-primary",
            "description": "Production RDS cluster encryption key",
            "enableRotation": True,
            "keySpec": "SYMMETRIC_DEFAULT",
            "deletionWindowDays": 30,
        }
        assert {name: key["outputs"].get(name) for name in expected} == expected
        policy = {name: value for name, value in key["outputs"]["policy"].items() if name != "accountAccess"}
        assert policy == {
            "adminRole": ADMIN,
            "usageRoles": [USER],
            "encryptionContext": {"App": "CustomerDatabase", "Environment": "Production"},
        }

        mark = sim.mark()
        running.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
        assert sim.writes(mark) == []
        # The other manifest describes the same key.
        other = {"article.yaml": "project-planton.yaml", "project-planton.yaml": "article.yaml"}[file]
        running.pulumi("config", "set", "manifest", f"../{other}")
        running.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
        assert sim.writes(mark) == []

        running.pulumi("destroy", "--yes", "--skip-preview")
        assert [key["state"] for key in sim.keys()] == ["PendingDeletion"]


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_values_of_a_manifest_are_stronger_than_defaults(language: str, sim: simulator.Simulator) -> None:
    with manifest_program(language, "own.yaml", sim) as running:
        text = (running.folder.parent / "project-planton.yaml").read_text()
        own = text.replace("deletion_window_days: 30", "deletion_window_days: 7").replace("rotation: false", "rotation: true")
        (running.folder.parent / "own.yaml").write_text(own)
        running.pulumi("up", "--yes", "--skip-preview")
        [key] = running.resources()
        assert (key["outputs"]["deletionWindowDays"], key["outputs"]["enableRotation"]) == (7, False)


def test_a_mistake_in_a_manifest_is_named(sim: simulator.Simulator) -> None:
    with manifest_program("python", "own.yaml", sim) as running:
        text = (running.folder.parent / "article.yaml").read_text()
        (running.folder.parent / "own.yaml").write_text(text.replace("enableRotation:", "enableRotatoin:"))
        with pytest.raises(stack.Failed) as failed:
            running.pulumi("preview")
        assert "enableRotatoin" in failed.value.output and 'did you mean "enableRotation"' in failed.value.output


# Automation API

AUTOMATION = {
    "automation-python": [sys.executable, "main.py"],
    "automation-typescript": [str(paths.NODE / "node_modules/.bin/ts-node"), "main.ts"],
}


@pytest.mark.parametrize("name", sorted(AUTOMATION))
def test_automation_makes_a_key_for_each_tenant(name: str, sim: simulator.Simulator) -> None:
    with stack.example(name, sim.url) as running:
        stack.install_plugin(running.env)
        # The provider is configured by the program's own options, not by the environment.
        for variable in ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION"):
            del running.env[variable]
        options = ["--config", f"awskms:endpoint={sim.url}", "--config", f"awskms:region={simulator.REGION}"]

        def tenants(command: str, *names: str) -> tuple[int, str]:
            done = run(running, [*AUTOMATION[name], command, names[0], "--usage-role", USER, *options, *names[1:]])
            return done.returncode, plain(done.stdout)

        code, output = tenants("up", *TENANTS)
        assert code == 0, output
        keys = {key["aliases"][0]: key for key in sim.keys()}
        assert sorted(keys) == [f"alias/tenants/{tenant}" for tenant in TENANTS]
        for tenant in TENANTS:
            key = keys[f"alias/tenants/{tenant}"]
            assert key["tags"]["Tenant"] == tenant
            assert f"{tenant}: create data" in output
            assert f"{tenant}: aliasName = alias/tenants/{tenant}" in output

        mark = sim.mark()
        code, output = tenants("up", *TENANTS)
        assert code == 0, output
        assert output.count("no changes") == 3
        assert sim.writes(mark) == []

        # What is wrong with one tenant is told, and the next one is still served.
        code, output = tenants("up", "tenant!", "tenant-d")
        assert code == 1
        assert "tenant!: failed" in output and "tenant-d: create data" in output

        code, output = tenants("destroy", *TENANTS, "tenant-d", "tenant-e")
        assert code == 0, output
        assert "tenant-a: delete data" in output and "tenant-e: there is no stack" in output
        assert {key["state"] for key in sim.keys()} == {"PendingDeletion"}
        assert json.loads(running.pulumi("stack", "ls", "--all", "--json")) == []
