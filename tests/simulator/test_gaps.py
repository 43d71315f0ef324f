"""What other stand-ins for KMS hide: each test fails on one that lets a wrong program pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from kit import simulator

HOME, AWAY, THIRD = simulator.REGION, "eu-west-1", "us-east-1"
ROOT = {"AWS": "arn:aws:iam::123456789012:root"}
ALL: dict[str, Any] = {"Effect": "Allow", "Principal": ROOT, "Action": "kms:*", "Resource": "*"}


@pytest.fixture(scope="module")
def shared() -> Iterator[simulator.Simulator]:
    with simulator.running("--seed", "2") as running:
        yield running


@pytest.fixture
def sim(shared: simulator.Simulator) -> simulator.Simulator:
    shared.control("POST", "reset")
    shared.role("App")
    return shared


@pytest.fixture
def kms(sim: simulator.Simulator) -> Any:
    return client(sim)


def client(sim: simulator.Simulator, region: str = HOME, access_key: str = "test") -> Any:
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return boto3.client(
        "kms", endpoint_url=sim.url, region_name=region, config=config, aws_access_key_id=access_key, aws_secret_access_key="test"
    )


def refusal(call: Any, **arguments: Any) -> tuple[str, str]:
    """Code and message of a call that must not succeed."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    told = caught.value.response["Error"]
    return told["Code"], told.get("Message", "")


def code(call: Any, **arguments: Any) -> str:
    return refusal(call, **arguments)[0]


def made(kms: Any, **arguments: Any) -> str:
    arn: str = kms.create_key(**arguments)["KeyMetadata"]["Arn"]
    return arn


def shown(kms: Any, key: str) -> dict[str, Any]:
    metadata: dict[str, Any] = kms.describe_key(KeyId=key)["KeyMetadata"]
    return metadata


def policy(*statements: dict[str, Any], **more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **more})


def primary(sim: simulator.Simulator, kms: Any) -> str:
    """A primary with one replica that is ready."""
    key = made(kms, MultiRegion=True)
    kms.replicate_key(KeyId=key, ReplicaRegion=AWAY)
    sim.control("POST", "clock", {"advanceSeconds": 5})
    return key


@pytest.mark.parametrize(
    "document",
    [
        "no JSON",
        "{}",
        '"{}"',
        json.dumps(policy(ALL)),
        policy(),
        policy({**ALL, "Effect": "Permit"}),
        policy({name: value for name, value in ALL.items() if name != "Principal"}),
        policy({**ALL, "Principal": "someone"}),
        policy(ALL, Version="2020-01-01"),
    ],
)
def test_01_policies_have_a_grammar(kms: Any, document: str) -> None:
    key = made(kms)
    assert code(kms.put_key_policy, KeyId=key, Policy=document) == "MalformedPolicyDocumentException"
    assert code(kms.create_key, Policy=document) == "MalformedPolicyDocumentException"


def test_01_policies_have_a_size(kms: Any) -> None:
    document = policy(ALL, {**ALL, "Sid": "x" * 33_000})
    assert code(kms.create_key, Policy=document) == "LimitExceededException"
    assert code(kms.create_key, Policy="") == "ValidationException"


def test_01_a_statement_without_action_or_resource_is_refused_since_2025(sim: simulator.Simulator, kms: Any) -> None:
    bare = [policy(ALL, {name: value for name, value in ALL.items() if name != missing}) for missing in ("Action", "Resource")]
    for document in bare:
        assert code(kms.create_key, Policy=document) == "MalformedPolicyDocumentException"
    sim.control("POST", "options", {"doubts": {"barePolicyStatementsRefused": False}})
    try:
        for document in bare:
            kms.create_key(Policy=document)
    finally:
        sim.control("POST", "options", {"doubts": {"barePolicyStatementsRefused": True}})


def test_02_principals_must_exist(sim: simulator.Simulator, kms: Any) -> None:
    def naming(role: str) -> str:
        return policy(ALL, {**ALL, "Principal": {"AWS": f"arn:aws:iam::123456789012:role/{role}"}})

    expected = ("MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals.")
    assert refusal(kms.create_key, Policy=naming("Nobody")) == expected
    sim.role("Late", afterSeconds=30)
    assert refusal(kms.create_key, Policy=naming("Late")) == expected
    sim.control("POST", "clock", {"advanceSeconds": 31})
    kms.create_key(Policy=naming("Late"))


def test_03_no_policy_locks_its_caller_out(sim: simulator.Simulator, kms: Any) -> None:
    role = "arn:aws:iam::123456789012:role/App"
    locked = policy({**ALL, "Principal": {"AWS": role}})
    denied = policy(ALL, {**ALL, "Effect": "Deny", "Action": "kms:PutKeyPolicy", "Principal": "*"})
    for document in (locked, denied):
        told = refusal(kms.create_key, Policy=document)
        assert told[0] == "MalformedPolicyDocumentException" and "will not allow you to update the key policy" in told[1]
        assert code(kms.put_key_policy, KeyId=made(kms), Policy=document) == "MalformedPolicyDocumentException"
        key = made(kms, MultiRegion=True)
        assert code(kms.replicate_key, KeyId=key, ReplicaRegion=AWAY, Policy=document) == "MalformedPolicyDocumentException"
        kms.create_key(Policy=document, BypassPolicyLockoutSafetyCheck=True)


def test_04_a_policy_comes_back_rewritten(kms: Any) -> None:
    document = policy(ALL, {**ALL, "Action": ["kms:Decrypt", "kms:Encrypt"], "Principal": {"AWS": ["123456789012"]}})
    came = kms.get_key_policy(KeyId=made(kms, Policy=document))["Policy"]
    assert came != document
    assert json.loads(came)["Statement"][1]["Principal"] == ROOT


def test_05_a_disabled_key_is_not_rotated_granted_or_used(kms: Any) -> None:
    key = made(kms)
    kms.enable_key_rotation(KeyId=key)
    kms.disable_key(KeyId=key)
    for call, arguments in [
        (kms.enable_key_rotation, {}),
        (kms.disable_key_rotation, {}),
        (kms.rotate_key_on_demand, {}),
        (kms.create_grant, {"GranteePrincipal": ROOT["AWS"], "Operations": ["Decrypt"]}),
        (kms.encrypt, {"Plaintext": b"p"}),
    ]:
        assert refusal(call, KeyId=key, **arguments) == ("DisabledException", f"{key} is disabled."), call
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    kms.update_key_description(KeyId=key, Description="d")
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}])


def test_06_and_07_a_pending_key_is_left_alone(kms: Any) -> None:
    key = made(kms)
    kms.create_alias(AliasName="alias/pending", TargetKeyId=key)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    tag = {"TagKey": "a", "TagValue": "b"}
    for call, arguments in [
        (kms.enable_key, {}),
        (kms.disable_key, {}),
        (kms.enable_key_rotation, {}),
        (kms.disable_key_rotation, {}),
        (kms.tag_resource, {"Tags": [tag]}),
        (kms.untag_resource, {"TagKeys": ["a"]}),
        (kms.update_key_description, {"Description": "d"}),
        (kms.schedule_key_deletion, {}),
    ]:
        told = refusal(call, KeyId=key, **arguments)
        assert told[0] == "KMSInvalidStateException" and f"{key} is pending deletion" in told[1], call
    assert code(kms.create_alias, AliasName="alias/other", TargetKeyId=key) == "KMSInvalidStateException"
    assert kms.describe_key(KeyId="alias/pending")["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False
    kms.get_key_policy(KeyId=key)
    kms.put_key_policy(KeyId=key, Policy=policy(ALL))
    kms.list_resource_tags(KeyId=key)
    kms.delete_alias(AliasName="alias/pending")


def test_08_a_cancelled_deletion_leaves_the_key_disabled(kms: Any) -> None:
    key = made(kms)
    kms.schedule_key_deletion(KeyId=key)
    assert kms.cancel_key_deletion(KeyId=key) | {"ResponseMetadata": 0} == {"KeyId": key, "ResponseMetadata": 0}
    metadata = shown(kms, key)
    assert (metadata["KeyState"], metadata["Enabled"], "DeletionDate" in metadata) == ("Disabled", False, False)
    told = refusal(kms.cancel_key_deletion, KeyId=key)
    assert told[0] == "KMSInvalidStateException" and "is not pending deletion" in told[1]


def test_09_a_primary_waits_for_its_replicas(sim: simulator.Simulator, kms: Any) -> None:
    key, away = primary(sim, kms), client(sim, AWAY)
    answer = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert answer["KeyState"] == "PendingReplicaDeletion" and "DeletionDate" not in answer
    metadata = shown(kms, key)
    assert (metadata["KeyState"], metadata["PendingDeletionWindowInDays"]) == ("PendingReplicaDeletion", 7)
    assert "DeletionDate" not in metadata
    away.schedule_key_deletion(KeyId=key.replace(HOME, AWAY), PendingWindowInDays=7)
    sim.control("POST", "clock", {"advanceSeconds": 7 * 86400 + 60})
    metadata = shown(kms, key)
    assert (metadata["KeyState"], "DeletionDate" in metadata) == ("PendingDeletion", True)
    sim.control("POST", "clock", {"advanceSeconds": 7 * 86400 + 60})
    assert code(kms.describe_key, KeyId=key) == "NotFoundException"


def test_10_a_replica_is_creating_for_a_while(sim: simulator.Simulator, kms: Any) -> None:
    key, away = made(kms, MultiRegion=True), client(sim, AWAY)
    replica = kms.replicate_key(KeyId=key, ReplicaRegion=AWAY)["ReplicaKeyMetadata"]
    assert (replica["KeyState"], replica["Enabled"]) == ("Creating", False)
    for call in (away.enable_key, away.disable_key, away.enable_key_rotation):
        told = refusal(call, KeyId=replica["Arn"])
        assert told[0] in ("KMSInvalidStateException", "UnsupportedOperationException")
    assert code(away.encrypt, KeyId=replica["Arn"], Plaintext=b"p") == "KMSInvalidStateException"
    away.create_alias(AliasName="alias/early", TargetKeyId=replica["Arn"])
    sim.control("POST", "clock", {"advanceSeconds": 5})
    assert shown(away, replica["Arn"])["KeyState"] == "Enabled"


def test_11_a_replica_inherits_nothing_of_its_primarys_region(kms: Any) -> None:
    tags = [{"TagKey": "a", "TagValue": "b"}]
    key = made(kms, MultiRegion=True, Description="d", Tags=tags, Policy=policy(ALL, {**ALL, "Sid": "Own"}))
    answer = kms.replicate_key(KeyId=key, ReplicaRegion=AWAY)
    assert answer["ReplicaKeyMetadata"]["Description"] == ""
    assert not answer.get("ReplicaTags")
    assert [statement["Sid"] for statement in json.loads(answer["ReplicaPolicy"])["Statement"]] == ["Enable IAM User Permissions"]


def test_12_what_cannot_be_replicated(sim: simulator.Simulator, kms: Any) -> None:
    key = primary(sim, kms)
    assert code(kms.replicate_key, KeyId=key, ReplicaRegion=AWAY) == "AlreadyExistsException"
    assert code(kms.replicate_key, KeyId=made(kms), ReplicaRegion=AWAY) == "UnsupportedOperationException"
    replica = key.replace(HOME, AWAY)
    assert code(client(sim, AWAY).replicate_key, KeyId=replica, ReplicaRegion=THIRD) == "UnsupportedOperationException"
    for region in ("mars-north-1", "cn-north-1", "Europe"):
        assert code(kms.replicate_key, KeyId=key, ReplicaRegion=region) == "ValidationException"
    kms.disable_key(KeyId=key)
    assert code(kms.replicate_key, KeyId=key, ReplicaRegion=THIRD) == "DisabledException"


def test_13_rotation_is_the_primarys_and_shows_everywhere(sim: simulator.Simulator, kms: Any) -> None:
    key, away = primary(sim, kms), client(sim, AWAY)
    replica = key.replace(HOME, AWAY)
    for call in (away.enable_key_rotation, away.disable_key_rotation, away.rotate_key_on_demand):
        assert code(call, KeyId=replica) == "UnsupportedOperationException"
    for days in (90, 180):
        kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=days)
        assert away.get_key_rotation_status(KeyId=replica)["RotationPeriodInDays"] == days


def test_14_and_15_the_primary_moves(sim: simulator.Simulator, kms: Any) -> None:
    key, away = primary(sim, kms), client(sim, AWAY)
    replica = key.replace(HOME, AWAY)
    away.create_alias(AliasName="alias/only-here", TargetKeyId=replica)
    assert kms.list_aliases(KeyId=key)["Aliases"] == []
    assert code(away.update_primary_region, KeyId=replica, PrimaryRegion=HOME) == "UnsupportedOperationException"
    assert shown(kms, key)["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"
    kms.update_primary_region(KeyId=key, PrimaryRegion=AWAY)
    assert {shown(kms, key)["KeyState"], shown(away, replica)["KeyState"]} == {"Updating"}
    sim.control("POST", "clock", {"advanceSeconds": 5})
    for viewer, arn in ((kms, key), (away, replica)):
        configuration = shown(viewer, arn)["MultiRegionConfiguration"]
        assert configuration["PrimaryKey"] == {"Arn": replica, "Region": AWAY}
        assert configuration["ReplicaKeys"] == [{"Arn": key, "Region": HOME}]


def test_16_periods_of_rotation(kms: Any) -> None:
    key = made(kms)
    for days in (0, 89, 2561):
        assert code(kms.enable_key_rotation, KeyId=key, RotationPeriodInDays=days) == "ValidationException"
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], "RotationPeriodInDays" in status, "NextRotationDate" in status) == (False, False, False)
    kms.enable_key_rotation(KeyId=key)
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)
    assert (status["NextRotationDate"] - shown(kms, key)["CreationDate"]).days in (364, 365)


@pytest.mark.parametrize(
    ("spec", "usage"),
    [("RSA_2048", "SIGN_VERIFY"), ("ECC_NIST_P256", "SIGN_VERIFY"), ("HMAC_256", "GENERATE_VERIFY_MAC"), ("ML_DSA_44", "SIGN_VERIFY")],
)
def test_17_only_symmetric_keys_rotate(kms: Any, spec: str, usage: str) -> None:
    key = made(kms, KeySpec=spec, KeyUsage=usage)
    assert code(kms.enable_key_rotation, KeyId=key) == "UnsupportedOperationException"
    assert code(kms.rotate_key_on_demand, KeyId=key) == "UnsupportedOperationException"
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False


def test_18_specs_and_usages_go_together(kms: Any) -> None:
    for spec in ("RSA_2048", "ECC_NIST_P256", "HMAC_256", "ML_DSA_44", "ML_KEM_512"):
        told = refusal(kms.create_key, KeySpec=spec)
        assert told == ("ValidationException", "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.")
    for spec, usage in [
        ("SYMMETRIC_DEFAULT", "SIGN_VERIFY"),
        ("RSA_2048", "KEY_AGREEMENT"),
        ("ECC_SECG_P256K1", "KEY_AGREEMENT"),
        ("ECC_NIST_EDWARDS25519", "KEY_AGREEMENT"),
        ("HMAC_256", "ENCRYPT_DECRYPT"),
        ("ML_DSA_44", "ENCAPSULATE_DECAPSULATE"),
    ]:
        told = refusal(kms.create_key, KeySpec=spec, KeyUsage=usage)
        assert told == ("ValidationException", f"KeyUsage {usage} is not compatible with KeySpec {spec}")


def test_19_a_key_for_imported_material_waits_for_it(kms: Any) -> None:
    key = made(kms, Origin="EXTERNAL")
    metadata = shown(kms, key)
    assert (metadata["KeyState"], metadata["Enabled"]) == ("PendingImport", False)
    told = refusal(kms.enable_key, KeyId=key)
    assert told == ("KMSInvalidStateException", f"{key} is pending import.")


def test_21_tags_have_limits(kms: Any) -> None:
    def tags(count: int, key: str = "t", value: str = "") -> list[dict[str, str]]:
        return [{"TagKey": f"{key}{number}", "TagValue": value} for number in range(count)]

    key = made(kms, Tags=tags(50))
    for given in (tags(51), [*tags(1), *tags(1)], tags(1, "aws:"), tags(1, "AWS:")):
        assert code(kms.create_key, Tags=given) == "TagException"
    assert code(kms.tag_resource, KeyId=key, Tags=tags(1, "more")) == "TagException"
    kms.tag_resource(KeyId=key, Tags=tags(1, value="changed"))
    for given in (tags(1, "k" * 128), tags(1, value="v" * 257), [{"TagKey": "", "TagValue": ""}]):
        assert code(kms.create_key, Tags=given) == "ValidationException"
    kms.untag_resource(KeyId=key, TagKeys=["never there"])


def test_22_names_and_descriptions_have_limits(kms: Any) -> None:
    key = made(kms)
    assert code(kms.create_key, Description="d" * 8193) == "ValidationException"
    assert code(kms.update_key_description, KeyId=key, Description="d" * 8193) == "ValidationException"
    for name in ("alias/" + "a" * 251, "alias/a b", "name", "alias/ä"):
        assert code(kms.create_alias, AliasName=name, TargetKeyId=key) == "ValidationException", name
    for name in ("alias/a:b", "alias/"):
        assert code(kms.create_alias, AliasName=name, TargetKeyId=key) == "InvalidAliasNameException", name
    assert code(kms.create_alias, AliasName="alias/aws/mine", TargetKeyId=key) == "NotAuthorizedException"
    kms.create_alias(AliasName="alias/a", TargetKeyId=key)
    assert code(kms.create_alias, AliasName="alias/a", TargetKeyId=made(kms)) == "AlreadyExistsException"
    kms.create_alias(AliasName="alias/A", TargetKeyId=key)


def test_23_an_alias_moves_to_its_like_only(kms: Any) -> None:
    kms.create_alias(AliasName="alias/moves", TargetKeyId=made(kms))
    for spec, usage in [("HMAC_256", "GENERATE_VERIFY_MAC"), ("RSA_2048", "ENCRYPT_DECRYPT")]:
        other = made(kms, KeySpec=spec, KeyUsage=usage)
        assert code(kms.update_alias, AliasName="alias/moves", TargetKeyId=other) == "ValidationException"
    pending = made(kms)
    kms.schedule_key_deletion(KeyId=pending)
    assert code(kms.update_alias, AliasName="alias/moves", TargetKeyId=pending) == "KMSInvalidStateException"
    assert code(kms.update_alias, AliasName="alias/absent", TargetKeyId=made(kms)) == "NotFoundException"


def test_24_aliases_name_no_key_to_manage(kms: Any) -> None:
    key = made(kms)
    kms.create_alias(AliasName="alias/a", TargetKeyId=key)
    for call, arguments in [
        (kms.put_key_policy, {"Policy": policy(ALL)}),
        (kms.get_key_policy, {}),
        (kms.tag_resource, {"Tags": []}),
        (kms.list_resource_tags, {}),
        (kms.enable_key_rotation, {}),
        (kms.schedule_key_deletion, {}),
        (kms.disable_key, {}),
        (kms.list_grants, {}),
        (kms.get_key_last_usage, {}),
        (kms.update_key_description, {"Description": ""}),
    ]:
        assert code(call, KeyId="alias/a", **arguments) in ("NotFoundException", "InvalidArnException"), call
    assert code(kms.create_alias, AliasName="alias/b", TargetKeyId="alias/a") in ("NotFoundException", "InvalidArnException")


def test_25_windows_of_deletion(kms: Any) -> None:
    key = made(kms)
    for days in (0, 6, 31, 366):
        assert code(kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=days) == "ValidationException"
    assert shown(kms, key)["KeyState"] == "Enabled"
    answer = kms.schedule_key_deletion(KeyId=key)
    assert (answer["KeyId"], answer["PendingWindowInDays"], answer["KeyState"]) == (key, 30, "PendingDeletion")


def test_26_lists_come_in_pages(kms: Any) -> None:
    key = made(kms, Tags=[{"TagKey": f"t{number}", "TagValue": ""} for number in range(50)])
    for number in range(49):
        kms.create_alias(AliasName=f"alias/{number}", TargetKeyId=key)
    page = kms.list_resource_tags(KeyId=key, Limit=49)
    assert (len(page["Tags"]), page["Truncated"]) == (49, True)
    rest = kms.list_resource_tags(KeyId=key, Limit=49, Marker=page["NextMarker"])
    assert (len(rest["Tags"]), rest["Truncated"], "NextMarker" in rest) == (1, False, False)
    kms.create_alias(AliasName="alias/last", TargetKeyId=key)
    assert code(kms.create_alias, AliasName="alias/beyond", TargetKeyId=key) == "LimitExceededException"
    kms.create_alias(AliasName="alias/other", TargetKeyId=made(kms))
    assert len(kms.list_aliases()["Aliases"]) == 50 and kms.list_aliases()["Truncated"]
    found = [alias for page in kms.get_paginator("list_aliases").paginate() for alias in page["Aliases"]]
    assert len({alias["AliasName"] for alias in found if "TargetKeyId" in alias}) == 51


def test_27_grants_by_name_are_made_once(kms: Any) -> None:
    key, asked = made(kms), {"GranteePrincipal": ROOT["AWS"], "Operations": ["Decrypt"]}
    named = [kms.create_grant(KeyId=key, Name="n", **asked)["GrantId"] for _ in range(2)]
    plain = [kms.create_grant(KeyId=key, **asked)["GrantId"] for _ in range(2)]
    assert len(set(named)) == 1 and len(set(plain)) == 2
    assert code(kms.create_grant, KeyId=key, GranteePrincipal=ROOT["AWS"], Operations=["Sign"]) == "ValidationException"


def test_28_answers_name_keys_by_arn(kms: Any) -> None:
    key = made(kms)
    bare = key.split("/")[1]
    assert kms.rotate_key_on_demand(KeyId=bare)["KeyId"] == key
    assert kms.encrypt(KeyId=bare, Plaintext=b"p")["KeyId"] == key
    assert kms.schedule_key_deletion(KeyId=bare)["KeyId"] == key
    assert kms.cancel_key_deletion(KeyId=bare)["KeyId"] == key


def test_29_and_30_errors_come_without_words_and_with_any_status(sim: simulator.Simulator, kms: Any) -> None:
    sim.fault({"error": {"code": "MalformedPolicyDocumentException"}}, operation="CreateKey", count=1)
    assert refusal(kms.create_key) == ("MalformedPolicyDocumentException", "")
    for effect, expected, status in [
        ("throttle", "ThrottlingException", 400),
        ("kmsInternal", "KMSInternalException", 500),
        ("dependencyTimeout", "DependencyTimeoutException", 503),
        ("accessDenied", "AccessDeniedException", 400),
    ]:
        sim.fault(effect, operation="CreateKey", count=1)
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            kms.create_key()
        assert caught.value.response["Error"]["Code"] == expected
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_31_reads_lag(sim: simulator.Simulator, kms: Any) -> None:
    sim.control("POST", "options", {"lag": [{"operation": "DescribeKey", "seconds": 60}]})
    key = made(kms)
    assert code(kms.describe_key, KeyId=key) == "NotFoundException"
    sim.control("POST", "clock", {"advanceSeconds": 61})
    kms.describe_key(KeyId=key)
    sim.control("POST", "options", {"lag": []})


def test_32_requests_have_rates(sim: simulator.Simulator, kms: Any) -> None:
    sim.control("POST", "options", {"quotas": True})
    codes = set()
    for _ in range(30):
        try:
            kms.create_key()
        except botocore.exceptions.ClientError as error:
            codes.add(error.response["Error"]["Code"])
    sim.control("POST", "options", {"quotas": False})
    assert codes == {"ThrottlingException"}


def test_33_a_lost_answer_leaves_a_key_behind(sim: simulator.Simulator, kms: Any) -> None:
    sim.fault("cutAfter", operation="CreateKey", count=1)
    with pytest.raises(botocore.exceptions.HTTPClientError):
        kms.create_key()
    kms.create_key()
    assert len(sim.keys()) == 2
