#!/usr/bin/env python3
"""Checks what the programs are built from: licences, sources and doubled versions, from `cargo metadata`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0",
    "MPL-2.0", "OpenSSL", "Unicode-3.0", "Unlicense", "Zlib", "Apache-2.0 WITH LLVM-exception",
}
# Why two versions of a crate are in the tree: the AWS SDK speaks both generations of the http crates, the cryptography
# crates are between two generations, and the rest are build tools of others.
DOUBLED = {
    "base64", "base64ct", "bitflags", "block-buffer", "const-oid", "cpufeatures", "crypto-common", "der", "digest", "foldhash", "generic-array",
    "getrandom", "hashbrown", "hmac", "http", "http-body", "itertools", "linux-raw-sys", "pkcs8", "prettyplease", "r-efi", "rand", "rand_chacha",
    "rand_core", "rustix", "sha2", "signature", "spki", "syn", "thiserror", "thiserror-impl", "tower", "wasi", "windows-sys",
    "windows-targets", "zerocopy",
}


def allowed(expression: str) -> bool:
    """Whether a licence expression leaves an allowed choice."""
    text = expression.replace("/", " OR ")
    return any(
        all(part.strip(" ()") in ALLOWED for part in choice.split(" AND "))
        for choice in re.split(r"\bOR\b", re.sub(r"[()]", "", text))
    )


def main() -> None:
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    packages = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)["packages"]
    troubles = []
    versions = defaultdict(set)
    for package in packages:
        source = package["source"]
        if source is None:
            continue
        name = f"{package['name']} {package['version']}"
        versions[package["name"]].add(package["version"])
        if not source.startswith("registry+"):
            troubles.append(f"{name} comes from {source.split('+')[0]}, not from the registry")
        if not allowed(package["license"] or ""):
            troubles.append(f"{name} has the licence {package['license']!r}")
    for name, found in sorted(versions.items()):
        if len(found) > 1 and name not in DOUBLED and not name.startswith("windows"):
            troubles.append(f"{name} is there in several versions: {', '.join(sorted(found))}")
    if troubles:
        sys.exit("\n".join(troubles))
    print(f"{len(packages)} crates: licences, sources and versions are in order")


if __name__ == "__main__":
    main()
