#!/usr/bin/env python3
"""Fails when a preview would replace or delete a key.

A replaced key has other material: what the old one encrypted cannot be read once that is deleted.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

KEY = "awskms:index:AwsKmsKey"
# All that leaves a key in place; whatever else Pulumi may come to do has to be allowed by name.
HARMLESS = {"same", "create", "update", "read", "refresh", "import"}


def steps(preview: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """Operation, name and reasons of each step on a key."""
    found = []
    for step in preview["steps"]:
        kind, name = step["urn"].split("::")[-2:]
        # A child's type stands behind its parents' types.
        if kind.split("$")[-1] == KEY:
            found.append((step["op"], name, step.get("replaceReasons") or []))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preview", type=Path, default=Path(__file__).parents[1] / "preview.json", help="default: %(default)s")
    parser.add_argument("--allow", action="append", default=[], metavar="NAME", help="a key that may be replaced or deleted")
    arguments = parser.parse_args()
    try:
        found = steps(json.loads(arguments.preview.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError) as error:
        print(f"gate: no usable preview in {arguments.preview}: {error!r}", file=sys.stderr)
        return 2
    refused = set()
    for op, name, reasons in found:
        because = f" because of {', '.join(reasons)}" if reasons else ""
        verdict = "ok" if op in HARMLESS else "allowed" if name in arguments.allow else "REFUSED"
        print(f"{verdict:8} {op} {name}{because}")
        if verdict == "REFUSED":
            refused.add(name)
    if refused:
        print(f"gate: this would replace or delete {', '.join(sorted(refused))}; if that is meant, --allow NAME", file=sys.stderr)
        return 1
    print("gate: no key is replaced or deleted without leave")
    return 0


if __name__ == "__main__":
    sys.exit(main())
