"""A server on loopback that keeps Terraform states as its HTTP backend asks, with locks and a password."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class States:
    """What the server holds, by path, and how it is reached."""

    address: str = ""
    password: str = "not-in-a-file"
    bodies: dict[str, bytes] = field(default_factory=dict)
    locks: dict[str, dict[str, Any]] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def settings(self, name: str = "demo") -> dict[str, Any]:
        """`state:` of a cluster file."""
        url = f"{self.address}/{name}"
        return {
            "backend": "http", "address": url, "lock_address": url, "unlock_address": url,
            "retry_max": 0,
        }  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        """What a runner needs to be let in."""
        return {"TF_HTTP_USERNAME": "runner", "TF_HTTP_PASSWORD": self.password}

    def state(self, name: str = "demo") -> dict[str, Any]:
        found = json.loads(self.bodies[f"/{name}"])
        assert isinstance(found, dict)
        return found

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, bytes]:
        """One request: 423 is what Terraform takes for a lock that another run holds."""
        parts = urlsplit(target)
        with self.guard:
            held = self.locks.get(parts.path)
            if method == "LOCK":
                if held:
                    return 423, json.dumps(held).encode()
                self.locks[parts.path] = json.loads(body)
            elif method == "UNLOCK":
                self.locks.pop(parts.path, None)
            elif method == "POST":
                named = parse_qs(parts.query).get("ID", [""])[0]
                if held and held["ID"] != named:
                    return 409, b"another run holds the lock"
                self.bodies[parts.path] = body
            elif method == "DELETE":
                self.bodies.pop(parts.path, None)
            else:
                found = self.bodies.get(parts.path)
                return (200, found) if found is not None else (404, b"")
            return 200, b""


@contextmanager
def serve() -> Iterator[States]:
    """A running server, on a port of its own."""
    states = States()
    expected = "Basic " + base64.b64encode(f"runner:{states.password}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            code, answer = 401, b""
            if self.headers.get("Authorization") == expected:
                code, answer = states.answer(self.command, self.path, body)
            self.send_response(code)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_DELETE = do_LOCK = do_UNLOCK = _any  # noqa: N815

        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        states.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield states
        finally:
            server.shutdown()
            thread.join()
