"""Services of AWS and made-up callers: `POST /_sim/act` and `POST /_sim/callers`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from kit import simulator

HOME, ACCOUNT = simulator.REGION, simulator.ACCOUNT
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ADMIN = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": ["kms:Create*", "kms:Put*", "kms:Get*", "kms:Schedule*"], "Resource": "*"}
SOURCE = f"arn:aws:example:{HOME}:{ACCOUNT}:thing"

# What the services' guides print, as short as it does the job: the service's part of the key policy.
SERVICES: dict[tuple[str, str], tuple[list[str], dict[str, Any]]] = {
    ("AUTOSCALING", "LAUNCH"): (["Encrypt", "Decrypt", "ReEncrypt*", "GenerateDataKey*", "DescribeKey", "CreateGrant"], {}),
    ("BACKUP", "WRITE"): (["DescribeKey", "GenerateDataKey", "Decrypt", "CreateGrant"], {"StringLike": {"kms:ViaService": "backup.*.amazonaws.com"}}),
    ("CLOUDFRONT", "READ"): (["Decrypt", "Encrypt", "GenerateDataKey*"], {"StringEquals": {"aws:SourceArn": SOURCE}}),
    ("CLOUDFRONT", "WRITE"): (["Decrypt", "Encrypt", "GenerateDataKey*"], {"StringEquals": {"aws:SourceArn": SOURCE}}),
    ("CLOUDTRAIL", "WRITE"): (["GenerateDataKey*", "DescribeKey"], {"StringEquals": {"aws:SourceArn": SOURCE}}),
    ("CLOUDTRAIL", "WRITE_WITH_BUCKET_KEY"): (["GenerateDataKey*", "Decrypt"], {"StringEquals": {"aws:SourceArn": SOURCE}}),
    ("CLOUDTRAIL", "READ"): (["Decrypt"], {"Null": {"kms:EncryptionContext:aws:cloudtrail:arn": "false"}}),
    ("CLOUDWATCH_LOGS", "WRITE"): (["Encrypt", "Decrypt", "ReEncrypt*", "GenerateDataKey*", "Describe*"], {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:*:{HOME}:{ACCOUNT}:*"}}),
    ("DYNAMODB", "CREATE"): (["DescribeKey", "CreateGrant"], {"StringLike": {"kms:ViaService": "dynamodb.*.amazonaws.com"}}),
    ("DYNAMODB", "USE"): (["Decrypt"], {"StringLike": {"kms:ViaService": "dynamodb.*.amazonaws.com"}}),
    ("EBS", "CREATE"): (["CreateGrant", "DescribeKey", "GenerateDataKeyWithoutPlaintext"], {"StringEquals": {"kms:ViaService": f"ec2.{HOME}.amazonaws.com"}}),
    ("EKS", "CREATE"): (["DescribeKey", "CreateGrant"], {}),
    ("EVENTBRIDGE", "BUS"): (["DescribeKey", "GenerateDataKey", "Decrypt"], {"StringEquals": {"aws:SourceArn": SOURCE}}),
    ("EVENTBRIDGE", "TO_SNS"): (["GenerateDataKey*", "Decrypt"], {"StringLike": {"kms:EncryptionContext:aws:sns:topicArn": "*"}}),
    ("LAMBDA", "CREATE"): (["CreateGrant", "Encrypt"], {"StringEquals": {"kms:ViaService": f"lambda.{HOME}.amazonaws.com"}}),
    ("LAMBDA", "SHOW"): (["Decrypt"], {"StringEquals": {"kms:ViaService": f"lambda.{HOME}.amazonaws.com"}}),
    ("RDS", "CREATE"): (["CreateGrant", "DescribeKey"], {"StringEquals": {"kms:ViaService": f"rds.{HOME}.amazonaws.com"}}),
    ("RDS", "PERFORMANCE_INSIGHTS"): (
        ["Decrypt", "GenerateDataKey"],
        {"StringEquals": {"kms:ViaService": f"rds.{HOME}.amazonaws.com"}, "ForAnyValue:StringEquals": {"kms:EncryptionContext:service": "pi"}},
    ),
    ("S3", "WRITE"): (["GenerateDataKey"], {"StringEquals": {"kms:ViaService": f"s3.{HOME}.amazonaws.com"}}),
    ("S3", "WRITE_MULTIPART"): (["GenerateDataKey", "Decrypt"], {"StringEquals": {"kms:ViaService": f"s3.{HOME}.amazonaws.com"}}),
    ("S3", "READ"): (["Decrypt"], {"StringEquals": {"kms:ViaService": f"s3.{HOME}.amazonaws.com"}}),
    ("S3", "NOTIFY_SQS"): (["GenerateDataKey", "Decrypt"], {"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
    ("S3", "NOTIFY_SNS"): (["GenerateDataKey", "Decrypt"], {"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
    ("S3", "INVENTORY"): (["GenerateDataKey"], {"ArnLike": {"aws:SourceArn": SOURCE}}),
    ("SECRETS_MANAGER", "WRITE"): (["GenerateDataKey", "Decrypt"], {"StringEquals": {"kms:ViaService": f"secretsmanager.{HOME}.amazonaws.com"}}),
    ("SECRETS_MANAGER", "READ"): (["Decrypt"], {"StringLike": {"kms:EncryptionContext:SecretARN": "*"}}),
    ("SNS", "PUBLISH"): (["GenerateDataKey*", "Decrypt"], {"StringEquals": {"kms:ViaService": f"sns.{HOME}.amazonaws.com"}}),
    ("SNS", "TO_SQS"): (["GenerateDataKey*", "Decrypt"], {"ArnEquals": {"aws:SourceArn": SOURCE}}),
    ("SQS", "SEND"): (["GenerateDataKey", "Decrypt"], {"StringEquals": {"kms:ViaService": f"sqs.{HOME}.amazonaws.com"}}),
    ("SQS", "RECEIVE"): (["Decrypt"], {"StringEquals": {"kms:ViaService": f"sqs.{HOME}.amazonaws.com"}}),
    ("SSM", "PUT"): (["Encrypt"], {"StringEquals": {"kms:ViaService": f"ssm.{HOME}.amazonaws.com"}}),
    ("SSM", "PUT_ADVANCED"): (["GenerateDataKey"], {"StringEquals": {"kms:ViaService": f"ssm.{HOME}.amazonaws.com"}}),
    ("SSM", "GET"): (["Decrypt"], {"StringEquals": {"kms:ViaService": f"ssm.{HOME}.amazonaws.com"}}),
}
PRINCIPALS = {
    "CLOUDFRONT": "cloudfront.amazonaws.com",
    "CLOUDTRAIL": "cloudtrail.amazonaws.com",
    "CLOUDWATCH_LOGS": f"logs.{HOME}.amazonaws.com",
    "DNSSEC": "dnssec-route53.amazonaws.com",
    "EVENTBRIDGE": "events.amazonaws.com",
    "S3": "s3.amazonaws.com",
    "SNS": "sns.amazonaws.com",
}
AS_THEMSELVES = {("CLOUDFRONT", "READ"), ("CLOUDFRONT", "WRITE"), ("CLOUDTRAIL", "WRITE"), ("CLOUDTRAIL", "WRITE_WITH_BUCKET_KEY"), ("SNS", "TO_SQS")} | {
    name for name in SERVICES if name[0] in ("CLOUDWATCH_LOGS", "EVENTBRIDGE") or name[1] in ("NOTIFY_SQS", "NOTIFY_SNS", "INVENTORY")
}


@pytest.fixture(scope="module")
def sim() -> Iterator[simulator.Simulator]:
    with simulator.running("--seed", "5") as running:
        running.role("App")
        running.role("Stranger")
        yield running


def client(sim: simulator.Simulator, access_key: str = "test", region: str = HOME) -> Any:
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client(
        "kms", endpoint_url=sim.url, region_name=region, config=config, aws_access_key_id=access_key, aws_secret_access_key="test"
    )


def key(sim: simulator.Simulator, *statements: dict[str, Any], **more: Any) -> str:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [ADMIN, *statements]})
    arn: str = client(sim).create_key(Policy=policy, **more)["KeyMetadata"]["Arn"]
    return arn


def statement(principal: Any, actions: list[str], condition: dict[str, Any]) -> dict[str, Any]:
    found = {"Effect": "Allow", "Principal": principal, "Action": [f"kms:{action}" for action in actions], "Resource": "*"}
    return {**found, "Condition": condition} if condition else found


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def act(sim: simulator.Simulator, name: tuple[str, str], arn: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = sim.control("POST", "act", {"service": name[0], "use": name[1], "key": arn, **more})
    return answer


def test_every_use_is_tested(sim: simulator.Simulator) -> None:
    known = {(use["service"], use["use"]) for use in sim.control("GET", "act")["uses"]}
    assert known == {*SERVICES, ("DNSSEC", "SIGN")}


@pytest.mark.parametrize("name", SERVICES, ids=":".join)
def test_a_service_may_do_what_its_guide_says_and_a_stranger_not(sim: simulator.Simulator, name: tuple[str, str]) -> None:
    actions, condition = SERVICES[name]
    if name in AS_THEMSELVES:
        arn = key(sim, statement({"Service": PRINCIPALS[name[0]]}, actions, condition))
        good = act(sim, name, arn, sourceArn=SOURCE)
        other = key(sim, statement({"Service": "glacier.amazonaws.com"}, actions, {}))
        bad = act(sim, name, other, sourceArn=SOURCE)
    else:
        arn = key(sim, statement({"AWS": role("App")}, actions, condition))
        good = act(sim, name, arn, **{"as": role("App")})
        bad = act(sim, name, arn, **{"as": role("Stranger")})
    assert good["allowed"], good["calls"]
    own = [call for call in bad["calls"] if call["operation"] in ("Decrypt", "Encrypt") or call is bad["calls"][0]]
    assert {call["code"] for call in own[:1]} == {"AccessDeniedException"}
    assert not bad["allowed"]


def test_route_53_signs_by_its_grant(sim: simulator.Simulator) -> None:
    condition = {"Bool": {"kms:GrantIsForAWSResource": "true"}, "StringEquals": {"aws:SourceAccount": ACCOUNT}}
    principal = {"Service": PRINCIPALS["DNSSEC"]}
    statements = [statement(principal, ["DescribeKey", "GetPublicKey", "Sign"], {}), statement(principal, ["CreateGrant"], condition)]
    arn = key(sim, *statements, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    zone = "arn:aws:route53:::hostedzone/Z1"
    assert not act(sim, ("DNSSEC", "SIGN"), arn, sourceArn=zone)["allowed"], "the ARN of a zone has no account"
    answer = act(sim, ("DNSSEC", "SIGN"), arn, sourceArn=zone, sourceAccount=ACCOUNT)
    assert answer["allowed"], answer["calls"]


@pytest.mark.parametrize(
    ("name", "condition", "more"),
    [
        (("S3", "READ"), {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}, {}),
        (("S3", "READ"), {"ArnLike": {"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::mine/*"}}, {"resource": "arn:aws:s3:::other/x"}),
        (("S3", "READ"), {"StringEquals": {"aws:SourceArn": "arn:aws:s3:::mine"}}, {}),
        (("RDS", "CREATE"), {"StringEquals": {"kms:EncryptionContext:App": "orders"}}, {}),
        (("EKS", "CREATE"), {"Bool": {"kms:GrantIsForAWSResource": "true"}}, {}),
        (("EBS", "CREATE"), {"Null": {"aws:SourceIp": "false"}}, {}),
        (("LAMBDA", "CREATE"), {"Bool": {"aws:ViaAWSService": "false"}}, {}),
    ],
)
def test_conditions_that_do_not_fit_the_service(sim: simulator.Simulator, name: tuple[str, str], condition: Any, more: Any) -> None:
    arn = key(sim, statement({"AWS": role("App")}, ["*"], condition))
    assert not act(sim, name, arn, **{"as": role("App"), **more})["allowed"]


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        (("CLOUDTRAIL", "WRITE"), {"StringEquals": {"aws:SourceArn": f"{SOURCE}-other"}}),
        (("EVENTBRIDGE", "TO_SNS"), {"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
        (("CLOUDWATCH_LOGS", "WRITE"), {"StringEquals": {"kms:ViaService": f"logs.{HOME}.amazonaws.com"}}),
        (("S3", "INVENTORY"), {"StringEquals": {"kms:CallerAccount": ACCOUNT}}),
    ],
)
def test_conditions_that_do_not_fit_a_service_that_calls_as_itself(sim: simulator.Simulator, name: tuple[str, str], condition: Any) -> None:
    arn = key(sim, statement({"Service": PRINCIPALS[name[0]]}, ["*"], condition))
    assert not act(sim, name, arn, sourceArn=SOURCE)["allowed"]


def test_the_account_does_not_speak_for_services(sim: simulator.Simulator) -> None:
    arn = key(sim, statement({"AWS": ROOT}, ["*"], {}))
    assert not act(sim, ("EVENTBRIDGE", "BUS"), arn)["allowed"]
    assert act(sim, ("S3", "WRITE"), arn)["allowed"], "the default user calls S3"


def test_a_grant_of_a_service_holds_for_its_resource_only(sim: simulator.Simulator) -> None:
    arn = key(sim, statement({"AWS": role("App")}, ["CreateGrant", "DescribeKey"], {}))
    assert act(sim, ("RDS", "CREATE"), arn, resource="db-ONE", **{"as": role("App")})["allowed"]
    service = sim.control("POST", "callers", {"service": f"rds.{HOME}.amazonaws.com"})["accessKey"]
    client(sim, service).generate_data_key_without_plaintext(KeyId=arn, KeySpec="AES_256", EncryptionContext={"aws:rds:db-id": "db-ONE"})
    for context in ({"aws:rds:db-id": "db-TWO"}, {}):
        with pytest.raises(botocore.exceptions.ClientError):
            client(sim, service).generate_data_key_without_plaintext(KeyId=arn, KeySpec="AES_256", EncryptionContext=context)


@pytest.mark.parametrize(
    ("caller", "condition", "holds"),
    [
        ({}, {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, False),
        ({"sourceIp": "203.0.113.9"}, {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, True),
        ({}, {"StringEquals": {"aws:PrincipalOrgID": "o-simulator"}}, True),
        ({}, {"StringEquals": {"aws:PrincipalOrgID": "o-other"}}, False),
        ({"facts": {"aws:PrincipalOrgID": "o-other"}}, {"StringEquals": {"aws:PrincipalOrgID": "o-other"}}, True),
        ({}, {"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}}, True),
        ({}, {"Bool": {"aws:SecureTransport": "true"}}, True),
        ({}, {"StringEquals": {"aws:RequestedRegion": HOME}}, True),
        ({}, {"StringEquals": {"aws:PrincipalType": "AssumedRole"}}, True),
        ({"sessionName": "ci"}, {"StringLike": {"aws:userid": "*:ci"}}, True),
        ({}, {"StringEquals": {"aws:PrincipalTag/team": "red"}}, True),
        ({"facts": {"aws:SourceVpce": ["vpce-1"]}}, {"StringEquals": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"via": "s3"}, {"StringEquals": {"aws:CalledViaLast": "s3.amazonaws.com"}}, True),
        ({}, {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, True),
        ({}, {"DateGreaterThan": {"aws:CurrentTime": "2999-01-01T00:00:00Z"}}, False),
    ],
)
def test_callers_have_the_global_condition_keys(caller: dict[str, Any], condition: dict[str, Any], holds: bool) -> None:
    options = json.dumps({"organizations": {"o-simulator": [ACCOUNT]}})
    with simulator.running("--options", options) as sim:
        app = sim.role("App", tags={"team": "red"})
        arn = key(sim, statement({"AWS": app}, ["DescribeKey"], condition))
        kms = client(sim, sim.control("POST", "callers", {"arn": app, **caller})["accessKey"])
        if holds:
            kms.describe_key(KeyId=arn)
        else:
            with pytest.raises(botocore.exceptions.ClientError):
                kms.describe_key(KeyId=arn)


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"arn": role("Nobody")},
        {"arn": role("App"), "service": "s3.amazonaws.com"},
        {"service": "s3.amazonaws.com", "via": "s3"},
        {"arn": role("App"), "facts": {"aws:x": []}},
        {"arn": role("App"), "unknown": 1},
    ],
)
def test_callers_that_cannot_be(sim: simulator.Simulator, bad: dict[str, Any]) -> None:
    with pytest.raises(RuntimeError):
        sim.control("POST", "callers", bad)


@pytest.mark.parametrize("bad", [{"service": "S4"}, {"key": "x"}, {"use": "EAT"}, {"as": role("Nobody")}])
def test_acts_that_cannot_be(sim: simulator.Simulator, bad: dict[str, Any]) -> None:
    with pytest.raises(RuntimeError):
        sim.control("POST", "act", {"service": "S3", "use": "READ", "key": key(sim), **bad})


def test_conditions_on_grants_and_policies(sim: simulator.Simulator) -> None:
    app = sim.control("POST", "callers", {"arn": role("App")})["accessKey"]
    source = f"arn:aws:sns:{HOME}:{ACCOUNT}:topic"
    condition = {
        "StringEquals": {"kms:GranteeServicePrincipal": "sns.amazonaws.com", "kms:GrantConstraintSourceArn": source},
        "ForAllValues:StringEquals": {"kms:RetiringServicePrincipal": "sns.amazonaws.com"},
    }
    statements = [
        statement({"AWS": role("App")}, ["CreateGrant"], condition),
        statement({"AWS": role("App")}, ["GetKeyPolicy"], {"StringEquals": {"kms:PolicyName": "default"}}),
    ]
    arn = key(sim, *statements)
    kms = client(sim, app)
    kms.get_key_policy(KeyId=arn)
    good = {
        "KeyId": arn, "GranteeServicePrincipal": "sns.amazonaws.com", "RetiringServicePrincipal": "sns.amazonaws.com",
        "Operations": ["Decrypt"], "Constraints": {"SourceArn": source},
    }
    kms.create_grant(**good)
    for change in ({"GranteeServicePrincipal": "sqs.amazonaws.com"}, {"Constraints": {"SourceArn": f"{source}2"}}):
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            kms.create_grant(**{**good, **change})
        assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    sns = client(sim, sim.control("POST", "callers", {"service": "sns.amazonaws.com", "sourceArn": source})["accessKey"])
    blob = client(sim).generate_random(NumberOfBytes=64)["Plaintext"]
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        sns.decrypt(KeyId=arn, CiphertextBlob=blob)
    assert caught.value.response["Error"]["Code"] == "InvalidCiphertextException", "the grant lets it"
    other = client(sim, sim.control("POST", "callers", {"service": "sns.amazonaws.com", "sourceArn": f"{source}2"})["accessKey"])
    with pytest.raises(botocore.exceptions.ClientError):
        other.describe_key(KeyId=arn)
