"""Whatever the environment and the settings hold: a clear message, no panic, no control characters, and in time."""

from __future__ import annotations

import time
from typing import Any

import grpc
import pytest
from conftest import URN, Engine, Provider, start, struct  # type: ignore[import-not-found]
from kit import simulator
from life import KEY, said  # type: ignore[import-not-found]
from places import http, unused_port  # type: ignore[import-not-found]
from pulumi.runtime.proto import provider_pb2
from test_garbage import clean, ended, everything_said  # type: ignore[import-not-found]

BLIND = "This preview could not look at AWS: "


def tried(provider: Provider, **settings: Any) -> str:
    """Everything that is said while a key is previewed and created with these settings, whether that succeeds or not."""
    last = None
    for preview in (True, False):
        try:
            provider.configure(**settings)
            answer = provider.check(KEY)
            for failure in answer.failures:
                provider.engine.messages.append(provider_pb2.CheckFailure(property=failure.property, reason=failure.reason))
            if not answer.failures:
                provider.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=answer.inputs, preview=preview))
        except grpc.RpcError as error:
            last = error
    words = [getattr(message, "message", "") or getattr(message, "reason", "") for message in provider.engine.messages]
    return "\n".join([*words, last.details() if last else ""])


# Values of variables that the SDK reads, and what must be said; nothing where the variable may as well be right.
VARIABLES: list[tuple[str, str, str]] = [
    *(("AWS_ACCESS_KEY_ID", bad, "the access key ID of the environment") for bad in ("AK\nIA", "AKIA\r", "A\x01B", "AK IA", "Ä")),
    *(("AWS_SECRET_ACCESS_KEY", bad, "the secret access key of the environment") for bad in ("a\nb", "a\x00"[:1] + "\x07")),
    *(("AWS_SESSION_TOKEN", bad, "the session token of the environment") for bad in ("a\nb", "a b", "ü")),
    *(
        (name, bad, name)
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL_STS")
        for bad in ("http://[:1", "http://a:b:1", "http://]:1", "x", "http://a\nb", "http://u:p@h:1", "\x1b[31m", "http://")
    ),
    *(("AWS_REGION", bad, "Region") for bad in ("eu central", "eu-central-1\n", "\x1b[31m", "é", "a" * 300)),
    *(("AWS_PROFILE", bad, "") for bad in ("a\nb", "\x1b[31m", "é", "../x")),
    *(("AWS_CONFIG_FILE", bad, "") for bad in ("/nowhere", "/", "\n")),
    *((name, bad, "") for name in ("AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE", "AWS_USE_FIPS_ENDPOINT") for bad in ("\n", "-1", "x")),
    *(("AWS_EXECUTION_ENV", bad, "") for bad in ("a\nb", "\x1b[31m", "é", "a" * 10_000)),
    *(("AWS_SDK_UA_APP_ID", bad, "") for bad in ("a\nb", "é", "a" * 10_000)),
    *(("AWS_LAMBDA_FUNCTION_NAME", bad, "") for bad in ("a\nb", "é")),
    *(("_X_AMZN_TRACE_ID", bad, "") for bad in ("a\nb", "é")),
    *(("HTTPS_PROXY", bad, "") for bad in ("x", "http://[:1", "\n")),
    *(("HOME", bad, "") for bad in ("", "\n")),
    *(("AWSKMS_LOG", bad, "") for bad in ("\n", "====", "debug=debug")),
]


def test_no_variable_makes_it_panic(env: dict[str, str], engine: tuple[Engine, str]) -> None:
    for name, value, words in VARIABLES:
        engine[0].messages.clear()
        changed = {key: text for key, text in env.items() if not (name == "AWS_REGION" and key == "AWS_DEFAULT_REGION")}
        provider = start({**changed, name: value}, engine[0], engine[1])
        # Other variables are looked at without calls that succeed anyway.
        text = tried(provider, **({} if name == "AWS_REGION" else {"region": simulator.REGION}))
        clean(text)
        assert words in text, (name, value, text)
        clean(ended(provider))


@pytest.mark.parametrize("name", ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                                  "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN",
                                  "AWS_EC2_METADATA_SERVICE_ENDPOINT"])  # fmt: skip
def test_no_source_of_credentials_makes_it_panic(env: dict[str, str], engine: tuple[Engine, str], name: str) -> None:
    bare = {key: text for key, text in env.items() if key not in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    around = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{unused_port()}"} if "TOKEN" in name else {}
    around |= {"AWS_WEB_IDENTITY_TOKEN_FILE": "/dev/null", "AWS_ROLE_ARN": "x"} if "ROLE" in name or "WEB" in name else {}
    for value in ("a\nb", "\x1b[31m", "é", "http://[:1", "/\n", ""):
        engine[0].messages.clear()
        provider = start({**bare, **around, name: value}, engine[0], engine[1])
        clean(tried(provider, region=simulator.REGION))
        clean(ended(provider))


SETTINGS: list[tuple[dict[str, Any], str]] = [
    *(({"endpoint": bad}, "endpoint") for bad in ("http://[:1", "http://a:b:1", "http://]:1", "http://[::1", "http://x:0")),
    ({"endpoints": {"kms": "http://[:1"}}, "endpoints.kms"),
    ({"endpoints": {"sts": "http://[:1"}}, "endpoints.sts"),
    ({"accessKey": "A\nB", "secretKey": "x"}, "the access key ID of the credentials"),
    ({"accessKey": "A", "secretKey": "x", "token": "a\nb"}, "the session token of the credentials"),
    ({"region": "eu-central-1\n"}, "Region"),
    ({"profile": "no\nsuch"}, "have no such profile"),
    ({"sharedConfigFiles": ["/nowhere/\x1b[31m"]}, ""),
    ({"assumeRoles": [{"roleArn": "arn:aws:iam::123456789012:role/\x1b[31mx"}]}, "sts:AssumeRole"),
    ({"useFipsEndpoint": True}, "exclude each other"),
]


def test_no_setting_makes_it_panic(env: dict[str, str], engine: tuple[Engine, str]) -> None:
    for settings, words in SETTINGS:
        engine[0].messages.clear()
        provider = start(env, engine[0], engine[1])
        text = tried(provider, **{"region": simulator.REGION, **settings})
        clean(text)
        assert words in text, (settings, text)
        clean(ended(provider))


# What a newcomer meets in the first hour: one warning in the preview, an error in the run, each with the fix, at once.

BARE = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
NOWHERE = "http://127.0.0.1:9"
FIRST_HOUR: list[tuple[str, dict[str, str | None], dict[str, Any], list[str]]] = [
    ("no credentials", dict.fromkeys(BARE), {}, ["no usable AWS credentials: none were found", "AWS_PROFILE"]),
    ("an unknown profile", {}, {"profile": "prod"}, ['the provider\'s profile is "prod"', "aws configure list-profiles"]),
    ("an unknown AWS_PROFILE", {**dict.fromkeys(BARE), "AWS_PROFILE": "prod"}, {}, ['AWS_PROFILE is "prod"', "list-profiles"]),
    ("nobody listens", {}, {"endpoint": NOWHERE}, ["the connection was refused", "the provider's endpoint"]),
    ("an unknown host", {}, {"endpoint": "http://nowhere.invalid"}, ["the name of the host", "the provider's endpoint"]),
    ("a role that is denied", {}, {"assumeRoles": [{"roleArn": "arn:aws:iam::123456789012:role/Nope"}]},
     ["sts:AssumeRole of arn:aws:iam::123456789012:role/Nope failed: AccessDenied", "trust policy"]),
    ("a web identity without its file", {},
     {"assumeRoleWithWebIdentity": {"roleArn": "arn:aws:iam::123456789012:role/X", "webIdentityTokenFile": "/nowhere"}},
     ["/nowhere cannot be read", "webIdentityTokenFile"]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "settings", "words"), [case[1:] for case in FIRST_HOUR], ids=[case[0] for case in FIRST_HOUR])
def test_the_first_hour(
    env: dict[str, str], engine: tuple[Engine, str],
    changes: dict[str, str | None], settings: dict[str, Any], words: list[str],
) -> None:  # fmt: skip
    changed = {name: value for name, value in {**env, **changes}.items() if value is not None}
    provider = start(changed, engine[0], engine[1])
    provider.configure(region=simulator.REGION, **settings)
    began = time.monotonic()
    for name in ("a", "b", "c"):
        inputs = provider.checked({"alias": f"alias/{name}"})
        urn = URN + name
        provider.stub.Create(provider_pb2.CreateRequest(urn=urn, properties=struct(inputs), preview=True))
    warnings = [message.message for message in engine[0].messages if message.message.startswith(BLIND)]
    assert len(warnings) == 1 and all(word in warnings[0] for word in words), warnings
    with pytest.raises(grpc.RpcError) as error:
        provider.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=struct(inputs)))
    text = error.value.details()
    assert all(word in text for word in words), text
    assert ".." not in text and len(text) < 900, text
    assert time.monotonic() - began < 5
    clean(everything_said(provider, error.value))
    clean(ended(provider))


def test_kms_out_of_reach_is_said_and_soon(bare: Provider) -> None:
    """STS answers, KMS does not."""
    bare.configure(region=simulator.REGION, endpoints={"kms": NOWHERE})
    began = time.monotonic()
    inputs = bare.checked(KEY)
    bare.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=struct(inputs), preview=True))
    assert said(bare, "This preview could not look at KMS: ") and said(bare, "the connection was refused")
    with pytest.raises(grpc.RpcError) as error:
        bare.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=struct(inputs)))
    assert error.value.code() == grpc.StatusCode.UNAVAILABLE and time.monotonic() - began < 5


def test_without_a_region_check_says_so(env: dict[str, str], engine: tuple[Engine, str]) -> None:
    provider = start({name: value for name, value in env.items() if "REGION" not in name}, engine[0], engine[1])
    provider.configure()
    [failure] = provider.check(KEY).failures
    assert failure.property == "region" and "awskms:region" in failure.reason and "AWS_REGION" in failure.reason
    assert not provider.check({**KEY, "region": simulator.REGION}).failures
    clean(ended(provider))


def test_too_many_requests_by_the_status_alone_is_throttling(bare: Provider) -> None:
    with http(lambda *_: (429, b"slow down")) as url:
        bare.configure(region=simulator.REGION, endpoints={"kms": url}, maxRetries=2)
        inputs = bare.checked(KEY)
        with pytest.raises(grpc.RpcError) as error:
            bare.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=struct(inputs)))
    assert error.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED, error.value.details()
    assert "went on throttling" in error.value.details()
