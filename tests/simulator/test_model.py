"""The simulator held against the service model of KMS that botocore has: every answer, and every request's form."""

from __future__ import annotations

import itertools
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import botocore.exceptions
import forms
import model
import pytest
import subjects
from kit import simulator
from subjects import AWAY, HOME, Recorder, World

SIGNED = "AWS4-HMAC-SHA256 Credential=test/20261123/eu-central-1/kms/aws4_request, SignedHeaders=host, Signature=0"

STATES = ["Enabled", "Disabled", "PendingDeletion", "PendingReplicaDeletion", "PendingImport", "Unavailable", "Creating", "Updating"]


@pytest.fixture(scope="module")
def plain() -> Iterator[simulator.Simulator]:
    with simulator.running("--seed", "1") as running:
        running.role("SecurityAdmin")
        running.role("ExampleRole")
        yield running


@pytest.fixture
def recorder(plain: simulator.Simulator) -> Iterator[Recorder]:
    """Whatever a test calls, all answers have the model's form."""
    recorder = Recorder(plain.url)
    yield recorder
    assert recorder.wrong == []


@pytest.fixture
def world(plain: simulator.Simulator, recorder: Recorder) -> Iterator[World]:
    world = World(plain, recorder)
    yield world
    world.clear_stores()


def raw(url: str, operation: str, body: bytes, target: str = "TrentService.") -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": SIGNED, "X-Amz-Target": target + operation, "Content-Type": "application/x-amz-json-1.1"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers)) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def call(client: Any, operation: str, request: dict[str, Any]) -> tuple[str, str]:
    """Code and message of a refusal, both empty for a success."""
    try:
        client._make_api_call(operation, request)
    except botocore.exceptions.ClientError as error:
        told = error.response["Error"]
        return told["Code"], told.get("Message", "")
    return "", ""


def present(url: str) -> list[str]:
    """The operations that the running simulator answers to."""
    return [name for name in model.operations() if raw(url, name, b"[]")[1]["__type"] != "UnknownOperationException"]


def test_every_operation_of_the_model_is_there_and_is_driven(plain: simulator.Simulator, world: World) -> None:
    assert present(plain.url) == model.operations()
    assert sorted(subjects.requests(world)) == sorted(model.operations())


@pytest.mark.parametrize("operation", model.operations())
def test_good_requests_succeed_and_their_variants_have_a_good_form(operation: str, world: World) -> None:
    make = subjects.requests(world)[operation]
    good = make()
    assert call(world.kms, operation, good) == ("", "")
    for request, what in forms.variants(operation, good):
        code, message = call(world.kms, operation, {**make(), **request})
        assert code != "SerializationException", what
        assert "failed to satisfy constraint" not in message, what
        if operation.endswith("CustomKeyStore"):
            world.clear_stores()


@pytest.mark.parametrize("operation", model.operations())
def test_broken_requests_are_refused_in_aws_words(operation: str, world: World) -> None:
    good = subjects.requests(world)[operation]()
    lenient = []
    for wrong in forms.broken(operation, good):
        code, message = call(world.kms, operation, wrong.request)
        named = wrong.member[0].lower() + wrong.member[1:]
        if code != "ValidationException" or "failed to satisfy constraint" not in message or named not in message:
            lenient.append((wrong.what, code, message[:200]))
    assert lenient == []


def test_all_kinds_of_keys_are_described_and_used(world: World) -> None:
    specs = model.shape("KeySpec")["enum"]
    usages = model.shape("KeyUsageType")["enum"]
    made = 0
    for spec, usage, multi_region in itertools.product(specs, usages, (False, True)):
        request = {"KeySpec": spec, "KeyUsage": usage, "MultiRegion": multi_region}
        if call(world.kms, "CreateKey", request)[0]:
            continue
        made += 1
        use(world, world.kms.create_key(**request)["KeyMetadata"])
    assert made >= 2 * 22


def use(world: World, key: dict[str, Any]) -> None:
    """Calls all that a key's metadata say it is for."""
    kms, name = world.kms, key["KeyId"]
    kms.describe_key(KeyId=name)
    if key["KeySpec"] != "SYMMETRIC_DEFAULT" and not key["KeySpec"].startswith("HMAC"):
        kms.get_public_key(KeyId=name)
    for algorithm in key.get("EncryptionAlgorithms", []):
        blob = kms.encrypt(KeyId=name, Plaintext=b"p", EncryptionAlgorithm=algorithm)["CiphertextBlob"]
        assert kms.decrypt(KeyId=name, CiphertextBlob=blob, EncryptionAlgorithm=algorithm)["Plaintext"] == b"p"
    for algorithm in key.get("SigningAlgorithms", []):
        kind = "DIGEST" if algorithm.startswith("ED25519_PH") else "RAW"
        signing = {"KeyId": name, "Message": b"m" * 64, "SigningAlgorithm": algorithm, "MessageType": kind}
        signature = kms.sign(**signing)["Signature"]
        assert kms.verify(**signing, Signature=signature)["SignatureValid"]
    for algorithm in key.get("MacAlgorithms", []):
        mac = kms.generate_mac(KeyId=name, Message=b"m", MacAlgorithm=algorithm)["Mac"]
        assert kms.verify_mac(KeyId=name, Message=b"m", MacAlgorithm=algorithm, Mac=mac)["MacValid"]
    for algorithm in key.get("KeyAgreementAlgorithms", []):
        public = kms.get_public_key(KeyId=name)["PublicKey"]
        kms.derive_shared_secret(KeyId=name, KeyAgreementAlgorithm=algorithm, PublicKey=public)
    for algorithm in key.get("EncapsulationAlgorithms", []):
        made = kms.encapsulate(KeyId=name, EncapsulationAlgorithm=algorithm)
        opened = kms.decapsulate(
            KeyId=name, EncapsulationAlgorithm=algorithm, SharedSecretCiphertextBlob=made["SharedSecretCiphertextBlob"]
        )
        assert opened["SharedSecret"] == made["SharedSecret"]
    if key["KeySpec"] == "SYMMETRIC_DEFAULT":
        use_for_data(world, name)


def use_for_data(world: World, name: str) -> None:
    for pair in model.shape("DataKeyPairSpec")["enum"]:
        if pair != "SM2":
            world.kms.generate_data_key_pair(KeyId=name, KeyPairSpec=pair)
    world.kms.enable_key_rotation(KeyId=name, RotationPeriodInDays=90)
    world.kms.get_key_rotation_status(KeyId=name)
    world.kms.rotate_key_on_demand(KeyId=name)
    for which in model.shape("IncludeKeyMaterial")["enum"]:
        world.kms.list_key_rotations(KeyId=name, IncludeKeyMaterial=which)
    world.kms.get_key_last_usage(KeyId=name)


@pytest.mark.parametrize("state", STATES)
def test_answers_about_keys_in_every_state(state: str, world: World) -> None:
    key = world.primary()
    world.sim.control("POST", "keys", {"arn": key, "state": state})
    for operation, make in subjects.requests(world).items():
        request = make()
        if "KeyId" in request:
            call(world.kms, operation, {**request, "KeyId": key})
            world.sim.control("POST", "keys", {"arn": key, "state": state})


def test_pages_are_whole_and_in_the_models_form(world: World) -> None:
    key = world.key()
    for number in range(5):
        world.alias(key)
        world.grant(key)
        world.kms.tag_resource(KeyId=key, Tags=[{"TagKey": f"t{number}", "TagValue": ""}])
        world.store()
        world.kms.rotate_key_on_demand(KeyId=key)
    for name, member, arguments in [
        ("list_aliases", "Aliases", {"KeyId": key}),
        ("list_grants", "Grants", {"KeyId": key}),
        ("list_resource_tags", "Tags", {"KeyId": key}),
        ("list_key_rotations", "Rotations", {"KeyId": key}),
        ("list_retirable_grants", "Grants", {"RetiringPrincipal": subjects.ROLE}),
        ("describe_custom_key_stores", "CustomKeyStores", {}),
        ("list_keys", "Keys", {}),
    ]:
        whole = getattr(world.kms, name)(**arguments)[member]
        paginator = world.kms.get_paginator(name)
        pages = list(paginator.paginate(**arguments, PaginationConfig={"PageSize": 2}))
        assert [item for page in pages for item in page[member]][: len(whole)] == whole, name
        assert all(len(page[member]) <= 2 for page in pages) and len(pages) >= 3, name
        code, _ = call(world.kms, model_name(name), {**arguments, "Marker": "nonsense"})
        assert code == "InvalidMarkerException", name


def model_name(method: str) -> str:
    return "".join(part.capitalize() for part in method.split("_"))


@pytest.mark.parametrize("operation", list(model.examples()))
def test_examples_of_the_model_have_a_good_form(operation: str, world: World) -> None:
    make = subjects.requests(world)[operation]
    for example in model.examples()[operation]:
        request = substituted(example.get("input") or {}, make())
        code, message = call(world.kms, operation, request)
        assert code not in ("SerializationException", "UnknownOperationException"), request
        assert "failed to satisfy constraint" not in message, message


# Names of things that the examples suppose to exist, or that only stand for something.
IDENTIFIERS = {"KeyId", "TargetKeyId", "DestinationKeyId", "SourceKeyId", "CustomKeyStoreId", "GrantId", "CloudHsmClusterId"}


def substituted(example: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """An example with what exists here in place of what exists there."""
    request = dict(example)
    for name, value in example.items():
        if name in IDENTIFIERS or (isinstance(value, str) and value.startswith("<")):
            request[name] = own.get(name, subjects.STORE.get(name, value))
        elif isinstance(value, str) and name in ("Message", "Plaintext", "Mac"):
            request[name] = value.encode()
    return request


def test_a_signed_request_without_a_body_is_an_empty_one(plain: simulator.Simulator) -> None:
    assert raw(plain.url, "ListKeys", b"")[0] == 200


def test_the_replica_answers_in_the_models_form(world: World, recorder: Recorder) -> None:
    key, away = world.primary(), recorder.client(AWAY)
    replica = key.replace(HOME, AWAY)
    shown = away.describe_key(KeyId=replica)["KeyMetadata"]["MultiRegionConfiguration"]
    assert shown["MultiRegionKeyType"] == "REPLICA"
    assert call(away, "EnableKeyRotation", {"KeyId": replica})[0] == "UnsupportedOperationException"
    world.kms.schedule_key_deletion(KeyId=key)
    assert world.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingReplicaDeletion"
