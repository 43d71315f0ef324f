#!/usr/bin/env python3
"""Records what the examples leave behind, for later versions to be judged by.

    PYTHONPATH=tools .tools/venv/bin/python tests/upgrade/record.py [EXAMPLE...]

writes tests/upgrade/VERSION/EXAMPLE: the program, the stack's state, and the calls from which the simulator comes to the
same keys again. It is run once for each release, at the release's commit; what is recorded stays as it is.
tests/e2e/test_upgrade.py holds every later version to it.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kit import paths, simulator, stack

HERE = Path(__file__).resolve().parent

# A folder below examples/, and the folder in it whose program runs. One language stands for all where the provider is
# given the same inputs by both.
PROGRAMS = {
    "python": ".",
    "typescript": ".",
    "manifest": "python",
    "disaster-recovery": "python",
    "ci": ".",
    "yaml": ".",
}
LEFT_OUT = shutil.ignore_patterns(
    "node_modules", "Pulumi.*.yaml", "*.md", "__pycache__", ".git*", "deploy", "vendor", "requirements*.txt", "*.lock"
)
# Where a program stood on the machine that recorded.
PLACES = {"sourcePosition", "stackTrace"}
OPTIONS = {"knownPrincipalsOnly": False, "creatingSeconds": 0, "updatingSeconds": 0}


def without(value: Any, names: set[str]) -> Any:
    """A value without the properties of these names, at any depth."""
    if isinstance(value, dict):
        return {name: without(inner, names) for name, inner in value.items() if name not in names}
    return [without(inner, names) for inner in value] if isinstance(value, list) else value


def record(name: str, program: str, target: Path) -> None:
    with TemporaryDirectory() as temporary:
        memory = Path(temporary) / "simulator.json"
        # One seed, so that a second recording of the same version differs in dates only.
        with simulator.running("--seed", "1", "--options", json.dumps(OPTIONS), "--state", str(memory)) as sim:
            with stack.example(name, sim.url) as running:
                running.folder = running.folder / program
                running.init()
                running.pulumi("up", "--yes", "--skip-preview")
                state = running.state()
        calls = [line for line in memory.read_text().splitlines() if line.startswith('{"call":')]
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(paths.ROOT / "examples" / name, target / "program", ignore=LEFT_OUT)
    for other in {"python", "typescript"} - {program}:
        shutil.rmtree(target / "program" / other, ignore_errors=True)
    (target / "stack.json").write_text(json.dumps(without(state, PLACES), indent=1) + "\n")
    # Calls are KMS's own and stay readable for every simulator; options are left to the simulator of the day.
    start = json.dumps({"start": {"seed": 1, "options": OPTIONS}})
    (target / "simulator.json").write_text("\n".join([start, *calls]) + "\n")


def main() -> None:
    for name in sys.argv[1:] or sorted(PROGRAMS):
        record(name, PROGRAMS[name], HERE / paths.VERSION / name)
        print(f"recorded {name} of {paths.VERSION}")


if __name__ == "__main__":
    main()
