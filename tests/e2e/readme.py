"""The code blocks of a page, and a shell that runs them as they stand."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

from kit import paths


# Nobody is there to say yes. The lines themselves stay as they are.
UNATTENDED = {"PULUMI_SKIP_CONFIRMATIONS": "true", "PULUMI_OPTION_SKIP_PREVIEW": "true", "PULUMI_OPTION_NON_INTERACTIVE": "true"}


def blocks(page: str, language: str = "sh", after: str = "") -> list[str]:
    """Code blocks of a language, those after a heading or a sentence."""
    text = (paths.ROOT / page).read_text(encoding="utf-8")
    assert after in text, f"{page} has no {after!r}"
    return re.findall(rf"^```{language}\n(.*?)^```$", text[text.index(after) :], re.DOTALL | re.MULTILINE)


def shell(script: str, folder: Path, env: dict[str, str]) -> str:
    """Runs lines as a person pastes them, and stops at the first that fails."""
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, f"{script}\n{done.stdout}"
    return done.stdout


class Once:
    """Whether a test that takes long, or needs a registry, has passed with the same inputs before."""

    def __init__(self, name: str, *inputs: Path | str) -> None:
        total = hashlib.sha256()
        for entry in inputs:
            total.update(entry.read_bytes() if isinstance(entry, Path) else entry.encode())
        self.stamp = total.hexdigest()
        self.file = paths.TOOLS / "stamps" / f"tested-{name}"

    def passed(self) -> bool:
        return self.file.exists() and self.file.read_text() == self.stamp

    def remember(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(self.stamp)
