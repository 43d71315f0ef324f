"""Whose key it is, through renames, imports, copies of states, lost marks and interrupted replacements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from conftest import URN, Engine, Provider, start, stop  # type: ignore[import-not-found]
from kit import simulator
from life import KEY, Resource, kms, renamed, said  # type: ignore[import-not-found]
from test_key import wait_for  # type: ignore[import-not-found]

NEW = renamed(URN, "renamed")
Runs = Callable[[], Provider]


@pytest.fixture
def runs(env: dict[str, str], engine: tuple[Engine, str]) -> Iterator[Runs]:
    """Each `pulumi` command has a provider process of its own."""
    started: list[Provider] = []

    def run() -> Provider:
        provider = start(env, engine[0], engine[1])
        provider.configure(region=simulator.REGION)
        started.append(provider)
        return provider

    yield run
    for provider in started:
        if provider.process.poll() is None:
            stop(provider)


def by_id(sim: simulator.Simulator) -> dict[str, tuple[str, list[str]]]:
    return {key["arn"].rsplit("/", 1)[1]: (key["state"], key["aliases"]) for key in sim.keys()}


# Renames and moves: the state has the key under another URN than its mark names.


def test_a_renamed_resource_takes_its_mark_along_with_the_next_run(runs: Runs, sim: simulator.Simulator) -> None:
    key = Resource()
    key.up(runs(), KEY)
    key.urn = NEW
    mark = sim.mark()
    # One update without a property signs the key anew, whatever else changes.
    key.up(runs(), KEY)
    assert sim.writes(mark) == ["TagResource"]
    key.up(runs(), KEY)
    assert sim.writes(mark) == ["TagResource"]
    mark = sim.mark()
    key.up(runs(), {**KEY, "description": "f"})
    assert sim.writes(mark) == ["UpdateKeyDescription"]
    # The old name no longer finds it.
    other = Resource(URN)
    other.up(runs(), {"alias": "alias/other"})
    assert other.id != key.id


@pytest.mark.parametrize("policy", ["SCHEDULE", "DISABLE"])
def test_a_renamed_key_that_was_retired_comes_back_under_its_new_name(
    runs: Runs, sim: simulator.Simulator, policy: str
) -> None:
    inputs = {**KEY, "deletionPolicy": policy}
    key = Resource()
    key.up(runs(), inputs)
    key.urn = NEW
    key.delete(runs())
    again = Resource(NEW)
    again.up(runs(), inputs)
    assert again.id == key.id and by_id(sim) == {key.id: ("Enabled", ["alias/x"])}


def test_a_rename_whose_first_change_was_killed_goes_on(runs: Runs, sim: simulator.Simulator) -> None:
    """The mark is on the key, the state does not know: that is no newer owner."""
    key = Resource()
    key.up(runs(), KEY)
    key.urn = NEW
    kill_at(runs(), sim, "TagResource", lambda provider: key.update(provider, key.check(provider, {**KEY, "description": "e"})))
    key.up(runs(), {**KEY, "description": "e"})
    assert sim.keys()[0]["description"] == "e"
    kill_at(runs(), sim, "ScheduleKeyDeletion", key.delete)
    key.delete(runs())
    assert by_id(sim) == {key.id: ("PendingDeletion", [])}


def kill_at(provider: Provider, sim: simulator.Simulator, operation: str, call: Callable[[Provider], None]) -> None:
    """Kills the process when KMS has done this call and before its answer."""
    import threading

    before = sim.mark()
    sim.fault("hangAfter", operation=operation, count=1)

    def quietly() -> None:
        with pytest.raises(grpc.RpcError):
            call(provider)

    running = threading.Thread(target=quietly)
    running.start()
    wait_for(lambda: any(seen["operation"] == operation for seen in sim.calls(before)))
    provider.process.kill()
    provider.process.communicate()
    running.join()
    sim.control("DELETE", "faults")


def test_a_new_resource_under_an_old_name_does_not_get_the_renamed_key(runs: Runs, sim: simulator.Simulator) -> None:
    key = Resource()
    key.up(runs(), KEY)
    key.urn = NEW
    provider = runs()
    key.up(provider, KEY)
    # In the same run: the engine has named the key as another resource's.
    other = Resource()
    other.up(provider, {"alias": "alias/y"})
    assert other.id != key.id
    # In a run that does not look at the renamed one, its key says that it is recorded.
    third = Resource()
    sim.control("POST", "reset")
    key = Resource()
    first = runs()
    key.up(first, KEY)
    stop(first)
    mark = sim.mark()
    with pytest.raises(grpc.RpcError) as error:
        third.up(runs(), {"alias": "alias/y"})
    assert "recorded by an earlier run" in error.value.details()
    assert f"set adopt to {key.outputs['keyArn']}" in error.value.details()
    assert sim.writes(mark) == []
    third.up(runs(), {"alias": "alias/y", "adopt": key.id})
    assert by_id(sim) == {key.id: ("Enabled", ["alias/y"])}


# Imports and copies


def test_an_imported_key_is_marked_with_its_first_change(runs: Runs, sim: simulator.Simulator) -> None:
    arn = kms(sim).create_key(Description="by hand")["KeyMetadata"]["Arn"]
    key = Resource()
    key.adopt(runs(), arn)
    mark = sim.mark()
    key.up(runs(), {"description": "by hand", "enableRotation": False})
    assert sim.writes(mark) == []
    key.up(runs(), {"description": "e", "enableRotation": False})
    assert sim.writes(mark) == ["TagResource", "UpdateKeyDescription"]
    key.delete(runs())
    again = Resource()
    again.up(runs(), {"description": "e", "enableRotation": False})
    assert again.id == key.id


def test_of_two_states_with_one_key_the_first_to_change_it_owns_it(runs: Runs, sim: simulator.Simulator) -> None:
    key = Resource()
    key.up(runs(), KEY)
    copy = key.copy(URN.replace("dev", "copy"))
    copy.up(runs(), {**KEY, "description": "copied"})
    with pytest.raises(grpc.RpcError) as error:
        key.up(runs(), {**KEY, "description": "original"})
    assert "taken over by a newer owner" in error.value.details()
    key.delete(runs())
    assert sim.keys()[0]["state"] == "Enabled" and sim.keys()[0]["description"] == "copied"


def test_a_stripped_mark_is_put_back(runs: Runs, sim: simulator.Simulator) -> None:
    key = Resource()
    key.up(runs(), KEY)
    before = sim.keys()[0]["tags"]
    kms(sim).untag_resource(KeyId=key.id, TagKeys=["awskms:owner"])
    key.refresh(runs())
    key.up(runs(), {**KEY, "description": "e"})
    assert sim.keys()[0]["tags"]["awskms:owner"].removesuffix("/k") == before["awskms:owner"].removesuffix("/b")


def test_a_run_that_may_not_read_tags_keeps_the_mark_in_the_state(runs: Runs, sim: simulator.Simulator) -> None:
    key = Resource()
    key.up(runs(), KEY)
    sim.fault("accessDenied", operation="ListResourceTags")
    key.up(runs(), {**KEY, "description": "e"})
    sim.control("DELETE", "faults")
    # With the permission back, the key is still this state's.
    key.up(runs(), {**KEY, "description": "f"})
    assert sim.keys()[0]["description"] == "f"
    sim.fault("accessDenied", operation="ListResourceTags")
    provider = runs()
    key.delete(provider)
    assert said(provider, "could not be checked: allow kms:ListResourceTags")
    assert by_id(sim) == {key.id: ("PendingDeletion", [])}


def test_an_old_state_after_a_newer_run_is_fenced_off_from_deletion_and_change(
    runs: Runs, sim: simulator.Simulator
) -> None:
    key = Resource()
    key.up(runs(), KEY)
    backup = key.copy()
    key.delete(runs())
    newer = Resource()
    newer.up(runs(), KEY)
    assert newer.id == backup.id
    backup.delete(runs())
    assert by_id(sim) == {newer.id: ("Enabled", ["alias/x"])}
    with pytest.raises(grpc.RpcError):
        backup.up(runs(), {**KEY, "description": "old"})
    assert sim.keys()[0]["description"] == "d"


# Replacements

MULTI = {**KEY, "multiRegion": True, "replacementPolicy": "ALLOW"}


@pytest.mark.parametrize("operation", ["CreateKey", "EnableKeyRotation", "UpdateAlias", "ScheduleKeyDeletion"])
@pytest.mark.parametrize("effect", ["hang", "hangAfter"])
def test_a_killed_replacement_is_finished_with_the_key_that_it_has_begun(
    runs: Runs, sim: simulator.Simulator, operation: str, effect: str
) -> None:
    key = Resource()
    key.up(runs(), KEY)
    provider, old = runs(), key.copy()
    sim.fault(effect, operation=operation, count=1)
    import threading

    def run() -> None:
        with pytest.raises(grpc.RpcError):
            key.up(provider, MULTI)

    before = sim.mark()
    running = threading.Thread(target=run)
    running.start()
    wait_for(lambda: any(seen["operation"] == operation for seen in sim.calls(before)))
    provider.process.kill()
    provider.process.communicate()
    running.join()
    sim.control("DELETE", "faults")
    if operation == "ScheduleKeyDeletion":
        # The engine has recorded the new key and still has the old one to delete.
        old.delete(runs())
    else:
        key.up(runs(), MULTI)
    assert by_id(sim) == {old.id: ("PendingDeletion", []), key.id: ("Enabled", ["alias/x"])}
    assert [call for call in sim.writes() if call == "CreateKey"] == ["CreateKey"] * 2


def test_a_replacement_takes_up_no_key_that_was_retired_before(runs: Runs, sim: simulator.Simulator) -> None:
    """Three keys of one kind, each made because the user wanted new material."""
    inputs = {**KEY, "deletionPolicy": "RETAIN", "replacementPolicy": "ALLOW"}
    key = Resource()
    key.up(runs(), inputs)
    seen = [key.id]
    for fault in ("none", "cutBefore"):
        provider, old = runs(), key.copy()
        news = key.check(provider, inputs)
        key.diff(provider, news)
        if fault == "cutBefore":
            # KMS never got the call: nothing of this attempt can be found, and nothing else may be.
            sim.fault(fault, operation="CreateKey", count=1)
            with pytest.raises(grpc.RpcError) as error:
                key.create(provider, news)
            assert "not found afterwards" in error.value.details()
        key.create(provider, news)
        old.delete(provider)
        assert key.id not in seen
        seen.append(key.id)
    # The run is not recorded: the newest of the three is the resource's, the others are what it has given away.
    lost = Resource()
    lost.up(runs(), inputs)
    assert lost.id == seen[-1] and len(sim.keys()) == 3


def test_a_replacement_whose_create_answer_is_lost_has_one_new_key(runs: Runs, sim: simulator.Simulator) -> None:
    key = Resource()
    key.up(runs(), KEY)
    old = key.copy()
    sim.fault("cutAfter", operation="CreateKey", count=1)
    key.up(runs(), MULTI)
    assert by_id(sim) == {old.id: ("PendingDeletion", []), key.id: ("Enabled", ["alias/x"])}


def test_a_live_key_of_another_kind_is_told(runs: Runs, sim: simulator.Simulator) -> None:
    """An interrupted run, then another keySpec: what the first has left is not forgotten in silence."""
    left = Resource()
    left.up(runs(), KEY)
    provider = runs()
    Resource().up(provider, {**KEY, "keySpec": "HMAC_256"})
    assert said(provider, f"{left.outputs['keyArn']} (SYMMETRIC_DEFAULT) carries the owner mark of this resource too")


@pytest.mark.parametrize(("before", "after", "words"), [
    ("PREVENT", "SCHEDULE", ["PREVENT keeps the present one from being retired"]),
    ("PREVENT", "PREVENT", ["PREVENT keeps the present one from being retired"]),
    ("SCHEDULE", "RETAIN", ["retired by the deletionPolicy of the last run, SCHEDULE", "run `pulumi up` with deletionPolicy RETAIN"]),
    ("RETAIN", "RETAIN", []),
])  # fmt: skip
def test_a_replacement_retires_the_old_key_as_meant_or_not_at_all(
    provider: Provider, before: str, after: str, words: list[str]
) -> None:
    old = provider.checked({**KEY, "deletionPolicy": before})
    failures = provider.check({**MULTI, "deletionPolicy": after}, old).failures
    assert [failure.property for failure in failures] == ["deletionPolicy"] * bool(words)
    assert all(word in failures[0].reason for word in words)


# Gone or only out of sight


def test_not_found_is_believed_of_the_keys_own_account_only(runs: Runs, sim: simulator.Simulator) -> None:
    key = Resource()
    key.up(runs(), KEY)
    for name in ("keyArn", "aliasArn"):
        key.outputs[name] = key.outputs[name].replace(simulator.ACCOUNT, "999988887777")
    key.outputs["creationDate"] = "2020-01-01T00:00:00Z"
    not_found: dict[str, Any] = {"error": {"code": "NotFoundException", "message": "…", "status": 400}}
    sim.fault(not_found, operation="DescribeKey")
    for call in (key.refresh, key.delete):
        with pytest.raises(grpc.RpcError) as error:
            call(runs())
        assert "belongs to account 999988887777 and the credentials to account 123456789012" in error.value.details()
        assert error.value.code() == grpc.StatusCode.PERMISSION_DENIED


def test_a_young_key_that_kms_does_not_show_yet_is_not_forgotten(runs: Runs, sim: simulator.Simulator) -> None:
    key = Resource()
    key.up(runs(), KEY)
    not_found: dict[str, Any] = {"error": {"code": "NotFoundException", "message": "lag", "status": 400}}
    sim.fault(not_found, operation="DescribeKey", count=4)
    key.refresh(runs())
    assert key.id
    sim.fault(not_found, operation="DescribeKey", count=4)
    key.delete(runs())
    assert by_id(sim) == {key.id: ("PendingDeletion", [])}
