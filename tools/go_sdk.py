#!/usr/bin/env python3
"""Compiles the Go SDK: a module of its own, with the oldest Pulumi SDK that it names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kit import paths  # noqa: E402


def main() -> None:
    sys.exit(subprocess.run(["go", "vet", "./..."], cwd=paths.ROOT / "sdk/go/awskms", check=False).returncode)


if __name__ == "__main__":
    main()
