"""Something to call every operation with: keys, aliases, grants and stores, made anew for each call."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import boto3
import model
from botocore.config import Config
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from kit import simulator

HOME, AWAY = simulator.REGION, "eu-west-1"
ROLE = "arn:aws:iam::123456789012:role/SecurityAdmin"
STORE = {"CloudHsmClusterId": "cluster-abcdefghijk", "KeyStorePassword": "password", "TrustAnchorCertificate": "certificate"}


# Names are used once, whatever tests share a simulator.
NUMBERS = itertools.count()


class Recorder:
    """Clients of a simulator whose every answer is held against the model."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.wrong: list[str] = []
        self.answered: dict[str, int] = {}

    def client(self, region: str = HOME) -> Any:
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
        client = boto3.client(
            "kms", endpoint_url=self.url, region_name=region, config=config, aws_access_key_id="test", aws_secret_access_key="test"
        )
        client.meta.events.register("after-call.kms", self.note)
        return client

    def note(self, http_response: Any, model: Any, **_: Any) -> None:
        self.check(model.name, http_response.status_code, http_response.content)

    def check(self, operation: str, status: int, body: bytes) -> None:
        found = model.answer_violations(operation, status, body)
        self.wrong += [f"{operation}: {violation}: {body[:400]!r}" for violation in found]
        if status == 200:
            self.answered[operation] = self.answered.get(operation, 0) + 1


class World:
    """Makes what operations need."""

    def __init__(self, sim: simulator.Simulator, recorder: Recorder) -> None:
        self.sim = sim
        self.kms = recorder.client()
        self.count = NUMBERS

    def key(self, spec: str = "SYMMETRIC_DEFAULT", usage: str = "ENCRYPT_DECRYPT", **more: Any) -> str:
        return self.kms.create_key(KeySpec=spec, KeyUsage=usage, **more)["KeyMetadata"]["Arn"]

    def blob(self, key: str) -> bytes:
        return self.kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]

    def alias(self, key: str | None = None) -> str:
        name = f"alias/name-{next(self.count)}"
        self.kms.create_alias(AliasName=name, TargetKeyId=key or self.key())
        return name

    def store(self, state: str = "DISCONNECTED") -> str:
        number = next(self.count)
        cluster = f"cluster-{''.join('abcdefghij'[int(digit)] for digit in f'{number:011}')}"
        store = self.kms.create_custom_key_store(**{**STORE, "CustomKeyStoreName": f"store {number}", "CloudHsmClusterId": cluster})
        self.sim.control("POST", "stores", {"id": store["CustomKeyStoreId"], "state": state})
        return store["CustomKeyStoreId"]

    def clear_stores(self) -> None:
        """Takes away stores without keys: an account may have ten."""
        for store in self.sim.control("GET", "stores")["stores"]:
            self.sim.control("POST", "stores", {"id": store["id"], "state": "DISCONNECTED"})
            self.kms.delete_custom_key_store(CustomKeyStoreId=store["id"])

    def pending(self) -> str:
        key = self.key()
        self.kms.schedule_key_deletion(KeyId=key)
        return key

    def primary(self) -> str:
        key = self.key(MultiRegion=True)
        self.kms.replicate_key(KeyId=key, ReplicaRegion=AWAY)
        self.sim.control("POST", "keys", {"arn": key.replace(HOME, AWAY), "state": "Enabled"})
        return key

    def grant(self, key: str) -> dict[str, Any]:
        return self.kms.create_grant(KeyId=key, GranteePrincipal=ROLE, RetiringPrincipal=ROLE, Operations=["Decrypt"])

    def wrapped(self) -> dict[str, Any]:
        key = self.key(Origin="EXTERNAL")
        given = self.kms.get_parameters_for_import(KeyId=key, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048")
        public = serialization.load_der_public_key(given["PublicKey"])
        assert isinstance(public, rsa.RSAPublicKey)
        oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
        return {
            "KeyId": key,
            "ImportToken": given["ImportToken"],
            "EncryptedKeyMaterial": public.encrypt(b"m" * 32, oaep),
            "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        }

    def imported(self) -> str:
        request = self.wrapped()
        self.kms.import_key_material(**request)
        return request["KeyId"]

    def signed(self) -> dict[str, Any]:
        request = {"KeyId": self.key("ECC_NIST_P256", "SIGN_VERIFY"), "Message": b"message", "SigningAlgorithm": "ECDSA_SHA_256"}
        return {**request, "Signature": self.kms.sign(**request)["Signature"]}

    def authenticated(self) -> dict[str, Any]:
        request = {"KeyId": self.key("HMAC_256", "GENERATE_VERIFY_MAC"), "Message": b"message", "MacAlgorithm": "HMAC_SHA_256"}
        return {**request, "Mac": self.kms.generate_mac(**request)["Mac"]}

    def encapsulated(self) -> dict[str, Any]:
        made = self.kms.create_key(KeySpec="ML_KEM_512", KeyUsage="ENCAPSULATE_DECAPSULATE")["KeyMetadata"]
        request = {"KeyId": made["Arn"], "EncapsulationAlgorithm": made["EncapsulationAlgorithms"][0]}
        return {**request, "SharedSecretCiphertextBlob": self.kms.encapsulate(**request)["SharedSecretCiphertextBlob"]}

    def agreement(self) -> dict[str, Any]:
        key = self.key("ECC_NIST_P256", "KEY_AGREEMENT")
        public = self.kms.get_public_key(KeyId=key)["PublicKey"]
        return {"KeyId": key, "KeyAgreementAlgorithm": "ECDH", "PublicKey": public}

    def policy(self) -> str:
        every = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}
        return json.dumps({"Version": "2012-10-17", "Statement": [every]})


def only(given: dict[str, Any], *without: str) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in without}


def requests(world: World) -> dict[str, Callable[[], dict[str, Any]]]:
    """A request for each operation that succeeds, as it is made."""

    def of_key(make: Callable[[], str] = world.key, **more: Any) -> Callable[[], dict[str, Any]]:
        return lambda: {"KeyId": make(), **more}

    def of_store(state: str) -> Callable[[], dict[str, Any]]:
        return lambda: {"CustomKeyStoreId": world.store(state)}

    def disabled() -> str:
        key = world.key()
        world.kms.disable_key(KeyId=key)
        return key

    def granted(retiring: bool) -> dict[str, Any]:
        key = world.key()
        return {"KeyId": key, "GrantId": world.grant(key)["GrantId"]} if not retiring else {"GrantToken": world.grant(key)["GrantToken"]}

    tags = [{"TagKey": "a", "TagValue": "b"}]
    return {
        "CancelKeyDeletion": of_key(world.pending),
        "ConnectCustomKeyStore": of_store("DISCONNECTED"),
        "CreateAlias": lambda: {"AliasName": f"alias/new-{next(world.count)}", "TargetKeyId": world.key()},
        "CreateCustomKeyStore": lambda: {"CustomKeyStoreName": f"new {next(world.count)}", **STORE},
        "CreateGrant": of_key(GranteePrincipal=ROLE, Operations=["Decrypt"], Constraints={"EncryptionContextSubset": {"a": "b"}}),
        "CreateKey": lambda: {"Description": "d", "Tags": tags, "Policy": world.policy()},
        "Decapsulate": world.encapsulated,
        "Decrypt": lambda: {"CiphertextBlob": world.blob(world.key())},
        "DeleteAlias": lambda: {"AliasName": world.alias()},
        "DeleteCustomKeyStore": of_store("DISCONNECTED"),
        "DeleteImportedKeyMaterial": of_key(world.imported),
        "DeriveSharedSecret": world.agreement,
        "DescribeCustomKeyStores": lambda: {},
        "DescribeKey": of_key(),
        "DisableKey": of_key(),
        "DisableKeyRotation": of_key(),
        "DisconnectCustomKeyStore": of_store("CONNECTED"),
        "EnableKey": of_key(disabled),
        "EnableKeyRotation": of_key(),
        "Encapsulate": lambda: only(world.encapsulated(), "SharedSecretCiphertextBlob"),
        "Encrypt": of_key(Plaintext=b"secret"),
        "GenerateDataKey": of_key(KeySpec="AES_256"),
        "GenerateDataKeyPair": of_key(KeyPairSpec="ECC_NIST_P256"),
        "GenerateDataKeyPairWithoutPlaintext": of_key(KeyPairSpec="ECC_NIST_P256"),
        "GenerateDataKeyWithoutPlaintext": of_key(KeySpec="AES_256"),
        "GenerateMac": lambda: only(world.authenticated(), "Mac"),
        "GenerateRandom": lambda: {"NumberOfBytes": 8},
        "GetKeyLastUsage": of_key(),
        "GetKeyPolicy": of_key(PolicyName="default"),
        "GetKeyRotationStatus": of_key(),
        "GetParametersForImport": of_key(
            lambda: world.key(Origin="EXTERNAL"), WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
        ),
        "GetPublicKey": of_key(lambda: world.key("RSA_2048", "SIGN_VERIFY")),
        "ImportKeyMaterial": world.wrapped,
        "ListAliases": lambda: {},
        "ListGrants": of_key(),
        "ListKeyPolicies": of_key(),
        "ListKeyRotations": of_key(),
        "ListKeys": lambda: {},
        "ListResourceTags": of_key(),
        "ListRetirableGrants": lambda: {"RetiringPrincipal": ROLE},
        "PutKeyPolicy": lambda: {"KeyId": world.key(), "Policy": world.policy()},
        "ReEncrypt": lambda: {"CiphertextBlob": world.blob(world.key()), "DestinationKeyId": world.key()},
        "ReplicateKey": of_key(lambda: world.key(MultiRegion=True), ReplicaRegion=AWAY, Tags=tags),
        "RetireGrant": lambda: granted(True),
        "RevokeGrant": lambda: granted(False),
        "RotateKeyOnDemand": of_key(),
        "ScheduleKeyDeletion": of_key(),
        "Sign": lambda: only(world.signed(), "Signature"),
        "TagResource": of_key(Tags=tags),
        "UntagResource": of_key(TagKeys=["a"]),
        "UpdateAlias": lambda: {"AliasName": world.alias(), "TargetKeyId": world.key()},
        "UpdateCustomKeyStore": lambda: {"CustomKeyStoreId": world.store(), "NewCustomKeyStoreName": f"newer {next(world.count)}"},
        "UpdateKeyDescription": of_key(Description="d"),
        "UpdatePrimaryRegion": of_key(world.primary, PrimaryRegion=AWAY),
        "Verify": world.signed,
        "VerifyMac": world.authenticated,
    }
