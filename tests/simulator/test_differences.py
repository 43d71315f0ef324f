"""The simulator and moto are asked the same. What they answer differently is listed in docs/simulator-differences.md, with
who is right: this test finds what is not listed, and what is listed and no difference any more."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from calls import calls
from kit import paths, simulator

DOCUMENT = paths.ROOT / "docs/simulator-differences.md"


@pytest.fixture
def moto() -> Iterator[str]:
    """Moto's server on a free port."""
    program = "from moto.server import ThreadedMotoServer as S; import sys; s = S('127.0.0.1', 0, verbose=False); s.start(); print(s.get_host_and_port()[1], flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None and process.stdin is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.stdin.close()


def outcomes(url: str) -> dict[str, str]:
    """What comes of every call: ok, or the code of the refusal."""
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    kms: Any = boto3.client(
        "kms", endpoint_url=url, region_name=simulator.REGION, config=config, aws_access_key_id="test", aws_secret_access_key="test"
    )
    came = {}
    for title, operation, make in calls():
        request = make(kms)
        try:
            kms._make_api_call(operation, request)
            came[title] = "ok"
        except botocore.exceptions.ClientError as error:
            came[title] = error.response["Error"]["Code"]
        except Exception as error:  # An answer that boto3 cannot read is an outcome too.
            came[title] = type(error).__name__
    return came


def listed() -> dict[str, tuple[str, str]]:
    rows = re.findall(r"^\| (.+?) \| (\S+) \| (\S+) \| (\w+) \| .+ \|$", DOCUMENT.read_text(), re.MULTILINE)
    return {title: (own, other) for title, own, other, _ in rows if own != "simulator"}


def test_every_difference_to_moto_is_listed(moto: str) -> None:
    with simulator.running() as running:
        own = outcomes(running.url)
    other = outcomes(moto)
    assert len(own) > 100
    found = {title: (own[title], other[title]) for title in own if own[title] != other[title]}
    assert found == listed()
