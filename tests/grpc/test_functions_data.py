"""encrypt and decrypt: data goes round, results are secrets, refusals say what to do."""

from __future__ import annotations

import base64
import json
from typing import Any

import grpc
import pytest
from conftest import Provider, secret  # type: ignore[import-not-found]
from functions import invoke, made, refused, result, revealed  # type: ignore[import-not-found]
from kit import simulator
from life import kms  # type: ignore[import-not-found]

CONTEXT = {"App": "orders", "Stage": "prod"}


@pytest.fixture
def key(provider: Provider) -> str:
    arn: str = made(provider, "alias/x")["keyArn"]
    return arn


def test_a_text_goes_round_and_comes_back_as_a_secret(provider: Provider, key: str) -> None:
    text = "Grüße, 顧客"
    sealed = result(provider, "encrypt", keyId="alias/x", plaintext=secret(text), encryptionContext=CONTEXT)
    assert (sealed["keyArn"], sealed["encryptionAlgorithm"]) == (key, "SYMMETRIC_DEFAULT")
    opened = result(provider, "decrypt", ciphertext=sealed["ciphertext"], encryptionContext=CONTEXT)
    assert revealed(opened["plaintext"]) == text
    assert base64.b64decode(revealed(opened["plaintextBase64"])).decode() == text
    assert opened["keyArn"] == key


def test_bytes_that_are_no_text(provider: Provider, sim: simulator.Simulator, key: str) -> None:
    data = bytes(range(256)) * 16
    sealed = result(provider, "encrypt", keyId=key, plaintextBase64=base64.b64encode(data).decode())
    opened = result(provider, "decrypt", ciphertext=sealed["ciphertext"], keyId="alias/x")
    assert base64.b64decode(revealed(opened["plaintextBase64"])) == data and "plaintext" not in opened
    assert kms(sim).decrypt(CiphertextBlob=base64.b64decode(sealed["ciphertext"]))["Plaintext"] == data


def test_an_rsa_key(provider: Provider) -> None:
    made(provider, "alias/rsa", keySpec="RSA_2048", keyUsage="ENCRYPT_DECRYPT", enableRotation=False)
    how: dict[str, Any] = {"keyId": "alias/rsa", "encryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    sealed = result(provider, "encrypt", plaintext="p", **how)
    assert revealed(result(provider, "decrypt", ciphertext=sealed["ciphertext"], **how)["plaintext"]) == "p"


def test_what_does_not_fit_is_told(provider: Provider, sim: simulator.Simulator, key: str) -> None:
    sealed = result(provider, "encrypt", keyId=key, plaintext="p", encryptionContext=CONTEXT)["ciphertext"]
    assert "letter for letter" in refused(provider, "decrypt", ciphertext=sealed, encryptionContext={"App": "Orders"})["ciphertext"]
    made(provider, "alias/other")
    other = refused(provider, "decrypt", ciphertext=sealed, keyId="alias/other", encryptionContext=CONTEXT)
    assert "another key has encrypted" in other["keyId"]
    assert "no" in refused(provider, "encrypt", keyId="alias/none", plaintext="p")["keyId"]
    kms(sim).disable_key(KeyId=key)
    with pytest.raises(grpc.RpcError) as error:
        invoke(provider, "encrypt", {"keyId": key, "plaintext": "p"})
    assert error.value.code() == grpc.StatusCode.FAILED_PRECONDITION and "disabled" in error.value.details()


def test_no_plaintext_is_in_a_message(provider: Provider, sim: simulator.Simulator, key: str) -> None:
    sim.fault("accessDenied", operation="Encrypt")
    with pytest.raises(grpc.RpcError) as error:
        invoke(provider, "encrypt", {"keyId": key, "plaintext": secret("very secret"), "encryptionContext": {"a": "very secret"}})
    assert "very secret" not in error.value.details() and "kms:Encrypt" in error.value.details()
    assert "very secret" not in json.dumps([message.message for message in provider.engine.messages])
