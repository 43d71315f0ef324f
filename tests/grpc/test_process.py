"""The process: it ends with its engine and when it is asked to, and an engine that does not listen holds up nothing."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from conftest import URN, Engine, Provider, start, stop, struct  # type: ignore[import-not-found]
from kit import simulator
from life import KEY, Resource  # type: ignore[import-not-found]
from places import silent, unused_port  # type: ignore[import-not-found]
from pulumi.runtime.proto import provider_pb2
from test_key import wait_for  # type: ignore[import-not-found]

LISTENER = """
import socket, time
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
held = []
while True:
    held.append(listener.accept()[0])
"""


def test_the_provider_ends_with_its_engine(env: dict[str, str], sim: simulator.Simulator) -> None:
    """The engine is killed while a key is made: the run stops between two steps, and the key is found by the next."""
    engine = subprocess.Popen([sys.executable, "-c", LISTENER], stdout=subprocess.PIPE, text=True)
    assert engine.stdout is not None
    address = f"127.0.0.1:{engine.stdout.readline().strip()}"
    provider = start(env, Engine(), address)
    provider.configure(region=simulator.REGION)
    sim.fault({"delay": {"milliseconds": 3000}}, operation="CreateKey")
    request = provider_pb2.CreateRequest(urn=URN, properties=struct(provider.checked(KEY)))
    creating = provider.stub.Create.future(request)
    wait_for(lambda: any(call["operation"] == "CreateKey" for call in sim.calls(0)))
    engine.kill()
    engine.wait()
    assert provider.process.wait(timeout=10) == 0
    assert creating.exception() is not None
    provider.channel.close()
    # A killed engine may not have written the key: its mark must not say that it has.
    [key] = sim.keys()
    assert "recorded" not in key["tags"].get("awskms:owner", "")
    again = start(env, Engine(), *())
    again.configure(region=simulator.REGION)
    sim.control("DELETE", "faults")
    Resource().up(again, KEY)
    stop(again)
    assert len(sim.keys()) == 1


def test_an_engine_that_was_never_there_is_gone(env: dict[str, str]) -> None:
    provider = start(env, Engine(), f"127.0.0.1:{unused_port()}")
    assert provider.process.wait(timeout=10) == 0
    provider.channel.close()


def test_an_engine_that_hangs_up_is_still_there(env: dict[str, str]) -> None:
    """gRPC servers close connections that say nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        provider = start(env, Engine(), f"127.0.0.1:{listener.getsockname()[1]}")
        for _ in range(3):
            listener.accept()[0].close()
        assert provider.process.poll() is None
        stop(provider)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_connections_that_never_close_do_not_keep_it(env: dict[str, str], engine: tuple[Engine, str], how: int) -> None:
    provider = start(env, engine[0], engine[1])
    connections = [socket.create_connection(("127.0.0.1", provider.port)) for _ in range(3)]
    connections[1].sendall(b"GET / HTTP/1.1\r\n")
    connections[2].sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    provider.checked(KEY)
    began = time.monotonic()
    provider.process.send_signal(how)
    assert provider.process.wait(timeout=10) == 0
    assert time.monotonic() - began < 3
    for connection in connections:
        connection.close()
    provider.channel.close()


def test_a_question_to_sts_does_not_keep_it(env: dict[str, str], engine: tuple[Engine, str]) -> None:
    with silent() as sts:
        provider = start(env, engine[0], engine[1])
        provider.configure(region=simulator.REGION, endpoints={"sts": f"http://{sts}"})
        request = provider_pb2.CreateRequest(urn=URN, properties=struct(provider.checked(KEY)))
        creating = provider.stub.Create.future(request)
        wait_for(lambda: any("waiting for STS" in message.message for message in engine[0].messages))
        began = time.monotonic()
        provider.process.terminate()
        assert provider.process.wait(timeout=10) == 0
        assert time.monotonic() - began < 3
        assert "cancelled" in creating.exception().details()
        provider.channel.close()


def test_an_engine_that_takes_no_messages_holds_up_no_call(env: dict[str, str], sim: simulator.Simulator) -> None:
    with silent() as deaf:
        provider = start(env, Engine(), deaf)
        provider.configure(region=simulator.REGION)
        began = time.monotonic()
        key = Resource()
        key.up(provider, KEY)
        key.delete(provider)
        # Some seconds for the first call; nobody waits for an engine that has shown that it does not listen.
        assert time.monotonic() - began < 12
        assert [key["state"] for key in sim.keys()] == ["PendingDeletion"]
        provider.channel.close()
        provider.process.terminate()
        assert provider.process.wait(timeout=10) == 0


def test_many_calls_at_a_deaf_engine(env: dict[str, str], sim: simulator.Simulator) -> None:
    with silent() as deaf:
        provider: Provider = start(env, Engine(), deaf)
        provider.configure(region=simulator.REGION)
        began = time.monotonic()
        threads = [threading.Thread(target=provider.check, args=({"alias": f"alias/n{n}"},)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.monotonic() - began < 8
        provider.channel.close()
        provider.process.kill()
        provider.process.communicate()


