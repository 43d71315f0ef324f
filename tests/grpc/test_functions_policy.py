"""simulateAccess, lintPolicy, whoCanAccess and estimateCost."""

from __future__ import annotations

import json
from typing import Any

import grpc
import pytest
from conftest import Provider  # type: ignore[import-not-found]
from functions import invoke, made, refused, result  # type: ignore[import-not-found]
from kit import simulator
from life import kms  # type: ignore[import-not-found]

ADMIN = f"arn:aws:iam::{simulator.ACCOUNT}:role/SecurityAdmin"
APP = f"arn:aws:iam::{simulator.ACCOUNT}:role/RDSServiceRole"
ROOT = f"arn:aws:iam::{simulator.ACCOUNT}:root"
TYPED: dict[str, Any] = {"adminRole": ADMIN, "usageRoles": [APP], "encryptionContext": {"App": "orders"}}
OPEN = {"Sid": "Open", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}


def test_a_policy_is_simulated_without_a_call(provider: Provider, sim: simulator.Simulator) -> None:
    policy = {"Version": "2012-10-17", "Statement": [
        {"Sid": "Use", "Effect": "Allow", "Principal": {"AWS": APP}, "Action": "kms:Decrypt", "Resource": "*",
         "Condition": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}},
        {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:DescribeKey", "Resource": "*"},
    ]}  # fmt: skip
    how: dict[str, Any] = {"principals": [APP, ADMIN], "actions": ["kms:Decrypt", "kms:DescribeKey"], "account": simulator.ACCOUNT}
    for given in (policy, json.dumps(policy)):
        direct = result(provider, "simulateAccess", policy=given, **how)
        assert [decision["access"] for decision in direct["decisions"]] == ["DENIED", "IAM_DECIDES", "DENIED", "IAM_DECIDES"]
        assert not direct["allAllowed"] and not direct["allDenied"]
    via = result(provider, "simulateAccess", policy=policy, viaService="s3.eu-west-1.amazonaws.com", **how)["decisions"][0]
    assert (via["access"], via["statements"]) == ("ALLOWED", ['statement "Use"'])
    assert sim.calls() == []
    # Whose key it is, the credentials say otherwise.
    del how["account"]
    assert result(provider, "simulateAccess", policy=policy, **how)["decisions"] == direct["decisions"]


def test_a_key_s_policy_is_simulated(provider: Provider) -> None:
    made(provider, "alias/x", policy=TYPED)
    ask: dict[str, Any] = {"keyId": "alias/x", "principals": [APP], "actions": ["kms:Decrypt"]}
    assert result(provider, "simulateAccess", encryptionContext={"App": "orders"}, **ask)["allAllowed"]
    assert result(provider, "simulateAccess", encryptionContext={"App": "billing"}, **ask)["allDenied"]


def test_what_only_the_call_shows(provider: Provider) -> None:
    statement = {**OPEN, "Principal": {"AWS": APP}, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-mine"}}}
    ask: dict[str, Any] = {
        "policy": {"Statement": [statement]}, "principals": [APP], "actions": ["kms:Decrypt"], "account": simulator.ACCOUNT,
    }  # fmt: skip
    [unknown] = result(provider, "simulateAccess", **ask)["decisions"]
    assert (unknown["access"], unknown["unknownConditionKeys"]) == ("UNKNOWN", ["aws:PrincipalOrgID"])
    assert result(provider, "simulateAccess", conditionKeys={"aws:PrincipalOrgID": "o-mine"}, **ask)["allAllowed"]


def test_lints(provider: Provider, sim: simulator.Simulator) -> None:
    wrong = {"Version": "2012-10-17", "Statement": [OPEN, {**OPEN, "Sid": "Two", "Efect": "Allow"}]}
    found = result(provider, "lintPolicy", policy=wrong)
    severities = [finding["severity"] for finding in found["findings"]]
    assert severities == sorted(severities) and severities[0] == "ERROR"
    assert (found["errors"], found["warnings"]) == (severities.count("ERROR"), severities.count("WARNING"))
    assert any("Efect" in finding["message"] for finding in found["findings"])
    good = {"Version": "2012-10-17", "Statement": [{**OPEN, "Principal": {"AWS": ROOT}}]}
    assert result(provider, "lintPolicy", policy=json.dumps(good)) == {"findings": [], "errors": 0, "warnings": 0}
    [note] = result(provider, "lintPolicy", policy=good, caller=ADMIN)["findings"]
    assert note["severity"] == "INFO" and "IAM policies" in note["message"]
    away = {"Version": "2012-10-17", "Statement": [{**OPEN, "Principal": {"AWS": APP}}]}
    locked, *others = result(provider, "lintPolicy", policy=away, caller=ADMIN)["findings"]
    assert locked["severity"] == "ERROR" and "locked out" in locked["message"]
    # What is odd about it is said by its rule.
    assert others and all(finding["severity"] != "ERROR" and finding["rule"].startswith("KP") for finding in others)
    assert sim.calls() == []


def test_who_can_access_counts_policy_and_grants(provider: Provider, sim: simulator.Simulator) -> None:
    arn = made(provider, "alias/x")["keyArn"]
    grantee = sim.role("Grantee")
    kms(sim).create_grant(KeyId=arn, GranteePrincipal=grantee, Operations=["Decrypt", "DescribeKey"])
    bound = {"EncryptionContextSubset": {"App": "x"}}
    kms(sim).create_grant(KeyId=arn, GranteePrincipal=grantee, Operations=["Encrypt"], Constraints=bound)
    typed = made(provider, "alias/typed", policy=TYPED)
    kms(sim).put_key_policy(KeyId=arn, Policy=typed["policyJson"])
    found = result(provider, "whoCanAccess", keyId="alias/x")
    by_policy = {entry["principal"]: entry for entry in found["entries"] if entry["source"] == "POLICY"}
    assert "kms:Decrypt" in by_policy[APP]["conditional"] and by_policy[APP]["allowed"] == ["kms:DescribeKey"]
    assert by_policy[APP]["conditions"] == ["kms:EncryptionContext:App"]
    assert "kms:PutKeyPolicy" in by_policy[ADMIN]["allowed"] and "kms:Decrypt" not in by_policy[ADMIN]["allowed"]
    # A symmetric key of one Region neither signs nor has replicas.
    everything = json.dumps(found["entries"])
    assert "kms:Sign" not in everything and "kms:ReplicateKey" not in everything
    grants = [entry for entry in found["entries"] if entry["source"] == "GRANT"]
    assert all(entry["principal"] == grantee and entry["grantId"] for entry in grants)
    assert sorted(entry["allowed"] for entry in grants) == [[], ["kms:Decrypt", "kms:DescribeKey"]]
    [limited] = [entry for entry in grants if entry["conditional"]]
    assert limited["conditional"] == ["kms:Encrypt"] and json.loads(limited["conditions"][0]) == bound
    only = result(provider, "whoCanAccess", keyId="alias/x", actions=["kms:Encrypt"])["entries"]
    assert {entry["principal"] for entry in only} == {APP, grantee}


def test_grants_that_may_not_be_read_are_an_error(provider: Provider, sim: simulator.Simulator) -> None:
    made(provider, "alias/x")
    sim.fault("accessDenied", operation="ListGrants")
    with pytest.raises(grpc.RpcError) as error:
        invoke(provider, "whoCanAccess", {"keyId": "alias/x"})
    assert "Allow kms:ListGrants" in error.value.details()


def test_who_can_access_a_policy(provider: Provider, sim: simulator.Simulator) -> None:
    found = result(provider, "whoCanAccess", policy={"Statement": [OPEN]}, account=simulator.ACCOUNT)
    [entry] = found["entries"]
    assert entry["principal"] == "*" and "kms:Decrypt" in entry["iamDecides"]
    assert any("keyId" in note for note in found["notes"]) and sim.calls() == []


def test_costs(provider: Provider, sim: simulator.Simulator) -> None:
    assert result(provider, "estimateCost")["monthly"] == 1.0
    found = result(provider, "estimateCost", keys=2, replicas=1, rotations=5, symmetricRequests=1_020_000)
    assert (found["storage"], found["requests"], found["monthly"]) == (12.0, 3.0, 15.0)
    assert [item["quantity"] for item in found["items"]] == [2, 2, 8, 1_000_000]
    assert found["pricesAsOf"].startswith("20") and found["priceSource"].startswith("https://aws.amazon.com/")
    assert sim.calls() == []
    assert "100" in refused(provider, "estimateCost", replicas=101)["replicas"]
