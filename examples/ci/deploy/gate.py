#!/usr/bin/env python3
"""Reads preview.json and refuses what would hurt a key, its data or those who use it, unless it is allowed by name.

exit codes: 0 nothing is refused, 1 something is refused, 2 there is no usable preview, or a wrong option
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from judge import KINDS, Finding, judge


def leave(text: str) -> tuple[str, str | None]:
    """NAME, or NAME=KIND."""
    name, _, kind = text.partition("=")
    if kind and kind not in KINDS:
        raise argparse.ArgumentTypeError(f"{kind} is none of {', '.join(KINDS)}")
    return name, kind or None


def main() -> int:
    kinds = "\n".join(f"  {kind:15} {what}" for kind, what in KINDS.items())
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=f"kinds of findings:\n{kinds}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--preview", type=Path, default=Path(__file__).parents[1] / "preview.json", help="default: %(default)s")
    parser.add_argument(
        "--allow", action="extend", nargs="+", default=[], type=leave, metavar="NAME[=KIND]", help="a key, or one kind of finding on it"
    )
    arguments = parser.parse_args()
    try:
        steps, findings = judge(json.loads(arguments.preview.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"gate: no usable preview in {arguments.preview}: {error!r}", file=sys.stderr)
        return 2

    def allowed(finding: Finding) -> bool:
        return any((finding.key, kind) in arguments.allow for kind in (finding.kind, None))

    for op, name in steps:
        own = [finding for finding in findings if finding.key == name]
        print(f"{'' if own else 'ok':8} {op} {name}")
        for finding in own:
            print(f"{'allowed' if allowed(finding) else 'REFUSED':8}   {finding.kind}: {finding.what}")
    refused = {f"{finding.key}={finding.kind}" for finding in findings if not allowed(finding)}
    if refused:
        print(f"gate: if this is meant, --allow {' '.join(sorted(refused))}", file=sys.stderr)
        return 1
    print("gate: nothing here needs leave that it has not got")
    return 0


if __name__ == "__main__":
    sys.exit(main())
