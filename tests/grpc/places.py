"""Small HTTP servers that stand for AWS where it answers with something else than it should."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

Answer = tuple[int, bytes]


@contextmanager
def http(answer: Callable[[str, bytes, dict[str, str]], Answer]) -> Iterator[str]:
    """Serves what `answer` gives for path, body and headers; gives the URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:  # noqa: N802
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, text = answer(self.path, body, dict(self.headers))
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_PUT = do_POST  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Keeps quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Whoever asked has given up waiting."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def passed_on(to: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    """What the simulator answers."""
    kept = {name: value for name, value in headers.items() if name.lower() not in ("connection", "content-length")}
    answer = requests.post(to + path, data=body, headers=kept, timeout=30)
    return answer.status_code, answer.content


def operation(body: bytes, headers: dict[str, str]) -> str:
    """The operation that is called: of KMS by a header, of STS by a parameter."""
    target = {name.lower(): value for name, value in headers.items()}.get("x-amz-target", "")
    if target:
        return target.rsplit(".", 1)[-1]
    named = [part for part in body.decode(errors="replace").split("&") if part.startswith("Action=")]
    return named[0].removeprefix("Action=") if named else ""


@contextmanager
def silent() -> Iterator[str]:
    """An address that takes connections and never says anything; gives HOST:PORT."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=16)
    held: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                held.append(listener.accept()[0])
            except OSError:
                return

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        for connection in held:
            connection.close()


def unused_port() -> int:
    """A port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
