"""Fixtures of the end-to-end tests."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kit import simulator  # noqa: E402
from programs import LANGUAGES, KeyProgram, key_program  # noqa: E402


@pytest.fixture(params=sorted(LANGUAGES))
def each(request: pytest.FixtureRequest, sim: simulator.Simulator) -> Iterator[KeyProgram]:
    """A program in each language."""
    with key_program(request.param, sim) as program:
        yield program


@pytest.fixture
def program(sim: simulator.Simulator) -> Iterator[KeyProgram]:
    """A program where the language does not matter: YAML, which starts fastest."""
    with key_program("yaml", sim) as program:
        yield program
