"""Calls of functions, as the engine makes them."""

from __future__ import annotations

import base64
from typing import Any

import boto3
from conftest import SIGNATURE, URN, Provider, plain, struct  # type: ignore[import-not-found]
from kit import simulator
from pulumi.runtime.proto import provider_pb2


def made(provider: Provider, alias: str = "alias/prod/orders", **inputs: Any) -> dict[str, Any]:
    """The outputs of a new key; each alias is a resource of its own."""
    urn = URN.replace("::key", "::" + alias.replace("/", "-"))
    check = provider_pb2.CheckRequest(urn=urn, news=struct({"alias": alias, **inputs}))
    checked = provider.stub.Check(check)
    assert not checked.failures, checked.failures
    request = provider_pb2.CreateRequest(urn=urn, properties=checked.inputs)
    outputs: dict[str, Any] = plain(provider.stub.Create(request).properties)
    return outputs


def invoke(provider: Provider, name: str, arguments: dict[str, Any], preview: bool = False) -> Any:
    request = provider_pb2.InvokeRequest(tok=f"awskms:index:{name}", args=struct(arguments), preview=preview)
    return provider.stub.Invoke(request)


def result(provider: Provider, name: str, **arguments: Any) -> dict[str, Any]:
    """What a function gives, as it is on the wire."""
    answer = invoke(provider, name, arguments)
    assert not answer.failures, answer.failures
    properties: dict[str, Any] = plain(getattr(answer, "return"))
    return properties


def refused(provider: Provider, name: str, **arguments: Any) -> dict[str, str]:
    """What is wrong with arguments, by property."""
    answer = invoke(provider, name, arguments)
    assert answer.failures, answer
    assert not plain(getattr(answer, "return"))
    return {failure.property: failure.reason for failure in answer.failures}


def revealed(value: Any) -> Any:
    """What a secret holds; a value that is none is an error."""
    assert isinstance(value, dict) and SIGNATURE in value, value
    return value["value"]


def calls_of_functions(provider: Provider, sim: simulator.Simulator) -> dict[str, list[dict[str, Any]]]:
    """What KMS is asked by each function and by a listing."""
    arn = made(provider, "alias/x", tags={"team": "x"})["keyArn"]
    made(provider, "alias/signing", keySpec="ECC_NIST_P256", enableRotation=False)
    key, policy = {"keyId": "alias/x"}, {"policy": {"Statement": []}, "account": simulator.ACCOUNT}
    who = {"principals": ["*"], "actions": ["kms:Decrypt"]}
    client = boto3.client(
        "kms", endpoint_url=sim.url, region_name=simulator.REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )
    ciphertext = base64.b64encode(client.encrypt(KeyId=arn, Plaintext=b"p")["CiphertextBlob"]).decode()
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("getAwsKmsKey", "getAwsKmsKey", {"alias": "alias/x"}),
        ("getAwsKmsKey by tags", "getAwsKmsKey", {"tags": {"team": "x"}}),
        ("getPublicKey", "getPublicKey", {"keyId": "alias/signing"}),
        ("getKeyRotations", "getKeyRotations", key),
        ("getKeyLastUsage", "getKeyLastUsage", key),
        ("encrypt", "encrypt", {**key, "plaintext": "p"}),
        ("decrypt", "decrypt", {"ciphertext": ciphertext}),
        ("simulateAccess of a key", "simulateAccess", {**key, **who}),
        ("simulateAccess of a policy", "simulateAccess", {**policy, **who}),
        ("lintPolicy", "lintPolicy", {"policy": policy["policy"]}),
        ("whoCanAccess of a key", "whoCanAccess", key),
        ("whoCanAccess of a policy", "whoCanAccess", policy),
        ("estimateCost", "estimateCost", {}),
    ]
    calls = {}
    for title, name, arguments in asked:
        mark = sim.mark()
        result(provider, name, **arguments)
        calls[title] = sim.calls(mark)
    for title, query in [("list", {}), ("list by alias", {"aliasPrefix": "alias/x"}), ("list by tags or owner", {"owned": True})]:
        mark = sim.mark()
        list(provider.stub.List(provider_pb2.ListRequest(token="awskms:index:AwsKmsKey", query=struct(query))))
        calls[title] = sim.calls(mark)
    return calls
