#!/usr/bin/env python3
"""Compiles every TypeScript example strictly, without writing anything: the types of the SDK are part of the product."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kit import paths, stack  # noqa: E402


def main() -> None:
    configs = sorted(path for path in (paths.ROOT / "examples").rglob("tsconfig.json") if "node_modules" not in path.parts)
    bad = 0
    for config in configs:
        with stack.copied(config.parent) as folder:
            tsc = str(paths.NODE / "node_modules/.bin/tsc")
            bad += subprocess.run([tsc, "--noEmit", "--strict", "-p", "."], cwd=folder, check=False).returncode != 0
    print(f"{len(configs)} programs, {bad} with errors")
    sys.exit(bad > 0 or not configs)


if __name__ == "__main__":
    main()
