"""What all Python tests share."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from kit import simulator  # noqa: E402


@pytest.fixture
def sim() -> Iterator[simulator.Simulator]:
    """A simulator of its own for a test, with the article's roles."""
    with simulator.running() as running:
        running.role("SecurityAdmin")
        running.role("RDSServiceRole")
        yield running
