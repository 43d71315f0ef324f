"""Keys that AWS RAM shares with other accounts: their second policy, and who may use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from kit import simulator

OTHER, THIRD = "999999999999", "888888888888"


@pytest.fixture
def sim() -> Iterator[simulator.Simulator]:
    with simulator.running("--seed", "7") as running:
        yield running


def client(sim: simulator.Simulator, access_key: str = "test") -> Any:
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return boto3.client(
        "kms", endpoint_url=sim.url, region_name=simulator.REGION, config=config, aws_access_key_id=access_key, aws_secret_access_key="test"
    )


def refusal(call: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error.get("Message", "")


def test_a_shared_key_has_a_second_policy_that_only_ram_manages(sim: simulator.Simulator) -> None:
    kms = client(sim)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    assert refusal(kms.get_key_policy, KeyId=key, PolicyName="AWS_RAM")[0] == "NotFoundException"
    sim.control("POST", "shares", {"arn": key, "accounts": [OTHER]})
    assert kms.list_key_policies(KeyId=key)["PolicyNames"] == ["default", "AWS_RAM"]
    answer = kms.get_key_policy(KeyId=key, PolicyName="AWS_RAM")
    assert answer["PolicyName"] == "AWS_RAM"
    assert json.loads(answer["Policy"])["Statement"][0]["Principal"]["AWS"] == f"arn:aws:iam::{OTHER}:root"
    put = {"KeyId": key, "PolicyName": "AWS_RAM", "Policy": answer["Policy"]}
    assert refusal(kms.put_key_policy, **put) == ("ValidationException", "The AWS_RAM policy can only be managed by the RAM service.")
    assert kms.get_key_policy(KeyId=key)["PolicyName"] == "default"
    sim.control("POST", "shares", {"arn": key, "accounts": []})
    assert kms.list_key_policies(KeyId=key)["PolicyNames"] == ["default"]


def test_the_accounts_of_a_share_use_the_key(sim: simulator.Simulator) -> None:
    kms, other, third = client(sim), client(sim, OTHER), client(sim, THIRD)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    theirs = other.create_key()["KeyMetadata"]["Arn"]
    assert refusal(other.encrypt, KeyId=key, Plaintext=b"x")[0] == "AccessDeniedException"
    sim.control("POST", "shares", {"arn": key, "accounts": [OTHER]})
    other.encrypt(KeyId=key, Plaintext=b"x")
    assert refusal(third.encrypt, KeyId=key, Plaintext=b"x")[0] == "AccessDeniedException"
    assert refusal(other.disable_key, KeyId=key)[0] == "AccessDeniedException"
    listed = {
        owners: [found["KeyArn"] for found in other.list_keys(ResourceOwners=list(owners))["Keys"]]
        for owners in [("SELF",), ("OTHER_ACCOUNTS_VIA_RAM",), ("OTHER_ACCOUNTS_VIA_RAM", "SELF")]
    }
    assert listed == {("SELF",): [theirs], ("OTHER_ACCOUNTS_VIA_RAM",): [key], ("OTHER_ACCOUNTS_VIA_RAM", "SELF"): [theirs, key]}
    assert [found["KeyArn"] for found in other.list_keys()["Keys"]] == [theirs]
    assert third.list_keys(ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM"])["Keys"] == []
    assert refusal(kms.list_keys, ResourceOwners=["ME"])[0] == "ValidationException"
    deny = {"Effect": "Deny", "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"}, "Action": "kms:Encrypt", "Resource": "*"}
    allow = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{simulator.ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    kms.put_key_policy(KeyId=key, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow, deny]}))
    assert refusal(other.encrypt, KeyId=key, Plaintext=b"x")[0] == "AccessDeniedException", "what the key's policy denies stays denied"
