"""Calls of functions, as the engine makes them."""

from __future__ import annotations

from typing import Any

from conftest import SIGNATURE, URN, Provider, plain, struct  # type: ignore[import-not-found]
from pulumi.runtime.proto import provider_pb2


def made(provider: Provider, alias: str = "alias/prod/orders", **inputs: Any) -> dict[str, Any]:
    """The outputs of a new key; each alias is a resource of its own."""
    urn = URN.replace("::key", "::" + alias.replace("/", "-"))
    check = provider_pb2.CheckRequest(urn=urn, news=struct({"alias": alias, **inputs}))
    checked = provider.stub.Check(check)
    assert not checked.failures, checked.failures
    request = provider_pb2.CreateRequest(urn=urn, properties=checked.inputs)
    outputs: dict[str, Any] = plain(provider.stub.Create(request).properties)
    return outputs


def invoke(provider: Provider, name: str, arguments: dict[str, Any], preview: bool = False) -> Any:
    request = provider_pb2.InvokeRequest(tok=f"awskms:index:{name}", args=struct(arguments), preview=preview)
    return provider.stub.Invoke(request)


def result(provider: Provider, name: str, **arguments: Any) -> dict[str, Any]:
    """What a function gives, as it is on the wire."""
    answer = invoke(provider, name, arguments)
    assert not answer.failures, answer.failures
    properties: dict[str, Any] = plain(getattr(answer, "return"))
    return properties


def refused(provider: Provider, name: str, **arguments: Any) -> dict[str, str]:
    """What is wrong with arguments, by property."""
    answer = invoke(provider, name, arguments)
    assert answer.failures, answer
    assert not plain(getattr(answer, "return"))
    return {failure.property: failure.reason for failure in answer.failures}


def revealed(value: Any) -> Any:
    """What a secret holds; a value that is none is an error."""
    assert isinstance(value, dict) and SIGNATURE in value, value
    return value["value"]
