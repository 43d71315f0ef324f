"""The KMS simulator as a process, and what it tells."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import paths

ACCOUNT = "123456789012"
REGION = "eu-central-1"


class Simulator:
    """A running simulator."""

    def __init__(self, url: str, process: subprocess.Popen[str]) -> None:
        self.url = url
        self.process = process

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A control request under /_sim/."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sim/{path}", data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()}") from error

    def role(self, name: str, **principal: Any) -> str:
        """Makes a role that policies may name; gives its ARN."""
        arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
        self.control("POST", "principals", {"arn": arn, **principal})
        return arn

    def fault(self, effect: Any, **match: Any) -> None:
        """Adds a fault rule."""
        self.control("POST", "faults", {"effect": effect, **match})

    def keys(self) -> list[dict[str, Any]]:
        """Every key."""
        keys: list[dict[str, Any]] = self.control("GET", "keys")["keys"]
        return keys

    def mark(self) -> int:
        """The number of the last call, to read the journal from there."""
        calls = self.control("GET", "journal")["calls"]
        return calls[-1]["seq"] if calls else 0

    def calls(self, since: int = 0) -> list[dict[str, Any]]:
        """Calls after a mark."""
        calls: list[dict[str, Any]] = self.control("GET", f"journal?since={since}")["calls"]
        return calls

    def writes(self, since: int = 0) -> list[str]:
        """Operations after a mark that changed something."""
        return [call["operation"] for call in self.calls(since) if call["effect"]]


@contextmanager
def running(*arguments: str) -> Iterator[Simulator]:
    """Starts a simulator on a free port and ends it afterwards."""
    command = [str(paths.SIMULATOR), "--listen", "127.0.0.1:0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline().strip()
        if not line.startswith("listening on "):
            raise RuntimeError(f"the simulator said {line!r}")
        yield Simulator(line.removeprefix("listening on "), process)
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()
