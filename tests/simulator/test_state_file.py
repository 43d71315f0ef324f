"""`--state FILE`: other people's files are safe, and the simulator's own survives what befalls files."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from kit import paths, simulator


def client(sim: simulator.Simulator) -> Any:
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client(
        "kms", endpoint_url=sim.url, region_name=simulator.REGION, config=config, aws_access_key_id="test", aws_secret_access_key="test"
    )


def refused(path: Path) -> str:
    """What the simulator says when it does not start on a file."""
    command = [str(paths.SIMULATOR), "--listen", "127.0.0.1:0", "--state", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    assert ended.returncode == 1, ended.stdout
    assert "Traceback" not in ended.stderr and "panicked" not in ended.stderr
    return ended.stderr


@pytest.mark.parametrize(
    "content",
    [
        b'{"important": "and not ours"}',
        b'{"important": "and not ours"}\n{"second": "line"}\n',
        b"text\n",
        b"text",
        "wörter, und ein halbes Zeich".encode() + b"\xc3",
        b"\x00\xff\xfe",
        b'{"start":{"seed":1,"options":{}}}\n',
    ],
)
def test_a_foreign_file_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert "it is not a state file of this simulator; it was left as it is" in refused(path)
    assert path.read_bytes() == content


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert "--state" in refused(tmp_path)
    assert "it is not a file" in refused(Path("/dev/null"))
    assert "--state" in refused(tmp_path / "no" / "such" / "folder")


def test_one_simulator_for_one_file(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with simulator.running("--state", str(path)) as sim:
        client(sim).create_key()
        before = path.read_bytes()
        assert "another simulator uses it" in refused(path)
        assert path.read_bytes() == before
        client(sim).create_key()
    with simulator.running("--state", str(path)) as sim:
        assert len(sim.keys()) == 2


@pytest.mark.parametrize("cut", [-9, 1, 2, 3, 4, 5])
def test_a_line_that_was_cut_is_dropped_wherever_the_cut_is(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "state"
    with simulator.running("--state", str(path)) as sim:
        client(sim).create_key(Description="first")
        client(sim).create_key(Description="Schlüssel für 顧客")
    line = path.read_bytes().splitlines(keepends=True)[-1]
    # One cut is in the middle of a character.
    end = line.index("顧".encode()) + cut
    path.write_bytes(path.read_bytes()[: -len(line)] + line[:end])
    with simulator.running("--state", str(path)) as sim:
        assert [key["description"] for key in sim.keys()] == ["first"]
        client(sim).create_key(Description="third")
    with simulator.running("--state", str(path)) as sim:
        assert sorted(key["description"] for key in sim.keys()) == ["first", "third"]


def test_a_file_of_one_line_that_was_cut_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "state"
    path.write_bytes(b'{"start":{"for')
    with simulator.running("--state", str(path)) as sim:
        client(sim).create_key()
    with simulator.running("--state", str(path)) as sim:
        assert len(sim.keys()) == 1


def test_a_full_disk_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    path = tmp_path / "state"

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))

    command = [str(paths.SIMULATOR), "--listen", "127.0.0.1:0", "--state", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=limited, restore_signals=False) as process:
        assert process.stdout is not None
        sim = simulator.Simulator(process.stdout.readline().strip().removeprefix("listening on "), process)
        kms = client(sim)
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            for number in range(100):
                kms.create_key(Description=f"{number} " + "x" * 200)
        assert caught.value.response["Error"]["Code"] == "KMSInternalException"
        assert path.read_bytes().endswith(b"\n"), "half a line is taken away"
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        kms.create_key(Description="after")
        keys = {key["arn"] for key in sim.keys()}
        process.kill()
    with simulator.running("--state", str(path)) as sim:
        assert {key["arn"] for key in sim.keys()} == keys


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:1"}, 200),
        ({"Origin": "http://localhost:3000"}, 200),
        ({"Origin": "http://[::1]"}, 200),
        ({"Host": "attacker.example"}, 403),
        ({"Host": "127.0.0.1.attacker.example"}, 403),
        ({"Origin": "https://attacker.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_control_requests_come_from_this_machine(headers: dict[str, str], status: int) -> None:
    with simulator.running() as sim:
        request = urllib.request.Request(f"{sim.url}/_sim/reset", data=b"", method="POST", headers=headers)
        try:
            with urllib.request.urlopen(request) as answer:
                came = answer.status
        except urllib.error.HTTPError as error:
            came = error.code
        assert came == status


def test_odd_numbers_do_no_harm() -> None:
    most = 2**64 - 1
    with simulator.running() as sim:
        kms = client(sim)
        sim.control("POST", "faults", {"nth": most, "count": most, "effect": "throttle"})
        sim.control("POST", "faults", {"nth": 2, "count": most, "operation": "ListKeys", "effect": {"delay": {"milliseconds": 1}}})
        sim.control("POST", "faults", {"nth": 0, "count": 0, "seen": most, "effect": "throttle"})
        kms.list_keys()
        kms.list_keys()
        for status in (0, 99, 200, 399, 600, 999, 65535):
            with pytest.raises(RuntimeError, match="status is from 400 to 599"):
                sim.control("POST", "faults", {"effect": {"error": {"code": "x", "status": status}}})
        for bad in ({"probability": 1.5}, {"probability": -0.1}, {"nth": -1}, {"count": 1.5}):
            with pytest.raises(RuntimeError):
                sim.control("POST", "faults", {**bad, "effect": "throttle"})
        sim.control("POST", "clock", {"advanceSeconds": 3.1e9})
        for more in (3.1e9, -7e9, 1e308):
            with pytest.raises(RuntimeError, match="clock is ahead"):
                sim.control("POST", "clock", {"advanceSeconds": more})
        assert sim.control("GET", "health")["status"] == "ok"
        assert json.dumps(kms.list_keys()["Keys"]) == "[]"
