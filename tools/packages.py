#!/usr/bin/env python3
"""Packs the SDKs for Node.js and Python into dist/, in the form in which programs and registries take them."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kit import paths  # noqa: E402

PIP = [str(paths.VENV / "bin/python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]


def run(command: list[str], cwd: Path, **env: str) -> None:
    """Runs a command; ends the process with all that it printed if it fails."""
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **env}, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed in {cwd}:\n{done.stdout}{done.stderr}")


@contextmanager
def alone() -> Iterator[None]:
    """Keeps other processes from packing: there is one place for the copies, and one for what is made of them."""
    paths.TOOLS.mkdir(exist_ok=True)
    with (paths.TOOLS / "packages.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def copied(sdk: str, target: Path) -> Path:
    """A copy of an SDK: builders leave their own files beside the sources."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(paths.ROOT / "sdk" / sdk, target, ignore=shutil.ignore_patterns("node_modules", "bin", "build", "*.egg-info"))
    paths.DIST.mkdir(exist_ok=True)
    return target


def node() -> None:
    """dist/pulumi-awskms-VERSION.tgz. The copy stands below the Node packages, where npm finds the TypeScript compiler."""
    sources = copied("nodejs", paths.NODE / "sdk")
    paths.NODE_PACKAGE.unlink(missing_ok=True)
    run(["npm", "pack", "--silent", "--pack-destination", str(paths.DIST)], sources)


def python() -> None:
    """dist/pulumi_awskms-VERSION-py3-none-any.whl."""
    sources = copied("python", paths.TOOLS / "python-sdk")
    run([*PIP, "wheel", "--no-deps", "--wheel-dir", str(paths.DIST), str(sources)], paths.ROOT)


if __name__ == "__main__":
    with alone():
        node()
        python()
    print(f"{paths.NODE_PACKAGE}\n{paths.PYTHON_PACKAGE}")
