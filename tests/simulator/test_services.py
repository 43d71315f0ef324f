"""Other services beside KMS that the simulator has a part of: tagging look-ups, and policies of roles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from kit import simulator

HOME, AWAY = simulator.REGION, "eu-west-1"


@pytest.fixture
def sim() -> Iterator[simulator.Simulator]:
    with simulator.running("--seed", "3") as running:
        yield running


def client(sim: simulator.Simulator, service: str, region: str = HOME, access_key: str = "test") -> Any:
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return boto3.client(
        service, endpoint_url=sim.url, region_name=region, config=config, aws_access_key_id=access_key, aws_secret_access_key="test"
    )


def code(call: Any, **arguments: Any) -> str:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def made(kms: Any, **tags: str) -> str:
    arn: str = kms.create_key(Tags=[{"TagKey": key, "TagValue": value} for key, value in tags.items()])["KeyMetadata"]["Arn"]
    return arn


def found(tagging: Any, **arguments: Any) -> set[str]:
    answer = tagging.get_resources(**arguments)
    assert answer["PaginationToken"] == ""
    return {resource["ResourceARN"] for resource in answer["ResourceTagMappingList"]}


def test_keys_are_found_by_their_tags(sim: simulator.Simulator) -> None:
    kms, tagging = client(sim, "kms"), client(sim, "resourcegroupstaggingapi")
    one, two, bare = made(kms, app="x", stage="test"), made(kms, app="y"), made(kms)
    away = made(client(sim, "kms", AWAY), app="x")
    other = made(client(sim, "kms", access_key="999999999999"), app="x")
    both = {"Key": "app", "Values": ["x", "y"]}
    for filters, expected in [
        ([], {one, two}),
        ([{"Key": "app", "Values": ["x"]}], {one}),
        ([both], {one, two}),
        ([both, {"Key": "stage"}], {one}),
        ([{"Key": "app", "Values": ["X"]}], set()),
        ([{"Key": "absent"}], set()),
    ]:
        assert found(tagging, TagFilters=filters) == expected, filters
    for types, expected in [(["kms"], {one, two}), (["kms:key"], {one, two}), (["s3"], set()), (["s3", "kms:key"], {one, two}), (["kms:alias"], set())]:
        assert found(tagging, ResourceTypeFilters=types) == expected, types
    assert found(client(sim, "resourcegroupstaggingapi", AWAY)) == {away}
    assert found(client(sim, "resourcegroupstaggingapi", access_key="999999999999")) == {other}
    assert found(tagging, ResourceARNList=[two, bare]) == {two}
    kms.untag_resource(KeyId=two, TagKeys=["app"])
    (was,) = tagging.get_resources(ResourceARNList=[two])["ResourceTagMappingList"]
    assert was == {"ResourceARN": two, "Tags": []}, "what ever had a tag is remembered"


def test_look_ups_come_in_pages(sim: simulator.Simulator) -> None:
    kms, tagging = client(sim, "kms"), client(sim, "resourcegroupstaggingapi")
    keys = {made(kms, **{f"t{number}": "" for number in range(40)}) for _ in range(5)}
    for arguments, sizes in [({"ResourcesPerPage": 2}, [2, 2, 1]), ({"TagsPerPage": 100}, [2, 2, 1]), ({"ResourcesPerPage": 100}, [5])]:
        seen, pages, token = set(), [], ""
        while token or not pages:
            answer = tagging.get_resources(**arguments, PaginationToken=token)
            seen |= {resource["ResourceARN"] for resource in answer["ResourceTagMappingList"]}
            pages.append(len(answer["ResourceTagMappingList"]))
            token = answer["PaginationToken"]
        assert (seen, pages) == (keys, sizes), arguments


def test_look_ups_that_are_refused(sim: simulator.Simulator) -> None:
    tagging = client(sim, "resourcegroupstaggingapi")
    arn = made(client(sim, "kms"), app="x")
    for arguments in [
        {"ResourceARNList": [arn], "TagFilters": [{"Key": "app"}]},
        {"ResourceARNList": [arn], "ResourceTypeFilters": ["kms"]},
        {"ResourceARNList": [arn], "ResourcesPerPage": 10},
        {"ResourceARNList": [arn] * 101},
        {"ResourcesPerPage": 0},
        {"ResourcesPerPage": 101},
        {"TagsPerPage": 99},
        {"TagsPerPage": 501},
        {"TagFilters": [{"Key": f"t{number}"} for number in range(51)]},
        {"TagFilters": [{"Key": "t", "Values": [str(number) for number in range(21)]}]},
        {"TagFilters": [{"Values": ["x"]}]},
        {"ExcludeCompliantResources": True},
        {"PaginationToken": "nonsense"},
    ]:
        assert code(tagging.get_resources, **arguments) == "InvalidParameterException", arguments


def role(sim: simulator.Simulator, name: str) -> str:
    """Makes a role and gives the access key of a session of it."""
    iam, sts = client(sim, "iam"), client(sim, "sts")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    access: str = sts.assume_role(RoleArn=arn, RoleSessionName="s")["Credentials"]["AccessKeyId"]
    return access


def document(*statements: tuple[str, Any, Any]) -> str:
    parts = [{"Effect": effect, "Action": action, "Resource": resource} for effect, action, resource in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": parts})


def test_a_role_may_do_what_its_policies_say(sim: simulator.Simulator) -> None:
    iam, admin = client(sim, "iam"), client(sim, "kms")
    access = role(sim, "Reader")
    kms, tagging = client(sim, "kms", access_key=access), client(sim, "resourcegroupstaggingapi", access_key=access)
    one, two = made(admin, app="x"), made(admin)
    assert code(kms.describe_key, KeyId=one) == "AccessDeniedException"
    assert code(tagging.get_resources) == "AccessDeniedException"
    iam.put_role_policy(RoleName="Reader", PolicyName="read", PolicyDocument=document(("Allow", ["kms:Describe*", "tag:GetResources"], ["*"])))
    kms.describe_key(KeyId=one)
    assert found(tagging) == {one}
    assert code(kms.create_key) == "AccessDeniedException"
    iam.put_role_policy(RoleName="Reader", PolicyName="not-two", PolicyDocument=document(("Deny", "kms:*", two)))
    kms.describe_key(KeyId=one)
    assert code(kms.describe_key, KeyId=two) == "AccessDeniedException"
    assert iam.list_role_policies(RoleName="Reader")["PolicyNames"] == ["not-two", "read"]
    assert iam.get_role_policy(RoleName="Reader", PolicyName="not-two")["PolicyDocument"]["Statement"][0]["Resource"] == two
    assert code(iam.delete_role, RoleName="Reader") == "DeleteConflict"
    iam.delete_role_policy(RoleName="Reader", PolicyName="not-two")
    kms.describe_key(KeyId=two)
    assert code(iam.delete_role_policy, RoleName="Reader", PolicyName="not-two") == "NoSuchEntity"
    assert code(iam.put_role_policy, RoleName="Nobody", PolicyName="p", PolicyDocument=document(("Allow", "*", "*"))) == "NoSuchEntity"
    assert code(iam.put_role_policy, RoleName="Reader", PolicyName="p", PolicyDocument="{}") == "MalformedPolicyDocument"


def test_the_lockout_check_counts_a_roles_own_policies(sim: simulator.Simulator) -> None:
    sim.control("POST", "options", {"doubts": {"barePolicyStatementsRefused": False}})
    iam = client(sim, "iam")
    kms = client(sim, "kms", access_key=role(sim, "Maker"))
    iam.put_role_policy(RoleName="Maker", PolicyName="make", PolicyDocument=document(("Allow", "kms:CreateKey", "*")))
    assert code(kms.create_key, Policy=by_root("*")) == "MalformedPolicyDocumentException"
    iam.put_role_policy(RoleName="Maker", PolicyName="manage", PolicyDocument=document(("Allow", "kms:*", "*")))
    key = kms.create_key(Policy=by_root("*"))["KeyMetadata"]["Arn"]
    elsewhere = key[:-1] + ("0" if key[-1] != "0" else "1")
    assert code(kms.create_key, Policy=by_root(key)) == "MalformedPolicyDocumentException", "the ARN is another key's"
    assert code(kms.put_key_policy, KeyId=key, Policy=by_root(elsewhere)) == "MalformedPolicyDocumentException"
    kms.put_key_policy(KeyId=key, Policy=by_root(key))


def by_root(resource: str) -> str:
    root = {"AWS": "arn:aws:iam::123456789012:root"}
    statement = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
