"""The wrong providers of tests/wrong.

Each is a patch. Its first line says in words what it breaks; the second where judges are likely to notice, which saves time:
the beginnings of scenarios, and files of tests/grpc.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import paths

FOLDER = paths.ROOT / "tests" / "wrong"


@dataclass(frozen=True)
class Patch:
    """One defect."""

    file: Path

    @property
    def name(self) -> str:
        """What it is called in tables."""
        return self.file.stem

    @property
    def words(self) -> str:
        """What it breaks."""
        return self.file.read_text().splitlines()[0]

    @property
    def likely(self) -> list[str]:
        """Scenarios and files of tests to look at first."""
        return self.file.read_text().splitlines()[1].removeprefix("Look first at: ").split()

    @property
    def files(self) -> list[str]:
        """The files that it changes."""
        return re.findall(r"^\+\+\+ b/(\S+)$", self.file.read_text(), re.MULTILINE)

    def apply(self, tree: Path, *options: str) -> str:
        """Applies it to a tree; gives what git has against it, nothing where it applies."""
        # A tree inside of the repository is none of its own to git, which would then leave the patch out without a word.
        env = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.parent)}
        command = ["git", "apply", *options, str(self.file)]
        done = subprocess.run(command, cwd=tree, env=env, text=True, capture_output=True, check=False)
        return "" if done.returncode == 0 else done.stderr.strip() or "git apply failed"

    def trouble(self) -> str:
        """Why it does not apply to the provider as it is; nothing where it does."""
        why = self.apply(paths.ROOT, "--check")
        if not why:
            return ""
        return f"{self.file.relative_to(paths.ROOT)} does not apply any more: write the defect anew for the code as it is now.\n{why}"


def every() -> list[Patch]:
    """All of them, in order."""
    return [Patch(file) for file in sorted(FOLDER.glob("*.patch"))]
