"""Where things are, below the repository."""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools"
BIN = TOOLS / "bin"
NODE = TOOLS / "node"
VENV = TOOLS / "venv"
RELEASE = ROOT / "target" / "release"
PROVIDER = RELEASE / "pulumi-resource-awskms"
SIMULATOR = RELEASE / "awskms-sim"
VERSION = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]


def search_path() -> str:
    """PATH with the tools of this repository before everything else."""
    return os.pathsep.join([str(VENV / "bin"), str(BIN), os.environ.get("PATH", "")])


def pulumi() -> str:
    """The Pulumi CLI: the one built here, or the user's own."""
    found = shutil.which("pulumi", path=search_path())
    if found is None:
        raise SystemExit("no pulumi found; run `make tools`")
    return found
