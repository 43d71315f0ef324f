#!/usr/bin/env python3
"""Takes the provider and its SDK into vendor/ and writes requirements.txt, in which every package has its hash.

    deploy/lock.py DIST

DIST is the folder `dist` of pulumi-awskms after `make packages dist`. The job then installs exactly these files: nobody who
takes the SDK's name on a registry gets into a job that holds an identity token. Run it on the kind of machine that the job
has, and commit vendor/ and requirements.txt.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
VENDOR = ROOT / "vendor"


def taken(dist: Path, pattern: str) -> Path:
    found = sorted(dist.glob(pattern))
    if len(found) != 1:
        sys.exit(f"{dist} should hold one {pattern}, and holds {len(found)}")
    return Path(shutil.copy(found[0], VENDOR))


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    dist = Path(sys.argv[1])
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir()
    wheel = taken(dist, "pulumi_awskms-*.whl")
    archive = taken(dist, "pulumi-resource-awskms-v*-linux-amd64.tar.gz")
    sums = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in (wheel, archive))
    (VENDOR / "SHA256SUMS").write_text(sums)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--dry-run", "--ignore-installed"]
    command += ["--report", "-", "-r", "requirements.in", f"./vendor/{wheel.name}"]
    report = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    lines = ["# Written by deploy/lock.py."]
    for package in sorted(report["install"], key=lambda package: str(package["metadata"]["name"])):
        name, version = package["metadata"]["name"], package["metadata"]["version"]
        local = package["download_info"]["url"].startswith("file:")
        digest = package["download_info"]["archive_info"]["hashes"]["sha256"]
        lines.append(f"{f'./vendor/{wheel.name}' if local else f'{name}=={version}'} --hash=sha256:{digest}")
    (ROOT / "requirements.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
