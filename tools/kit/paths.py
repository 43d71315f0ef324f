"""Where things are, below the repository."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools"
BIN = TOOLS / "bin"
NODE = TOOLS / "node"
VENV = TOOLS / "venv"
RELEASE = ROOT / "target" / "release"
PROVIDER = RELEASE / "pulumi-resource-awskms"
SIMULATOR = RELEASE / "awskms-sim"
DIST = ROOT / "dist"


def version() -> str:
    """The version of everything: the workspace's in Cargo.toml. Read without tomllib, which Python 3.10 has not."""
    found = re.search(r'^\[workspace\.package\]\nversion = "([^"]+)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)
    if found is None:
        raise SystemExit("Cargo.toml has no version below [workspace.package]")
    return found[1]


VERSION = version()
# What `make packages` makes for programs to install.
NODE_PACKAGE = DIST / f"pulumi-awskms-{VERSION}.tgz"
PYTHON_PACKAGE = DIST / f"pulumi_awskms-{VERSION}-py3-none-any.whl"


def search_path() -> str:
    """PATH with the tools of this repository before everything else."""
    return os.pathsep.join([str(VENV / "bin"), str(BIN), os.environ.get("PATH", "")])


def pulumi() -> str:
    """The Pulumi CLI: the one built here, or the user's own."""
    found = shutil.which("pulumi", path=search_path())
    if found is None:
        raise SystemExit("no pulumi found; run `make tools`")
    return found
