"""Every wrong provider can still be made. That all of them are caught, `make wrong` shows."""

from __future__ import annotations

import pytest
from kit import patches


def test_there_are_ten() -> None:
    assert len(patches.every()) == 10


@pytest.mark.parametrize("patch", patches.every(), ids=lambda patch: patch.name)
def test_applies_to_the_provider_as_it_is(patch: patches.Patch) -> None:
    assert patch.words.endswith("."), "the first line says in words what it breaks"
    assert patch.likely, "the second line says where to look first"
    assert patch.files and all(file.startswith(("src/", "crates/core/src/")) for file in patch.files)
    assert patch.trouble() == ""
