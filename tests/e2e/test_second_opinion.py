"""The same life on a stand-in that somebody else wrote, as far as that one does what AWS does.

moto fails with an internal error when EnableKey, DisableKey, ScheduleKeyDeletion or CancelKeyDeletion get an ARN, which
AWS takes and which alone is safe in a multi-Region set; and it forgets the rotation period. Those steps are left out.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from kit import simulator, stack
from moto.server import ThreadedMotoServer
from programs import ADMIN, LANGUAGES, USER, KeyProgram

BASE: dict[str, Any] = {
    "alias": "alias/prod/orders",
    "description": "Orders",
    "tags": {"team": "payments"},
    "policy": {"adminRole": ADMIN, "usageRoles": [USER], "encryptionContext": {"App": "Orders"}},
    "deletionPolicy": "RETAIN",
}


@pytest.fixture
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    # Its keys are one set for the whole process.
    urllib.request.urlopen(urllib.request.Request(f"{url}/moto-api/reset", method="POST"), timeout=10).close()
    yield url
    server.stop()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_lives_on_moto(moto: str, language: str) -> None:
    kms = boto3.client(
        "kms", endpoint_url=moto, region_name=simulator.REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )
    with stack.program(LANGUAGES[language], moto) as running:
        each = KeyProgram(running)
        each.up(BASE)
        arn = running.outputs()["keyArn"]
        quiet = ["--yes", "--skip-preview", "--expect-no-changes"]
        running.pulumi("up", *quiet)
        running.pulumi("refresh", *quiet)
        changed = {
            **BASE, "alias": "alias/prod/all-orders", "description": "All orders", "tags": {"tier": "1"},
            "policy": {"adminRole": ADMIN}, "enableRotation": False,
        }  # fmt: skip
        each.up(changed)
        running.pulumi("refresh", *quiet)
        assert running.outputs()["keyArn"] == arn
        assert kms.describe_key(KeyId=arn)["KeyMetadata"]["Description"] == "All orders"
        assert [alias["AliasName"] for alias in kms.list_aliases(KeyId=arn)["Aliases"]] == ["alias/prod/all-orders"]
        assert {"TagKey": "tier", "TagValue": "1"} in kms.list_resource_tags(KeyId=arn)["Tags"]
        assert USER not in kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"]
        assert kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"] is False
        kms.update_key_description(KeyId=arn, Description="by hand")
        assert "description" in running.pulumi("refresh", "--yes", "--skip-preview", "--diff")
        each.up(changed)
        assert kms.describe_key(KeyId=arn)["KeyMetadata"]["Description"] == "All orders"
        each.up(None)
        assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "Enabled"
