#!/usr/bin/env python3
"""Figures of the simulator: time to start, resident memory with 10,000 keys, calls a second over kept-alive connections.

    cargo build --release -p awskms-sim && python3 bench/simulator.py

It needs nothing but Python. The client takes its share of the processor too, so the service itself is faster than this.
"""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

BINARY = Path(__file__).resolve().parents[1] / "target/release/awskms-sim"
KEYS = 10_000
DESCRIBES = 20_000
CONNECTIONS = 2
PIPELINE = 32
SCOPE = "AWS4-HMAC-SHA256 Credential=test/20261123/eu-central-1/kms/aws4_request, SignedHeaders=host, Signature=0"


def start() -> tuple[subprocess.Popen[bytes], int, float]:
    """A simulator on a free port, and the seconds until it told the port."""
    began = time.perf_counter()
    process = subprocess.Popen([str(BINARY), "--listen", "127.0.0.1:0", "--seed", "1"], stdout=subprocess.PIPE)
    assert process.stdout is not None
    line = process.stdout.readline().decode()
    return process, int(line.rsplit(":", 1)[1]), time.perf_counter() - began


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(timeout=10)
    assert process.stdout is not None
    process.stdout.close()


def resident(process: subprocess.Popen[bytes]) -> float:
    """Resident memory in MiB."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the process has no VmRSS")


def raw(operation: str, body: str) -> bytes:
    """A request as bytes."""
    head = (
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.1\r\n"
        f"Authorization: {SCOPE}\r\nX-Amz-Target: TrentService.{operation}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()


def exchange(port: int, requests: list[bytes]) -> list[bytes]:
    """Sends requests over one connection, some at a time, and gives the bodies of the answers."""
    import socket

    bodies = []
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = connection.makefile("rb", buffering=1 << 16)
        for first in range(0, len(requests), PIPELINE):
            batch = requests[first : first + PIPELINE]
            connection.sendall(b"".join(batch))
            for _ in batch:
                status = reader.readline()
                length = 0
                while (line := reader.readline()) != b"\r\n":
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                body = reader.read(length)
                if b" 200 " not in status:
                    raise RuntimeError((status + body).decode())
                bodies.append(body)
    return bodies


def pooled(port: int, requests: list[bytes]) -> tuple[list[bytes], float]:
    """Requests over a pool of connections: the answers, and how many came a second."""
    shares = [requests[number::CONNECTIONS] for number in range(CONNECTIONS)]
    answers: list[list[bytes]] = [[] for _ in shares]

    def run(number: int) -> None:
        answers[number] = exchange(port, shares[number])

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CONNECTIONS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    bodies = [body for share in answers for body in share]
    if len(bodies) != len(requests):
        raise RuntimeError(f"{len(bodies)} answers to {len(requests)} requests")
    return bodies, len(requests) / seconds


def one_by_one(port: int, request: str, body: str, count: int) -> float:
    """Calls a second of a caller that waits for each answer, with Python's own HTTP client."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": SCOPE, "X-Amz-Target": f"TrentService.{request}"}
    began = time.perf_counter()
    for _ in range(count):
        connection.request("POST", "/", body, headers)
        connection.getresponse().read()
    seconds = time.perf_counter() - began
    connection.close()
    return count / seconds


def main() -> None:
    if not BINARY.exists():
        sys.exit("build it first: cargo build --release -p awskms-sim")
    starts = []
    for _ in range(10):
        process, _, seconds = start()
        starts.append(seconds * 1000)
        stop(process)
    process, port, _ = start()
    try:
        empty = resident(process)
        made, creates = pooled(port, [raw("CreateKey", "{}")] * KEYS)
        ids = [json.loads(body)["KeyMetadata"]["KeyId"] for body in made]
        if len(set(ids)) != KEYS:
            raise RuntimeError("some keys share an ID")
        full = resident(process)
        wanted = [raw("DescribeKey", json.dumps({"KeyId": ids[number % KEYS]})) for number in range(DESCRIBES)]
        _, describes = pooled(port, wanted)
        slow = one_by_one(port, "DescribeKey", json.dumps({"KeyId": ids[0]}), 2000)
    finally:
        stop(process)
    print(f"start, median of {len(starts)}      {statistics.median(starts):8.1f} ms   (goal: under 50)")
    print(f"resident, empty            {empty:8.1f} MiB")
    print(f"resident, {KEYS:,} keys      {full:8.1f} MiB  (goal: under 30)")
    print(f"CreateKey                  {creates:8.0f} /s   (goal: over 2,000; {CONNECTIONS} connections)")
    print(f"DescribeKey                {describes:8.0f} /s   (goal: over 5,000; {CONNECTIONS} connections)")
    print(f"DescribeKey one by one     {slow:8.0f} /s   (1 connection, Python's http.client)")


if __name__ == "__main__":
    main()
