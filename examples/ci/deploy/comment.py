#!/usr/bin/env python3
"""Prints a comment for the pull request: what preview.txt and gate.txt say, the diff in a fence that colours it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
# The longest comment that is taken has 65,536 characters.
MOST = 60_000


def fenced(text: str, language: str = "") -> str:
    """Text in a fence that nothing in it can close."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def coloured(text: str) -> str:
    """Marks at the beginning of the line, where a diff has them; `!` is a diff's mark for a change."""
    marks = {"+": "+", "-": "-", "~": "!"}
    lines = []
    for line in text.splitlines():
        mark = re.match(r" *(\+\+|--|\+-|-\+|[-+~])(?= )", line)
        first = marks.get(mark[1][0], " ") if mark else " "
        lines.append(f"{first} {line}")
    return "\n".join(lines)


def read(name: str) -> str:
    file = ROOT / name
    return file.read_text(encoding="utf-8") if file.exists() else f"There is no {name}: see the log of the job."


def main() -> None:
    diff = coloured(read("preview.txt"))
    if len(diff) > MOST:
        diff = f"{diff[:MOST]}\n  … cut here: the log of the job has all of it"
    print(f"### Keys\n\n{fenced(read('gate.txt'))}\n\n<details><summary>Preview</summary>\n\n{fenced(diff, 'diff')}\n\n</details>")


if __name__ == "__main__":
    main()
