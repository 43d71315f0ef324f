"""A Region of a multi-Region set in trouble, at every step of every change: the other Regions are done, the error names the
Region, and the next run ends where the inputs say."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from conftest import URN, Engine, Provider, struct, start, stop  # type: ignore[import-not-found]
from kit import simulator
from pulumi.runtime.proto import provider_pb2
from test_key import KEY, init_failed  # type: ignore[import-not-found]
from test_lifecycle import update  # type: ignore[import-not-found]
from test_replicas import HOME, NORTH, SOUTH, TWO, WEST, Set, keys, ready, tags  # type: ignore[import-not-found]

CHANGED = {**TWO, "description": "e", "tags": {"team": "b"}}
CHANGES: dict[str, dict[str, Any]] = {
    "change": CHANGED,
    "add": {**TWO, "replicas": [*TWO["replicas"], {"region": NORTH}]},
    "remove": {**TWO, "replicas": [{"region": SOUTH}]},
    "promote": {**TWO, "region": SOUTH, "replicas": [{"region": HOME}, {"region": WEST}]},
}
EFFECTS = ["cutBefore", "throttle", "accessDenied", "kmsInternal"]
SECONDS = 4.0


def run(made: Set, new: dict[str, Any], seconds: float = SECONDS) -> list[str]:
    """An update as the engine does it; gives the reasons of one that is not complete."""
    inputs = made.provider.checked(new, made.inputs)
    old, made.inputs = made.inputs, inputs
    try:
        made.properties = update(made.provider, made, old, inputs, timeout=seconds).properties
    except grpc.RpcError as error:
        if "grpc-status-details-bin" not in dict(error.trailing_metadata()):
            made.inputs = old
            return [error.details()]
        detail = init_failed(error)
        made.properties = detail.properties
        return list(detail.reasons)
    return []


def wanted(inputs: dict[str, Any]) -> dict[str, Any]:
    regions = [inputs.get("region", HOME), *(replica["region"] for replica in inputs["replicas"])]
    return {region: (inputs["description"], ["alias/x"], inputs["tags"], "Enabled") for region in regions}


def facts(sim: simulator.Simulator) -> dict[str, Any]:
    alive = {region: key for region, key in keys(sim).items() if "Pending" not in key["state"]}
    return {
        region: (key["description"], key["aliases"], tags(key), key["state"]) for region, key in alive.items()
    }


def converges(made: Set, sim: simulator.Simulator, inputs: dict[str, Any]) -> None:
    """What a quiet rerun must come to."""
    sim.control("DELETE", "faults")
    ready(sim)
    assert run(made, inputs, 30.0) == []
    ready(sim)
    assert facts(sim) == wanted(inputs)
    assert len({key["arn"].split("/")[1] for key in sim.keys()}) == 1
    assert made.refresh() == {}


@pytest.fixture
def impatient(provider: Provider, sim: simulator.Simulator) -> Provider:
    """A provider that repeats nothing."""
    sim.control("POST", "options", {"creatingSeconds": 0.1, "updatingSeconds": 0.1})
    provider.configure(region=HOME, maxRetries=1)
    return provider


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("region", [WEST, HOME])
@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_region_that_fails_at_any_of_its_calls(
    impatient: Provider, sim: simulator.Simulator, name: str, region: str, effect: str
) -> None:
    inputs = CHANGES[name]
    for step in range(1, 20):
        sim.control("POST", "reset")
        made = Set(impatient, TWO)
        ready(sim)
        mark = sim.mark()
        sim.fault(effect, region=region, nth=step)
        reasons = run(made, inputs)
        calls = [call for call in sim.calls(mark) if call["region"] == region]
        if reasons:
            assert any(region in reason for reason in reasons), reasons
        if region == WEST:
            # What is not WEST's is done all the same.
            ready(sim)
            done, others = facts(sim), wanted(inputs)
            assert {r: f for r, f in done.items() if r != WEST} == {r: f for r, f in others.items() if r != WEST}
            assert not any(reason.startswith(SOUTH) for reason in reasons), reasons
        assert WEST in made.outputs["replicaKeys"] or name == "remove"
        converges(made, sim, inputs)
        if len(calls) < step:
            assert reasons == []
            return
    raise AssertionError("there are more calls than steps")


@pytest.mark.parametrize("effect", EFFECTS)
def test_a_create_with_a_region_that_fails_at_any_of_its_calls(
    impatient: Provider, sim: simulator.Simulator, effect: str
) -> None:
    inputs = impatient.checked(TWO)
    for step in range(1, 9):
        sim.control("POST", "reset")
        impatient.forget()
        sim.fault(effect, region=WEST, nth=step)
        reasons = []
        try:
            answer = impatient.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=struct(inputs), timeout=SECONDS))
        except grpc.RpcError as error:
            answer = init_failed(error)
            reasons = list(answer.reasons)
            assert all(reason.startswith(WEST) for reason in reasons), reasons
        made = Set.known(impatient, inputs, answer)
        calls = [call for call in sim.calls() if call["region"] == WEST]
        ready(sim)
        others = {region: fact for region, fact in wanted(inputs).items() if region != WEST}
        assert {region: fact for region, fact in facts(sim).items() if region != WEST} == others
        converges(made, sim, TWO | {"description": KEY["description"]})
        if len(calls) < step:
            assert reasons == []
            return
    raise AssertionError("there are more calls than steps")


@pytest.mark.parametrize("effect", EFFECTS)
def test_a_destroy_with_a_region_that_fails(impatient: Provider, sim: simulator.Simulator, effect: str) -> None:
    for step in range(1, 20):
        sim.control("POST", "reset")
        made = Set(impatient, TWO)
        ready(sim)
        mark = sim.mark()
        sim.fault(effect, region=WEST, nth=step)
        try:
            made.delete()
            failed = False
        except grpc.RpcError as error:
            failed = True
            assert WEST in error.details()
            assert keys(sim)[SOUTH]["state"] == "PendingDeletion", "the other replica goes"
            assert keys(sim)[HOME]["state"] == "Enabled", "the primary waits for all of them"
        calls = [call for call in sim.calls(mark) if call["region"] == WEST]
        sim.control("DELETE", "faults")
        made.delete()
        assert {key["state"] for key in sim.keys()} == {"PendingDeletion", "PendingReplicaDeletion"}
        if len(calls) < step:
            assert not failed
            return
    raise AssertionError("there are more calls than steps")


@pytest.mark.parametrize("operation", ["ReplicateKey", "CreateAlias", "UpdatePrimaryRegion", "ScheduleKeyDeletion"])
def test_lost_answers_make_no_difference(impatient: Provider, sim: simulator.Simulator, operation: str) -> None:
    for inputs in (CHANGES["add"], CHANGES["promote"], CHANGES["remove"]):
        sim.control("POST", "reset")
        sim.fault("cutAfter", operation=operation, count=3)
        try:
            made = Set(impatient, TWO)
        except grpc.RpcError as error:
            made = Set.known(impatient, impatient.checked(TWO), init_failed(error))
        ready(sim)
        sim.fault("cutAfter", operation=operation, count=3)
        run(made, inputs)
        converges(made, sim, inputs)


def test_a_region_that_hangs_leaves_time_for_the_others(
    env: dict[str, str], engine: tuple[Engine, str]
) -> None:
    """Each case waits for the user's time to be up, so they wait side by side."""

    def case(arguments: tuple[str, int, str]) -> None:
        name, step, effect = arguments
        with simulator.running() as sim:
            sim.control("POST", "options", {"creatingSeconds": 0.1, "updatingSeconds": 0.1})
            provider = start({**env, "AWS_ENDPOINT_URL": sim.url}, engine[0], engine[1])
            provider.configure(region=HOME, maxRetries=1)
            made = Set(provider, TWO)
            ready(sim)
            sim.fault(effect, region=WEST, nth=step)
            reasons = run(made, CHANGES[name])
            assert any(WEST in reason for reason in reasons), (arguments, reasons)
            ready(sim)
            others = {r: f for r, f in wanted(CHANGES[name]).items() if r != WEST}
            assert {r: f for r, f in facts(sim).items() if r != WEST} == others, arguments
            converges(made, sim, CHANGES[name])
            stop(provider)

    cases = [(name, step, effect) for name in ("change", "add") for step in (1, 2, 6) for effect in ("hang", "hangAfter")]
    cases = [case for case in cases if case[:2] != ("add", 6)]
    with ThreadPoolExecutor(len(cases)) as pool:
        list(pool.map(case, cases))


# A change, and the call of it that gets no answer: where and which.
HUNG = [
    ("change", HOME, "DescribeKey"),
    ("change", HOME, "TagResource"),
    ("add", HOME, "ReplicateKey"),
    ("add", NORTH, "CreateAlias"),
    ("promote", HOME, "UpdatePrimaryRegion"),
    ("promote", SOUTH, "DescribeKey"),
    ("remove", WEST, "ScheduleKeyDeletion"),
    ("remove", WEST, "DeleteAlias"),
]


def test_a_call_that_hangs_ends_with_the_users_time(env: dict[str, str], engine: tuple[Engine, str]) -> None:
    """Also where nothing can go on without it: the primary's Region, a promotion, a Region that goes."""

    def case(arguments: tuple[str, str, str, str]) -> None:
        name, region, operation, effect = arguments
        with simulator.running() as sim:
            sim.control("POST", "options", {"creatingSeconds": 0.1, "updatingSeconds": 0.1})
            provider = start({**env, "AWS_ENDPOINT_URL": sim.url}, engine[0], engine[1])
            provider.configure(region=HOME, maxRetries=1)
            made = Set(provider, TWO)
            ready(sim)
            mark = sim.mark()
            sim.fault(effect, region=region, operation=operation)
            began = time.monotonic()
            reasons = run(made, CHANGES[name])
            assert time.monotonic() - began < 2 * SECONDS, arguments
            assert any(call["operation"] == operation and call["region"] == region for call in sim.calls(mark)), arguments
            assert any(region in reason for reason in reasons), (arguments, reasons)
            assert WEST in made.outputs["replicaKeys"] or name == "remove", arguments
            converges(made, sim, CHANGES[name])
            stop(provider)

    cases = [(*hung, effect) for hung in HUNG for effect in ("hang", "hangAfter")]
    with ThreadPoolExecutor(len(cases)) as pool:
        list(pool.map(case, cases))


@pytest.mark.parametrize("effect", ["hang", "hangAfter"])
def test_a_destroy_whose_call_hangs_ends_with_the_users_time(impatient: Provider, sim: simulator.Simulator, effect: str) -> None:
    made = Set(impatient, TWO)
    ready(sim)
    sim.fault(effect, region=WEST, operation="ScheduleKeyDeletion")
    request = provider_pb2.DeleteRequest(
        id=made.id, urn=URN, properties=made.properties, old_inputs=struct(made.inputs), timeout=SECONDS
    )
    began = time.monotonic()
    with pytest.raises(grpc.RpcError, match=WEST):
        impatient.stub.Delete(request)
    assert time.monotonic() - began < 2 * SECONDS
    assert keys(sim)[HOME]["state"] == "Enabled", "the primary waits for its replicas"
    assert keys(sim)[SOUTH]["state"] == "PendingDeletion"
    sim.control("DELETE", "faults")
    made.delete()
    assert {key["state"] for key in sim.keys()} == {"PendingDeletion", "PendingReplicaDeletion"}


def test_a_create_with_a_region_that_hangs(env: dict[str, str], engine: tuple[Engine, str]) -> None:
    with simulator.running() as sim:
        provider = start({**env, "AWS_ENDPOINT_URL": sim.url}, engine[0], engine[1])
        provider.configure(region=HOME, maxRetries=1)
        sim.fault("hang", region=WEST)
        inputs = provider.checked(TWO)
        with pytest.raises(grpc.RpcError) as caught:
            provider.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=struct(inputs), timeout=SECONDS))
        failed = init_failed(caught.value)
        assert any(WEST in reason for reason in failed.reasons) and keys(sim)[SOUTH]["aliases"] == ["alias/x"]
        made = Set.known(provider, inputs, failed)
        converges(made, sim, TWO | {"description": KEY["description"]})
        stop(provider)


@pytest.mark.parametrize("operation", ["CreateKey", "EnableKeyRotation", "ReplicateKey", "CreateAlias"])
@pytest.mark.parametrize("effect", ["hang", "hangAfter"])
def test_a_provider_killed_while_it_makes_a_set(
    env: dict[str, str], engine: tuple[Engine, str], operation: str, effect: str
) -> None:
    with simulator.running() as sim:
        env = {**env, "AWS_ENDPOINT_URL": sim.url}
        provider = start(env, engine[0], engine[1])
        provider.configure(region=HOME)
        inputs = provider.checked(TWO)
        sim.fault(effect, operation=operation)
        call = provider.stub.Create.future(provider_pb2.CreateRequest(urn=URN, properties=struct(inputs)))
        while not any(entry["operation"] == operation for entry in sim.calls()):
            pass
        provider.process.kill()
        provider.process.communicate()
        provider.channel.close()
        assert call.exception() is not None
        sim.control("DELETE", "faults")
        ready(sim)
        again = start(env, engine[0], engine[1])
        again.configure(region=HOME)
        made = Set(again, TWO)
        assert made.refresh() == {}
        ready(sim)
        assert facts(sim) == wanted(TWO | {"description": KEY["description"]})
        assert len({key["arn"].split("/")[1] for key in sim.keys()}) == 1
        stop(again)
