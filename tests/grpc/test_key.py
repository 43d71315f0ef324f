"""The calls of a key's life, where the CLI would hide what goes over the wire."""

from __future__ import annotations

import re
import threading
from typing import Any

import grpc
import pytest
from conftest import UNKNOWN, URN, Engine, Provider, plain, secret, start, stop, struct  # type: ignore[import-not-found]
from google.rpc import status_pb2
from google.protobuf import empty_pb2
from kit import simulator
from pulumi.runtime.proto import provider_pb2

KEY = {"alias": "alias/x", "description": "d"}


def init_failed(error: grpc.RpcError) -> Any:
    """The detail that keeps a half-made resource in the state."""
    [raw] = [value for name, value in error.trailing_metadata() if name == "grpc-status-details-bin"]
    [packed] = status_pb2.Status.FromString(raw).details
    assert packed.type_url == "type.googleapis.com/pulumirpc.ErrorResourceInitFailed"
    return provider_pb2.ErrorResourceInitFailed.FromString(packed.value)


def diff(provider: Provider, old: dict[str, Any], new: dict[str, Any], outputs: dict[str, Any] | None = None) -> Any:
    request = provider_pb2.DiffRequest(
        id="x", urn=URN, olds=struct(outputs or old), old_inputs=struct(old), news=struct(new)
    )
    return provider.stub.Diff(request)


def test_check_fills_defaults_and_is_idempotent(provider: Provider) -> None:
    once = provider.checked(KEY)
    assert once == {
        "alias": "alias/x", "description": "d", "keySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT",
        "multiRegion": False, "enabled": True, "enableRotation": True, "rotationPeriodDays": 365,
        "deletionWindowDays": 30, "deletionPolicy": "SCHEDULE", "replacementPolicy": "FORBID",
        "bypassPolicyLockoutSafetyCheck": False, "region": simulator.REGION,
    }  # fmt: skip
    assert provider.checked(once) == once
    assert provider.checked(once, once) == once


def test_check_keeps_secrets_and_unknowns(provider: Provider) -> None:
    inputs = {"alias": UNKNOWN, "description": secret("s3cret"), "tags": {"a": secret(UNKNOWN), "b": UNKNOWN}}
    checked = provider.checked(inputs)
    assert {name: checked[name] for name in inputs} == inputs
    bad = provider.check({"alias": secret("hunter2 !")})
    assert "hunter2" not in str(bad.failures) and bad.failures[0].property == "alias"


def test_three_spellings_are_kept_and_mean_the_same(provider: Provider) -> None:
    article = {"alias": "alias/x", "enableRotation": False, "keySpec": "RSA_2048", "keyUsage": "SIGN_VERIFY"}
    names = {"alias_name": "alias/x", "disable_key_rotation": True, "key_spec": "rsa_2048", "key_usage": "SIGN_VERIFY"}
    camel = {"aliasName": "alias/x", "disableKeyRotation": True, "keySpec": "rsa_2048", "keyUsage": "SIGN_VERIFY"}
    envelope = {"kind": "AwsKmsKey", "metadata": {"name": "x"}}
    plain_form = provider.checked(article)
    for version in ("aws.project-planton.org/v1", "aws.openmcf.org/v1", "aws.planton.dev/v1"):
        for spec in (names, camel, article):
            form = provider.checked({"apiVersion": version, **envelope, "spec": spec})
            assert form["spec"] == spec and provider.checked(form, form) == form
            assert diff(provider, plain_form, form).changes == provider_pb2.DiffResponse.DIFF_NONE
            assert diff(provider, form, plain_form).changes == provider_pb2.DiffResponse.DIFF_NONE
    contradiction = provider.check({"apiVersion": "aws.openmcf.org/v1", **envelope, "spec": names, "alias": "alias/y"})
    assert {failure.property for failure in contradiction.failures} == {"alias", "spec.alias_name"}
    wrong = provider.check({"apiVersion": "v1", "kind": "Key", "spec": {}})
    assert {failure.property for failure in wrong.failures} == {"apiVersion", "kind"}


def test_diff_is_exact(provider: Provider) -> None:
    old = provider.checked({**KEY, "aliases": ["alias/b", "alias/a"], "tags": {"a.b": "1", "c": "2"}})
    same = provider.checked({**KEY, "aliases": ["alias/a", "alias/b"], "tags": {"c": "2", "a.b": "1"}})
    answer = diff(provider, old, same)
    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE and not answer.detailedDiff
    new = provider.checked({**KEY, "description": "e", "aliases": ["alias/a"], "tags": {"a.b": "1", "d": ""}})
    answer = diff(provider, old, new)
    kinds = {path: provider_pb2.PropertyDiff.Kind.Name(change.kind) for path, change in answer.detailedDiff.items()}
    assert kinds == {"description": "UPDATE", "aliases[0]": "UPDATE", "tags.c": "DELETE", "tags.d": "ADD"} or kinds == {
        "description": "UPDATE", "aliases[0]": "DELETE", "tags.c": "DELETE", "tags.d": "ADD",
    }  # fmt: skip
    assert answer.hasDetailedDiff and not answer.replaces
    assert {"keyId", "keyArn"} <= set(answer.stables)


def test_inputs_of_an_import_do_not_differ_from_defaults(provider: Provider) -> None:
    minimal = {"alias": "alias/x", "description": "d"}
    assert diff(provider, minimal, provider.checked(KEY)).changes == provider_pb2.DiffResponse.DIFF_NONE


def test_policy_documents_are_compared_by_meaning(provider: Provider) -> None:
    statement = '{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":["kms:*"],"Resource":"*"}'
    text = f'{{"Version":"2012-10-17","Statement":[{statement}]}}'
    tree = {
        "Version": "2012-10-17",
        "Statement": {
            "Resource": ["*"], "Action": "KMS:*", "Effect": "Allow",
            "Principal": {"AWS": ["arn:aws:iam::123456789012:root"]},
        },
    }  # fmt: skip
    old, new = provider.checked({**KEY, "policyDocument": text}), provider.checked({**KEY, "policyDocument": tree})
    assert diff(provider, old, new).changes == provider_pb2.DiffResponse.DIFF_NONE


def test_an_immutable_change_is_refused_unless_allowed(provider: Provider) -> None:
    old = provider.checked(KEY)
    [failure] = [f for f in provider.check({**KEY, "multiRegion": True}, old).failures]
    assert failure.property == "multiRegion"
    assert "replacementPolicy" in failure.reason and "from false to true" in failure.reason
    allowed = provider.checked({**KEY, "multiRegion": True, "replacementPolicy": "ALLOW"}, old)
    answer = diff(provider, old, allowed)
    assert list(answer.replaces) == ["multiRegion"]
    assert answer.detailedDiff["multiRegion"].kind == provider_pb2.PropertyDiff.UPDATE_REPLACE


def test_default_tags_show_once(env: dict[str, str], engine: tuple[Engine, str]) -> None:
    provider = start(env, engine[0], engine[1])
    provider.configure(region=simulator.REGION, defaultTags={"tags": {"team": "x", "cost": "1"}})
    old = provider.checked({**KEY, "tags": {"team": "own"}})
    assert old["tagsAll"] == {"team": "own", "cost": "1"}
    provider.configure(region=simulator.REGION, defaultTags={"tags": {"team": "x", "cost": "2"}})
    new = provider.checked({**KEY, "tags": {"team": "other"}}, old)
    assert set(diff(provider, old, new).detailedDiff) == {"tags.team", "tagsAll.cost"}
    stop(provider)


def test_a_preview_without_configuration_knows_what_the_inputs_say(bare: Provider) -> None:
    answer = bare.create(KEY, preview=True)
    outputs = plain(answer.properties)
    assert answer.id == "" and outputs["alias"] == "alias/x"
    assert outputs["keyArn"] == UNKNOWN and outputs["rotationEnabled"] is True


def test_preview_changes_nothing_and_tells_the_policy(provider: Provider, sim: simulator.Simulator) -> None:
    outputs = plain(provider.create({**KEY, "policy": {"usageRoles": [UNKNOWN]}}, preview=True).properties)
    assert outputs["policyJson"] == UNKNOWN
    outputs = plain(provider.create(KEY, preview=True).properties)
    assert "iam::123456789012:root" in outputs["policyJson"]
    assert sim.writes() == []


def test_a_failure_after_create_key_keeps_the_id_and_true_outputs(provider: Provider, sim: simulator.Simulator) -> None:
    sim.fault("accessDenied", operation="EnableKeyRotation")
    with pytest.raises(grpc.RpcError) as error:
        provider.create(KEY)
    detail = init_failed(error.value)
    [key] = sim.keys()
    outputs = plain(detail.properties)
    assert key["arn"].endswith(detail.id)
    assert outputs["rotationEnabled"] is False and outputs["aliasArn"] is None
    assert "kms:EnableKeyRotation" in detail.reasons[0] and "creating alias/x was not tried" in detail.reasons[1]


def test_progress_shows_under_the_resource(provider: Provider) -> None:
    provider.create(KEY)
    status = [message for message in provider.engine.messages if message.ephemeral]
    assert {message.urn for message in status} == {URN}
    assert [message.message for message in status] == [
        "creating a SYMMETRIC_DEFAULT key in eu-central-1", "enabling rotation every 365 days", "creating alias/x",
        # The row of a finished resource shows no status any more.
        "",
    ]  # fmt: skip


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1",
                                  "ECC_NIST_EDWARDS25519", "HMAC_256", "SYMMETRIC_DEFAULT"])  # fmt: skip
def test_every_kind_of_key(provider: Provider, spec: str) -> None:
    usage = {"keyUsage": "SIGN_VERIFY"} if spec.startswith("RSA") else {}
    outputs = plain(provider.create({**KEY, "keySpec": spec, **usage}).properties)
    assert outputs["keySpec"] == spec
    assert outputs["rotationEnabled"] is (spec == "SYMMETRIC_DEFAULT")
    symmetric = spec.startswith(("HMAC", "SYMMETRIC"))
    assert (outputs["publicKey"] is None) is symmetric
    if not symmetric:
        assert outputs["publicKey"].startswith("-----BEGIN PUBLIC KEY-----\n")


def test_a_lost_answer_of_create_key_makes_no_second_key(provider: Provider, sim: simulator.Simulator) -> None:
    sim.fault("cutAfter", operation="CreateKey", count=1)
    answer = provider.create(KEY)
    [key] = sim.keys()
    assert key["arn"].endswith(answer.id) and key["aliases"] == ["alias/x"]


def test_a_killed_create_is_finished_by_the_next_run(
    env: dict[str, str], engine: tuple[Engine, str], sim: simulator.Simulator
) -> None:
    for operation, effect in [("CreateKey", "hangAfter"), ("EnableKeyRotation", "hang"), ("CreateAlias", "hangAfter")]:
        sim.control("POST", "reset")
        sim.control("DELETE", "faults")
        first = start(env, engine[0], engine[1])
        first.configure(region=simulator.REGION)
        sim.fault(effect, operation=operation, count=1)
        inputs = struct(first.checked(KEY))
        pending = first.stub.Create.future(provider_pb2.CreateRequest(urn=URN, properties=inputs))
        wait_for(lambda: any(call["operation"] == operation for call in sim.calls()))
        first.process.kill()
        first.process.communicate()
        assert pending.exception() is not None
        second = start(env, engine[0], engine[1])
        second.configure(region=simulator.REGION)
        answer = second.create(KEY)
        [key] = sim.keys()
        assert key["arn"].endswith(answer.id), operation
        assert (key["aliases"], key["rotationPeriodInDays"]) == (["alias/x"], 365)
        stop(second)


def wait_for(condition: Any) -> None:
    deadline = threading.Event()
    for _ in range(500):
        if condition():
            return
        deadline.wait(0.01)
    raise AssertionError("it did not happen within 5 s")


def test_a_replacement_never_takes_up_the_old_key(provider: Provider, sim: simulator.Simulator) -> None:
    replaceable = {**KEY, "replacementPolicy": "ALLOW"}
    first = provider.create(replaceable)
    inputs = provider.checked(replaceable, plain(first.properties))
    diff(provider, inputs, inputs, plain(first.properties))
    second = provider.create(replaceable)
    assert first.id != second.id
    request = provider_pb2.DeleteRequest(id=first.id, urn=URN, properties=first.properties, old_inputs=struct(inputs))
    provider.stub.Delete(request)
    states = {key["arn"].rsplit("/", 1)[1]: (key["state"], key["aliases"]) for key in sim.keys()}
    assert states == {first.id: ("PendingDeletion", []), second.id: ("Enabled", ["alias/x"])}


def test_an_old_state_leaves_a_newer_owner_s_key_alone(
    env: dict[str, str], engine: tuple[Engine, str], sim: simulator.Simulator
) -> None:
    first = start(env, engine[0], engine[1])
    first.configure(region=simulator.REGION)
    old = first.create(KEY)
    # The engine is killed before it has recorded the key, and the process with it.
    first.process.kill()
    first.process.communicate()
    second = start(env, engine[0], engine[1])
    second.configure(region=simulator.REGION)
    new = second.create(KEY)  # The key is taken up, one generation on.
    assert new.id == old.id
    inputs = struct(second.checked(KEY))
    stop(second)
    third = start(env, engine[0], engine[1])
    third.configure(region=simulator.REGION)
    third.stub.Delete(provider_pb2.DeleteRequest(id=old.id, urn=URN, properties=old.properties, old_inputs=inputs))
    [key] = sim.keys()
    assert key["state"] == "Enabled"
    assert any("newer owner" in message.message for message in third.engine.messages)
    third.stub.Delete(provider_pb2.DeleteRequest(id=new.id, urn=URN, properties=new.properties, old_inputs=inputs))
    assert sim.keys()[0]["state"] == "PendingDeletion"
    stop(third)


def test_deletion_can_be_repeated(provider: Provider, sim: simulator.Simulator) -> None:
    made = provider.create(KEY)
    inputs = struct(provider.checked(KEY))
    request = provider_pb2.DeleteRequest(id=made.id, urn=URN, properties=made.properties, old_inputs=inputs)
    sim.fault("accessDenied", operation="ScheduleKeyDeletion", count=1)
    with pytest.raises(grpc.RpcError) as error:
        provider.stub.Delete(request)
    assert "kms:ScheduleKeyDeletion" in error.value.details() and "pulumi up --refresh" in error.value.details()
    provider.stub.Delete(request)
    provider.stub.Delete(request)
    assert [call for call in sim.writes() if call == "ScheduleKeyDeletion"] == ["ScheduleKeyDeletion"]
    sim.control("POST", "clock", {"advanceSeconds": 31 * 86_400})
    provider.stub.Delete(request)
    assert sim.keys() == []


def test_a_name_that_stays_does_not_keep_a_deleted_key_in_the_state(provider: Provider, sim: simulator.Simulator) -> None:
    """The row would say that the key is in use, and no later run without a refresh that it dies."""
    made = provider.create(KEY)
    request = provider_pb2.DeleteRequest(
        id=made.id, urn=URN, properties=made.properties, old_inputs=struct(provider.checked(KEY))
    )
    sim.fault("accessDenied", operation="DeleteAlias", count=1)
    provider.stub.Delete(request)
    [said] = [message.message for message in provider.engine.messages if "kms:DeleteAlias" in message.message]
    assert "aws kms delete-alias" in said
    [key] = sim.keys()
    assert (key["state"], key["aliases"]) == ("PendingDeletion", ["alias/x"])
    # The resource comes back: it gets its key and its name.
    provider.forget()
    assert provider.create(KEY).id == made.id
    [key] = sim.keys()
    assert (key["state"], key["aliases"]) == ("Enabled", ["alias/x"])


@pytest.mark.parametrize(("policy", "state", "aliases"), [
    ("DISABLE", "Disabled", ["alias/x"]), ("RETAIN", "Enabled", ["alias/x"]), ("PREVENT", "Enabled", ["alias/x"]),
])  # fmt: skip
def test_deletion_policies(provider: Provider, sim: simulator.Simulator, policy: str, state: str, aliases: list[str]) -> None:
    inputs = {**KEY, "deletionPolicy": policy}
    made = provider.create(inputs)
    checked = struct(provider.checked(inputs))
    request = provider_pb2.DeleteRequest(id=made.id, urn=URN, properties=made.properties, old_inputs=checked)
    if policy == "PREVENT":
        with pytest.raises(grpc.RpcError) as error:
            provider.stub.Delete(request)
        assert error.value.code() == grpc.StatusCode.FAILED_PRECONDITION and "PREVENT" in error.value.details()
    else:
        provider.stub.Delete(request)
    [key] = sim.keys()
    assert (key["state"], key["aliases"]) == (state, aliases)


def test_a_pending_key_is_read_as_pending_and_comes_back(provider: Provider, sim: simulator.Simulator) -> None:
    made = provider.create(KEY)
    inputs = struct(provider.checked(KEY))
    provider.stub.Delete(provider_pb2.DeleteRequest(id=made.id, urn=URN, properties=made.properties, old_inputs=inputs))
    read = provider.stub.Read(provider_pb2.ReadRequest(id=made.id, urn=URN, properties=made.properties, inputs=inputs))
    outputs = plain(read.properties)
    assert read.id == made.id and outputs["keyState"] == "PendingDeletion" and outputs["deletionDate"]
    assert outputs["rotationEnabled"] is True
    assert any(re.search("(29|30) days from now. `pulumi up` cancels", message.message) for message in provider.engine.messages)
    request = provider_pb2.UpdateRequest(
        id=made.id, urn=URN, olds=read.properties, old_inputs=read.inputs, news=inputs
    )  # fmt: skip
    assert plain(provider.stub.Update(request).properties)["keyState"] == "Enabled"
    [key] = sim.keys()
    assert (key["state"], key["aliases"]) == ("Enabled", ["alias/x"])


def test_gone_and_unreadable_are_different(provider: Provider, sim: simulator.Simulator) -> None:
    made = provider.create(KEY)
    inputs = struct(provider.checked(KEY))
    request = provider_pb2.ReadRequest(id=made.id, urn=URN, properties=made.properties, inputs=inputs)
    sim.fault({"error": {"code": "NotFoundException", "message": "lag", "status": 400}}, operation="DescribeKey", count=1)
    assert provider.stub.Read(request).id == made.id
    sim.fault("accessDenied", operation="GetKeyPolicy", count=1)
    read = plain(provider.stub.Read(request).properties)
    assert read["policyJson"] == plain(made.properties)["policyJson"]
    assert any("kms:GetKeyPolicy" in message.message for message in provider.engine.messages)
    sim.fault("accessDenied", operation="DescribeKey", count=1)
    with pytest.raises(grpc.RpcError) as error:
        provider.stub.Read(request)
    assert error.value.code() == grpc.StatusCode.PERMISSION_DENIED
    sim.control("POST", "reset")
    assert provider.stub.Read(request).id == ""


def test_cancel_stops_between_steps_and_keeps_the_key(provider: Provider, sim: simulator.Simulator) -> None:
    sim.fault({"delay": {"milliseconds": 500}}, operation="CreateKey", count=1)
    request = provider_pb2.CreateRequest(urn=URN, properties=struct(provider.checked(KEY)))
    pending = provider.stub.Create.future(request)
    wait_for(lambda: any(call["operation"] == "CreateKey" for call in sim.calls()))
    provider.stub.Cancel(empty_pb2.Empty())
    error = pending.exception()
    detail = init_failed(error)
    assert sim.keys()[0]["arn"].endswith(detail.id)
    assert sim.writes() == ["CreateKey"]
    assert "cancelled" in detail.reasons[0]


def test_quotas_are_not_retried(provider: Provider, sim: simulator.Simulator) -> None:
    sim.fault({"error": {"code": "LimitExceededException", "message": "q", "status": 400}}, operation="CreateKey")
    with pytest.raises(grpc.RpcError) as error:
        provider.create(KEY)
    assert error.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert [call["operation"] for call in sim.calls()].count("CreateKey") == 1


def test_a_just_made_role_is_waited_for(provider: Provider, sim: simulator.Simulator) -> None:
    arn = sim.role("Fresh", afterSeconds=1)
    provider.create({**KEY, "policy": {"usageRoles": [arn]}})
    calls = [call for call in sim.calls() if call["operation"] == "CreateKey"]
    assert len(calls) > 1 and [call["effect"] for call in calls].count(True) == 1
    assert any("principals to become known" in message.message for message in provider.engine.messages)
