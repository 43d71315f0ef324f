"""The calls that concern no key at KMS."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import grpc
import pytest
from conftest import URN, Engine, Provider, plain, start, stop, struct  # type: ignore[import-not-found]
from google.protobuf import empty_pb2
from kit import paths
from pulumi.runtime.proto import plugin_pb2, provider_pb2


def code(call: Any, *words: Any) -> grpc.StatusCode:
    with pytest.raises(grpc.RpcError) as error:
        answer = call(*words)
        list(answer)
    return error.value.code()


def test_handshake_says_what_configure_repeats(bare: Provider, engine: tuple[Engine, str]) -> None:
    hello = bare.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=engine[1]))
    configured = bare.configure()
    assert (hello.accept_secrets, hello.accept_resources, hello.accept_outputs) == (True, False, False)
    assert (configured.acceptSecrets, configured.acceptResources, configured.acceptOutputs) == (True, False, False)
    assert configured.supportsPreview


def test_schema_is_the_checked_in_one(bare: Provider) -> None:
    schema = bare.stub.GetSchema(provider_pb2.GetSchemaRequest(version=0)).schema
    assert schema == (paths.ROOT / "schema.json").read_text()
    assert code(bare.stub.GetSchema, provider_pb2.GetSchemaRequest(version=7)) == grpc.StatusCode.INVALID_ARGUMENT
    printed = subprocess.run([str(paths.PROVIDER), "schema"], capture_output=True, text=True, check=True).stdout
    assert json.loads(printed)["version"] == paths.VERSION


def test_version_is_one(bare: Provider) -> None:
    assert bare.stub.GetPluginInfo(empty_pb2.Empty()).version == paths.VERSION
    printed = subprocess.run([str(paths.PROVIDER), "--version"], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == paths.VERSION
    assert "usage" in subprocess.run([str(paths.PROVIDER), "--help"], capture_output=True, text=True, check=True).stdout


def test_what_does_not_apply_says_so(bare: Provider) -> None:
    stub = bare.stub
    unimplemented, not_found = grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.NOT_FOUND
    assert code(stub.Parameterize, provider_pb2.ParameterizeRequest()) == unimplemented
    assert code(stub.Construct, provider_pb2.ConstructRequest(type="awskms:index:No")) == unimplemented
    assert code(stub.List, provider_pb2.ListRequest()) == not_found
    assert code(stub.Invoke, provider_pb2.InvokeRequest(tok="awskms:index:no")) == not_found
    assert code(stub.Call, provider_pb2.CallRequest(tok="awskms:index:no")) == not_found
    assert stub.GetMapping(provider_pb2.GetMappingRequest(key="terraform")).provider == ""
    assert list(stub.GetMappings(provider_pb2.GetMappingsRequest(key="terraform")).providers) == []
    request = provider_pb2.CheckRequest(urn="urn:pulumi:dev::p::awskms:index:Other::x", news=struct({}))
    assert code(stub.Check, request) == not_found
    stub.Cancel(empty_pb2.Empty())


def test_configuration_is_checked_and_not_changed(bare: Provider) -> None:
    bad = {"region": "moon", "accessKey": "A", "endpoint": "nowhere", "allowedAccountIds": ["1"], "regio": "x"}
    answer = bare.stub.CheckConfig(provider_pb2.CheckRequest(news=struct(bad)))
    assert {failure.property for failure in answer.failures} == {
        "region", "secretKey", "endpoint", "allowedAccountIds[0]", "regio",
    }  # fmt: skip
    good = {"region": "eu-west-1", "defaultTags": '{"tags": {"team": "x"}}', "maxRetries": "3"}
    answer = bare.stub.CheckConfig(provider_pb2.CheckRequest(news=struct(good)))
    assert not answer.failures and plain(answer.inputs) == good
    request = provider_pb2.DiffRequest(olds=struct({"region": "a"}), news=struct({"region": "b"}))
    diff = bare.stub.DiffConfig(request)
    assert list(diff.diffs) == ["region"] and not diff.replaces
    with pytest.raises(grpc.RpcError) as error:
        bare.configure(endpoint="nowhere")
    assert "endpoint" in error.value.details()


def test_an_engine_may_attach_later(env: dict[str, str], engine: tuple[Engine, str]) -> None:
    provider = start(env, engine[0])
    provider.stub.Handshake(provider_pb2.ProviderHandshakeRequest())
    provider.check({})
    assert engine[0].messages == []
    provider.stub.Attach(plugin_pb2.PluginAttach(address=engine[1]))
    provider.check({})
    assert any("no alias" in message.message and message.urn == URN for message in engine[0].messages)
    stop(provider)


def test_without_an_engine_nothing_fails(env: dict[str, str]) -> None:
    provider = start(env, Engine(), "-logtostderr", "-v", "9", "127.0.0.1:9")
    assert provider.checked({"alias": "alias/x"})["alias"] == "alias/x"
    stop(provider)


def test_large_messages_come_through(bare: Provider) -> None:
    answer = bare.check({"description": "x" * 8_000_000})
    [failure] = answer.failures
    assert "8000000 characters" in failure.reason
    assert len(plain(answer.inputs)["description"]) == 8_000_000


def test_garbage_is_refused_and_survived(bare: Provider) -> None:
    call = bare.channel.unary_unary("/pulumirpc.ResourceProvider/Check")
    for garbage in (b"\xff" * 100, b"\x12\xff\xff\xff\xff\x0f", b""):
        try:
            call(garbage, timeout=10)
        except grpc.RpcError as error:
            assert error.code() in (grpc.StatusCode.INTERNAL, grpc.StatusCode.INVALID_ARGUMENT)  # noqa: PT017
    deep: dict[str, Any] = {}
    for _ in range(90):
        deep = {"x": deep}
    try:
        bare.check({"tags": deep})
    except (grpc.RpcError, Exception) as error:  # noqa: BLE001
        assert "recursion" in str(error).lower() or isinstance(error, grpc.RpcError)
    assert bare.check({"alias": "alias/x", "rotationPeriodDays": float("nan")}).failures
    assert bare.checked({"alias": "alias/x"})["enabled"] is True


def test_the_port_line_comes_at_once_and_nothing_else(env: dict[str, str]) -> None:
    process = subprocess.Popen([str(paths.PROVIDER)], env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip().isdigit()
    process.terminate()
    rest, _ = process.communicate(timeout=10)
    assert rest == "" and process.returncode == 0
