"""The bill of materials of the provider's program, as CycloneDX JSON: from cargo's own account and nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import uuid
from typing import Any

from kit import paths

PROGRAM = "pulumi-awskms"


def metadata(triple: str) -> dict[str, Any]:
    """What cargo resolves for a target."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", triple]
    resolved: dict[str, Any] = json.loads(subprocess.run(command, cwd=paths.ROOT, capture_output=True, check=True).stdout)
    return resolved


def linked(resolved: dict[str, Any]) -> dict[str, list[str]]:
    """Packages that end up in the program, with what each of them uses; neither for building nor for tests alone."""
    nodes = {node["id"]: node for node in resolved["resolve"]["nodes"]}
    [root] = [package["id"] for package in resolved["packages"] if package["name"] == PROGRAM]
    uses: dict[str, list[str]] = {}
    waiting = [root]
    while waiting:
        package = waiting.pop()
        if package not in uses:
            normal = [dep["pkg"] for dep in nodes[package]["deps"] if any(kind["kind"] is None for kind in dep["dep_kinds"])]
            uses[package] = sorted(normal)
            waiting.extend(normal)
    return uses


def checksums() -> dict[tuple[str, str], str]:
    """SHA-256 of each crate's archive, from Cargo.lock."""
    text = (paths.ROOT / "Cargo.lock").read_text()
    found = re.findall(r'name = "([^"]+)"\nversion = "([^"]+)"\nsource = "[^"]+"\nchecksum = "([0-9a-f]{64})"', text)
    return {(name, version): checksum for name, version, checksum in found}


def component(package: dict[str, Any], sums: dict[tuple[str, str], str], kind: str = "library") -> dict[str, Any]:
    name, version = package["name"], package["version"]
    out: dict[str, Any] = {"type": kind, "bom-ref": f"{name}@{version}", "name": name, "version": version}
    if package.get("license"):
        # Old manifests write a slash where SPDX has OR.
        out["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if package["source"]:
        out["purl"] = f"pkg:cargo/{name}@{version}"
    if (name, version) in sums:
        out["hashes"] = [{"alg": "SHA-256", "content": sums[name, version]}]
    return out


def bill(triple: str) -> dict[str, Any]:
    """The bill for a target. The same sources give the same bill."""
    resolved, sums = metadata(triple), checksums()
    packages, uses = {package["id"]: package for package in resolved["packages"]}, linked(resolved)
    reference = {package: f"{packages[package]['name']}@{packages[package]['version']}" for package in uses}
    root, *others = uses
    components = sorted((component(packages[other], sums) for other in others), key=lambda part: str(part["bom-ref"]))
    content = json.dumps([triple, components], sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {
            "component": {**component(packages[root], sums, "application"), "purl": f"pkg:generic/pulumi-resource-awskms@{paths.VERSION}"},
            "properties": [{"name": "cargo:target", "value": triple}],
        },
        "components": components,
        "dependencies": [
            {"ref": reference[package], "dependsOn": sorted(reference[used] for used in used_by)}
            for package, used_by in sorted(uses.items(), key=lambda entry: reference[entry[0]])
        ],
    }
