"""The functions that read a key, and how all of them take and refuse arguments."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from conftest import UNKNOWN, Provider, secret  # type: ignore[import-not-found]
from functions import invoke, made, refused, result, revealed  # type: ignore[import-not-found]
from kit import simulator
from life import kms, said  # type: ignore[import-not-found]

AWAY = "eu-west-1"


@pytest.mark.parametrize(
    ("name", "arguments", "failures"),
    [
        ("getPublicKey", {}, {"keyId": "required"}),
        ("getPublicKey", {"keyid": "x"}, {"keyid": 'did you mean "keyId"', "keyId": "required"}),
        ("getPublicKey", {"keyId": 7}, {"keyId": "the number 7, but must be a string"}),
        ("getPublicKey", {"keyId": UNKNOWN}, {"keyId": "not known yet"}),
        ("getPublicKey", {"keyId": "alias/x y"}, {"keyId": "' '"}),
        ("getPublicKey", {"keyId": "arn:aws:s3:::bucket"}, {"keyId": "not the ARN of a key"}),
        ("getPublicKey", {"keyId": "x", "region": "eu-centrl-1"}, {"region": 'did you mean "eu-central-1"'}),
        (
            "getPublicKey",
            {"keyId": f"arn:aws:kms:{AWAY}:{simulator.ACCOUNT}:key/x", "region": "eu-central-1"},
            {"region": AWAY},
        ),
        ("getAwsKmsKey", {}, {"keyId": "one of keyId, alias, tags is needed"}),
        ("getAwsKmsKey", {"keyId": "x", "alias": "alias/x"}, {"alias": "together with keyId"}),
        ("getAwsKmsKey", {"keyId": "alias/x"}, {"keyId": "give it as alias"}),
        ("getAwsKmsKey", {"alias": "prod/orders"}, {"alias": 'write "alias/prod/orders"'}),
        ("getAwsKmsKey", {"tags": {}}, {"tags": "empty"}),
        ("encrypt", {"keyId": "x"}, {"plaintext": "plaintextBase64"}),
        ("encrypt", {"keyId": "x", "plaintext": ""}, {"plaintext": "at least one byte"}),
        ("encrypt", {"keyId": "x", "plaintext": "ü" * 2049}, {"plaintext": "4098 bytes; KMS encrypts at most 4096"}),
        ("encrypt", {"keyId": "x", "plaintextBase64": "a b"}, {"plaintextBase64": "not base64"}),
        ("encrypt", {"keyId": "x", "plaintext": "p", "encryptionAlgorithm": "RSAES_OAEP_SHA256"},
         {"encryptionAlgorithm": 'Did you mean "RSAES_OAEP_SHA_256"'}),
        ("encrypt", {"keyId": "x", "plaintext": "p" * 447, "encryptionAlgorithm": "RSAES_OAEP_SHA_256"},
         {"plaintext": "at most 446"}),
        ("encrypt", {"keyId": "x", "plaintext": "p", "encryptionAlgorithm": "RSAES_OAEP_SHA_256",
                     "encryptionContext": {"App": "x"}}, {"encryptionContext": "no encryption context"}),
        ("decrypt", {"ciphertext": "%"}, {"ciphertext": "not base64"}),
        ("decrypt", {"ciphertext": "AAAA" * 2049}, {"ciphertext": "6147 bytes"}),
        ("decrypt", {"ciphertext": "AAAA", "encryptionAlgorithm": "RSAES_OAEP_SHA_1"}, {"keyId": "needed for an asymmetric key"}),
        ("simulateAccess", {"principals": ["bob"], "actions": ["kms:Decript"], "policy": {}},
         {"principals[0]": "no principal", "actions[0]": 'did you mean "kms:Decrypt"'}),
        ("simulateAccess", {"principals": [], "actions": ["kms:Decrypt"], "policy": "{"},
         {"principals": "empty", "policy": "not JSON"}),
        ("whoCanAccess", {}, {"policy": "one of policy, keyId"}),
        ("whoCanAccess", {"policy": {}, "account": "12"}, {"account": "12 digits"}),
        ("lintPolicy", {}, {"policy": "required"}),
        ("estimateCost", {"symmetricRequests": -1}, {"symmetricRequests": "below the minimum"}),
        ("estimateCost", {"keys": 1.5}, {"keys": "not a whole number"}),
    ],
)  # fmt: skip
def test_bad_arguments_are_named_before_anything_is_called(
    provider: Provider, sim: simulator.Simulator, name: str, arguments: dict[str, Any], failures: dict[str, str]
) -> None:
    found = refused(provider, name, **arguments)
    assert found.keys() == failures.keys(), found
    for property, part in failures.items():
        assert part in found[property], found
    assert sim.calls() == []


def test_a_secret_argument_is_never_told(provider: Provider) -> None:
    [reason] = refused(provider, "encrypt", keyId="x", plaintext=secret("hush" * 1025)).values()
    assert "hush" not in reason and "4100 bytes" in reason
    [reason] = refused(provider, "getPublicKey", keyId=secret("alias/hidden-name")).values()
    assert "hidden-name" not in reason


def test_pulumi_do_gets_an_error_because_it_shows_no_failures(bare: Provider) -> None:
    bare.configure(region=simulator.REGION, urn="urn:pulumi:dev::default::pulumi:providers:awskms::")
    with pytest.raises(grpc.RpcError) as error:
        invoke(bare, "encrypt", {"keyId": "x y", "plaintext": secret("hush" * 1025)})
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "keyId: " in error.value.details() and "; plaintext: it has 4100 bytes" in error.value.details()
    assert "hush" not in error.value.details()


def test_a_function_that_is_not_there(provider: Provider) -> None:
    with pytest.raises(grpc.RpcError) as error:
        invoke(provider, "getAwsKmsKeys", {})
    assert error.value.code() == grpc.StatusCode.NOT_FOUND
    assert 'did you mean "awskms:index:getAwsKmsKey"' in error.value.details()


def test_a_key_by_every_name(provider: Provider, sim: simulator.Simulator) -> None:
    outputs = made(provider, description="d", tags={"team": "x", "tier": "1"}, aliases=["alias/old"])
    made(provider, alias="alias/other", tags={"team": "x"})
    by_alias = result(provider, "getAwsKmsKey", alias="alias/prod/orders")
    for name in ["keyId", "keyArn", "aliasName", "aliasArn", "rotationEnabled", "keyState", "creationDate", "policyJson",
                 "primaryRegion", "tagsAll", "region", "keySpec", "keyUsage", "description", "rotationPeriodDays"]:  # fmt: skip
        assert by_alias[name] == outputs[name], name
    assert by_alias["aliases"] == ["alias/old", "alias/prod/orders"]
    assert (by_alias["enabled"], by_alias["keyManager"], by_alias["origin"]) == (True, "CUSTOMER", "AWS_KMS")
    assert by_alias["missingPermissions"] == [] and "deletionDate" not in by_alias and "publicKey" not in by_alias
    mark = sim.mark()
    for arguments in [{"keyId": outputs["keyId"]}, {"keyId": outputs["keyArn"]}, {"tags": {"tier": "1"}}]:
        assert result(provider, "getAwsKmsKey", **arguments)["keyArn"] == outputs["keyArn"], arguments
    assert result(provider, "getAwsKmsKey", alias=outputs["aliasArn"])["aliasName"] == "alias/prod/orders"
    assert sim.writes(mark) == []
    both = refused(provider, "getAwsKmsKey", tags={"team": "x"})["tags"]
    assert outputs["keyArn"] in both and "tells them apart" in both
    assert "all of these tags" in refused(provider, "getAwsKmsKey", tags={"team": "y"})["tags"]
    assert "keyArn" in refused(provider, "getAwsKmsKey", alias="alias/none")["alias"]
    assert AWAY in refused(provider, "getAwsKmsKey", alias="alias/prod/orders", region=AWAY)["alias"]


def test_what_may_not_be_read_is_left_out_and_said(provider: Provider, sim: simulator.Simulator) -> None:
    made(provider, keySpec="ECC_NIST_P256", enableRotation=False)
    actions = ["GetKeyPolicy", "ListResourceTags", "GetPublicKey"]
    for action in actions:
        sim.fault("accessDenied", operation=action)
    key = result(provider, "getAwsKmsKey", alias="alias/prod/orders")
    assert sorted(key["missingPermissions"]) == sorted(f"kms:{action}" for action in actions)
    assert not {"policyJson", "tagsAll", "publicKey"} & key.keys()
    sim.fault("accessDenied", operation="DescribeKey")
    with pytest.raises(grpc.RpcError) as error:
        invoke(provider, "getAwsKmsKey", {"alias": "alias/prod/orders"})
    assert error.value.code() == grpc.StatusCode.PERMISSION_DENIED and "Allow kms:DescribeKey" in error.value.details()
    with pytest.raises(grpc.RpcError) as error:
        invoke(provider, "getAwsKmsKey", {"tags": {"team": "x"}})
    assert "cannot be told" in error.value.details()


def test_a_set_is_read_from_any_of_its_regions(provider: Provider, sim: simulator.Simulator) -> None:
    sim.control("POST", "options", {"creatingSeconds": 0, "updatingSeconds": 0})
    outputs = made(provider, replicas=[{"region": AWAY}])
    key = result(provider, "getAwsKmsKey", alias="alias/prod/orders")
    assert key["replicaKeys"] == outputs["replicaKeys"] and key["multiRegion"]
    replica = result(provider, "getAwsKmsKey", keyId=outputs["replicaKeys"][AWAY]["keyArn"])
    assert (replica["region"], replica["primaryRegion"], replica["keyId"]) == (AWAY, simulator.REGION, outputs["keyId"])


def test_a_secret_name_makes_secret_results(provider: Provider) -> None:
    outputs = made(provider)
    key = result(provider, "getAwsKmsKey", alias=secret("alias/prod/orders"))
    assert revealed(key["aliasName"]) == "alias/prod/orders" and revealed(key["aliasArn"]) == outputs["aliasArn"]
    assert key["keyArn"] == outputs["keyArn"]


def test_public_keys(provider: Provider) -> None:
    outputs = made(provider, keySpec="ECC_NIST_P256", enableRotation=False)
    found = result(provider, "getPublicKey", keyId="alias/prod/orders")
    assert (found["publicKey"], found["keyArn"], found["keySpec"]) == (outputs["publicKey"], outputs["keyArn"], "ECC_NIST_P256")
    assert found["signingAlgorithms"] == ["ECDSA_SHA_256"] and found["encryptionAlgorithms"] == []
    assert found["publicKeyDer"][:64] == found["publicKey"].split("\n")[1]
    made(provider, alias="alias/symmetric")
    assert "no public key" in refused(provider, "getPublicKey", keyId="alias/symmetric")["keyId"]


def test_rotations(provider: Provider, sim: simulator.Simulator) -> None:
    outputs = made(provider, rotationPeriodDays=90)
    fresh = result(provider, "getKeyRotations", keyId="alias/prod/orders")
    assert (fresh["rotationPeriodDays"], fresh["onDemandRotationsLeft"], fresh["rotations"]) == (90, 25, [])
    assert "lastRotationDate" not in fresh and fresh["nextRotationDate"] > outputs["creationDate"]
    kms(sim).rotate_key_on_demand(KeyId=outputs["keyId"])
    sim.control("POST", "clock", {"advanceSeconds": 91 * 86_400})
    later = result(provider, "getKeyRotations", keyId=outputs["keyArn"])
    assert sorted(entry["rotationType"] for entry in later["rotations"]) == ["AUTOMATIC", "ON_DEMAND"]
    assert later["onDemandRotationsLeft"] == 24
    dates = [entry["rotationDate"] for entry in later["rotations"]]
    assert dates == sorted(dates, reverse=True) and later["lastRotationDate"] == dates[0]


def test_last_usage(provider: Provider, sim: simulator.Simulator) -> None:
    outputs = made(provider)
    fresh = result(provider, "getKeyLastUsage", keyId="alias/prod/orders")
    assert fresh["isComplete"] and fresh["keyArn"] == outputs["keyArn"] and "lastUsedDate" not in fresh
    kms(sim).encrypt(KeyId=outputs["keyId"], Plaintext=b"p")
    used = result(provider, "getKeyLastUsage", keyId=outputs["keyId"])
    assert used["lastOperation"] == "Encrypt" and used["lastUsedDate"] >= outputs["creationDate"]


def test_functions_work_in_previews_and_only_on_allowed_accounts(bare: Provider, sim: simulator.Simulator) -> None:
    bare.configure(region=simulator.REGION)
    made(bare)
    assert not invoke(bare, "getKeyLastUsage", {"keyId": "alias/prod/orders"}, preview=True).failures
    bare.configure(region=simulator.REGION, allowedAccountIds=["999999999999"])
    mark = sim.mark()
    with pytest.raises(grpc.RpcError) as error:
        invoke(bare, "encrypt", {"keyId": "alias/prod/orders", "plaintext": "p"})
    assert "allowedAccountIds" in error.value.details()
    assert sim.calls(mark) == []
    assert not said(bare, "hush")
