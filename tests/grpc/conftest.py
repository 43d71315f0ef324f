"""The running provider, and an engine that listens to it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from kit import paths, simulator, stack
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2, provider_pb2_grpc

LIMIT = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
URN = "urn:pulumi:dev::keys::awskms:index:AwsKmsKey::key"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"


def secret(value: Any) -> dict[str, Any]:
    return {SIGNATURE: SECRET, "value": value}


def struct(value: dict[str, Any]) -> struct_pb2.Struct:
    wire = struct_pb2.Struct()
    wire.update(value)
    return wire


def plain(wire: struct_pb2.Struct) -> dict[str, Any]:
    from google.protobuf.json_format import MessageToDict

    return MessageToDict(wire)


class Engine(engine_pb2_grpc.EngineServicer):
    """Keeps what the provider logs."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    def Log(self, request: Any, context: Any) -> empty_pb2.Empty:  # noqa: N802
        self.messages.append(request)
        return empty_pb2.Empty()


class Provider:
    """A provider process and a client of it."""

    def __init__(self, process: subprocess.Popen[str], port: int, engine: Engine) -> None:
        self.process = process
        self.engine = engine
        self.port = port
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=LIMIT)
        self.stub = provider_pb2_grpc.ResourceProviderStub(self.channel)

    def configure(self, id: str | None = None, urn: str | None = None, **args: Any) -> Any:
        """Configures it, as the provider resource of this ID and URN if the engine reveals them."""
        self.configuration = provider_pb2.ConfigureRequest(args=struct(args), acceptSecrets=True, id=id, urn=urn)
        return self.stub.Configure(self.configuration)

    def forget(self) -> None:
        """Configured anew, it knows no more of resources than a new process."""
        self.stub.Configure(self.configuration)

    def check(self, news: dict[str, Any], olds: dict[str, Any] | None = None) -> Any:
        request = provider_pb2.CheckRequest(urn=URN, news=struct(news))
        if olds is not None:
            request.olds.CopyFrom(struct(olds))
        return self.stub.Check(request)

    def checked(self, news: dict[str, Any], olds: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self.check(news, olds)
        assert not answer.failures, answer.failures
        return plain(answer.inputs)

    def create(self, inputs: dict[str, Any], **request: Any) -> Any:
        return self.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=struct(self.checked(inputs)), **request))


def start(env: dict[str, str], engine: Engine, *arguments: str) -> Provider:
    process = subprocess.Popen(
        [str(paths.PROVIDER), *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return Provider(process, int(process.stdout.readline()), engine)


def stop(provider: Provider) -> None:
    provider.channel.close()
    provider.process.terminate()
    _, errors = provider.process.communicate(timeout=10)
    assert provider.process.returncode == 0, errors
    assert "panicked" not in errors


@pytest.fixture
def engine() -> Iterator[tuple[Engine, str]]:
    servicer = Engine()
    server = grpc.server(futures.ThreadPoolExecutor(4))
    engine_pb2_grpc.add_EngineServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield servicer, f"127.0.0.1:{port}"
    server.stop(None)


@pytest.fixture
def env(tmp_path: Path, sim: simulator.Simulator) -> dict[str, str]:
    return stack.environment(tmp_path, sim.url)


@pytest.fixture
def bare(env: dict[str, str], engine: tuple[Engine, str]) -> Iterator[Provider]:
    """A provider that the engine has started and not configured."""
    provider = start(env, engine[0], engine[1])
    yield provider
    stop(provider)


@pytest.fixture
def provider(bare: Provider) -> Provider:
    """A configured provider."""
    bare.configure(region=simulator.REGION)
    return bare
