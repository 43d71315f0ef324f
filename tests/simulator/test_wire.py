"""Bodies of requests that no client would send, and random bytes from where they are asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from kit import simulator
from subjects import Recorder, World
from test_gaps import client, code, made
from test_model import raw


@pytest.fixture(scope="module")
def sim() -> Iterator[simulator.Simulator]:
    with simulator.running("--seed", "6") as running:
        yield running


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("ListKeys", []),
        ("ListKeys", "x"),
        ("ListKeys", {"Limit": "5"}),
        ("ListKeys", {"Limit": 1.5}),
        ("ListKeys", {"Nothing": 1}),
        ("DescribeKey", {"KeyId": 5}),
        ("CreateKey", {"MultiRegion": "true"}),
        ("CreateKey", {"Tags": {}}),
        ("CreateKey", {"Tags": ["x"]}),
        ("Encrypt", {"KeyId": "x", "Plaintext": "***"}),
    ],
)
def test_members_have_types(sim: simulator.Simulator, operation: str, body: object) -> None:
    status, answer = raw(sim.url, operation, json.dumps(body).encode())
    assert (status, answer["__type"]) == (400, "SerializationException")


def test_a_member_that_is_null_is_left_out(sim: simulator.Simulator) -> None:
    assert raw(sim.url, "ListKeys", b'{"Limit": null}')[0] == 200


def test_random_bytes_of_a_store_need_it_connected(sim: simulator.Simulator) -> None:
    kms, world = client(sim), World(sim, Recorder(sim.url))
    store = world.store()
    assert code(kms.generate_random, NumberOfBytes=8, CustomKeyStoreId=store) == "CustomKeyStoreInvalidStateException"
    assert code(kms.generate_random, NumberOfBytes=8, CustomKeyStoreId="cks-1") == "CustomKeyStoreNotFoundException"
    sim.control("POST", "stores", {"id": store, "state": "CONNECTED"})
    assert len(kms.generate_random(NumberOfBytes=8, CustomKeyStoreId=store)["Plaintext"]) == 8


def test_other_accounts_share_nothing_by_ram(sim: simulator.Simulator) -> None:
    kms = client(sim)
    made(kms)
    assert kms.list_keys(ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM"])["Keys"] == []
    assert kms.list_keys(ResourceOwners=["SELF", "OTHER_ACCOUNTS_VIA_RAM"])["Keys"] == kms.list_keys()["Keys"]
