#!/usr/bin/env python3
"""Builds the provider and puts it into Pulumi's plugin folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kit import paths  # noqa: E402


def main() -> None:
    # Before minutes of building: there is nothing to install with without the CLI.
    pulumi = paths.pulumi()
    subprocess.run(["make", "--no-print-directory", "build"], cwd=paths.ROOT, check=True)
    words = ["plugin", "install", "resource", "awskms", paths.VERSION, "--reinstall", "--file", str(paths.PROVIDER)]
    subprocess.run([pulumi, *words], check=True)
    print(f"installed awskms {paths.VERSION} with {pulumi}")
    if Path(pulumi).parent == paths.BIN:
        print(f"the CLI is not on your PATH yet: export PATH={paths.VENV / 'bin'}:{paths.BIN}:$PATH")


if __name__ == "__main__":
    main()
