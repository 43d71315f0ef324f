"""A create that is cut, or killed, at each of its calls: the next `pulumi up` ends with exactly one key, complete."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from typing import Any

import pytest
from kit import simulator
from programs import ADMIN, USER, KeyProgram

INPUTS: dict[str, Any] = {
    "alias": "alias/prod/orders",
    "tags": {"team": "payments"},
    "policy": {"adminRole": ADMIN, "usageRoles": [USER]},
    "rotationPeriodDays": 180,
}

READS = ["ListKeys", "DescribeKey"]
WRITES = ["CreateKey", "EnableKeyRotation", "CreateAlias"]


def wait_for(condition: Callable[[], bool], what: str) -> None:
    pause = threading.Event()
    for _ in range(3_000):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError(f"{what} did not happen within 30 s")


def up(program: KeyProgram) -> subprocess.Popen[str]:
    program.write(INPUTS)
    return program.stack.start("up", "--yes", "--skip-preview")


def complete(program: KeyProgram, sim: simulator.Simulator) -> None:
    """The rerun, and what must be there after it."""
    sim.control("DELETE", "faults")
    program.stack.pulumi("up", "--yes", "--skip-preview")
    [key] = sim.keys()
    assert key["arn"] == program.stack.outputs()["keyArn"]
    assert (key["state"], key["aliases"], key["rotationPeriodInDays"]) == ("Enabled", ["alias/prod/orders"], 180)
    assert key["tags"]["team"] == "payments"
    assert len([call for call in sim.writes() if call == "CreateKey"]) == 1
    program.stack.pulumi("up", "--refresh", "--yes", "--skip-preview", "--expect-no-changes")


@pytest.mark.parametrize("operation", WRITES)
def test_an_answer_that_is_lost_after_the_effect(program: KeyProgram, sim: simulator.Simulator, operation: str) -> None:
    sim.fault("cutAfter", operation=operation, count=1)
    up(program).communicate()
    complete(program, sim)


# Each call with its engine; where the provider alone dies, the engine records what it knows, which the judge walks call by call.
@pytest.mark.parametrize(
    ("operation", "effect", "killed"),
    [
        *((operation, "hang", "provider and engine") for operation in READS + WRITES),
        *((operation, "hangAfter", "provider and engine") for operation in WRITES),
        *(("CreateKey", effect, "provider") for effect in ("hang", "hangAfter")),
    ],
)
def test_a_kill(program: KeyProgram, sim: simulator.Simulator, operation: str, effect: str, killed: str) -> None:
    sim.fault(effect, operation=operation, count=1)
    before = sim.mark()
    running = up(program)
    wait_for(lambda: any(call["operation"] == operation for call in sim.calls(before)), operation)
    if killed == "provider and engine":
        running.kill()
    for process in program.stack.provider_processes():
        os.kill(process, signal.SIGKILL)
    running.communicate()
    if killed == "provider and engine":
        # The engine held the stack's lock, and its state says that a create was under way.
        program.stack.pulumi("cancel", "--yes")
    else:
        assert running.returncode != 0
    complete(program, sim)
