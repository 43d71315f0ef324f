"""What the comparison found, for people and for the golden data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

AGREED, DIFFERS, UNKNOWN = "agreed", "differs", "could not tell"


@dataclass
class Finding:
    """One question and its answers."""

    name: str
    step: str
    verdict: str
    aws: Any
    simulator: Any
    why: str = ""

    def lines(self) -> list[str]:
        said = [f"{self.verdict:14} {self.name} {self.step}{': ' + self.why if self.why else ''}"]
        if self.verdict == DIFFERS:
            said += [f"    AWS        {json.dumps(self.aws)}", f"    simulator  {json.dumps(self.simulator)}"]
        return said


def compared(name: str, step: str, aws: Any, simulator: Any) -> list[Finding]:
    """Findings of one probe: one for each of its calls."""
    if isinstance(aws, list) and isinstance(simulator, list) and len(aws) == len(simulator):
        pairs = enumerate(zip(aws, simulator, strict=True), 1)
        return [found for number, (one, other) in pairs for found in compared(name, f"{step}{number}", one, other)]
    return [Finding(name, step, AGREED if aws == simulator else DIFFERS, aws, simulator)]


def summary(findings: list[Finding]) -> str:
    counts = {verdict: sum(found.verdict == verdict for found in findings) for verdict in (AGREED, DIFFERS, UNKNOWN)}
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items())


def write(findings: list[Finding], folder: Path) -> None:
    """The form of the golden data: `errors.tsv` with the errors, `recorded.json` with all answers, both of AWS's side."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, recorded = [], {}
    for found in findings:
        if found.verdict == UNKNOWN:
            continue
        recorded.setdefault(f"aws_check::{found.name}", {"recorded-content": {}})["recorded-content"][found.step] = found.aws
        if isinstance(found.aws, dict) and set(found.aws) == {"code", "status", "message"}:
            message = found.aws["message"].replace("\t", " ").replace("\n", " ")
            rows.append("\t".join([found.name, found.step, found.aws["code"], str(found.aws["status"]), message]))
    (folder / "errors.tsv").write_text("".join(f"{row}\n" for row in rows))
    (folder / "recorded.json").write_text(json.dumps(recorded, indent=2, sort_keys=True) + "\n")
