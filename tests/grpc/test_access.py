"""What a preview says about policies: who gets, gains or loses what, and under which condition."""

from __future__ import annotations

import json
from typing import Any

import grpc
import pytest
from conftest import URN, Provider, secret  # type: ignore[import-not-found]
from kit import simulator
from life import KEY, Resource, kms, renamed  # type: ignore[import-not-found]

ACCOUNT = simulator.ACCOUNT
APP = f"arn:aws:iam::{ACCOUNT}:role/RDSServiceRole"
WEST = "eu-west-1"
ROOT = {
    "Sid": "Account",
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def document(condition: dict[str, Any]) -> dict[str, Any]:
    use = {
        "Sid": "Use",
        "Effect": "Allow",
        "Principal": {"AWS": APP},
        "Action": "kms:Decrypt",
        "Resource": "*",
        "Condition": condition,
    }
    return {"Version": "2012-10-17", "Statement": [ROOT, use]}


def lines(provider: Provider) -> list[str]:
    said = [message.message.strip() for message in provider.engine.messages]
    return [text.removeprefix("Access: ") for text in said if text.startswith("Access: ")]


def preview(provider: Provider, resource: Resource, inputs: dict[str, Any]) -> list[str]:
    news = resource.check(provider, inputs)
    provider.engine.messages.clear()
    resource.update(provider, news, preview=True)
    return lines(provider)


def previewed(provider: Provider, resource: Resource, inputs: dict[str, Any]) -> list[str]:
    """As [`preview`], with a copy of the state: a preview is not written down."""
    return preview(provider, resource.copy(), inputs)


def test_a_new_key_says_who_gets_what(provider: Provider) -> None:
    provider.create(KEY, preview=True)
    assert lines(provider) == [f"account {ACCOUNT} may do everything where IAM policies allow it"]
    provider.engine.messages.clear()
    provider.create({**KEY, "policy": {"usageRoles": [APP], "accountAccess": "FULL"}, "keySpec": "HMAC_256"}, preview=True)
    assert lines(provider)[0].startswith(f"role/RDSServiceRole ({ACCOUNT}) may DescribeKey, GenerateMac, VerifyMac")


def test_conditions_are_told_by_name(provider: Provider) -> None:
    resource = Resource()
    via = "s3.us-east-1.amazonaws.com"
    resource.up(provider, {**KEY, "policyDocument": document({"StringEquals": {"kms:ViaService": via}})})
    wider = {**KEY, "policyDocument": document({"StringLike": {"kms:ViaService": "*"}})}
    before = f"; before if kms:ViaService is {via}, or where IAM policies allow it"
    assert previewed(provider, resource, wider) == [
        f"role/RDSServiceRole ({ACCOUNT}) may now Decrypt if kms:ViaService is like *, or where IAM policies allow it{before}"
    ]
    # A secret policy shows nothing, and says so.
    hidden = {**KEY, "policyDocument": secret(json.dumps(document({})))}
    [line] = previewed(provider, resource, hidden)
    assert "was a secret" in line


def test_a_removed_policy_and_an_adopted_key_are_told_too(provider: Provider, sim: simulator.Simulator) -> None:
    resource = Resource()
    resource.up(provider, {**KEY, "policy": {"usageRoles": [APP]}})
    told = previewed(provider, resource, KEY)
    assert any(line.startswith(f"account {ACCOUNT} may now CreateGrant, Decrypt, Encrypt") for line in told), told
    assert any(line.startswith(f"role/RDSServiceRole ({ACCOUNT}) may now Decrypt, DescribeKey") and " only where IAM" in line for line in told)
    # A key of somebody else's, whose policy gives more.
    policy = json.dumps({"Version": "2012-10-17", "Statement": [ROOT, {**ROOT, "Sid": "More", "Principal": {"AWS": APP}}]})
    key = kms(sim).create_key(Policy=policy)["KeyMetadata"]["KeyId"]
    other = Resource(renamed(URN, "adopted"))
    news = other.check(provider, {"adopt": key, "alias": "alias/adopted"})
    provider.engine.messages.clear()
    other.create(provider, news, preview=True)
    assert any(line.startswith(f"role/RDSServiceRole ({ACCOUNT}) may now do everything only where IAM") for line in lines(provider))


def test_replicas_are_told_by_region(provider: Provider) -> None:
    resource = Resource()
    resource.up(provider, {**KEY, "multiRegion": True, "policy": {"usageRoles": [APP]}})
    two = {**KEY, "multiRegion": True, "policy": {}, "replicas": [{"region": WEST, "policy": {"usageRoles": [APP]}}]}
    told = previewed(provider, resource, two)
    use = "Encrypt, GenerateDataKey*, ReEncrypt*"
    who = f"role/RDSServiceRole ({ACCOUNT})"
    assert told[:3] == [
        f"in {simulator.REGION}: {who} may no longer Decrypt, {use}",
        f"in {simulator.REGION}: {who} may now DescribeKey only where IAM policies allow it; before without condition",
        f"in {WEST}: {who} may Decrypt, DescribeKey, {use}",
    ]
    assert len(told) == 4 and told[3].startswith(f"in {WEST}: account {ACCOUNT} may CancelKeyDeletion")


def test_drift_that_was_repaired_is_no_change(provider: Provider, sim: simulator.Simulator) -> None:
    inputs = {**KEY, "policy": {"usageRoles": [APP]}}
    resource = Resource()
    resource.up(provider, inputs)
    key = resource.id
    ours = kms(sim).get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    by_hand = json.dumps({"Version": "2012-10-17", "Statement": [ROOT]})
    kms(sim).put_key_policy(KeyId=key, PolicyName="default", Policy=by_hand)
    resource.refresh(provider)
    told = previewed(provider, resource, inputs)
    assert any("may now Decrypt" in line for line in told)
    kms(sim).put_key_policy(KeyId=key, PolicyName="default", Policy=ours)
    [line] = previewed(provider, resource, inputs)
    assert "KMS shows this policy already" in line


def test_a_policy_that_asks_for_no_bypass_can_be_put(provider: Provider, sim: simulator.Simulator) -> None:
    """AWS's own example: the condition holds only for calls that leave the member out."""
    condition = {"Null": {"kms:BypassPolicyLockoutSafetyCheck": "true"}}
    guarded = {"Version": "2012-10-17", "Statement": [{**ROOT, "Condition": condition}]}
    resource = Resource()
    resource.up(provider, {**KEY, "policyDocument": guarded})
    assert len(sim.keys()) == 1 and not resource.reasons
    again = {"Version": "2012-10-17", "Id": "again", "Statement": [{**ROOT, "Sid": "Other", "Condition": condition}]}
    resource.up(provider, {**KEY, "policyDocument": again})
    assert not resource.reasons
    puts = [call for call in sim.calls() if call["operation"] in ("CreateKey", "PutKeyPolicy")]
    assert puts and all("BypassPolicyLockoutSafetyCheck" not in call["request"] for call in puts)


def test_invalid_principals_are_named_and_a_missing_service_role_gets_its_command(
    provider: Provider, sim: simulator.Simulator
) -> None:
    slr = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_blue"
    error = {"code": "MalformedPolicyDocumentException", "message": "Policy contains a statement with one or more invalid principals.", "status": 400}
    sim.fault({"error": error}, operation="CreateKey")
    statement = {**ROOT, "Sid": "Service", "Principal": {"AWS": [slr, APP]}, "Action": "kms:Decrypt"}
    inputs = {**KEY, "policyDocument": {"Version": "2012-10-17", "Statement": [ROOT, statement]}}
    with pytest.raises(grpc.RpcError) as refused:
        provider.create(inputs, timeout=1)
    details = refused.value.details()
    assert f"at least one of {slr}, {APP}." in details
    assert "--aws-service-name autoscaling.amazonaws.com --custom-suffix blue" in details
    with pytest.raises(grpc.RpcError) as refused:
        provider.create({**inputs, "policyDocument": secret(json.dumps(inputs["policyDocument"]))}, timeout=1)
    assert slr not in refused.value.details() and APP not in refused.value.details()


def test_a_foreign_principal_is_remarked_where_the_account_is_known(provider: Provider) -> None:
    foreign = {**ROOT, "Sid": "Other", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "kms:Decrypt"}
    inputs = {**KEY, "policyDocument": {"Version": "2012-10-17", "Statement": [ROOT, foreign]}}
    provider.create(inputs, preview=True)
    assert any("(KP011)" in message.message for message in provider.engine.messages)
    with pytest.raises(grpc.RpcError) as refused:
        provider.create({**inputs, "lints": {"asError": ["KP011"]}}, preview=True)
    assert "(KP011)" in refused.value.details()
    provider.engine.messages.clear()
    ignore = [{"rule": "KP011", "sid": "Other", "reason": "the auditors' account"}]
    provider.create({**inputs, "lints": {"ignore": ignore}}, preview=True)
    assert not any("(KP011)" in message.message for message in provider.engine.messages)


def test_what_is_left_to_iam_is_said(provider: Provider) -> None:
    provider.create({**KEY, "policy": {"usageRoles": [APP]}}, preview=True)
    said = [message.message for message in provider.engine.messages]
    assert any("the policy leaves it to the account's IAM policies" in text for text in said), said
