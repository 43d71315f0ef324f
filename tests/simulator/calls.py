"""Calls to put to two stand-ins for KMS: each on things of its own, by names that both understand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

Call = Callable[[Any], Any]

ROOT = "arn:aws:iam::123456789012:root"
STATEMENT = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def key(kms: Any, **arguments: Any) -> str:
    made: str = kms.create_key(**arguments)["KeyMetadata"]["KeyId"]
    return made


def disabled(kms: Any) -> str:
    made = key(kms)
    kms.disable_key(KeyId=made)
    return made


def pending(kms: Any) -> str:
    made = key(kms)
    kms.schedule_key_deletion(KeyId=made, PendingWindowInDays=7)
    return made


KEYS: dict[str, Call] = {
    "an enabled key": key,
    "a disabled key": disabled,
    "a key pending deletion": pending,
    "a key without material": lambda kms: key(kms, Origin="EXTERNAL"),
    "an HMAC key": lambda kms: key(kms, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC"),
}

ON_A_KEY: dict[str, dict[str, Any]] = {
    "DescribeKey": {},
    "EnableKey": {},
    "DisableKey": {},
    "EnableKeyRotation": {},
    "DisableKeyRotation": {},
    "GetKeyRotationStatus": {},
    "RotateKeyOnDemand": {},
    "ScheduleKeyDeletion": {},
    "CancelKeyDeletion": {},
    "GetKeyPolicy": {"PolicyName": "default"},
    "PutKeyPolicy": {"PolicyName": "default", "Policy": policy(STATEMENT)},
    "TagResource": {"Tags": [{"TagKey": "a", "TagValue": "b"}]},
    "UntagResource": {"TagKeys": ["a"]},
    "UpdateKeyDescription": {"Description": "d"},
    "CreateGrant": {"GranteePrincipal": ROOT, "Operations": ["DescribeKey"]},
    "Encrypt": {"Plaintext": b"p"},
}


def without_a_key() -> dict[str, tuple[str, dict[str, Any]]]:
    """Titles, operations and requests that need nothing to be there."""
    tags = [{"TagKey": f"t{number}", "TagValue": ""} for number in range(51)]
    requests: dict[str, tuple[str, dict[str, Any]]] = {
        "no usage for RSA": ("CreateKey", {"KeySpec": "RSA_2048"}),
        "no usage for HMAC": ("CreateKey", {"KeySpec": "HMAC_256"}),
        "a usage that does not suit": ("CreateKey", {"KeySpec": "HMAC_256", "KeyUsage": "SIGN_VERIFY"}),
        "an unknown spec": ("CreateKey", {"KeySpec": "X"}),
        "an Edwards key": ("CreateKey", {"KeySpec": "ECC_NIST_EDWARDS25519", "KeyUsage": "SIGN_VERIFY"}),
        "an ML-DSA key": ("CreateKey", {"KeySpec": "ML_DSA_44", "KeyUsage": "SIGN_VERIFY"}),
        "a long description": ("CreateKey", {"Description": "d" * 8193}),
        "51 tags": ("CreateKey", {"Tags": tags}),
        "a tag twice": ("CreateKey", {"Tags": [tags[0], tags[0]]}),
        "a reserved tag": ("CreateKey", {"Tags": [{"TagKey": "aws:x", "TagValue": ""}]}),
        "a long tag": ("CreateKey", {"Tags": [{"TagKey": "k" * 129, "TagValue": ""}]}),
        "a policy that is no JSON": ("CreateKey", {"Policy": "x"}),
        "a policy without statements": ("CreateKey", {"Policy": policy()}),
        "a policy that locks out": ("CreateKey", {"Policy": policy({**STATEMENT, "Action": "kms:Decrypt"})}),
        "a policy with an absent role": (
            "CreateKey",
            {"Policy": policy(STATEMENT, {**STATEMENT, "Principal": {"AWS": "arn:aws:iam::123456789012:role/Nobody"}})},
        ),
        "an absent key": ("DescribeKey", {"KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab"}),
        "an absent alias": ("DescribeKey", {"KeyId": "alias/none"}),
        "no name of a key": ("DescribeKey", {"KeyId": "nonsense"}),
        "an absent alias to delete": ("DeleteAlias", {"AliasName": "alias/none"}),
        "no random bytes": ("GenerateRandom", {"NumberOfBytes": 0}),
        "too many random bytes": ("GenerateRandom", {"NumberOfBytes": 1025}),
        "some random bytes": ("GenerateRandom", {"NumberOfBytes": 8}),
        "a page of no keys": ("ListKeys", {"Limit": 0}),
        "a marker that is none": ("ListKeys", {"Marker": "nonsense"}),
        "no ciphertext": ("Decrypt", {"CiphertextBlob": b"x" * 80}),
        "all keys": ("ListKeys", {}),
        "all aliases": ("ListAliases", {}),
    }
    return requests


def with_a_key() -> dict[str, tuple[str, dict[str, Any]]]:
    """Titles, operations and requests on an enabled key, whose name is put in."""
    return {
        "a window of 0 days": ("ScheduleKeyDeletion", {"PendingWindowInDays": 0}),
        "a window of 6 days": ("ScheduleKeyDeletion", {"PendingWindowInDays": 6}),
        "a window of 31 days": ("ScheduleKeyDeletion", {"PendingWindowInDays": 31}),
        "a period of 89 days": ("EnableKeyRotation", {"RotationPeriodInDays": 89}),
        "a period of 2561 days": ("EnableKeyRotation", {"RotationPeriodInDays": 2561}),
        "a period of 90 days": ("EnableKeyRotation", {"RotationPeriodInDays": 90}),
        "no plaintext": ("Encrypt", {"Plaintext": b""}),
        "a long plaintext": ("Encrypt", {"Plaintext": b"p" * 4097}),
        "a data key of no kind": ("GenerateDataKey", {}),
        "a data key of two kinds": ("GenerateDataKey", {"KeySpec": "AES_256", "NumberOfBytes": 8}),
        "a data key": ("GenerateDataKey", {"KeySpec": "AES_256"}),
        "a signature by a key that encrypts": ("Sign", {"Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}),
        "a MAC by a key that encrypts": ("GenerateMac", {"Message": b"m", "MacAlgorithm": "HMAC_SHA_256"}),
        "a public key of a key that has none": ("GetPublicKey", {}),
        "a replica of a key of one Region": ("ReplicateKey", {"ReplicaRegion": "eu-west-1"}),
        "another policy's name": ("GetKeyPolicy", {"PolicyName": "other"}),
        "a last usage": ("GetKeyLastUsage", {}),
        "rotations": ("ListKeyRotations", {}),
    }


def calls() -> Iterator[tuple[str, str, Callable[[Any], dict[str, Any]]]]:
    """A title, an operation, and what makes its request with a client."""
    for title, (operation, request) in without_a_key().items():
        yield f"{operation}: {title}", operation, lambda _, request=request: request
    for title, (operation, request) in with_a_key().items():
        yield f"{operation}: {title}", operation, lambda kms, request=request: {"KeyId": key(kms), **request}
    for name in ("alias/a b", "name", "alias/aws/x", "alias/" + "a" * 251, "alias/good"):
        yield f"CreateAlias: {name[:20]}", "CreateAlias", lambda kms, name=name: {"AliasName": name, "TargetKeyId": key(kms)}
    for title, make in KEYS.items():
        for operation, request in ON_A_KEY.items():
            yield f"{operation} on {title}", operation, lambda kms, make=make, request=request: {"KeyId": make(kms), **request}
