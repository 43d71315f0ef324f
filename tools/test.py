#!/usr/bin/env python3
"""Every test there is, in order of cost, with a summary of what each part covers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kit import paths  # noqa: E402

PYTEST = [str(paths.VENV / "bin/python"), "-m", "pytest", "-q", "-p", "no:cacheprovider"]

PARTS: list[tuple[str, list[str]]] = [
    ("format of the Rust code", ["cargo", "fmt", "--all", "--check"]),
    # With the feature that the tests need, so that they find everything built.
    ("provider and simulator build", ["cargo", "build", "--release", "--locked", "--quiet", "--workspace", "--features", "awskms-sim/connector"]),
    ("unit and property tests: checks, diff, plan, policy, wire form, simulator", ["cargo", "test", "--release", "--locked", "--quiet", "--workspace", "--features", "awskms-sim/connector"]),
    ("lints", ["cargo", "clippy", "--release", "--locked", "--quiet", "--workspace", "--all-targets", "--features", "awskms-sim/connector", "--", "-D", "warnings"]),
    ("licences, sources and versions of dependencies", [sys.executable, "tools/licences.py"]),
    ("generated Rust code, schema and reference are up to date", ["cargo", "xtask", "check"]),
    ("generated SDKs are up to date, and Pulumi's binder takes the schema", [str(paths.BIN / "awskms-sdkgen"), ".", "--check"]),
    ("Go SDK compiles, as a module", [sys.executable, "tools/go_sdk.py"]),
    ("types of the Python SDK and examples", [str(paths.VENV / "bin/mypy"), "--config-file", "tools/mypy.ini"]),
    ("types of the TypeScript examples, strict", [sys.executable, "tools/typescript.py"]),
    ("wire contract against Pulumi's own descriptors", [*PYTEST, "tests/wire"]),
    ("wrong providers: each of the ten can still be made, for `make wrong` to see them caught", [*PYTEST, "tests/wrong"]),
    # Most of their time these two wait, for the engine or for what is limited in time, so more of them than cores go on.
    ("gRPC: the running provider, called as the engine calls it", [*PYTEST, "-n", "6", "tests/grpc"]),
    ("the real engine in process: the promises in named scenarios and 1,000 random histories, on two engines", [sys.executable, "tools/judge.py"]),
    ("the simulator from Python, as its documentation shows it", [*PYTEST, "-n", "2", "tests/simulator"]),
    ("end to end: the real Pulumi CLI on the simulator, TypeScript and Python", [*PYTEST, "-n", "6", "tests/e2e"]),
]


def main() -> None:
    wanted = sys.argv[1:]
    env = {**os.environ, "PATH": paths.search_path(), "PYTHONPATH": str(paths.ROOT / "tools"), "PYTHONDONTWRITEBYTECODE": "1"}
    passed = failed = 0
    summary = []
    for title, command in PARTS:
        if wanted and not any(word in title for word in wanted):
            continue
        print(f"\n==> {title}", flush=True)
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=paths.ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert process.stdout is not None
        output = []
        for line in process.stdout:
            output.append(line)
            print(line, end="", flush=True)
        good = process.wait() == 0
        ok, bad = count("".join(output), good)
        passed, failed = passed + ok, failed + bad
        summary.append(f"{'ok    ' if good else 'FAILED'} {time.monotonic() - began:6.0f} s  {ok:5} tests  {title}")
    print("\n" + "\n".join(summary))
    print(f"\n{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def count(output: str, good: bool) -> tuple[int, int]:
    """Tests in an output of cargo or pytest; a part without any counts as one."""
    ok = sum(int(n) for n in re.findall(r"(\d+) passed", output))
    bad = sum(int(n) for n in re.findall(r"(\d+) (?:failed|error)", output))
    if ok + bad == 0:
        return (1, 0) if good else (0, 1)
    return ok, bad if good or bad else 1


if __name__ == "__main__":
    main()
