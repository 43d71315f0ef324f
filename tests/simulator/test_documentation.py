"""What docs/simulator.md says, tried out."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from kit import paths, simulator

TEXT = (paths.ROOT / "docs/simulator.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def plain() -> Iterator[simulator.Simulator]:
    """A simulator as the document starts it."""
    with simulator.running() as running:
        yield running


def test_the_python_example_runs_as_it_stands(plain: simulator.Simulator) -> None:
    (example,) = blocks("python")
    names: dict[str, Any] = {}
    exec(compile(example.replace("http://127.0.0.1:4599", plain.url), "docs/simulator.md", "exec"), names)
    tests = [name for name in names if name.startswith("test_")]
    assert len(tests) == 2
    for name in tests:
        names[name]()


def test_the_curl_examples_are_accepted(plain: simulator.Simulator) -> None:
    commands = re.findall(r"curl -s (?:-X (\w+) )?localhost:4599/_sim/(\S+)(?: -d '(.*?)')?$", TEXT, re.MULTILINE)
    assert len(commands) == 4
    for method, path, body in commands:
        command = ["curl", "-s", "-f", "-X", method or "GET", f"{plain.url}/_sim/{path}"]
        subprocess.run([*command, *(["-d", body] if body else [])], check=True, stdout=subprocess.DEVNULL)


def test_every_effect_is_accepted_and_every_switch_is_documented(plain: simulator.Simulator) -> None:
    effects = re.findall(r"^\| `(\"\w+\"|\{.*?\})` \|", TEXT, re.MULTILINE)
    assert len(effects) == 11
    for effect in effects:
        plain.fault(json.loads(effect), operation="Nothing")
    options = plain.control("GET", "options")
    doubts = options.pop("doubts")
    documented = re.findall(r"^\| `(\w+)` \| (.*?) \|", TEXT, re.MULTILINE)
    defaults = {name: default.strip("`") for name, default in documented}
    for name, value in {**options, **doubts}.items():
        shown = value if isinstance(value, str) else json.dumps(value)
        if isinstance(value, float):
            shown = f"{value:g}"
        assert defaults[name] == shown, name


def test_every_flag_is_documented() -> None:
    told = subprocess.run([str(paths.SIMULATOR), "--help"], check=True, capture_output=True, text=True).stdout
    flags = set(re.findall(r"--[a-z]+", told))
    assert flags == set(re.findall(r"--[a-z]+", TEXT.split("## The command")[1].split("## Control")[0]))
