"""What the documentation of KMS's operations says, one thing a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from kit import simulator
from test_gaps import ALL, AWAY, HOME, ROOT, client, code, made, policy, primary, refusal, shown

STRANGER = "999999999999"


@pytest.fixture(scope="module")
def shared() -> Iterator[simulator.Simulator]:
    with simulator.running("--seed", "4") as running:
        yield running


@pytest.fixture
def sim(shared: simulator.Simulator) -> simulator.Simulator:
    shared.control("POST", "reset")
    shared.role("App")
    return shared


@pytest.fixture
def kms(sim: simulator.Simulator) -> Any:
    return client(sim)


@pytest.mark.parametrize(
    "change",
    [
        {"NotPrincipal": ROOT},
        {"NotAction": "kms:*"},
        {"Action": "kms"},
        {"Action": 5},
        {"Sid": 5},
        {"Principal": {"Nobody": "x"}},
        {"Principal": {"AWS": []}},
        {"Condition": "x"},
        {"Condition": {"StringEquals": "x"}},
        {"Condition": {"Equals": {"aws:x": "y"}}},
    ],
)
def test_statements_that_are_no_statements(kms: Any, change: dict[str, Any]) -> None:
    told = refusal(kms.create_key, Policy=policy(ALL, {**ALL, **change}))
    assert told == ("MalformedPolicyDocumentException", "Syntax errors in policy.")


@pytest.mark.parametrize(
    ("principal", "good"),
    [
        ({"Service": "logs.amazonaws.com"}, True),
        ({"Service": "logs.eu-central-1.amazonaws.com"}, True),
        ({"Service": "logs"}, False),
        ({"AWS": "*"}, True),
        ({"AWS": "111122223333"}, True),
        ({"AWS": "arn:aws:iam::111122223333:root"}, True),
        ({"AWS": "arn:aws-cn:iam::111122223333:root"}, False),
        ({"AWS": "arn:aws:iam::123456789012:role/App"}, True),
        ({"AWS": "arn:aws:sts::123456789012:assumed-role/App/s"}, True),
        ({"AWS": "arn:aws:iam::123456789012:role/*"}, False),
        ({"AWS": "arn:aws:iam::123:role/App"}, False),
        ({"AWS": "bob"}, False),
    ],
)
def test_principals_of_policies(kms: Any, principal: dict[str, str], good: bool) -> None:
    document = policy(ALL, {**ALL, "Principal": principal})
    if good:
        kms.create_key(Policy=document)
    else:
        told = refusal(kms.create_key, Policy=document)
        assert told == ("MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals.")


def test_other_accounts_use_a_key_that_is_shared_and_do_not_manage_it(sim: simulator.Simulator, kms: Any) -> None:
    other = client(sim, access_key=STRANGER)
    key = made(kms, Policy=policy(ALL, {**ALL, "Principal": {"AWS": STRANGER}}))
    assert code(other.describe_key, KeyId=made(kms)) == "AccessDeniedException"
    assert other.describe_key(KeyId=key)["KeyMetadata"]["AWSAccountId"] == "123456789012"
    blob = other.encrypt(KeyId=key, Plaintext=b"p")["CiphertextBlob"]
    assert other.decrypt(CiphertextBlob=blob, KeyId=key)["Plaintext"] == b"p"
    other.get_key_rotation_status(KeyId=key)
    other.list_grants(KeyId=key)
    assert code(other.describe_key, KeyId=key.split("/")[1]) == "NotFoundException"
    for call, arguments in [
        (other.enable_key, {}),
        (other.schedule_key_deletion, {}),
        (other.get_key_policy, {}),
        (other.put_key_policy, {"Policy": policy(ALL)}),
        (other.list_resource_tags, {}),
        (other.tag_resource, {"Tags": []}),
        (other.enable_key_rotation, {}),
        (other.update_key_description, {"Description": "d"}),
    ]:
        assert code(call, KeyId=key, **arguments) == "AccessDeniedException", call
    assert code(other.create_alias, AliasName="alias/x", TargetKeyId=key) == "AccessDeniedException"
    assert other.list_keys()["Keys"] == [] and not any("TargetKeyId" in alias for alias in other.list_aliases()["Aliases"])


def test_names_of_keys(sim: simulator.Simulator, kms: Any) -> None:
    key = made(kms)
    kms.create_alias(AliasName="alias/a", TargetKeyId=key)
    arn = f"arn:aws:kms:{HOME}:123456789012:alias/a"
    for name in (key, key.split("/")[1], "alias/a", arn):
        assert shown(kms, name)["Arn"] == key
    for name in ("alias/none", arn.replace(HOME, AWAY), key.replace(HOME, AWAY), "1234abcd-12ab-34cd-56ef-1234567890ab", "nonsense"):
        assert code(kms.describe_key, KeyId=name) == "NotFoundException", name
    assert code(client(sim, AWAY).describe_key, KeyId="alias/a") == "NotFoundException"


def test_metadata_of_a_new_key(kms: Any) -> None:
    metadata = kms.create_key()["KeyMetadata"]
    metadata.pop("CreationDate")
    key, material = metadata.pop("Arn"), metadata.pop("CurrentKeyMaterialId")
    assert (len(material), metadata.pop("KeyId")) == (64, key.split("/")[1])
    assert metadata == {
        "AWSAccountId": "123456789012",
        "Enabled": True,
        "Description": "",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": False,
    }
    document = json.loads(kms.get_key_policy(KeyId=key)["Policy"])
    assert document["Id"] == "key-default-1" and document["Statement"][0]["Sid"] == "Enable IAM User Permissions"
    assert kms.list_key_policies(KeyId=key)["PolicyNames"] == ["default"]
    assert code(kms.get_key_policy, KeyId=key, PolicyName="other") == "NotFoundException"


def test_the_deprecated_name_of_specs(kms: Any) -> None:
    assert kms.create_key(CustomerMasterKeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeySpec"] == "RSA_2048"
    assert code(kms.create_key, CustomerMasterKeySpec="ML_DSA_44", KeyUsage="SIGN_VERIFY") == "ValidationException"
    assert code(kms.create_key, CustomerMasterKeySpec="SYMMETRIC_DEFAULT", KeySpec="SYMMETRIC_DEFAULT") == "ValidationException"
    assert code(kms.create_key, KeySpec="SM2", KeyUsage="SIGN_VERIFY") == "UnsupportedOperationException"


def test_tags_have_characters(kms: Any) -> None:
    key = made(kms, Tags=[{"TagKey": "Größe 1_.:/=+-@", "TagValue": "ok"}])
    for tag in ({"TagKey": "a*", "TagValue": ""}, {"TagKey": "a", "TagValue": "<"}):
        assert code(kms.tag_resource, KeyId=key, Tags=[tag]) == "TagException"
    assert code(kms.untag_resource, KeyId=key, TagKeys=["aws:x"]) == "TagException"
    assert code(kms.tag_resource, KeyId=key, Tags=[{"TagKey": "a"}]) == "ValidationException"
    assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "Größe 1_.:/=+-@", "TagValue": "ok"}]


def test_aliases(kms: Any) -> None:
    full = made(kms)
    for number in range(50):
        kms.create_alias(AliasName=f"alias/{number}", TargetKeyId=full)
    kms.update_alias(AliasName="alias/1", TargetKeyId=full)
    kms.create_alias(AliasName="alias/other", TargetKeyId=made(kms))
    assert code(kms.update_alias, AliasName="alias/other", TargetKeyId=full) == "LimitExceededException"
    assert code(kms.delete_alias, AliasName="other") == "ValidationException"
    assert code(kms.delete_alias, AliasName="alias/none") == "NotFoundException"
    assert code(kms.list_aliases, KeyId="1234abcd-12ab-34cd-56ef-1234567890ab") == "NotFoundException"


def test_rotation_on_demand_keeps_the_schedule_and_waits_for_it(sim: simulator.Simulator, kms: Any) -> None:
    key = made(kms)
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    next_date = kms.get_key_rotation_status(KeyId=key)["NextRotationDate"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"p")["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["NextRotationDate"] == next_date
    sim.control("POST", "clock", {"advanceSeconds": 90 * 86400 - 600})
    assert code(kms.rotate_key_on_demand, KeyId=key) == "ConflictException"
    sim.control("POST", "clock", {"advanceSeconds": 700})
    kinds = [rotation["RotationType"] for rotation in kms.list_key_rotations(KeyId=key)["Rotations"]]
    assert sorted(kinds) == ["AUTOMATIC", "ON_DEMAND"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"p"
    kms.enable_key_rotation(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 365


def test_on_demand_rotations_are_counted(kms: Any) -> None:
    key = made(kms)
    for _ in range(25):
        kms.rotate_key_on_demand(KeyId=key)
    assert code(kms.rotate_key_on_demand, KeyId=key) == "LimitExceededException"


def test_the_last_usage_is_each_keys_own(sim: simulator.Simulator, kms: Any) -> None:
    key = primary(sim, kms)
    unused = kms.get_key_last_usage(KeyId=key)
    assert unused["KeyLastUsage"] == {} and unused["KeyCreationDate"] == unused["TrackingStartDate"]
    blob = client(sim, AWAY).encrypt(KeyId=key.replace(HOME, AWAY), Plaintext=b"p")["CiphertextBlob"]
    assert kms.get_key_last_usage(KeyId=key)["KeyLastUsage"] == {}
    other = made(kms)
    kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other)
    for name in (key, other):
        usage = kms.get_key_last_usage(KeyId=name)["KeyLastUsage"]
        assert usage["Operation"] == "ReEncrypt" and len(usage["CloudTrailEventId"]) == 36


def test_a_rehearsal_tells_what_would_come(sim: simulator.Simulator, kms: Any) -> None:
    key = made(kms)
    assert code(kms.encrypt, KeyId=key, Plaintext=b"p", DryRun=True) == "DryRunOperationException"
    stranger = client(sim, access_key=STRANGER)
    assert code(stranger.encrypt, KeyId=key, Plaintext=b"p", DryRun=True) == "AccessDeniedException"
    kms.disable_key(KeyId=key)
    assert code(kms.encrypt, KeyId=key, Plaintext=b"p", DryRun=True) == "DisabledException"
