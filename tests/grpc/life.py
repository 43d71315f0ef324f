"""One resource as the engine keeps it: what is in the state, and which calls `pulumi up`, `refresh` and `destroy` make."""

from __future__ import annotations

from typing import Any

import boto3
import grpc
from conftest import URN, Provider, plain, struct  # type: ignore[import-not-found]
from google.rpc import status_pb2
from kit import simulator
from pulumi.runtime.proto import provider_pb2

KEY: dict[str, Any] = {"alias": "alias/x", "description": "d"}


def partial(error: grpc.RpcError) -> Any:
    """The detail that keeps a half-made resource in the state; None without one."""
    for name, value in error.trailing_metadata() or ():
        if name == "grpc-status-details-bin":
            [packed] = status_pb2.Status.FromString(value).details
            return provider_pb2.ErrorResourceInitFailed.FromString(packed.value)
    return None


def renamed(urn: str, name: str) -> str:
    return urn.rsplit("::", 1)[0] + "::" + name


def kms(sim: simulator.Simulator, account: str = "test") -> Any:
    """A client of somebody else."""
    return boto3.client(
        "kms", endpoint_url=sim.url, region_name=simulator.REGION, aws_access_key_id=account, aws_secret_access_key="test"
    )


def said(provider: Provider, text: str) -> bool:
    return any(text in message.message for message in provider.engine.messages)


class Resource:
    """A resource and what the state has of it."""

    def __init__(self, urn: str = URN) -> None:
        self.urn = urn
        self.id = ""
        self.outputs: dict[str, Any] = {}
        self.inputs: dict[str, Any] = {}
        self.reasons: list[str] = []

    def copy(self, urn: str = "") -> Resource:
        """Another state with the same resource, perhaps under another name."""
        other = Resource(urn or self.urn)
        other.id, other.outputs, other.inputs = self.id, self.outputs, self.inputs
        return other

    def check(self, provider: Provider, inputs: dict[str, Any]) -> dict[str, Any]:
        request = provider_pb2.CheckRequest(urn=self.urn, news=struct(inputs), olds=struct(self.inputs))
        answer = provider.stub.Check(request)
        assert not answer.failures, answer.failures
        return plain(answer.inputs)

    def diff(self, provider: Provider, news: dict[str, Any]) -> Any:
        request = provider_pb2.DiffRequest(
            id=self.id, urn=self.urn, olds=struct(self.outputs), old_inputs=struct(self.inputs), news=struct(news)
        )
        return provider.stub.Diff(request)

    def up(self, provider: Provider, inputs: dict[str, Any], **request: Any) -> None:
        """Creates, changes or replaces the key, as far as there is something to do."""
        news = self.check(provider, inputs)
        if not self.id:
            self.create(provider, news, **request)
            return
        diff = self.diff(provider, news)
        if diff.replaces:
            old = self.copy()
            self.create(provider, news, **request)
            old.delete(provider)
        elif diff.changes == provider_pb2.DiffResponse.DIFF_SOME or self.reasons:
            self.update(provider, news, **request)

    def create(self, provider: Provider, news: dict[str, Any], **request: Any) -> None:
        call = provider_pb2.CreateRequest(urn=self.urn, properties=struct(news), **request)
        self.record(lambda: provider.stub.Create(call), news)

    def update(self, provider: Provider, news: dict[str, Any], **request: Any) -> None:
        self.record(lambda: provider.stub.Update(self.update_request(news, **request)), news)

    def update_request(self, news: dict[str, Any], **request: Any) -> Any:
        return provider_pb2.UpdateRequest(
            id=self.id, urn=self.urn, olds=struct(self.outputs), old_inputs=struct(self.inputs), news=struct(news), **request
        )

    def record(self, call: Any, news: dict[str, Any]) -> None:
        """What the engine writes down; a failure without the detail leaves the state as it was."""
        try:
            answer = call()
        except grpc.RpcError as error:
            detail = partial(error)
            if detail is None:
                raise
            self.id, self.outputs, self.inputs = detail.id, plain(detail.properties), plain(detail.inputs)
            self.reasons = list(detail.reasons)
            return
        self.id = getattr(answer, "id", "") or self.id
        self.outputs, self.inputs, self.reasons = plain(answer.properties), news, []

    def refresh(self, provider: Provider) -> None:
        request = provider_pb2.ReadRequest(
            id=self.id, urn=self.urn, properties=struct(self.outputs), inputs=struct(self.inputs)
        )
        answer = provider.stub.Read(request)
        self.id, self.outputs, self.inputs = answer.id, plain(answer.properties), plain(answer.inputs)

    def adopt(self, provider: Provider, reference: str) -> None:
        """`pulumi import`."""
        answer = provider.stub.Read(provider_pb2.ReadRequest(id=reference, urn=self.urn))
        self.id, self.outputs, self.inputs = answer.id, plain(answer.properties), plain(answer.inputs)

    def delete(self, provider: Provider) -> None:
        provider.stub.Delete(self.delete_request())

    def delete_request(self) -> Any:
        return provider_pb2.DeleteRequest(
            id=self.id, urn=self.urn, properties=struct(self.outputs), old_inputs=struct(self.inputs)
        )
