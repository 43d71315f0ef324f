"""Calls that never get an answer: the user's time and an interrupt end them, and the next run finds what they have left."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from conftest import URN, Engine, Provider, start, stop, struct  # type: ignore[import-not-found]
from google.protobuf import empty_pb2
from kit import simulator
from pulumi.runtime.proto import provider_pb2
from test_lifecycle import update  # type: ignore[import-not-found]
from test_replicas import HOME, SOUTH, TWO, Set, ready  # type: ignore[import-not-found]
from test_replicas_trouble import CHANGES, converges  # type: ignore[import-not-found]

LIMIT = 2.0
# A call on its way is given three seconds more; the AWS SDK alone would wait for ten or sixty.
AT_MOST = LIMIT + 3.0 + 3.0


def ended(provider: Provider, how: str, call: Any) -> float:
    """Seconds until a call fails that is limited in this way."""
    if how == "cancel":
        threading.Timer(LIMIT, lambda: provider.stub.Cancel(empty_pb2.Empty())).start()
    began = time.monotonic()
    try:
        call({"timeout": LIMIT} if how == "timeout" else {})
    except grpc.RpcError:
        return time.monotonic() - began
    raise AssertionError("it did not fail")


def test_calls_without_an_answer_end_with_the_users_time(env: dict[str, str], engine: tuple[Engine, str]) -> None:
    """Side by side, because each of them waits."""

    def new(sim: simulator.Simulator) -> Provider:
        provider = start({**env, "AWS_ENDPOINT_URL": sim.url}, engine[0], engine[1])
        provider.configure(region=HOME)
        return provider

    def create(how: str, effect: str) -> float:
        with simulator.running() as sim:
            provider = new(sim)
            inputs = provider.checked(TWO)
            sim.fault(effect, operation="CreateKey")
            request = {"urn": URN, "properties": struct(inputs)}
            took = ended(provider, how, lambda limit: provider.stub.Create(provider_pb2.CreateRequest(**request, **limit)))
            stop(provider)
            sim.control("DELETE", "faults")
            again = new(sim)
            Set(again, TWO)
            stop(again)
            assert len({key["arn"].split("/")[1] for key in sim.keys()}) == 1
            return took

    def promote(how: str) -> float:
        with simulator.running() as sim:
            sim.control("POST", "options", {"creatingSeconds": 0.1, "updatingSeconds": 0.1})
            provider = new(sim)
            made = Set(provider, TWO)
            ready(sim)
            wanted = provider.checked(CHANGES["promote"], made.inputs)
            # The first look at the Region is answered; those that wait for the move are not.
            sim.fault("hang", region=SOUTH, operation="DescribeKey", nth=2)
            took = ended(provider, how, lambda limit: update(provider, made, made.inputs, wanted, **limit))
            stop(provider)
            made.provider = new(sim)
            converges(made, sim, CHANGES["promote"])
            stop(made.provider)
            return took

    limits = ["timeout", "cancel"]
    with ThreadPoolExecutor(6) as pool:
        creates = [pool.submit(create, how, effect) for how in limits for effect in ("hang", "hangAfter")]
        promotions = [pool.submit(promote, how) for how in limits]
        seconds = [future.result() for future in creates + promotions]
    assert max(seconds) < AT_MOST, seconds
