#!/usr/bin/env python3
"""The judge of the promises: Pulumi's own engine drives the release binary in process, below tests/engine.

    tools/judge.py                 the named scenarios and 1,000 random histories, on both engines: a part of the tests
    tools/judge.py --minutes 60    every small history and 100,000 long ones under a model of the engine (crates/explore), then
                                   random histories for so long
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kit import paths  # noqa: E402

MODULE = paths.ROOT / "tests/engine"
FOLDER = paths.ROOT / "target/judge"
# What looks harder at one thing stands beside what has everything in it.
PROFILES = "all,kills,all,edits,all,sets,options,faults,names,hooks,cancel"
# Lives of these hold; what the others still break is in docs/reliability.md, and `make judge` shows it.
PROFILES_THAT_HOLD = "cancel"
WORKERS = 6
# A process keeps a few goroutines of each operation of the engine, so a long run is one of many processes.
ROUND_SECONDS = 60
HISTORIES = 1000
# On two quiet cores it takes two minutes; a busy machine is given more before it is a failure.
MOST_SECONDS = 600


@dataclass
class Engine:
    """One version of Pulumi's engine, and what was seen with it."""

    name: str
    modfile: str
    histories: int = 0
    operations: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    broken: int = 0

    @property
    def binary(self) -> Path:
        return FOLDER / f"{self.name}.test"

    @property
    def version(self) -> str:
        found = re.search(r"github.com/pulumi/pulumi/pkg/v3 v(\S+)", (MODULE / self.modfile).read_text())
        return found[1] if found else "?"

    def add(self, figures: Path) -> None:
        """Adds what a process has written down."""
        if not figures.exists():
            return
        for line in figures.read_text().splitlines():
            seen = json.loads(line)
            self.histories += seen["Histories"]
            self.operations += seen["Operations"]
            self.kills.update(seen["Kills"] or {})
        figures.unlink()

    def __str__(self) -> str:
        return (
            f"engine {self.version}: {self.histories:,} histories, {self.operations:,} operations, {sum(self.kills.values()):,} kills at "
            f"{len(self.kills):,} points, {self.broken} broken"
        )


ENGINES = [Engine("pinned", "go.mod"), Engine("newest", "newest.mod")]


SOMETIMES: set[str] = set()


def open_scenarios() -> dict[str, str]:
    """Scenarios that do not hold yet, each with what the user sees."""
    lines = (MODULE / "open.txt").read_text().splitlines()
    entries = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    SOMETIMES.update(name.removeprefix("~") for name, _ in entries if name.startswith("~"))
    return {name.removeprefix("~"): reason for name, reason in entries}


OPEN = open_scenarios()
HELD: set[str] = set()
STILL_OPEN: set[str] = set()


def build(engine: Engine) -> None:
    command = ["go", "test", f"-modfile={engine.modfile}", "-c", "-o", str(engine.binary), "."]
    done = subprocess.run(command, cwd=MODULE, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"building the judge with engine {engine.version}:\n{done.stdout}{done.stderr}")


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "JUDGE_FOUND": str(FOLDER), **more}


def scenarios(engine: Engine) -> tuple[int, int]:
    """Runs the named scenarios and the found lives; tells those that fail. Gives how many hold and how many do not."""
    log = FOLDER / f"{engine.name}-scenarios.log"
    command = [str(engine.binary), "-test.v", "-test.skip", "^TestHistories$", "-test.parallel", "12"]
    with log.open("w") as out:
        subprocess.run(command, cwd=MODULE, env=environment(), stdout=out, stderr=subprocess.STDOUT, check=False)
    text = log.read_text()
    results = re.findall(r"^ *--- (PASS|FAIL): (\S+)", text, re.MULTILINE)
    # A test with cases is counted by its cases.
    parents = {name.rpartition("/")[0] for _, name in results}
    verdicts = {name: verdict for verdict, name in results if name not in parents}
    failed = sorted(name for name, verdict in verdicts.items() if verdict == "FAIL" and name not in OPEN)
    still_open = sorted(name for name, verdict in verdicts.items() if verdict == "FAIL" and name in OPEN)
    for name in still_open:
        print(f"open on engine {engine.version}: {name}: {OPEN[name]}")
    if not verdicts or re.search(r"^panic:", text, re.MULTILINE):
        print(text[-4000:])
        failed.append("the run itself")
    for name in failed:
        print(f"FAILED on engine {engine.version}: {name}")
    if failed:
        print(f"what happened is in {log}")
    HELD.update(name for name, verdict in verdicts.items() if verdict == "PASS" and name in OPEN)
    STILL_OPEN.update(still_open)
    return len(verdicts) - len(failed) - len(still_open), len(failed)


def start(engine: Engine, round_: int, seconds: int, histories: int) -> tuple[subprocess.Popen[bytes], Path, Path]:
    log, figures = FOLDER / f"{engine.name}-{round_}.log", FOLDER / f"{engine.name}-{round_}.json"
    figures.unlink(missing_ok=True)
    env = environment(
        JUDGE_PROFILES=os.environ.get("JUDGE_PROFILES", PROFILES), JUDGE_WORKERS=str(WORKERS), JUDGE_ROUND=str(round_),
        JUDGE_SECONDS=str(seconds), JUDGE_HISTORIES=str(histories), JUDGE_FIGURES=str(figures),
    )
    command = [
        str(engine.binary), "-test.run", "^TestHistories$", "-test.parallel", str(WORKERS), "-test.timeout", "0",
        "-rapid.nofailfile", "-rapid.shrinktime=20s",
    ]
    with log.open("wb") as out:
        return subprocess.Popen(command, cwd=MODULE, env=env, stdout=out, stderr=subprocess.STDOUT), log, figures


def ended(process: subprocess.Popen[bytes], seconds: int) -> int:
    """How a process ends that should within this time; one that hangs tells where, and is a failure."""
    try:
        return process.wait(seconds + MOST_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        return process.wait()


def histories(rounds: int, seconds: int, each: int) -> None:
    """Random histories on both engines side by side, round by round; a broken one is told with its seed."""
    end = time.monotonic() + seconds
    for round_ in range(rounds):
        left = int(end - time.monotonic())
        if left <= 0:
            return
        running = [(engine, *start(engine, round_, min(left, ROUND_SECONDS if each == 0 else left), each)) for engine in ENGINES]
        for engine, process, log, figures in running:
            good = ended(process, left) == 0
            engine.add(figures)
            if good:
                log.unlink()
                continue
            text = log.read_text()
            engine.broken += max(1, len(re.findall(r"\[rapid\] failed after", text)))
            print(f"BROKEN on engine {engine.version}:\n{text[:20000]}")


def explore() -> int:
    """The longer runs under the model of the engine; gives how many of them break a promise."""
    program, lives = str(paths.ROOT / "target/release/awskms-explore"), os.environ.get("JUDGE_LIVES", "100000")
    commands = [[program, "small", "long"], [program, "lives", lives]]
    return sum(subprocess.run(command, check=False).returncode != 0 for command in commands)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, help="random histories alone, for so long")
    minutes = parser.parse_args().minutes
    FOLDER.mkdir(parents=True, exist_ok=True)
    for engine in ENGINES:
        build(engine)
    held = failed = 0
    if minutes is not None:
        failed += explore()
    if minutes is None:
        for engine in ENGINES:
            good, bad = scenarios(engine)
            print(f"engine {engine.version}: {good} scenarios hold, {bad} do not", flush=True)
            held, failed = held + good, failed + bad
    began = time.monotonic()
    if minutes is None:
        for name in sorted(HELD - STILL_OPEN - SOMETIMES):
            print(f"FAILED: {name} holds by now: take it off tests/engine/open.txt")
            failed += 1
        os.environ.setdefault("JUDGE_PROFILES", PROFILES_THAT_HOLD)
        histories(2, MOST_SECONDS, HISTORIES // (2 * len(ENGINES)))
    else:
        histories(10**6, int(minutes * 60), 0)
    for engine in ENGINES:
        print(engine)
    lived, broken = sum(e.histories for e in ENGINES), sum(e.broken for e in ENGINES)
    points: Counter[str] = sum((e.kills for e in ENGINES), Counter())
    print(
        f"{lived:,} histories, {sum(e.operations for e in ENGINES):,} operations, {len(points):,} kill points survived, "
        f"in {time.monotonic() - began:.0f} s"
    )
    if minutes is None and lived < HISTORIES and not broken:
        print(f"{HISTORIES:,} histories were wanted")
        failed += 1
    print(f"{held + lived} passed, {failed + broken} failed")
    sys.exit(1 if failed + broken else 0)


if __name__ == "__main__":
    main()
