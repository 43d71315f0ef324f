#!/usr/bin/env python3
"""Wrong providers: each patch of tests/wrong breaks one promise, and at least one judge must notice.

    tools/wrong.py              all of them, and the provider as it is, which no judge may find fault with
    tools/wrong.py alias mark   those whose names contain one of the words

It works on a copy of the tree, target/wrong, in which only the provider's own crates are built again. A judge stops at the
first thing that it finds.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import judge  # noqa: E402
from kit import patches, paths  # noqa: E402

TREE = paths.ROOT / "target" / "wrong"
RELEASE = TREE / "target" / "release"
# What is not built again: everything but these, whose artefacts have the same names in both trees.
OWN_CRATES = re.compile(r"(lib)?(awskms|pulumi[-_](awskms|resource)|xtask)")
# The provider's own crates are built fast rather than well; that leaves what is built of the dependencies as it is.
FAST = ["--config", "profile.release.package.pulumi-awskms.opt-level=0", "--config", "profile.release.package.awskms-core.opt-level=1"]
# With the features of all crates, as the tests build it: others would build the dependencies again.
BUILD = ["cargo", "build", "--release", "--locked", "--quiet", "--workspace", "--features", "awskms-sim/connector"]
BUILD += ["--bin", "pulumi-resource-awskms", *FAST]
PYTEST = [str(paths.VENV / "bin/python"), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
# A judge that hangs has noticed something too.
MOST_SECONDS = 900
# Lives are drawn from this seed, so that the table can be made again.
SEED = "12"


@dataclass
class Verdict:
    """What one judge has said."""

    # The promise that was broken, and the test; nothing if all was well.
    caught: str = ""
    asked: bool = True

    def __str__(self) -> str:
        return (self.caught or "nothing") if self.asked else "not asked"


@dataclass
class Row:
    """One provider and what the judges say of it."""

    name: str
    words: str
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    @property
    def is_caught(self) -> bool:
        return any(verdict.caught for verdict in self.verdicts.values())


def environment() -> dict[str, str]:
    python = {"PYTHONPATH": str(TREE / "tools"), "PYTHONDONTWRITEBYTECODE": "1"}
    cargo = {"CARGO_INCREMENTAL": "1", "CARGO_TARGET_DIR": str(TREE / "target")}
    # Without optimisation the futures of the AWS SDK take more of it than a thread has.
    stack = {"RUST_MIN_STACK": str(32 * 1024 * 1024)}
    return {**os.environ, **python, **cargo, **stack, "PATH": paths.search_path(), "AWSKMS_BIN": str(RELEASE)}


def nicely(command: Sequence[str]) -> list[str]:
    return ["nice", *command]


def write(file: Path, content: bytes) -> None:
    """Leaves a file alone that has this content: its time tells cargo whether to build."""
    if not file.exists() or file.read_bytes() != content:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def copy_tree() -> None:
    """Makes the copy equal to the tracked files of this tree as they are now."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=paths.ROOT, check=True, capture_output=True, text=True).stdout
    wanted = {name for name in tracked.split("\0") if name and (paths.ROOT / name).is_file()}
    for name in wanted:
        write(TREE / name, (paths.ROOT / name).read_bytes())
    for file in TREE.glob("**/*.rs"):
        name = str(file.relative_to(TREE))
        if name not in wanted and not name.startswith("target/"):
            file.unlink()
    link = TREE / ".tools"
    if not link.is_symlink():
        link.symlink_to(paths.TOOLS.resolve())


def seed_target() -> None:
    """Takes over what is built of the dependencies."""
    if RELEASE.exists():
        return
    for part in ["deps", "build", ".fingerprint"]:

        def own(_: str, names: list[str]) -> set[str]:
            return {name for name in names if OWN_CRATES.match(name)}

        # cargo writes fingerprints where they are; artefacts it replaces, so they can be one file in both trees.
        copy = shutil.copy2 if part == ".fingerprint" else os.link
        shutil.copytree(paths.RELEASE / part, RELEASE / part, ignore=own, copy_function=copy, symlinks=True)


def take_simulator() -> None:
    """The simulator is the right one."""
    shutil.copy2(paths.SIMULATOR, RELEASE / paths.SIMULATOR.name)


def build() -> None:
    done = subprocess.run(nicely(BUILD), cwd=TREE, env=environment(), text=True, capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"it does not build:\n{done.stderr[-4000:]}")


def watched(command: Sequence[str], cwd: Path, sign: re.Pattern[str], ends_itself: bool = True, **env: str) -> Verdict:
    """Runs a judge until it ends or says the sign of a failure; the sign's first group names what has failed."""
    env = {**environment(), **env}
    process = subprocess.Popen(
        nicely(command), cwd=cwd, env=env, text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    end = threading.Timer(MOST_SECONDS, process.terminate)
    end.start()
    promises: list[str] = []
    tail: list[str] = []
    failed = ""
    for line in process.stdout:
        tail = [*tail[-30:], line]
        if failed:
            continue
        promises += re.findall(r"\b(P\d+|engine) broken \(", line)
        found = sign.search(line)
        if found is not None:
            failed = f"`{found[1]}`"
            if not ends_itself:
                process.terminate()  # and what it has started ends with it
    code = process.wait()
    end.cancel()
    if code != 0 and not failed:
        print("".join(tail))
        failed = "no end" if code == -signal.SIGTERM else "a failure without a name"
    by = ", ".join(dict.fromkeys(promises[:3]))
    return Verdict(f"{by}: {failed}" if by and failed else failed)


FAILED_GO = re.compile(r"^\s*--- FAIL: (\S+)")


def core(patch: patches.Patch | None, _: int) -> Verdict:
    """The unit tests and laws of the crate that decides, where the defect is in it."""
    if patch is not None and not any(file.startswith("crates/core/") for file in patch.files):
        return Verdict(asked=False)
    command = ["cargo", "test", "--release", "--locked", *FAST, "-p", "awskms-core", "--lib"]
    return watched(command, TREE, re.compile(r"^test (\S+) \.\.\. FAILED"))


def scenarios(patch: patches.Patch | None, _: int) -> Verdict:
    """The named scenarios of the judge, without those that are open: the likely ones first, and if they hold, all."""
    skipped = "|".join(["^TestHistories$", *("/".join(f"^{re.escape(part)}$" for part in name.split("/")) for name in judge.OPEN)])
    likely = [f"^{name}" for name in patch.likely if name.startswith("Test")] if patch is not None else []
    verdict = Verdict()
    for wanted in filter(None, ["|".join(likely), "."]):
        command = [str(judge.ENGINES[0].binary), "-test.v", "-test.skip", skipped, "-test.run", wanted, "-test.parallel", "8"]
        verdict = verdict if verdict.caught else watched(command, judge.MODULE, FAILED_GO, ends_itself=False)
    return verdict


def lives(_: patches.Patch | None, seconds: int) -> Verdict:
    """Random lives."""
    command = [str(judge.ENGINES[0].binary), "-test.v", "-test.run", "^TestHistories$", "-test.timeout", "0", "-rapid.nofailfile"]
    command += [f"-rapid.seed={SEED}", "-rapid.shrinktime=0s"]
    given = {"JUDGE_PROFILES": judge.PROFILES_THAT_HOLD, "JUDGE_WORKERS": "3", "JUDGE_SECONDS": str(seconds), "JUDGE_FOUND": str(TREE)}
    verdict = watched(command, judge.MODULE, FAILED_GO, ends_itself=False, **given)
    # It names the profile, which says nothing here.
    verdict.caught = re.sub(r": `.*", "", verdict.caught)
    return verdict


def grpc(patch: patches.Patch | None, _: int) -> Verdict:
    """The provider called over gRPC."""
    likely = [f"tests/grpc/{name}" for name in patch.likely if name.endswith(".py")] if patch is not None else []
    verdict = Verdict()
    for wanted in filter(None, [likely, ["tests/grpc"]]):
        command = [*PYTEST, "-x", "-n", "4", "--no-header", "-v", *wanted]
        verdict = verdict if verdict.caught else watched(command, TREE, re.compile(r"(?:FAILED|ERROR) tests/grpc/([\w.:]+)"))
    return verdict


JUDGES: dict[str, Callable[[patches.Patch | None, int], Verdict]] = {
    "core's tests": core,
    "named scenarios": scenarios,
    "random lives": lives,
    "gRPC tests": grpc,
}


def judged(name: str, words: str, patch: patches.Patch | None, seconds: int) -> Row:
    """Builds a provider and asks every judge."""
    print(f"\n==> {name}: {words}", flush=True)
    row = Row(name, words)
    if patch is not None and (why := patch.apply(TREE)):
        sys.exit(why)
    try:
        build()
        began = time.monotonic()
        # Most of their time they wait.
        with ThreadPoolExecutor() as pool:
            asked = {title: pool.submit(ask, patch, seconds) for title, ask in JUDGES.items()}
            for title, verdict in asked.items():
                row.verdicts[title] = verdict.result()
                print(f"{title:16} {row.verdicts[title]} ({time.monotonic() - began:.0f} s)", flush=True)
    finally:
        for file in patch.files if patch is not None else []:
            write(TREE / file, (paths.ROOT / file).read_bytes())
    return row


def table(rows: list[Row]) -> str:
    """The table of docs/reliability.md."""
    lines = ["| the provider | " + " | ".join(JUDGES) + " |", "|---|" + "---|" * len(JUDGES)]
    lines += [f"| {row.words.removesuffix('.')} | " + " | ".join(str(row.verdicts[title]) for title in JUDGES) + " |" for row in rows]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="parts of the names of patches")
    parser.add_argument("--seconds", type=int, default=30, help="how long random lives may look for one")
    given = parser.parse_args()
    stale = [why for patch in patches.every() if (why := patch.trouble())]
    if stale:
        sys.exit("\n\n".join(stale))
    wanted = [patch for patch in patches.every() if not given.words or any(word in patch.name for word in given.words)]
    if not wanted:
        parser.error(f"no patch of tests/wrong is called so: {' '.join(given.words)}")
    judge.FOLDER.mkdir(parents=True, exist_ok=True)
    judge.build(judge.ENGINES[0])
    copy_tree()
    seed_target()
    take_simulator()
    wrong = [judged(patch.name, patch.words, patch, given.seconds) for patch in wanted]
    right = [] if given.words else [judged("right", "The provider as it is.", None, given.seconds)]
    caught = sum(row.is_caught for row in wrong)
    print(f"\n{table(right + wrong)}\n\n{caught} of {len(wrong)} wrong providers are caught")
    for row in right:
        if row.is_caught:
            print("a judge finds fault with the provider as it is, so the table says little")
    sys.exit(0 if caught == len(wrong) and not any(row.is_caught for row in right) else 1)


if __name__ == "__main__":
    main()
