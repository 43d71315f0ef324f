"""docs/policy.md shows what the provider writes. POLICY_PAGE=write brings its JSON up to date."""

from __future__ import annotations

import json
import os
import re
from typing import Any

import yaml
from conftest import Provider, URN, plain, struct  # type: ignore[import-not-found]
from kit import paths
from pulumi.runtime.proto import provider_pb2

PAGE = paths.ROOT / "docs/policy.md"
EXAMPLE = re.compile(r"```yaml\n(.*?)```\n\n```json\n(.*?)```", re.DOTALL)
DNSSEC = {"keySpec": "ECC_NIST_P256", "keyUsage": "SIGN_VERIFY", "region": "us-east-1"}


def written(provider: Provider, policy: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements of a new key's preview, but for the one that every example has."""
    kind = DNSSEC if "ROUTE53_DNSSEC" in str(policy) else {}
    inputs = provider.checked({"alias": "alias/x", "policy": policy, **kind})
    request = provider_pb2.CreateRequest(urn=URN, properties=struct(inputs), preview=True)
    document = json.loads(plain(provider.stub.Create(request).properties)["policyJson"])
    return [statement for statement in document["Statement"] if statement["Sid"] != "AccountAdministration"]


def shown(statements: list[dict[str, Any]]) -> str:
    order = ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"]
    blocks = []
    for statement in statements:
        lines = [f"    {json.dumps(name)}: {json.dumps(statement[name])}" for name in order if name in statement]
        blocks.append("  {\n" + ",\n".join(lines) + "\n  }")
    return "[\n" + ",\n".join(blocks) + "\n]\n"


def test_the_page_shows_what_is_written(provider: Provider) -> None:
    text = PAGE.read_text()
    examples = EXAMPLE.findall(text)
    assert len(examples) >= 20 and text.count("```yaml") == len(examples)

    def render(example: re.Match[str]) -> str:
        statements = written(provider, yaml.safe_load(example[1])["policy"])
        return f"```yaml\n{example[1]}```\n\n```json\n{shown(statements)}```"

    page = EXAMPLE.sub(render, text)
    if os.environ.get("POLICY_PAGE") == "write":
        PAGE.write_text(page)
    assert page == PAGE.read_text(), "run it with POLICY_PAGE=write"


def test_the_page_has_every_service() -> None:
    text = PAGE.read_text()
    schema = json.loads((paths.ROOT / "schema.json").read_text())
    for value in schema["types"]["awskms:index:AwsService"]["enum"]:
        assert f"service: {value['value']}" in text, value["value"]
