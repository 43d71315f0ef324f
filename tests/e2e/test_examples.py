"""The examples, as a reader runs them: by the real CLI, on the simulator."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
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


def client(sim: simulator.Simulator) -> Any:
    return boto3.client(
        "kms", endpoint_url=sim.url, region_name=simulator.REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )


# Disaster recovery


@pytest.mark.parametrize("language", ["python", "typescript"])
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
        blob = writer.encrypt(KeyId="alias/prod/orders", Plaintext=b"orders")["CiphertextBlob"]
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
        assert (outputs["aliasName"], outputs["rotationEnabled"]) == ("alias/prod/rds-primary", True)
        # The state keeps the manifest as it is, in its own names; the outputs have one form.
        [key] = running.resources()
        text = (running.folder.parent / file).read_text()
        assert key["inputs"]["spec"] == yaml.safe_load(text)["spec"]
        expected = {
            "alias": "alias/prod/rds-primary",
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


# The deploy job


@contextmanager
def deploy_job(sim: simulator.Simulator) -> Iterator[stack.Stack]:
    with stack.example("ci", sim.url) as running:
        running.init()
        running.env["STACK"] = "dev"
        yield running


def step(running: stack.Stack, name: str, *words: str) -> tuple[int, str]:
    """A step of the deploy job: its exit code and what it printed."""
    done = run(running, [f"deploy/{name}", *words])
    return done.returncode, plain(done.stdout)


def passes(running: stack.Stack, name: str, *words: str) -> str:
    code, output = step(running, name, *words)
    assert code == 0, output
    return output


def change(running: stack.Stack, old: str, new: str) -> None:
    source = running.folder / "__main__.py"
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new))


DESCRIPTION = 'description="Production RDS cluster encryption key",'


def test_the_deploy_job_applies_what_its_gate_lets_through(sim: simulator.Simulator) -> None:
    with deploy_job(sim) as running:
        assert "alias/prod/rds-primary" in passes(running, "preview.sh")
        assert sim.writes() == []
        assert "ok       create rds-primary" in passes(running, "gate.py")
        passes(running, "apply.sh")
        assert [key["aliases"] for key in sim.keys()] == [["alias/prod/rds-primary"]]

        change(running, DESCRIPTION, 'description="Primary RDS cluster",')
        passes(running, "preview.sh")
        assert "ok       update rds-primary" in passes(running, "gate.py")
        passes(running, "apply.sh")
        assert sim.keys()[0]["description"] == "Primary RDS cluster"


def test_the_gate_refuses_to_replace_or_delete_a_key(sim: simulator.Simulator) -> None:
    with deploy_job(sim) as running:
        passes(running, "preview.sh")
        passes(running, "apply.sh")
        mark = sim.mark()
        original = (running.folder / "__main__.py").read_text()

        # The provider itself refuses a replacement that the program does not allow, and nothing is left for the gate.
        change(running, DESCRIPTION, f'{DESCRIPTION} region="eu-west-1",')
        code, output = step(running, "preview.sh")
        assert code != 0 and "replacementPolicy" in output, output
        code, output = step(running, "gate.py")
        assert code == 2 and "no usable preview" in output, output

        change(running, 'region="eu-west-1",', 'region="eu-west-1", replacement_policy=awskms.ReplacementPolicy.ALLOW,')
        passes(running, "preview.sh")
        code, output = step(running, "gate.py")
        assert code == 1 and "REFUSED" in output and "because of region" in output, output
        assert "would replace or delete rds-primary" in output
        assert "allowed" in passes(running, "gate.py", "--allow", "rds-primary")

        kept = [line for line in original.splitlines() if line.startswith("import")]
        (running.folder / "__main__.py").write_text("\n".join(kept) + "\n")
        passes(running, "preview.sh")
        code, output = step(running, "gate.py")
        assert code == 1 and "REFUSED  delete rds-primary" in output, output
        code, _ = step(running, "gate.py", "--allow", "another")
        assert code == 1
        passes(running, "gate.py", "--allow", "rds-primary")
        assert sim.writes(mark) == []


def test_drift_made_by_hand_fails_and_is_named(sim: simulator.Simulator) -> None:
    with deploy_job(sim) as running:
        passes(running, "apply.sh")
        passes(running, "drift.sh")
        kms, [key] = client(sim), sim.keys()
        drifts: list[tuple[str, Callable[[], Any]]] = [
            ("description", lambda: kms.update_key_description(KeyId=key["arn"], Description="by hand")),
            ("enableRotation", lambda: kms.disable_key_rotation(KeyId=key["arn"])),
            ("alias", lambda: kms.delete_alias(AliasName="alias/prod/rds-primary")),
        ]
        for name, by_hand in drifts:
            by_hand()
            mark = sim.mark()
            code, output = step(running, "drift.sh")
            assert code != 0 and "no changes were expected" in output, output
            assert re.search(rf"^ +[~+-] {name} *: ", output, re.MULTILINE), output
            # A refresh on somebody's machine writes the drift into the state; it still counts as drift.
            running.pulumi("refresh", "--yes", "--skip-preview")
            assert step(running, "drift.sh")[0] != 0
            assert sim.writes(mark) == []
            passes(running, "apply.sh")
            passes(running, "drift.sh")


def test_the_workflow_runs_the_scripts_that_are_tested_here() -> None:
    folder = paths.ROOT / "examples/ci"
    # YAML 1.1 reads the word `on` as true.
    workflow = yaml.safe_load((folder / ".github/workflows/keys.yml").read_text())
    assert {"pull_request", "push", "schedule"} <= set(workflow[True])
    assert workflow["permissions"]["id-token"] == "write"
    commands = {
        job: [word for step in parts["steps"] for word in step.get("run", "").split() if word.startswith("deploy/")]
        for job, parts in workflow["jobs"].items()
    }
    assert commands == {
        "preview": ["deploy/preview.sh", "deploy/gate.py"],
        "apply": ["deploy/preview.sh", "deploy/gate.py", "deploy/apply.sh"],
        "drift": ["deploy/drift.sh"],
    }
    assert all((folder / script).stat().st_mode & 0o111 for scripts in commands.values() for script in scripts)
