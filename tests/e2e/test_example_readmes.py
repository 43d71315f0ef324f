"""The lines in the examples' READMEs, run as they stand on a simulator that is started as examples/README.md says."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit import paths, simulator, stack
from programs import plain
from readme import UNATTENDED, blocks, shell

FOLDERS = sorted(path for path in (paths.ROOT / "examples").iterdir() if (path / "README.md").exists())


@pytest.fixture
def lenient() -> Iterator[simulator.Simulator]:
    with simulator.running("--principals", "any") as running:
        running.control("POST", "options", {"creatingSeconds": 0.2, "updatingSeconds": 0.2})
        yield running


def run(name: str, folder: str, sim: simulator.Simulator, script: str) -> str:
    with stack.example(name, sim.url) as running:
        stack.install_plugin(running.env)
        return plain(shell(script, running.folder / folder, {**running.env, **UNATTENDED}))


@pytest.mark.parametrize("name", ["python", "typescript", "yaml"])
def test_one_key(name: str, lenient: simulator.Simulator) -> None:
    output = run(name, ".", lenient, "\n".join(blocks(f"examples/{name}/README.md")))
    [key] = lenient.keys()
    assert key["state"] == "PendingDeletion" and re.search(rf"aliasName +alias/{name}/rds-primary", output), output


def test_manifests(lenient: simulator.Simulator) -> None:
    run("manifest", ".", lenient, "\n".join(blocks("examples/manifest/README.md")))
    [key] = lenient.keys()
    assert key["state"] == "PendingDeletion"


def test_disaster_recovery(lenient: simulator.Simulator) -> None:
    page = "examples/disaster-recovery/README.md"
    set_up, roles, crypt, failover, end = blocks(page)
    lines = [set_up, roles, "echo", crypt, "echo", failover, "pulumi stack output primaryRegion", end]
    output = run("disaster-recovery", "python", lenient, "\n".join(lines))
    # What was encrypted comes out again, in another Region.
    assert "orders" in output.splitlines(), output
    # The failover is a promotion; the third Region keeps its replica until the end.
    before_end = output[: output.rindex("Destroying")]
    assert "\neu-west-1\n" in before_end and "ScheduleKeyDeletion" not in before_end
    assert {key["arn"].split(":")[3] for key in lenient.keys()} == {"eu-central-1", "eu-west-1", "eu-north-1"}
    assert {key["state"] for key in lenient.keys()} <= {"PendingDeletion", "PendingReplicaDeletion"}


def test_the_environment_of_the_examples_is_enough_for_the_aws_cli(tmp_path: Path) -> None:
    # The set-up lines as they stand, from the simulator on; `make` is test_readme.py's. Only the port is another one.
    [script, link, end, *_] = blocks("examples/README.md")
    started = script[script.index("target/release/awskms-sim") :]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    waiting = f"for i in $(seq 100); do (: </dev/tcp/127.0.0.1/{port}) 2>/dev/null && break; read -t 0.05 <> <(:) || :; done"
    lines = f"set -m\n{started}\n{waiting}\naws kms list-keys\n{end.splitlines()[0]}"
    env = {name: value for name, value in stack.environment(tmp_path, "").items() if not name.startswith(("AWS_", "PULUMI_"))}
    env["HOME"] = str(tmp_path)
    text = lines.replace("4599", port).replace("/tmp/stacks", f"{tmp_path}/stacks").replace("examples/node_modules", f"{tmp_path}/link")
    (tmp_path / "link").mkdir()
    assert '"Keys": []' in shell(text, paths.ROOT, env)
    assert "ln -s ../.tools/node/node_modules examples/node_modules" in link


def test_every_example_says_how_it_ends_and_has_an_alias_of_its_own() -> None:
    aliases: dict[str, set[str]] = {}
    for folder in FOLDERS:
        assert any("destroy" in block for block in blocks(f"examples/{folder.name}/README.md")), folder
        for file in folder.rglob("*"):
            if file.suffix in {".py", ".ts", ".yaml"} and "node_modules" not in file.parts:
                for alias in re.findall(r"alias/[\w/-]+", file.read_text()):
                    # The two programs of the Automation API are one example in two languages.
                    aliases.setdefault(alias, set()).add(folder.name.split("-")[0])
    assert aliases and all(len(folders) == 1 for folders in aliases.values()), aliases
