"""`make aws-check`, with a simulator in the place of the account."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aws_check import beliefs
from aws_check.life import life
from aws_check.world import TAG, Foreign, World
from kit import paths, simulator

AWAY = "eu-west-1"
DOCUMENT = (paths.ROOT / "docs/simulator.md").read_text()


def check(url: str, output: Path, account: str = simulator.ACCOUNT, confirm: str = simulator.ACCOUNT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(Path(__file__).parent / "aws_check"), "--account", account, "--region", simulator.REGION]
    command += ["--away", AWAY, "--confirm", confirm, "--endpoint", url, "--output", str(output)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_the_simulator_agrees_with_itself_and_everything_is_taken_away(tmp_path: Path) -> None:
    with simulator.running("--options", '{"creatingSeconds": 1, "updatingSeconds": 1}') as sim:
        before = sim.control("GET", "keys")["keys"]
        ended = check(sim.url, tmp_path)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert re.search(r"^(\d+) agreed, 0 differs, (\d+) could not tell$", ended.stdout, re.MULTILINE)
        assert "USD" in ended.stdout.splitlines()[0] + ended.stdout.splitlines()[1], "the cost is said before"
        keys = sim.keys()
        assert before == [] and len(keys) > 20
        assert {key["state"] for key in keys} <= {"PendingDeletion", "PendingReplicaDeletion"}
        assert all(TAG in key["tags"] and key["aliases"] == [] for key in keys)
    rows = [line.split("\t") for line in (tmp_path / "errors.tsv").read_text().splitlines()]
    assert rows and all(len(row) == 5 for row in rows), "the form of the golden data"
    recorded = json.loads((tmp_path / "recorded.json").read_text())
    assert recorded["aws_check::life"]["recorded-content"]["01-create"]["KeyMetadata"]["AWSAccountId"] == "<account>"
    assert simulator.ACCOUNT not in json.dumps(recorded) + json.dumps(rows)


def test_a_difference_is_named(tmp_path: Path) -> None:
    other = {"doubts": {"tooManyTagsCode": "LimitExceededException"}, "creatingSeconds": 1, "updatingSeconds": 1}
    with simulator.running("--options", json.dumps(other)) as sim:
        ended = check(sim.url, tmp_path)
    assert ended.returncode == 1
    differing = [line for line in ended.stdout.splitlines() if line.startswith("differs")]
    assert differing == ["differs        tags-and-conflicts 3"]
    assert re.search(r'AWS +\{"code": "LimitExceededException"', ended.stdout) and re.search(r'simulator +\{"code": "TagException"', ended.stdout)


@pytest.mark.parametrize("named", [{"account": "999999999999", "confirm": "999999999999"}, {"confirm": "999999999999"}, {"confirm": ""}])
def test_nothing_is_done_without_the_right_account_and_a_confirmation(tmp_path: Path, named: dict[str, str]) -> None:
    with simulator.running() as sim:
        ended = check(sim.url, tmp_path, **named)
        assert ended.returncode == 2
        assert sim.calls() == []


def test_only_what_it_made_is_changed() -> None:
    with simulator.running() as sim:
        theirs = World("a", simulator.REGION, AWAY, sim.url)
        foreign = theirs.key()
        world = World("b", simulator.REGION, AWAY, sim.url)
        for operation, arguments in [
            ("schedule_key_deletion", {"KeyId": foreign}),
            ("disable_key", {"KeyId": foreign.rsplit("/", 1)[-1]}),
            ("create_alias", {"AliasName": "alias/production", "TargetKeyId": world.key()}),
            ("create_alias", {"AliasName": world.name(), "TargetKeyId": foreign}),
            ("delete_alias", {"AliasName": "alias/production"}),
        ]:
            with pytest.raises(Foreign):
                world.ask(operation, **arguments)
        world.clean()
        assert theirs.state(simulator.REGION, foreign) == "Enabled"


def believed() -> list[str]:
    """The beliefs of docs/simulator.md, one for each entry of the list."""
    section = DOCUMENT.split("\n## What rests on our own belief\n")[1].split("\n## ")[0]
    return [re.sub(r"\s+", " ", entry) for entry in re.split(r"^- ", section, flags=re.MULTILINE)[1:]]


def test_every_belief_is_asked_or_it_is_said_why_not() -> None:
    parts = [part for part, _, _ in beliefs.PROBES] + [part for part, _ in beliefs.NOT_ASKED]
    beyond = [belief for belief in believed() if not any(belief.startswith(part) for part in parts)]
    stale = [part for part in parts if not any(belief.startswith(part) for belief in believed())]
    assert (beyond, stale) == ([], [])


def test_every_operation_of_the_provider_is_called() -> None:
    text = (paths.ROOT / "docs/calls.md").read_text()
    rows = [row.rsplit("|", 2)[1] for row in text.splitlines() if re.match(r"^\| .* \| \d+ \| \d+ \|", row)]
    wanted = {name for row in rows for name in re.findall(r"[A-Z]\w+", row)}
    with simulator.running("--options", '{"creatingSeconds": 0, "updatingSeconds": 0}') as sim:
        world = World("c", simulator.REGION, AWAY, sim.url)
        steps: list[tuple[str, Any]] = list(life(world))
        assert wanted and wanted <= world.called, wanted - world.called
        refused = [step for step, came in steps if isinstance(came, dict) and "code" in came]
        expected = ["get_public_key", "disable_key_rotation", "schedule_key_deletion"]
        assert refused == expected, "of a symmetric key; while it is disabled; the second one in a row"
