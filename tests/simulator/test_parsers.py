"""Other clients than boto3 understand the simulator: the AWS CLI, and the AWS SDK for JavaScript."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kit import paths, simulator


@pytest.fixture
def sim() -> Iterator[simulator.Simulator]:
    with simulator.running("--seed", "5") as running:
        yield running


def environment(sim: simulator.Simulator) -> dict[str, str]:
    return {
        **os.environ,
        "AWS_ENDPOINT_URL": sim.url,
        "AWS_REGION": simulator.REGION,
        "AWS_DEFAULT_REGION": simulator.REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def aws(sim: simulator.Simulator, *arguments: str, good: bool = True) -> Any:
    """What the AWS CLI prints: an answer, or the text of an error."""
    command = [str(paths.VENV / "bin/aws"), *arguments, "--output", "json"]
    done = subprocess.run(command, env=environment(sim), capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is good, done.stderr
    return json.loads(done.stdout or "{}") if good else done.stderr


def test_the_aws_cli(sim: simulator.Simulator, tmp_path: Path) -> None:
    key = aws(sim, "kms", "create-key", "--multi-region", "--tags", "TagKey=app,TagValue=x")["KeyMetadata"]
    assert key["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"
    aws(sim, "kms", "create-alias", "--alias-name", "alias/cli", "--target-key-id", key["KeyId"])
    assert aws(sim, "kms", "describe-key", "--key-id", "alias/cli")["KeyMetadata"]["Arn"] == key["Arn"]
    (tmp_path / "plain").write_bytes(b"secret")
    plain = f"fileb://{tmp_path / 'plain'}"
    sealed = aws(sim, "kms", "encrypt", "--key-id", "alias/cli", "--plaintext", plain)["CiphertextBlob"]
    assert sealed
    error = aws(sim, "kms", "enable-key", "--key-id", "alias/cli", good=False)
    assert "(NotFoundException) when calling the EnableKey operation" in error
    found = aws(sim, "resourcegroupstaggingapi", "get-resources", "--tag-filters", "Key=app,Values=x")
    assert [resource["ResourceARN"] for resource in found["ResourceTagMappingList"]] == [key["Arn"]]
    assert aws(sim, "sts", "get-caller-identity")["Account"] == "123456789012"


@pytest.mark.skipif(not (paths.NODE / "node_modules/@aws-sdk/client-kms").exists(), reason="no AWS SDK for JavaScript is installed")
def test_the_aws_sdk_for_javascript(sim: simulator.Simulator) -> None:
    script = Path(__file__).with_name("sdk.mjs").read_text()
    command = ["node", "--input-type=module", "-"]
    done = subprocess.run(command, input=script, cwd=paths.NODE, env=environment(sim), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "good\n"
