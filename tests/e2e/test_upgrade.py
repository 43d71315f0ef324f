"""What an older version has left behind is nothing to do for this one: tests/upgrade/record.py recorded it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from kit import paths, simulator, stack

RECORDED = paths.ROOT / "tests/upgrade"
CASES = sorted(path.parent for path in RECORDED.glob("*/*/stack.json"))


def test_the_first_version_is_recorded() -> None:
    assert {case.name for case in CASES if case.parent.name == "0.1.0"} >= {"ci", "disaster-recovery", "manifest", "python", "typescript"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_this_version_finds_nothing_to_change(case: Path, tmp_path: Path) -> None:
    memory = tmp_path / "simulator.json"
    shutil.copyfile(case / "simulator.json", memory)
    with simulator.running("--state", str(memory)) as sim, stack.copied(case / "program") as copy:
        [project] = [file.parent for file in copy.rglob("Pulumi.yaml")]
        running = stack.Stack(project, tmp_path / "home", sim.url)
        stack.link_packages(project)
        running.init()
        running.pulumi("stack", "import", "--file", str(case / "stack.json"))
        assert running.resources(), "the recording holds a key"
        # From the state alone, and against what KMS holds.
        for words in ([], ["--refresh"]):
            output = running.pulumi("preview", "--expect-no-changes", "--diff", *words)
            assert re.search(r"^ +\d+ unchanged$", output, re.MULTILINE), output
        assert sim.writes() == []
