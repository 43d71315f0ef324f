"""Bad input: the real CLI shows what is wrong, and KMS is never asked for a key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from kit import simulator
from programs import ADMIN, NOTED, USER, KeyProgram, key_program

MANY_TAGS = {f"tag{n}": "x" for n in range(51)}

CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("a near name", {"alias": "alias/x", "aliass": "alias/y"}, ["aliass", 'did you mean "alias"']),
    ("a wrong type", {"alias": "alias/x", "enabled": "yes"}, ["enabled", '"yes"', "must be true or false"]),
    ("a short window", {"deletionWindowDays": 5}, ["deletionWindowDays", "5 is below the minimum", "7 to 30"]),
    ("a short period", {"rotationPeriodDays": 30}, ["rotationPeriodDays", "30 is below the minimum", "90 to 2560"]),
    ("a period on RSA", {"keySpec": "RSA_2048", "keyUsage": "SIGN_VERIFY", "rotationPeriodDays": 100}, ["rotationPeriodDays", "RSA_2048", "remove it"]),
    ("rotation on RSA", {"keySpec": "RSA_2048", "keyUsage": "SIGN_VERIFY", "enableRotation": True}, ["enableRotation", "RSA_2048", "set it to false"]),
    ("no prefix", {"alias": "prod/orders"}, ["alias", '"prod/orders"', 'write "alias/prod/orders"']),
    ("a reserved alias", {"alias": "alias/aws/s3"}, ["alias", "reserved", "choose another"]),
    ("a space", {"alias": "alias/my key"}, ["alias", '"alias/my key"', "' '"]),
    ("a long description", {"description": "x" * 9000}, ["description", "9000 characters", "8192"]),
    ("51 tags", {"tags": MANY_TAGS}, ["tags", "51 entries", "48"]),
    ("an AWS tag", {"tags": {"AWS:x": "y"}}, ["tags", "AWS:x", "reserved"]),
    ("RSA without usage", {"keySpec": "RSA_4096"}, ["keyUsage", "ENCRYPT_DECRYPT or SIGN_VERIFY"]),
    ("a usage that does not fit", {"keySpec": "HMAC_256", "keyUsage": "SIGN_VERIFY"}, ["keyUsage", "SIGN_VERIFY", "GENERATE_VERIFY_MAC"]),
    ("an unknown spec", {"keySpec": "RSA_2084"}, ["keySpec", '"RSA_2084"', 'Did you mean "RSA_2048"']),
    ("no JSON", {"policyDocument": "{oops"}, ["policyDocument", "not JSON", "line 1 column 2"]),
    ("both policies", {"policy": {"adminRole": ADMIN}, "policyDocument": {"Statement": []}}, ["policy", "policyDocument", "keep one"]),
    ("no role", {"policy": {"adminRole": "Security Admin"}}, ["policy.adminRole", '"Security Admin"', "arn:aws:iam::123456789012:role"]),
    ("a wildcard", {"policy": {"usageRoles": ["*"]}}, ["policy.usageRoles[0]", "wildcard"]),
    ("context on HMAC", {"keySpec": "HMAC_256", "policy": {"adminRole": ADMIN, "usageRoles": [USER], "encryptionContext": {"a": "b"}}}, ["policy.encryptionContext", "HMAC_256", "remove encryptionContext"]),
    ("nobody manages", {"policy": {"usageRoles": [USER], "accountAccess": "NONE"}}, ["policy.accountAccess", "adminRole"]),
    ("an unknown Region", {"region": "eu-centrl-1"}, ["region", '"eu-centrl-1"', '"eu-central-1"']),
    ("a Region twice", {"replicas": [{"region": "eu-west-1"}, {"region": "eu-west-1"}]}, ["replicas[1].region", "has a replica already"]),
    ("something to come", {"origin": "EXTERNAL"}, ["origin", "not available in this version"]),
]  # fmt: skip

GENERIC = """
import json
import pulumi
class Any(pulumi.CustomResource):
    def __init__(self, inputs):
        super().__init__("awskms:index:AwsKmsKey", "key", inputs)
Any(json.load(open("inputs.json"))["inputs"])
"""


@pytest.fixture
def generic(sim: simulator.Simulator) -> Iterator[KeyProgram]:
    """A program that gives the provider whatever a test says: no SDK and no language's type checker refuses it first."""
    with key_program("python", sim) as program:
        (program.stack.folder / "__main__.py").write_text(GENERIC)
        yield program


def test_each_mistake_is_named_with_its_fix(generic: KeyProgram, sim: simulator.Simulator) -> None:
    for what, inputs, parts in CASES:
        message = generic.refused(inputs)
        missing = [part for part in parts if part not in message]
        assert not missing, f"{what}: {missing} not in: {message}"
    assert sim.writes() == []


def test_all_mistakes_are_told_at_once(generic: KeyProgram) -> None:
    message = generic.refused({"deletionWindowDays": 5, "alias": "x", "tags": {"aws:y": "z"}})
    assert all(part in message for part in ["deletionWindowDays", "alias/x", "aws:y"]), message


GOOD = {"alias": "alias/x"}


def test_missing_credentials_say_what_was_tried(program: KeyProgram, sim: simulator.Simulator) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del program.stack.env[name]
    program.write(GOOD)
    program.stack.pulumi("preview")  # A preview works without.
    message = program.refused(GOOD, "up")
    assert "no usable AWS credentials" in message
    assert "AWS_ACCESS_KEY_ID" in message
    assert sim.writes() == []


def test_an_endpoint_that_cannot_be_reached(program: KeyProgram) -> None:
    program.stack.env["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    program.stack.env["AWS_MAX_ATTEMPTS"] = "1"
    program.stack.pulumi("config", "set", "awskms:maxRetries", "1")
    message = program.refused(GOOD, "up")
    assert "GetCallerIdentity failed" in message
    assert "endpoint" in message


@pytest.mark.parametrize("url", ["nowhere", "ftp://x", "http://x:99999"])
def test_a_bad_endpoint_is_an_error_and_no_panic(program: KeyProgram, url: str) -> None:
    program.stack.env["AWS_ENDPOINT_URL_KMS"] = url
    message = program.refused(GOOD)
    assert "AWS_ENDPOINT_URL_KMS" in message and url in message
    assert "panicked" not in message


def test_access_denied_in_the_middle_keeps_the_key(program: KeyProgram, sim: simulator.Simulator) -> None:
    sim.fault("accessDenied", operation="CreateAlias", count=1)
    message = program.refused(GOOD, "up")
    assert "creating alias/x" in message and "Allow kms:CreateAlias" in message
    assert [key["aliases"] for key in sim.keys()] == [[]]
    key_id = program.key()["id"]
    mark = sim.mark()
    program.up(GOOD)
    assert sim.writes(mark) == ["CreateAlias", *NOTED]
    assert program.key()["id"] == key_id
    assert len(sim.keys()) == 1


def test_a_forbidden_account_is_refused_before_anything_is_written(program: KeyProgram, sim: simulator.Simulator) -> None:
    program.stack.pulumi("config", "set", "--path", "awskms:allowedAccountIds[0]", "111122223333")
    message = program.refused(GOOD)
    assert "123456789012" in message and "allowedAccountIds" in message
    assert sim.writes() == []


def test_an_alias_of_a_stranger_names_the_holder_and_the_import(program: KeyProgram, sim: simulator.Simulator) -> None:
    import boto3

    kms = boto3.client("kms", endpoint_url=sim.url, region_name=simulator.REGION, aws_access_key_id="test", aws_secret_access_key="test")
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/x", TargetKeyId=arn)
    mark = sim.mark()
    message = program.refused(GOOD)
    assert f"pulumi import awskms:index:AwsKmsKey key {arn}" in message
    assert "alias/x is taken" in program.refused(GOOD, "up")
    assert sim.writes(mark) == []
