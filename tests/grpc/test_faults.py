"""Calls that are lost, killed, refused or late, at every operation of an update, a restore and a deletion."""

from __future__ import annotations

import threading
from typing import Any

import grpc
import pytest
from conftest import URN, Engine, Provider, start, stop  # type: ignore[import-not-found]
from kit import simulator
from life import KEY, Resource, kms, renamed, said  # type: ignore[import-not-found]
from test_key import wait_for  # type: ignore[import-not-found]

OLD: dict[str, Any] = {
    "alias": "alias/x", "description": "d", "tags": {"a": "1", "b": "2"}, "enabled": False, "rotationPeriodDays": 100,
}  # fmt: skip
NEW: dict[str, Any] = {
    "alias": "alias/y", "description": "e", "tags": {"a": "2"}, "policy": {}, "enabled": False, "rotationPeriodDays": 200,
}  # fmt: skip
UPDATE = [
    "EnableKey", "EnableKeyRotation", "UntagResource", "UpdateKeyDescription", "TagResource", "PutKeyPolicy", "CreateAlias",
    "DeleteAlias", "DisableKey",
]  # fmt: skip
RESTORE = ["CancelKeyDeletion", "TagResource", "EnableKey", "EnableKeyRotation", "CreateAlias"]
DELETE = ["ScheduleKeyDeletion", "DeleteAlias"]
CASES = [
    *(("update", operation) for operation in UPDATE),
    *(("restore", operation) for operation in RESTORE),
    *(("delete", operation) for operation in DELETE),
]


class World:
    """A resource before one of the three, and what must be afterwards."""

    def __init__(self, what: str, provider: Provider, sim: simulator.Simulator) -> None:
        self.what, self.sim, self.key = what, sim, Resource()
        self.key.up(provider, OLD if what == "update" else KEY)
        if what == "restore":
            self.key.delete(provider)
            self.key = Resource()

    def run(self, provider: Provider) -> None:
        if self.what == "delete":
            self.key.delete(provider)
        else:
            self.key.up(provider, NEW if self.what == "update" else KEY)

    def is_done(self) -> bool:
        [key] = self.sim.keys()
        tags = {name: value for name, value in key["tags"].items() if name != "awskms:owner"}
        facts = (key["state"], key["aliases"], key["description"], tags, key["rotationPeriodInDays"])
        wanted: dict[str, Any] = {
            "update": ("Disabled", ["alias/y"], "e", {"a": "2"}, 200),
            "restore": ("Enabled", ["alias/x"], "d", {}, 365),
            "delete": ("PendingDeletion", [], "d", {}, 365),
        }
        good: bool = facts == wanted[self.what]
        assert good or not self.key.reasons, self.key.reasons
        return good


@pytest.mark.parametrize(("what", "operation"), CASES)
def test_an_answer_that_is_lost_is_no_failure(
    provider: Provider, sim: simulator.Simulator, what: str, operation: str
) -> None:
    world = World(what, provider, sim)
    for effect in ("cutAfter", "cutBefore"):
        sim.fault(effect, operation=operation, count=1)
    fresh = Resource() if what == "restore" else None
    world.key = fresh or world.key
    # A restore is what a new process does, which has not seen the deletion.
    provider.configure(region=simulator.REGION)
    world.run(provider)
    assert world.is_done()


@pytest.mark.parametrize(("what", "operation"), CASES)
def test_a_kill_after_the_effect_is_made_good_by_the_next_run(
    env: dict[str, str], engine: tuple[Engine, str], sim: simulator.Simulator, what: str, operation: str
) -> None:
    providers = [start(env, engine[0], engine[1]) for _ in range(2)]
    for provider in providers:
        provider.configure(region=simulator.REGION)
    killed, second = providers
    world = World(what, killed, sim)
    killed.configure(region=simulator.REGION)
    sim.fault("hangAfter", operation=operation, count=1)
    before = sim.mark()

    def run() -> None:
        with pytest.raises(grpc.RpcError):
            world.run(killed)

    running = threading.Thread(target=run)
    running.start()
    wait_for(lambda: any(call["operation"] == operation for call in sim.calls(before)))
    killed.process.kill()
    killed.process.communicate()
    running.join()
    sim.control("DELETE", "faults")
    world.run(second)
    assert world.is_done()
    stop(second)


# Two hands on one alias


def test_an_alias_that_moved_between_look_and_call_is_left_where_it_is(
    provider: Provider, sim: simulator.Simulator
) -> None:
    """Deletion: the name is somebody else's by the time of DeleteAlias."""
    key = Resource()
    key.up(provider, KEY)
    other = kms(sim).create_key()["KeyMetadata"]["Arn"]
    during(
        sim, "ScheduleKeyDeletion", lambda: key.delete(provider),
        lambda: kms(sim).update_alias(AliasName="alias/x", TargetKeyId=other),
    )  # fmt: skip
    assert {key["arn"] == other: (key["state"], key["aliases"]) for key in sim.keys()} == {
        True: ("Enabled", ["alias/x"]), False: ("PendingDeletion", []),
    }  # fmt: skip


def test_an_alias_of_a_pending_key_is_not_taken_from_a_third(provider: Provider, sim: simulator.Simulator) -> None:
    client = kms(sim)
    going, third = (client.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    client.create_alias(AliasName="alias/x", TargetKeyId=going)
    client.schedule_key_deletion(KeyId=going)
    key = Resource()
    during(
        sim, "CreateKey", lambda: key.up(provider, KEY), lambda: client.update_alias(AliasName="alias/x", TargetKeyId=third)
    )
    assert any(f"alias/x now names {third}" in reason for reason in key.reasons), key.reasons
    assert [key["arn"] for key in sim.keys() if key["aliases"]] == [third]
    # The next run says it before anything is done.
    with pytest.raises(grpc.RpcError) as error:
        key.up(provider, KEY)
    assert f"alias/x is taken in {simulator.REGION} by {third}" in error.value.details()


def test_the_loser_of_a_race_for_an_alias_names_the_winner(provider: Provider, sim: simulator.Simulator) -> None:
    key, other = Resource(), kms(sim).create_key()["KeyMetadata"]["Arn"]
    during(
        sim, "CreateKey", lambda: key.up(provider, KEY),
        lambda: kms(sim).create_alias(AliasName="alias/x", TargetKeyId=other),
    )  # fmt: skip
    assert any(f"It names {other}" in reason for reason in key.reasons), key.reasons
    assert key.id and key.outputs["keyState"] == "Enabled"


def during(sim: simulator.Simulator, operation: str, call: Any, meanwhile: Any) -> None:
    """Does something after KMS has done an operation and before its answer is there."""
    sim.fault({"delay": {"milliseconds": 700}}, operation=operation, count=1)
    before = sim.mark()
    running = threading.Thread(target=call)
    running.start()
    wait_for(lambda: any(seen["operation"] == operation for seen in sim.calls(before)))
    meanwhile()
    running.join()


# Time


def test_a_cancel_ends_the_queue_for_the_quota(provider: Provider, sim: simulator.Simulator) -> None:
    """KMS takes five keys a second: most of forty are still waiting when the user interrupts."""
    from conftest import struct
    from google.protobuf import empty_pb2
    from pulumi.runtime.proto import provider_pb2

    pending = []
    for number in range(40):
        inputs = struct(provider.checked({"alias": f"alias/n{number}"}))
        request = provider_pb2.CreateRequest(urn=renamed(URN, f"key{number}"), properties=inputs)
        pending.append(provider.stub.Create.future(request))
    wait_for(lambda: len(sim.keys()) >= 3)
    provider.stub.Cancel(empty_pb2.Empty())
    errors = [call.exception() for call in pending]
    made = len(sim.keys())
    assert made < 20, "the queue went on"
    assert sum(error is not None for error in errors) > 20
    assert {error.code() for error in errors if error} <= {
        grpc.StatusCode.CANCELLED, grpc.StatusCode.FAILED_PRECONDITION,
    }  # fmt: skip


def test_a_call_that_hangs_ends_with_the_users_time(provider: Provider, sim: simulator.Simulator) -> None:
    import time

    sim.fault("hang", operation="EnableKeyRotation")
    key = Resource()
    began = time.monotonic()
    key.up(provider, KEY, timeout=1)
    assert time.monotonic() - began < 8
    assert key.id and "KMS had not answered when the time is up that customTimeouts allow" in key.reasons[0]
    sim.control("DELETE", "faults")
    key.up(provider, KEY)
    assert [key["rotationPeriodInDays"] for key in sim.keys()] == [365]


# Errors: each class once, with what to do

ERRORS = [
    ("ThrottlingException", 400, "Rate exceeded", ["went on throttling", "higher request quota"], "RESOURCE_EXHAUSTED"),
    ("LimitExceededException", 400, "too many keys", ["resource quota", "a retry cannot help"], "RESOURCE_EXHAUSTED"),
    ("MalformedPolicyDocumentException", 400, "Syntax errors in policy.", ["Syntax errors in policy"], "INVALID_ARGUMENT"),
    ("MalformedPolicyDocumentException", 400,
     "The new key policy will not allow you to update the key policy in the future.",
     ["policy.adminRole", "bypassPolicyLockoutSafetyCheck"], "INVALID_ARGUMENT"),
    ("MalformedPolicyDocumentException", 400,
     "Policy contains a statement with one or more invalid principals.",
     ["does not exist in IAM", "typing errors"], "INVALID_ARGUMENT"),
    ("TagException", 400, "Too many tags", ["Too many tags"], "INVALID_ARGUMENT"),
    ("ExpiredTokenException", 400, "The security token included in the request is expired",
     ["is expired", "Renew the credentials"], "PERMISSION_DENIED"),
    ("UnrecognizedClientException", 400, "The security token included in the request is invalid.",
     ["Renew the credentials"], "PERMISSION_DENIED"),
    ("OptInRequired", 403, "The AWS Access Key Id needs a subscription for the service",
     ["Enable the Region eu-central-1"], "PERMISSION_DENIED"),
    ("AccessDeniedException", 400, "not authorized", ["Allow kms:CreateKey to the caller, in its IAM policy."], "PERMISSION_DENIED"),
    ("KMSInternalException", 500, "", ["may have had its effect", "looks first"], "UNKNOWN"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "status", "message", "words", "grpc_code"), ERRORS)
def test_an_error_says_what_to_do(
    bare: Provider, sim: simulator.Simulator,
    code: str, status: int, message: str, words: list[str], grpc_code: str,
) -> None:  # fmt: skip
    bare.configure(region=simulator.REGION, maxRetries=1)
    sim.fault({"error": {"code": code, "message": message, "status": status}}, operation="CreateKey")
    with pytest.raises(grpc.RpcError) as error:
        # The user's time ends the waiting for what could still heal.
        Resource().up(bare, KEY, timeout=1)
    text = error.value.details()
    assert all(word in text for word in [*words, code]), text
    assert error.value.code().name == grpc_code
    assert sim.keys() == []


def test_expired_credentials_are_named_at_the_first_call(bare: Provider, sim: simulator.Simulator) -> None:
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Sts(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            body = (
                b"<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code>"
                b"<Message>The security token included in the request is expired</Message></Error></ErrorResponse>"
            )
            self.send_response(403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Keeps quiet."""

    server = HTTPServer(("127.0.0.1", 0), Sts)
    threading.Thread(target=server.serve_forever).start()
    try:
        bare.configure(region=simulator.REGION, endpoints={"sts": f"http://127.0.0.1:{server.server_port}"})
        with pytest.raises(grpc.RpcError) as error:
            Resource().up(bare, KEY)
        text = error.value.details()
        assert "no usable AWS credentials: ExpiredToken" in text and "is expired" in text, text
        assert error.value.code() == grpc.StatusCode.PERMISSION_DENIED and sim.keys() == []
    finally:
        server.shutdown()
        server.server_close()


def test_a_key_of_an_excluded_account_is_not_touched(bare: Provider, sim: simulator.Simulator) -> None:
    bare.configure(region=simulator.REGION)
    key = Resource()
    key.up(bare, KEY)
    bare.configure(region=simulator.REGION, allowedAccountIds=["111122223333"])
    mark = sim.mark()
    for call in (lambda: key.up(bare, {**KEY, "description": "e"}), lambda: key.delete(bare), lambda: key.refresh(bare)):
        with pytest.raises(grpc.RpcError) as error:
            call()
        assert "123456789012" in error.value.details() and "allowedAccountIds" in error.value.details()
    assert sim.writes(mark) == []


def test_another_region_of_the_provider_is_no_other_key(bare: Provider, sim: simulator.Simulator) -> None:
    bare.configure(region=simulator.REGION)
    key = Resource()
    key.up(bare, KEY)
    bare.configure(region="eu-west-1")
    [failure] = bare.check(KEY, key.inputs).failures
    assert failure.property == "region" and '"eu-central-1" to "eu-west-1"' in failure.reason
    # What the state names is found where it is.
    key.refresh(bare)
    key.delete(bare)
    assert sim.keys()[0]["state"] == "PendingDeletion"


def test_a_finished_create_after_a_denied_call_costs_only_what_was_missing(
    provider: Provider, sim: simulator.Simulator
) -> None:
    for operation, missing in [("EnableKeyRotation", ["EnableKeyRotation", "CreateAlias"]), ("CreateAlias", ["CreateAlias"])]:
        sim.control("POST", "reset")
        key = Resource()
        provider.configure(region=simulator.REGION)
        sim.fault("accessDenied", operation=operation)
        key.up(provider, KEY)
        assert any(f"Allow kms:{operation}" in reason for reason in key.reasons)
        sim.control("DELETE", "faults")
        mark = sim.mark()
        key.up(provider, KEY)
        assert (key.reasons, sim.writes(mark), len(sim.keys())) == ([], missing, 1)


def test_waiting_is_told(provider: Provider, sim: simulator.Simulator) -> None:
    not_found: dict[str, Any] = {"error": {"code": "NotFoundException", "message": "lag", "status": 400}}
    sim.fault(not_found, operation="EnableKeyRotation", count=2)
    Resource().up(provider, KEY)
    assert said(provider, "waiting for the new key to become visible (0 s of 120 s)")
