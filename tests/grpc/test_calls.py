"""How many calls each operation costs, from the journal; docs/calls.md is the table.

With AWSKMS_WRITE=1 the table is written instead of compared.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

from conftest import URN, Engine, plain, start, stop, struct  # type: ignore[import-not-found]
from functions import calls_of_functions  # type: ignore[import-not-found]
from kit import paths, simulator
from pulumi.runtime.proto import provider_pb2
from test_replicas import HOME, NORTH, SOUTH, WEST, Set, ready  # type: ignore[import-not-found]

KEY: dict[str, Any] = {
    "alias": "alias/x", "description": "d", "tags": {"team": "x"},
    "policy": {"adminRole": f"arn:aws:iam::{simulator.ACCOUNT}:role/SecurityAdmin"},
}  # fmt: skip
TABLE = paths.ROOT / "docs/calls.md"
HEAD = """---
title: Calls
meta_desc: How many KMS calls each operation of the awskms provider makes.
layout: package
---

# Calls

How many calls KMS gets for one key, from the simulator's journal; a test keeps this table true. STS is asked once per
process who the caller is. Looking for a key of an interrupted run costs one `ListKeys` per 1,000 keys and one
`ListResourceTags` per key of the Region, once per process; the simulator has no other keys here. A deletion tags the key first, so
that a restore that is interrupted can go on (see [Ownership](lifecycle.md#ownership)); a new key is tagged once more, and its tags
are read, when the process ends.

| operation | writes | reads | which |
|---|---|---|---|
"""

SET_HEAD = """
## A multi-Region key

The same for a key with two replicas, all Regions together.

| operation | writes | reads | which |
|---|---|---|---|
"""


FUNCTIONS_HEAD = """
## Functions and listing

None of them writes. A listing describes each key that it may be about; the Region has two keys here. By tags the aliases and the keys
of the Region are listed, and each key is described and its tags are read, before the key itself is.

| call | writes | reads | which |
|---|---|---|---|
"""


def row(name: str, calls: list[dict[str, Any]]) -> tuple[str, int, int]:
    """A line of a table, and how many writes and reads it tells."""
    calls = [call for call in calls if call["operation"] != "GetCallerIdentity"]
    writes = sorted(call["operation"] for call in calls if call["effect"])
    reads = sorted(call["operation"] for call in calls if not call["effect"])
    counted = [f"{operation} ×{n}" if n > 1 else operation for operation, n in Counter(writes + reads).items()]
    return f"| {name} | {len(writes)} | {len(reads)} | {', '.join(counted)} |", len(writes), len(reads)


def lines_of_a_set(env: dict[str, str], engine: tuple[Engine, str]) -> list[str]:
    """The operations of a set, from a simulator where no state has to be waited for."""
    with simulator.running() as sim:
        sim.role("SecurityAdmin")
        sim.control("POST", "options", {"creatingSeconds": 0, "updatingSeconds": 0})
        provider = start({**env, "AWS_ENDPOINT_URL": sim.url}, engine[0], engine[1])
        provider.configure(region=HOME)
        west, south = {"region": WEST}, {"region": SOUTH}
        two = {**KEY, "replicas": [west, south]}
        mark = sim.mark()
        made = Set(provider, two)
        lines = [row("new key with two replicas", sim.calls(mark))[0]]
        ready(sim)
        mark = sim.mark()
        assert made.refresh() == {}
        lines.append(row("refresh", sim.calls(mark))[0])
        changes: list[tuple[str, dict[str, Any]]] = [
            ("a third replica", {**KEY, "replicas": [west, south, {"region": NORTH}]}),
            ("a replica less", two),
            ("another description of one replica", {**KEY, "replicas": [{**west, "description": "w"}, south]}),
            ("promotion of a replica", {**KEY, "region": SOUTH, "replicas": [{**west, "description": "w"}, {"region": HOME}]}),
        ]
        for name, inputs in changes:
            mark = sim.mark()
            made.change(inputs)
            lines.append(row(name, sim.calls(mark))[0])
            # A replica that went is looked at until its waiting period is over; the next rows are without it.
            sim.control("POST", "clock", {"advanceSeconds": 31 * 86_400})
        mark = sim.mark()
        made.delete()
        lines.append(row("destroy", sim.calls(mark))[0])
        stop(provider)
        return lines


def lines_of_functions(env: dict[str, str], engine: tuple[Engine, str]) -> list[str]:
    """Each function, and a listing."""
    with simulator.running() as sim:
        provider = start({**env, "AWS_ENDPOINT_URL": sim.url}, engine[0], engine[1])
        provider.configure(region=simulator.REGION)
        lines = []
        for name, calls in calls_of_functions(provider, sim).items():
            line, writes, _ = row(name, calls)
            assert writes == 0
            lines.append(line)
        stop(provider)
        return lines


def test_calls_are_as_documented(env: dict[str, str], engine: tuple[Engine, str], sim: simulator.Simulator) -> None:
    rows: dict[str, tuple[int, int]] = {}
    lines = []

    def measure(name: str, since: int) -> None:
        line, writes, reads = row(name, sim.calls(since))
        rows[name] = (writes, reads)
        lines.append(line)

    provider = start(env, engine[0], engine[1])
    provider.configure(region=simulator.REGION)
    old = provider.checked(KEY)
    mark = sim.mark()
    made = provider.create(KEY)
    measure("new key with alias, rotation, policy and tags", mark)
    outputs = made.properties
    mark = sim.mark()
    provider.stub.Diff(provider_pb2.DiffRequest(id=made.id, urn=URN, olds=outputs, old_inputs=struct(old), news=struct(old)))
    measure("`pulumi up` without a change", mark)
    mark = sim.mark()
    provider.stub.Read(provider_pb2.ReadRequest(id=made.id, urn=URN, properties=outputs, inputs=struct(old)))
    measure("refresh", mark)
    changes: list[tuple[str, dict[str, Any]]] = [
        ("another description", {"description": "e"}),
        ("another alias", {"alias": "alias/y"}),
        ("tags added, changed and removed", {"tags": {"tier": "1"}}),
        ("another policy", {"policy": {}}),
        ("another rotation period", {"rotationPeriodDays": 90}),
        ("disabled", {"enabled": False}),
        ("another rotation period while disabled", {"enabled": False, "rotationPeriodDays": 180}),
        ("enabled again", {}),
        ("rotated on demand", {"rotateOnDemandTrigger": "1"}),
    ]

    def update(olds: Any, before: dict[str, Any], news: dict[str, Any]) -> Any:
        request = provider_pb2.UpdateRequest(id=made.id, urn=URN, olds=olds, old_inputs=struct(before), news=struct(news))
        return provider.stub.Update(request).properties

    for name, change in changes:
        if name.endswith("while disabled") or name == "enabled again":
            before = provider.checked({**KEY, "enabled": False}, old)
            outputs, old = update(outputs, old, before), before
        news = provider.checked({**KEY, **change}, old)
        mark = sim.mark()
        after = update(outputs, old, news)
        measure(name, mark)
        old = provider.checked(KEY, news)
        outputs = update(after, news, old)
    mark = sim.mark()
    provider.stub.Delete(provider_pb2.DeleteRequest(id=made.id, urn=URN, properties=outputs, old_inputs=struct(old)))
    measure("destroy", mark)
    stop(provider)
    second = start(env, engine[0], engine[1])
    second.configure(region=simulator.REGION)
    mark = sim.mark()
    again = second.create(KEY)
    assert again.id == made.id and plain(again.properties)["keyState"] == "Enabled"
    measure("restored after destroy", mark)
    stop(second)

    assert rows["new key with alias, rotation, policy and tags"][0] == 3
    assert rows["`pulumi up` without a change"] == (0, 0)
    assert rows["refresh"][0] == 0 and rows["refresh"][1] <= 5
    assert rows["another description"][0] == 1
    text = HEAD + "\n".join(lines) + "\n" + SET_HEAD + "\n".join(lines_of_a_set(env, engine)) + "\n"
    text += FUNCTIONS_HEAD + "\n".join(lines_of_functions(env, engine)) + "\n"
    if os.environ.get("AWSKMS_WRITE"):
        TABLE.write_text(text)
    assert TABLE.read_text() == text, "docs/calls.md is stale; run this test with AWSKMS_WRITE=1"
