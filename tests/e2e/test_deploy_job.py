"""The deploy job of examples/ci: its scripts, and its workflow as a copy of the folder runs it."""

from __future__ import annotations

import json
import os
import re
import shutil
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
from readme import UNATTENDED, Once, blocks, shell

FOLDER = paths.ROOT / "examples/ci"
DESCRIPTION = 'description="Production RDS cluster encryption key",'


def client(sim: simulator.Simulator) -> Any:
    return boto3.client(
        "kms", endpoint_url=sim.url, region_name=simulator.REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )


@contextmanager
def deploy_job(sim: simulator.Simulator) -> Iterator[stack.Stack]:
    with stack.example("ci", sim.url) as running:
        running.init()
        running.env["STACK"] = "dev"
        yield running


def step(running: stack.Stack, name: str, *words: str) -> tuple[int, str]:
    """A step of the deploy job: its exit code and what it printed."""
    command = [str(running.folder / "deploy" / name), *words]
    done = subprocess.run(
        command, cwd=running.folder, env=running.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
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


def test_an_apply_makes_what_was_approved_and_nothing_else(sim: simulator.Simulator) -> None:
    with deploy_job(sim) as running:
        assert "alias/ci/rds-primary" in passes(running, "preview.sh")
        assert sim.writes() == []
        assert "ok       create rds-primary" in passes(running, "gate.py")
        passes(running, "apply.sh")
        assert [key["aliases"] for key in sim.keys()] == [["alias/ci/rds-primary"]]

        change(running, DESCRIPTION, 'description="Primary RDS cluster",')
        passes(running, "preview.sh")
        assert "ok       update rds-primary" in passes(running, "gate.py")
        # Another commit gets in between.
        change(running, "Primary RDS", "Secondary RDS")
        mark = sim.mark()
        code, output = step(running, "apply.sh")
        assert code != 0 and "violates plan" in output, output
        assert sim.writes(mark) == []
        change(running, "Secondary RDS", "Primary RDS")
        passes(running, "apply.sh")
        assert sim.keys()[0]["description"] == "Primary RDS cluster"
        # A plan serves once.
        assert not (running.folder / "plan.json").exists()


def test_the_gate_refuses_to_replace_or_delete_a_key(sim: simulator.Simulator) -> None:
    with deploy_job(sim) as running:
        passes(running, "apply.sh")
        mark = sim.mark()
        original = (running.folder / "__main__.py").read_text()

        # The provider itself refuses a replacement that the program does not allow, and nothing is left for the gate.
        change(running, DESCRIPTION, f'{DESCRIPTION} region="eu-west-1",')
        code, output = step(running, "preview.sh")
        assert code != 0 and "replacementPolicy" in output, output
        code, output = step(running, "gate.py")
        assert code == 2 and "no usable preview" in output, output

        change(running, 'region="eu-west-1",', 'region="eu-west-1", replacement_policy="ALLOW",')
        passes(running, "preview.sh")
        code, output = step(running, "gate.py")
        assert code == 1 and "REFUSED    replace: " in output and "because of region" in output, output
        assert "--allow rds-primary=replace" in output
        assert "allowed" in passes(running, "gate.py", "--allow", "rds-primary")

        kept = [line for line in original.splitlines() if line.startswith("import")]
        (running.folder / "__main__.py").write_text("\n".join(kept) + "\n")
        passes(running, "preview.sh")
        code, output = step(running, "gate.py")
        assert code == 1 and "REFUSED    delete: " in output, output
        assert step(running, "gate.py", "--allow", "another", "rds-primary=access")[0] == 1
        assert step(running, "gate.py", "--allow", "rds-primary=nonsense")[0] == 2
        passes(running, "gate.py", "--allow", "another", "rds-primary=delete")
        assert sim.writes(mark) == []


BASE: dict[str, Any] = {
    "alias": "alias/a",
    "deletionPolicy": "RETAIN",
    "policy": {"adminRole": ADMIN, "usageRoles": [USER], "encryptionContext": {"App": "a"}},
    "replicas": [{"region": "eu-west-1"}, {"region": "eu-north-1"}],
}
OTHER = f"arn:aws:iam::{simulator.ACCOUNT}:role/Other"
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{simulator.ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}],
}
WEST = {"region": "eu-west-1"}
CHANGES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a replica goes": ({"replicas": [WEST]}, {"delete-replica"}),
    "the key is disabled": ({"enabled": False}, {"disable"}),
    "a replica is disabled": ({"replicas": [{**WEST, "enabled": False}, BASE["replicas"][1]]}, {"disable"}),
    "deletion becomes possible": ({"deletionPolicy": "SCHEDULE"}, {"safeguard"}),
    "replacement becomes possible": ({"replacementPolicy": "ALLOW"}, {"safeguard"}),
    "a role is added": ({"policy": {**BASE["policy"], "usageRoles": [USER, OTHER]}}, {"access"}),
    "the context is dropped": ({"policy": {"adminRole": ADMIN, "usageRoles": [USER]}}, {"access"}),
    "IAM policies decide": ({"policy": {**BASE["policy"], "accountAccess": "FULL"}}, {"access"}),
    "a raw policy": ({"policy": None, "policyDocument": json.dumps(DOCUMENT)}, {"access"}),
    "no policy": ({"policy": None}, {"access"}),
    "a replica has a policy of its own": ({"replicas": [{**WEST, "policy": {"usageRoles": [OTHER]}}, BASE["replicas"][1]]}, {"access"}),
    "the primary moves": ({"region": "eu-west-1", "replicas": [{"region": "eu-central-1"}, {"region": "eu-north-1"}]}, set()),
    "harmless": ({"description": "d", "tags": {"A": "b"}, "alias": "alias/other", "deletionPolicy": "PREVENT"}, set()),
    "fewer may": ({"policy": {**BASE["policy"], "usageRoles": None, "accountAccess": "ADMINISTRATION"}}, set()),
}


# Each case is a key of one stack, so that one preview shows them all.
PROGRAM = {
    "Pulumi.yaml": "name: gate\nruntime: nodejs\n",
    "index.js": """
const fs = require("fs");
const awskms = require("pulumi-awskms");
for (const [name, inputs] of Object.entries(JSON.parse(fs.readFileSync("keys.json", "utf8")))) {
    new awskms.AwsKmsKey(name, inputs);
}
""",
    "package.json": '{"name": "gate", "main": "index.js"}',
}


def given(inputs: dict[str, Any]) -> dict[str, Any]:
    """Inputs without what is left out."""
    return {name: given(value) if isinstance(value, dict) else value for name, value in inputs.items() if value is not None}


def gate(preview: dict[str, Any], folder: Path) -> tuple[int, str]:
    (folder / "preview.json").write_text(json.dumps(preview))
    command = [sys.executable, str(FOLDER / "deploy/gate.py"), "--preview", str(folder / "preview.json")]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout


def refused(output: str) -> set[str]:
    return set(re.findall(r"^REFUSED +([a-z-]+): ", output, re.MULTILINE))


def test_the_gate_judges_what_happens_to_a_key(sim: simulator.Simulator, tmp_path: Path) -> None:
    sim.role("Other")
    sim.control("POST", "options", {"creatingSeconds": 0, "updatingSeconds": 0})
    with stack.program(PROGRAM, sim.url) as running:

        def write(changed: dict[str, dict[str, Any]]) -> None:
            keys = {name: given({**BASE, "alias": f"alias/{number}", **changed[name]}) for number, name in enumerate(sorted(CHANGES))}
            (running.folder / "keys.json").write_text(json.dumps(keys))

        write(dict.fromkeys(CHANGES, {}))
        running.pulumi("up", "--yes", "--skip-preview")
        write({name: changed for name, (changed, _) in CHANGES.items()})
        text = running.pulumi("preview", "--json")
    preview = json.loads(text[text.index("{") :])
    for name, (_, expected) in CHANGES.items():
        own = [step for step in preview["steps"] if step["urn"].endswith(f"::{name}")]
        said = [entry for entry in preview["diagnostics"] if entry.get("urn", "").endswith(f"::{name}")]
        # With the provider's messages, and without: the inputs alone are enough, as they are where it could not look.
        for diagnostics in (said, None):
            code, output = gate({"steps": own, "diagnostics": diagnostics}, tmp_path)
            assert (refused(output), code) == (expected, int(bool(expected))), f"{name}\n{output}"


def test_the_gate_hears_the_provider_where_the_inputs_say_nothing(tmp_path: Path) -> None:
    urn = "urn:pulumi:prod::p::awskms:index:AwsKmsKey::orders"
    for message, expected in {
        "KMS calls: UpdateAlias, ScheduleKeyDeletion (eu-west-1)": {"delete-replica"},
        "KMS calls: ScheduleKeyDeletion": {"delete"},
        "KMS calls: EnableKey, EnableKeyRotation, DisableKey": set(),
        "KMS calls: EnableKey (eu-west-1), DisableKey, DisableKeyRotation": {"disable"},
        "Access: role/App (111122223333) may now Decrypt": {"access"},
        "Access: role/App (111122223333) may now Decrypt only where IAM policies allow it": set(),
        "Access: in eu-west-1, us-east-1: role/App (111122223333) may now Decrypt, ReEncrypt* only if kms:ViaService is x; "
        "before without condition": set(),
        "Access: everybody may now Decrypt with encryption context App=x only y; before with encryption context App=x": {
            "access"
        },
        "Access: statement \"S\" for saml is new; what it lets them do cannot be seen here": {"access"},
        "Access: role/App (111122223333) may no longer Decrypt": set(),
    }.items():
        state = {"inputs": {}}
        step = {"op": "update", "urn": urn, "oldState": state, "newState": state, "detailedDiff": {}}
        _, output = gate({"steps": [step], "diagnostics": [{"urn": urn, "message": f"{message}\n"}]}, tmp_path)
        assert refused(output) == expected, f"{message}\n{output}"


def test_drift_made_by_hand_fails_is_named_and_is_put_back(sim: simulator.Simulator) -> None:
    with deploy_job(sim) as running:
        passes(running, "apply.sh")
        kms, [key] = client(sim), sim.keys()
        drifts: list[tuple[str, Callable[[], Any]]] = [
            ("description", lambda: kms.update_key_description(KeyId=key["arn"], Description="by hand")),
            ("enableRotation", lambda: kms.disable_key_rotation(KeyId=key["arn"])),
            ("alias", lambda: kms.delete_alias(AliasName="alias/ci/rds-primary")),
        ]
        for _, by_hand in drifts:
            by_hand()
        mark = sim.mark()
        code, output = step(running, "drift.sh")
        assert code != 0 and "no changes were expected" in output, output
        for name, _ in drifts:
            assert re.search(rf"^ +[~+-] {name} *: ", output, re.MULTILINE), output
        assert sim.writes(mark) == []
        # By itself: nobody refreshes first.
        passes(running, "apply.sh")
        [key] = sim.keys()
        assert (key["description"], key["aliases"]) == ("Production RDS cluster encryption key", ["alias/ci/rds-primary"])
        # A refresh on somebody's machine writes the drift into the state; it still counts as drift.
        drifts[0][1]()
        running.pulumi("refresh", "--yes", "--skip-preview")
        assert step(running, "drift.sh")[0] != 0
        passes(running, "apply.sh")
        passes(running, "drift.sh")


def test_the_comment_fences_what_the_preview_says(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "deploy", tmp_path / "deploy")
    (tmp_path / "preview.txt").write_text('  pulumi:pulumi:Stack: (same)\n    ~ key: (update)\n      ~ description: "a" => "```"\n  +-key\n    + tags\n')
    (tmp_path / "gate.txt").write_text("REFUSED   delete: x\n")
    comment = subprocess.run([str(tmp_path / "deploy/comment.py")], text=True, capture_output=True, check=True).stdout
    assert "````diff\n" in comment and "\n!     ~ key: (update)\n" in comment and "\n+     + tags\n" in comment and "REFUSED   delete: x" in comment
    (tmp_path / "preview.txt").write_text("x" * 100_000)
    assert len(subprocess.run([str(tmp_path / "deploy/comment.py")], text=True, capture_output=True, check=True).stdout) < 65_536


def test_the_readmes_own_lines_run(sim: simulator.Simulator) -> None:
    here, by_hand, end = blocks("examples/ci/README.md", after="## Here")[:3]
    with stack.example("ci", sim.url) as running:
        stack.install_plugin(running.env)
        output = shell(f"{here}\n{by_hand}\n{end}", running.folder, {**running.env, **UNATTENDED})
        assert "no changes were expected" in plain(output)
        assert [key["state"] for key in sim.keys()] == ["PendingDeletion"]


# The workflow. YAML 1.1 reads the word `on` as true.
WORKFLOW = yaml.safe_load((FOLDER / ".github/workflows/keys.yml").read_text())
ACTION = yaml.safe_load((FOLDER / ".github/actions/setup/action.yml").read_text())


def run_steps(job: str, env: dict[str, str], folder: Path) -> str:
    """Runs the `run` lines of a job as its runner does, and gives what they printed; a step may fail where another waits for it."""
    output, failed = "", False
    for part in WORKFLOW["jobs"][job]["steps"]:
        if "run" in part and (not failed or "failure()" in part.get("if", "")):
            own = {name: value for name, value in part.get("env", {}).items() if "${{" not in value}
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", part["run"]]
            done = subprocess.run(command, cwd=folder, env={**env, **own}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            output += plain(done.stdout)
            failed = failed or done.returncode != 0
    return output + ("\nfailed" if failed else "")


def test_a_copy_of_the_folder_runs_the_workflow(sim: simulator.Simulator, tmp_path: Path) -> None:
    with stack.example("ci", sim.url) as running:
        running.init("prod")
        shims = tmp_path / "shims"
        shims.mkdir()
        # What gh is given is what the pull request shows.
        (shims / "gh").write_text(f'#!/bin/sh\necho "gh $*" >>{tmp_path}/gh.txt\ncat >{tmp_path}/comment.md\n')
        (shims / "gh").chmod(0o755)
        summary = tmp_path / "summary.md"
        env = {**running.env, "STACK": WORKFLOW["env"]["STACK"], "GITHUB_STEP_SUMMARY": str(summary), "NUMBER": "7"}
        env["PATH"] = f"{shims}:{env['PATH']}"
        assert "failed" not in run_steps("preview", env, running.folder)
        assert "pr comment 7 --edit-last" in (tmp_path / "gh.txt").read_text()
        assert "```diff\n" in (tmp_path / "comment.md").read_text()
        assert "failed" not in run_steps("plan", env, running.folder)
        assert "ok       create rds-primary" in summary.read_text()
        assert "failed" not in run_steps("apply", env, running.folder) and len(sim.keys()) == 1
        assert "failed" not in run_steps("drift", env, running.folder)
        # What the gate refuses is commented all the same.
        change(running, DESCRIPTION, f"{DESCRIPTION} enabled=False,")
        assert run_steps("preview", env, running.folder).endswith("\nfailed")
        assert "REFUSED    disable: " in (tmp_path / "comment.md").read_text()


def test_a_job_with_an_identity_token_installs_nothing_by_name_alone() -> None:
    assert WORKFLOW["permissions"]["id-token"] == "write" and {"pull_request", "push", "schedule"} <= set(WORKFLOW[True])
    [install] = [part["run"] for part in ACTION["runs"]["steps"] if "run" in part]
    assert all("--require-hashes" in line for line in install.splitlines() if "pip install" in line)
    assert all("--file" in line for line in install.splitlines() if "plugin install" in line)
    assert "sha256sum --check" in install.splitlines()[0]
    assert WORKFLOW["jobs"]["apply"]["environment"] == "production" and WORKFLOW["jobs"]["apply"]["needs"] == "plan"
    assert not [package for package in (FOLDER / "requirements.in").read_text().splitlines() if "awskms" in package and package[0] != "#"]


def test_the_lock_installs_the_vendored_sdk_and_plugin_by_hash(tmp_path: Path) -> None:
    [install] = [part["run"] for part in ACTION["runs"]["steps"] if "run" in part]
    once = Once("lock", FOLDER / "deploy/lock.py", FOLDER / "requirements.in", install, paths.PYTHON_PACKAGE)
    if once.passed():
        pytest.skip("passed with this package before")
    release = tmp_path / "dist"
    shell(f"{sys.executable} tools/dist.py --profile release --out {release}", paths.ROOT, dict(os.environ))
    with stack.copied(FOLDER) as folder:
        env = stack.environment(tmp_path, "http://127.0.0.1:1")
        shell(f"deploy/lock.py {release}", folder, env)
        # Into a folder of its own, in place of the runner's Python.
        env["PIP_TARGET"] = str(tmp_path / "site")
        shell(install, folder, env)
        shell(f"test -d {tmp_path}/site/pulumi_awskms; pulumi plugin ls | grep awskms", folder, env)
        # A wheel that was exchanged does not get in.
        [wheel] = (folder / "vendor").glob("*.whl")
        wheel.write_bytes(wheel.read_bytes() + b"x")
        with pytest.raises(AssertionError):
            shell("pip install --require-hashes --no-deps -r requirements.txt --upgrade", folder, env)
    once.remember()
