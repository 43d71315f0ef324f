"""Answers that are none of AWS's, with secrets in them: nothing of them is said, logged or panicked about."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import grpc
import pytest
from conftest import URN, Provider, plain, start, struct  # type: ignore[import-not-found]
from kit import paths, simulator
from life import KEY, Resource  # type: ignore[import-not-found]
from places import http, operation, passed_on  # type: ignore[import-not-found]
from pulumi.runtime.proto import provider_pb2

# No part of a message that the provider makes up itself.
PLANTED = "hunter2Planted"
KEYS = (
    f"<Credentials><AccessKeyId>ASIA{PLANTED}</AccessKeyId><SecretAccessKey>{PLANTED}</SecretAccessKey>"
    f"<SessionToken>{PLANTED}</SessionToken><Expiration>EXPIRES</Expiration></Credentials>"
)
GARBAGE: dict[str, tuple[int, str]] = {
    "another root": (200, f"<Other>{KEYS}</Other>"),
    "refused with keys": (403, f"<Other>{KEYS}</Other>"),
    "half of it": (200, f"<AssumeRoleResponse><AssumeRoleResult>{KEYS[:150]}"),
    "no XML": (200, f'{{"SecretAccessKey": "{PLANTED}"'),
    "a page": (502, f"<html>{PLANTED}\x1b[31m</html>"),
    "nothing": (200, ""),
    "too many": (429, PLANTED),
    "a code that is none": (400, f"<ErrorResponse><Error><Code>{PLANTED} {PLANTED}</Code></Error></ErrorResponse>"),
    "the request back": (
        403,
        "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>It does not match. The Canonical String for this "
        f"request should have been 'POST x-amz-security-token:{PLANTED}'</Message></Error></ErrorResponse>",
    ),
}
# Answers of the right form that hold what cannot be used.
ODD_KEYS = {"an expiration that is none": ("2030", ""), "a line break": ("2099-01-01T00:00:00Z", "\n"), "a bell": ("2099-01-01T00:00:00Z", "\x07")}

ROLE = "arn:aws:iam::123456789012:role/Deploy"


def assumed(how: str) -> dict[str, Any]:
    if how == "role":
        return {"assumeRoles": [{"roleArn": ROLE, "externalId": f"id-{PLANTED}", "policy": json.dumps({"Id": PLANTED})}]}
    return {"assumeRoleWithWebIdentity": {"roleArn": ROLE, "webIdentityToken": f"token-{PLANTED}"}}


def everything_said(provider: Provider, error: grpc.RpcError | None = None) -> str:
    words = [message.message for message in provider.engine.messages]
    return "\n".join([*words, error.details() if error else ""])


def ended(provider: Provider) -> str:
    """What the process wrote."""
    provider.channel.close()
    provider.process.terminate()
    _, errors = provider.process.communicate(timeout=10)
    assert provider.process.returncode == 0
    assert "panicked" not in errors and "internal error" not in errors, errors
    return str(errors)


def runs(provider: Provider, **settings: Any) -> str:
    """Previews and creates a key that cannot be created; gives everything that was said."""
    provider.configure(region=simulator.REGION, maxRetries=1, **settings)
    inputs = provider.checked(KEY)
    provider.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=struct(inputs), preview=True))
    with pytest.raises(grpc.RpcError) as error:
        provider.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=struct(inputs)))
    assert error.value.code() in (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNAVAILABLE)
    return everything_said(provider, error.value)


def clean(text: str) -> None:
    assert PLANTED not in text, text
    assert not [c for c in text if ord(c) < 32 and c not in "\n\t"], text
    for rust in ("SdkError", "Response {", "Some(", "Unhandled", "ErrorMetadata", "raw:", "DispatchFailure"):
        assert rust not in text, text


@pytest.mark.parametrize("how", ["role", "web identity", "the caller"])
def test_answers_of_sts_are_not_repeated(env: dict[str, str], engine: Any, how: str) -> None:
    name = {"role": "AssumeRole", "web identity": "AssumeRoleWithWebIdentity", "the caller": "GetCallerIdentity"}[how]
    odd = {
        case: (200, f"<{name}Response><{name}Result>{KEYS.replace('EXPIRES', date).replace('ASIA', f'ASIA{sign}')}</{name}Result></{name}Response>")
        for case, (date, sign) in ODD_KEYS.items()
    }  # fmt: skip
    cases = {**GARBAGE, **({} if how == "the caller" else odd)}
    now = {"answer": (200, "")}

    def answer(*_: Any) -> tuple[int, bytes]:
        status, text = now["answer"]
        return status, text.encode()

    with http(answer) as url:
        provider = start({**env, "AWSKMS_LOG": "trace", "RUST_LOG": "trace"}, engine[0], engine[1])
        settings = {} if how == "the caller" else assumed(how)
        for case, garbage in cases.items():
            now["answer"] = garbage
            engine[0].messages.clear()
            text = runs(provider, endpoints={"sts": url}, **settings)
            clean(text)
            assert "This preview could not look at AWS" in text, (case, text)
            assert how == "the caller" or "sts:" in text or "of the credentials" in text, (case, text)
        clean(ended(provider))


LIFE = [
    "ListKeys", "ListAliases", "DescribeKey", "CreateKey", "EnableKeyRotation", "CreateAlias", "TagResource", "UntagResource",
    "PutKeyPolicy", "UpdateKeyDescription", "DisableKey", "EnableKey", "GetKeyPolicy", "ListResourceTags",
    "GetKeyRotationStatus", "ScheduleKeyDeletion", "DeleteAlias", "DisableKeyRotation", "GetKeyLastUsage",
]  # fmt: skip
BODIES = [
    (200, f'{{"KeyMetadata": {{"KeyId": 7, "Policy": "{PLANTED}"'),
    (403, f'{{"Policy": "{PLANTED}"}}'),
    (500, f"<html>{PLANTED}\x1b[31m</html>"),
]


def test_answers_of_kms_are_not_repeated(env: dict[str, str], engine: Any, sim: simulator.Simulator) -> None:
    """Each call of a key's life once with garbage, of one kind after the other."""
    spoilt = {"operation": "", "body": (200, ""), "seen": False}

    def answer(path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        if operation(body, headers) == spoilt["operation"]:
            spoilt["seen"] = True
            return spoilt["body"][0], spoilt["body"][1].encode()
        return passed_on(sim.url, path, body, headers)

    first = {**KEY, "tags": {"a": "1"}, "deletionGuard": {"minIdleDays": 1}}
    second = {
        "alias": "alias/y", "description": "e", "tags": {"b": "2"}, "enabled": False, "enableRotation": False,
        "policy": {"usageRoles": [f"arn:aws:iam::{simulator.ACCOUNT}:role/RDSServiceRole"]},
    }  # fmt: skip
    unseen = set(LIFE)
    with http(answer) as url:
        # Without a log, which nobody reads meanwhile: a full pipe would stop the process.
        provider = start(env, engine[0], engine[1])
        provider.configure(region=simulator.REGION, maxRetries=1, endpoints={"kms": url})
        said: list[str] = []

        def attempt(call: Any, key: Resource) -> None:
            try:
                call()
            except grpc.RpcError as error:
                said.append(error.details())
            said.extend(key.reasons)

        for number, name in enumerate(LIFE):
            body = BODIES[number % len(BODIES)]
            sim.control("POST", "reset")
            sim.role("RDSServiceRole")
            provider.forget()
            spoilt.update(operation="", body=body, seen=False)
            key = Resource()
            spoilt["operation"] = name if name in ("ListKeys", "CreateKey") else ""
            attempt(lambda: key.up(provider, first, timeout=1), key)
            if key.id:
                spoilt["operation"] = name
                for inputs in (second, first):
                    attempt(lambda inputs=inputs: key.up(provider, inputs, timeout=1), key)
                attempt(lambda: key.refresh(provider), key)
                attempt(lambda: key.delete(provider), key)
            unseen -= {name} if spoilt["seen"] else set()
        said += [message.message for message in engine[0].messages]
        clean("\n".join(said))
        clean(ended(provider))
    assert not unseen, unseen
    assert any("is not in the form in which AWS answers" in text for text in said)


def test_a_credential_process_and_a_container_give_nothing_away(
    tmp_path: Path, env: dict[str, str], engine: Any
) -> None:
    script = tmp_path / "give.sh"
    script.write_text(f"#!/bin/sh\necho '{{\"Version\": 1, \"SecretAccessKey\": \"{PLANTED}\"'\necho {PLANTED} >&2\nexit $1\n")
    script.chmod(0o755)
    config = tmp_path / "config"
    config.write_text(
        f"[profile fails]\ncredential_process = {script} 1\n[profile garbage]\ncredential_process = {script} 0\n"
        f"[profile sso]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = r\n"
        "[sso-session s]\nsso_region = eu-central-1\nsso_start_url = https://example.invalid/start\n"
        f"[profile loop]\nrole_arn = {ROLE}\nsource_profile = loop2\n[profile loop2]\nrole_arn = {ROLE}\nsource_profile = loop\n"
        f"[profile odd]\naws_access_key_id = AK\x01{PLANTED}\naws_secret_access_key = {PLANTED}\n"
        f"[profile chained]\nrole_arn = {ROLE}\nsource_profile = odd\n"
    )
    bare = {name: value for name, value in env.items() if name not in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    bare = {**bare, "HOME": str(tmp_path), "AWS_CONFIG_FILE": str(config), "AWSKMS_LOG": "trace"}
    words = {
        "fails": "credential_process", "garbage": "credential_process", "sso": "aws sso login", "loop": "leads back to itself",
        "odd": "the access key ID of the profile", "chained": "the access key ID of the profile", "nope": "no such profile",
    }  # fmt: skip
    for profile, word in words.items():
        for settings, extra in (({"profile": profile}, {}), ({}, {"AWS_PROFILE": profile})):
            engine[0].messages.clear()
            provider = start({**bare, **extra}, engine[0], engine[1])
            text = runs(provider, **settings)
            clean(text)
            assert word in text, (profile, text)
            clean(ended(provider))
    for status, body in GARBAGE.values():
        with http(lambda *_, status=status, body=body: (status, body.encode())) as url:
            engine[0].messages.clear()
            container = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": PLANTED}
            provider = start({**bare, **container}, engine[0], engine[1])
            clean(runs(provider))
            clean(ended(provider))


def test_the_settings_secrets_are_marked_and_masked(bare: Provider) -> None:
    given = {
        "region": "eu-west-1", "accessKey": "AKIAPLANTED", "secretKey": PLANTED,
        "assumeRoles": [{"roleArn": ROLE, "externalId": PLANTED}],
        "endpoint": f"http://{PLANTED}:x",
    }  # fmt: skip
    answer = bare.stub.CheckConfig(provider_pb2.CheckRequest(news=struct(given)))
    inputs = plain(answer.inputs)
    assert inputs["secretKey"]["value"] == PLANTED and inputs["accessKey"]["value"] == "AKIAPLANTED"
    assert inputs["assumeRoles"][0]["externalId"]["value"] == PLANTED and inputs["region"] == "eu-west-1"
    [failure] = answer.failures
    assert failure.property == "endpoint" and PLANTED not in failure.reason and "[secret]" in failure.reason


def test_the_sources_of_the_provider_read_errors_in_one_place() -> None:
    """The texts of the SDK's errors hold requests and answers; only src/failed_call looks at them."""
    found = subprocess.run(
        ["grep", "-rnE", r"DisplayErrorContext|into_service_error|\{(error|failure|failed):\?\}", "src", "--include=*.rs"],
        cwd=paths.ROOT, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    assert found == "", found
