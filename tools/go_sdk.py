#!/usr/bin/env python3
"""Compiles the Go SDK in a module of its own, with the versions that the CLI's module has locked."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kit import paths  # noqa: E402


def main() -> None:
    module = paths.TOOLS / "go-sdk"
    shutil.rmtree(module, ignore_errors=True)
    package = module / "sdk" / "go" / "awskms"
    shutil.copytree(paths.ROOT / "sdk/go/awskms", package)
    cli = paths.ROOT / "tools/pulumi-cli"
    text = (cli / "go.mod").read_text().replace("pulumi-awskms/tools/pulumi-cli", "github.com/pulumi-awskms/pulumi-awskms")
    (module / "go.mod").write_text(text)
    shutil.copyfile(cli / "go.sum", module / "go.sum")
    sys.exit(subprocess.run(["go", "vet", "-mod=mod", "./sdk/go/awskms/..."], cwd=module, check=False).returncode)


if __name__ == "__main__":
    main()
