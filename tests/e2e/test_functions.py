"""Functions from a program, listing and bulk import, by the real CLI."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from typing import Any

import boto3
import pytest
from kit import paths, simulator, stack

PROJECT = "name: functions\nruntime: python\n"
BLOCKS = re.findall(r"```python\n(.*?)```", (paths.ROOT / "docs/functions.md").read_text(), re.DOTALL)
# What the page shows, and the rest of what functions can do, in one program.
PYTHON = BLOCKS[0] + BLOCKS[1] + """
found = awskms.get_aws_kms_key_output(key_id=key.key_arn)
access = awskms.who_can_access_output(key_id=key.key_arn, actions=["kms:Decrypt"])
pulumi.export("alias", found.alias_name)
pulumi.export("spec", found.key_spec)
pulumi.export("principals", access.entries.apply(lambda entries: [entry.principal for entry in entries]))
pulumi.export("monthly", awskms.estimate_cost(keys=2, replicas=1).monthly)
"""
ROOT = f"arn:aws:iam::{simulator.ACCOUNT}:root"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}]}

YAML = {"Pulumi.yaml": """name: functions
runtime: yaml
variables:
  key:
    fn::invoke:
      function: awskms:getAwsKmsKey
      arguments: { alias: alias/old/a }
  opened:
    fn::invoke:
      function: awskms:decrypt
      arguments: { ciphertext: "CIPHERTEXT", encryptionContext: { App: orders } }
outputs:
  arn: ${key.keyArn}
  opened: ${opened.plaintext}
"""}  # fmt: skip


def client(sim: simulator.Simulator) -> Any:
    return boto3.client(
        "kms", endpoint_url=sim.url, region_name=simulator.REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )


def test_a_program_calls_functions(sim: simulator.Simulator) -> None:
    files = {"Pulumi.yaml": PROJECT, "__main__.py": PYTHON, "policy.json": json.dumps(POLICY)}
    with stack.program(files, sim.url) as running:
        running.pulumi("config", "set", "--secret", "password", "hush hush")
        # The key is not there yet: its outputs are unknown, and so are the results; what needs no key is called.
        assert "IAM policies" in running.pulumi("preview")
        assert sim.keys() == []
        running.pulumi("up", "--yes", "--skip-preview")
        assert running.outputs() == {
            "password": "hush hush", "alias": "alias/prod/orders", "spec": "SYMMETRIC_DEFAULT", "principals": [ROOT], "monthly": 4.0,
        }  # fmt: skip
        assert json.loads(running.pulumi("stack", "output", "--json"))["password"] == "[secret]"
        assert "hush hush" not in json.dumps(running.state())
        anybody = {**POLICY["Statement"][0], "Principal": "*"}  # type: ignore[dict-item]
        (running.folder / "policy.json").write_text(json.dumps({**POLICY, "Statement": [anybody]}))
        with pytest.raises(stack.Failed) as failed:
            running.pulumi("preview")
        assert "this policy must not be applied" in failed.value.output
        (running.folder / "__main__.py").write_text(PYTHON.replace("keys=2", "keys=-2"))
        (running.folder / "policy.json").write_text(json.dumps(POLICY))
        with pytest.raises(stack.Failed) as failed:
            running.pulumi("preview")
        assert "below the minimum" in failed.value.output and "keys" in failed.value.output


def test_keys_are_listed_and_imported_in_bulk(sim: simulator.Simulator) -> None:
    kms = client(sim)
    ids = [kms.create_key(Description=name)["KeyMetadata"]["KeyId"] for name in "abc"]
    for id, name in zip(ids, ("old/a", "old/b", "new/c"), strict=True):
        kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=id)
    kms.tag_resource(KeyId=ids[2], Tags=[{"TagKey": "team", "TagValue": "x"}])
    sealed = kms.encrypt(KeyId=ids[0], Plaintext=b"p", EncryptionContext={"App": "orders"})["CiphertextBlob"]
    text = YAML["Pulumi.yaml"].replace("CIPHERTEXT", base64.b64encode(sealed).decode())
    with stack.program({"Pulumi.yaml": text}, sim.url) as running:
        listed = json.loads(running.pulumi("do", "awskms:AwsKmsKey", "list", "--all", "--alias-prefix", "alias/old/"))
        assert {key["name"] for key in listed} == {"alias/old/a", "alias/old/b"}
        (running.folder / "query.pp").write_text('tags = { team = "x" }\n')
        by_tags = json.loads(running.pulumi("do", "awskms:AwsKmsKey", "list", "--all", "--input", "pcl", "--input-file", "query.pp"))
        assert [key["name"] for key in by_tags] == ["alias/new/c"]
        assert json.loads(running.pulumi("do", "awskms:getAwsKmsKey", "--alias", "alias/new/c"))["keyArn"] == by_tags[0]["id"]
        # The CLI shows no failures of arguments; the provider must.
        with pytest.raises(stack.Failed) as failed:
            running.pulumi("do", "awskms:getPublicKey", "--key-id", "alias/new/c")
        assert "it is symmetric" in failed.value.output
        running.pulumi("up", "--yes", "--skip-preview")
        assert running.outputs() == {"arn": listed[0]["id"] if listed[0]["name"] == "alias/old/a" else listed[1]["id"], "opened": "p"}

        command = [str(paths.PROVIDER), "import-file", "--alias-prefix", "alias/old/"]
        made = subprocess.run(command, env=running.env, text=True, capture_output=True, check=True)
        (running.folder / "import.json").write_text(made.stdout)
        mark = sim.mark()
        running.pulumi("import", "--file", "import.json", "--yes", "--protect=false", "--generate-code=false")
        assert {key["urn"].rsplit("::", 1)[1] for key in running.resources()} == {"old-a", "old-b"}
        assert sim.writes(mark) == []
