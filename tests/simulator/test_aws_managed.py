"""AWS managed keys, behind predefined aliases; and what follows of how AWS is known to answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from kit import simulator

HOME = simulator.REGION


@pytest.fixture
def sim() -> Iterator[simulator.Simulator]:
    with simulator.running("--seed", "6") as running:
        yield running


def client(sim: simulator.Simulator, region: str = HOME, access_key: str = "test") -> Any:
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return boto3.client(
        "kms", endpoint_url=sim.url, region_name=region, config=config, aws_access_key_id=access_key, aws_secret_access_key="test"
    )


def refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def predefined(kms: Any) -> dict[str, dict[str, Any]]:
    return {alias["AliasName"]: alias for alias in kms.list_aliases()["Aliases"] if alias["AliasName"].startswith("alias/aws/")}


def test_describing_a_predefined_name_makes_its_key(sim: simulator.Simulator) -> None:
    kms = client(sim)
    assert set(predefined(kms)["alias/aws/s3"]) == {"AliasName", "AliasArn"}, "no target yet, and no dates"
    assert kms.list_keys()["Keys"] == []
    key = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    assert (key["KeyManager"], key["KeyState"], key["Origin"], key["MultiRegion"]) == ("AWS", "Enabled", "AWS_KMS", False)
    assert key["Description"] == "Default key that protects my S3 objects when no other key is defined"
    assert predefined(kms)["alias/aws/s3"]["TargetKeyId"] == key["KeyId"]
    assert "TargetKeyId" not in predefined(kms)["alias/aws/ebs"]
    assert [found["KeyId"] for found in kms.list_keys()["Keys"]] == [key["KeyId"]]
    assert kms.list_aliases(KeyId=key["KeyId"])["Aliases"][0]["AliasName"] == "alias/aws/s3"
    status = kms.get_key_rotation_status(KeyId=key["Arn"])
    assert (status["KeyId"], status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (key["Arn"], True, 365)
    again = kms.describe_key(KeyId=f"arn:aws:kms:{HOME}:{simulator.ACCOUNT}:alias/aws/s3")["KeyMetadata"]
    assert again["Arn"] == key["Arn"]
    assert client(sim, "us-east-1").describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyId"] != key["KeyId"]
    assert refusal(kms.describe_key, KeyId="alias/aws/nothing") == "NotFoundException"
    for account in ("999999999999",):
        other = f"arn:aws:kms:{HOME}:{account}:alias/aws/s3"
        assert refusal(kms.describe_key, KeyId=other) == "NotFoundException"


def test_nobody_manages_or_uses_it_directly(sim: simulator.Simulator) -> None:
    kms = client(sim)
    key = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["Arn"]
    for call, arguments in [
        (kms.schedule_key_deletion, {}),
        (kms.disable_key, {}),
        (kms.put_key_policy, {"Policy": kms.get_key_policy(KeyId=key)["Policy"]}),
        (kms.enable_key_rotation, {}),
        (kms.tag_resource, {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        (kms.encrypt, {"Plaintext": b"x"}),
    ]:
        assert refusal(call, KeyId=key, **arguments) == "AccessDeniedException", call
    assert refusal(kms.create_alias, AliasName="alias/mine", TargetKeyId=key) == "AccessDeniedException"
    assert sim.control("POST", "act", {"service": "S3", "use": "WRITE", "key": key})["allowed"], "S3 uses it for whoever calls S3"
    assert not sim.control("POST", "act", {"service": "RDS", "use": "CREATE", "key": key})["allowed"]


def test_it_is_there_after_a_restart(tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    with simulator.running("--state", state) as sim:
        key = client(sim).describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    with simulator.running("--state", state) as sim:
        assert [found["arn"] for found in sim.keys()] == [key["Arn"]]
        assert client(sim).describe_key(KeyId="alias/aws/s3")["KeyMetadata"] == key


def test_the_state_of_a_key_is_judged_before_its_spec(sim: simulator.Simulator) -> None:
    kms = client(sim)
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    assert refusal(kms.rotate_key_on_demand, KeyId=key) == "UnsupportedOperationException"
    kms.disable_key(KeyId=key)
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        kms.rotate_key_on_demand(KeyId=key)
    assert caught.value.response["Error"] == {"Code": "DisabledException", "Message": f"{key} is disabled."}


def test_a_second_replica_in_a_region(sim: simulator.Simulator) -> None:
    kms = client(sim)
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]["Arn"]
    kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")
    text = "You can create only one replica of each primary key in each AWS Region."
    assert caught.value.response["Error"] == {"Code": "AlreadyExistsException", "Message": text}
    replica = client(sim, "eu-west-1")
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        replica.replicate_key(KeyId=key.replace(HOME, "eu-west-1"), ReplicaRegion="us-east-1")
    error = caught.value.response["Error"]
    assert error["Code"] == "UnsupportedOperationException" and "is not a multi-region primary key" in error["Message"]


def test_services_as_grantees_by_the_principal_members(sim: simulator.Simulator) -> None:
    kms = client(sim)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    service = "dynamodb.us-west-1.amazonaws.com"
    kms.create_grant(KeyId=key, GranteePrincipal=service, RetiringPrincipal=service, Operations=["Encrypt", "CreateGrant"])
    (grant,) = kms.list_grants(KeyId=key)["Grants"]
    assert (grant["GranteePrincipal"], grant["RetiringPrincipal"]) == (service, service)
    both = {"EncryptionContextEquals": {"a": "b"}, "EncryptionContextSubset": {"a": "b"}}
    for change, text in [
        ({"Constraints": both}, "More than one constraint supplied"),
        ({"Operations": ["CreateGrant"]}, "Grants must not contain only the CreateGrant operation."),
    ]:
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            kms.create_grant(**{"KeyId": key, "GranteePrincipal": service, "Operations": ["Decrypt"], **change})
        assert caught.value.response["Error"] == {"Code": "ValidationException", "Message": text}


TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
OWN = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}]})


def test_the_iam_that_programs_use_to_make_roles_beside_keys(sim: simulator.Simulator) -> None:
    """Every call that Terraform's and Pulumi's aws_iam_role, aws_iam_policy and attachments make in a life."""
    iam = boto3.client("iam", endpoint_url=sim.url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    tags = [{"Key": "team", "Value": "a & b"}]
    made = iam.create_role(RoleName="App", Path="/team/", AssumeRolePolicyDocument=TRUST, Description="d", Tags=tags, MaxSessionDuration=7200)["Role"]
    assert made["Arn"] == f"arn:aws:iam::{simulator.ACCOUNT}:role/team/App"
    read = iam.get_role(RoleName="App")["Role"]
    for member, value in {
        "Path": "/team/", "RoleName": "App", "RoleId": made["RoleId"], "Description": "d", "MaxSessionDuration": 7200,
        "AssumeRolePolicyDocument": json.loads(TRUST), "Tags": tags,
    }.items():
        assert read[member] == value, member
    assert iam.list_role_tags(RoleName="App")["Tags"] == tags
    assert iam.list_role_policies(RoleName="App")["PolicyNames"] == []
    assert iam.list_attached_role_policies(RoleName="App")["AttachedPolicies"] == []
    assert iam.list_instance_profiles_for_role(RoleName="App")["InstanceProfiles"] == []
    iam.tag_role(RoleName="App", Tags=[{"Key": "b", "Value": ""}])
    iam.untag_role(RoleName="App", TagKeys=["team"])
    assert iam.get_role(RoleName="App")["Role"]["Tags"] == [{"Key": "b", "Value": ""}]
    other = TRUST.replace("ec2", "lambda")
    iam.update_assume_role_policy(RoleName="App", PolicyDocument=other)
    iam.update_role(RoleName="App", Description="e", MaxSessionDuration=3600)
    read = iam.get_role(RoleName="App")["Role"]
    assert (read["AssumeRolePolicyDocument"], read["Description"]) == (json.loads(other), "e")
    policy = iam.create_policy(PolicyName="use", PolicyDocument=OWN, Description="p")["Policy"]
    assert iam.get_policy(PolicyArn=policy["Arn"])["Policy"]["AttachmentCount"] == 0
    version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    assert version["Document"] == json.loads(OWN)
    assert len(iam.list_policy_versions(PolicyArn=policy["Arn"])["Versions"]) == 1
    iam.attach_role_policy(RoleName="App", PolicyArn=policy["Arn"])
    iam.attach_role_policy(RoleName="App", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    attached = {found["PolicyArn"]: found["PolicyName"] for found in iam.list_attached_role_policies(RoleName="App")["AttachedPolicies"]}
    assert attached == {policy["Arn"]: "use", "arn:aws:iam::aws:policy/ReadOnlyAccess": "ReadOnlyAccess"}

    kms = client(sim, access_key=sim.control("POST", "callers", {"arn": made["Arn"]})["accessKey"])
    key = client(sim).create_key()["KeyMetadata"]["Arn"]
    kms.encrypt(KeyId=key, Plaintext=b"x")
    assert refusal(kms.describe_key, KeyId=key) == "AccessDeniedException"

    for call, arguments, code in [
        (iam.create_role, {"RoleName": "App", "AssumeRolePolicyDocument": TRUST}, "EntityAlreadyExists"),
        (iam.create_role, {"RoleName": "Bad", "AssumeRolePolicyDocument": "x"}, "MalformedPolicyDocument"),
        (iam.create_policy, {"PolicyName": "use", "PolicyDocument": OWN}, "EntityAlreadyExists"),
        (iam.delete_role, {"RoleName": "App"}, "DeleteConflict"),
        (iam.delete_policy, {"PolicyArn": policy["Arn"]}, "DeleteConflict"),
        (iam.get_role, {"RoleName": "Nobody"}, "NoSuchEntity"),
        (iam.attach_role_policy, {"RoleName": "App", "PolicyArn": policy["Arn"] + "x"}, "NoSuchEntity"),
    ]:
        assert refusal(call, **arguments) == code, (call, arguments)
    for arn in attached:
        iam.detach_role_policy(RoleName="App", PolicyArn=arn)
    iam.delete_policy(PolicyArn=policy["Arn"])
    iam.delete_role(RoleName="App")
    assert refusal(iam.get_role, RoleName="App") == "NoSuchEntity"


def test_users_and_service_linked_roles(sim: simulator.Simulator) -> None:
    iam = boto3.client("iam", endpoint_url=sim.url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    assert iam.get_user()["User"]["Arn"] == f"arn:aws:iam::{simulator.ACCOUNT}:user/default", "the caller"
    user = iam.create_user(UserName="Bob", Path="/people/", Tags=[{"Key": "a", "Value": "b"}])["User"]
    assert iam.get_user(UserName="Bob")["User"] == user
    assert iam.list_user_tags(UserName="Bob")["Tags"] == [{"Key": "a", "Value": "b"}]
    assert iam.list_groups_for_user(UserName="Bob")["Groups"] == []
    iam.delete_user(UserName="Bob")
    role = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")["Role"]
    name = "AWSServiceRoleForAutoScaling"
    assert role["Arn"] == f"arn:aws:iam::{simulator.ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/{name}"
    assert iam.get_role(RoleName=name)["Role"]["Path"] == "/aws-service-role/autoscaling.amazonaws.com/"
    assert refusal(iam.create_service_linked_role, AWSServiceName="autoscaling.amazonaws.com") == "InvalidInput"
    task = iam.delete_service_linked_role(RoleName=name)["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    assert refusal(iam.get_role, RoleName=name) == "NoSuchEntity"
